/** Looks for numbers of the sealed half in files of any kind: as text, in gzip, and as the doubles of a database. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Sealed } from '../../src/scoring/sealed.ts';

export interface Needles {
	/** Numbers by their first six significant digits, without sign. */
	readonly digits: ReadonlySet<string>;
	/** By twelve: of what is printed in full, thousands of numbers against thousands share six by chance. */
	readonly full: ReadonlySet<string>;
	readonly exact: ReadonlySet<number>;
}

const sixDigits = (x: number): string => Math.abs(x).toPrecision(6);
const FULL = 12;
const fullDigits = (x: number): string => Math.abs(x).toPrecision(FULL);

/** Simple fractions are bin edges, shares of a bin's few pairs, grid values: any split may have them. */
const LARGEST_DENOMINATOR = 60;

/** Whether six digits tell it from a count or a simple fraction. */
function isTelling(x: number): boolean {
	if (!Number.isFinite(x) || Math.abs(x) < 1e-9) return false;
	for (let q = 1; q <= LARGEST_DENOMINATOR; q++) if (Math.abs(x * q - Math.round(x * q)) < 1e-9) return false;
	return true;
}

function numbersIn(value: unknown, out: number[]): number[] {
	if (typeof value === 'number') out.push(value);
	else if (Array.isArray(value)) for (const each of value) numbersIn(each, out);
	else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) numbersIn(each, out);
	return out;
}

/** Every telling number computed from E's scores: losses, differences, metrics, margins. s, ρ and λ are the family's, not E's. */
export function needlesOf(sealed: Sealed): Needles {
	const { solutions, lines } = sealed;
	const own = solutions.map(({ s, ridge, ...rest }) => rest);
	const margins = lines.flatMap(({ deltas }) => deltas.flatMap((delta) => [delta, 1 / (1 + Math.exp(-delta))]));
	const logps = numbersIn(
		lines.map((line) => line.logps ?? []),
		[],
	);
	const found = [...numbersIn(own, []), ...margins, ...logps].filter(isTelling);
	return { digits: new Set(found.map(sixDigits)), full: new Set(found.map(fullDigits)), exact: new Set(found) };
}

/** Numbers of a text that are in the needles, as they stand there. */
export function leaksInText(text: string, { digits, full }: Needles): string[] {
	const out: string[] = [];
	for (const [number] of text.matchAll(/\d*\.\d+(?:e[+-]?\d+)?/gi)) {
		// A number printed with fewer digits could be anything.
		const significant = number.replace(/e.*$/i, '').replace('.', '').replace(/^0+/, '');
		const value = Number(number);
		const known = significant.length > FULL ? full.has(fullDigits(value)) : digits.has(sixDigits(value));
		if (significant.length >= 6 && known) out.push(number);
	}
	return out;
}

/** Doubles of a binary file that are in the needles, at any offset and in either byte order. */
export function leaksInBytes(bytes: Buffer, { exact }: Needles): number[] {
	const out: number[] = [];
	for (let at = 0; at + 8 <= bytes.length; at++) {
		for (const value of [bytes.readDoubleBE(at), bytes.readDoubleLE(at)]) {
			if (exact.has(value) || exact.has(-value)) out.push(value);
		}
	}
	return out;
}

/** Leaks in every file below a folder, `path: number`; sealed.bin is searched as it lies there, encrypted. */
export function leaksInFolder(folder: string, needles: Needles): string[] {
	const out: string[] = [];
	for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
		const path = join(folder, name);
		if (!statSync(path).isFile()) continue;
		const raw = readFileSync(path);
		const bytes = raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw;
		const found = [...leaksInText(bytes.toString('latin1'), needles), ...leaksInBytes(bytes, needles)];
		out.push(...found.map((number) => `${name}: ${number}`));
	}
	return out;
}
