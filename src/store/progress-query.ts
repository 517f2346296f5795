import { isNamed } from '../domain/judgment.ts';
import type { Database } from './database.ts';

/** A comparison outside `excluded`, as work. */
export interface WorkRow {
	readonly n: number;
	readonly id: string;
	readonly place: string;
	/** Of the sealed half, before an opening. */
	readonly sealed: boolean;
	/** Named people with a verdict, those of imports included. */
	readonly named: number;
	readonly disputed: boolean;
	readonly adjudicated: boolean;
	readonly flagged: boolean;
	readonly facets: readonly string[];
}

export function workRows(db: Database): WorkRow[] {
	return db
		.all<{
			n: number;
			id: string;
			place: string;
			sealed: number;
			named: number;
			resolution: string;
			decided_by: string;
			flagged: number;
			tags: string | null;
		}>(
			`SELECT c.n, c.id, c.place, c.place = 'E' AND c.opened = 0 AS sealed, c.named, c.resolution, c.decided_by, c.flagged, p.tags
			FROM comparisons c JOIN prompts p ON p.n = c.prompt WHERE c.place <> 'excluded'
			AND NOT EXISTS (SELECT 1 FROM gold g WHERE g.comparison = c.n)`,
		)
		.map(({ n, id, place, sealed, named, resolution, decided_by, flagged, tags }) => ({
			...{ n, id, place, named },
			sealed: sealed === 1,
			disputed: resolution === 'disputed',
			adjudicated: decided_by === 'adjudication',
			flagged: flagged === 1,
			facets: tags === null ? [] : (JSON.parse(tags) as string[]),
		}));
}

export interface StandingRow {
	readonly person: string;
	readonly judged: boolean;
	readonly cannot: boolean;
	readonly later: boolean;
}

/** Where people stand, by comparison. */
export function standings(db: Database): ReadonlyMap<number, readonly StandingRow[]> {
	const found = new Map<number, StandingRow[]>();
	for (const row of db.iterate<{ comparison: number; person: string; judged: number; cannot: number; later: number }>(
		`SELECT comparison, annotator AS person, verdict IS NOT NULL AS judged, cannot, later IS NOT NULL AS later FROM standing`,
	)) {
		if (!isNamed(row.person)) continue;
		const entry = { person: row.person, judged: row.judged === 1, cannot: row.cannot === 1, later: row.later === 1 };
		const known = found.get(row.comparison);
		if (known === undefined) found.set(row.comparison, [entry]);
		else known.push(entry);
	}
	return found;
}

/** First verdicts given here, not in an import: who, on which UTC day, on which comparison, how fast. */
export function firstVerdicts(db: Database): {
	readonly n: number;
	readonly person: string;
	readonly day: string;
	readonly ms: number | null;
	/** Characters of prompt and both responses. */
	readonly chars: number;
}[] {
	return db.all(
		`SELECT c.n, e.person, substr(e.time, 1, 10) AS day, json_extract(e.line, '$.ms') AS ms,
		p.chars + c.chars_a + c.chars_b AS chars
		FROM events e JOIN comparisons c ON c.id = json_extract(e.line, '$.comparison') JOIN prompts p ON p.n = c.prompt
		WHERE e.type = 'judged' AND e.void = 0 AND c.place <> 'excluded' AND json_extract(e.line, '$.kind') = 'first'`,
	);
}

/** Comparisons that a person flagged and that stand, by person. */
export function flaggedBy(db: Database): ReadonlyMap<string, number> {
	return new Map(
		db
			.all<{ person: string; n: number }>(
				`SELECT e.person, count(DISTINCT c.n) AS n FROM events e JOIN comparisons c ON c.id = json_extract(e.line, '$.comparison')
				WHERE e.type = 'flagged' AND e.void = 0 AND c.place <> 'excluded' GROUP BY e.person`,
			)
			.map(({ person, n }) => [person, n]),
	);
}
