/** Numbers and dates as people read them. A number that is not there is a dash, never NaN or 0. */
import type { Interval } from '../../src/domain/run-record.ts';

export const DASH = '–';
const MINUS = '−';
/** Keeps a number and its unit on one line. */
const NBSP = '\u00a0';

/** Fixed decimals with a true minus sign; −0 reads 0. */
export function fixed(value: number | null | undefined, digits = 3): string {
	if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
	const text = Math.abs(value).toFixed(digits);
	return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** With a sign, for differences: "+0.012", "−0.061", "0.000". */
export function signed(value: number | null | undefined, digits = 3): string {
	const text = fixed(value, digits);
	return value !== null && value !== undefined && value > 0 && Number(value.toFixed(digits)) !== 0 ? `+${text}` : text;
}

/** "78 %". */
export function percent(value: number | null | undefined): string {
	return value === null || value === undefined || !Number.isFinite(value) ? DASH : `${Math.round(value * 100)}${NBSP}%`;
}

/** Made for a terminal, where any space is like another: here "λ = 0.2" and "95 %" stay on one line. */
export function unbroken(text: string): string {
	return text.replace(/ = (?=\S)/g, `${NBSP}=${NBSP}`).replace(/(\d) %/g, `$1${NBSP}%`);
}

/** "3,412"; counts of weighted records may have one decimal. */
export function count(value: number): string {
	return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

/** "1 pair", "3,412 pairs". */
export function counted(value: number, one: string, many = `${one}s`): string {
	return `${count(value)}${NBSP}${value === 1 ? one : many}`;
}

/** "0.085–0.171", or "−0.012 to 0.031" where a dash between signs could be misread. */
export function range(low: number | null, high: number | null, digits = 3): string {
	if (low === null || high === null) return DASH;
	const a = fixed(low, digits);
	const b = fixed(high, digits);
	return a.startsWith(MINUS) || b.startsWith(MINUS) ? `${a} to ${b}` : `${a}–${b}`;
}

/** "±.019" where the interval is symmetric at this precision, else its bounds in brackets; empty without an interval. */
export function spread(interval: Interval, digits = 3): string {
	const { value, low, high } = interval;
	if (value === null || low === null || high === null) return '';
	const half = (high - low) / 2;
	if (Math.abs((low + high) / 2 - value) > 0.5 * 10 ** -digits) return `(${range(low, high, digits)})`;
	return `±${half.toFixed(digits).replace(/^0/, '')}`;
}

/** "0.128 (0.085–0.171)", or the value and why there is no interval. */
export function withInterval(interval: Interval, digits = 3): string {
	if (interval.value === null) return DASH;
	if (interval.low === null || interval.high === null)
		return `${fixed(interval.value, digits)} (interval: insufficient)`;
	return `${fixed(interval.value, digits)} (${range(interval.low, interval.high, digits)})`;
}

/** λ as written in text: at most two decimals, no trailing zeros. */
export function lambda(value: number | null | undefined): string {
	return value === null || value === undefined ? DASH : String(Number(value.toFixed(3)));
}

/** "22 Nov 2026, 14:02" in the reader's time zone. */
export function dateTime(iso: string): string {
	const date = new Date(iso);
	if (Number.isNaN(date.getTime())) return iso;
	return date.toLocaleString('en-GB', {
		day: 'numeric',
		month: 'short',
		year: 'numeric',
		hour: '2-digit',
		minute: '2-digit',
	});
}

/** "6.1 s", "2 min 5 s". */
export function seconds(total: number): string {
	if (total < 10) return `${total.toFixed(1)}${NBSP}s`;
	if (total < 60) return `${Math.round(total)}${NBSP}s`;
	return `${Math.floor(total / 60)}${NBSP}min ${Math.round(total % 60)}${NBSP}s`;
}

/** "a", "a and b", "a, b and c". */
export function listed(items: readonly string[]): string {
	if (items.length <= 1) return items[0] ?? '';
	return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
