import type { Message } from '../domain/comparison.ts';
import type { PairFormat, ReadPair } from './format.ts';
import { filledPrompt } from './messages.ts';
import type { Row } from './parse-row.ts';
import { RowError, refuse } from './row-error.ts';

/** Where a turn begins. Only these marks cut: a message may itself begin with the word "Human:". */
const MARK = /\n\n(Human|Assistant):/g;
/** The first mark may have lost its line ends. */
const START = /^\s*(?:Human|Assistant):/;
const ASSISTANT = '\n\nAssistant:';

function isMarked(value: unknown): value is string {
	return typeof value === 'string' && START.test(value) && value.includes(ASSISTANT);
}

/** A prompt column that holds the chat so far, so that the sides are only its continuation. */
function isMarkedPrompt(value: unknown): value is string {
	return typeof value === 'string' && START.test(value) && value.trimEnd().endsWith(ASSISTANT);
}

/**
 * Cuts a string at its turn marks; Human → user, Assistant → assistant; each message is trimmed, nothing else changes.
 * @throws RowError where text stands before the first mark
 */
export function cutTurns(text: string, field: string): Message[] {
	const whole = START.test(text) ? `\n\n${text.trimStart()}` : text;
	const marks = [...whole.matchAll(MARK)];
	const before = whole.slice(0, marks[0]?.index ?? whole.length);
	if (before.trim() !== '') return refuse(field, 'to begin with a turn mark ("\\n\\nHuman:")', before);
	return marks.map((mark, i) => ({
		role: mark[1] === 'Human' ? 'user' : 'assistant',
		content: whole.slice(mark.index + mark[0].length, marks[i + 1]?.index ?? whole.length).trim(),
	}));
}

/** The prompt is everything before the last Assistant turn. */
function cutChat(value: unknown, field: string): { prompt: Message[]; side: Message[] } {
	if (typeof value !== 'string')
		return refuse(field, 'text with turn marks ("\\n\\nHuman:", "\\n\\nAssistant:")', value);
	const turns = cutTurns(value, field);
	const last = turns.at(-1);
	if (last === undefined || last.role !== 'assistant') {
		throw new RowError(
			`${field}: expected to end with an Assistant turn, found ${last === undefined ? 'no turn' : 'a Human turn'}`,
		);
	}
	return { prompt: turns.slice(0, -1), side: [last] };
}

/** Number of the first turn that differs, counted from 1, or null. */
function firstDifference(one: readonly Message[], two: readonly Message[]): number | null {
	for (let i = 0; i < Math.max(one.length, two.length); i++) {
		if (one[i]?.role !== two[i]?.role || one[i]?.content !== two[i]?.content) return i + 1;
	}
	return null;
}

function read(row: Row): ReadPair {
	const prefix = isMarkedPrompt(row.prompt) ? row.prompt.trimEnd() : '';
	if (prefix === '' && row.prompt != null) {
		return refuse('prompt', 'nothing, or text that ends with "\\n\\nAssistant:"', row.prompt);
	}
	const whole = (value: unknown) => (typeof value === 'string' && prefix !== '' ? `${prefix} ${value}` : value);
	const chosen = cutChat(whole(row.chosen), 'chosen');
	const rejected = cutChat(whole(row.rejected), 'rejected');
	const differs = firstDifference(chosen.prompt, rejected.prompt);
	if (differs !== null) {
		throw new RowError(
			`rejected: expected the same turns as chosen before the last Assistant turn, found a different turn ${differs}: two prompts are no comparison`,
		);
	}
	return {
		prompt: filledPrompt(chosen.prompt, 'prompt'),
		first: chosen.side,
		second: rejected.side,
		sides: ['chosen', 'rejected'],
		labelled: true,
		columns: ['prompt', 'chosen', 'rejected'],
		warnings: [],
	};
}

/** Anthropic's hh-rlhf: two chats as strings with turn marks. Read only. */
export const hhRlhf: PairFormat = {
	name: 'hh-rlhf',
	fits: (row) =>
		row.prompt == null ? isMarked(row.chosen) && isMarked(row.rejected) : isMarkedPrompt(row.prompt) && 'chosen' in row,
	read,
};
