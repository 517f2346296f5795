import type { Message, Prompt } from '../domain/comparison.ts';
import type { JournalEvent } from '../domain/events.ts';
import { sideText } from '../domain/text.ts';
import type { Database } from './database.ts';

/** What is to be erased: comparisons, and the prompts of which nothing stays. */
export interface Leaving {
	readonly comparisons: readonly string[];
	readonly prompts: readonly string[];
}

/** What else in the workspace has to do with comparisons that are to be erased. */
export interface ErasureScope {
	/** Other comparisons on the same prompts, and rewrites of the erased ones: each holds a part of the text. */
	readonly related: readonly string[];
	readonly runs: readonly string[];
	readonly exports: readonly string[];
	readonly manifests: readonly string[];
}

const LISTED = '(SELECT value FROM json_each(?))';

export function comparisonsOn(db: Database, prompt: string): string[] {
	return db
		.all<{ id: string }>(
			'SELECT c.id AS id FROM comparisons c JOIN prompts p ON p.n = c.prompt WHERE p.id = ? ORDER BY c.id',
			prompt,
		)
		.map((row) => row.id);
}

/** Rows of comparisons; those that are out by now have none. */
export function numbersOf(db: Database, comparisons: readonly string[]): number[] {
	return db
		.all<{ n: number }>(`SELECT n FROM comparisons WHERE id IN ${LISTED}`, JSON.stringify(comparisons))
		.map(({ n }) => n);
}

export function promptOf(db: Database, comparison: string): string {
	return db.value<string>(
		'SELECT p.id FROM comparisons c JOIN prompts p ON p.n = c.prompt WHERE c.id = ?',
		comparison,
	) as string;
}

/** Ids of comparisons or prompts that begin so; two are enough to tell that a prefix is not unique. */
export function idsBeginning(
	db: Database,
	prefix: string,
): { readonly kind: 'comparison' | 'prompt'; readonly id: string }[] {
	return db.all(
		`SELECT 'comparison' AS kind, id FROM comparisons WHERE id >= ? AND id < ?
		UNION ALL SELECT 'prompt' AS kind, id FROM prompts WHERE id >= ? AND id < ? LIMIT 2`,
		prefix,
		`${prefix}g`,
		prefix,
		`${prefix}g`,
	);
}

export function erasureScope(db: Database, comparisons: readonly string[], prompts: readonly string[]): ErasureScope {
	const erased = new Set(comparisons);
	const related = new Set<string>();
	const [runs, exports, manifests] = [new Set<string>(), new Set<string>(), new Set<string>()];
	for (const id of comparisons) {
		for (const row of db.all<{ id: string }>('SELECT id FROM comparisons WHERE derived_from = ?', id))
			related.add(row.id);
		for (const row of db.all<{ run: string }>('SELECT run FROM run_labels WHERE comparison = ?', id)) runs.add(row.run);
	}
	for (const id of prompts) {
		for (const comparison of comparisonsOn(db, id)) related.add(comparison);
		for (const row of db.all<{ export: string }>('SELECT export FROM export_prompts WHERE prompt = ?', id))
			exports.add(row.export);
		for (const row of db.all<{ manifest: string }>('SELECT manifest FROM manifest_prompts WHERE prompt = ?', id)) {
			manifests.add(row.manifest);
		}
	}
	return {
		related: [...related].filter((id) => !erased.has(id)).sort(),
		runs: [...runs].sort(),
		exports: [...exports].sort(),
		manifests: [...manifests].sort(),
	};
}

/** An import whose rows have to do with what is erased. */
export interface ImportedFile {
	readonly sha: string;
	readonly path: string;
	readonly stored: 'copy' | 'link';
	readonly format: string;
	readonly name: string;
	/** JSON of the column mapping that reads it. */
	readonly mapping: string | null;
}

const FILES = `SELECT DISTINCT s.sha, s.path, s.stored, s.format, coalesce(s.label, s.name) AS name,
	(SELECT json_extract(e.line, '$.options.mapping') FROM events e WHERE e.id = s.event) AS mapping FROM sources s`;

export function filesWith(db: Database, comparison: string): ImportedFile[] {
	return db.all(
		`${FILES} JOIN source_rows r ON r.source = s.n JOIN comparisons c ON c.n = r.comparison WHERE c.id = ?`,
		comparison,
	);
}

