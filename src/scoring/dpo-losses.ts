/**
 * Losses of preference optimisation over summed log-probabilities, by TRL's names (TRL 1.10, `dpo_trainer.py`). With
 * c = log π − log π_ref of the chosen response, r the same of the rejected one, Δ = c − r, ε = label smoothing, L = response tokens:
 * sigmoid −log σ(βΔ) (Rafailov 2023; ε plays no part in TRL 1.10); hinge max(0, 1 − βΔ) (SLiC);
 * ipo (c/L_c − r/L_r − 1/(2β))² (Azar 2023, averaged over length as TRL does); sigmoid_norm −log σ(β(c/L_c − r/L_r)) (Tülu 3);
 * cdpo −(1−ε) log σ(βΔ) − ε log σ(−βΔ) (Mitchell, cdpo.pdf eq. 3: TRL's `sigmoid` with ε before 1.10);
 * robust [−(1−ε) log σ(βΔ) + ε log σ(−βΔ)]/(1−2ε) (Chowdhury 2024).
 * TRL's others (exo_pair, nca_pair, bco_pair, sppo_hard, apo_*, aot*, discopop, sft, other divergences than reverse KL) are not offered.
 */
import { softplus } from '../calibration/records.ts';
import type { LossName, Rewards } from '../domain/checkpoint.ts';

export interface LossSettings {
	readonly loss: LossName;
	readonly beta: number;
	/** ε; read by cdpo and robust alone. */
	readonly labelSmoothing: number;
}

/** log π − log π_ref of both responses, nats, and their tokens (NaN = not told). */
export interface LogRatios {
	readonly chosen: number;
	readonly rejected: number;
	readonly chosenTokens: number;
	readonly rejectedTokens: number;
}

const NORMALISED: ReadonlySet<LossName> = new Set(['ipo', 'sigmoid_norm']);
const SMOOTHED: ReadonlySet<LossName> = new Set(['cdpo', 'robust']);

/** Whether the loss needs the number of tokens of each response. */
export function needsTokens(loss: LossName): boolean {
	return NORMALISED.has(loss);
}

/** Whether ε plays a part. */
export function usesSmoothing(loss: LossName): boolean {
	return SMOOTHED.has(loss);
}

/** In nats of a Bernoulli log-likelihood; the others have a unit of their own. */
export function inNats(loss: LossName): boolean {
	return loss !== 'ipo' && loss !== 'hinge';
}

/** @param h the difference that the loss is of: Δ, or the difference of averages per token */
function lossOf(h: number, { loss, beta, labelSmoothing: e }: LossSettings): number {
	const z = beta * h;
	switch (loss) {
		case 'hinge':
			return Math.max(0, 1 - z);
		case 'ipo':
			return (h - 1 / (2 * beta)) ** 2;
		case 'cdpo':
			return (1 - e) * softplus(-z) + e * softplus(z);
		case 'robust':
			return ((1 - e) * softplus(-z) - e * softplus(z)) / (1 - 2 * e);
		default:
			return softplus(-z);
	}
}

/** The difference that the loss is of. */
function contrast(ratios: LogRatios, loss: LossName): number {
	if (!NORMALISED.has(loss)) return ratios.chosen - ratios.rejected;
	return ratios.chosen / ratios.chosenTokens - ratios.rejected / ratios.rejectedTokens;
}

/** Loss of one pair as TRL computes it: the chosen response is the better one. */
export function dpoLoss(ratios: LogRatios, settings: LossSettings): number {
	return lossOf(contrast(ratios, settings.loss), settings);
}

/** The same with a vote share: both orders, weighted y and 1 − y (rules.md, Votes). */
export function softLoss(ratios: LogRatios, y: number, settings: LossSettings): number {
	const h = contrast(ratios, settings.loss);
	return (y === 0 ? 0 : y * lossOf(h, settings)) + (y === 1 ? 0 : (1 - y) * lossOf(-h, settings));
}

/** The reference's own loss, Δ = 0, whatever y is: ln 2 for the sigmoid ones. */
export function lossOfReference(settings: LossSettings): number {
	return lossOf(0, settings);
}

/** One pair's summed log-probabilities, nats. */
export interface PairLogps {
	readonly chosen: number;
	readonly rejected: number;
	readonly refChosen: number;
	readonly refRejected: number;
}

/** Means over a batch as TRL logs them: rewards are β·(log π − log π_ref), a tie counts 0 in accuracies. Null without pairs. */
export function trlRewards(pairs: readonly PairLogps[], beta: number): Rewards | null {
	if (pairs.length === 0) return null;
	const mean = (value: (pair: PairLogps) => number): number =>
		pairs.reduce((sum, pair) => sum + value(pair), 0) / pairs.length;
	const chosen = (pair: PairLogps): number => beta * (pair.chosen - pair.refChosen);
	const rejected = (pair: PairLogps): number => beta * (pair.rejected - pair.refRejected);
	return {
		'rewards/chosen': mean(chosen),
		'rewards/rejected': mean(rejected),
		'rewards/margins': mean((pair) => chosen(pair) - rejected(pair)),
		'rewards/accuracies': mean((pair) => (chosen(pair) > rejected(pair) ? 1 : 0)),
		'logps/chosen': mean((pair) => pair.chosen),
		'logps/rejected': mean((pair) => pair.rejected),
	};
}
