import { COLUMN_ROLES, type ColumnMapping } from '../domain/column-mapping.ts';
import { UserError } from '../protocol/errors.ts';
import { besideDoubts } from './column-mapping-beside.ts';
import { type Guess, guessColumns, ORDERS } from './column-mapping-guess.ts';
import { isVerdictName } from './column-mapping-guess-verdict.ts';
import { mappedFormat } from './column-mapping-read.ts';
import { type Rival, rivalsOf, rivalText } from './column-mapping-rivals.ts';
import { verdictWord } from './column-mapping-words.ts';
import { isConversationRow } from './conversation-rows.ts';
import type { Format } from './format.ts';
import { FORMATS, IMPORT_FORMATS, MAPPED } from './formats.ts';
import { CHATS, loggedRow } from './log-rows.ts';
import { pairwright } from './pairwright.ts';
import type { Row } from './parse-row.ts';
import type { Parsed } from './parsed-rows.ts';
import { found, RowError } from './row-error.ts';
import { wide } from './shapes/wide.ts';
import type { Table } from './table.ts';
import { MOST_VALUES, type TableColumn, tableColumns } from './table-columns.ts';

/** Rows whose columns are recognised before the file's format is settled, and bytes held meanwhile. */
const SNIFF_ROWS = 20;
const SNIFF_BYTES = 4 * 1024 * 1024;
/** Unusable rows from the start of a file of JSON after which it is refused as a whole. */
const SNIFF_REJECTED = 10_000;
/** Rows from which the columns of a table are guessed: all its rows have the same. */
const GUESS_ROWS = 500;

const AS_PROMPTS =
	'Import rows of a prompt with one response as prompts (--as prompts; in the editor Import Chat Logs…), and each waits for a second response';

const ROW_A_MESSAGE =
	'Each row is one message of a chat: import the chats as prompts (--as prompts; in the editor Import Chat Logs…)';

/** A mapping that the workspace remembers, and the columns of the table it was made for. */
export interface RememberedMapping {
	readonly name: string;
	readonly mapping: ColumnMapping;
	readonly table: readonly string[];
}

export interface RecogniseOptions {
	/** `auto` (default) or one of IMPORT_FORMATS. */
	readonly format?: string | undefined;
	/** Reads the columns so, whatever the rows look like. */
	readonly mapping?: ColumnMapping | undefined;
	/** Tried where no format is recognised. */
	readonly remembered?: readonly RememberedMapping[] | undefined;
}

/** What a file's rows are, and whether that is sure. */
export interface Recognised {
	readonly format: Format;
	/** Rows are read so and not otherwise; else a row of another format is read as what it is. */
	readonly strict: boolean;
	readonly mapping: ColumnMapping | null;
	/** Name of the remembered mapping that was used. */
	readonly remembered: string | null;
	/** What has to be looked at first; empty = sure. */
	readonly doubts: readonly string[];
	/** Other columns that say which response is better, and say something else: nobody's guess settles that. */
	readonly rivals: readonly Rival[];
}

/** @throws UserError `usage` for an unknown format */
export function askedFormat({ format = 'auto', mapping }: RecogniseOptions): Format | null {
	if (mapping !== undefined && (format === 'auto' || format === MAPPED)) return mappedFormat(mapping);
	if (format === MAPPED) {
		throw new UserError('usage', `The format "${MAPPED}" needs a mapping of columns: --mapping or --map.`);
	}
	if (mapping !== undefined)
		throw new UserError('usage', `A mapping of columns and the format "${format}" exclude each other.`);
	if (format === 'auto') return null;
	const asked = FORMATS.find(({ name }) => name === format);
	if (asked !== undefined) return asked;
	throw new UserError('usage', `There is no import format "${format}". Use auto, ${IMPORT_FORMATS.join(', ')}.`);
}

/**
 * Reads on until the format is clear; everything read is kept in `held`.
 * @throws UserError `unusable-input` for a file that is empty or holds no row that could be one
 */
