/** Whether GDPO does what it claims: what its choice costs on sealed pairs against DPO, pooled and other rules, on real and made-up shifts. */
import { type ClusteredMean, intervalOf, pairedDifference } from '../../src/calibration/jackknife.ts';
import { losses } from '../../src/calibration/proper.ts';
import { seededRandom } from '../../src/calibration/random.ts';
import type { Dataset, ScoredPair } from '../../src/domain/dataset.ts';
import { sha256 } from '../../src/domain/identity.ts';
import type { EvaluationSplit } from '../../src/domain/split.ts';
import { fitProbe, type ProbeFamily } from '../../src/scoring/probe.ts';
import { type Choice, choose } from '../../src/scoring/probe-frontier.ts';
import { DEFAULT_EVAL_RISE } from '../../src/scoring/recommend.ts';
import { NOTHING_LEFT_OUT } from '../unit/scoring-support.ts';

/**
 * Rules that each name one member of the family: s = 0; s by size; J at λ = 1; the recommended λ, else 0; the same rule with a rise
 * in eval loss also allowed up to what R surely gains (`weighed`, a rule that could be); J at λ = 1 with raw losses in
 * place of regrets; the least loss on R; and the least loss on the sealed half, which no rule can know.
 */
export const RULES = ['dpo', 'pooled', 'gdpo', 'recommended', 'weighed', 'rawGap', 'heldoutOnly', 'oracle'] as const;
export type Rule = (typeof RULES)[number];
type Each<T> = Readonly<Record<Rule, T>>;

/** One run: where each rule lands, and what that costs on pairs that chose nothing. Losses in nats. */
export interface Outcome {
	readonly s: Each<number>;
	/** λ, where the run recommends one. */
	readonly recommended: number | null;
	readonly sealed: Each<number>;
	readonly sealedAccuracy: Each<number>;
	readonly eval: Each<number>;
	/** The larger of the two regrets, on eval and on the sealed half: what minimax regret promises to keep small. */
	readonly worst: Each<number>;
	/** Paired differences GDPO (λ = 1) − rule, over clusters. */
	readonly sealedOver: Each<ClusteredMean>;
	readonly evalOver: Each<ClusteredMean>;
}

export function datasetOf(parts: Readonly<Partial<Record<EvaluationSplit, readonly ScoredPair[]>>>): Dataset {
	const leftOut = NOTHING_LEFT_OUT;
	const pairs = Object.entries(parts).flatMap(([split, own]) =>
		own.map((pair) => ({ ...pair, split: split as EvaluationSplit })),
	);
	return {
		pairs: pairs.sort((x, y) =>
			x.split < y.split ? -1 : x.split > y.split ? 1 : x.comparison < y.comparison ? -1 : 1,
		),
		leftOut: { train: leftOut, eval: leftOut, heldout_reference: leftOut, heldout_sealed: leftOut, retention: leftOut },
		leakage: [],
		sha256: '',
		manifest: null,
	};
}

/** Fits the family and says what each rule comes to. */
export async function outcome(dataset: Dataset, seed: number): Promise<Outcome> {
	const family = await fitProbe(dataset, seed);
	const { hasPath, pooled } = family;
	if (!hasPath || pooled === null) throw new RangeError('the tuning half is too small for a path');
	const mean = (split: EvaluationSplit, point: number): number => family.loss(split, point)!.value;
	const least = (of: (point: number) => number): number =>
		family.points.reduce((best, _, i) => (of(i) < of(best) ? i : best), 0);
	const gdpo = choose(family, { lambda: 1, margin: 0 });
	const oracle = least((i) => mean('heldout_sealed', i));
	const bestOnEval = least((i) => mean('eval', i));
	const place: Each<number> = {
		dpo: 0,
		pooled,
		gdpo: gdpo.point,
		recommended: choose(family, { lambda: gdpo.recommended.lambda ?? 0, margin: 0 }).point,
		weighed: weighed(family, gdpo),
		rawGap: least((i) => Math.max(mean('train', i), mean('heldout_reference', i))),
		heldoutOnly: least((i) => mean('heldout_reference', i)),
		oracle,
	};
	const each = <T>(of: (point: number) => T): Each<T> =>
		Object.fromEntries(RULES.map((rule) => [rule, of(place[rule])])) as Record<Rule, T>;
	const over = (split: EvaluationSplit, point: number): ClusteredMean => {
		const own = family.records(split, place.gdpo);
		return pairedDifference(own, losses(own), losses(family.records(split, point)))!;
	};
	return {
		s: each((point) => family.points[point]!.s),
		recommended: gdpo.recommended.lambda,
		sealed: each((point) => mean('heldout_sealed', point)),
		sealedAccuracy: each((point) => accuracy(family, point)),
		eval: each((point) => mean('eval', point)),
		worst: each((point) =>
			Math.max(
				mean('eval', point) - mean('eval', bestOnEval),
				mean('heldout_sealed', point) - mean('heldout_sealed', oracle),
			),
		),
		sealedOver: each((point) => over('heldout_sealed', point)),
		evalOver: each((point) => over('eval', point)),
	};
}

