import { type Erasures, isErased, removedPerson } from '../domain/erasure.ts';
import type { Half, Split } from '../domain/split.ts';
import { firstTurnKey } from '../domain/text.ts';
import type { ImportedJudgment, ImportedRow } from '../formats/types.ts';
import { UserError } from '../protocol/errors.ts';
import { wakePrompt } from './candidates.ts';
import { insertComparison, insertPrompt, orderKey, placeOf } from './comparison-rows.ts';
import { Counts } from './counts.ts';
import type { Database } from './database.ts';
import { foldedErasures } from './erasures.ts';
import { isInJournal } from './journal-votes.ts';
import { keyList } from './kept.ts';
import type { ProjectionSettings } from './project.ts';
import { projectComparison, type SourceVote } from './project-comparison.ts';
import { projectPrompt } from './project-prompt.ts';

/** A source whose rows are to be folded, as its `imported` event says. */
export interface PendingSource {
	readonly n: number;
	readonly event: string;
	readonly sha: string;
	readonly name: string;
	readonly format: string;
	readonly stored: 'copy' | 'link';
	readonly path: string;
	readonly split: Split | null;
	readonly half: Half | null;
	/** Given by the user as `--source`; null = named after the file. */
	readonly label: string | null;
	/** An import cancelled after so many good rows. */
	readonly row_limit: number | null;
	/** JSON of the column mapping that reads it; null = its format does. */
	readonly mapping: string | null;
	/** Good rows already in. */
	readonly rows: number;
	/** Size of the file that was imported, as its event says. */
	readonly bytes: number | null;
}

export function pendingSources(db: Database): PendingSource[] {
	return db.all<PendingSource>(
		`SELECT n, event, sha, name, format, stored, path, split, half, label, row_limit, rows,
			(SELECT json_extract(e.line, '$.options.mapping') FROM events e WHERE e.id = sources.event) AS mapping,
			(SELECT json_extract(e.line, '$.source.bytes') FROM events e WHERE e.id = sources.event) AS bytes
		FROM sources WHERE state = 'pending' ORDER BY seq, time, event`,
	);
}

/** Every import that stands, whatever its state. */
export function storedSources(db: Database): {
	readonly path: string;
	readonly sha: string;
	readonly name: string;
	readonly format: string;
	readonly rows: number;
}[] {
	return db.all('SELECT path, sha, coalesce(label, name) AS name, format, rows FROM sources ORDER BY seq, time, event');
}

/** Why the rows of an import cannot be had. */
export type Trouble = 'missing' | 'changed' | 'unreadable';

/** Ends the folding of a source, or names why its rows cannot be had. */
export function settleSource(db: Database, source: number, state: 'done' | Trouble, problem: string | null): void {
	db.run('UPDATE sources SET state = ?, problem = ? WHERE n = ?', state, problem, source);
}

/**
 * Two processes may come to fold one source, each with its own count of rows: whoever finds the other's rows in stops.
 * @throws UserError busy
 */
export function checkTurn(db: Database, source: PendingSource, done: number): void {
	if (db.value<number>("SELECT rows FROM sources WHERE n = ? AND state = 'pending'", source.n) === done) return;
	throw new UserError('busy', `${source.path} is being read by another process of this folder. Wait for it to finish.`);
}

/** A file that could not be read is there again: its rows are folded with the next reading. */
export function awaitSource(db: Database, which: { readonly sha: string } | { readonly event: string }): void {
	const [column, value] = 'sha' in which ? ['sha', which.sha] : ['event', which.event];
	db.run(
		`UPDATE sources SET state = 'pending', problem = NULL WHERE ${column} = ? AND state IN ('missing', 'changed', 'unreadable')`,
		value,
	);
}

/** Imports whose rows cannot be had, with what lay at their path when that was found. */
export function troubledSources(
	db: Database,
): { readonly event: string; readonly path: string; readonly state: Trouble; readonly seen: string | null }[] {
	return db.all(
		`SELECT event, path, state, (SELECT value FROM meta WHERE key = 'seen ' || event) AS seen FROM sources
		WHERE state IN ('missing', 'changed', 'unreadable') ORDER BY seq, event`,
	);
}