export async function recognise(
	path: string,
	{ rows, container }: Pick<Table, 'rows' | 'container'>,
	held: Parsed[],
	options: RecogniseOptions,
): Promise<Recognised> {
	const only = askedFormat(options);
	const counts = new Map<Format, number>();
	let known = 0;
	let bytes = 0;
	for (;;) {
		const next = await rows.next();
		if (next.done === true) break;
		for (const parsed of next.value) {
			held.push(parsed);
			bytes += parsed.row === null ? 0 : parsed.bytes;
			const format = parsed.row === null ? undefined : (only ?? FORMATS.find((f) => f.fits(parsed.row!)));
			if (format === undefined) continue;
			counts.set(format, (counts.get(format) ?? 0) + 1);
			known++;
		}
		if (known >= SNIFF_ROWS || (known > 0 && bytes > SNIFF_BYTES)) break;
		if (known > 0) continue;
		if (held.length >= (container === 'json' ? SNIFF_REJECTED : GUESS_ROWS) || bytes > 4 * SNIFF_BYTES) break;
	}
	if (held.length === 0) throw new UserError('unusable-input', `${path} is empty: it holds no rows.`);
	const mapping = options.mapping ?? null;
	if (only !== null) return { format: only, strict: true, mapping, remembered: null, doubts: [], rivals: [] };
	let best: Format | undefined;
	for (const [format, count] of counts) if (best === undefined || count > counts.get(best)!) best = format;
	const parsed = held.flatMap(({ row }) => (row === null ? [] : [row]));
	if (best !== undefined && !isAsked(best, parsed) && !losesVerdict(best, parsed)) {
		return { format: best, strict: false, mapping: null, remembered: null, doubts: [], rivals: [] };
	}
	const usable = parsed.slice(0, GUESS_ROWS);
	if (usable.length > 0) {
		const known = rememberedFor(usable, options.remembered ?? []);
		if (known !== null) return { ...mapped(known.mapping, []), remembered: known.name };
		const { mapping: guess, doubts } = guessColumns(usable);
		const possible = isPossible({ mapping: guess, doubts });
		if (possible || container !== 'json') {
			const hint = possible ? null : asPrompts(usable[0]!);
			const asked = hint === null ? doubts : [...doubts, hint];
			return mapped(guess, asked, rivalsOf(usable, tableColumns(usable), guess));
		}
	}
	throw nothingKnown(path, held);
}

function mapped(mapping: ColumnMapping, doubts: readonly string[], rivals: readonly Rival[] = []): Recognised {
	return { format: mappedFormat(mapping), strict: true, mapping, remembered: null, doubts, rivals };
}

/** Rankings of which none can be read as it is, or beside which other columns say, or may say, something else. */
function isAsked(format: Format, rows: readonly Row[]): boolean {
	const fitting = format === wide ? rows.filter((row) => wide.fits(row)).slice(0, GUESS_ROWS) : [];
	if (fitting.length === 0) return false;
	if (!fitting.some(isReadable)) return true;
	const table = tableColumns(fitting);
	const { mapping } = guessColumns(fitting);
	return besideDoubts(table, mapping, new Set()).length > 0 || rivalsOf(fitting, table, mapping).length > 0;
}

function isReadable(row: Row): boolean {
	try {
		wide.read(row);
		return true;
	} catch (error) {
		if (!(error instanceof RowError)) throw error;
		return false;
	}
}

/**
 * The columns of our own format with a verdict, one that is still empty too, or a third response beside them, or chosen and rejected that
 * only name responses of the row: read as these formats, what people said would be lost.
 */
function losesVerdict(format: Format, rows: readonly Row[]): boolean {
	const isOwn = format === pairwright;
	if ((!isOwn && !format.name.startsWith('trl')) || rows.some((row) => 'judgments' in row)) return false;
	const first = rows.slice(0, GUESS_ROWS);
	const { columns } = guessColumns(first).mapping;
	if (!isOwn) return columns.a !== undefined;
	// Other columns in a row, such as summary_1 to summary_3, are no responses of ours.
	if (columns.a === 'response_a' && columns.c !== undefined) return true;
	if (columns.a !== undefined && rows.some((row) => Object.keys(row).some(isVerdictName))) return true;
	if (ORDERS.some((role) => columns[role] !== undefined)) return true;
	const used = new Set(Object.values(columns));
	return columns.a !== undefined && tableColumns(first).some((column) => !used.has(column.name) && isVerdicts(column));
}

