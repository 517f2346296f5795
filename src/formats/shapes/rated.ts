/** Pairs that carry a verdict in a column of its own: a signed strength, or the name of the winner. */
import type { Message } from '../../domain/comparison.ts';
import { canonicalJson, plainMessages } from '../../domain/identity.ts';
import type { Strength, Verdict } from '../../domain/judgment.ts';
import type { Format, ReadJudgment, ReadPair } from '../format.ts';
import { assistantSide, filledPrompt, isBlankCell } from '../messages.ts';
import type { Row } from '../parse-row.ts';
import { RowError, refuse } from '../row-error.ts';
import { chatOf } from '../table-cells.ts';
import { openPrompt, readAnswer, readChat, readList, readPromptWithSystem } from './chat.ts';

/** Names that other systems give to our splits. */
const SPLIT_NAMES: Readonly<Record<string, string>> = { val: 'eval', validation: 'eval', dev: 'eval', test: 'eval' };

/** The row with its split called as ours are. */
function withOurSplit(row: Row): Row {
	const ours = typeof row.split === 'string' ? SPLIT_NAMES[row.split] : undefined;
	return ours === undefined ? row : { ...row, split: ours };
}

/**
 * A whole number from −3 to 3: negative = the first response is better, and its size is the strength; 0 = a tie.
 * @returns null where the row says nothing
 */
function signed(value: unknown, field: string, note?: unknown): ReadJudgment | null {
	if (isBlankCell(value)) return null;
	const number = typeof value === 'string' ? Number(value) : value;
	if (typeof number !== 'number' || !Number.isInteger(number) || Math.abs(number) > 3) {
		return refuse(field, 'a whole number from -3 to 3', value);
	}
	const text = typeof note === 'string' && note !== '' ? { note } : {};
	if (number === 0) return { annotator: null, verdict: 'tie', ...text };
	return {
		annotator: null,
		verdict: number < 0 ? 'a' : 'b',
		strength: Math.abs(number) as Strength,
		...text,
	};
}

function ratedPair(
	row: Row,
	prompt: readonly Message[],
	sides: readonly [string, string],
	judgment: ReadJudgment | null,
	used: readonly string[],
	warnings: string[],
): ReadPair {
	return {
		prompt,
		first: readAnswer(row[sides[0]], sides[0], warnings),
		second: readAnswer(row[sides[1]], sides[1], warnings),
		sides,
		labelled: false,
		judgments: judgment === null ? [] : [judgment],
		common: withOurSplit(row),
		columns: [...sides, ...used, 'split', 'half', 'tags', 'source', 'metadata', 'judgments'],
		warnings,
	};
}

/** HelpSteer2-preference: texts, and a strength that is negative where response 1 is better. */
export const helpsteer2: Format = {
	name: 'helpsteer2',
	fits: (row) => 'response_1' in row && 'response_2' in row && 'preference_strength' in row && 'prompt' in row,
	read: (row) => {
		const warnings: string[] = [];
		const prompt = readPromptWithSystem(row.prompt, null, 'prompt', warnings);
		const judgment = signed(row.preference_strength, 'preference_strength', row.preference_statement);
		const used = ['prompt', 'preference_strength', 'preference_statement'];
		return ratedPair(row, prompt, ['response_1', 'response_2'], judgment, used, warnings);
	},
};

/** HelpSteer3 preference: a chat, and an overall preference that is negative where response 1 is better. */
export const helpsteer3: Format = {
	name: 'helpsteer3',
	fits: (row) => 'context' in row && 'response1' in row && 'response2' in row && 'overall_preference' in row,
	read: (row) => {
		const warnings: string[] = [];
		const prompt =
			typeof row.context === 'string' && chatOf(row.context) === null
				? readPromptWithSystem(row.context, null, 'context', warnings)
				: openPrompt(readChat(row.context, 'context', warnings), 'context');
		const judgment = signed(row.overall_preference, 'overall_preference');
		return ratedPair(row, prompt, ['response1', 'response2'], judgment, ['context', 'overall_preference'], warnings);
	},
};

const WINNERS: Readonly<Record<string, Verdict>> = {
	model_a: 'a',
	model_b: 'b',
	tie: 'tie',
	both_bad: 'both_bad',
	bothbad: 'both_bad',
	'tie (bothbad)': 'both_bad',
};

