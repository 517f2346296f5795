import type { Message } from '../domain/comparison.ts';
import { found, RowError, refuse } from './row-error.ts';

const MESSAGE_KEYS = new Set(['role', 'content', 'tool_calls', 'name']);

export function isBlank(text: string): boolean {
	return text.trim() === '';
}

/** A cell that says nothing: absent, null, or white space alone, of which `Number` would make 0. */
export function isBlankCell(value: unknown): boolean {
	return value == null || (typeof value === 'string' && isBlank(value));
}

/** No text and no tool call in any message. */
export function isBlankSide(messages: readonly Message[]): boolean {
	return messages.every((m) => isBlank(m.content ?? '') && m.tool_calls == null);
}

/**
 * Reads a list of chat messages; null keys are dropped, texts kept as received.
 * @throws RowError naming the message and the key
 */
export function readMessages(value: unknown, field: string, warnings: string[]): Message[] {
	if (!Array.isArray(value)) return refuse(field, 'a list of messages', value);
	if (value.length === 0) return refuse(field, 'at least one message', value);
	return value.map((item: unknown, i) => readMessage(item, `${field}[${i}]`, warnings));
}

function readMessage(value: unknown, field: string, warnings: string[]): Message {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		return refuse(field, 'a message {role, content}', value);
	}
	const { role, content, tool_calls, name } = value as Record<string, unknown>;
	if (typeof role !== 'string' || isBlank(role)) return refuse(`${field}.role`, 'text', role);
	if (tool_calls != null && !Array.isArray(tool_calls)) return refuse(`${field}.tool_calls`, 'a list', tool_calls);
	if (name != null && typeof name !== 'string') return refuse(`${field}.name`, 'text', name);
	const left = Object.keys(value).filter((key) => !MESSAGE_KEYS.has(key));
	if (left.length > 0) warnings.push(`${field}: left out ${left.join(', ')}`);
	const rest = { ...(tool_calls == null ? {} : { tool_calls }), ...(name == null ? {} : { name }) };
	if (typeof content === 'string') return { role, content, ...rest };
	if (content == null && tool_calls != null) return { role, ...rest };
	if (Array.isArray(content)) {
		throw new RowError(
			`${field}.content: expected text, found ${found(content)} (messages in parts, such as images, cannot be judged here)`,
		);
	}
	return refuse(`${field}.content`, 'text', content);
}

/** A response: one assistant turn as text, or a list of messages that begins with the assistant's. */
export function readSide(value: unknown, field: string, warnings: string[]): Message[] {
	if (typeof value === 'string') return [{ role: 'assistant', content: value }];
	if (!Array.isArray(value)) return refuse(field, 'text or a list of messages', value);
	const messages = readMessages(value, field, warnings);
	return assistantSide(messages, field);
}

/** @throws RowError unless the side begins with an assistant's message */
export function assistantSide(messages: Message[], field: string): Message[] {
	const first = messages[0];
	if (first === undefined)
		throw new RowError(`${field}: expected an assistant's message after the prompt, found nothing`);
	if (first.role !== 'assistant') {
		throw new RowError(
			`${field}: expected to begin with an assistant's message after the prompt, found the role ${JSON.stringify(first.role)}`,
		);
	}
	return messages;
}

/** A prompt: one user turn as text, or a list of messages; never blank. */
export function readPrompt(value: unknown, field: string, warnings: string[]): Message[] {
	if (typeof value !== 'string' && !Array.isArray(value)) return refuse(field, 'text or a list of messages', value);
	const messages =
		typeof value === 'string' ? [{ role: 'user', content: value }] : readMessages(value, field, warnings);
	return filledPrompt(messages, field);
}

/** @throws RowError where the prompt holds no text at all */
export function filledPrompt(messages: Message[], field: string): Message[] {
	if (isBlankSide(messages)) throw new RowError(`${field}: expected a prompt, found blank text`);
	return messages;
}

/** Roles that a strict chat template refuses: accepted and noted. `null` = they alternate. */
export function roleNote(prompt: readonly Message[], ...sides: readonly (readonly Message[])[]): string | null {
	for (const side of sides) {
		let last = '';
		for (const { role } of [...prompt, ...side]) {
			if (role === 'system' || role === 'developer') {
				if (last !== '' && last !== 'system') return 'roles do not alternate: a system turn inside the chat';
				last = 'system';
				continue;
			}
			if (role !== 'user' && role !== 'assistant' && role !== 'tool')
				return `role ${JSON.stringify(role)} is not usual`;
			if (role === 'user' && last === 'user') return 'roles do not alternate: two user turns in a row';
			if (role === 'assistant' && last === 'assistant') return 'roles do not alternate: two assistant turns in a row';
			if (role === 'assistant' && (last === '' || last === 'system'))
				return 'roles do not alternate: no user turn first';
			last = role;
		}
	}
	return null;
}
