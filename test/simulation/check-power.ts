/** What each check finds at the effect and the size that its entry in src/domain/check-facts.ts names. */
import { clusteredMean } from '../../src/calibration/jackknife.ts';
import { type Random, seededRandom } from '../../src/calibration/random.ts';
import { numberStrings, pairLoss } from '../../src/calibration/records.ts';
import { checkForgetting, type RetentionPair } from '../../src/health/forgetting.ts';
import { checkLabelNoise } from '../../src/health/label-noise.ts';
import { checkReferenceMemorised, type HalfLoss } from '../../src/health/reference-memorised.ts';
import { checkTrainMemorised } from '../../src/health/train-memorised.ts';
import { drawPairs, type Effects, normal, runWorld, type SplitShape, type WorldShape } from './check-worlds.ts';

const PLAIN: WorldShape = {
	train: { clusters: 500, size: 2 },
	eval: { clusters: 500, size: 2 },
	reference: { clusters: 500, size: 2 },
	dependence: 0.2,
	spread: 1,
	votes: 1,
	modelNoise: 0.1,
	annotators: 4,
	verdicts: 300,
};

/** One check's power: seed → found. In the family every other check is under its null. */
export interface PowerCase {
	readonly check: string;
	readonly found: (seed: number) => boolean;
}

function inFamily(
	check: string,
	shape: Partial<WorldShape>,
	effects: Effects,
	split?: 'eval' | 'heldout_reference',
): PowerCase {
	return {
		check,
		// The Holm-adjusted p: what makes a check fail, and what gap could fail by.
		found: (seed) =>
			runWorld(seed, { ...PLAIN, ...shape }, effects).some(
				(each) => each.check === check && (split === undefined || each.split === split) && each.p_adjusted! < 0.05,
			),
	};
}

/**
 * Calibrated spread 1: margins 1.96 times as large are 10 points over-confident; noise of standard deviation 1.02 in margins costs 0.1
 * nats, 0.72 on a side that has 0.2 already costs 0.05 (measured by `namedEffects`, which the simulation prints).
 */
export const SHARPENED = 1.96;
export const NOT_CARRIED = 1.02;
export const WORSE = 0.72;

export const FAMILY_POWER: readonly PowerCase[] = [
	inFamily('overconfident-heldout', { reference: { clusters: 200, size: 2 } }, { sharpened: SHARPENED }),
	inFamily(
		'generalization-gap',
		{ train: { clusters: 750, size: 2 }, reference: { clusters: 400, size: 2 } },
		{ notCarriedOver: NOT_CARRIED },
	),
	inFamily('length-hack', { eval: { clusters: 750, size: 2 } }, { length: 0.35 }, 'eval'),
	inFamily('confidence-hack', {}, { certainty: 0.35 }, 'eval'),
	inFamily('format-hack', {}, { format: 0.35 }, 'eval'),
	inFamily('drift', { eval: { clusters: 750, size: 2 } }, { worse: WORSE }, 'eval'),
	inFamily('position-bias', {}, { firstSide: 0.65 }),
];

/** What SHARPENED, NOT_CARRIED and WORSE amount to over `clusters` clusters, in the units that the checks' texts name. */
export function namedEffects(seed: number, clusters: number): { over: number; gap: number; worse: number } {
	const random = seededRandom(seed);
	const pairs = drawPairs(random, { clusters, size: 2 }, PLAIN, 'N');
	let over = 0;
	let gap = 0;
	let worse = 0;
	for (const { logit } of pairs) {
		const truth = 1 / (1 + Math.exp(-logit));
		const sure = 1 / (1 + Math.exp(-SHARPENED * Math.abs(logit)));
		over += sure - Math.max(truth, 1 - truth);
		const unit = normal(random);
		gap += pairLoss(logit + NOT_CARRIED * unit, truth) - pairLoss(logit, truth);
		worse += pairLoss(logit + Math.hypot(0.2, WORSE) * unit, truth) - pairLoss(logit + 0.2 * unit, truth);
	}
	return { over: over / pairs.length, gap: gap / pairs.length, worse: worse / pairs.length };
}

