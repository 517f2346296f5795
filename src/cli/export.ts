import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { DROPPED_WORDS, EXPORT_FORMATS } from '../domain/export-format.ts';
import { EXPORT_POLICY, LABEL_POLICIES, type LabelPolicy } from '../domain/label-policy.ts';
import { SPLIT_LABELS, SPLITS, type Split } from '../domain/split.ts';
import { UserError } from '../protocol/errors.ts';
import type { ExportOptions, ExportResult } from '../protocol/exports.ts';
import { bundleOptions, bundleText } from './export-bundle.ts';
import { count, oneLine } from './format.ts';
import { example, perform, wholeNumber } from './register.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

interface Options {
	readonly format: ExportOptions['format'];
	readonly split?: Split[];
	readonly out?: string;
	readonly labels?: LabelPolicy;
	readonly bundle?: string;
	readonly referenceParts?: number;
	readonly penaltyParts?: number;
	readonly seed?: number;
}

/** Splits of an export that names none. */
const DEFAULT_SPLITS: readonly Split[] = ['train', 'eval'];

export function registerExport(program: Command): void {
	program
		.command('export')
		.description(
			'write the data for a trainer or another tool, with the lines to paste there: the same data, the same bytes',
		)
		.addOption(new Option('--format <name>', 'what to write').choices(EXPORT_FORMATS).default('trl'))
		.addOption(
			new Option(
				'--split <splits...>',
				`which splits; held-out only when named, without its sealed half (default: ${DEFAULT_SPLITS.join(' ')})`,
			).choices(SPLITS),
		)
		.addOption(
			new Option(
				'--labels <policy>',
				'of disputed pairs a trainer gets none (strict-majority, the default), the side with more votes, or only what was adjudicated',
			).choices(LABEL_POLICIES),
		)
		.option('--out <path>', 'folder, or a file with one split (default: export/ in the workspace)')
		.option('--bundle <folder>', 'a training bundle: data, scripts that train with the penalty and score checkpoints')
		.option('--reference-parts <n>', 'with --bundle: parts of the tuning half (default: 4)', wholeNumber(2))
		.option('--penalty-parts <n>', 'with --bundle: how many of them the penalty reads (default: half)', wholeNumber(0))
		.option('--seed <n>', 'with --bundle: of the deal into parts (default: 0)', wholeNumber(0))
		.addHelpText(
			'after',
			example(
				'export --out export/',
				'export --format trl-standard --split train --out train.jsonl',
				'export --format llama-factory --out export/',
				'export --format hf --split train eval heldout --out dataset/',
				'export --bundle ../training',
			),
		)
		.action(
			perform<Options>(async (context, _args, { format, split: named, out, labels, ...rest }) => {
				const { bundle } = rest;
				if (bundle !== undefined) {
					const options = bundleOptions({ ...rest, bundle, format, split: named, out, ...(labels && { labels }) });
					const api = await context.open();
					const done = await api.exportBundle(options);
					context.result(done, (terminal) => bundleText(terminal, done, DROPPED_WORDS));
					return;
				}
				const without = Object.entries(rest).find(([, value]) => value !== undefined);
				if (without !== undefined) {
					throw new UserError(
						'usage',
						'--reference-parts, --penalty-parts and --seed are about a bundle: add --bundle DIR.',
					);
				}
				const split = named ?? [...DEFAULT_SPLITS];
				const api = await context.open();
				const path = out === undefined ? join(context.root, 'export') : resolve(out);
				const done = await api.exportData({
					...{ format, splits: split, out: path },
					...(labels === undefined ? {} : { labels }),
				});
				context.result(done, (terminal) => exportText(terminal, done));
			}),
		);
}

export function exportText(terminal: Terminal, done: ExportResult): string {
	const table = renderTable(
		terminal,
		[
			{ title: 'split' },
			{ title: 'pairs', align: 'right' },
			{ title: 'sha256', drop: 1 },
			{ title: 'file', flexible: true },
		],
		done.files.map((file) => [
			SPLIT_LABELS[file.split],
			count(file.written),
			file.sha256.slice(0, 12),
			oneLine(file.path),
		]),
	);
	const dropped = Object.entries(done.dropped).filter(([, n]) => n > 0);
	const rows = done.files.reduce((sum, { written, rows }) => sum + (rows ?? written), 0);
	const pairs = done.files.reduce((sum, { written }) => sum + written, 0);
	return [
		table,
		...(done.card === undefined ? [] : [`Data card: ${oneLine(done.card.path)}`]),
		'',
		...(rows === pairs ? [] : [`${count(rows)} rows: one for each response.`]),
		dropped.length === 0
			? 'Nothing was left out.'
			: `Left out: ${dropped.map(([why, n]) => `${count(n)} ${DROPPED_WORDS[why] ?? why.replaceAll('_', ' ')}`).join(', ')}.`,
		...(done.labels === undefined || done.labels === EXPORT_POLICY ? [] : [`Labels: ${done.labels}.`]),
		...(done.export === null ? [] : [recorded(done.export, done.seen)]),
		...done.config.flatMap(({ title, text }) => ['', `# ${title}`, text]),
	].join('\n');
}

function recorded(id: string, seen: number): string {
	const what =
		seen === 0 ? 'no prompt counts as seen in training by it' : 'from now on its prompts count as seen in training';
	return `Recorded as export ${id.slice(0, 12)}: ${what}.`;
}