/**
 * The smallest λ whose R_H is within one paired standard error of the frontier's best, and whose rise in eval loss over DPO is surely
 * (95 %) at most δ, or at most what R_H surely falls; else λ = 0.
 */
function weighed(family: ProbeFamily, { lambdas }: Choice): number {
	const over = (split: 'heldout_reference' | 'eval', point: number, other: number): ClusteredMean => {
		const own = family.records(split, point);
		return pairedDifference(own, losses(own), losses(family.records(split, other)))!;
	};
	const heldout = (point: number): number => family.loss('heldout_reference', point)!.value;
	const best = lambdas.reduce(
		(least, { point }) => (heldout(point) < heldout(least) ? point : least),
		lambdas[0]!.point,
	);
	for (const point of new Set(lambdas.map((each) => each.point))) {
		const { value, se } = over('heldout_reference', point, best);
		if (point !== best && (se === null || value > se)) continue;
		if (point === 0) return point;
		const rise = intervalOf(over('eval', point, 0)).high;
		const change = intervalOf(over('heldout_reference', point, 0)).high;
		if (rise !== null && change !== null && rise <= Math.max(DEFAULT_EVAL_RISE, -change)) return point;
	}
	return lambdas[0]!.point;
}

/** Mean of [right] over sealed records, ties of the margin ½, vote shares as they are. */
function accuracy(family: ProbeFamily, point: number): number {
	const { size, margin, weight, y } = family.records('heldout_sealed', point);
	let right = 0;
	let all = 0;
	for (let r = 0; r < size; r++) {
		const z = margin[r]!;
		right += weight[r]! * (z > 0 ? y[r]! : z < 0 ? 1 - y[r]! : 0.5);
		all += weight[r]!;
	}
	return right / all;
}

/** What the held-out halves are to train. */
export const SITUATIONS = ['turned', 'gone', 'noisier', 'same'] as const;
export type Situation = (typeof SITUATIONS)[number];

/**
 * Made-up pairs. People like twelve words of substance or dislike them, everywhere; in train they like "certainly" too. Held out, that
 * taste is `turned` round, `gone`, or there as in train, with a third of the labels flipped (`noisier`) or none (`same`).
 */
export function makeSituation(
	situation: Situation,
	sizes: Readonly<Record<'train' | 'eval' | 'reference' | 'sealed', number>>,
	seed: number,
): Dataset {
	const random = seededRandom(seed * 7919 + 13);
	const response = (): { readonly text: string; readonly value: number; readonly certain: number } => {
		const words = Array.from({ length: 8 }, () => `w${Math.floor(400 * random.unit() ** 2)}`);
		const put = (word: string): void => {
			words.splice(random.index(words.length + 1), 0, word);
		};
		let value = 0;
		for (let k = 0; k < 12; k++) {
			if (random.unit() >= 0.3) continue;
			put(`merit${k}`);
			value += k % 2 === 0 ? 1 : -1;
		}
		const certain = random.unit() < 0.5 ? 1 : 0;
		if (certain === 1) put('certainly');
		return { text: words.join(' '), value, certain };
	};
	const pairs = (split: EvaluationSplit, count: number): ScoredPair[] => {
		const heldout = split.startsWith('heldout');
		const taste = 1.5 * (!heldout ? 1 : situation === 'turned' ? -1 : situation === 'gone' ? 0 : 1);
		return Array.from({ length: count }, (_, i) => {
			const [one, two] = [response(), response()];
			const logit = one.value - two.value + taste * (one.certain - two.certain);
			const flipped = heldout && situation === 'noisier' && random.unit() < 1 / 3;
			const first = random.unit() < 1 / (1 + Math.exp(-logit)) !== flipped;
			const id = sha256(`${seed} ${split} ${i}`);
			return {
				comparison: id,
				prompt: id,
				cluster: id,
				split,
				facets: heldout ? ['domain:made'] : [],
				turns: { messages: [{ role: 'user', content: `Question ${i}` }] },
				chosen: [{ role: 'assistant', content: (first ? one : two).text }],
				rejected: [{ role: 'assistant', content: (first ? two : one).text }],
				chosenSide: i % 2 === 0 ? 'a' : 'b',
				y: 1,
				decided: true,
				weight: 1,
				source: null,
			};
		});
	};
	return datasetOf({
		train: pairs('train', sizes.train),
		eval: pairs('eval', sizes.eval),
		heldout_reference: pairs('heldout_reference', sizes.reference),
		heldout_sealed: pairs('heldout_sealed', sizes.sealed),
	});
}

/** Mean over repetitions and its standard error. */
export function meanAndError(values: readonly number[]): { readonly mean: number; readonly se: number } {
	const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
	const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
	return { mean, se: Math.sqrt(squares / Math.max(1, values.length - 1) / values.length) };
}
