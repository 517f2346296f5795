import { MIN_CLUSTERS } from '../../calibration/jackknife.ts';
import { pairLoss } from '../../calibration/records.ts';
import type { ScoredCheckpoint } from '../../domain/checkpoint.ts';
import type { Dataset } from '../../domain/dataset.ts';
import type { HealthCheck } from '../../domain/run-record.ts';
import { checkReferenceMemorised, type HalfLoss } from '../../health/reference-memorised.ts';
import type { CheckpointSettings } from './input.ts';
import type { PairScores } from './scores.ts';

/** Why a checkpoint's loss on R says nothing of prompts that it has not seen. */
export interface Void {
	/** What vetoes it. */
	readonly check: 'reference-memorised' | 'trained-on';
	readonly reason: string;
}

/** What a checkpoint has seen in training, as far as it is said, and whether its R can be believed. */
export interface Standing {
	/** Clusters of eval, R and E with a prompt that it was trained on. */
	readonly seen: ReadonlySet<string>;
	readonly checks: readonly HealthCheck[];
	readonly void: Void | null;
}

const UNSEEN = new Set(['eval', 'heldout_reference', 'heldout_sealed']);

/** Whole clusters: a near-copy of a prompt that was trained on is no unseen prompt either. */
function seenClusters({ trainedOn }: ScoredCheckpoint, dataset: Dataset): Set<string> {
	const prompts = new Set(trainedOn?.prompts ?? []);
	const trained = new Set([...prompts].flatMap((prompt) => dataset.clusters?.get(prompt) ?? []));
	const found = dataset.pairs.filter(
		({ split, prompt, cluster }) => UNSEEN.has(split) && (prompts.has(prompt) || trained.has(cluster)),
	);
	return new Set(found.map((pair) => pair.cluster));
}

function distinct(pairs: readonly { readonly cluster: string }[]): number {
	return new Set(pairs.map((pair) => pair.cluster)).size;
}

/**
 * A checkpoint's standing by itself. reference-memorised tests the part of R that training is not known to have used, which is the part
 * that the criterion reads; where a used part is named, that one is tested too and reported beside it.
 */
function standingOf(
	checkpoint: ScoredCheckpoint,
	scores: PairScores,
	dataset: Dataset,
	{ beta, seed }: CheckpointSettings,
): Standing {
	const { name } = checkpoint;
	const seen = seenClusters(checkpoint, dataset);
	const halves = (half: 'R' | 'E', keep: (cluster: string) => boolean): HalfLoss[] => {
		const split = half === 'R' ? 'heldout_reference' : 'heldout_sealed';
		return dataset.pairs.flatMap(({ split: of, cluster, facets, y }, i) =>
			of === split && scores.has[i] === 1 && keep(cluster)
				? [{ half, cluster, facets, loss: pairLoss(beta * scores.delta[i]!, y) }]
				: [],
		);
	};
	const sealed = halves('E', (cluster) => !seen.has(cluster));
	const unused = halves('R', (cluster) => !seen.has(cluster));
	const used = halves('R', (cluster) => seen.has(cluster));
	const checks: HealthCheck[] = [];
	const left = distinct(unused);
	if (used.length > 0) {
		const { remedy: _, ...check } = checkReferenceMemorised([...used, ...sealed], seed, name);
		// Named, and in no criterion: that training on it shows is what was said, and no finding.
		checks.push(
			check.status === 'fail'
				? {
						...check,
						status: 'pass',
						message: `The part of the tuning half that its export names fits ${name} better than the sealed half (p = ${check.p?.toPrecision(2)}), as training on it does; it is in no criterion.`,
					}
				: { ...check, message: `On the part of the tuning half that its export names: ${check.message}` },
		);
	}
	if (used.length > 0 && left < MIN_CLUSTERS) {
		const unseen = left === 0 ? 'none of it is' : `${left} cluster${left === 1 ? ' of it is' : 's of it are'}`;
		const reason = `${name} was trained on the tuning half, as its export says; ${unseen} left unused, ${MIN_CLUSTERS} clusters are needed.`;
		return { seen, checks, void: { check: 'trained-on', reason } };
	}
	const own = checkReferenceMemorised([...unused, ...sealed], seed, name);
	checks.unshift(own);
	return { seen, checks, void: own.status === 'fail' ? { check: 'reference-memorised', reason: own.message } : null };
}

/** Every checkpoint's standing; where those that used parts of R leave no 8 clusters unused by all, they are void. */
export function standings(
	checkpoints: readonly ScoredCheckpoint[],
	scores: readonly PairScores[],
	dataset: Dataset,
	settings: CheckpointSettings,
): Standing[] {
	const own = checkpoints.map((checkpoint, k) => standingOf(checkpoint, scores[k]!, dataset, settings));
	const valid = own.filter((each) => each.void === null);
	const reference = dataset.pairs.filter((pair) => pair.split === 'heldout_reference');
	const left = reference.filter(({ cluster }) => !valid.some(({ seen }) => seen.has(cluster)));
	if (distinct(left) >= MIN_CLUSTERS || distinct(left) === distinct(reference)) return own;
	return own.map((each, k): Standing => {
		if (each.void !== null || !reference.some(({ cluster }) => each.seen.has(cluster))) return each;
		const reason = `${checkpoints[k]!.name} was trained on a part of the tuning half, and with the parts that others used fewer than ${MIN_CLUSTERS} clusters are unused by all.`;
		return { ...each, void: { check: 'trained-on', reason } };
	});
}
