/**
 * drift: has the loss risen since the previous run with the same engine and settings?
 * H0: it has not, in none of three parts: same pairs, new model (old model's loss on today's labels against the new one's); same pairs,
 * new labels (old model's loss on the old labels against today's); new pairs (today's loss on them against the same pairs').
 * H1: one has risen. The first two add up to the whole change on the same pairs.
 * Statistic: paired clustered t for the first two, Welch for the third, one-sided; smallest p times the parts tested (Bonferroni). The
 * k-th look may spend α_k = 0.05·6/(π²k²), so p is multiplied by π²k²/6 before it joins the run's family: however often people look,
 * the looks together alarm falsely in 5 % at most.
 * Cluster unit: the cluster of prompts. Minimum n: 8 clusters in a part. Per split: eval and R, never E.
 */
import { type ClusteredMean, intervalOf, MIN_CLUSTERS, pairMean } from '../calibration/jackknife.ts';
import { pairLoss } from '../calibration/records.ts';
import type { HealthCheck } from '../domain/run-record.ts';
import { type EvaluationSplit, SPLIT_LABELS } from '../domain/split.ts';
import { insufficient, largest, upperTail } from './check.ts';
import { interval, nats } from './phrases.ts';
import { LEVEL, sampleSize } from './planning.ts';
import { twoSamples } from './two-samples.ts';

export const DRIFT = 'drift';

/** Effect that the sample-size sentence speaks of, nats. */
const EFFECT = 0.05;

/** One pair of a split now. Margins are means over fold models; y is today's vote share. */
export interface DriftPair {
	readonly comparison: string;
	readonly cluster: string;
	readonly margin: number;
	readonly y: number;
}

/** The same pair in the previous run, turned to the same chosen side. */
export interface PreviousScore {
	readonly margin: number;
	readonly y: number;
}

/** p after α-spending: what the k-th look's p is worth against 0.05. */
export function spend(p: number, look: number): number {
	return Math.min(1, (p * Math.PI ** 2 * look ** 2) / 6);
}

interface Part {
	readonly name: string;
	readonly value: number;
	readonly low: number | null;
	readonly high: number | null;
	readonly p: number;
}

function pairedPart(name: string, mean: ClusteredMean | null): Part | null {
	if (mean === null || mean.clusters < MIN_CLUSTERS) return null;
	const { low, high } = intervalOf(mean);
	return { name, value: mean.value, low, high, p: upperTail(mean, mean.clusters - 1) };
}

function newPart(same: readonly DriftPair[], added: readonly DriftPair[]): Part | null {
	const lossOf = (pairs: readonly DriftPair[]) => pairs.map(({ margin, y }) => pairLoss(margin, y));
	// Welch asks for two sides without a common cluster.
	const grown = new Set(added.map((pair) => pair.cluster));
	const apart = same.filter((pair) => !grown.has(pair.cluster));
	const now = pairMean(added, lossOf(added));
	const before = pairMean(apart, lossOf(apart));
	if (now === null || before === null || Math.min(now.clusters, before.clusters) < MIN_CLUSTERS) return null;
	const result = twoSamples(now, before);
	return result === null ? null : { name: 'new pairs against the same ones', ...result };
}

/** Stands for drift in a run that has no other to look back to. */
export function noDrift(): HealthCheck {
	return insufficient(DRIFT, 'No earlier run with these settings and other data to compare with.', { threshold: 0 });
}

/**
 * @param previous scores of the same split in the previous run
 * @param look 1 + earlier looks
 */
export function checkDrift(
	split: Exclude<EvaluationSplit, 'heldout_sealed'>,
	pairs: readonly DriftPair[],
	previous: ReadonlyMap<string, PreviousScore>,
	look: number,
): HealthCheck {
	const place = SPLIT_LABELS[split];
	const same = pairs.filter((pair) => previous.has(pair.comparison));
	const added = pairs.filter((pair) => !previous.has(pair.comparison));
	const relabelled = same.filter((pair) => previous.get(pair.comparison)!.y !== pair.y);
	const model = same.map(({ comparison, margin, y }) => {
		return pairLoss(margin, y) - pairLoss(previous.get(comparison)!.margin, y);
	});
	const labels = relabelled.map(({ comparison, y }) => {
		const before = previous.get(comparison)!;
		return pairLoss(before.margin, y) - pairLoss(before.margin, before.y);
	});
	const mean = pairMean(same, model);
	const first = pairedPart('same pairs, new model', mean);
	const parts = [
		first,
		pairedPart('same pairs, new labels', pairMean(relabelled, labels)),
		newPart(same, added),
	].filter((part): part is Part => part !== null);
	if (parts.length === 0) {
		return insufficient(
			DRIFT,
			`On ${place}, ${same.length} pairs were scored by the previous run too and ${added.length} are new; ${MIN_CLUSTERS} clusters are needed to compare.`,
			{ split, threshold: 0 },
		);
	}
	const p = spend(Math.min(1, parts.length * Math.min(...parts.map((part) => part.p))), look);
	const found = p < LEVEL;
	const said = parts.map((part) => `${part.name} ${nats(part.value)}${interval(part.low, part.high, nats)}`).join('; ');
	const size = mean === null ? null : sampleSize(mean, EFFECT, `a rise of ${EFFECT} nats on the same pairs`);
	const counts = `${same.length} same pairs, ${relabelled.length} of them with new labels, ${added.length} new`;
	return {
		check: DRIFT,
		split,
		status: found ? 'warn' : 'pass',
		p,
		statistic: first?.value ?? null,
		low: first?.low ?? null,
		high: first?.high ?? null,
		threshold: 0,
		n_needed: size?.n_needed ?? null,
		evidence: found ? largest(model).map((i) => same[i]!.comparison) : [],
		message: `On ${place} since the previous run, in nats: ${said}. (${counts}; look ${look}.)`,
		...(size === null ? {} : { sample_size: size.text }),
		...(found ? { remedy: 'Look at what changed since that run: labels, imports, or splits.' } : {}),
	};
}
