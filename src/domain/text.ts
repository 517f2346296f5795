import type { Message, Prompt } from './comparison.ts';

/** Text of a message: its content, or '' where it carries nothing but tool calls. */
export function contentOf(message: Message): string {
	return message.content ?? '';
}

/** All text of one side, turns joined by an empty line; tool calls as JSON, since a model produced them too. */
export function sideText(messages: readonly Message[]): string {
	return messages
		.map((m) => (m.tool_calls == null ? contentOf(m) : `${contentOf(m)}\n${JSON.stringify(m.tool_calls)}`))
		.join('\n\n');
}

export function promptText(prompt: Prompt): string {
	return prompt.messages.map(contentOf).join('\n\n');
}

/** Exact-match normalisation of rules.md: NFKC, lower case without a locale, runs of white space to one space, trimmed. */
export function normaliseText(text: string): string {
	return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
}

/**
 * The normalised first user turn: what default splits and clusters hang on.
 * A prompt without a user turn falls back to its first turn, so that it still has a key.
 */
export function firstTurnKey(prompt: Prompt): string {
	const first = prompt.messages.find((m) => m.role === 'user') ?? prompt.messages[0];
	return normaliseText(first === undefined ? '' : contentOf(first));
}

/** One line for lists: white space folded, cut at `max` characters on a code point. */
export function foldedLine(text: string, max: number): string {
	const line = text.replace(/\s+/gu, ' ').trim();
	const points = [...line.slice(0, max * 2)];
	return points.length > max || line.length > max * 2 ? `${points.slice(0, max - 1).join('')}…` : line;
}

/** One line for lists: the last user turn. */
export function preview(prompt: Prompt, max = 160): string {
	const last = prompt.messages.findLast((m) => m.role === 'user') ?? prompt.messages.at(-1);
	return foldedLine(last === undefined ? '' : contentOf(last), max);
}
