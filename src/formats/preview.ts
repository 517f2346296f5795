import type { Message } from '../domain/comparison.ts';
import { UserError } from '../protocol/errors.ts';
import type { ImportPreview, PreviewPair } from '../protocol/imports.ts';
import { guessColumns } from './column-mapping-guess.ts';
import { openDoubts } from './column-mapping-guess-several.ts';
import { rivalsOf } from './column-mapping-rivals.ts';
import type { ReadPair } from './format.ts';
import { importedRows } from './imported-row.ts';
import { openPairTable } from './message-rows.ts';
import { type OpenOptions, readRow } from './open.ts';
import type { Parsed } from './parsed-rows.ts';
import { type Recognised, recognise } from './recognise.ts';
import { RowError } from './row-error.ts';
import { tableColumns } from './table-columns.ts';
import type { ImportedRow } from './types.ts';

/** Rows that are looked at, and bytes held meanwhile. */
const MOST_ROWS = 1000;
const MOST_BYTES = 8 * 1024 * 1024;
/** Messages of a flat table whose trees are counted before it is looked at: a preview must not wait for the whole file. */
const LOOKED_MESSAGES = 20_000;
/** Characters of a text that are shown. */
const MOST_TEXT = 400;
/** Refused rows that are shown although they come later. */
const MOST_REFUSED = 10;

/**
 * Reads the first rows of a file as an import would, without storing anything. A file of which nothing can be made comes back with its
 * columns and the reason, so that it can be mapped.
 * @throws UserError `unusable-input` where it cannot be read at all or is empty
 */
export async function previewRows(
	path: string,
	options: OpenOptions,
	shown: number,
): Promise<Omit<ImportPreview, 'path'>> {
	const table = await openPairTable(path, { ...options, look: LOOKED_MESSAGES });
	const held: Parsed[] = [];
	let known: Recognised | null = null;
	let refused: UserError | null = null;
	let whole = false;
	try {
		try {
			known = await recognise(path, table, held, options);
		} catch (error) {
			// A table that is none of ours can still be mapped; a file without rows cannot.
			if (!UserError.is(error, 'unusable-input') || held.every(({ row }) => row === null)) throw error;
			refused = error;
		}
		let bytes = held.reduce((sum, row) => sum + row.bytes, 0);
		while (held.length < MOST_ROWS && bytes < MOST_BYTES) {
			const next = await table.rows.next();
			if (next.done === true) {
				whole = true;
				break;
			}
			held.push(...next.value);
			bytes += next.value.reduce((sum, row) => sum + row.bytes, 0);
		}
		if (!whole && held.length <= MOST_ROWS) whole = (await table.rows.next()).done === true;
	} finally {
		await table.rows.return();
	}
	const looked = held.slice(0, MOST_ROWS);
	const rows = looked.flatMap(({ row }) => (row === null ? [] : [row]));
	const read = looked.map((parsed) => (known === null ? null : previewRow(parsed, known, options.sourceName)));
	const pairs = read.reduce((sum, row) => sum + (row !== null && 'pairs' in row ? row.pairs.length : 0), 0);
	const columns = tableColumns(rows);
	const asked = options.mapping === undefined ? [] : openDoubts(columns, options.mapping);
	return {
		container: table.container,
		format: known?.format.name ?? null,
		mapping: known?.mapping ?? null,
		suggestion: known?.mapping ?? guessColumns(rows).mapping,
		remembered: known?.remembered ?? null,
		doubts: known === null ? (refused === null ? [] : [refused.message]) : [...known.doubts, ...asked],
		rivals: known?.mapping == null || known.remembered !== null ? [] : rivalsOf(rows, columns, known.mapping),
		columns: columns.map(({ length: _, ...column }) => column),
		rows: shownRows(
			read.filter((row) => row !== null),
			shown,
		),
		looked: {
			rows: looked.length,
			pairs,
			rejected: read.filter((row) => row !== null && 'reason' in row).length,
			whole: whole && held.length <= MOST_ROWS,
		},
	};
}

/** The first rows, and what is refused further on: nobody looks through a thousand rows for it. */
function shownRows(rows: ImportPreview['rows'], shown: number): ImportPreview['rows'] {
	const refused = rows.slice(shown).filter((row) => 'reason' in row);
	return [...rows.slice(0, shown), ...refused.slice(0, MOST_REFUSED)];
}

function previewRow(parsed: Parsed, known: Recognised, sourceName: string): ImportPreview['rows'][number] {
	const { line, row, reason } = parsed;
	if (row === null) return { line, reason };
	try {
		const pairs = known.format.read(row);
		const inOrder = 'prompt' in pairs ? [pairs] : pairs;
		const imported = known.strict
			? importedRows(line, row, known.format, sourceName)
			: readRow(line, row, known, sourceName);
		return { line, pairs: imported.map((each, i) => pairOf(each, inOrder[i])) };
	} catch (error) {
		if (!(error instanceof RowError)) throw error;
		return { line, reason: error.message };
	}
}

/** The sides in the row's own order, as a person looks at the file. */
function pairOf(row: ImportedRow, read: ReadPair | undefined): PreviewPair {
	const { a, b, prompt } = row.comparison;
	const first = read?.first;
	const swapped = first !== undefined && textOf(first) !== textOf(a) && textOf(first) === textOf(b);
	const turn = (verdict: PreviewPair['judgments'][number]['verdict']) =>
		!swapped || verdict === 'tie' || verdict === 'both_bad' ? verdict : verdict === 'a' ? 'b' : 'a';
	return {
		prompt: shorten(textOf(prompt.messages)),
		a: shorten(textOf(swapped ? b : a)),
		b: shorten(textOf(swapped ? a : b)),
		...(read === undefined ? {} : { sides: read.sides }),
		judgments: row.judgments.map(({ annotator, verdict, strength, note }) => ({
			annotator,
			verdict: turn(verdict),
			...(strength === undefined ? {} : { strength }),
			...(note === undefined ? {} : { note: shorten(note) }),
		})),
		tags: row.tags,
		split: row.split ?? null,
		metadata: typeof row.metadata === 'object' && row.metadata !== null ? Object.keys(row.metadata) : [],
		warnings: row.warnings,
	};
}

/** One turn as its text; a chat with the roles before the turns. */
function textOf(messages: readonly Message[]): string {
	const [only] = messages;
	if (messages.length === 1) return only?.content ?? '(a tool call)';
	return messages.map(({ role, content }) => `${role}: ${content ?? '(a tool call)'}`).join('\n');
}

function shorten(text: string): string {
	return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
}