/** Losses of two halves; memorising lowers R's by `easier` nats. Half is a coin per cluster, facets in both halves. */
export function halves(random: Random, clusters: number, size: number, easier: number): HalfLoss[] {
	const out: HalfLoss[] = [];
	for (let g = 0; g < 2 * clusters; g++) {
		const half = g % 2 === 0 ? 'R' : 'E';
		const facet = g % 3 === 0 ? ['domain:law'] : ['domain:law', 'language:de'];
		const shared = normal(random);
		for (let i = 0; i < size; i++) {
			const z = 0.4 * shared + 0.9 * normal(random);
			const loss = Math.log1p(Math.exp(-z));
			out.push({ half, cluster: `${g}`, facets: facet, loss: Math.max(0, loss - (half === 'R' ? easier : 0)) });
		}
	}
	return out;
}

export function memorised(seed: number, clusters: number, easier: number): number {
	return checkReferenceMemorised(halves(seededRandom(seed), clusters, 1, easier), seed, 'the model').p!;
}

/** Loss of a split in clusters, `lower` nats below what its twin has. */
function meanLoss(random: Random, shape: SplitShape, lower: number) {
	const pairs = drawPairs(random, shape, PLAIN, 'M');
	const { index, count } = numberStrings(pairs.map((pair) => pair.cluster));
	const values = pairs.map(({ logit, y }) => pairLoss(logit, y) - lower);
	return clusteredMean(values, new Float64Array(pairs.length).fill(1), index, count)!;
}

/** p of train-memorised where train is `gap` nats easier than eval. */
export function trainMemorised(seed: number, train: SplitShape, evaluation: SplitShape, gap: number): number {
	const random = seededRandom(seed);
	const inSample = meanLoss(random, train, gap);
	return checkTrainMemorised(inSample, meanLoss(random, evaluation, 0), 'the model').p!;
}

/** Status of forgetting where the loss per token rises by `rise` on average. */
export function forgetting(seed: number, shape: SplitShape, rise: number): string {
	const random = seededRandom(seed);
	const pairs: RetentionPair[] = drawPairs(random, shape, PLAIN, 'K').map((pair, i) => {
		const tokens = 20 + random.index(200);
		const chosen = -tokens * (2.5 + 0.5 * normal(random));
		const gap = pair.logit * 5 + 3;
		const worse = rise + 0.2 * normal(random);
		const baseline = { chosen, rejected: chosen - gap, chosenTokens: tokens };
		// Both responses lose alike: accuracy stays, the loss per token does not.
		const now = { chosen: chosen - worse * tokens, rejected: chosen - gap - worse * tokens, chosenTokens: tokens };
		return { comparison: `${i}`, cluster: pair.cluster, now, baseline };
	});
	return checkForgetting(pairs, 'the model').status;
}

/** Does the list of label-noise suspects name anything? `noise` = share of labels turned round. */
export function labelNoise(seed: number, shape: SplitShape, noise: number): boolean {
	const random = seededRandom(seed);
	const pairs = drawPairs(random, shape, { ...PLAIN, spread: 2 }, 'L').map(({ cluster, logit, y }, i) => {
		const label = random.unit() < noise ? 1 - y : y;
		const p = 1 / (1 + Math.exp(label >= 0.5 ? -logit : logit));
		return { comparison: `${i}`, cluster, p, y: Math.max(label, 1 - label) };
	});
	return checkLabelNoise([{ split: 'train', pairs }]).status === 'warn';
}

export const OTHER_POWER: readonly PowerCase[] = [
	{ check: 'reference-memorised', found: (seed) => memorised(seed, 150, 0.3) < 0.01 },
	{
		check: 'train-memorised',
		found: (seed) => trainMemorised(seed, { clusters: 500, size: 2 }, { clusters: 250, size: 2 }, 0.2) < 0.05,
	},
	{ check: 'label-noise', found: (seed) => labelNoise(seed, { clusters: 500, size: 2 }, 0.1) },
	{ check: 'forgetting', found: (seed) => forgetting(seed, { clusters: 200, size: 2 }, 0.1) === 'fail' },
];
