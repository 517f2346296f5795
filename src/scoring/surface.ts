import type { ScoredPair } from '../domain/dataset.ts';
import type { EvaluationSplit } from '../domain/split.ts';
import { DENSE_FEATURES } from './dense-features.ts';
import type { ProbeFamily } from './probe.ts';
import { readPairs, textsOf } from './reading.ts';

type Named = (typeof DENSE_FEATURES)[number];

/** What a shallow preference hangs on, chosen − rejected, one value a pair of a split. */
export interface Surface {
	/** ln(1 + characters). */
	readonly length: Float64Array;
	/** Share of certainty words − share of hedges. */
	readonly certainty: Float64Array;
	/** Σ ln(1 + count) over list items, headings and bold, and code. */
	readonly format: Float64Array;
}

const PARTS = {
	length: { 'length (log characters)': 1 },
	certainty: { 'certainty words': 1, hedges: -1 },
	format: { 'list items': 1, 'headings and bold': 1, code: 1 },
} as const satisfies Record<keyof Surface, Partial<Record<Named, number>>>;

type NamedValue = (row: number, name: Named) => number;

/** Named features of pairs, read from the texts. */
function readNamed(pairs: readonly ScoredPair[]): NamedValue {
	const { named } = readPairs(textsOf(pairs));
	return (i, name) => named[i * DENSE_FEATURES.length + DENSE_FEATURES.indexOf(name)]!;
}

/** Named features of a split's pairs: the probe's own where it has them, else read from the texts again. */
function namedRows(family: ProbeFamily, split: EvaluationSplit): NamedValue {
	const places = new Map(family.denseNames.map((name, j) => [name, j]));
	if (!DENSE_FEATURES.every((name, j) => places.get(name) === j)) return readNamed(family.pairs(split));
	const rows = family.rows(split);
	const { dense, width } = family.x;
	return (i, name) => dense[rows[i]! * width + places.get(name)!]!;
}

function surface(n: number, value: NamedValue): Surface {
	const sum = (parts: Partial<Record<Named, number>>): Float64Array =>
		Float64Array.from({ length: n }, (_, i) =>
			Object.entries(parts).reduce((total, [name, sign]) => total + sign * value(i, name as Named), 0),
		);
	return { length: sum(PARTS.length), certainty: sum(PARTS.certainty), format: sum(PARTS.format) };
}

export function surfaceOf(family: ProbeFamily, split: EvaluationSplit): Surface {
	return surface(family.pairs(split).length, namedRows(family, split));
}

/** The same of any pairs, from their texts. */
export function surfaceOfPairs(pairs: readonly ScoredPair[]): Surface {
	return surface(pairs.length, readNamed(pairs));
}
