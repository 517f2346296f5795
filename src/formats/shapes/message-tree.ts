import type { Message } from '../../domain/comparison.ts';
import type { Format, ReadPair } from '../format.ts';
import { filledPrompt } from '../messages.ts';
import type { Row } from '../parse-row.ts';
import { RowError, refuse } from '../row-error.ts';
import { isObject } from './chat.ts';
import { type Ranked, rankedPairs, rankOf } from './rankings.ts';

/** Turns of one tree's deepest branch. */
const DEEPEST = 100;

interface Node {
	readonly text: string;
	readonly role: 'user' | 'assistant';
	readonly rank: number | null;
	/** What else it says in single values: id, language, model. */
	readonly facts: Row;
	readonly replies: readonly unknown[];
}

function readNode(value: unknown, field: string): Node {
	if (!isObject(value)) return refuse(field, 'a message {text, role, replies}', value);
	const { text, role } = value;
	if (typeof text !== 'string') return refuse(`${field}.text`, 'text', text);
	if (role !== 'prompter' && role !== 'user' && role !== 'assistant') {
		return refuse(`${field}.role`, 'prompter or assistant', role);
	}
	const replies = value.replies ?? [];
	if (!Array.isArray(replies)) return refuse(`${field}.replies`, 'a list of messages', replies);
	return {
		text,
		role: role === 'assistant' ? 'assistant' : 'user',
		rank: rankOf(value.rank, `${field}.rank`),
		facts: factsOf(value),
		replies,
	};
}

const UNDERSTOOD = new Set([
	...['text', 'role', 'rank', 'replies', 'parent_id', 'message_tree_id', 'tree_state'],
	...['deleted', 'review_result'],
]);

/** Lists and objects (labels, reactions, scores of classifiers) would outweigh the texts. */
function factsOf(message: Row): Row {
	return Object.fromEntries(
		Object.entries(message).filter(
			([name, value]) => !UNDERSTOOD.has(name) && value != null && typeof value !== 'object',
		),
	);
}

/** Deleted messages and those that reviewers refused are in no pair, nor is what follows them. */
function isUsable(value: unknown): boolean {
	return isObject(value) && value.deleted !== true && value.review_result !== false;
}

/**
 * A tree of messages (OpenAssistant): wherever two or more of an assistant's replies are ranked, every two of them are a pair whose
 * prompt is the way from the root. They begin with the same question, so all pairs of a tree are one cluster.
 */
export const messageTree: Format = {
	name: 'message-tree',
	fits: (row) => isObject(row.prompt) && 'message_tree_id' in row,
	read: (row) => {
		const pairs = treePairs(row.prompt, ['message_tree_id', 'prompt']);
		if (pairs.length > 0) return pairs;
		throw new RowError('prompt: expected a message with at least two ranked replies somewhere below it, found none');
	},
};

export function treePairs(root: unknown, columns: readonly string[]): ReadPair[] {
	const pairs: ReadPair[] = [];
	const walk = (value: unknown, way: readonly Message[], field: string): void => {
		const node = readNode(value, field);
		if (way.length > DEEPEST) throw new RowError(`${field}: expected at most ${DEEPEST} turns, found more`);
		const turns = [...way, { role: node.role, content: node.text }];
		const replies = node.replies
			.map((reply, i) => ({ reply, at: `${field}.replies[${i}]` }))
			.filter(({ reply }) => isUsable(reply));
		if (node.role === 'user') pairs.push(...rankedReplies(turns, replies, columns));
		for (const { reply, at } of replies) walk(reply, turns, at);
	};
	walk(root, [], 'prompt');
	return pairs;
}

function rankedReplies(
	way: Message[],
	replies: readonly { readonly reply: unknown; readonly at: string }[],
	columns: readonly string[],
): ReadPair[] {
	const ranked = replies.flatMap(({ reply, at }): Ranked[] => {
		const { role, text, rank, facts } = readNode(reply, at);
		if (role !== 'assistant' || rank === null) return [];
		return [{ response: [{ role, content: text }], field: at, rank, facts: { rank, ...facts } }];
	});
	const texts = new Set(ranked.map(({ response }) => response[0]?.content?.normalize('NFC')));
	if (texts.size < 2) return [];
	return rankedPairs(filledPrompt(way, 'prompt'), ranked, { columns, warnings: [] });
}

/** A turn that somebody asked, with one answer to it or none. */
export interface TreePrompt {
	readonly prompt: readonly Message[];
	readonly response: readonly Message[] | null;
	/** What else the answer, or the prompt without one, says in single values. */
	readonly facts: Row;
}

/** Every turn of the user in a tree: the way to it is a prompt, and each reply to it a response. */
export function treePrompts(root: unknown): TreePrompt[] {
	const out: TreePrompt[] = [];
	const walk = (value: unknown, way: readonly Message[], field: string): void => {
		if (!isUsable(value)) return;
		const node = readNode(value, field);
		if (way.length > DEEPEST) throw new RowError(`${field}: expected at most ${DEEPEST} turns, found more`);
		const turns = [...way, { role: node.role, content: node.text }];
		const replies = node.replies.filter(isUsable);
		if (node.role === 'user') {
			const prompt = filledPrompt(turns, field);
			const answers = replies
				.map((reply, i) => readNode(reply, `${field}.replies[${i}]`))
				.filter(({ role }) => role === 'assistant');
			if (answers.length === 0) out.push({ prompt, response: null, facts: node.facts });
			for (const { text, facts } of answers) {
				out.push({ prompt, response: [{ role: 'assistant', content: text }], facts });
			}
		}
		for (const [i, reply] of replies.entries()) walk(reply, turns, `${field}.replies[${i}]`);
	};
	walk(root, [], 'prompt');
	return out;
}
