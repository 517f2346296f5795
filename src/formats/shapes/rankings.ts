/** More than two responses to one prompt, ranked: every two of them are a pair. All have one prompt, so they are one cluster. */
import type { Message } from '../../domain/comparison.ts';
import { canonicalJson, plainMessages } from '../../domain/identity.ts';
import type { Format, ReadJudgment, ReadPair } from '../format.ts';
import { cutTurns } from '../hh-rlhf.ts';
import { filledPrompt, isBlankCell, isBlankSide } from '../messages.ts';
import type { Row } from '../parse-row.ts';
import { RowError, refuse } from '../row-error.ts';
import { isObject, readAnswer, readList, readPromptWithSystem } from './chat.ts';

/** Most responses of one ranking: 32 make 496 pairs. */
const MOST_RESPONSES = 32;

export interface Ranked {
	readonly response: readonly Message[];
	/** Where it stands in the row, for messages: `answers[2]`. */
	readonly field: string;
	/** The smaller the better; equal = a tie; null = not ranked, and in no pair. */
	readonly rank: number | null;
	/** What else the row says of it (model, score). */
	readonly facts?: Row;
}

type Rest = Pick<ReadPair, 'columns' | 'warnings'> & Partial<Pick<ReadPair, 'common' | 'facts' | 'tools'>>;

function pairOf(
	prompt: readonly Message[],
	first: Ranked,
	second: Ranked,
	rest: Rest,
	judgment: ReadJudgment | null,
): ReadPair {
	const facts =
		first.facts === undefined && second.facts === undefined ? {} : { first: first.facts, second: second.facts };
	return {
		...rest,
		prompt,
		first: first.response,
		second: second.response,
		sides: [first.field, second.field],
		labelled: false,
		judgments: judgment === null ? [] : [judgment],
		facts: { ...rest.facts, ...facts },
	};
}

/**
 * The pairs of responses without ranks: every two of different text, as far as they are compared.
 * @param said the judgment of two, in this order; null = not judged; undefined = they are no pair
 * @throws RowError where no pair is left
 */
export function comparedPairs(
	prompt: readonly Message[],
	responses: readonly Ranked[],
	rest: Rest,
	said: (first: Ranked, second: Ranked) => ReadJudgment | null | undefined,
): ReadPair[] {
	const distinct = new Map<string, Ranked>();
	for (const each of responses) {
		const text = textKey(each);
		if (!distinct.has(text)) distinct.set(text, each);
	}
	const all = [...distinct.values()];
	const pairs = all.flatMap((first, i) =>
		all.slice(i + 1).flatMap((second) => {
			const judgment = said(first, second);
			const blank = isBlankSide(first.response) && isBlankSide(second.response);
			return blank || judgment === undefined ? [] : [pairOf(prompt, first, second, rest, judgment)];
		}),
	);
	if (pairs.length === 0) throw new RowError('responses: expected at least two different ones, found the same text');
	return pairs;
}

/** Texts are the same as they are for ids. */
export function textKey({ response }: Pick<Ranked, 'response'>): string {
	return canonicalJson(plainMessages(response));
}

/**
 * The pairs of a ranking, best first. A text that stands there several times is one response; beside one that stands between its ranks
 * it would be better and worse at once, and they make no pair. Blank ones make none with each other.
 * @param judgment who ranked; the verdict is filled in
 * @throws RowError where fewer than two are ranked, more than 32 are there, or no two of different text have an order
 */
