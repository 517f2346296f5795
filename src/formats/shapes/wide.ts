import type { Format } from '../format.ts';
import { isBlankCell } from '../messages.ts';
import type { Row } from '../parse-row.ts';
import { entryResponse, rankingCell, twoReadings } from '../ranking-entries.ts';
import { RowError } from '../row-error.ts';
import { readAnswer, readPromptWithSystem } from './chat.ts';
import { type Ranked, rankedPairs, rankOf } from './rankings.ts';

const RESPONSE = /^(response|answer|completion|output)[_ -]?([a-z]|\d{1,2})$/iu;
const PROMPTS = ['prompt', 'question', 'instruction'] as const;
/** Columns of a list of responses, the best first. */
const ORDERS = ['ranking', 'gold_ranking', 'ranked_responses', 'preference_ranking'] as const;
/** Columns of a number for each response, the more the better: `rating_1`. */
const SCORES = ['rating', 'score', 'reward'] as const;

const SAY_WHICH =
	'. Say which: import the file with --map order=…; in the editor with Import Table with Column Mapping…';

interface Wide {
	readonly prompt: string;
	readonly responses: readonly { readonly column: string; readonly label: string }[];
	/** The ranking's column, or the columns of the numbers, one a response. */
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
	const order = ORDERS.find((name) => name in row);
	if (order !== undefined && !isBare(row[order], order)) return { prompt, responses, order };
	for (const score of SCORES) {
		const columns = responses.map(({ label }) =>
			names.find((name) => name.toLowerCase() === `${score}_${label}`.toLowerCase()),
		);
		if (columns.every((name) => name !== undefined)) return { prompt, responses, order: columns };
	}
	return order === undefined ? null : { prompt, responses, order };
}

/** 3 1 2 may say which response is best, or which rank the first one has. */
function isBare(value: unknown, field: string): boolean {
	if (isBlankCell(value)) return false;
	try {
		return rankingCell(value, field).bare;
	} catch (error) {
		if (!(error instanceof RowError)) throw error;
		return false;
	}
}

/** K responses in K columns with a ranking: their letters, column names or texts, the best first; or a number for each. */
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

/** Rank by column: 0 = best, equal = tied. One that is not listed has none. */
function listed(row: Row, { responses }: Wide, field: string): Map<string, number> {
	const { groups, bare } = rankingCell(row[field], field);
	if (bare) throw twoReadings(field, row[field], SAY_WHICH);
	const all = responses.map(({ column }) => ({ column, text: row[column] }));
	const ranks = new Map<string, number>();
	let at = 0;
	for (const [rank, group] of groups.entries()) {
		for (const entry of group) {
			const { column } = entryResponse(entry, all, `${field}[${at++}]`);
			if (ranks.has(column)) throw new RowError(`${field}: expected each response once, found ${column} twice`);
			ranks.set(column, rank);
		}
	}
	return ranks;
}
