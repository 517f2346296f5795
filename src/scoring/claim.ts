import { intervalOf, pairedDifference } from '../calibration/jackknife.ts';
import { losses } from '../calibration/proper.ts';
import type { Interval, RunRecord } from '../domain/run-record.ts';
import type { ProbeFamily } from './probe.ts';

export type Claim = NonNullable<RunRecord['claim']>;

const nats = (x: number): string => {
	const text = Math.abs(x).toFixed(3);
	return x < 0 && Number(text) !== 0 ? `−${text}` : text;
};

function amount({ value, low, high }: { value: number; low: number; high: number }): string {
	// As "lower by …": both ends with the sign of the difference taken away.
	return value < 0
		? `${nats(-value)} nats (${nats(-high)} to ${nats(-low)})`
		: `${nats(value)} nats (${nats(low)} to ${nats(high)})`;
}

type Bounded = Interval & { readonly value: number; readonly low: number; readonly high: number };

function isBounded(difference: Interval): difference is Bounded {
	return difference.value !== null && difference.low !== null && difference.high !== null;
}

/** What a paired difference GDPO − pooled says; `where` follows "loss". */
function compared(difference: Interval, where: string): string {
	if (!isBounded(difference)) return `${where} nothing can be told (${difference.reason ?? 'no interval'})`;
	if (difference.high < 0) return `${where} its loss is lower by ${amount(difference)}`;
	if (difference.low > 0) return `${where} its loss is higher by ${amount(difference)}`;
	return `${where} the difference of ${nats(difference.value)} nats (${nats(difference.low)} to ${nats(difference.high)}) is not distinguishable from 0`;
}

/** "GDPO beats pooled training", "… does not beat …": never more than the interval holds. */
function verdictOf(difference: Interval, name: string): string {
	if (!isBounded(difference)) return `${name} against pooled training: nothing can be claimed`;
	if (difference.high < 0) return `${name} beats pooled training`;
	return `${name} does not beat pooled training`;
}

/** Which of the two weighs the held-out half more, and why: where the lower held-out loss comes from. */
function weights(own: number, pooled: number): string {
	return `Pooled training weighs the tuning half by its size (s = ${short(pooled)}), GDPO by regret (s = ${short(own)}).`;
}

const short = (s: number): string => String(Number(s.toFixed(2)));

function isSame({ value, low, high }: Interval): boolean {
	return value === 0 && low === 0 && high === 0;
}

/**
 * The claim of a GDPO run: its paired difference in loss to *pooled* (DPO on train and R together), which already has R's data.
 * Before a decision it rests on R out of fold, which chose s and ρ and is called tuned, with eval beside it; the sealed half
 * replaces it once opened.
 * @param reason why there is no path, or null
 */
export function claimAgainstPooled(family: ProbeFamily, point: number, lambda: number, reason: string | null): Claim {
	const { pooled } = family;
	if (pooled === null) {
		return {
			on: 'heldout_reference',
			value: null,
			low: null,
			high: null,
			sentence: `Nothing is claimed against pooled training: ${reason ?? 'there is no path'}.`,
		};
	}
	const against = (split: 'heldout_reference' | 'eval'): Interval => {
		const records = family.records(split, point);
		return intervalOf(pairedDifference(records, losses(records), losses(family.records(split, pooled))));
	};
	const onR = against('heldout_reference');
	const claim = { on: 'heldout_reference' as const, value: onR.value, low: onR.low, high: onR.high };
	const name = lambda === 0 ? 'λ = 0, which asks nothing of the held-out half,' : `At λ = ${lambda} GDPO`;
	if (point === pooled || isSame(onR)) {
		return { ...claim, sentence: `${name} is pooled training itself: there is no difference to claim.` };
	}
	const s = weights(family.points[point]!.s, family.points[pooled]!.s);
	return {
		...claim,
		sentence: `${verdictOf(onR, name)} so far: ${compared(onR, 'on the held-out tuning half, out of fold and tuned on it,')}; ${compared(against('eval'), 'on eval')}. ${s} The sealed half has the last word.`,
	};
}

/**
 * The claim that counts: on the sealed half, after a decision.
 * @param name what was decided, e.g. "GDPO at λ = 0.3"
 * @param s of it and of pooled training
 */
export function claimOnSealed(
	difference: Interval,
	name: string,
	s: { readonly own: number; readonly pooled: number } | null,
): Claim {
	return {
		on: 'heldout_sealed',
		value: difference.value,
		low: difference.low,
		high: difference.high,
		sentence: isSame(difference)
			? `${name} is pooled training itself: there is no difference to claim.`
			: `${verdictOf(difference, name)}: ${compared(difference, 'on the sealed half')}.${s === null ? '' : ` ${weights(s.own, s.pooled)}`}`,
	};
}
