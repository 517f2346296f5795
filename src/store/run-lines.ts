import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { stableJson } from '../domain/identity.ts';
import { openBytes, sealBytes } from './sealed-box.ts';

/** Lines about a run's pairs by what they say: the labels it scored with, and the pairs it did not score. */
export type RunLines = 'labels' | 'unscored';

const plainName = (what: RunLines): string => `${what}.jsonl.gz`;
const sealedName = (what: RunLines): string => `${what}-sealed.bin`;

/**
 * Files by name, for a run's folder. Lines that say what people think of E are sealed as E's scores are: before a decision no look into
 * the folder finds them.
 */
export function runLinesFiles<T>(
	run: string,
	what: RunLines,
	{ open, sealed }: { readonly open: readonly T[]; readonly sealed: readonly T[] },
): Readonly<Record<string, Buffer>> {
	return {
		[plainName(what)]: gzipSync(open.map((line) => `${stableJson(line)}\n`).join('')),
		...(sealed.length === 0 ? {} : { [sealedName(what)]: sealBytes(run, sealed, `sealed ${what}`) }),
	};
}

/**
 * Lines that anybody can read in the folder: in runs of earlier versions those of E too.
 * @param runs folder of all runs
 * @throws where the file is missing or cannot be read
 */
export function openRunLines<T>(runs: string, run: string, what: RunLines): T[] {
	return gunzipSync(readFileSync(join(runs, run, plainName(what))))
		.toString('utf8')
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as T);
}

/**
 * All lines, those of E behind the others; runs of earlier versions have them in one file.
 * @param runs folder of all runs
 * @throws where the open file is missing, or one cannot be read
 */
export function readRunLines<T>(runs: string, run: string, what: RunLines): T[] {
	const open = openRunLines<T>(runs, run, what);
	let sealed: Buffer;
	try {
		sealed = readFileSync(join(runs, run, sealedName(what)));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return open;
		throw error;
	}
	return [...open, ...(openBytes(run, sealed, `sealed ${what}`) as T[])];
}
