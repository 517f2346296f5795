import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { EXPORT_POLICY, LABEL_POLICIES, type LabelPolicy } from '../domain/label-policy.ts';
import { SPLIT_LABELS, SPLITS, type Split } from '../domain/split.ts';
import { EXPORT_FORMATS } from '../formats/encode.ts';
import type { ExportOptions, ExportResult } from '../protocol/workspace-api.ts';
import { count, oneLine } from './format.ts';
import { example, perform } from './register.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

interface Options {
	readonly format: ExportOptions['format'];
	readonly split: Split[];
	readonly out?: string;
	readonly labels?: LabelPolicy;
}

export function registerExport(program: Command): void {
	program
		.command('export')
		.description('write the data for a trainer: the same data, the same bytes')
		.addOption(new Option('--format <name>', 'what to write').choices(EXPORT_FORMATS).default('trl'))
		.addOption(
			new Option('--split <splits...>', 'which splits; held-out only when named, without its sealed half')
				.choices(SPLITS)
				.default(['train', 'eval']),
		)
		.addOption(
			new Option(
				'--labels <policy>',
				'of disputed pairs a trainer gets none (strict-majority, the default), the side with more votes, or only what was adjudicated',
			).choices(LABEL_POLICIES),
		)
		.option('--out <path>', 'folder, or a file with one split (default: export/ in the workspace)')
		.addHelpText('after', example('export --out data/', 'export --format trl-standard --split train --out train.jsonl'))
		.action(
			perform<Options>(async (context, _args, { format, split, out, labels }) => {
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

const DROPPED: Readonly<Record<string, string>> = {
	ties: 'ties',
	unresolved: 'not judged',
	disputed: 'disputed',
	both_bad: 'both bad',
	multi_turn_response: 'responses of several turns',
	sealed: 'sealed',
	not_adjudicated: 'not adjudicated',
	unconfirmed_rewrite: 'rewrites that no second person has judged',
};

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
	return [
		table,
		'',
		dropped.length === 0
			? 'Nothing was left out.'
			: `Left out: ${dropped.map(([why, n]) => `${count(n)} ${DROPPED[why] ?? why.replaceAll('_', ' ')}`).join(', ')}.`,
		...(done.labels === undefined || done.labels === EXPORT_POLICY ? [] : [`Labels: ${done.labels}.`]),
		...(done.export === null
			? []
			: [`Recorded as export ${done.export.slice(0, 12)}: from now on its prompts count as seen in training.`]),
	].join('\n');
}
