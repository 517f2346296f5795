import { intervalOf, MIN_CLUSTERS, pairedDifference, recordMean } from '../calibration/jackknife.ts';
import { losses } from '../calibration/proper.ts';
import { sigmoid } from '../calibration/records.ts';
import { fitTemperature } from '../calibration/temperature.ts';
import type { Divergence, RunRecord } from '../domain/run-record.ts';
import type { ProbeFamily } from './probe.ts';

const PLACES = [
	['heldout_reference', 'loss on held-out, tuning half (out of fold)'],
	['eval', 'loss on eval'],
] as const;

/** GDPO against its baselines, paired, in nats; the claim is the one against pooled, which already has R's data. */
export function lossDifferences(family: ProbeFamily, chosen: number): RunRecord['differences'] {
	const baselines = [
		['DPO', 0],
		['pooled', family.pooled],
	] as const;
	return baselines.flatMap(([name, baseline]) =>
		PLACES.map(([split, place]) => {
			const what = `GDPO − ${name}: ${place}`;
			if (baseline === null) return { what, value: null, low: null, high: null, reason: 'no held-out path' };
			const records = family.records(split, chosen);
			const difference = pairedDifference(records, losses(records), losses(family.records(split, baseline)));
			return { what, ...intervalOf(difference) };
		}),
	);
}

/** KL(Bern(p) ‖ Bern(q)) from logits, nats. */
function bernoulliKl(z: number, base: number): number {
	const p = sigmoid(z);
	// ln p − ln q = softplus(−base) − softplus(−z), and alike for 1 − p: stable at any margin.
	const down = (x: number): number => (x > 0 ? Math.log1p(Math.exp(-x)) : -x + Math.log1p(Math.exp(x)));
	return Math.max(0, p * (down(base) - down(z)) + (1 - p) * (down(-base) - down(-z)));
}

const BASELINES = [
	['dpo', 'DPO’s'],
	['pooled', 'pooled training’s'],
	['uninformed', 'knowing nothing (½ for every pair)'],
] as const;

/** How far the fitted preferences moved from each baseline's on R: mean KL per pair, DPO first. */
export function preferenceDivergences(family: ProbeFamily, chosen: number): readonly [Divergence, ...Divergence[]] {
	const records = family.records('heldout_reference', chosen);
	const [dpo, ...others] = BASELINES.map(([name, whose]): Divergence => {
		const kind = `preference-kl-vs-${name}`;
		const label = `of the fitted preference distribution from ${whose}, not of a language model`;
		const point = name === 'dpo' ? 0 : name === 'pooled' ? family.pooled : null;
		if (name === 'pooled' && point === null) {
			return { kind, label, value: null, low: null, high: null, reason: 'no held-out path' };
		}
		const base = point === null ? null : family.records('heldout_reference', point).margin;
		const kl = records.margin.map((z, i) => bernoulliKl(z, base === null ? 0 : base[i]!));
		return { kind, label, ...intervalOf(recordMean(records, kl), 'no held-out pairs') };
	});
	return [dpo!, ...others];
}

/** The T* that may be applied: from R out of fold, else from eval; a flagged status means it must not be. */
export function appliedTemperature(family: ProbeFamily, chosen: number): RunRecord['calibration'] {
	for (const split of ['heldout_reference', 'eval'] as const) {
		const records = family.records(split, chosen);
		if (records.clusters < MIN_CLUSTERS) continue;
		const fit = fitTemperature(records);
		if (fit !== null) return { t_star: fit.t, fitted_on: split, status: fit.status };
	}
	return { t_star: null, fitted_on: null, status: 'insufficient' };
}
