/** More than two responses to one prompt, ranked: every two of them are a pair. All have one prompt, so they are one cluster. */
import type { Message } from '../../domain/comparison.ts';
import type { Format, ReadJudgment, ReadPair } from '../format.ts';
import { cutTurns } from '../hh-rlhf.ts';
import { filledPrompt, isBlankSide } from '../messages.ts';
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

/**
 * The pairs of a ranking, best first; responses of equal text, and pairs of blank ones, make none.
 * @param judgment who ranked; the verdict is filled in
 * @throws RowError where fewer than two are ranked or more than 32 are there
 */
export function rankedPairs(
	prompt: readonly Message[],
	responses: readonly Ranked[],
	rest: Pick<ReadPair, 'columns' | 'warnings'> & Partial<Pick<ReadPair, 'common' | 'facts' | 'tools'>>,
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
	const text = ranked.map(({ response }) => JSON.stringify(response).normalize('NFC'));
	const pairs: ReadPair[] = [];
	for (const [i, first] of ranked.entries()) {
		for (let j = i + 1; j < ranked.length; j++) {
			const second = ranked[j]!;
			if (text[i] === text[j] || (isBlankSide(first.response) && isBlankSide(second.response))) continue;
			const facts =
				first.facts === undefined && second.facts === undefined ? {} : { first: first.facts, second: second.facts };
			pairs.push({
				...rest,
				prompt,
				first: first.response,
				second: second.response,
				sides: [first.field, second.field],
				labelled: false,
				judgments: [{ ...judgment, verdict: first.rank === second.rank ? 'tie' : 'a' }],
				facts: { ...rest.facts, ...facts },
			});
		}
	}
	if (pairs.length === 0) throw new RowError('responses: expected at least two different ones, found the same text');
	return pairs;
}

/** @returns the number, null for nothing */
export function rankOf(value: unknown, field: string): number | null {
	if (value == null || value === '') return null;
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
