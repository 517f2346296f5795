import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Half, Split } from '../domain/split.ts';
import { SPLITS } from '../domain/split.ts';
import { IMPORT_FORMATS } from '../formats/formats.ts';
import { UserError } from '../protocol/errors.ts';
import type { ImportResult } from '../protocol/workspace-api.ts';
import { EXIT } from './context.ts';
import { count, oneLine, plural } from './format.ts';
import { example, perform } from './register.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Rejected rows that are named on a screen; `--json` names up to 1,000. */
const NAMED = 20;

interface Options {
	readonly format: string;
	readonly split?: Split;
	readonly half?: Half;
	readonly source?: string;
	readonly link?: true;
	readonly copyLarge?: true;
}

export function registerImport(program: Command): void {
	program
		.command('import')
		.description('stream files of preference pairs in; importing twice adds nothing')
		.argument('<files...>', 'JSON Lines, a JSON array, or either packed as .gz')
		.addOption(new Option('--format <name>', 'what the rows are').choices(['auto', ...IMPORT_FORMATS]).default('auto'))
		.addOption(new Option('--split <split>', 'put all prompts of these files there').choices(SPLITS))
		.addOption(new Option('--half <half>', 'with --split heldout: tuning half R or sealed half E').choices(['R', 'E']))
		.option('--source <name>', 'who the labels come from, where rows name nobody')
		.option('--link', 'leave files where they are instead of copying them into the workspace')
		.option('--copy-large', 'copy files above 50 MB too')
		.addHelpText(
			'after',
			example('import pairs.jsonl', 'import law/*.jsonl.gz --split heldout --source vendor-7 --json'),
		)
		.action(
			perform<Options>(async (context, files, { format, split, half, source, link, copyLarge }) => {
				const missing = files.filter((file) => !existsSync(file));
				if (missing.length > 0) {
					// Before anything is read: "exit 1" says that nothing was done.
					throw new UserError('unusable-input', `There is no such file: ${missing.join(', ')}. Nothing was imported.`);
				}
				const api = await context.open();
				const done = await context.job('import', (job) =>
					api.importFiles(
						files.map((file) => resolve(file)),
						{
							...(format === 'auto' ? {} : { format }),
							...(split === undefined ? {} : { split }),
							...(half === undefined ? {} : { half }),
							...(source === undefined ? {} : { source }),
							...(link === undefined ? {} : { link }),
							...(copyLarge === undefined ? {} : { copyLarge }),
						},
						job,
					),
				);
				context.exitCode = importExit(done);
				context.result(done, (terminal) => importText(terminal, done));
				if (context.options.json !== true) warnRejected(context.warn.bind(context), done);
			}),
		);
}

/** Cancelled; nothing usable in any file; some rows rejected; all well. */
function importExit({ cancelled, files }: ImportResult): number {
	const sum = (key: 'rejected' | 'imported' | 'duplicates') => files.reduce((all, file) => all + file[key], 0);
	if (cancelled) return EXIT.cancelled;
	if (sum('rejected') === 0) return EXIT.done;
	return sum('imported') + sum('duplicates') === 0 ? EXIT.nothing : EXIT.partly;
}

export function importText(terminal: Terminal, done: ImportResult): string {
	const table = renderTable(
		terminal,
		[
			{ title: 'file', flexible: true },
			{ title: 'format', drop: 2 },
			{ title: 'rows', align: 'right' },
			{ title: 'new', align: 'right' },
			{ title: 'known', align: 'right' },
			{ title: 'ties', align: 'right', drop: 1 },
			{ title: 'rejected', align: 'right' },
		],
		done.files.map((file) => [
			oneLine(file.path),
			file.format,
			count(file.rows),
			count(file.imported),
			count(file.duplicates),
			count(file.ties),
			file.rejected === 0 ? '0' : terminal.paint('red', count(file.rejected)),
		]),
	);
	const notes = done.files.flatMap((file) => (file.warnings ?? []).map((text) => `  ● ${oneLine(text)}`));
	const total = `${done.cancelled ? 'Cancelled; what was in stays in. ' : ''}The workspace has ${plural(done.comparisons, 'comparison')} of ${plural(done.prompts, 'prompt')}.`;
	return [table, ...notes, '', total].join('\n');
}

function warnRejected(warn: (text: string) => void, { rejected, files }: ImportResult): void {
	const all = files.reduce((sum, file) => sum + file.rejected, 0);
	for (const { path, line, reason } of rejected.slice(0, NAMED)) warn(`${path}, line ${line}: ${reason}`);
	if (all > NAMED) warn(`… and ${count(all - NAMED)} more rejected rows; --json names them.`);
}
