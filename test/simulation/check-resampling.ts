/**
 * The checks on resampled real data, through the whole probe: texts are real (harmless.jsonl), labels are drawn anew from a known
 * process, splits are random, and the probe is fitted again each time. So what folds share, and what tuning does, is in the rates.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../src/calibration/random.ts';
import { pairLoss, recordsFromMargins, sigmoid } from '../../src/calibration/records.ts';
import type { Message } from '../../src/domain/comparison.ts';
import type { Dataset, ScoredPair } from '../../src/domain/dataset.ts';
import { canonicalComparison } from '../../src/domain/identity.ts';
import type { HealthCheck } from '../../src/domain/run-record.ts';
import type { EvaluationSplit } from '../../src/domain/split.ts';
import { firstTurnKey } from '../../src/domain/text.ts';
import { scoreTest } from '../../src/health/score-test.ts';
import { fitProbe } from '../../src/scoring/probe.ts';
import { choose } from '../../src/scoring/probe-frontier.ts';
import { probeHealth } from '../../src/scoring/probe-health.ts';
import { meanMargins } from '../../src/scoring/sealed.ts';
import { surfaceOf } from '../../src/scoring/surface.ts';
import { NOTHING_LEFT_OUT } from '../unit/scoring-support.ts';

export const REAL = join(import.meta.dirname, '../../../shared/data/harmless.jsonl');
export const haveReal = existsSync(REAL);

export interface RealPair {
	readonly pair: ScoredPair;
	/** Logit that labels are drawn from, for the pair as it stands in the file. */
	readonly truth: number;
}

function readPairs(limit: number): ScoredPair[] {
	const pairs = new Map<string, ScoredPair>();
	for (const line of readFileSync(REAL, 'utf8').split('\n')) {
		if (line === '' || pairs.size === limit) continue;
		const row = JSON.parse(line) as { prompt: Message[]; chosen: Message[]; rejected: Message[] };
		const prompt = { messages: row.prompt };
		const { comparison, swapped } = canonicalComparison(prompt, row.chosen, row.rejected);
		pairs.set(comparison.id, {
			comparison: comparison.id,
			prompt: comparison.promptId,
			cluster: firstTurnKey(prompt),
			split: 'train',
			facets: [],
			turns: prompt,
			chosen: row.chosen,
			rejected: row.rejected,
			chosenSide: swapped ? 'b' : 'a',
			y: 1,
			decided: true,
			weight: 1,
			source: null,
		});
	}
	return [...pairs.values()];
}

function dataset(pairs: readonly ScoredPair[]): Dataset {
	const none = NOTHING_LEFT_OUT;
	return {
		pairs: [...pairs].sort((x, y) =>
			x.split < y.split ? -1 : x.split > y.split ? 1 : x.comparison < y.comparison ? -1 : 1,
		),
		leftOut: { train: none, eval: none, heldout_reference: none, heldout_sealed: none, retention: none },
		leakage: [],
		sha256: '',
		manifest: null,
	};
}

/** Real pairs with a preference like a probe's: out-of-fold margins of a probe on the real labels, made `gain` times as clear. */
export async function teacher(gain: number, limit = Infinity): Promise<RealPair[]> {
	const family = await fitProbe(dataset(readPairs(limit)), 1);
	const [margins] = family.margins('train', 0);
	return family.pairs('train').map((pair, i) => ({ pair, truth: gain * margins![i]! }));
}

export interface Resampled {
	readonly checks: readonly HealthCheck[];
	/** Over-confidence on R and gap R − train out of fold with the labels' true probabilities: is an alarm right? */
	readonly trueOver: number;
	readonly trueGap: number;
	/** Is H0 of this check true of the fitted probe, given the labels' true probabilities? */
	nothingWrong(check: string, split: EvaluationSplit | undefined): boolean;
}

/** Draws clusters into train, eval and R, labels from σ(truth) (a coin if `coin`), fits, and makes the checks. */
export async function resample(
	real: readonly RealPair[],
	seed: number,
	sizes: readonly (readonly [EvaluationSplit, number])[],
	coin: boolean,
	lambda: number | null = null,
): Promise<Resampled> {
	const random = seededRandom(seed);
	const clusters = [...new Set(real.map(({ pair }) => pair.cluster))];
	for (let i = clusters.length - 1; i > 0; i--) {
		const j = random.index(i + 1);
		[clusters[i], clusters[j]] = [clusters[j]!, clusters[i]!];
	}
	const splitOf = new Map<string, EvaluationSplit>();
	let at = 0;
	for (const [split, n] of sizes) {
		for (const cluster of clusters.slice(at, at + n)) splitOf.set(cluster, split);
		at += n;
	}
	const truths = new Map<string, number>();
	const pairs: ScoredPair[] = [];
	for (const { pair, truth } of real) {
		const split = splitOf.get(pair.cluster);
		if (split === undefined) continue;
		const logit = coin ? 0 : truth;
		const stands = random.unit() < sigmoid(logit);
		truths.set(pair.comparison, stands ? logit : -logit);
		const turned: ScoredPair = stands
			? { ...pair, split }
			: {
					...pair,
					split,
					chosen: pair.rejected,
					rejected: pair.chosen,
					chosenSide: pair.chosenSide === 'a' ? 'b' : 'a',
				};
		pairs.push(turned);
	}
	const family = await fitProbe(dataset(pairs), seed);
	const { point } = choose(family, { lambda, margin: 0 });
	const expect = (split: EvaluationSplit, of: (margin: number, truth: number) => number): number => {
		const margins = meanMargins(family.margins(split, point));
		const rows = family.pairs(split);
		return rows.reduce((sum, pair, i) => sum + of(margins[i]!, sigmoid(truths.get(pair.comparison)!)), 0) / rows.length;
	};
	const over = (margin: number, p: number): number => sigmoid(Math.abs(margin)) - (margin > 0 ? p : 1 - p);
	const trueOver = expect('heldout_reference', over);
	const trueGap = expect('heldout_reference', pairLoss) - expect('train', pairLoss);
	const surfaces = { 'length-hack': 'length', 'confidence-hack': 'certainty', 'format-hack': 'format' } as const;
	const nothingWrong = (check: string, split: EvaluationSplit | undefined): boolean => {
		if (check === 'overconfident-heldout') return trueOver <= 0;
		if (check === 'generalization-gap') return trueGap <= 0;
		const feature = surfaces[check as keyof typeof surfaces];
		if (feature === undefined || split === undefined) return true;
		const labels = family.pairs(split).map(({ comparison, cluster }) => {
			return { cluster, y: sigmoid(truths.get(comparison)!), decided: true };
		});
		const result = scoreTest(
			recordsFromMargins(labels, family.margins(split, point)),
			surfaceOf(family, split)[feature],
		);
		return 'reason' in result || result.leans * result.b >= 0;
	};
	return {
		checks: probeHealth({
			...{ family, point, scores: [], dataset: dataset(pairs), onlyTies: false },
		}),
		trueOver,
		trueGap,
		nothingWrong,
	};
}
