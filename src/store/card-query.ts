import { isNamed } from '../domain/judgment.ts';
import type { Database } from './database.ts';

export interface PlaceSizes {
	readonly place: string;
	readonly prompts: number;
	readonly clusters: number;
	readonly pairs: number;
	readonly judged: number;
	readonly disputed: number;
	readonly both_bad: number;
	readonly flagged: number;
	/** Comparisons of the sealed half that no decision opened: not in the four before. */
	readonly sealed: number;
}

const OPEN = "(c.place <> 'E' OR c.opened = 1)";

export function placeSizes(db: Database): PlaceSizes[] {
	return db.all(
		`SELECT p.place AS place, count(DISTINCT p.n) AS prompts, count(DISTINCT p.cluster) AS clusters, count(c.n) AS pairs,
		coalesce(sum(${OPEN} AND c.resolution <> 'open'), 0) AS judged,
		coalesce(sum(${OPEN} AND c.resolution = 'disputed'), 0) AS disputed,
		coalesce(sum(${OPEN} AND c.resolution = 'both_bad'), 0) AS both_bad,
		coalesce(sum(${OPEN} AND c.flagged), 0) AS flagged,
		coalesce(sum(NOT ${OPEN}), 0) AS sealed
		FROM prompts p LEFT JOIN comparisons c ON c.prompt = p.n GROUP BY p.place`,
	);
}

export interface PersonWork {
	readonly annotator: string;
	readonly judged: number;
	readonly blind: number;
	readonly written: number;
	readonly adjudicated: number;
	/** Id of the first event that brought anything of this person: in journals alone, and never changing. */
	readonly first: string;
}

/** What each named person did, and under which label machine judges came. Nothing of the sealed half before an opening. */
export function peopleAtWork(db: Database): { readonly people: PersonWork[]; readonly machines: string[] } {
	const judged = new Map(
		db
			.all<{ annotator: string; judged: number; blind: number }>(
				`SELECT s.annotator, count(*) AS judged, sum(coalesce(s.blind, 1)) AS blind FROM standing s
				JOIN comparisons c ON c.n = s.comparison WHERE s.verdict IS NOT NULL AND ${OPEN} GROUP BY s.annotator`,
			)
			.map((row) => [row.annotator, row]),
	);
	const acts = (types: string) =>
		new Map(
			db
				.all<{ person: string; n: number }>(
					`SELECT person, count(*) AS n FROM events WHERE void = 0 AND type IN (${types}) GROUP BY person`,
				)
				.map(({ person, n }) => [person, n]),
		);
	const written = acts("'authored', 'improved'");
	// Of the sealed half too: how many were settled says nothing of how.
	const adjudicated = acts("'adjudicated'");
	const imported = db
		.all<{ annotator: string; event: string }>(
			`SELECT v.annotator, s.event FROM source_votes v JOIN sources s ON s.n = v.source
			GROUP BY v.annotator, s.n ORDER BY s.seq, s.time, s.event`,
		)
		.reduce(
			(first, { annotator, event }) => first.set(annotator, first.get(annotator) ?? event),
			new Map<string, string>(),
		);
	const firstEvent = db
		.all<{ person: string; id: string }>('SELECT person, id FROM events ORDER BY seq DESC, time DESC, id DESC')
		.reduce((first, { person, id }) => first.set(person, id), new Map<string, string>());
	const names = new Set([...judged.keys(), ...written.keys(), ...adjudicated.keys()].filter(isNamed));
	return {
		people: [...names].map((annotator) => ({
			annotator,
			judged: judged.get(annotator)?.judged ?? 0,
			blind: judged.get(annotator)?.blind ?? 0,
			written: written.get(annotator) ?? 0,
			adjudicated: adjudicated.get(annotator) ?? 0,
			first: firstEvent.get(annotator) ?? imported.get(annotator) ?? annotator,
		})),
		machines: [...imported.keys()].filter((name) => name.startsWith('model:')).sort(),
	};
}

/** Judgments by the guidelines that their writers had before them. */
export function judgmentsByGuideline(db: Database): { readonly sha256: string; readonly judgments: number }[] {
	return db.all(
		`SELECT json_extract(line, '$.guideline') AS sha256, count(*) AS judgments FROM events
		WHERE type = 'judged' AND void = 0 AND json_extract(line, '$.guideline') IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1`,
	);
}
