import type { Message, Prompt } from '../domain/comparison.ts';
import { readPlace, readTags, setOwn } from './imported-row.ts';
import { filledPrompt, isBlank, isBlankSide, readMessages, readPrompt, readSide, roleNote } from './messages.ts';
import type { Row } from './parse-row.ts';
import { found, RowError, refuse } from './row-error.ts';
import { treePrompts } from './shapes/message-tree.ts';
import type { LoggedRow } from './types.ts';

/** Columns that hold a prompt, a response, a whole chat: the first that a row has is taken. */
export const CHATS = ['messages', 'conversations', 'conversation'] as const;
const PROMPTS = ['prompt', 'instruction', 'question', 'query', 'input'] as const;
const RESPONSES = ['response', 'completion', 'output', 'answer', 'generation'] as const;
/** Columns of pairs: such a row is no log, and its second response would be lost. */
const PAIRS = [
	['chosen', 'rejected'],
	['response_a', 'response_b'],
] as const;
const COMMON = new Set(['split', 'half', 'tags', 'source', 'metadata', 'model', 'tools']);

/** Columns of a prompt, a response or a whole chat. */
export const TURNS: readonly string[] = [...CHATS, ...PROMPTS, ...RESPONSES, ...PAIRS.flat()];

/** ShareGPT's names of speakers. */
export const SPEAKERS: Readonly<Record<string, string>> = { human: 'user', gpt: 'assistant', bot: 'assistant' };

interface Read {
	readonly prompt: Message[];
	readonly response: Message[] | null;
	readonly columns: readonly string[];
}

function column(row: Row, names: readonly string[]): string | undefined {
	return names.find((name) => row[name] != null);
}

/** ShareGPT turns `{from, value}` as messages; anything else as it is. */
function asMessages(value: unknown): unknown {
	if (!Array.isArray(value)) return value;
	return value.map((turn: unknown) => {
		if (typeof turn !== 'object' || turn === null || !('from' in turn) || !('value' in turn)) return turn;
		const { from, value: content } = turn as { from: unknown; value: unknown };
		return { role: typeof from === 'string' ? (SPEAKERS[from] ?? from) : from, content };
	});
}

/**
 * Cuts a chat after its last user turn: what follows is the response. A chat that ends with the user is a prompt alone.
 */
function readChat(row: Row, name: string, warnings: string[]): Read {
	const messages = readMessages(asMessages(row[name]), name, warnings);
	const last = messages.findLastIndex(({ role }) => role === 'user');
	if (last < 0) throw new RowError(`${name}: expected a user's message, found none`);
	const rest = messages.slice(last + 1);
	if (rest.length > 0 && rest[0]!.role !== 'assistant') {
		throw new RowError(
			`${name}[${last + 1}]: expected the assistant's answer after the last user's message, found the role ${JSON.stringify(rest[0]!.role)}`,
		);
	}
	return {
		prompt: filledPrompt(messages.slice(0, last + 1), name),
		response: rest.length === 0 ? null : rest,
		columns: [name],
	};
}

/** The prompt in one column, its response, if any, in another. */
function readColumns(row: Row, name: string, warnings: string[]): Read {
	const answer = column(row, RESPONSES);
	// Alpaca's `input` beside an `instruction` is part of the prompt.
	const extra = name === 'instruction' && typeof row.input === 'string' && !isBlank(row.input) ? row.input : null;
	const given = extra === null ? row[name] : `${String(row[name])}\n\n${extra}`;
	return {
		prompt: readPrompt(given, name, warnings),
		response: answer === undefined ? null : readSide(row[answer], answer, warnings),
		columns: [name, ...(extra === null ? [] : ['input']), ...(answer === undefined ? [] : [answer])],
	};
}

