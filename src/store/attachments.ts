import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventOf, EventType } from '../domain/events.ts';
import type { Database } from './database.ts';
import { readExportRecord } from './export-record.ts';
import type { WorkspacePaths } from './paths.ts';
import { readRunLines } from './run-lines.ts';

/** Events of one type in journal order, retracted ones left out. */
export function eventsOf<T extends EventType>(db: Database, type: T): EventOf<T>[] {
	return db
		.all<{ line: string }>('SELECT line FROM events WHERE type = ? AND void = 0 ORDER BY seq, time, id', type)
		.map((row) => JSON.parse(row.line) as EventOf<T>);
}

/** Label of one of a run's evaluation pairs when it first scored it. No text. */
export interface RunLabel {
	readonly comparison: string;
	readonly place: 'eval' | 'R' | 'E';
	/** Share of votes for side a. */
	readonly y: number;
	readonly votes: number;
	readonly weight: number;
	readonly winner: 'a' | 'b' | null;
}

/** Names in events become file names: nothing but a plain name may. */
function plainName(name: string): string {
	if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/u.test(name)) throw new Error(`"${name}" is not a plain file name`);
	return name;
}

function isIdList(value: unknown): value is string[] {
	return Array.isArray(value) && value.every((id) => typeof id === 'string');
}

/** @throws where the file is missing or cannot be read */
export function readManifest(paths: WorkspacePaths, manifest: string): string[] {
	const parsed = JSON.parse(readFileSync(join(paths.manifests, `${plainName(manifest)}.json`), 'utf8')) as {
		prompts?: unknown;
	};
	if (!isIdList(parsed.prompts)) throw new Error('no list of prompts in it');
	return parsed.prompts;
}

/** What was trained on: of the tuning half, what a penalty reads is as well. */
function readExport(paths: WorkspacePaths, id: string): string[] {
	const { splits, referenceUsed = [] } = readExportRecord(paths.exports, plainName(id));
	return [...Object.values(splits).flat(), ...referenceUsed];
}

/** @throws where the file is missing or cannot be read */
export function readLabels(paths: WorkspacePaths, run: string): RunLabel[] {
	return readRunLines(paths.runs, plainName(run), 'labels');
}

function reason(error: unknown): string {
	return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it is missing' : (error as Error).message;
}

/** Loads named files that are not in yet, and drops those whose event is gone. @returns problems in words. */
function settleNamed(
	db: Database,
	wanted: readonly string[],
	there: readonly string[],
	load: (name: string) => void,
	drop: (name: string) => void,
	what: (name: string) => string,
): string[] {
	const problems: string[] = [];
	for (const name of there) if (!wanted.includes(name)) db.write(() => drop(name));
	for (const name of wanted) {
		if (there.includes(name)) continue;
		try {
			db.write(() => load(name));
		} catch (error) {
			problems.push(`${what(name)} could not be read: ${reason(error)}. Get it from version control.`);
		}
	}
	return problems;
}

function markRunDirty(db: Database, run: string): void {
	db.run('INSERT OR IGNORE INTO dirty SELECT comparison FROM run_labels WHERE run = ?', run);
}

/** Files named by events: manifests, export records, run labels. @returns problems in words, anew each time. */
function settleFiles(db: Database, paths: WorkspacePaths): string[] {
	const frozen = eventsOf(db, 'frozen');
	const inForce = new Map(frozen.map((e) => [e.split, e.manifest]));
	const names = (sql: string) => db.all<{ name: string }>(sql).map((row) => row.name);
	const problems = settleNamed(
		db,
		[...new Set(frozen.map((e) => e.manifest))],
		names('SELECT manifest AS name FROM manifests'),
		(manifest) => {
			const prompts = readManifest(paths, manifest);
			const split = frozen.find((e) => e.manifest === manifest)?.split;
			db.run('INSERT INTO manifests VALUES (?, ?, 0)', manifest, split);
			for (const id of prompts) db.run('INSERT OR IGNORE INTO manifest_prompts VALUES (?, ?)', manifest, id);
		},
		(manifest) => {
			db.run('DELETE FROM manifest_prompts WHERE manifest = ?', manifest);
			db.run('DELETE FROM manifests WHERE manifest = ?', manifest);
		},
		(name) => `The manifest .pairwright/manifests/${name}.json of a frozen split`,
	);
	db.write(() => {
		db.run('UPDATE manifests SET in_force = 0 WHERE in_force = 1');
		for (const manifest of inForce.values()) db.run('UPDATE manifests SET in_force = 1 WHERE manifest = ?', manifest);
	});
	problems.push(
		...settleNamed(
			db,
			[...new Set(eventsOf(db, 'exported').map((e) => e.export))],
			names('SELECT DISTINCT export AS name FROM export_prompts'),
			(id) => {
				for (const prompt of readExport(paths, id))
					db.run('INSERT OR IGNORE INTO export_prompts VALUES (?, ?)', prompt, id);
			},
			(id) => db.run('DELETE FROM export_prompts WHERE export = ?', id),
			(name) => `The record .pairwright/exports/${name}.json of a training export`,
		),
		...settleNamed(
			db,
			[...new Set(eventsOf(db, 'run-recorded').map((e) => e.run))],
			names('SELECT DISTINCT run AS name FROM run_labels'),
			(run) => {
				for (const l of readLabels(paths, run)) {
					db.run(
						'INSERT OR IGNORE INTO run_labels VALUES (?, ?, ?, ?, ?, ?, ?)',
						l.comparison,
						run,
						l.place,
						l.y,
						l.votes,
						l.weight,
						l.winner,
					);
				}
				markRunDirty(db, run);
			},
			(run) => {
				markRunDirty(db, run);
				db.run('DELETE FROM run_labels WHERE run = ?', run);
			},
			(name) => `The labels .pairwright/runs/${name}/labels.jsonl.gz of a run`,
		),
	);
	const opened = new Set(eventsOf(db, 'seal-opened').map((e) => e.run));
	const before = new Set(names('SELECT run AS name FROM opened_runs'));
	db.write(() => {
		for (const run of opened) {
			if (before.has(run)) continue;
			db.run('INSERT INTO opened_runs VALUES (?)', run);
			markRunDirty(db, run);
		}
		for (const run of before) {
			if (opened.has(run)) continue;
			db.run('DELETE FROM opened_runs WHERE run = ?', run);
			markRunDirty(db, run);
		}
	});
	return problems;
}

