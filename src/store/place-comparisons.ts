import { NEXT_REV, type StoredCounts, tierOf } from './comparison-rows.ts';
import type { Contribution, Counts } from './counts.ts';
import type { Database } from './database.ts';

interface Row extends StoredCounts {
	readonly n: number;
	readonly id: string;
	readonly prompt: number;
	readonly decided_by: string;
}

interface Stand {
	readonly comparison: number;
	readonly annotator: string;
	readonly verdict: string | null;
	readonly cannot: number;
}

/** Comparisons whose answer is known to somebody: whether they are shown as gold hangs on where they stand. */
function markedGold(db: Database, ids: string): ReadonlySet<string> {
	if (db.value("SELECT 1 FROM events WHERE type = 'gold-marked' LIMIT 1") === undefined) return new Set();
	const marked = db.all<{ subject: string }>(
		`SELECT DISTINCT s.subject FROM event_subjects s JOIN events e ON e.n = s.event
		WHERE s.subject IN (SELECT value FROM json_each(?)) AND e.type = 'gold-marked'`,
		ids,
	);
	return new Set(marked.map(({ subject }) => subject));
}

/** Comparisons of E whose verdicts were opened by a decision. */
function openedAmong(db: Database, ids: string): ReadonlySet<string> {
	const opened = db.all<{ comparison: string }>(
		`SELECT DISTINCT l.comparison FROM opened_runs o CROSS JOIN json_each(?) j
		CROSS JOIN run_labels l ON l.comparison = j.value AND l.run = o.run`,
		ids,
	);
	return new Set(opened.map(({ comparison }) => comparison));
}

/** What stored comparisons contribute to the counts, once `place` and `tier` are theirs. */
function contributionOf(row: StoredCounts, queued: boolean, stands: readonly Stand[]): Contribution {
	return {
		place: row.place,
		judged: row.resolution !== 'open',
		disputed: row.resolution === 'disputed',
		judgments: row.judgments,
		named: queued ? row.named : 0,
		people: queued
			? stands.map((s) => ({ annotator: s.annotator, judged: s.verdict !== null, cannot: s.cannot === 1 }))
			: [],
	};
}

const NOT_QUEUED = 9;

/**
 * Brings the comparisons of prompts that moved to where those stand now, in a few statements however many they are. What people said
 * of them does not change with a move, so none of it is read again.
 * @param moved prompt's key → place
 * @returns ids of those that have to be projected whole: gold is a matter of places too
 */
export function placeComparisons(db: Database, counts: Counts, moved: ReadonlyMap<number, string>): string[] {
	const rows = db.all<Row>(
		`SELECT n, id, prompt, place, resolution, judgments, named, tier, decided_by FROM comparisons
		WHERE prompt IN (SELECT value FROM json_each(?))`,
		JSON.stringify([...moved.keys()]),
	);
	const ids = JSON.stringify(rows.map(({ id }) => id));
	const gold = markedGold(db, ids);
	const opened = [...moved.values()].includes('E') ? openedAmong(db, ids) : new Set<string>();
	const stands = Map.groupBy(
		db.all<Stand>(
			`SELECT comparison, annotator, verdict, cannot FROM standing WHERE comparison IN (SELECT value FROM json_each(?))`,
			JSON.stringify(rows.map(({ n }) => n)),
		),
		({ comparison }) => comparison,
	);
	const placed = new Map<string, { readonly place: string; readonly opened: number; readonly keys: number[] }>();
	const tiers = new Map<number, number[]>();
	for (const row of rows) {
		const place = moved.get(row.prompt) as string;
		if (gold.has(row.id)) continue;
		const said = stands.get(row.n) ?? [];
		const by = row.decided_by as Parameters<typeof tierOf>[1]['by'];
		const tier = tierOf(place, { named: row.named, by, gold: null });
		counts.comparison(contributionOf(row, row.tier !== NOT_QUEUED, said), -1);
		counts.comparison(contributionOf({ ...row, place }, tier !== NOT_QUEUED, said), 1);
		const isOpened = place === 'E' && opened.has(row.id) ? 1 : 0;
		const group = placed.get(`${place} ${isOpened}`) ?? { place, opened: isOpened, keys: [] };
		placed.set(`${place} ${isOpened}`, group);
		group.keys.push(row.n);
		if (tier !== row.tier) tiers.set(tier, [...(tiers.get(tier) ?? []), row.n]);
	}
	for (const { place, opened: isOpened, keys } of placed.values()) {
		db.run(
			`UPDATE comparisons SET place = ?, opened = ?, rev = ${NEXT_REV} WHERE n IN (SELECT value FROM json_each(?))`,
			place,
			isOpened,
			JSON.stringify(keys),
		);
	}
	// Apart: the index of queues would be written anew with every move.
	for (const [tier, keys] of tiers) {
		db.run('UPDATE comparisons SET tier = ? WHERE n IN (SELECT value FROM json_each(?))', tier, JSON.stringify(keys));
	}
	return rows.filter(({ id }) => gold.has(id)).map(({ id }) => id);
}
