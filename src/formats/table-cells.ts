/**
 * What a cell of a table stands for. A table has one kind of cell, text; chats, lists and objects are written into it as JSON.
 */

/** Columns that mean the same in every format; in a table an empty cell says nothing. */
const COMMON = new Set(['split', 'half', 'tags', 'source', 'metadata', 'judgments', 'tools']);
/** Where text means JSON: everywhere else a text that looks like JSON is text. */
const JSON_COLUMNS = new Set(['tags', 'metadata', 'judgments', 'tools']);

/** @returns the value; undefined where an empty cell says nothing */
export function cellValue(column: string, cell: string): unknown {
	if (COMMON.has(column) && cell === '') return undefined;
	const open = cell.charCodeAt(0);
	if (open !== 0x5b && open !== 0x7b) return cell;
	if (JSON_COLUMNS.has(column)) return jsonOf(cell) ?? cell;
	return open === 0x5b ? (chatOf(cell) ?? cell) : cell;
}

/** The list or object that a text holds; null where it holds neither. */
export function jsonOf(text: string): object | null {
	if (!/^\s*[[{]/u.test(text)) return null;
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' ? value : null;
	} catch {
		return null;
	}
}

/** A chat written as JSON text: a list of messages; null where it is none. */
export function chatOf(text: string): readonly unknown[] | null {
	if (!/^\s*\[\s*\{/u.test(text)) return null;
	const value = jsonOf(text);
	if (!Array.isArray(value) || value.length === 0) return null;
	return value.every(isMessage) ? value : null;
}

function isMessage(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return ('role' in value && 'content' in value) || ('from' in value && 'value' in value);
}
