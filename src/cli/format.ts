/** How the command line writes numbers, times and ids: one place, so that every table reads the same. */
import { stripVTControlCharacters } from 'node:util';
import type { Interval } from '../domain/run-record.ts';

const MINUS = '−';
/** What stands where there is no value. */
export const NONE = '–';

const thousands = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `3,412` */
export function count(n: number): string {
	return thousands.format(n).replace('-', MINUS);
}

/** `1 pair`, `3,412 pairs` */
export function plural(n: number, one: string, many = `${one}s`): string {
	return `${count(n)} ${n === 1 ? one : many}`;
}

/** `0.742`; a dash where there is none. A rounded zero has no sign. */
export function fixed(x: number | null | undefined, digits = 3): string {
	if (x === null || x === undefined || !Number.isFinite(x)) return NONE;
	const text = Math.abs(x).toFixed(digits);
	return x < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** `+0.41`, `−0.02` */
export function signed(x: number | null, digits = 3): string {
	const text = fixed(x, digits);
	return x === null || text === NONE || text.startsWith(MINUS) || Number(text) === 0 ? text : `+${text}`;
}

/** Half the width of a 95 % interval: `±.019`; empty where it has no bounds. */
export function plusMinus({ low, high }: Pick<Interval, 'low' | 'high'>): string {
	if (low === null || high === null) return '';
	return `±${((high - low) / 2).toFixed(3).replace(/^0/, '')}`;
}

/** `0.085–0.171`, `−0.013 to 0.025`; empty where it has no bounds. */
export function bounds({ low, high }: Pick<Interval, 'low' | 'high'>, digits = 3): string {
	if (low === null || high === null) return '';
	const between = low < 0 || high < 0 ? ' to ' : '–';
	return `${fixed(low, digits)}${between}${fixed(high, digits)}`;
}

/** `0.128 (0.085–0.171)` */
export function interval(of: Pick<Interval, 'value' | 'low' | 'high'>, digits = 3): string {
	const range = bounds(of, digits);
	return range === '' ? fixed(of.value, digits) : `${fixed(of.value, digits)} (${range})`;
}

/** `78 %` */
export function percent(x: number | null): string {
	return x === null ? NONE : `${Math.round(x * 100)} %`;
}

/** A λ, margin or seed as it was written: `0.25`, `1`. */
export function plain(x: number | null | undefined): string {
	return x === null || x === undefined ? NONE : String(Number(x.toPrecision(6))).replace('-', MINUS);
}

/** A ridge: `0.001`, `0.0003`, `10`: a grid of half decades, so two digits. */
export function ridge(x: number | null): string {
	return x === null ? NONE : String(Number(x.toPrecision(2)));
}

/** `850 ms`, `6.1 s`, `2 min 5 s` */
export function duration(ms: number): string {
	if (ms < 1000) return `${Math.round(ms)} ms`;
	if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
	const seconds = Math.round(ms / 1000);
	return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `850 B`, `1.2 MB` */
export function bytes(n: number): string {
	if (n < 1000) return `${n} B`;
	const power = Math.min(3, Math.floor(Math.log10(n) / 3));
	return `${(n / 1000 ** power).toFixed(1)} ${['B', 'kB', 'MB', 'GB'][power]}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `22 Nov 2026, 14:02` in the reader's time zone; a dash where there is no time. */
export function when(iso: string | null): string {
	const date = iso === null ? null : new Date(iso);
	if (date === null || Number.isNaN(date.getTime())) return NONE;
	const clock = [date.getHours(), date.getMinutes()].map((n) => String(n).padStart(2, '0')).join(':');
	return `${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}, ${clock}`;
}

/** The first 12 of 64 digits: commands take any unique prefix of 8 or more. */
export function shortId(id: string): string {
	return id.slice(0, 12);
}

/**
 * People's text for a terminal: escape sequences and control characters removed, so that no prompt can move the cursor, hide
 * text or set the title. Line ends and tabs stay.
 */
export function safe(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
	return stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

/** The same on one line. */
export function oneLine(text: string): string {
	return safe(text).replace(/\s+/gu, ' ').trim();
}