export function keepSeen(db: Database, event: string, seen: string): void {
	db.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', `seen ${event}`, seen);
}

/** What a slice of rows came to. */
export interface FoldedRows {
	imported: number;
	duplicates: number;
	ties: number;
}

function baseOf(j: ImportedJudgment): string {
	return JSON.stringify([
		j.annotator.normalize('NFC'),
		j.verdict,
		j.strength ?? null,
		j.note?.normalize('NFC') ?? null,
		j.at ?? null,
	]);
}

/** Where a row wants its prompt: it says so itself, or the import does for all of its rows. */
export function assignmentOf(
	row: { readonly split?: Split; readonly half?: Half },
	given: { readonly split?: Split | null; readonly half?: Half | null },
): { readonly split: Split | null; readonly half: Half | null } {
	const split = row.split ?? given.split ?? null;
	const own = row.split === undefined ? undefined : row.half;
	return { split, half: split === 'heldout' ? (own ?? given.half ?? null) : null };
}

/** A row without what is erased; null = nothing of it stays. */
export function redactRow(row: ImportedRow, erased: Erasures): ImportedRow | null {
	if (isErased(erased, row.comparison)) return null;
	if (!row.judgments.some((j) => removedPerson(erased, j.annotator) !== undefined)) return row;
	const judgments = row.judgments.flatMap((j): ImportedJudgment[] => {
		const person = removedPerson(erased, j.annotator);
		return person === undefined ? [j] : person.work ? [{ ...j, annotator: person.as }] : [];
	});
	return { ...row, judgments };
}

function isTie(judgments: readonly ImportedJudgment[]): boolean {
	return judgments.length > 0 && judgments.filter((j) => j.verdict === 'tie').length * 2 > judgments.length;
}

/**
 * Folds rows of one source. A new comparison on a new prompt, about which no event speaks, is written with its final state
 * at once; anything else is written and marked for projection. No text is read back.
 */
export class SourceFolder {
	readonly #db: Database;
	readonly #source: PendingSource;
	readonly #settings: ProjectionSettings;
	readonly #counts = new Counts();
	readonly #erased: Erasures | null;
	/** Where prompts stood that were there before a row asked for a split, by key. */
	readonly stood = new Map<number, Split>();
	#ord: number;

	constructor(db: Database, source: PendingSource, settings: ProjectionSettings) {
		this.#db = db;
		this.#erased = foldedErasures(db);
		this.#source = source;
		this.#settings = settings;
		this.#ord = source.rows;
	}

	/** Good rows folded so far: the next row's ordinal. */
	get done(): number {
		return this.#ord;
	}

