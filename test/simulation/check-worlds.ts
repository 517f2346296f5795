/** Made-up worlds for the health checks: what is true in them is known, so alarms can be called right or wrong. */
import { recordMean } from '../../src/calibration/jackknife.ts';
import { losses } from '../../src/calibration/proper.ts';
import { type Random, seededRandom } from '../../src/calibration/random.ts';
import { type PairLabel, type Records, recordsFromMargins, sigmoid } from '../../src/calibration/records.ts';
import type { HealthCheck } from '../../src/domain/run-record.ts';
import { checkConfidenceHack } from '../../src/health/confidence-hack.ts';
import { checkDrift, type DriftPair, type PreviousScore } from '../../src/health/drift.ts';
import { checkFormatHack } from '../../src/health/format-hack.ts';
import { checkGeneralizationGap } from '../../src/health/generalization-gap.ts';
import { adjustFamily } from '../../src/health/holm.ts';
import { checkLengthHack } from '../../src/health/length-hack.ts';
import { checkOverconfidentHeldout } from '../../src/health/overconfident-heldout.ts';
import { checkPositionBias } from '../../src/health/position-bias.ts';

export interface SplitShape {
	readonly clusters: number;
	/** Mean pairs a cluster; sizes are geometric, from 1 to 10. */
	readonly size: number;
}

export interface WorldShape {
	readonly train: SplitShape;
	readonly eval: SplitShape;
	readonly reference: SplitShape;
	/** Correlation of labels within a cluster, on the normal scale. */
	readonly dependence: number;
	/** Standard deviation of the true logits. */
	readonly spread: number;
	/** 1 = one vote a pair, hard labels; more = vote shares. */
	readonly votes: number;
	/** Standard deviation of what tells the five models of eval apart. */
	readonly modelNoise: number;
	readonly annotators: number;
	readonly verdicts: number;
}

/** What is wrong in a world; all absent = nothing. */
export interface Effects {
	/** Margins of R are this many times the true logits. */
	readonly sharpened?: number;
	/** Train margins are the true logits; those of R carry this much noise (standard deviation) and lose its information. */
	readonly notCarriedOver?: number;
	/** Margins credit a feature this much beyond the truth, logits per standard deviation, on eval and R. */
	readonly length?: number;
	readonly certainty?: number;
	readonly format?: number;
	/** One annotator takes the first side this often. */
	readonly firstSide?: number;
	/** Noise (standard deviation) in the new model's margins that the old one has not. */
	readonly worse?: number;
}

export function normal(random: Random): number {
	return Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
}

/** Φ(x) (Abramowitz & Stegun 7.1.26, error below 1.5e-7). */
function normalCdf(x: number): number {
	const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
	const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
	const erf = 1 - series * Math.exp((-x * x) / 2);
	return x >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
}

interface Pair {
	readonly cluster: string;
	readonly logit: number;
	/** Length, certainty, format. */
	readonly x: readonly [number, number, number];
	/** Vote share of the first side. */
	readonly y: number;
}

function clusterSize(random: Random, mean: number): number {
	let size = 1;
	while (size < 10 && random.unit() < 1 - 1 / mean) size++;
	return size;
}

function drawShare(random: Random, logit: number, shared: number, dependence: number, votes: number): number {
	let first = 0;
	for (let v = 0; v < votes; v++) {
		const u = normalCdf(Math.sqrt(dependence) * shared + Math.sqrt(1 - dependence) * normal(random));
		if (u < sigmoid(logit)) first++;
	}
	return first / votes;
}

/** Pairs whose labels come from σ(logit); cluster mates share part of the logit, of the features and of the draw. */
export function drawPairs(random: Random, shape: SplitShape, world: WorldShape, name: string): Pair[] {
	const pairs: Pair[] = [];
	for (let g = 0; g < shape.clusters; g++) {
		const [c, d, shared] = [normal(random), normal(random), normal(random)];
		const size = clusterSize(random, shape.size);
		for (let i = 0; i < size; i++) {
			const unit = Math.sqrt(0.3) * c + Math.sqrt(0.7) * normal(random);
			const logit = world.spread * unit;
			// Length goes with quality; tone and format are 0 in most pairs.
			const length = 0.4 * unit + 0.5 * d + Math.sqrt(1 - 0.16 - 0.25) * normal(random);
			const certainty = random.unit() < 0.5 ? 0 : normal(random);
			const format = random.unit() < 0.75 ? 0 : 0.3 * unit + normal(random) + 0.5 * d;
			pairs.push({
				cluster: `${name} ${g}`,
				logit,
				x: [length, certainty, format],
				y: drawShare(random, logit, shared, world.dependence, world.votes),
			});
		}
	}
	return pairs;
}

interface Scored {
	readonly records: Records;
	readonly x: readonly Float64Array[];
	readonly ids: readonly string[];
}

