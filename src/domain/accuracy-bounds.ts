import type { Interval } from './run-record.ts';

/**
 * An accuracy's interval as it is shown. The jackknife's t interval is symmetric, so around an accuracy near 0 or 1 it reaches past what
 * an accuracy can be; what lies there is cut off, which loses no coverage. Records keep the interval as it was computed.
 */
export function withinShares<Of extends Pick<Interval, 'low' | 'high'>>(of: Of): Of {
	const cut = (x: number | null): number | null => (x === null ? null : Math.min(1, Math.max(0, x)));
	return { ...of, low: cut(of.low), high: cut(of.high) };
}

/** The rule, for a note below a table. */
export const SHARES_NOTE = 'Intervals of accuracies end at 0 and 1.';
