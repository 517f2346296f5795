import { type ClusteredMean, intervalOf, MIN_CLUSTERS, pairMean, recordMean } from '../../calibration/jackknife.ts';
import { losses as nllOf } from '../../calibration/proper.ts';
import { type Records, recordsFromMargins } from '../../calibration/records.ts';
import type { ScoredCheckpoint } from '../../domain/checkpoint.ts';
import type { Dataset, ScoredPair } from '../../domain/dataset.ts';
import type { Interval } from '../../domain/run-record.ts';
import type { EvaluationSplit } from '../../domain/split.ts';
import { UserError } from '../../protocol/errors.ts';
import { lossOfReference } from '../dpo-losses.ts';
import type { CheckpointInput, CheckpointSettings } from './input.ts';
import { type PairScores, readScores } from './scores.ts';
import { type Standing, standings } from './voids.ts';

/** One checkpoint of a run, in the record's order. */
export interface Member {
	readonly name: string;
	readonly step: number | null;
	readonly given: ScoredCheckpoint;
	readonly scores: PairScores;
	readonly standing: Standing;
}

/** Checkpoints side by side, over the pairs that may be compared. Members are numbered in the record's order. */
export interface CheckpointFamily {
	readonly dataset: Dataset;
	readonly settings: CheckpointSettings;
	/** Valid ones by step, else as given; then void ones by their loss on eval. */
	readonly members: readonly Member[];
	/** F: places of the members whose R is not void. */
	readonly valid: readonly number[];
	/** Loss at Δ = 0. */
	readonly referenceLoss: number;
	/**
	 * Places in the dataset of a split's pairs that a member is measured on: those that all of F scored and itself did; of eval, R and E
	 * without clusters that F (or itself) was trained on; of train only its own training pairs, where they are known.
	 */
	rows(split: EvaluationSplit, member: number): Int32Array;
	pairs(split: EvaluationSplit, member: number): readonly ScoredPair[];
	/** Margins βΔ, one record a pair. */
	records(split: EvaluationSplit, member: number): Records;
	/** The run's loss, one value a row. */
	losses(split: EvaluationSplit, member: number): Float64Array;
	/** Clustered mean of the run's loss; null without pairs. */
	loss(split: EvaluationSplit, member: number): ClusteredMean | null;
	/** Clustered mean of the negative log-likelihood of p = σ(βΔ), nats; the same as `loss` for sigmoid. */
	nll(split: EvaluationSplit, member: number): ClusteredMean | null;
	/** Paired difference in the run's loss, member − another (null = the reference), over the pairs that both are measured on. */
	over(split: EvaluationSplit, member: number, other: number | null): Interval;
	/** Pairs of a split that the member is not measured on: not scored by all of F, or seen in training. */
	leftOut(split: EvaluationSplit, member: number): { readonly unscored: number; readonly seen: number };
}

export const NO_PAIRS = 'no scored pairs';

function gather(values: Float64Array, rows: Int32Array): Float64Array {
	return Float64Array.from(rows, (i) => values[i]!);
}

function byStep(x: Member, y: Member): number {
	// Array.sort is stable: equal or unknown steps stay in the order given.
	return (x.step ?? Number.POSITIVE_INFINITY) - (y.step ?? Number.POSITIVE_INFINITY) || 0;
}

function once<T>(make: (split: EvaluationSplit, member: number) => T): (split: EvaluationSplit, member: number) => T {
	const known = new Map<string, T>();
	return (split, member) => {
		const key = `${member} ${split}`;
		if (!known.has(key)) known.set(key, make(split, member));
		return known.get(key)!;
	};
}

/**
 * Reads scores, finds what is void, and fixes the pairs of the family (rules.md, Checkpoints).
 * @throws UserError as `readScores`; `unusable-input` where no pair of the data was scored by all
 */