/** Enters new imports as pending, and takes the rows of vanished or retracted ones out, yielding between transactions. */
function* settleSources(db: Database): Generator<void> {
	const events = eventsOf(db, 'imported');
	const there = new Set(db.all<{ event: string }>('SELECT event FROM sources').map((row) => row.event));
	for (const event of events) {
		if (there.delete(event.id)) continue;
		const { source, options } = event;
		db.run(
			`INSERT OR IGNORE INTO sources(event, seq, time, sha, name, format, stored, path, split, half, label, row_limit, state)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending')`,
			event.id,
			event.seq,
			event.time,
			source.sha256,
			source.name,
			source.format,
			source.stored,
			source.path,
			event.split ?? null,
			event.half ?? null,
			typeof options?.source === 'string' ? options.source : null,
			typeof options?.rows === 'number' ? options.rows : null,
		);
	}
	for (const event of there) {
		const source = db.value<number>('SELECT n FROM sources WHERE event = ?', event);
		if (source !== undefined) yield* removeSource(db, source);
	}
}

function* removeSource(db: Database, source: number): Generator<void> {
	for (;;) {
		const left = db.write(() => {
			const rows = db.all<{ ord: number; comparison: number }>(
				'SELECT ord, comparison FROM source_rows WHERE source = ? ORDER BY ord DESC LIMIT 250',
				source,
			);
			for (const row of rows) {
				db.run(
					'DELETE FROM source_votes WHERE comparison = ? AND source = ? AND ord = ?',
					row.comparison,
					source,
					row.ord,
				);
				db.run('DELETE FROM source_rows WHERE source = ? AND ord = ?', source, row.ord);
				db.run(
					`INSERT OR IGNORE INTO dirty SELECT c.id FROM comparisons c WHERE c.n = ?
					UNION SELECT p.id FROM comparisons c JOIN prompts p ON p.n = c.prompt WHERE c.n = ?`,
					row.comparison,
					row.comparison,
				);
			}
			const logged = db.all<{ ord: number; prompt: number }>(
				'SELECT ord, prompt FROM candidate_rows WHERE source = ? LIMIT 250',
				source,
			);
			for (const row of logged) {
				db.run('DELETE FROM candidate_rows WHERE source = ? AND ord = ?', source, row.ord);
				db.run('INSERT OR IGNORE INTO dirty SELECT id FROM prompts WHERE n = ?', row.prompt);
			}
			const left = rows.length === 250 || logged.length === 250;
			if (!left) db.run('DELETE FROM sources WHERE n = ?', source);
			return left;
		});
		if (!left) return;
		yield;
	}
}

/** Brings tables in line with events whose content lies in other files. @returns problems in words. */
export function* settleAttachments(db: Database, paths: WorkspacePaths): Generator<void, string[]> {
	const noted = db.all<{ event: string; type: string }>('SELECT event, type FROM attachments');
	if (noted.length === 0) return [];
	yield* settleSources(db);
	const problems = settleFiles(db, paths);
	// While a file is missing the notes stay, so that the next look tries again; so do those that came during this one.
	if (problems.length === 0) {
		db.run(
			`DELETE FROM attachments WHERE (event, type) IN (SELECT value ->> 'event', value ->> 'type' FROM json_each(?))`,
			JSON.stringify(noted),
		);
	}
	return problems;
}
