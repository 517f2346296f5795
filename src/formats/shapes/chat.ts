import type { Message } from '../../domain/comparison.ts';
import { assistantSide, filledPrompt, readMessages, readPrompt } from '../messages.ts';
import type { Row } from '../parse-row.ts';
import { RowError, refuse } from '../row-error.ts';
import { chatOf, jsonOf } from '../table-cells.ts';

/** Roles as other systems call them. */
const ROLES: Readonly<Record<string, string>> = {
	human: 'user',
	gpt: 'assistant',
	chatgpt: 'assistant',
	prompter: 'user',
	function_call: 'assistant',
	observation: 'tool',
};

export function isObject(value: unknown): value is Row {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A message of ShareGPT's or OpenAI's keys, as ours; anything else is left for the reader to refuse. */
function ourMessage(value: unknown): unknown {
	if (!isObject(value) || !('from' in value) || !('value' in value)) return value;
	const { from, value: content, ...rest } = value;
	return { ...rest, role: typeof from === 'string' ? (ROLES[from] ?? from) : from, content };
}

/** A list of messages in ShareGPT's keys (from, value) or ours; also as JSON text. */
export function readChat(value: unknown, field: string, warnings: string[]): Message[] {
	const list = typeof value === 'string' ? chatOf(value, field) : value;
	if (!Array.isArray(list)) return refuse(field, 'a list of messages', value);
	return readMessages(list.map(ourMessage), field, warnings);
}

/** One message as an object, a list of them, or text: the assistant's answer. */
export function readAnswer(value: unknown, field: string, warnings: string[]): Message[] {
	if (typeof value === 'string') return [{ role: 'assistant', content: value }];
	const list = Array.isArray(value) ? value : isObject(value) ? [value] : refuse(field, 'text or a message', value);
	return assistantSide(readMessages(list.map(ourMessage), field, warnings), field);
}

/** A prompt as text or as messages, with a system turn before it. */
export function readPromptWithSystem(value: unknown, system: unknown, field: string, warnings: string[]): Message[] {
	const prompt = typeof value === 'string' ? readPrompt(value, field, warnings) : readChat(value, field, warnings);
	return filledPrompt([...systemTurn(system), ...prompt], field);
}

export function systemTurn(system: unknown): Message[] {
	if (system == null || system === '') return [];
	if (typeof system !== 'string') return refuse('system', 'text', system);
	return [{ role: 'system', content: system }];
}

/** @throws RowError where the chat ends with the assistant: a prompt ends before the response */
export function openPrompt(messages: Message[], field: string): Message[] {
	if (messages.at(-1)?.role === 'assistant') {
		throw new RowError(`${field}: expected a chat that ends before the response, found one that ends with it`);
	}
	return filledPrompt(messages, field);
}

/**
 * A text where one is expected. Lists are refused by name: joined or cut they would be another text.
 * @throws RowError
 */
export function readText(value: unknown, field: string): string {
	if (typeof value === 'string') return value;
	if (Array.isArray(value)) {
		throw new RowError(
			`${field}: expected text, found a list of ${value.length} (a list of messages can be a prompt or a response; a list of several responses needs a ranking)`,
		);
	}
	return refuse(field, 'text', value);
}

/** A list, also one written as JSON text. */
export function readList(value: unknown, field: string): readonly unknown[] {
	const list = typeof value === 'string' ? jsonOf(value, field) : value;
	if (Array.isArray(list)) return list;
	return refuse(field, 'a list', value);
}
