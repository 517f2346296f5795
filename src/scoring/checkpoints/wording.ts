/** How the sentences of a run over checkpoints write names and losses. */
import type { LossName } from '../../domain/checkpoint.ts';
import type { Interval } from '../../domain/run-record.ts';
import { inNats } from '../dpo-losses.ts';
import type { Member } from './family.ts';

/** "dpo-step50", or "dpo-b at step 50" where the name does not say. */
export function called({ name, step }: Pick<Member, 'name' | 'step'>): string {
	return step === null || name.includes(String(step)) ? name : `${name} at step ${step}`;
}

/** "a, b and c"; from the fifth on "a, b, c and 4 others". */
export function listed(names: readonly string[]): string {
	const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} others`] : names;
	return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** Three decimals, more only where they would all be 0: what has a sign is never written as nothing. */
export function amount(x: number): string {
	const size = Math.abs(x);
	const text = size >= 0.0005 || size < 1e-6 ? size.toFixed(3) : size.toFixed(-Math.floor(Math.log10(size)));
	return Number(text) === 0 ? text : `${x < 0 ? '−' : '+'}${text}`;
}

/** Whether it is not to be told from 0. */
export function isOpen({ low, high }: Interval): boolean {
	return low === null || high === null || (low <= 0 && high >= 0);
}

/** "−0.043 nats (−0.066 to −0.020)"; says where a difference is not to be told from none. */
export function difference(of: Interval, loss: LossName, from: string): string {
	if (of.value === null) return 'unknown';
	const unit = inNats(loss) ? ' nats' : '';
	const point = `${amount(of.value)}${unit}`;
	if (of.low === null || of.high === null) return `${point} (no interval: ${of.reason})`;
	const open = isOpen(of) ? `: not distinguishable from ${from}` : '';
	return `${point} (${amount(of.low)} to ${amount(of.high)}${open})`;
}
