import { numberStrings } from '../calibration/records.ts';
import type { TaughtFeature } from '../domain/run-record.ts';
import { sideText } from '../domain/text.ts';
import { words } from '../domain/tokens.ts';
import { forEachGram, wordHashes } from './grams.ts';
import { OWN_PREFIX } from './own-features.ts';
import type { ProbeFamily } from './probe.ts';

/** Shown as "what these pairs teach": named features, the user's own, n-grams. */
const MAX_NAMED = 12;
const MAX_OWN = 12;
const MAX_GRAMS = 20;

/** Clusters in which an n-gram has to stand: records hold no texts, and a rarer one could quote somebody. */
const MIN_GRAM_CLUSTERS = 5;

/** Columns looked at for MAX_GRAMS names, and pairs read again for each: some are rare, and names are found by reading. */
const CANDIDATES = 3 * MAX_GRAMS;
const PAIRS_READ = 40;

type Ranked = TaughtFeature & { readonly standardised: number };

/**
 * The strongest weights of the fitted probe, by logits per standard deviation, so that a rare word does not rank above a feature that
 * moves every pair. Weights whose sign differs between fold models are left out. Of T and R alone.
 */
export function taughtFeatures(family: ProbeFamily, point: number): readonly TaughtFeature[] {
	const { dense, steady } = family.points[point]!;
	const first = family.x.columns;
	const of = (kind: 'named' | 'own'): Ranked[] =>
		family.denseNames
			.map((name, j) => ({ name, weight: dense[j]!, standardised: dense[j]!, steady: steady[first + j] === 1 }))
			.filter((each) => each.steady && each.weight !== 0 && each.name.startsWith(OWN_PREFIX) === (kind === 'own'))
			.map(({ name, weight, standardised }) =>
				kind === 'own'
					? { name: name.slice(OWN_PREFIX.length), weight, kind, standardised }
					: { name, weight, standardised },
			)
			.sort(strongest);
	return [
		...of('named').slice(0, MAX_NAMED),
		...of('own').slice(0, MAX_OWN),
		...taughtGrams(family, point).sort(strongest).slice(0, MAX_GRAMS),
	].sort(strongest);
}

function strongest(x: Ranked, y: Ranked): number {
	return Math.abs(y.standardised) - Math.abs(x.standardised) || (x.name < y.name ? -1 : 1);
}

interface Candidate {
	readonly column: number;
	/** Clusters of fitted pairs that have the column. */
	clusters: number;
	/** Clusters of each n-gram that fell into the column's bucket, and the sign it is hashed with. */
	readonly found: Map<string, { readonly clusters: Set<string>; readonly sign: 1 | -1 }>;
}

/** N-grams are hashed: the columns with the largest weights get their names by reading pairs that have them again. */
function taughtGrams(family: ProbeFamily, point: number): Ranked[] {
	const { grams, steady } = family.points[point]!;
	const { x, gramBuckets } = family;
	const fitted = (['train', ...(family.hasPath ? ['heldout_reference' as const] : [])] as const).flatMap((split) => {
		const pairs = family.pairs(split);
		return [...family.rows(split)].map((row, i) => ({ row, pair: pairs[i]! }));
	});
	const spread = presenceSpread(family);
	const strength = Float64Array.from({ length: x.columns }, (_, j) => Math.abs(grams[j]! * spread[j]!));
	const candidates: Candidate[] = Array.from({ length: x.columns }, (_, column) => column)
		.filter((column) => steady[column] === 1)
		.sort((i, j) => strength[j]! - strength[i]! || i - j)
		.slice(0, CANDIDATES)
		.map((column) => ({ column, clusters: 0, found: new Map() }));
	// Every entry of every fitted row is looked up: an array, since a map takes a second on 100,000 pairs.
	const placeOf = new Int16Array(x.columns).fill(-1);
	candidates.forEach(({ column }, place) => {
		placeOf[column] = place;
	});
	const { index, count } = numberStrings(fitted.map(({ pair }) => pair.cluster));
	// A mark for each candidate and cluster: a set of names takes most of a second on 100,000 pairs.
	const met = new Uint8Array(candidates.length * count);
	const wanted = new Map(candidates.map((candidate) => [gramBuckets[candidate.column]!, candidate]));
	const read = new Set<number>();
	fitted.forEach(({ row }, i) => {
		for (let e = x.start[row]!; e < x.start[row + 1]!; e++) {
			const place = placeOf[x.column[e]!]!;
			if (place < 0) continue;
			const mark = place * count + index[i]!;
			if (met[mark] === 1) continue;
			met[mark] = 1;
			const candidate = candidates[place]!;
			if (candidate.clusters < PAIRS_READ) read.add(i);
			candidate.clusters++;
		}
	});
	for (const i of read) {
		const { pair } = fitted[i]!;
		for (const side of [pair.chosen, pair.rejected]) {
			const tokens = words(sideText(side));
			forEachGram(wordHashes(tokens), (bucket, sign, from, to) => {
				const candidate = wanted.get(bucket);
				if (candidate === undefined) return;
				const gram = from === to ? tokens[from]! : `${tokens[from]} ${tokens[to]}`;
				const known = candidate.found.get(gram);
				if (known === undefined) candidate.found.set(gram, { clusters: new Set([pair.cluster]), sign });
				else known.clusters.add(pair.cluster);
			});
		}
	}
	return candidates.flatMap(({ column, clusters, found }) => {
		// Where several n-grams share a bucket, the most frequent one gives the name.
		let name: string | null = null;
		for (const [gram, { clusters: of }] of found) {
			if (name === null || of.size > found.get(name)!.clusters.size) name = gram;
		}
		const best = name === null ? undefined : found.get(name);
		if (name === null || best === undefined || best.clusters.size < MIN_GRAM_CLUSTERS) return [];
		const weight = best.sign * grams[column]!;
		return [{ name, weight, kind: 'ngram' as const, clusters, standardised: weight * spread[column]! }];
	});
}

/** Root mean square of each n-gram's difference in train, as the dense features are scaled; in R where train has none. */
function presenceSpread({ x, rows }: ProbeFamily): Float64Array {
	const over = (split: 'train' | 'heldout_reference'): Float64Array => {
		const sums = new Float64Array(x.columns);
		const of = rows(split);
		for (const row of of) {
			for (let e = x.start[row]!; e < x.start[row + 1]!; e++) {
				sums[x.column[e]!] = sums[x.column[e]!]! + 1;
			}
		}
		return sums.map((sum) => Math.sqrt(sum / Math.max(1, of.length)));
	};
	const [train, reference] = [over('train'), over('heldout_reference')];
	return train.map((value, j) => value || reference[j]!);
}
