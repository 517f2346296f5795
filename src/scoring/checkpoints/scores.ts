import type { CheckpointScore, ComparisonScore, ScoredCheckpoint } from '../../domain/checkpoint.ts';
import type { Dataset } from '../../domain/dataset.ts';
import { UserError } from '../../protocol/errors.ts';
import { needsTokens, softLoss } from '../dpo-losses.ts';
import type { CheckpointInput, CheckpointSettings } from './input.ts';

/** What one checkpoint says of every pair of the dataset, by place in `Dataset.pairs`; NaN where it did not score it. */
export interface PairScores {
	/** 1 where scored. */
	readonly has: Uint8Array;
	/** Δ = (log π − log π_ref)(chosen) − the same of the rejected, nats. */
	readonly delta: Float64Array;
	/** The run's loss, vote shares weighing both orders. */
	readonly loss: Float64Array;
	/** Summed log-probabilities, nats. */
	readonly chosen: Float64Array;
	readonly rejected: Float64Array;
	readonly refChosen: Float64Array;
	readonly refRejected: Float64Array;
	/** Response tokens; NaN where not told. */
	readonly chosenTokens: Float64Array;
	readonly rejectedTokens: Float64Array;
	/** Σ of per-token KL and the positions it is over; NaN without logits. */
	readonly klSum: Float64Array;
	readonly klPositions: Float64Array;
	/** Lines of a file that gave the scores, where one did. */
	readonly source: ReadonlyMap<number, NonNullable<CheckpointScore['source']>>;
}

function refuse(sentence: string): never {
	throw new UserError('unusable-input', sentence);
}

function checkInput({ checkpoints }: CheckpointInput): void {
	if (checkpoints.length === 0) throw new UserError('usage', 'There is no checkpoint to score: name at least one.');
	const seen = new Set<string>();
	for (const { name } of checkpoints) {
		if (seen.has(name)) refuse(`Two checkpoints are called "${name}": each needs a name of its own.`);
		seen.add(name);
	}
}

function checkFinite(checkpoint: string, comparison: string, scores: readonly ComparisonScore[]): void {
	for (const { a, b } of scores) {
		if (Number.isFinite(a.logp) && Number.isFinite(b.logp)) continue;
		refuse(
			`${checkpoint}: a log-probability of comparison ${comparison.slice(0, 12)} is not a finite number (${a.logp}, ${b.logp}). Score it again or leave the pair out.`,
		);
	}
}

function readOne(checkpoint: ScoredCheckpoint, dataset: Dataset, settings: CheckpointSettings): PairScores {
	const n = dataset.pairs.length;
	const column = (): Float64Array => new Float64Array(n).fill(Number.NaN);
	const source = new Map<number, NonNullable<CheckpointScore['source']>>();
	const out = {
		...{ has: new Uint8Array(n), source, delta: column(), loss: column() },
		...{ chosen: column(), rejected: column(), refChosen: column(), refRejected: column() },
		...{ chosenTokens: column(), rejectedTokens: column(), klSum: column(), klPositions: column() },
	};
	const given = new Map(checkpoint.scores.map((score) => [score.comparison, score]));
	const normalised = needsTokens(settings.loss);
	let untold = 0;
	for (const [i, pair] of dataset.pairs.entries()) {
		const score = given.get(pair.comparison);
		if (score === undefined) continue;
		const { policy, reference } = score;
		checkFinite(checkpoint.name, pair.comparison, [policy, reference]);
		const [chosen, rejected] = pair.chosenSide === 'a' ? (['a', 'b'] as const) : (['b', 'a'] as const);
		const tokens = { chosen: policy[chosen].tokens, rejected: policy[rejected].tokens };
		if (normalised && !(tokens.chosen! > 0 && tokens.rejected! > 0)) untold++;
		out.has[i] = 1;
		out.chosen[i] = policy[chosen].logp;
		out.rejected[i] = policy[rejected].logp;
		out.refChosen[i] = reference[chosen].logp;
		out.refRejected[i] = reference[rejected].logp;
		out.chosenTokens[i] = tokens.chosen ?? Number.NaN;
		out.rejectedTokens[i] = tokens.rejected ?? Number.NaN;
		const ratios = {
			chosen: out.chosen[i] - out.refChosen[i],
			rejected: out.rejected[i] - out.refRejected[i],
			chosenTokens: out.chosenTokens[i],
			rejectedTokens: out.rejectedTokens[i],
		};
		out.delta[i] = ratios.chosen - ratios.rejected;
		out.loss[i] = softLoss(ratios, pair.y, settings);
		if (score.kl !== undefined) {
			out.klSum[i] = score.kl.sum;
			out.klPositions[i] = score.kl.positions;
		}
		if (score.source !== undefined) source.set(i, score.source);
	}
	if (untold > 0) {
		refuse(
			`The loss ${settings.loss} is an average per token, and ${checkpoint.name} does not say how many tokens the responses of ${untold} pair${untold === 1 ? ' has' : 's have'}. Give the token counts, or choose a loss of sums, e.g. sigmoid.`,
		);
	}
	return out;
}

/**
 * The scores of every checkpoint, turned to the sides that people chose.
 * @throws UserError `usage` without a checkpoint; `unusable-input` for a name that stands twice, a log-probability that is no finite
 * number, or missing token counts that the loss needs
 */
export function readScores(dataset: Dataset, input: CheckpointInput, settings: CheckpointSettings): PairScores[] {
	checkInput(input);
	return input.checkpoints.map((checkpoint) => readOne(checkpoint, dataset, settings));
}