export function filesNaming(db: Database, annotator: string): ImportedFile[] {
	return db.all(`${FILES} JOIN source_votes v ON v.source = s.n WHERE v.annotator = ?`, annotator);
}

/** Comparisons that a person wrote, with whether somebody else stands on them. */
export function writtenBy(
	db: Database,
	ids: readonly string[],
	person: string,
): { readonly id: string; readonly others: boolean }[] {
	return ids.map((id) => ({
		id,
		others:
			db.value(
				'SELECT 1 FROM standing s JOIN comparisons c ON c.n = s.comparison WHERE c.id = ? AND s.annotator <> ? AND s.verdict IS NOT NULL LIMIT 1',
				id,
				person,
			) !== undefined,
	}));
}

/** Those of the prompts that are held out in a half which a tag may have decided, by id. */
export function standingHalves(
	db: Database,
	ids: readonly string[],
): { readonly id: string; readonly half: 'R' | 'E' }[] {
	return db.all(
		`SELECT id, half FROM prompts WHERE (half = 'R' OR half = 'E' AND drawn IS NOT 'E') AND id IN (SELECT value FROM json_each(?)) ORDER BY id`,
		JSON.stringify(ids),
	);
}

/** Logs that hold a prompt, as such or with responses to it. */
export function logsWith(db: Database, prompt: string): ImportedFile[] {
	return db.all(
		`${FILES} JOIN candidate_rows r ON r.source = s.n JOIN prompts p ON p.n = r.prompt WHERE p.id = ?`,
		prompt,
	);
}

/** Whether responses stand by themselves on a prompt, from a log or a model. */
export function hasCandidates(db: Database, prompt: string): boolean {
	return (
		db.value(
			`SELECT 1 FROM prompts p WHERE p.id = ? AND (EXISTS (SELECT 1 FROM candidate_rows r WHERE r.prompt = p.n)
			OR EXISTS (SELECT 1 FROM candidate_events e WHERE e.prompt = p.n))`,
			prompt,
		) !== undefined
	);
}

/** Every import whose file was copied into the workspace. */
export function copiedFiles(db: Database): ImportedFile[] {
	return db.all(`${FILES} WHERE s.stored = 'copy'`);
}

/** Copies of imports that were taken back, and that no import which stands reads. */
export function copiesTakenBack(db: Database): ImportedFile[] {
	return db.all(
		`SELECT json_extract(line, '$.source.sha256') AS sha, json_extract(line, '$.source.path') AS path, 'copy' AS stored,
		json_extract(line, '$.source.format') AS format, json_extract(line, '$.source.name') AS name,
		json_extract(line, '$.options.mapping') AS mapping
		FROM events WHERE type = 'imported' AND void = 1 AND json_extract(line, '$.source.stored') = 'copy'
		AND json_extract(line, '$.source.path') NOT IN (SELECT path FROM sources) GROUP BY path`,
	);
}

/** Prompts of a manifest that the workspace has no more. */
export function missingPrompts(db: Database, manifest: string): string[] {
	return db
		.all<{ prompt: string }>(
			`SELECT m.prompt FROM manifest_prompts m WHERE m.manifest = ?
			AND NOT EXISTS (SELECT 1 FROM prompts p WHERE p.id = m.prompt)`,
			manifest,
		)
		.map((row) => row.prompt);
}

const SIDES = 'SELECT c.a, c.b FROM comparisons c';
const CANDIDATES = 'SELECT k.body FROM candidates k JOIN prompts p ON p.n = k.prompt';

function* sidesIn(rows: Iterable<{ readonly a: string; readonly b: string }>): Generator<string> {
	for (const { a, b } of rows) for (const side of [a, b]) yield sideText(JSON.parse(side) as Message[]);
}

/** Texts of what is to be erased: both sides of comparisons; of prompts also what was asked, and responses that are in no pair. */
export function* textsLeaving(db: Database, { comparisons, prompts }: Leaving): Generator<string> {
	const named = JSON.stringify(prompts);
	for (const { body } of db.iterate<{ body: string }>(`SELECT body FROM prompts WHERE id IN ${LISTED}`, named)) {
		yield sideText((JSON.parse(body) as Prompt).messages);
	}
	for (const { body } of db.iterate<{ body: string }>(`${CANDIDATES} WHERE p.id IN ${LISTED}`, named)) {
		yield sideText(JSON.parse(body) as Message[]);
	}
	yield* sidesIn(db.iterate(`${SIDES} WHERE c.id IN ${LISTED}`, JSON.stringify(comparisons)));
}

