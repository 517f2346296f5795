import { quantileSorted } from '../calibration/random.ts';
import type { ShiftFacts } from '../domain/inspection.ts';
import { type Rows, sampleDistances } from '../shift/distances.ts';
import { kolmogorovSmirnov } from '../shift/kolmogorov-smirnov.ts';
import { rankTest } from '../shift/rank-test.ts';
import { type Sided, sampleSides } from './domain-classifier.ts';
import type { ResponseTexts } from './domain-features.ts';
import { readPairs } from './reading.ts';

/** Clusters a side: distances grow with the square of their number. */
const MOST = 250;

/** One item of each cluster, held-out and train: the tests take values that do not hang together. */
function onePerCluster<T extends Sided>(items: readonly T[], seed: number): readonly [heldout: T[], train: T[]] {
	const seen = new Set<string>();
	const sides: [T[], T[]] = [[], []];
	for (const i of sampleSides(items, seed, 10 * MOST, MOST).taken) {
		const item = items[i]!;
		if (seen.has(item.cluster)) continue;
		seen.add(item.cluster);
		sides[item.heldout ? 0 : 1].push(item);
	}
	return sides;
}

function median(values: readonly number[]): number {
	return quantileSorted(Float64Array.from(values).sort(), 0.5);
}

function lengths(what: 'prompt' | 'response', heldout: number[], train: number[]): ShiftFacts['lengths'] {
	if (heldout.length === 0 || train.length === 0) return [];
	const { d, pExact, pAsymptotic } = kolmogorovSmirnov(heldout, train);
	const { auc: longer } = rankTest(heldout, train);
	return [{ what, heldout: median(heldout), train: median(train), longer, d, p: pExact ?? pAsymptotic }];
}

/** Sizes of the named features' differences, each column divided by its standard deviation over both sides. */
function namedDifferences(sides: readonly (readonly ResponseTexts[])[]): readonly Rows[] {
	const pairs = sides.flat();
	const { named } = readPairs({
		prompts: pairs.map(({ prompt }) => prompt),
		chosen: pairs.map(({ a }) => a),
		rejected: pairs.map(({ b }) => b),
	});
	const width = named.length / pairs.length;
	const values = named.map(Math.abs);
	for (let j = 0; j < width; j++) {
		let sum = 0;
		let squares = 0;
		for (let at = j; at < values.length; at += width) {
			sum += values[at]!;
			squares += values[at]! ** 2;
		}
		const sd = Math.sqrt(Math.max(0, squares / pairs.length - (sum / pairs.length) ** 2));
		for (let at = j; at < values.length; at += width) values[at] = sd > 0 ? values[at]! / sd : 0;
	}
	let from = 0;
	return sides.map(({ length }) => {
		const part = values.subarray(from * width, (from + length) * width);
		from += length;
		return { rows: length, width, values: part };
	});
}

/** Where held-out and train differ in ways that have a name: lengths, and how far the named response differences lie apart. */
export function shiftFacts(
	prompts: readonly (Sided & { readonly text: string })[],
	pairs: readonly (Sided & ResponseTexts)[],
	seed: number,
): ShiftFacts {
	const [heldoutPrompts, trainPrompts] = onePerCluster(prompts, seed);
	const sides = onePerCluster(pairs, seed);
	const [heldoutPairs, trainPairs] = sides;
	const characters = ({ text }: { readonly text: string }): number => text.length;
	const responseLength = ({ a, b }: ResponseTexts): number => (a.length + b.length) / 2;
	const few = Math.min(heldoutPairs.length, trainPairs.length) < 2;
	const apart = few ? null : sampleDistances(...(namedDifferences(sides) as [Rows, Rows]));
	return {
		heldout: heldoutPrompts.length,
		train: trainPrompts.length,
		lengths: [
			...lengths('prompt', heldoutPrompts.map(characters), trainPrompts.map(characters)),
			...lengths('response', heldoutPairs.map(responseLength), trainPairs.map(responseLength)),
		],
		responses:
			apart === null ? null : { energy: apart.energy, mmd2: apart.mmd2[0]!.unbiased!, sigma: apart.mmd2[0]!.sigma },
	};
}
