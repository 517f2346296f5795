import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sha256, stableJson } from '../../domain/identity.ts';
import type { RunRecord, ScoreLine } from '../../domain/run-record.ts';
import { UserError } from '../../protocol/errors.ts';
import type { ScoringRun } from '../../scoring/scoring-run.ts';
import type { Sealed } from '../../scoring/sealed.ts';
import { openBytes, sealBytes } from '../../store/sealed-box.ts';

/** run.json: written once, never changed; decision, openings and E are joined in when it is read. */
export type StoredRecord = Omit<RunRecord, 'decision' | 'seal'>;

/**
 * UTC time and 6 hex digits (rules.md): the first three are the milliseconds, so that ids sort by time even within a second; the
 * others are random, so that two machines differ.
 */
export function newRunId(now: Date): string {
	const stamp = now
		.toISOString()
		.replace(/[-:]/g, '')
		.replace(/\.\d+Z$/, 'Z');
	const milliseconds = now.getUTCMilliseconds().toString(16).padStart(3, '0');
	return `${stamp}-${milliseconds}${randomBytes(2).toString('hex').slice(0, 3)}`;
}

const RUN_ID = /^\d{8}T\d{6}Z-[0-9a-f]{6}$/;

/** Ids of all stored runs, oldest first. */
export function runIds(runs: string): string[] {
	if (!existsSync(runs)) return [];
	return readdirSync(runs)
		.filter((name) => RUN_ID.test(name) && existsSync(join(runs, name, 'run.json')))
		.sort();
}

/**
 * A run id, a unique prefix of one, or `latest`.
 * @throws UserError not-found, ambiguous-id
 */
export function findRun(runs: string, wanted: string): string {
	const ids = runIds(runs);
	if (wanted === 'latest') {
		const latest = ids.at(-1);
		if (latest === undefined)
			throw new UserError('not-found', 'There is no run yet. Make one with "pairwright score".');
		return latest;
	}
	const found = ids.filter((id) => id.startsWith(wanted));
	const exact = found.find((id) => id === wanted);
	if (exact !== undefined) return exact;
	if (found.length === 1) return found[0]!;
	if (found.length === 0) {
		throw new UserError(
			'not-found',
			`There is no run "${wanted}". "pairwright runs" lists the ${ids.length} there are.`,
		);
	}
	throw new UserError('ambiguous-id', `"${wanted}" fits ${found.length} runs: ${found.slice(0, 5).join(', ')}.`);
}

/** Score lines as stored; `reviewed` where today's label differed from the frozen one. */
export type StoredScore = ScoreLine & { readonly reviewed?: { readonly y: number; readonly decided: boolean } };

/**
 * Writes a run's folder whole or not at all: files into `<id>.tmp`, then a rename.
 * @param extra further files of the run by name, e.g. the frozen labels
 */
export function writeRun(
	runs: string,
	record: StoredRecord,
	{ scores, sealed }: { readonly scores: readonly StoredScore[]; readonly sealed: ScoringRun['sealed'] },
	extra: Readonly<Record<string, string | Buffer>> = {},
): void {
	const folder = join(runs, record.run);
	const draft = `${folder}.tmp`;
	rmSync(draft, { recursive: true, force: true });
	mkdirSync(draft, { recursive: true });
	writeFileSync(join(draft, 'run.json'), `${stableJson(record)}\n`);
	// gzipSync writes no time: same lines, same bytes.
	writeFileSync(join(draft, 'scores.jsonl.gz'), gzipSync(scores.map((line) => `${stableJson(line)}\n`).join('')));
	writeFileSync(join(draft, 'sealed.bin'), sealBytes(record.run, sealed));
	for (const [name, data] of Object.entries(extra)) writeFileSync(join(draft, name), data);
	renameSync(draft, folder);
}

/** SHA-256 of each file of a run's folder, hex, by name. */
export function runHashes(runs: string, run: string): Record<string, string> {
	const folder = join(runs, run);
	const hash = (name: string): string => sha256(readFileSync(join(folder, name)));
	return Object.fromEntries(
		readdirSync(folder)
			.sort()
			.map((name) => [name, hash(name)]),
	);
}

/** Removes what runs that were killed left half-written. The caller holds the run lock. */
export function removeDrafts(runs: string): void {
	if (!existsSync(runs)) return;
	for (const name of readdirSync(runs)) {
		if (name.endsWith('.tmp')) rmSync(join(runs, name), { recursive: true, force: true });
	}
}

function damaged(runs: string, run: string, file: string, error: unknown): UserError {
	return new UserError(
		'unusable-input',
		`${join(runs, run, file)} cannot be read: ${(error as Error).message}. Get it from version control, or score again.`,
	);
}

export function readRecord(runs: string, run: string): StoredRecord {
	try {
		return JSON.parse(readFileSync(join(runs, run, 'run.json'), 'utf8')) as StoredRecord;
	} catch (error) {
		throw damaged(runs, run, 'run.json', error);
	}
}

const SCORES = 'scores.jsonl.gz';

/** Bytes of a run's stored scores; 0 where they are missing, which reading them names. */
export function scoresSize(runs: string, run: string): number {
	return statSync(join(runs, run, SCORES), { throwIfNoEntry: false })?.size ?? 0;
}

export function readScores(runs: string, run: string): StoredScore[] {
	try {
		return gunzipSync(readFileSync(join(runs, run, SCORES)))
			.toString('utf8')
			.split('\n')
			.filter((line) => line !== '')
			.map((line) => JSON.parse(line) as StoredScore);
	} catch (error) {
		throw damaged(runs, run, 'scores.jsonl.gz', error);
	}
}

/** For decisions, openings and decided runs only: nothing else may look. */
export function readSealed(runs: string, run: string): Sealed | null {
	try {
		return openBytes(run, readFileSync(join(runs, run, 'sealed.bin'))) as Sealed | null;
	} catch (error) {
		throw damaged(runs, run, 'sealed.bin', error);
	}
}
