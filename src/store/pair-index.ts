import type { Side } from '../domain/comparison.ts';
import type { Database } from './database.ts';

/** How rows of another file may name the pairs of this workspace, and which side they would call preferred. */
export interface PairIndex {
	/** Ids of all comparisons, ascending. */
	readonly comparisons: readonly string[];
	/** The column `id` of imported rows → their comparison, and the side that the row's own label prefers (null = it names none). */
	readonly sources: ReadonlyMap<string, readonly { readonly comparison: string; readonly side: Side | null }[]>;
	/**
	 * The side that every label and verdict of people, taken back or not, has preferred; absent where they differ or name none. Of the
	 * sealed half only the import's own labels count before an opening: whether people differ there is not to be found out by asking.
	 */
	readonly preferred: ReadonlyMap<string, Side>;
}

/** Reads it whole: about 0.3 KB a comparison. */
export function pairIndex(db: Database): PairIndex {
	const ids = new Map<number, string>();
	for (const { n, id } of db.iterate<{ n: number; id: string }>('SELECT n, id FROM comparisons')) ids.set(n, id);
	const labels = new Map<string, Side>();
	const said = new Map<string, Side | 'both'>();
	const say = (comparison: string | undefined, side: string): void => {
		if (comparison === undefined || (side !== 'a' && side !== 'b')) return;
		const before = said.get(comparison);
		said.set(comparison, before === undefined || before === side ? side : 'both');
	};
	for (const vote of db.iterate<{
		source: number;
		ord: number;
		comparison: number;
		annotator: string;
		verdict: string;
	}>(
		`SELECT v.source, v.ord, v.comparison, v.annotator, v.verdict FROM source_votes v JOIN comparisons c ON c.n = v.comparison
		WHERE v.verdict IN ('a', 'b') AND v.annotator NOT LIKE 'model:%'
		AND (v.annotator LIKE 'source:%' OR NOT (c.place = 'E' AND c.opened = 0))`,
	)) {
		if (vote.annotator.startsWith('source:')) labels.set(`${vote.source}:${vote.ord}`, vote.verdict as Side);
		say(ids.get(vote.comparison), vote.verdict);
	}
	for (const { comparison, verdict } of db.iterate<{ comparison: string; verdict: string }>(
		`SELECT c.id AS comparison, json_extract(e.line, '$.verdict') AS verdict
		FROM events e JOIN comparisons c ON c.id = json_extract(e.line, '$.comparison')
		WHERE e.type IN ('judged', 'adjudicated') AND NOT (c.place = 'E' AND c.opened = 0)`,
	)) {
		say(comparison, verdict);
	}
	return {
		comparisons: [...ids.values()].sort(),
		sources: sourceIds(db, ids, labels),
		preferred: new Map([...said].filter((each): each is [string, Side] => each[1] !== 'both')),
	};
}

function sourceIds(
	db: Database,
	ids: ReadonlyMap<number, string>,
	labels: ReadonlyMap<string, Side>,
): Map<string, { comparison: string; side: Side | null }[]> {
	const sources = new Map<string, { comparison: string; side: Side | null }[]>();
	for (const row of db.iterate<{ source: number; ord: number; comparison: number; id: string | number }>(
		`SELECT source, ord, comparison, json_extract(metadata, '$.id') AS id FROM source_rows
		WHERE metadata IS NOT NULL AND json_type(metadata, '$.id') IN ('text', 'integer')`,
	)) {
		const comparison = ids.get(row.comparison);
		if (comparison === undefined) continue;
		const side = labels.get(`${row.source}:${row.ord}`) ?? null;
		const known = sources.get(String(row.id));
		if (known === undefined) sources.set(String(row.id), [{ comparison, side }]);
		else if (!known.some((each) => each.comparison === comparison && each.side === side)) {
			known.push({ comparison, side });
		}
	}
	return sources;
}