export function rankedPairs(
	prompt: readonly Message[],
	responses: readonly Ranked[],
	rest: Rest,
	judgment: Omit<ReadJudgment, 'verdict'> = { annotator: null },
): ReadPair[] {
	if (responses.length > MOST_RESPONSES) {
		throw new RowError(`responses: expected at most ${MOST_RESPONSES} in one ranking, found ${responses.length}`);
	}
	const ranked = responses
		.filter((each): each is Ranked & { rank: number } => each.rank !== null)
		.toSorted((x, y) => x.rank - y.rank);
	if (ranked.length < 2) {
		throw new RowError(`responses: expected at least two that are ranked, found ${ranked.length}`);
	}
	const distinct = byText(ranked);
	const pairs: ReadPair[] = [];
	const contradictions: string[] = [];
	for (const [i, { best: first, worst }] of distinct.entries()) {
		for (const { best: second, worst: last } of distinct.slice(i + 1)) {
			if (isBlankSide(first.response) && isBlankSide(second.response)) continue;
			const isTie = first.rank === Math.max(worst, last);
			if (worst >= second.rank && !isTie) {
				contradictions.push(`${first.field} and ${second.field}`);
				continue;
			}
			pairs.push(pairOf(prompt, first, second, rest, { ...judgment, verdict: isTie ? 'tie' : 'a' }));
		}
	}
	if (contradictions.length === 0) {
		if (pairs.length === 0) throw new RowError('responses: expected at least two different ones, found the same text');
		return pairs;
	}
	const said = `${contradictions.join(', ')}: the same text stands at several ranks, above and below the other`;
	if (pairs.length === 0) throw new RowError(`${said}; no pair is left`);
	return [{ ...pairs[0]!, warnings: [...pairs[0]!.warnings, `${said}; left out`] }, ...pairs.slice(1)];
}

/** One entry a text, in the order of their best ranks, with the worst rank it was given. */
function byText<T extends Ranked & { readonly rank: number }>(ranked: readonly T[]): { best: T; worst: number }[] {
	const found = new Map<string, { best: T; worst: number }>();
	for (const each of ranked) {
		const text = textKey(each);
		found.set(text, { best: found.get(text)?.best ?? each, worst: each.rank });
	}
	return [...found.values()];
}

/** @returns the number, null for nothing */
export function rankOf(value: unknown, field: string): number | null {
	if (isBlankCell(value)) return null;
	const number = typeof value === 'string' ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : refuse(field, 'a number', value);
}

/** Nectar: a prompt with turn marks and answers with their ranks. */
export const nectar: Format = {
	name: 'nectar',
	fits: (row) => 'prompt' in row && 'answers' in row,
	read: (row) => {
		const warnings: string[] = [];
		const answers = readList(row.answers, 'answers').map((item, i): Ranked => {
			const field = `answers[${i}]`;
			if (!isObject(item)) return refuse(field, 'an object {answer, rank}', item);
			const { answer, rank, ...facts } = item;
			return {
				response: readAnswer(answer, `${field}.answer`, warnings),
				field,
				rank: rankOf(rank, `${field}.rank`),
				facts: { ...facts, rank },
			};
		});
		return rankedPairs(nectarPrompt(row.prompt, warnings), answers, { columns: ['prompt', 'answers'], warnings });
	},
};

/** "\n\nHuman: Q\n\nAssistant: " as turns; other text as it is. */
function nectarPrompt(value: unknown, warnings: string[]): Message[] {
	if (typeof value !== 'string' || !/^\s*Human:/u.test(value)) {
		return readPromptWithSystem(value, null, 'prompt', warnings);
	}
	const turns = cutTurns(value, 'prompt');
	const last = turns.at(-1);
	return filledPrompt(last?.role === 'assistant' && last.content === '' ? turns.slice(0, -1) : turns, 'prompt');
}

/** UltraFeedback before it was made into pairs: an instruction and completions with scores. */
export const ultrafeedback: Format = {
	name: 'ultrafeedback',
	fits: (row) => 'instruction' in row && 'completions' in row,
	read: (row) => {
		const warnings: string[] = [];
		const completions = readList(row.completions, 'completions').map((item, i): Ranked => {
			const field = `completions[${i}]`;
			if (!isObject(item)) return refuse(field, 'an object {response, overall_score}', item);
			const score = rankOf(item.overall_score ?? item.fine_grained_score ?? item.score, `${field}.overall_score`);
			return {
				response: readAnswer(item.response, `${field}.response`, warnings),
				field,
				rank: score === null ? null : -score,
				facts: { ...(typeof item.model === 'string' ? { model: item.model } : {}), score },
			};
		});
		const prompt = readPromptWithSystem(row.instruction, null, 'instruction', warnings);
		return rankedPairs(prompt, completions, { columns: ['instruction', 'completions'], warnings });
	},
};