export function openFamily(dataset: Dataset, input: CheckpointInput, settings: CheckpointSettings): CheckpointFamily {
	const scores = readScores(dataset, input, settings);
	const standing = standings(input.checkpoints, scores, dataset, settings);
	const all = input.checkpoints.map((given, k): Member => {
		return { name: given.name, step: given.step, given, scores: scores[k]!, standing: standing[k]! };
	});
	const valid = all.filter((member) => member.standing.void === null).sort(byStep);
	const judging = valid.length > 0 ? valid : all;
	const n = dataset.pairs.length;
	const common = Uint8Array.from({ length: n }, (_, i) =>
		judging.every(({ scores: { has } }) => has[i] === 1) ? 1 : 0,
	);
	if (!common.includes(1)) {
		throw new UserError(
			'unusable-input',
			`No judged pair of this workspace was scored by ${judging.length === 1 ? judging[0]!.name : `all ${judging.length} checkpoints`}. Check that the scores are of these comparisons.`,
		);
	}
	const seenByFamily = new Set(judging.flatMap(({ standing: { seen } }) => (valid.length > 0 ? [...seen] : [])));
	const isSeen = ({ standing: own }: Member, { split, cluster }: ScoredPair): boolean => {
		if (split === 'train' || split === 'retention') return false;
		// What is void is shown whole, and marked.
		if (split === 'heldout_reference' && own.void !== null) return false;
		return seenByFamily.has(cluster) || own.seen.has(cluster);
	};
	const trainedOn = all.map(({ given }) => (given.trainedOn === null ? null : new Set(given.trainedOn.prompts)));
	const rowsOf = (split: EvaluationSplit, member: Member): Int32Array => {
		const own = trainedOn[all.indexOf(member)]!;
		return Int32Array.from(dataset.pairs.keys()).filter((i) => {
			const pair = dataset.pairs[i]!;
			if (pair.split !== split || common[i] !== 1 || member.scores.has[i] !== 1) return false;
			return split === 'train' ? own === null || own.has(pair.prompt) : !isSeen(member, pair);
		});
	};
	const evalLoss = (member: Member): number => {
		const rows = rowsOf('eval', member);
		if (rows.length === 0) return Number.POSITIVE_INFINITY;
		return rows.reduce((sum, i) => sum + member.scores.loss[i]!, 0) / rows.length;
	};
	const voids = all
		.filter((member) => member.standing.void !== null)
		.map((member) => ({ member, at: evalLoss(member) }))
		.sort((x, y) => x.at - y.at || 0)
		.map(({ member }) => member);
	const members = [...valid, ...voids];
	const referenceLoss = lossOfReference(settings);

	const rows = once((split, k) => rowsOf(split, members[k]!));
	const pairs = once((split, k) => Array.from(rows(split, k), (i) => dataset.pairs[i]!));
	const losses = once((split, k) => gather(members[k]!.scores.loss, rows(split, k)));
	const records = once((split, k) =>
		recordsFromMargins(pairs(split, k), [
			Float64Array.from(rows(split, k), (i) => settings.beta * members[k]!.scores.delta[i]!),
		]),
	);
	return {
		dataset,
		settings,
		members,
		valid: valid.map((_, k) => k),
		referenceLoss,
		rows,
		pairs,
		losses,
		records,
		loss: once((split, k) => pairMean(pairs(split, k), losses(split, k))),
		nll: once((split, k) => recordMean(records(split, k), nllOf(records(split, k)))),
		over(split, k, other) {
			const own = rows(split, k);
			const theirs = other === null ? null : new Set(rows(split, other));
			const both = theirs === null ? own : own.filter((i) => theirs.has(i));
			const of = members[k]!.scores.loss;
			const against = other === null ? null : members[other]!.scores.loss;
			const difference = Float64Array.from(both, (i) => of[i]! - (against === null ? referenceLoss : against[i]!));
			const compared = Array.from(both, (i) => dataset.pairs[i]!);
			return intervalOf(pairMean(compared, difference), NO_PAIRS);
		},
		leftOut(split, k) {
			const measured = new Set(rows(split, k));
			const member = members[k]!;
			let [unscored, seen] = [0, 0];
			for (const [i, pair] of dataset.pairs.entries()) {
				if (pair.split !== split || measured.has(i)) continue;
				if (isSeen(member, pair)) seen++;
				else if (common[i] !== 1 || member.scores.has[i] !== 1) unscored++;
			}
			return { unscored, seen };
		},
	};
}

/** Whether a split has what a criterion needs. */
export function hasEnough(family: CheckpointFamily, split: EvaluationSplit, member: number): boolean {
	return (family.loss(split, member)?.clusters ?? 0) >= MIN_CLUSTERS;
}
