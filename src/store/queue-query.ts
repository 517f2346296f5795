import type { Database } from './database.ts';

const NOT_MINE = 'NOT EXISTS (SELECT 1 FROM standing s WHERE s.comparison = c.n AND s.annotator = ?)';

/**
 * What others judged and I have not, for a second look: those that one person judged first, each in the judging order that is the
 * same for all; those put off ("later") at the end in the order they were put off.
 */
export function nextToReview(db: Database, person: string, count: number, skip: ReadonlySet<string>): string[] {
	const ids: string[] = [];
	for (let tier = 2; tier <= 3 && ids.length < count; tier++) {
		for (const row of db.all<{ id: string }>(
			`SELECT c.id FROM comparisons c WHERE c.tier = ? AND ${NOT_MINE} ORDER BY c.order_key, c.id LIMIT ?`,
			tier,
			person,
			count + skip.size,
		)) {
			if (ids.length < count && !skip.has(row.id)) ids.push(row.id);
		}
	}
	if (ids.length < count) {
		for (const row of db.all<{ id: string }>(
			`SELECT c.id FROM standing s JOIN comparisons c ON c.n = s.comparison
			WHERE s.annotator = ? AND s.later IS NOT NULL AND c.tier BETWEEN 2 AND 3 ORDER BY s.later, c.id LIMIT ?`,
			person,
			count + skip.size,
		)) {
			if (ids.length < count && !skip.has(row.id)) ids.push(row.id);
		}
	}
	return ids;
}

/** A gold pair to this person: in force, and without a vote of theirs from before it was gold. */
export function isGoldTo(db: Database, person: string, comparison: string): boolean {
	return (
		db.value(
			`SELECT 1 FROM comparisons c JOIN gold g ON g.comparison = c.n WHERE c.id = ?
			AND NOT EXISTS (SELECT 1 FROM standing s WHERE s.comparison = c.n AND s.annotator = ? AND s.verdict IS NOT NULL)`,
			comparison,
			person,
		) !== undefined
	);
}

/** seq of my verdict in force, or null. */
export function myVerdictSeq(db: Database, person: string, comparison: string): number | null {
	return (
		db.value<number | null>(
			`SELECT s.seq FROM standing s JOIN comparisons c ON c.n = s.comparison
			WHERE c.id = ? AND s.annotator = ? AND s.verdict IS NOT NULL`,
			comparison,
			person,
		) ?? null
	);
}

export function maxSeq(db: Database): number {
	return db.value<number | null>('SELECT max(seq) FROM events') ?? 0;
}

/** My judgments in force, latest first, from before an event. */
export function pastJudgments(
	db: Database,
	person: string,
	before: string | null,
	count: number,
): { readonly event: string; readonly comparison: string; readonly at: string }[] {
	const limit = Math.min(Math.max(count, 1), 1000);
	const from =
		before === null
			? undefined
			: db.get<{ seq: number; time: string; id: string }>('SELECT seq, time, id FROM events WHERE id = ?', before);
	const rows =
		from === undefined
			? db.all<{ id: string; time: string; line: string }>(
					`SELECT id, time, line FROM events WHERE person = ? AND void = 0 AND type IN ('judged', 'gold-answered')
					ORDER BY seq DESC, time DESC, id DESC LIMIT ?`,
					person,
					limit,
				)
			: db.all<{ id: string; time: string; line: string }>(
					`SELECT id, time, line FROM events WHERE person = ? AND void = 0 AND type IN ('judged', 'gold-answered')
					AND (seq, time, id) < (?, ?, ?) ORDER BY seq DESC, time DESC, id DESC LIMIT ?`,
					person,
					from.seq,
					from.time,
					from.id,
					limit,
				);
	return rows.map((row) => ({
		event: row.id,
		comparison: (JSON.parse(row.line) as { comparison: string }).comparison,
		at: row.time,
	}));
}

/** My latest judgment, tag, flag, skip or split assignment that is not retracted. */
export function latestUndoable(db: Database, person: string): string | null {
	return (
		db.value<string>(
			`SELECT line FROM events WHERE person = ? AND void = 0
			AND type IN ('judged', 'gold-answered', 'tagged', 'flagged', 'skipped', 'split-assigned')
			AND (type <> 'split-assigned' OR json_extract(line, '$.kept') IS NULL)
			ORDER BY seq DESC, time DESC, id DESC LIMIT 1`,
			person,
		) ?? null
	);
}
