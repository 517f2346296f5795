/** Columns that belong together, one for each response: `answer_1`, `answer_2`; `score_a`, `score_b`. */
import { RESPONSES } from '../domain/column-mapping.ts';
import { columnWords } from './column-mapping-words.ts';
import type { TableColumn } from './table-columns.ts';

const PLACES = RESPONSES.map((_, i) => i);
/** Words that tell responses apart, in order. */
const SIDE_WORDS: readonly (readonly string[])[] = [
	RESPONSES,
	PLACES.map((i) => String(i + 1)),
	PLACES.map(String),
	['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'],
	['left', 'right'],
	['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'],
	['x', 'y', 'z'],
];
export const RESPONSE_WORDS: ReadonlySet<string> = new Set([
	...['response', 'answer', 'output', 'completion', 'reply', 'text', 'candidate', 'generation', 'summary'],
	...['option', 'continuation', 'message'],
]);
export const SCORE_WORDS: ReadonlySet<string> = new Set(['score', 'rating', 'reward']);
export const RANK_WORDS: ReadonlySet<string> = new Set(['rank', 'ranking', 'place', 'position']);
/** Words of what is about a response and neither it nor its score. */
export const OTHER_WORDS: ReadonlySet<string> = new Set([
	...['id', 'name', 'length', 'tokens', 'source', 'url', 'feedback', 'reason', 'rationale', 'logprob', 'logprobs'],
	...['logps', 'time'],
]);

/** What is looked at of a column; lengths of texts are not known everywhere. */
type SeriesColumn = Omit<TableColumn, 'length'> & Partial<Pick<TableColumn, 'length'>>;

interface Series {
	readonly names: readonly string[];
	readonly length: number;
}

/**
 * Columns whose names differ in one word that tells responses apart, in order.
 * @param stemFits whether the other words of the name are meant
 */
export function seriesOf<C extends SeriesColumn>(
	columns: readonly C[],
	stemFits: (words: readonly string[]) => boolean,
	fits: (column: C) => boolean = () => true,
): Series[] {
	const usable = columns.filter(fits).map((c) => ({ column: c, words: columnWords(c.name) }));
	const all: Series[] = [];
	for (const { words } of usable) {
		for (const series of SIDE_WORDS) {
			const at = words.lastIndexOf(series[0]!);
			if (at < 0 || !stemFits(words.toSpliced(at, 1))) continue;
			const found = series.map((word) =>
				usable.find((each) => each.words.join(' ') === words.with(at, word).join(' ')),
			);
			const end = found.indexOf(undefined);
			const those = found.slice(0, end < 0 ? undefined : end).map((each) => each!.column);
			if (those.length < 2) continue;
			const length = those.reduce((sum, column) => sum + (column.length ?? 0), 0);
			all.push({ names: those.map(({ name }) => name), length });
		}
	}
	return all;
}

/** Of several such columns those with the longest texts, and of equals those that are most. */
export function longestSeries<C extends SeriesColumn>(
	columns: readonly C[],
	stemFits: (words: readonly string[]) => boolean,
	fits: (column: C) => boolean,
): readonly string[] | null {
	let best: Series | null = null;
	for (const each of seriesOf(columns, stemFits, fits)) {
		const isLess =
			best !== null &&
			(best.length > each.length || (best.length === each.length && best.names.length >= each.names.length));
		if (!isLess) best = each;
	}
	return best?.names ?? null;
}

/** The words that tell two columns apart, where these are the only difference: 0 and 1 of `answer_0` and `answer_1`. */
export function tellingWords(one: string, two: string): readonly [string, string] | null {
	const [words, others] = [columnWords(one), columnWords(two)];
	const at = words.findIndex((word, i) => word !== others[i]);
	if (at < 0 || words.length !== others.length || words.with(at, others[at]!).join(' ') !== others.join(' '))
		return null;
	return [words[at]!, others[at]!];
}

/** Whether a column stands before another by the word that tells them apart; null = not known. */
export function isBefore(one: string, two: string): boolean | null {
	const words = tellingWords(one, two);
	for (const series of words === null ? [] : SIDE_WORDS) {
		const [first, second] = words!.map((word) => series.indexOf(word));
		if (first! >= 0 && second! >= 0) return first! < second!;
	}
	return null;
}
