/**
 * How often 95 % intervals hold the truth: clusters of 1–10 pairs with effects of their own, models that are calibrated and models
 * that are not. The truth is an integral over the model that the pairs are drawn from, never an estimate from them.
 */
import { bootstrapCalibration } from '../../src/calibration/bootstrap.ts';
import { metricWeights, PAIRED_METRICS, type PairedMetric, perRecord } from '../../src/calibration/difference.ts';
import { binOf, binsOf, binTotals, ECE_BINS, expectedCalibrationError } from '../../src/calibration/ece.ts';
import { clusteredMean, intervalOf } from '../../src/calibration/jackknife.ts';
import { confidenceForm } from '../../src/calibration/proper.ts';
import { quantileSorted, wordStream } from '../../src/calibration/random.ts';
import { pairLoss, type Records, sigmoid } from '../../src/calibration/records.ts';
import { calibrationSlope } from '../../src/calibration/slope.ts';
import { fitTemperature } from '../../src/calibration/temperature.ts';

export const CLUSTER_COUNTS = [8, 16, 30, 50, 100, 500, 2000] as const;
const MOST_PAIRS = 10;
/** Standard deviation of a pair's true log-odds, half of its variance shared by the cluster. */
const SPREAD = 1.5;
/** Share of pairs whose label is drawn with the cluster's uniform number instead of their own. */
const SHARED_LABELS = 0.3;

/** A model against people who prefer side a with probability σ(z + shift): its margin is scale·z + noise. */
export interface Scenario {
	readonly name: string;
	readonly calibrated: boolean;
	readonly scale: number;
	readonly noise: number;
	readonly shift: number;
	/** Fold models that score every pair, each with noise of its own. */
	readonly models: number;
	/** Votes a pair: 2 make ties and shares of ½. */
	readonly votes: 1 | 2;
}

const PLAIN = { calibrated: false, scale: 1, noise: 0, shift: 0, models: 1, votes: 1 } as const;
export const SCENARIOS: readonly Scenario[] = [
	{ ...PLAIN, name: 'calibrated', calibrated: true },
	{ ...PLAIN, name: 'calibrated, two votes', calibrated: true, votes: 2 },
	{ ...PLAIN, name: 'margins twice too wide', scale: 2 },
	{ ...PLAIN, name: 'margins half as wide', scale: 0.5 },
	{ ...PLAIN, name: 'biased', shift: 0.7 },
	{ ...PLAIN, name: 'three fold models', noise: 0.7, models: 3 },
];
/** What differences are taken against: a weaker model of the same pairs. */
const OTHER = { scale: 0.5, noise: 0.8 } as const;

