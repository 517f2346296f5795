import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { NOT_FOUND, REDACTIONS, type Redaction } from '../domain/redaction.ts';
import type { Half, Split } from '../domain/split.ts';
import { SPLITS } from '../domain/split.ts';
import { knownBefore, unheededWords } from '../domain/split-moves.ts';
import { IMPORT_FORMATS } from '../formats/formats.ts';
import { UserError } from '../protocol/errors.ts';
import type { ImportResult } from '../protocol/imports.ts';
import { EXIT } from './context.ts';
import { count, oneLine, plural } from './format.ts';
import { askedMapping, rememberMapping } from './import-mapping.ts';
import { previewText } from './import-preview.ts';
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
	readonly as: 'pairs' | 'prompts';
	readonly redact?: readonly Redaction[];
	readonly mapping?: string;
	readonly map?: readonly string[];
	readonly remember?: string;
	readonly preview?: true;
	readonly dryRun?: true;
}

export function registerImport(program: Command): void {
	program
		.command('import')
		.description('stream files of preference pairs in; importing twice adds nothing')
		.argument('<files...>', 'JSON Lines, a JSON array, CSV or TSV, each also packed as .gz, or Parquet')
		.addOption(new Option('--format <name>', 'what the rows are').choices(['auto', ...IMPORT_FORMATS]).default('auto'))
		.addOption(new Option('--split <split>', 'put all prompts of these files there').choices(SPLITS))
		.addOption(new Option('--half <half>', 'with --split heldout: tuning half R or sealed half E').choices(['R', 'E']))
		.option('--source <name>', 'who the labels come from, where rows name nobody')
		.option('--link', 'leave files where they are instead of copying them into the workspace')
		.option('--copy-large', 'copy files above 50 MB too')
		.addOption(
			new Option('--as <what>', 'pairs, or chat logs whose prompts (with one response, or none) wait for a second one')
				.choices(['pairs', 'prompts'])
				.default('pairs'),
		)
		.option(
			'--redact <kinds>',
			'with --as prompts: replace email,phone,iban,card before anything is hashed or stored; the stored source is the redacted copy',
			redactions,
		)
		.option('--mapping <name|file>', 'read the columns of a table as remembered under a name, or as a JSON file says')
		.option(
			'--map <role=column...>',
			'correct how columns are read: prompt=q a=x b=y verdict=v "verdict:A>B=a", or a=x b=y c=z ranking=r order=best-first; "guess" takes the guess',
		)
		.option('--remember <name>', 'remember how the columns were read, for the whole team')
		.option('--preview', 'show the first 20 rows as they would be read, and import nothing')
		.addOption(new Option('--dry-run', 'the same as --preview').hideHelp())
		.addHelpText(
			'after',
			example(
				'import pairs.jsonl',
				'import law/*.jsonl.gz --split heldout --source vendor-7 --json',
				'import chat-log.jsonl --as prompts --redact email,phone,iban,card',
				'import ratings.csv --preview',
				'import ratings.csv --map prompt=question "verdict:A>B=a" --remember ratings',
				'import ranked.csv --map a=answer_1 b=answer_2 c=answer_3 ranking=order order=ranks --preview',
			),
		)
		.action(
			perform<Options>(async (context, files, given) => {
				const { format, split, half, source, link, copyLarge, as, redact } = given;
				const missing = files.filter((file) => !existsSync(file));
				if (missing.length > 0) {
					// Before anything is read: "exit 1" says that nothing was done.
					throw new UserError('unusable-input', `There is no such file: ${missing.join(', ')}. Nothing was imported.`);
				}
				if (redact !== undefined && as !== 'prompts') {
					throw new UserError(
						'usage',
						'--redact belongs to --as prompts: pairs keep their texts, on which their ids hang.',
					);
				}
				checkLogOptions(given);
				const api = await context.open();
				const [first = ''] = files.map((file) => resolve(file));
				const isLook = given.preview === true || given.dryRun === true;
				const columns = await askedMapping(api, first, { ...given, preview: isLook });
				const how = {
					...(format === 'auto' ? {} : { format }),
					...(source === undefined ? {} : { source }),
					...(columns === null ? {} : { mapping: columns }),
				};
				if (isLook) {
					const previews = await Promise.all(files.map((file) => api.previewImport(resolve(file), how)));
					context.result({ files: previews }, (terminal) =>
						previews.map((preview) => previewText(terminal, preview)).join('\n\n'),
					);
					return;
				}
				if (given.remember !== undefined) {
					await rememberMapping(api, given.remember, await api.previewImport(first, { ...how, rows: 1 }));
				}
				const done = await context.job('import', (job) =>
					api.importFiles(
						files.map((file) => resolve(file)),
						{
							...how,
							...(split === undefined ? {} : { split }),
							...(half === undefined ? {} : { half }),
							...(link === undefined ? {} : { link }),
							...(copyLarge === undefined ? {} : { copyLarge }),
							...(as === 'prompts' ? { as } : {}),
							...(redact === undefined ? {} : { redact }),
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

/** @throws UserError usage for what says how pairs are read, where prompts of logs are asked for */
function checkLogOptions({ as, mapping, map, remember, preview, dryRun }: Options): void {
	if (as !== 'prompts') return;
	const columns = [mapping && '--mapping', map && '--map', remember && '--remember'].filter(Boolean);
	const look = preview === true ? ['--preview'] : dryRun === true ? ['--dry-run'] : [];
	const said = [...columns, ...look];
	if (said.length === 0) return;
	throw new UserError(
		'usage',
		`${said.join(' and ')} belong${said.length === 1 ? 's' : ''} to files of pairs: chat logs (--as prompts) have no columns to map and no preview. Leave it out.`,
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
			{ title: done.waiting === undefined ? 'pairs' : 'rows', align: 'right' },
			{ title: 'new', align: 'right' },
			{ title: 'known', align: 'right' },
			{ title: 'ties', align: 'right', drop: 1 },
			{ title: 'rejected rows', align: 'right' },
		],
		done.files.map((file) => [
			oneLine(file.path),
			file.format,
			// A row of a ranking gives several pairs; a rejected one none.
			count(file.rows - (done.waiting === undefined ? file.rejected : 0)),
			count(file.imported),
			count(file.duplicates),
			count(file.ties),
			file.rejected === 0 ? '0' : terminal.paint('red', count(file.rejected)),
		]),
	);
	const notes = done.files.flatMap((file) => (file.warnings ?? []).map((text) => `  ● ${oneLine(text)}`));
	const total = `${done.cancelled ? 'Cancelled; what was in stays in. ' : ''}The workspace has ${plural(done.comparisons, 'comparison')} of ${plural(done.prompts, 'prompt')}.`;
	return [table, ...notes, '', ...logNotes(done), ...splitNotes(done), total].join('\n');
}

/** What came of logs: pairs at once, prompts that wait, what was replaced, and what replacing cannot find. */
function logNotes({ waiting, paired = 0, redacted }: ImportResult): string[] {
	const kinds = Object.entries(redacted ?? {});
	return [
		...(redacted === undefined
			? []
			: [`Replaced before storing: ${kinds.map(([kind, n]) => `${kind} ${count(n)}`).join(', ')}.`, NOT_FOUND]),
		...(paired > 0 ? [`${plural(paired, 'prompt')} came with two different responses: a pair to judge each.`] : []),
		...(waiting === undefined
			? []
			: [
					`${plural(waiting.prompts, 'prompt needs a', 'prompts need a')} second response (${count(waiting.answered)} with one already${waiting.repeats > 0 ? `; ${plural(waiting.repeats, 'exact repeat')} counted, not stored` : ''}). See pairwright prompts; pairwright generate writes them.`,
				]),
	];
}

/** Where prompts went that were there before, and rows that could not have their way. */
function splitNotes({ moves, unheeded }: ImportResult): string[] {
	return [
		...knownBefore(moves),
		...(unheeded === undefined ? [] : [`${unheededWords(unheeded)} Move them with: pairwright split --assign`]),
	];
}

/** `email,phone,iban,card`, or some of them. */
function redactions(text: string): Redaction[] {
	return text.split(',').map((part) => {
		const kind = REDACTIONS.find((name) => name === part.trim());
		if (kind === undefined)
			throw new InvalidArgumentError(`Expected some of ${REDACTIONS.join(',')}; found "${part.trim()}".`);
		return kind;
	});
}

function warnRejected(warn: (text: string) => void, { rejected, files }: ImportResult): void {
	const all = files.reduce((sum, file) => sum + file.rejected, 0);
	for (const { path, line, reason } of rejected.slice(0, NAMED)) warn(`${path}, line ${line}: ${reason}`);
	if (all > NAMED) warn(`… and ${count(all - NAMED)} more rejected rows; --json names them.`);
}
