import { isUtf8 } from 'node:buffer';
import { found, RowError } from './row-error.ts';
import { MAX_ROW_BYTES, type RawRow } from './split-rows.ts';

/** Levels of lists and objects past which a row is refused before it is parsed: identity refuses them too. */
export const MAX_DEPTH = 200;

export type Row = Readonly<Record<string, unknown>>;

/**
 * Decodes and parses one row.
 * @throws RowError where it is too long, not UTF-8, not a JSON object, nested past 200 levels, names a key twice, or holds
 * a number or a text that JSON bytes cannot carry back (1e999, a lone surrogate).
 */
export function parseRow(raw: RawRow): Row {
	if (raw.problem !== undefined) throw new RowError(`file: ${raw.problem}`);
	if (raw.bytes === null) {
		const mb = (bytes: number) => `${Math.round((bytes / 1024 / 1024) * 10) / 10} MB`;
		throw new RowError(`row: expected at most ${mb(MAX_ROW_BYTES)}, found ${mb(raw.length)}`);
	}
	if (!isUtf8(raw.bytes)) {
		const at = invalidByte(raw.bytes);
		const hex = (raw.bytes[at] ?? 0).toString(16).padStart(2, '0');
		throw new RowError(
			`row: expected UTF-8, found the byte 0x${hex} at byte ${at + 1} of the row (byte ${raw.offset + at + 1} of the file)`,
		);
	}
	const text = raw.bytes.toString('utf8');
	const shape = structure(text);
	if (shape.depth > MAX_DEPTH) {
		throw new RowError(`row: expected at most ${MAX_DEPTH} levels of lists and objects, found ${shape.depth}`);
	}
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		throw new RowError(`row: expected a JSON object, found ${invalidJson(text, error as Error, raw.unfinished)}`);
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		throw new RowError(`row: expected a JSON object, found ${found(value)}`);
	}
	// Escapes are the only way a lone surrogate gets in: UTF-8 has no form for it.
	const keys = check(value, '', text.includes('\\u'));
	if (keys !== shape.keys) throw new RowError(`${repeatedKey(text)}: expected one value, found the key twice`);
	return value as Row;
}

/**
 * What a row's bytes are held to, for JSON that lies in a cell of a table.
 * @param text the cell @param value what it was parsed to @param field the cell's column
 * @throws RowError where it is nested past 200 levels, or holds a number or a text that JSON bytes cannot carry back
 */
export function checkCell(text: string, value: object, field: string): void {
	const { depth } = structure(text);
	if (depth > MAX_DEPTH) {
		throw new RowError(`${field}: expected at most ${MAX_DEPTH} levels of lists and objects, found ${depth}`);
	}
	check(value, field, text.includes('\\u'));
}

/** Keys and depth of a JSON text, without parsing: jumps from quote to quote, so that long texts cost nothing. */
function structure(text: string): { keys: number; depth: number } {
	let keys = 0;
	let depth = 0;
	let deepest = 0;
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (code === 0x22) {
			i = closingQuote(text, i);
			if (i < 0) break;
			if (isKey(text, i)) keys++;
		} else if (code === 0x7b || code === 0x5b) {
			if (++depth > deepest) deepest = depth;
		} else if (code === 0x7d || code === 0x5d) depth--;
	}
	return { keys, depth: deepest };
}

function closingQuote(text: string, opening: number): number {
	for (let at = text.indexOf('"', opening + 1); at >= 0; at = text.indexOf('"', at + 1)) {
		let slashes = 0;
		while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++;
		if (slashes % 2 === 0) return at;
	}
	return -1;
}

function isKey(text: string, closing: number): boolean {
	let i = closing + 1;
	while (text.charCodeAt(i) <= 0x20) i++;
	return text.charCodeAt(i) === 0x3a;
}

/** Counts keys; refuses what has no JSON bytes. Depth is bounded by the check before. */
function check(value: unknown, path: string, texts: boolean): number {
	if (typeof value === 'string') {
		if (texts && !value.isWellFormed()) {
			throw new RowError(`${path}: expected Unicode text, found half a surrogate pair (\\ud800 to \\udfff by itself)`);
		}
		return 0;
	}
	if (typeof value === 'number') {
		if (!Number.isFinite(value)) throw new RowError(`${path}: expected a number that fits, found ${value}`);
		return 0;
	}
	if (typeof value !== 'object' || value === null) return 0;
	let keys = 0;
	if (Array.isArray(value)) {
		for (let i = 0; i < value.length; i++) keys += check(value[i], `${path}[${i}]`, texts);
		return keys;
	}
	for (const key of Object.keys(value)) {
		if (texts && !key.isWellFormed()) throw new RowError(`${path}: expected Unicode keys, found half a surrogate pair`);
		const inner = (value as Row)[key];
		const at = path === '' ? key : `${path}.${key}`;
		keys += 1 + check(inner, at, texts);
	}
	return keys;
}

/** The first key that one object names twice, for the message. */
function repeatedKey(text: string): string {
	const open: (Set<string> | null)[] = [];
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (code === 0x22) {
			const end = closingQuote(text, i);
			if (end < 0) break;
			if (isKey(text, end)) {
				const key = JSON.parse(text.slice(i, end + 1)) as string;
				const seen = open.at(-1);
				if (seen?.has(key) === true) return key;
				seen?.add(key);
			}
			i = end;
		} else if (code === 0x7b) open.push(new Set());
		else if (code === 0x5b) open.push(null);
		else if (code === 0x7d || code === 0x5d) open.pop();
	}
	return 'row';
}

function invalidJson(text: string, error: Error, unfinished: boolean): string {
	const literal = /(?:^|[:[,]\s*)(-?(?:NaN|Infinity))\b/.exec(text)?.[1];
	if (literal !== undefined) return `${literal}, which JSON does not have (write null)`;
	if (unfinished) return 'a row that breaks off at the end of the file';
	if (text.trimStart() === '{' || text.trimStart() === '{\r') {
		return 'an object over several lines (write one object a line, or a JSON array)';
	}
	return `something else (${error.message})`;
}

/** Index of the first byte that is no UTF-8: decoding puts U+FFFD where the bytes are not those of a real U+FFFD. */
function invalidByte(bytes: Buffer): number {
	const text = bytes.toString('utf8');
	let byte = 0;
	let from = 0;
	for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', from)) {
		byte += Buffer.byteLength(text.slice(from, at));
		const real = bytes[byte] === 0xef && bytes[byte + 1] === 0xbf && bytes[byte + 2] === 0xbd;
		if (!real) return byte;
		byte += 3;
		from = at + 1;
	}
	return byte;
}
