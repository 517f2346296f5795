import { clusteredMean, intervalOf, MIN_CLUSTERS, pairMean, tooFewClusters } from '../../calibration/jackknife.ts';
import { numberStrings } from '../../calibration/records.ts';
import { fitTemperature } from '../../calibration/temperature.ts';
import type { LossName } from '../../domain/checkpoint.ts';
import type { Divergence, Interval, RunRecord } from '../../domain/run-record.ts';
import { counted } from '../../health/phrases.ts';
import type { Claim } from '../claim.ts';
import { logRatioDrift } from '../divergence.ts';
import { trlRewards } from '../dpo-losses.ts';
import type { CheckpointFamily } from './family.ts';
import { called, difference } from './wording.ts';

const PLACES = [
	['eval', 'loss on eval'],
	['heldout_reference', 'loss on held-out, tuning half'],
] as const;

/** Every checkpoint against the reference and against the headline one, paired; of a void one only on eval. */
export function checkpointDifferences(family: CheckpointFamily, headline: number): RunRecord['differences'] {
	const { members } = family;
	const invalid = (k: number): boolean => members[k]!.standing.void !== null;
	return members.flatMap(({ name }, k) =>
		PLACES.flatMap(([split, place]) => {
			if (split === 'heldout_reference' && invalid(k)) return [];
			const against = (other: number | null, called: string): RunRecord['differences'][number] => {
				return { what: `${name} − ${called}: ${place}`, ...family.over(split, k, other) };
			};
			const comparable = k !== headline && !(split === 'heldout_reference' && invalid(headline));
			return [against(null, 'reference'), ...(comparable ? [against(headline, members[headline]!.name)] : [])];
		}),
	);
}

/** Means as TRL logs them, over the pairs that the member is measured on. */
export function rewardsOf(
	family: CheckpointFamily,
	split: 'train' | 'eval' | 'heldout_reference' | 'retention',
	member: number,
): ReturnType<typeof trlRewards> {
	const { chosen, rejected, refChosen, refRejected } = family.members[member]!.scores;
	const pairs = Array.from(family.rows(split, member), (i) => ({
		chosen: chosen[i]!,
		rejected: rejected[i]!,
		refChosen: refChosen[i]!,
		refRejected: refRejected[i]!,
	}));
	return trlRewards(pairs, family.settings.beta);
}

function drift(family: CheckpointFamily, member: number): Divergence {
	const pairs = family.pairs('heldout_reference', member);
	const { chosen, rejected, refChosen, refRejected } = family.members[member]!.scores;
	const values = Float64Array.from(family.rows('heldout_reference', member), (i) =>
		logRatioDrift(chosen[i]! - refChosen[i]!, rejected[i]! - refRejected[i]!),
	);
	return {
		kind: 'log-ratio-drift',
		label:
			'mean of log π − log π_ref over both responses of the held-out tuning half, nats a response; not a KL on curated text',
		...intervalOf(pairMean(pairs, values), 'no held-out pairs'),
	};
}

/**
 * Mean of KL(policy ‖ reference) over the response tokens of R's pairs that came with logits: nats per token, both responses, over the
 * full vocabulary, at contexts that people chose and the policy did not write. Σ KL / Σ tokens, clustered; null without such a pair, a
 * value of null where the run was asked to leave it out.
 */
function tokenDivergence(family: CheckpointFamily, member: number): Divergence | null {
	const { scores, given } = family.members[member]!;
	const name = 'KL(policy ‖ reference) over the full vocabulary, nats per token';
	if (given.klLeftOut === true) {
		const reason = 'not computed: this run was asked to leave it out';
		return { kind: 'token-kl', label: name, value: null, low: null, high: null, reason };
	}
	const { klSum, klPositions } = scores;
	const rows = family.rows('heldout_reference', member).filter((i) => klPositions[i]! > 0);
	if (rows.length === 0) return null;
	const { index, count } = numberStrings(Array.from(rows, (i) => family.dataset.pairs[i]!.cluster));
	const perToken = Float64Array.from(rows, (i) => klSum[i]! / klPositions[i]!);
	const positions = Float64Array.from(rows, (i) => klPositions[i]!);
	const each = given.klEach ?? Number.POSITIVE_INFINITY;
	const { chosenTokens, rejectedTokens } = scores;
	const some = rows.some((i) => Math.max(chosenTokens[i]!, rejectedTokens[i]!) > each);
	return {
		kind: 'token-kl',
		label: `${name}, ${counted(rows.length, 'pair')} of the tuning half${some ? ` (${counted(each, 'position')} of a response at most, evenly spaced)` : ''}`,
		...intervalOf(clusteredMean(perToken, positions, index, count), 'no logits'),
	};
}

/** How far a checkpoint moved from its reference on R: the drift, and KL per token where logits were at hand. */
export function divergencesOf(family: CheckpointFamily, member: number): readonly [Divergence, ...Divergence[]] {
	const kl = tokenDivergence(family, member);
	return kl === null ? [drift(family, member)] : [drift(family, member), kl];
}

/** The T* that may be applied: from R where that was not trained on, else from eval; a flagged status means it must not be. */
export function checkpointTemperature(family: CheckpointFamily, member: number): RunRecord['calibration'] {
	for (const split of ['heldout_reference', 'eval'] as const) {
		if (split === 'heldout_reference' && family.members[member]!.standing.void !== null) continue;
		const records = family.records(split, member);
		if (records.clusters < MIN_CLUSTERS) continue;
		const fit = fitTemperature(records);
		if (fit !== null) return { t_star: fit.t, fitted_on: split, status: fit.status };
	}
	return { t_star: null, fitted_on: null, status: 'insufficient' };
}

/** What a checkpoint may claim against its reference before a decision: on R, on eval where R is void or missing. */
export function claimAgainstReference(family: CheckpointFamily, member: number): Claim {
	const one = family.members[member]!;
	const onR = family.over('heldout_reference', member, null);
	const on = one.standing.void === null && onR.value !== null ? 'heldout_reference' : 'eval';
	const { value, low, high } = on === 'eval' ? family.over('eval', member, null) : onR;
	return { on, value, low, high, sentence: claimSentence(called(one), { value, low, high }, family.settings.loss, on) };
}

/** "X beats its reference …": never more than the interval holds. */
export function claimSentence(name: string, over: Interval, loss: LossName, on: Claim['on']): string {
	const place = {
		eval: 'on eval',
		heldout_reference: 'on the held-out tuning half',
		heldout_sealed: 'on the sealed half',
	}[on];
	const last = on === 'heldout_sealed' ? '' : ' The sealed half has the last word.';
	if (over.value === null) return `${name} against its reference: nothing can be claimed (no scored pairs ${place}).`;
	if (over.low === null || over.high === null) {
		return `${name} against its reference: nothing can be claimed ${place} (${over.reason ?? tooFewClusters(0)}).`;
	}
	const verdict =
		over.high < 0
			? 'beats its reference'
			: over.low > 0
				? 'is worse than its reference'
				: 'does not beat its reference';
	const soFar = on === 'heldout_sealed' ? '' : ' so far';
	return `${name} ${verdict}${soFar}: ${place} its loss differs by ${difference(over, loss, 'the reference')}.${last}`;
}