/** As the product orients pairs: y ≥ ½, the first side at ½. */
function score(pairs: readonly Pair[], margins: readonly Float64Array[]): Scored {
	const sign = pairs.map((pair) => (pair.y >= 0.5 ? 1 : -1));
	const labels: PairLabel[] = pairs.map(({ cluster, y }) => ({ cluster, y: Math.max(y, 1 - y), decided: y !== 0.5 }));
	return {
		records: recordsFromMargins(
			labels,
			margins.map((of) => of.map((z, i) => sign[i]! * z)),
		),
		x: [0, 1, 2].map((f) => Float64Array.from(pairs, (pair, i) => sign[i]! * pair.x[f]!)),
		ids: pairs.map((_, i) => `${i}`),
	};
}

/** Margins that credit features beyond the truth, in logits per root mean square. */
function credited(pairs: readonly Pair[], effects: Effects): Float64Array {
	const extra = [effects.length ?? 0, effects.certainty ?? 0, effects.format ?? 0];
	const rms = [0, 1, 2].map((f) => Math.sqrt(pairs.reduce((sum, pair) => sum + pair.x[f]! ** 2, 0) / pairs.length));
	return Float64Array.from(pairs, (pair) =>
		extra.reduce((z, size, f) => z + (rms[f] === 0 ? 0 : (size * pair.x[f]!) / rms[f]!), pair.logit),
	);
}

/** The same pairs before and after: a fifth are new, of a tenth of the others the label was drawn again. */
function drift(
	random: Random,
	split: 'eval' | 'heldout_reference',
	pairs: readonly Pair[],
	world: WorldShape,
	effects: Effects,
): HealthCheck {
	const previous = new Map<string, PreviousScore>();
	const now: DriftPair[] = pairs.map((pair, i) => {
		const sign = pair.y >= 0.5 ? 1 : -1;
		const comparison = `${i}`;
		if (random.unit() < 0.8) {
			const before = random.unit() < 0.1 ? drawShare(random, pair.logit, 0, 0, world.votes) : pair.y;
			previous.set(comparison, {
				margin: sign * (pair.logit + 0.2 * normal(random)),
				y: sign > 0 ? before : 1 - before,
			});
		}
		const noise = Math.hypot(0.2, effects.worse ?? 0) * normal(random);
		return { comparison, cluster: pair.cluster, margin: sign * (pair.logit + noise), y: Math.max(pair.y, 1 - pair.y) };
	});
	return checkDrift(split, now, previous, 1);
}

function binomial(random: Random, n: number, p: number): number {
	let k = 0;
	for (let i = 0; i < n; i++) if (random.unit() < p) k++;
	return k;
}

/** All p-value checks of one run in one world, as one family. */
export function runWorld(seed: number, world: WorldShape, effects: Effects = {}): HealthCheck[] {
	const random = seededRandom(seed);
	const train = drawPairs(random, world.train, world, 'T');
	const evaluation = drawPairs(random, world.eval, world, 'A');
	const reference = drawPairs(random, world.reference, world, 'R');
	const inTrain = score(train, [Float64Array.from(train, (pair) => pair.logit)]);
	const base = credited(evaluation, effects);
	const inEval = score(
		evaluation,
		Array.from({ length: 5 }, () => base.map((z) => z + world.modelNoise * normal(random))),
	);
	const noise = effects.notCarriedOver ?? 0;
	const inReference = score(reference, [
		credited(reference, effects).map((z) => (effects.sharpened ?? 1) * z + noise * normal(random)),
	]);
	const loss = ({ records }: Scored) => recordMean(records, losses(records));
	const surfaces = (
		[
			['eval', inEval],
			['heldout_reference', inReference],
		] as const
	).flatMap(([split, { records, x, ids }]) => {
		const tested = { split, records, comparisons: ids, scored: 'the probe' };
		return [checkLengthHack(tested, x[0]!), checkConfidenceHack(tested, x[1]!), checkFormatHack(tested, x[2]!)];
	});
	const positions = Array.from({ length: world.annotators }, (_, k) => {
		const first = binomial(random, world.verdicts, k === 0 ? (effects.firstSide ?? 0.5) : 0.5);
		return { first, second: world.verdicts - first };
	});
	return adjustFamily([
		checkOverconfidentHeldout(inReference.records, [], true),
		checkGeneralizationGap(loss(inReference), loss(inTrain), []),
		...surfaces,
		drift(random, 'eval', evaluation, world, effects),
		drift(random, 'heldout_reference', reference, world, effects),
		checkPositionBias(positions),
	]);
}

const CLUSTERS = [8, 12, 20, 40, 100, 250, 500];

/** A world where nothing is wrong, with sizes and dependence drawn anew for each run. */
export function nullShape(seed: number, clusters: readonly number[] = CLUSTERS): WorldShape {
	const random = seededRandom(seed ^ 0x2545f491);
	const pick = <T>(values: readonly T[]): T => values[random.index(values.length)]!;
	const split = (): SplitShape => ({ clusters: pick(clusters), size: pick([1, 2, 4]) });
	return {
		train: split(),
		eval: split(),
		reference: split(),
		dependence: pick([0, 0.2, 0.5]),
		spread: pick([0.4, 1, 2]),
		votes: pick([1, 1, 3]),
		modelNoise: pick([0, 0.1]),
		annotators: pick([1, 3, 6]),
		verdicts: pick([20, 100, 400]),
	};
}