/** Words such as A and B, whatever the column is called. */
function isVerdicts({ kind, values }: TableColumn): boolean {
	if (kind !== 'text' || values.length === 0 || values.length > MOST_VALUES) return false;
	return values.every((value) => verdictWord(value) !== null);
}

/** Whether there are responses at all: a mapping that lacks only the prompt can be corrected. */
function isPossible({ mapping: { columns } }: Guess): boolean {
	return columns.a !== undefined || columns.chosen !== undefined || columns.responses !== undefined;
}

/** Columns of a table as one text: their order plays no part. */
export function columnNamesOf(rows: readonly Row[]): string[] {
	const names = new Set<string>();
	for (const row of rows) for (const name of Object.keys(row)) names.add(name);
	return [...names].sort();
}

function rememberedFor(rows: readonly Row[], all: readonly RememberedMapping[]): RememberedMapping | null {
	if (all.length === 0) return null;
	const columns = JSON.stringify(columnNamesOf(rows));
	return all.find(({ table }) => JSON.stringify([...table].sort()) === columns) ?? null;
}

/** `prompt = question, a = answer_1 …`, for messages. */
export function mappingWords({ columns }: ColumnMapping): string {
	return COLUMN_ROLES.flatMap((role) => (columns[role] === undefined ? [] : [`${role} = ${columns[role]}`])).join(', ');
}

/** A file whose columns are only guessed is not read without a question. */
export function unsure(path: string, { mapping, doubts, rivals }: Recognised): UserError {
	const guess = mapping === null ? '' : mappingWords(mapping);
	if (mapping !== null && doubts.length === 0 && rivals.length > 0) {
		return new UserError(
			'unusable-input',
			`${path}: its columns do not agree: ${rivalText(mapping, rivals)}, with import --map. Look with import --preview.`,
		);
	}
	const all = [...doubts, ...(mapping === null || rivals.length === 0 ? [] : [rivalText(mapping, rivals)])];
	return new UserError(
		'unusable-input',
		`${path}: the columns are not surely recognised${guess === '' ? '' : ` (guessed: ${guess})`}. ${all.map((d) => `${d.replace(/\.$/u, '')}.`).join(' ')} Look with import --preview; take the guess with --map guess, or correct it, e.g. --map prompt=COLUMN a=COLUMN b=COLUMN.`,
	);
}

function nothingKnown(path: string, held: readonly Parsed[]): UserError {
	const first = held[0]!;
	const reason = first.row === null ? first.reason : unknownColumns(first.row);
	return new UserError(
		'unusable-input',
		`${path} holds no row that can be read (${held.length} tried). Line ${first.line}, ${reason}. Pairwright reads JSON Lines, a JSON array, CSV, TSV or Parquet of ${IMPORT_FORMATS.join(', ')}, or any table with a prompt and two responses.`,
	);
}

/** A chat, or a prompt with one response: what `import --as prompts` takes. */
function isOneResponse(row: Row): boolean {
	try {
		return loggedRow(1, row).response !== null || CHATS.some((name) => name in row);
	} catch (error) {
		if (!(error instanceof RowError)) throw error;
		return false;
	}
}

/** What to do with a row that is no pair but part of a log; null = it is none. */
function asPrompts(row: Row): string | null {
	if (isConversationRow(row)) return ROW_A_MESSAGE;
	return isOneResponse(row) ? AS_PROMPTS : null;
}

export function unknownColumns(row: Row): string {
	if ('completion' in row && 'label' in row && !('rejected' in row)) {
		return 'row: expected two responses to one prompt, found one completion with a label (KTO): it is compared with nothing';
	}
	const hint = asPrompts(row);
	if (hint !== null) return `row: expected two responses to one prompt, found ${found(row)}: one or none. ${hint}`;
	return `row: expected the columns chosen and rejected, or response_a and response_b, found ${found(row)}`;
}
