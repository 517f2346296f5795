import type { Message, Prompt } from '../domain/comparison.ts';
import type { JournalEvent } from '../domain/events.ts';
import type { Half, Split } from '../domain/split.ts';
import { UserError } from '../protocol/errors.ts';
import { eventsAbout, eventsAboutEach, grouped, votesOn, votesOnEach } from './comparison-rows.ts';
import type { Database } from './database.ts';
import { tombstoneOf } from './erasures.ts';
import { type ComparisonState, projectComparison } from './project-comparison.ts';

/** One comparison with its texts and where it stands. */
export interface StoredComparison {
	readonly n: number;
	readonly id: string;
	readonly promptId: string;
	readonly prompt: Prompt;
	readonly a: readonly Message[];
	readonly b: readonly Message[];
	readonly split: Split;
	readonly half: Half | null;
	readonly place: string;
	readonly opened: boolean;
	readonly tags: readonly string[];
	readonly derivedFrom: string | null;
}

function notThere(db: Database, kind: string, wanted: string): UserError {
	const erased = tombstoneOf(db, wanted);
	return new UserError(
		'not-found',
		erased === null
			? `There is no ${kind} ${wanted}. "list" shows those there are.`
			: `${wanted} was erased by ${erased.by} on ${erased.at.slice(0, 10)}: ${erased.reason}. Its text is gone; ids in runs and exports stay.`,
	);
}

/**
 * Whole id of a comparison or prompt from a prefix of 8 or more hex digits.
 * @throws UserError 'usage' (not hex, too short), 'not-found', 'ambiguous-id'
 */
export function resolveId(db: Database, kind: 'comparison' | 'prompt', prefix: string): string {
	const wanted = prefix.trim().toLowerCase();
	if (!/^[0-9a-f]{8,64}$/u.test(wanted)) {
		throw new UserError('usage', `"${prefix}" is not an id: expected 8 to 64 hex digits.`);
	}
	// 'g' follows every hex digit: the half-open range of ids that begin with the prefix.
	const table = kind === 'comparison' ? 'comparisons' : 'prompts';
	const ids = db.all<{ id: string }>(`SELECT id FROM ${table} WHERE id >= ? AND id < ? LIMIT 2`, wanted, `${wanted}g`);
	if (ids.length === 0) throw notThere(db, kind, wanted);
	if (ids.length > 1) throw new UserError('ambiguous-id', `${wanted} fits several ${kind}s: give more digits.`);
	return (ids[0] as { id: string }).id;
}

export function readComparison(db: Database, id: string): StoredComparison {
	const row = db.get<{
		n: number;
		prompt_id: string;
		body: string;
		a: string;
		b: string;
		split: Split;
		half: Half | null;
		place: string;
		opened: number;
		tags: string | null;
		derived_from: string | null;
	}>(
		`SELECT c.n, p.id AS prompt_id, p.body, c.a, c.b, p.split, p.half, c.place, c.opened, p.tags, c.derived_from
		FROM comparisons c JOIN prompts p ON p.n = c.prompt WHERE c.id = ?`,
		id,
	);
	if (row === undefined) throw new UserError('not-found', `There is no comparison ${id}.`);
	return {
		n: row.n,
		id,
		promptId: row.prompt_id,
		prompt: JSON.parse(row.body) as Prompt,
		a: JSON.parse(row.a) as Message[],
		b: JSON.parse(row.b) as Message[],
		split: row.split,
		half: row.half,
		place: row.place,
		opened: row.opened === 1,
		tags: row.tags === null ? [] : (JSON.parse(row.tags) as string[]),
		derivedFrom: row.derived_from,
	};
}

/** All that was said about a comparison, retracted things left out. */
export function comparisonState(db: Database, n: number, id: string): ComparisonState {
	return projectComparison(id, eventsAbout(db, id, new Map()), votesOn(db, n));
}

/** `comparisonState` of each, in a few reads for all of them: a page at a time, what was said about them is held in memory. */
export function comparisonStates(
	db: Database,
	rows: readonly { readonly n: number; readonly id: string }[],
): ComparisonState[] {
	const events = eventsAboutEach(
		db,
		rows.map(({ id }) => id),
	);
	const votes = votesOnEach(
		db,
		rows.map(({ n }) => n),
	);
	return rows.map(({ n, id }) => projectComparison(id, events.get(id) ?? [], votes.get(n) ?? []));
}

/** All that was said, retracted things included, in journal order. */
export function historyOf(db: Database, id: string): { readonly event: JournalEvent; readonly retracted: boolean }[] {
	return db
		.all<{ line: string; void: number }>(
			`SELECT e.line, e.void FROM event_subjects s JOIN events e ON e.n = s.event
			WHERE s.subject = ? ORDER BY e.seq, e.time, e.id`,
			id,
		)
		.map((row) => ({ event: JSON.parse(row.line) as JournalEvent, retracted: row.void === 1 }));
}

export interface SourceRow {
	readonly name: string;
	readonly path: string;
	readonly line: number;
	readonly metadata: unknown;
}

/** Where comparisons came from, first import first; one that nobody imported is not in it. */
export function sourcesOf(db: Database, comparisons: readonly number[]): Map<number, SourceRow[]> {
	const rows = db.all<{ comparison: number; name: string; path: string; line: number; metadata: string | null }>(
		`SELECT r.comparison, coalesce(r.label, s.label, s.name) AS name, s.path, r.line, r.metadata
		FROM source_rows r JOIN sources s ON s.n = r.source
		WHERE r.comparison IN (SELECT value FROM json_each(?)) ORDER BY s.seq, s.time, s.event, r.ord`,
		JSON.stringify(comparisons),
	);
	return grouped(
		rows,
		({ comparison }) => comparison,
		({ comparison: _, ...row }) => ({
			...row,
			metadata: row.metadata === null ? null : (JSON.parse(row.metadata) as unknown),
		}),
	);
}
