/** Rows that say themselves which of two answers is preferred, in the shapes that trainers and their users write. */

import type { Message } from '../../domain/comparison.ts';
import { plainMessages } from '../../domain/identity.ts';
import type { Format, ReadPair } from '../format.ts';
import { assistantSide } from '../messages.ts';
import type { Row } from '../parse-row.ts';
import { refuse } from '../row-error.ts';
import { isObject, openPrompt, readAnswer, readChat, readPromptWithSystem, systemTurn } from './chat.ts';

const isText = (value: unknown): value is string => typeof value === 'string';

function preferred(
	row: Row,
	prompt: readonly Message[],
	sides: readonly [string, string],
	used: readonly string[],
	warnings: string[],
): ReadPair {
	return {
		prompt,
		first: readAnswer(row[sides[0]], sides[0], warnings),
		second: readAnswer(row[sides[1]], sides[1], warnings),
		...(row.tools == null ? {} : { tools: row.tools }),
		sides,
		labelled: true,
		columns: [...sides, ...used, 'tools'],
		warnings,
	};
}

/** Under both names that the API has used for the sides. */
const OPENAI_SIDES = [
	['preferred_output', 'non_preferred_output'],
	['preferred_completion', 'non_preferred_completion'],
] as const;

/** OpenAI's preference fine-tuning, also Fireworks' and Together's. */
export const openai: Format = {
	name: 'openai',
	fits: (row) => 'input' in row && OPENAI_SIDES.some(([yes, no]) => yes in row && no in row),
	read: (row) => {
		const warnings: string[] = [];
		const { input } = row;
		if (!isObject(input)) return refuse('input', 'an object with messages', input);
		const sides = OPENAI_SIDES.find(([yes]) => yes in row) ?? OPENAI_SIDES[0];
		const { messages, tools, ...rest } = input;
		const prompt = openPrompt(readChat(messages, 'input.messages', warnings), 'input.messages');
		const hasTools = Array.isArray(tools) && tools.length > 0;
		return {
			...preferred(row, prompt, sides, ['input'], warnings),
			...(hasTools ? { tools } : {}),
			...(Object.keys(rest).length === 0 ? {} : { facts: { input: rest } }),
		};
	},
};

/** LLaMA-Factory, alpaca ranking: the query is added to the instruction on a line of its own, earlier turns come first. */
export const llamaFactory: Format = {
	name: 'llama-factory',
	fits: (row) => 'chosen' in row && 'rejected' in row && (isAlpaca(row) || isSharegpt(row)),
	read: (row) => {
		const warnings: string[] = [];
		if (isSharegpt(row)) {
			const chat = readChat(row.conversations, 'conversations', warnings);
			const prompt = openPrompt([...systemTurn(row.system), ...chat], 'conversations');
			return preferred(row, prompt, ['chosen', 'rejected'], ['conversations', 'system'], warnings);
		}
		const instruction = isText(row.instruction) ? row.instruction : refuse('instruction', 'text', row.instruction);
		const query = row.input ?? '';
		if (!isText(query)) return refuse('input', 'text', query);
		const last = [instruction, query].filter((part) => part !== '').join('\n');
		const prompt = readPromptWithSystem(
			[...history(row.history), { role: 'user', content: last }],
			row.system,
			'instruction',
			warnings,
		);
		return preferred(row, prompt, ['chosen', 'rejected'], ['instruction', 'input', 'system', 'history'], warnings);
	},
};

function isAlpaca(row: Row): boolean {
	return isText(row.instruction) && !('prompt' in row) && !('chosen_response' in row);
}

function isSharegpt(row: Row): boolean {
	return Array.isArray(row.conversations);
}

function history(value: unknown): Message[] {
	if (value == null || value === '') return [];
	if (!Array.isArray(value)) return refuse('history', 'a list of [question, answer]', value);
	return value.flatMap((turn: unknown, i): Message[] => {
		if (!Array.isArray(turn) || turn.length !== 2 || !turn.every(isText)) {
			return refuse(`history[${i}]`, '[question, answer]', turn);
		}
		return [
			{ role: 'user', content: turn[0] as string },
			{ role: 'assistant', content: turn[1] as string },
		];
	});
}

/** The columns that Axolotl's templates take the prompt from, and those of the sides. */
const AXOLOTL = [
	['question', 'chosen', 'rejected'],
	['input', 'chosen', 'rejected'],
	['prompt', 'chosen', 'rejected'],
	['instruction', 'chosen_response', 'rejected_response'],
] as const;

function axolotlColumns(row: Row) {
	return AXOLOTL.find(
		([prompt, yes, no]) =>
			isText(row[prompt]) &&
			isText(row[yes]) &&
			isText(row[no]) &&
			// Without a system turn a prompt beside chosen and rejected is TRL's own.
			(prompt !== 'prompt' || isText(row.system)),
	);
}

/** Axolotl: chat_template.default (messages beside two message objects), and the text columns of its chatml and llama3 templates. */
export const axolotl: Format = {
	name: 'axolotl',
	fits: (row) =>
		Array.isArray(row.messages)
			? row.prompt == null && isObject(row.chosen) && isObject(row.rejected)
			: axolotlColumns(row) !== undefined,
	read: (row) => {
		const warnings: string[] = [];
		const columns = axolotlColumns(row);
		if (columns === undefined || Array.isArray(row.messages)) {
			const chat = readChat(row.messages, 'messages', warnings);
			const prompt = openPrompt([...systemTurn(row.system), ...chat], 'messages');
			return preferred(row, prompt, ['chosen', 'rejected'], ['messages', 'system'], warnings);
		}
		const [column, ...sides] = columns;
		const prompt = readPromptWithSystem(row[column], row.system, column, warnings);
		return preferred(row, prompt, sides, [column, 'system'], warnings);
	},
};

/** A chat for fine-tuning whose last turn is the preferred answer, beside the answer that was not (ms-swift and others). */
export const rejectedResponse: Format = {
	name: 'ms-swift',
	fits: (row) => Array.isArray(row.messages) && ('rejected_response' in row || 'rejected_messages' in row),
	read: (row) => {
		const warnings: string[] = [];
		const chat = readChat(row.messages, 'messages', warnings);
		const end = chat.findLastIndex((message) => message.role !== 'assistant') + 1;
		const prompt = openPrompt([...systemTurn(row.system), ...chat.slice(0, end)], 'messages');
		const side = 'rejected_response' in row ? 'rejected_response' : 'rejected_messages';
		const rejected =
			side === 'rejected_response'
				? readAnswer(row[side], side, warnings)
				: afterPrompt(readChat(row[side], side, warnings), chat.slice(0, end), side);
		return {
			prompt,
			first: assistantSide(chat.slice(end), 'messages'),
			second: rejected,
			...(row.tools == null ? {} : { tools: row.tools }),
			sides: ['messages', side],
			labelled: true,
			columns: ['messages', side, 'system', 'tools'],
			warnings,
		};
	},
};

/** The whole rejected chat begins with the same turns. */
function afterPrompt(chat: Message[], prompt: readonly Message[], field: string): Message[] {
	const same = JSON.stringify(plainMessages(chat.slice(0, prompt.length))) === JSON.stringify(plainMessages(prompt));
	if (!same) return refuse(field, 'to begin with the same turns as messages', chat);
	return assistantSide(chat.slice(prompt.length), field);
}
