import { resolve } from 'node:path';
import type { LabelPolicy } from '../domain/label-policy.ts';
import { UserError } from '../protocol/errors.ts';
import type { BundleOptions, BundleResult } from '../protocol/exports.ts';
import { count, oneLine } from './format.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Options of `export` that a bundle takes, and those that it does not. */
export interface BundleFlags {
	readonly bundle: string;
	readonly format: string;
	readonly labels?: LabelPolicy;
	readonly referenceParts?: number;
	readonly penaltyParts?: number;
	readonly seed?: number;
	readonly split?: unknown;
	readonly out?: unknown;
}

/** @throws UserError usage for options that say nothing about a bundle */
export function bundleOptions(flags: BundleFlags): BundleOptions {
	const { bundle, format, labels, referenceParts: parts, penaltyParts, seed } = flags;
	if (flags.split !== undefined || flags.out !== undefined) {
		throw new UserError('usage', 'A bundle has its own files: leave out --split and --out. --bundle names its folder.');
	}
	if (format !== 'trl' && format !== 'trl-standard') {
		throw new UserError(
			'usage',
			`The scripts of a bundle read --format trl (chats) or trl-standard (texts); found ${format}.`,
		);
	}
	return {
		...{ out: resolve(bundle), format },
		...(labels === undefined ? {} : { labels }),
		...(parts === undefined ? {} : { parts }),
		...(penaltyParts === undefined ? {} : { penaltyParts }),
		...(seed === undefined ? {} : { seed }),
	};
}

const ROLES: Readonly<Record<BundleResult['files'][number]['role'], string>> = {
	train: 'trained on',
	eval: 'looked at while training',
	penalty: 'tuning half: read by the penalty',
	monitoring: 'tuning half: monitors the penalty',
	retention: 'must not forget: scored only',
	unlabelled: 'ties, disputed, not judged: scored only',
	sealed: 'sealed half: scored only, no labels',
};

export function bundleText(terminal: Terminal, done: BundleResult, reasons: Readonly<Record<string, string>>): string {
	const table = renderTable(
		terminal,
		[
			{ title: 'file' },
			{ title: 'pairs', align: 'right' },
			{ title: 'clusters', align: 'right' },
			{ title: 'use', flexible: true },
		],
		done.files.map(({ name, role, pairs, clusters }) => [name, count(pairs), count(clusters), ROLES[role]]),
	);
	const left = Object.entries(done.left_out).filter(([, n]) => n > 0);
	return [
		table,
		'',
		left.length === 0
			? 'Every pair is in a file that a trainer reads.'
			: `Not for trainers: ${left.map(([why, n]) => `${count(n)} ${reasons[why] ?? why.replaceAll('_', ' ')}`).join(', ')}.`,
		...(done.note === undefined
			? []
			: [`No penalty: ${done.note}. Train with --lambda 0, or tag more prompts as held-out.`]),
		`Recorded as export ${done.export.slice(0, 12)}: say "score --trained-on ${done.export.slice(0, 12)}" when the scores come back.`,
		`${oneLine(done.folder)}: README.md has the commands.`,
	].join('\n');
}