/** Uniform and normal numbers, many at a time. */
class Draws {
	readonly #fill: (out: Int32Array) => void;
	readonly #words = new Int32Array(4096);
	#at = 4096;
	#spare = Number.NaN;
	constructor(seed: number) {
		this.#fill = wordStream(seed);
	}
	uniform(): number {
		if (this.#at === this.#words.length) {
			this.#fill(this.#words);
			this.#at = 0;
		}
		return this.#words[this.#at++]! / 2 ** 32 + 0.5;
	}
	/** Box–Muller. */
	normal(): number {
		if (!Number.isNaN(this.#spare)) {
			const kept = this.#spare;
			this.#spare = Number.NaN;
			return kept;
		}
		const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
		const angle = 2 * Math.PI * this.uniform();
		this.#spare = radius * Math.sin(angle);
		return radius * Math.cos(angle);
	}
}

/** One data set, scored by the scenario's model and by the weaker one. */
function draw(
	scenario: Scenario,
	clusters: number,
	draws: Draws,
): { readonly model: Records; readonly other: Records } {
	const sizes = Int32Array.from({ length: clusters }, () => 1 + Math.floor(MOST_PAIRS * draws.uniform()));
	const pairs = sizes.reduce((sum, n) => sum + n, 0);
	const { models, votes } = scenario;
	const size = pairs * models;
	const common = {
		size,
		y: new Float64Array(size),
		weight: new Float64Array(size).fill(1 / models),
		cluster: new Int32Array(size),
		clusters,
		pair: new Int32Array(size),
		pairs,
		decided: new Uint8Array(size),
	};
	const margin = new Float64Array(size);
	const otherMargin = new Float64Array(size);
	let r = 0;
	for (let g = 0, j = 0; g < clusters; g++) {
		const effect = draws.normal();
		const shared = draws.uniform();
		for (let k = 0; k < sizes[g]!; k++, j++) {
			const z = SPREAD * Math.SQRT1_2 * (effect + draws.normal());
			const truth = sigmoid(z + scenario.shift);
			const u = draws.uniform() < SHARED_LABELS ? shared : draws.uniform();
			let y = u < truth ? 1 : 0;
			if (votes === 2) y = (y + (draws.uniform() < truth ? 1 : 0)) / 2;
			for (let m = 0; m < models; m++, r++) {
				margin[r] = scenario.scale * z + (scenario.noise === 0 ? 0 : scenario.noise * draws.normal());
				otherMargin[r] = OTHER.scale * z + OTHER.noise * draws.normal();
				common.y[r] = y;
				common.cluster[r] = g;
				common.pair[r] = j;
				common.decided[r] = y === 0.5 ? 0 : 1;
			}
		}
	}
	return {
		model: { ...common, margin, p: margin.map(sigmoid) },
		other: { ...common, margin: otherMargin, p: otherMargin.map(sigmoid) },
	};
}

type Truth = Readonly<Record<PairedMetric | 'slope' | 'ece', number>>;

const integrals = new Map<string, Truth>();

/** Integrals over true log-odds and the model's noise, by the trapezoid rule, which is exact to many digits for normal densities. */
function integrate(scenario: Pick<Scenario, 'scale' | 'noise' | 'shift' | 'votes'>): Truth {
	const { scale, noise, shift, votes } = scenario;
	const key = [scale, noise, shift, votes].join();
	const known = integrals.get(key);
	if (known !== undefined) return known;
	const outer = noise === 0 ? 4000 : 500;
	const inner = noise === 0 ? 0 : 160;
	const count = (outer + 1) * (inner + 1);
	const margins = new Float64Array(count);
	const truths = new Float64Array(count);
	const weights = new Float64Array(count);
	const density = (x: number, steps: number): number => (16 * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI) / steps;
	for (let i = 0, n = 0; i <= outer; i++) {
		const x = (8 * (2 * i - outer)) / outer;
		for (let k = 0; k <= inner; k++, n++) {
			const e = inner === 0 ? 0 : (8 * (2 * k - inner)) / inner;
			margins[n] = scale * SPREAD * x + noise * e;
			truths[n] = sigmoid(SPREAD * x + shift);
			weights[n] = density(x, outer) * (inner === 0 ? 1 : density(e, inner));
		}
	}
	const mean = (of: (z: number, truth: number) => number): number => {
		let sum = 0;
		for (let n = 0; n < count; n++) sum += weights[n]! * of(margins[n]!, truths[n]!);
		return sum;
	};
	// A majority exists where both votes agree.
	const forA = (truth: number): number => truth ** votes;
	const forB = (truth: number): number => (1 - truth) ** scenario.votes;
	const correct = (z: number, truth: number): number => (z > 0 ? truth : z < 0 ? 1 - truth : 0.5);
	const confidence = (z: number): number => sigmoid(Math.abs(z));
	const gaps = new Float64Array(ECE_BINS);
	for (let n = 0; n < count; n++) {
		const sure = confidence(margins[n]!);
		const b = binOf(sure, ECE_BINS, 'pair');
		gaps[b] = gaps[b]! + weights[n]! * (sure - correct(margins[n]!, truths[n]!));
	}
	let low = 1e-3;
	let high = 1e3;
	for (let i = 0; i < 60; i++) {
		const a = Math.sqrt(low * high);
		if (mean((z, truth) => z * (sigmoid(a * z) - truth)) < 0) low = a;
		else high = a;
	}
	const truth = {
		nll: mean((z, truth) => truth * pairLoss(z, 1) + (1 - truth) * pairLoss(z, 0)),
		brier: mean((z, truth) => sigmoid(z) ** 2 - 2 * sigmoid(z) * truth + truth),
		accuracy:
			mean((z, truth) => (z > 0 ? forA(truth) : z < 0 ? forB(truth) : (forA(truth) + forB(truth)) / 2)) /
			mean((_, truth) => forA(truth) + forB(truth)),
		overconfidence: mean((z, truth) => confidence(z) - correct(z, truth)),
		slope: low,
		ece: gaps.reduce((sum, gap) => sum + Math.abs(gap), 0),
	};
	integrals.set(key, truth);
	return truth;
}

export const COVERED = [
	...PAIRED_METRICS,
	'slope',
	...PAIRED_METRICS.map((metric) => `${metric} difference` as const),
	'ece',
] as const;
export type Covered = (typeof COVERED)[number];

export interface Tally {
	/** Intervals that held the truth, and all that had bounds. */
	covered: number;
	defined: number;
	repetitions: number;
}

interface Bounds {
	readonly low: number | null;
	readonly high: number | null;
}

/** What the product shows, or a broken interval for a test of the simulation itself. */
export type IntervalRule = typeof intervalOf;

/**
 * Draws data sets and counts how often each interval holds its truth.
 * @param options.ece repetitions that also bootstrap ECE: the costly part
 */
export function simulateCoverage(
	scenario: Scenario,
	clusters: number,
	options: { readonly repetitions: number; readonly seed: number; readonly ece?: number; readonly rule?: IntervalRule },
): Readonly<Record<Covered, Tally>> {
	const rule = options.rule ?? intervalOf;
	const truth = integrate(scenario);
	const other = integrate({ ...scenario, ...OTHER });
	const tallies = Object.fromEntries(
		COVERED.map((metric) => [metric, { covered: 0, defined: 0, repetitions: 0 }]),
	) as unknown as Record<Covered, Tally>;
	const count = (metric: Covered, { low, high }: Bounds, value: number): void => {
		const tally = tallies[metric];
		tally.repetitions++;
		if (low === null || high === null) return;
		tally.defined++;
		if (low <= value && value <= high) tally.covered++;
	};
	const draws = new Draws(options.seed);
	for (let i = 0; i < options.repetitions; i++) {
		const { model, other: weaker } = draw(scenario, clusters, draws);
		for (const metric of PAIRED_METRICS) {
			const values = perRecord(model, metric);
			const weights = metricWeights(model, metric);
			count(metric, rule(clusteredMean(values, weights, model.cluster, clusters)), truth[metric]);
			// As metricDifference does, without working out the model's values again.
			const difference = perRecord(weaker, metric);
			for (let r = 0; r < difference.length; r++) difference[r] = values[r]! - difference[r]!;
			const paired = rule(clusteredMean(difference, weights, model.cluster, clusters));
			count(`${metric} difference`, paired, truth[metric] - other[metric]);
		}
		count('slope', calibrationSlope(model, fitTemperature(model)), truth.slope);
		if (i < (options.ece ?? 0)) count('ece', eceInterval(model, i), truth.ece);
	}
	return tallies;
}

/** As computeMetrics shows it: basic bootstrap, clipped at 0. */
function eceInterval(records: Records, seed: number): Bounds {
	const form = confidenceForm(records);
	const ece = expectedCalibrationError(binTotals(records, form, binsOf(form, ECE_BINS), ECE_BINS))!;
	const { ece: sorted } = bootstrapCalibration(records, form, { bins: ECE_BINS, seed });
	return {
		low: Math.max(0, 2 * ece - quantileSorted(sorted, 0.975)),
		high: Math.max(0, 2 * ece - quantileSorted(sorted, 0.025)),
	};
}