/**
 * Every other text of the workspace. Left out are responses that stand by themselves on a prompt of an erased comparison: they are what is
 * to be erased next.
 */
export function* textsStaying(db: Database, { comparisons, prompts }: Leaving): Generator<string> {
	const named = JSON.stringify(prompts);
	const out = JSON.stringify(comparisons);
	for (const { body } of db.iterate<{ body: string }>(`SELECT body FROM prompts WHERE id NOT IN ${LISTED}`, named)) {
		yield sideText((JSON.parse(body) as Prompt).messages);
	}
	yield* sidesIn(db.iterate(`${SIDES} WHERE c.id NOT IN ${LISTED}`, out));
	const apart = `p.id NOT IN ${LISTED} AND p.n NOT IN (SELECT prompt FROM comparisons WHERE id IN ${LISTED})`;
	for (const { body } of db.iterate<{ body: string }>(`${CANDIDATES} WHERE ${apart}`, named, out)) {
		yield sideText(JSON.parse(body) as Message[]);
	}
}

/** Events looked through at a time for words. */
const EVENTS = 2_000;

/**
 * Events with words that somebody wrote, also those that were taken back: their lines stand in the journals. Pauses between some thousands
 * of events, and leaves no statement open meanwhile.
 * @param usual reasons that are to be picked: nearly every verdict has some, and nobody wrote them
 */
export function* wordedEvents(db: Database, usual: readonly string[]): Generator<void, JournalEvent[]> {
	const found: JournalEvent[] = [];
	const last = db.value<number>('SELECT max(n) FROM events') ?? 0;
	for (let n = 0; n < last; n += EVENTS) {
		const some = db.all<{ line: string }>(
			`SELECT line FROM events WHERE n > ? AND n <= ? AND (type IN ('search-saved', 'decided') OR line LIKE '%"note":"%'
			OR line LIKE '%"reason":"%' OR line LIKE '%"query":"%' OR line LIKE '%"cannot":"%'
			OR line LIKE '%"facet":"%' OR line LIKE '%"mapping":%' OR line LIKE '%"reasons":["%' AND EXISTS
				(SELECT 1 FROM json_each(line, '$.reasons') WHERE value NOT IN ${LISTED}))`,
			n,
			n + EVENTS,
			JSON.stringify(usual),
		);
		for (const { line } of some) found.push(JSON.parse(line) as JournalEvent);
		yield;
	}
	return found;
}

/** A note of an imported verdict, with where it stands. */
export interface ImportedNote {
	readonly path: string;
	readonly line: number;
	readonly note: string;
}

/** Notes of imported verdicts on what stays. */
export function notesStaying(db: Database, { comparisons }: Leaving): ImportedNote[] {
	return db.all<ImportedNote>(
		`SELECT s.path, r.line, v.note FROM source_votes v JOIN sources s ON s.n = v.source
		JOIN source_rows r ON r.source = v.source AND r.ord = v.ord JOIN comparisons c ON c.n = v.comparison
		WHERE v.note IS NOT NULL AND c.id NOT IN ${LISTED}`,
		JSON.stringify(comparisons),
	);
}

/** Ids of answers, with a reason, to proposals about some prompts and no others. */
export function answersOf(db: Database, prompts: readonly string[]): string[] {
	return db
		.all<{ id: string }>(
			`SELECT a.id AS id FROM events a JOIN events p ON p.id = json_extract(a.line, '$.proposal')
			WHERE a.type = 'proposal-answered' AND json_extract(a.line, '$.reason') IS NOT NULL AND NOT EXISTS (
				SELECT 1 FROM json_each(p.line, '$.prompts') e WHERE e.value NOT IN (SELECT value FROM json_each(?)))`,
			JSON.stringify(prompts),
		)
		.map(({ id }) => id);
}

/** Id of the first event of all; null in an empty workspace. */
export function firstEvent(db: Database): string | null {
	return db.value<string>('SELECT id FROM events ORDER BY seq, time, id LIMIT 1') ?? null;
}
