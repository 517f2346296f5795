import type { ScoredPair } from '../domain/dataset.ts';
import { UserError } from '../protocol/errors.ts';
import type { OwnFeatures } from './features.ts';

/** What the record says of features that the user brought: `engine.features.own`. No path: it may name a person. */
export interface OwnFeatureFacts {
	readonly mode: OwnFeatures['mode'];
	/** Of the file's content. */
	readonly sha256: string;
	readonly width: number;
	/** Scored pairs with features, and without: those count as 0, "no difference". */
	readonly pairs: number;
	readonly filled: number;
	/** Rows about comparisons that this run does not score. */
	readonly unused: number;
}

export interface OwnInput {
	readonly features: OwnFeatures;
	readonly facts: OwnFeatureFacts;
}

/** Before the names of own features among the others, so that none is taken for a named one. */
export const OWN_PREFIX = 'own: ';

/** Shortest id prefix that is taken for one, as everywhere. */
const MIN_PREFIX = 8;
/** Ids named where pairs lack features. */
const NAMED = 3;

/** Puts rows of own features beside the pairs of a dataset, turned to chosen − rejected. */
export class OwnFeatureTable {
	readonly #pairs: readonly ScoredPair[];
	readonly #ids: readonly { readonly id: string; readonly place: number }[];
	/** Line that gave each pair its features; 0 = none yet. */
	readonly #lines: Int32Array;
	#width = 0;
	#values = new Float32Array(0);
	#unused = 0;

	constructor(pairs: readonly ScoredPair[]) {
		this.#pairs = pairs;
		this.#ids = pairs
			.map((pair, place) => ({ id: pair.comparison, place }))
			.sort((x, y) => (x.id < y.id ? -1 : x.id > y.id ? 1 : 0));
		this.#lines = new Int32Array(pairs.length);
	}

	/**
	 * @param id of a comparison, or a prefix of 8 or more digits that is unique among the run's pairs
	 * @param difference φ(a) − φ(b) of the canonical sides; every row as long as the first
	 * @returns what is wrong with the row, or null
	 */
	add(line: number, id: string, difference: readonly number[]): string | null {
		if (this.#width === 0) {
			this.#width = difference.length;
			this.#values = new Float32Array(this.#pairs.length * difference.length);
		}
		if (difference.length !== this.#width) {
			return `expected ${this.#width} numbers as in the first row, found ${difference.length}`;
		}
		// Single precision holds what a model's embedding has, in half the memory; what overflows it is no feature.
		const wrong = difference.findIndex((value) => !Number.isFinite(Math.fround(value)));
		if (wrong >= 0) return `number ${wrong + 1}: expected a finite number below 3.4e38, found ${difference[wrong]}`;
		const found = this.#find(id);
		if (found === 'ambiguous') return `id: expected the id of one comparison, found ${id}, with which several begin`;
		if (found === null) {
			this.#unused++;
			return null;
		}
		const before = this.#lines[found]!;
		if (before !== 0) return `id: expected each pair once, found the pair of line ${before} again`;
		this.#lines[found] = line;
		const sign = this.#pairs[found]!.chosenSide === 'a' ? 1 : -1;
		for (let j = 0; j < this.#width; j++) this.#values[found * this.#width + j] = sign * difference[j]!;
		return null;
	}

	/**
	 * @param names of the columns, or null
	 * @throws UserError `unusable-input` where no pair has features, or with `replace` where any has none: its features would
	 * all be 0, and its prediction ½ whatever was learnt
	 */
	finish(mode: OwnFeatures['mode'], names: readonly string[] | null, sha256: string): OwnInput {
		const missing = this.#pairs.filter((_, i) => this.#lines[i] === 0);
		const pairs = this.#pairs.length - missing.length;
		const first = missing
			.slice(0, NAMED)
			.map((pair) => pair.comparison.slice(0, 16))
			.join(', ');
		if (pairs === 0) {
			throw new UserError(
				'unusable-input',
				`--features: none of its ${this.#unused} rows is about a pair that this run scores (the run's first: ${first}). Rows are named by the id of a comparison, as "pairwright list --json" gives it, or hold the pair itself.`,
			);
		}
		if (mode === 'replace' && missing.length > 0) {
			throw new UserError(
				'unusable-input',
				`--features: ${missing.length} of the ${this.#pairs.length} scored pairs have no row (${first}${missing.length > NAMED ? ', …' : ''}). With --features-mode replace every pair needs one; add them, or use --features-mode join, where a missing row counts as no difference.`,
			);
		}
		const width = this.#width;
		return {
			features: {
				names: Array.from({ length: width }, (_, j) => `${OWN_PREFIX}${names?.[j] ?? j + 1}`),
				width,
				values: this.#values,
				mode,
			},
			facts: { mode, sha256, width, pairs, filled: missing.length, unused: this.#unused },
		};
	}

	#find(id: string): number | 'ambiguous' | null {
		let low = 0;
		let high = this.#ids.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.#ids[middle]!.id < id) low = middle + 1;
			else high = middle;
		}
		const at = this.#ids[low];
		if (at === undefined || !at.id.startsWith(id)) return null;
		if (at.id !== id && (id.length < MIN_PREFIX || this.#ids[low + 1]?.id.startsWith(id) === true)) return 'ambiguous';
		return at.place;
	}
}