/** Chatbot Arena: two chats with the same questions; a winner by name. Lists may be written as text. */
export const arena: Format = {
	name: 'arena',
	fits: (row) => 'conversation_a' in row && 'conversation_b' in row && 'winner' in row,
	read: (row) => {
		const warnings: string[] = [];
		const one = readChat(row.conversation_a, 'conversation_a', warnings);
		const two = readChat(row.conversation_b, 'conversation_b', []);
		const shared = sharedTurns(one, two);
		if (shared === 0) throw new RowError('conversation_b: expected the same first question as conversation_a');
		return {
			prompt: filledPrompt(one.slice(0, shared), 'conversation_a'),
			first: assistantSide(one.slice(shared), 'conversation_a'),
			second: assistantSide(two.slice(shared), 'conversation_b'),
			sides: ['conversation_a', 'conversation_b'],
			labelled: false,
			judgments: winner(row.winner),
			columns: ['conversation_a', 'conversation_b', 'winner', 'full_conversation'],
			warnings,
		};
	},
};

function winner(value: unknown): ReadJudgment[] {
	if (isBlankCell(value)) return [];
	const verdict = typeof value === 'string' ? WINNERS[value.trim().toLowerCase()] : undefined;
	return verdict === undefined
		? refuse('winner', 'model_a, model_b, tie or both_bad', value)
		: [{ annotator: null, verdict }];
}

/** Turns that both begin with, but not the whole of either: the rest are the answers. */
function sharedTurns(one: readonly Message[], two: readonly Message[]): number {
	const [a, b] = [plainMessages(one), plainMessages(two)];
	const most = Math.min(a.length, b.length);
	let n = 0;
	while (n < most && canonicalJson(a[n]) === canonicalJson(b[n])) n++;
	// Equal chats: the last answer of each is compared, and refused as the same.
	return n === most ? n - 1 : n;
}

const ONE_HOT = ['winner_model_a', 'winner_model_b', 'winner_tie'] as const;

/** The Kaggle table of Chatbot Arena: lists of questions and answers as JSON text, the winner in three columns of 0 and 1. */
export const arenaTable: Format = {
	name: 'arena-table',
	fits: (row) => 'prompt' in row && 'response_a' in row && 'response_b' in row && 'winner_model_a' in row,
	read: (row) => {
		const warnings: string[] = [];
		const questions = texts(row.prompt, 'prompt');
		const [one, two] = [texts(row.response_a, 'response_a'), texts(row.response_b, 'response_b')];
		if (one.length !== questions.length || two.length !== questions.length) {
			throw new RowError(
				`response_a and response_b: expected ${questions.length} answers as there are questions, found ${one.length} and ${two.length}`,
			);
		}
		const chat = (answers: readonly string[]): Message[] =>
			questions.flatMap((question, i) => [
				{ role: 'user', content: question },
				{ role: 'assistant', content: answers[i]! },
			]);
		const [a, b] = [chat(one), chat(two)];
		const shared = Math.max(1, sharedTurns(a, b));
		return {
			prompt: filledPrompt(a.slice(0, shared), 'prompt'),
			first: a.slice(shared),
			second: b.slice(shared),
			sides: ['response_a', 'response_b'],
			labelled: false,
			judgments: oneHot(row),
			columns: ['prompt', 'response_a', 'response_b', ...ONE_HOT],
			warnings,
		};
	},
};

/** Questions or answers: a JSON list of texts, in which null is an empty one; or a single text. */
function texts(value: unknown, field: string): string[] {
	if (typeof value === 'string' && !/^\s*\[/u.test(value)) return [value];
	return readList(value, field).map((item, i) => {
		if (item === null) return '';
		return typeof item === 'string' ? item : refuse(`${field}[${i}]`, 'text', item);
	});
}

function oneHot(row: Row): ReadJudgment[] {
	const verdicts = ['a', 'b', 'tie'] as const;
	const set = ONE_HOT.map((column) => {
		const value = row[column];
		const number = typeof value === 'string' ? Number(value) : Number(value ?? 0);
		return number === 0 || number === 1 ? number : refuse(column, '0 or 1', value);
	});
	const at = set.indexOf(1);
	if (at < 0) return [];
	if (set.lastIndexOf(1) !== at) throw new RowError(`${ONE_HOT.join(', ')}: expected one winner, found several`);
	return [{ annotator: null, verdict: verdicts[at]! }];
}
