import type { Split } from '../domain/split.ts';
import type { SplitCount } from '../protocol/workspace-api.ts';
import type { Database } from './database.ts';

/** Counts of a place as the fold keeps them, the sealed half's verdicts among them. */
export interface PlaceCount {
	readonly prompts: number;
	readonly pairs: number;
	/** Comparisons with a resolution other than `open`. */
	readonly judged: number;
	readonly disputed: number;
	readonly judgments: number;
}

export const NO_COUNT: PlaceCount = { prompts: 0, pairs: 0, judged: 0, disputed: 0, judgments: 0 };

export function addCounts(...counts: readonly PlaceCount[]): PlaceCount {
	return counts.reduce(
		(sum, c) => ({
			prompts: sum.prompts + c.prompts,
			pairs: sum.pairs + c.pairs,
			judged: sum.judged + c.judged,
			disputed: sum.disputed + c.disputed,
			judgments: sum.judgments + c.judgments,
		}),
		NO_COUNT,
	);
}

/** Kept by the fold; read in microseconds at any size. */
export function placeCounts(db: Database): ReadonlyMap<string, PlaceCount> {
	return new Map(
		db
			.all<PlaceCount & { place: string }>('SELECT place, prompts, pairs, judged, disputed, judgments FROM counts')
			.map(({ place, ...count }) => [place, count]),
	);
}

export const SEALED_COUNTS = 'hidden until a decision: verdicts on the sealed half';

/** Places' counts as they may be shown, and added up only so that nothing can be subtracted. */
export interface ShownCounts {
	/** Counts of places added up; without verdicts where the sealed half is among them before an opening. */
	of(...places: readonly string[]): SplitCount;
	readonly splits: Readonly<Record<Split, SplitCount>>;
}

export function shownCounts(db: Database): ShownCounts {
	const counts = placeCounts(db);
	const sealed = db.value("SELECT 1 FROM comparisons WHERE place = 'E' AND opened = 0 LIMIT 1") !== undefined;
	const of = (...places: readonly string[]): SplitCount => {
		const count = addCounts(...places.map((place) => counts.get(place) ?? NO_COUNT));
		if (!sealed || !places.includes('E')) return count;
		const { prompts, pairs } = count;
		return { prompts, pairs, judged: null, disputed: null, judgments: null, reason: SEALED_COUNTS };
	};
	return {
		of,
		splits: {
			train: of('train'),
			eval: of('eval'),
			heldout: of('R', 'E', 'heldout'),
			retention: of('retention'),
			excluded: of('excluded'),
		},
	};
}

export interface QueueCounts {
	/** Comparisons outside `excluded` that I have judged; open for me; in all. */
	readonly judged: number;
	readonly open: number;
	readonly total: number;
	/** Judged by someone else, not by me. */
	readonly review: number;
}

export function queueCounts(db: Database, person: string | null): QueueCounts {
	const all = db.get<{ pairs: number; named: number }>(
		`SELECT coalesce(sum(pairs), 0) AS pairs, coalesce(sum(named), 0) AS named FROM counts WHERE place <> 'excluded'`,
	) as { pairs: number; named: number };
	const mine =
		person === null
			? undefined
			: db.get<{ judged: number; done: number; review_done: number }>(
					'SELECT judged, done, review_done FROM person_counts WHERE annotator = ?',
					person,
				);
	const done = mine?.done ?? 0;
	const judged = mine?.judged ?? 0;
	return {
		judged,
		open: all.pairs - done,
		total: judged + all.pairs - done,
		review: all.named - (mine?.review_done ?? 0),
	};
}

/** My judgments in force since `since` (ISO 8601). */
export function judgedSince(db: Database, person: string, since: string): number {
	return db.value<number>(
		"SELECT count(*) FROM events WHERE person = ? AND type IN ('judged', 'gold-answered') AND time >= ? AND void = 0",
		person,
		since,
	) as number;
}

/** All my judgments in force: to notice when a branch switch takes some away. */
export function judgedBy(db: Database, person: string): number {
	return db.value<number>(
		"SELECT count(*) FROM events WHERE person = ? AND type IN ('judged', 'gold-answered') AND void = 0",
		person,
	) as number;
}

export function skippedBy(db: Database, person: string): { readonly later: number; readonly cannot: number } {
	const row = db.get<{ later: number | null; cannot: number | null }>(
		`SELECT count(s.later) AS later, sum(s.cannot AND s.verdict IS NULL) AS cannot
		FROM standing s JOIN comparisons c ON c.n = s.comparison
		WHERE s.annotator = ? AND s.verdict IS NULL AND c.place <> 'excluded'`,
		person,
	);
	return { later: row?.later ?? 0, cannot: row?.cannot ?? 0 };
}

/** Sources whose rows are not to be had, with how many of their comparisons are in. */
export function sourceProblems(
	db: Database,
): { readonly path: string; readonly problem: string; readonly comparisons: number }[] {
	return db.all(
		`SELECT s.path AS path, s.problem AS problem,
		(SELECT count(DISTINCT comparison) FROM source_rows r WHERE r.source = s.n) AS comparisons
		FROM sources s WHERE s.problem IS NOT NULL ORDER BY s.seq, s.event`,
	);
}

export function countEvents(db: Database, type?: string): number {
	return type === undefined
		? (db.value<number>('SELECT count(*) FROM events') as number)
		: (db.value<number>('SELECT count(*) FROM events WHERE type = ? AND void = 0', type) as number);
}
