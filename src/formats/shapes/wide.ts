import type { Format } from '../format.ts';
import { isBlankCell } from '../messages.ts';
import type { Row } from '../parse-row.ts';
import { RowError, refuse } from '../row-error.ts';
import { readAnswer, readList, readPromptWithSystem } from './chat.ts';
import { type Ranked, rankedPairs, rankOf } from './rankings.ts';

const RESPONSE = /^(response|answer|completion|output)[_ -]?([a-z]|\d{1,2})$/iu;
const PROMPTS = ['prompt', 'question', 'instruction'] as const;
/** Columns of a list of responses, the best first. */
const ORDERS = ['ranking', 'gold_ranking', 'ranked_responses', 'preference_ranking'] as const;
/** Columns of a number for each response, the more the better: `rating_1`. */
const SCORES = ['rating', 'score', 'reward'] as const;

interface Wide {
	readonly prompt: string;
	readonly responses: readonly { readonly column: string; readonly label: string }[];
	/** A list's column, or the columns of the numbers, one a response. */
	readonly order: string | readonly string[];
}

/**
 * Three responses or more in columns of their own, and what says which are better: two are a pair, which other formats read. Where there
 * are judgments they are of two as well: a row of Pairwright's own with a column more.
 */
function wideOf(row: Row): Wide | null {
	if ('judgments' in row) return null;
	const names = Object.keys(row);
	const found = names.flatMap((column) => {
		const [, stem, label] = RESPONSE.exec(column) ?? [];
		return stem === undefined || label === undefined ? [] : [{ column, stem: stem.toLowerCase(), label }];
	});
	const responses = found.filter(({ stem }) => stem === found[0]?.stem);
	const prompt = PROMPTS.find((name) => name in row);
	if (responses.length < 3 || prompt === undefined) return null;
	const order = ORDERS.find((name) => name in row && !isNumbers(row[name]));
	if (order !== undefined) return { prompt, responses, order };
	for (const score of SCORES) {
		const columns = responses.map(({ label }) =>
			names.find((name) => name.toLowerCase() === `${score}_${label}`.toLowerCase()),
		);
		if (columns.every((name) => name !== undefined)) return { prompt, responses, order: columns };
	}
	return null;
}

/** [3, 1, 2] may say which response is best, or which rank the first one has. */
function isNumbers(value: unknown): boolean {
	const text = typeof value === 'string' ? value : JSON.stringify(value ?? []);
	return /^\s*\[[\s"\d.,]*\d[\s"\d.,]*\]\s*$/u.test(text);
}

/** K responses in K columns with a ranking: a list of their letters, column names or texts, the best first; or a number for each. */
export const wide: Format = {
	name: 'wide-ranking',
	fits: (row) => wideOf(row) !== null,
	read: (row) => {
		const found = wideOf(row);
		if (found === null)
			throw new RowError(
				'row: expected three responses or more in columns of their own and their ranking, no judgments',
			);
		const { prompt, responses, order } = found;
		const warnings: string[] = [];
		const filled = responses.filter(({ column }) => !isBlankCell(row[column]));
		const ranks = typeof order === 'string' ? listed(row, found, order) : null;
		const all = filled.map(({ column, label }): Ranked => {
			const response = readAnswer(row[column], column, warnings);
			if (ranks !== null) return { response, field: column, rank: ranks.get(column) ?? null };
			const name = (order as readonly string[])[responses.findIndex((each) => each.label === label)]!;
			const score = rankOf(row[name], name);
			return { response, field: column, rank: score === null ? null : -score, facts: { score } };
		});
		const columns = [
			prompt,
			...responses.map(({ column }) => column),
			...(typeof order === 'string' ? [order] : order),
		];
		return rankedPairs(readPromptWithSystem(row[prompt], null, prompt, warnings), all, { columns, warnings });
	},
};

/** Rank by column: 0 = best. One that is not listed has none. */
function listed(row: Row, { responses }: Wide, field: string): Map<string, number> {
	const ranks = new Map<string, number>();
	for (const [rank, item] of readList(row[field], field).entries()) {
		const text = typeof item === 'string' ? item.trim() : '';
		const key = text.toLowerCase().replace(/[ -]/gu, '_');
		const named = responses.find(({ column, label }) => column.toLowerCase() === key || label.toLowerCase() === key);
		const said = responses.find(({ column }) => row[column] === item);
		// Responses "B" and "A" in columns a and b: either reading may be meant, and one turns every pair around.
		if (named !== undefined && said !== undefined && row[named.column] !== item) {
			throw new RowError(
				`${field}[${rank}]: expected one response, found ${JSON.stringify(item)}, which names ${named.column} and is the text of ${said.column}`,
			);
		}
		const match = named ?? said;
		if (match === undefined) {
			const known = responses.map(({ column }) => column).join(', ');
			return refuse(`${field}[${rank}]`, `one of ${known}, its letter or its text`, item);
		}
		if (ranks.has(match.column))
			throw new RowError(`${field}: expected each response once, found ${match.column} twice`);
		ranks.set(match.column, rank);
	}
	return ranks;
}
