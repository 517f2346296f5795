/**
 * What a cell of a table stands for. A table has one kind of cell, text; chats, lists and objects are written into it as JSON.
 */

import { checkCell } from './parse-row.ts';

/** Columns that mean the same in every format; in a table an empty cell says nothing. */
const COMMON = new Set(['split', 'half', 'tags', 'source', 'metadata', 'judgments', 'tools']);
/** Where text means JSON: everywhere else a text that looks like JSON is text. */
const JSON_COLUMNS = new Set(['tags', 'metadata', 'judgments', 'tools']);

/**
 * @returns the value; undefined where an empty cell says nothing
 * @throws RowError where it holds JSON that no row could hold
 */
export function cellValue(column: string, cell: string): unknown {
	if (COMMON.has(column) && cell === '') return undefined;
	const open = cell.charCodeAt(0);
	if (open !== 0x5b && open !== 0x7b) return cell;
	if (JSON_COLUMNS.has(column)) return jsonOf(cell, column) ?? cell;
	return open === 0x5b ? (chatOf(cell, column) ?? cell) : cell;
}

/** The list or object that a text holds; null where it holds neither. @throws RowError where no row could hold it */
export function jsonOf(text: string, field = 'JSON in a cell'): object | null {
	const value = uncheckedJson(text);
	if (value !== null) checkCell(text, value, field);
	return value;
}

/** The same, for looking at it alone: nothing of it may be stored or walked through. */
export function uncheckedJson(text: string): object | null {
	if (!/^\s*[[{]/u.test(text)) return null;
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' ? value : null;
	} catch {
		return null;
	}
}

/** A chat written as JSON text: a list of messages; null where it is none. @throws RowError where no row could hold it */
export function chatOf(text: string, field = 'JSON in a cell'): readonly unknown[] | null {
	if (!/^\s*\[\s*\{/u.test(text)) return null;
	const value = uncheckedJson(text);
	if (!Array.isArray(value) || value.length === 0 || !value.every(isMessage)) return null;
	checkCell(text, value, field);
	return value;
}

function isMessage(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return ('role' in value && 'content' in value) || ('from' in value && 'value' in value);
}