	/**
	 * One transaction: as many of `rows` as fit into `maxMs`, at least one.
	 * @returns how many were taken and what they came to
	 */
	fold(rows: readonly ImportedRow[], maxMs: number): FoldedRows & { readonly taken: number } {
		const result = { imported: 0, duplicates: 0, ties: 0, taken: 0 };
		return this.#db.write(() => {
			const started = performance.now();
			checkTurn(this.#db, this.#source, this.#ord);
			// Before the first judgment, tag or the like there is nothing to look for: one probe a slice instead of two a row.
			const spoken = this.#db.value('SELECT 1 FROM event_subjects LIMIT 1') !== undefined;
			for (const given of rows) {
				const row = this.#erased === null ? given : redactRow(given, this.#erased);
				result.taken++;
				if (row === null) {
					// It keeps its place among the rows: the file may be one that was not rewritten.
					this.#ord++;
					continue;
				}
				const added = this.#row(row, spoken);
				result[added ? 'imported' : 'duplicates']++;
				if (isTie(row.judgments)) result.ties++;
				if (result.taken % 16 === 0 && performance.now() - started > maxMs) break;
			}
			this.#db.run('UPDATE sources SET rows = ?, ties = ties + ? WHERE n = ?', this.#ord, result.ties, this.#source.n);
			this.#counts.flush(this.#db);
			return result;
		});
	}

	#spokenOf(subject: string): boolean {
		return this.#db.value('SELECT 1 FROM event_subjects WHERE subject = ? LIMIT 1', subject) !== undefined;
	}

	#dirty(subject: string): void {
		this.#db.run('INSERT OR IGNORE INTO dirty VALUES (?)', subject);
	}

	/** @returns whether the row added a comparison or a judgment */
	#row(row: ImportedRow, spoken: boolean): boolean {
		const db = this.#db;
		const { comparison } = row;
		const { split, half } = assignmentOf(row, this.#source);
		const tags = [...new Set(row.tags)];
		const says = split !== null || tags.length > 0;

		let prompt = db.get<{ n: number; place: string; split: Split }>(
			'SELECT n, place, split FROM prompts WHERE id = ?',
			comparison.promptId,
		);
		if (prompt === undefined) {
			const key = firstTurnKey(comparison.prompt);
			const fallback = this.#settings.defaultSplit(key);
			const state = projectPrompt(comparison.promptId, fallback, [{ split, half, tags }], [], [], new Set());
			const n = insertPrompt(db, this.#counts, comparison.promptId, comparison.prompt, fallback, state, key);
			prompt = { n, place: placeOf(state.split, state.half), split: state.split };
			// A held-out prompt may carry a facet that goes to E only: the projector knows.
			if ((spoken && this.#spokenOf(comparison.promptId)) || (state.split === 'heldout' && tags.length > 0)) {
				this.#dirty(comparison.promptId);
			}
		} else if (says) {
			if (split !== null && !this.stood.has(prompt.n)) this.stood.set(prompt.n, prompt.split);
			this.#dirty(comparison.promptId);
		}

		const place = wakePrompt(db, this.#counts, prompt.n, prompt.place);
		const votes = this.#votes(row.judgments);
		const state = projectComparison(comparison.id, [], votes);
		const order = orderKey(this.#settings.seed, comparison.id);
		let n = insertComparison(db, this.#counts, comparison, prompt.n, place, order, state, null);
		let added = n !== 0;
		let kept = votes;
		if (n === 0) {
			n = db.value<number>('SELECT n FROM comparisons WHERE id = ?', comparison.id) as number;
			const merged = this.#mergeVotes(n, votes);
			kept = merged.votes;
			added = merged.added;
			this.#dirty(comparison.id);
		} else if (spoken && this.#spokenOf(comparison.id)) {
			this.#dirty(comparison.id);
		}
		const ord = this.#ord++;
		db.run(
			'INSERT INTO source_rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
			this.#source.n,
			ord,
			row.line,
			n,
			split,
			half,
			tags.length === 0 ? null : JSON.stringify(tags),
			row.source ?? null,
			row.metadata === undefined ? null : JSON.stringify(row.metadata),
		);
		for (const vote of kept) {
			db.run(
				`INSERT INTO source_votes(source, ord, comparison, annotator, verdict, strength, note, at, k)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				this.#source.n,
				ord,
				n,
				vote.annotator,
				vote.verdict,
				vote.strength,
				vote.note,
				vote.at,
				vote.k,
			);
		}
		return added;
	}

	/** Votes of one row; equal ones are numbered. */
	#votes(judgments: readonly ImportedJudgment[]): SourceVote[] {
		const seen = new Map<string, number>();
		return judgments.map((j) => {
			let k = 0;
			if (judgments.length > 1) {
				const base = baseOf(j);
				k = seen.get(base) ?? 0;
				seen.set(base, k + 1);
			}
			return {
				annotator: j.annotator.normalize('NFC'),
				anonymous: j.annotator.startsWith('source:') && this.#source.label === null,
				verdict: j.verdict,
				strength: j.strength ?? null,
				note: j.note ?? null,
				at: j.at ?? null,
				k,
			};
		});
	}

	/** Numbers votes after those that this file already cast on the comparison; tells whether any is new to the workspace. */
	#mergeVotes(comparison: number, votes: readonly SourceVote[]): { votes: SourceVote[]; added: boolean } {
		const there = this.#db.all<SourceVote & { source: number; label: string | null }>(
			`SELECT v.source, v.annotator, v.verdict, v.strength, v.note, v.at, v.k, s.label
			FROM source_votes v JOIN sources s ON s.n = v.source WHERE v.comparison = ?`,
			comparison,
		);
		const base = (v: SourceVote, label: string | null) =>
			JSON.stringify([
				v.annotator.startsWith('source:') && label === null ? 'source:*' : v.annotator,
				v.verdict,
				v.strength,
				v.note?.normalize('NFC') ?? null,
				v.at,
			]);
		const own = new Map<string, number>();
		const all = new Set<string>();
		for (const v of there) {
			const key = base(v, v.label);
			all.add(`${key} ${v.k}`);
			if (v.source === this.#source.n) own.set(key, (own.get(key) ?? 0) + 1);
		}
		let added = false;
		const numbered = votes.map((v) => {
			const key = base(v, this.#source.label);
			const k = own.get(key) ?? 0;
			own.set(key, k + 1);
			if (!all.has(`${key} ${k}`) && !isInJournal(this.#db, comparison, v)) added = true;
			return { ...v, k };
		});
		return { votes: numbered, added };
	}
}

/** Where the rows of an import stand. */
export function sourceOfEvent(
	db: Database,
	event: string,
): { readonly n: number; readonly state: string; readonly rows: number; readonly ties: number } | null {
	return db.get('SELECT n, state, rows, ties FROM sources WHERE event = ?', event) ?? null;
}

/** Prompts that rows of an import put into a split, by key. */
export function assignedBy(db: Database, source: number): number[] {
	return keyList(
		db.value<string | null>(
			`SELECT group_concat(prompt) FROM (
			SELECT c.prompt FROM source_rows r JOIN comparisons c ON c.n = r.comparison WHERE r.source = ? AND r.split IS NOT NULL
			UNION SELECT prompt FROM candidate_rows WHERE source = ? AND split IS NOT NULL)`,
			source,
			source,
		),
	);
}

/** Those of these prompts that go with an import when it is taken back: no pair and no row of another import holds them. */
export function goneWith(db: Database, source: number, prompts: readonly number[]): number[] {
	return keyList(
		db.value<string | null>(
			`SELECT group_concat(j.value) FROM json_each(?) j WHERE NOT EXISTS (
				SELECT 1 FROM comparisons c WHERE c.prompt = j.value AND (
					EXISTS (SELECT 1 FROM source_rows r WHERE r.comparison = c.n AND r.source <> ?)
					OR NOT EXISTS (SELECT 1 FROM source_rows r WHERE r.comparison = c.n)))
			AND NOT EXISTS (SELECT 1 FROM candidate_rows r WHERE r.prompt = j.value AND r.source <> ?)`,
			JSON.stringify(prompts),
			source,
			source,
		),
	);
}

/**
 * Rows that ask for another split, or half, than their prompt has: an earlier import, or a person, said otherwise.
 * @param except prompts that are not looked at, by key
 */
export function unheededRows(db: Database, sources: readonly number[], except: readonly number[]): number {
	return db.value<number>(
		`SELECT count(*) FROM (
			SELECT c.prompt, r.split, r.half FROM source_rows r JOIN comparisons c ON c.n = r.comparison
			WHERE r.source IN (SELECT value FROM json_each(?)) AND r.split IS NOT NULL
			UNION ALL SELECT prompt, split, half FROM candidate_rows
			WHERE source IN (SELECT value FROM json_each(?)) AND split IS NOT NULL) a JOIN prompts p ON p.n = a.prompt
		WHERE (p.split <> a.split OR (a.half IS NOT NULL AND p.half IS NOT a.half))
		AND p.n NOT IN (SELECT value FROM json_each(?))`,
		JSON.stringify(sources),
		JSON.stringify(sources),
		JSON.stringify(except),
	) as number;
}

/** Hands the rows of a cancelled import over to the event that records it as an import of so many rows. */
export function replaceCancelled(
	db: Database,
	from: string,
	to: { id: string; seq: number; time: string },
	rows: number,
): void {
	db.run(
		"UPDATE sources SET event = ?, seq = ?, time = ?, row_limit = ?, state = 'done' WHERE event = ?",
		to.id,
		to.seq,
		to.time,
		rows,
		from,
	);
}