function readTurns(row: Row, warnings: string[]): Read {
	for (const [one, two] of PAIRS) {
		if (one in row && two in row) {
			throw new RowError(`${two}: expected one response at most, found a pair (import it without --as prompts)`);
		}
	}
	const chat = column(row, CHATS);
	if (chat !== undefined) return readChat(row, chat, warnings);
	const prompt = column(row, PROMPTS);
	if (prompt !== undefined) return readColumns(row, prompt, warnings);
	throw new RowError(
		`row: expected messages, or a prompt with at most one response, found ${found(row)} (columns looked for: ${[...CHATS, ...PROMPTS].join(', ')})`,
	);
}

/** What the row has beside what was understood: nothing is lost. */
function metadataOf(row: Row, columns: readonly string[], foreignTags: boolean): unknown {
	const { metadata } = row;
	const isObject = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
	const out: Record<string, unknown> = isObject ? { ...metadata } : metadata == null ? {} : { metadata };
	for (const [name, value] of Object.entries(row)) {
		if (value == null || columns.includes(name)) continue;
		const kept =
			!COMMON.has(name) ||
			(name === 'tags' && foreignTags) ||
			((name === 'source' || name === 'model') && typeof value !== 'string');
		if (kept) setOwn(out, Object.hasOwn(out, name) ? `column:${name}` : name, value);
	}
	return Object.keys(out).length === 0 ? undefined : out;
}

/**
 * Reads a tree of messages: each turn of the user is a prompt, each reply to it a response.
 * @param lines of its messages, where they stood in rows of their own
 * @throws RowError naming the field, what was expected and what was found
 */
export function loggedTree(line: number, lines: readonly number[] | undefined, row: Row): LoggedRow[] {
	const { prompt: root, ...rest } = row;
	const found = treePrompts(root);
	if (found.length === 0)
		throw new RowError("prompt: expected a user's message in the tree, found none that is usable");
	const common = { ...readPlace(row, null), tags: readTags(row, null, { name: 'log' }, []) ?? [] };
	return found.map(({ prompt, response, facts }): LoggedRow => {
		const blank = response !== null && isBlankSide(response);
		const given = response === null || blank ? null : response;
		const roles = roleNote(prompt, ...(given === null ? [] : [given]));
		const { model_name: model } = facts;
		const metadata = metadataOf({ ...rest, ...facts }, [], false);
		return {
			line,
			...(lines === undefined ? {} : { lines }),
			prompt: { messages: prompt },
			response: given,
			...(typeof model === 'string' && model !== '' && given !== null ? { model } : {}),
			...common,
			...(typeof row.source === 'string' && row.source !== '' ? { source: row.source } : {}),
			...(metadata === undefined ? {} : { metadata }),
			warnings: [
				...(blank ? ['response: it is blank, so the row counts as a prompt alone'] : []),
				...(roles === null ? [] : [roles]),
			],
		};
	});
}

/**
 * Reads one row of a log: a chat (`messages`, ShareGPT's `conversations`), or a prompt with at most one response.
 * @throws RowError naming the field, what was expected and what was found
 */
export function loggedRow(line: number, row: Row): LoggedRow {
	const warnings: string[] = [];
	const { prompt: messages, response, columns } = readTurns(row, warnings);
	if (row.tools != null && !Array.isArray(row.tools)) return refuse('tools', 'a list', row.tools);
	const prompt: Prompt = { messages, ...(row.tools == null ? {} : { tools: row.tools }) };
	const blank = response !== null && isBlankSide(response);
	if (blank) warnings.push('response: it is blank, so the row counts as a prompt alone');
	const roles = roleNote(messages, ...(response === null || blank ? [] : [response]));
	if (roles !== null) warnings.push(roles);
	const tags = readTags(row, null, { name: 'log' }, warnings);
	const metadata = metadataOf(row, columns, tags === null);
	return {
		line,
		prompt,
		response: blank ? null : response,
		...(typeof row.model === 'string' && row.model !== '' ? { model: row.model } : {}),
		tags: tags ?? [],
		...readPlace(row, null),
		...(typeof row.source === 'string' && row.source !== '' ? { source: row.source } : {}),
		...(metadata === undefined ? {} : { metadata }),
		warnings,
	};
}
