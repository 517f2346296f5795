/** Chats of which every message is a row of its own: gathered into one row with `messages`, as other logs have them. */

import { setOwn } from './imported-row.ts';
import { SPEAKERS, TURNS } from './log-rows.ts';
import type { Row } from './parse-row.ts';

const CHATS = ['conversation_id', 'dialogue_id', 'dialog_id', 'chat_id', 'thread_id', 'session_id'] as const;
const ROLES = ['role', 'from', 'speaker', 'sender'] as const;
const TEXTS = ['content', 'text', 'value', 'message'] as const;
/** Which message comes first: numbers, else times; else they stand in order. */
const PLACES = [
	...['turn', 'turn_id', 'turn_index', 'turn_number', 'message_index', 'message_number', 'index', 'idx', 'position'],
	...['order', 'step', 'seq', 'sequence'],
] as const;
const TIMES = ['timestamp', 'created_at', 'time', 'date'] as const;

/** A chat's id, its speakers and its texts, and nothing that is a whole chat, a prompt or a response by itself. */
export function isConversationRow(row: Row): boolean {
	const has = (names: readonly string[]) => names.some((name) => name in row);
	return has(CHATS) && has(ROLES) && has(TEXTS) && !has(TURNS) && !('message_tree_id' in row);
}

/** The chat that a message belongs to; null where the row names none. */
export function conversationOf(row: Row): string | null {
	if (!isConversationRow(row)) return null;
	const id = row[CHATS.find((name) => name in row)!];
	return (typeof id === 'string' && id !== '') || typeof id === 'number' ? String(id) : null;
}

const columnOf = (row: Row, names: readonly string[]) => names.find((name) => name in row)!;

/**
 * One chat as a row of a log. What all its messages say alike stays with it; of the rest, what its last message says.
 * @param messages at least one, as they stood in the file
 */
export function asConversation(messages: readonly Row[]): Row {
	const [first] = messages as readonly [Row];
	const [role, text] = [columnOf(first, ROLES), columnOf(first, TEXTS)];
	const inOrder = ordered(messages);
	const out: Record<string, unknown> = {};
	for (const message of messages) for (const name of Object.keys(message)) setOwn(out, name, undefined);
	const last = inOrder.at(-1)!;
	for (const name of Object.keys(out)) {
		const said = messages.map((message) => message[name]).filter((value) => value != null);
		const isSame = said.length > 0 && new Set(said.map((value) => JSON.stringify(value))).size === 1;
		const value = isSame ? said[0] : last[name];
		if (value == null || name === role || name === text || name === 'tool_calls') delete out[name];
		else setOwn(out, name, value);
	}
	out.messages = inOrder.map((message) => {
		const { [role]: who, [text]: content, tool_calls: calls } = message;
		return {
			role: typeof who === 'string' ? speakerOf(who) : who,
			content,
			...(calls == null ? {} : { tool_calls: calls }),
		};
	});
	return out;
}

function speakerOf(who: string): string {
	const word = who.trim().toLowerCase();
	return SPEAKERS[word] ?? (['user', 'assistant', 'system', 'tool'].includes(word) ? word : who);
}

/** By a number that every message has, else by time, else as they stood; those that are alike keep their order. */
function ordered(messages: readonly Row[]): readonly Row[] {
	for (const [names, read] of [
		[PLACES, numberOf],
		[TIMES, timeOf],
	] as const) {
		for (const name of names) {
			const keys = new Map(messages.map((message) => [message, read(message[name])]));
			if ([...keys.values()].some((key) => !Number.isFinite(key))) continue;
			return messages.toSorted((x, y) => keys.get(x)! - keys.get(y)!);
		}
	}
	return messages;
}

function numberOf(value: unknown): number {
	return typeof value === 'string' && value.trim() !== ''
		? Number(value)
		: typeof value === 'number'
			? value
			: Number.NaN;
}

function timeOf(value: unknown): number {
	const number = numberOf(value);
	return Number.isFinite(number) || typeof value !== 'string' ? number : Date.parse(value);
}
