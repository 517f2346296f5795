import type { Repeated, Tallied } from '../calibration/agreement/people.ts';
import type { RatedPair, RatedVerdict } from '../calibration/agreement/summary.ts';
import { isNamed, type Judgment, type Strength, type Verdict } from '../domain/judgment.ts';
import type { Database } from './database.ts';
import { comparisonState } from './read-comparison.ts';

/** A comparison with the blind verdicts of named people, and what groups it. */
export interface JudgedComparison extends RatedPair {
	readonly n: number;
	readonly id: string;
	/** train, eval, R, E, heldout (half not drawn), retention. */
	readonly place: string;
	readonly facets: readonly string[];
	/** When it was last judged, ISO 8601; null where no verdict has a time. */
	readonly last: string | null;
}

export interface JudgedComparisons {
	readonly comparisons: readonly JudgedComparison[];
	/** Verdicts on the sealed half, before an opening. */
	readonly sealed: { readonly judgments: number };
	/** Last verdicts that were given, or changed, after others' were seen. */
	readonly notBlind: number;
}

/** Of the sealed half before an opening: people's verdicts on these are in no number. */
const SEALED = "(c.place = 'E' AND c.opened = 0)";

interface Row {
	readonly n: number;
	readonly id: string;
	readonly place: string;
	readonly cluster: string;
	readonly tags: string | null;
	readonly sealed: number;
	readonly annotator: string;
	readonly verdict: Verdict;
	readonly strength: Strength | null;
	readonly at: string | null;
	readonly kind: Judgment['kind'];
	readonly blind: number;
}

const timeOf = (at: string | null): number => {
	const ms = at === null ? Number.NaN : Date.parse(at);
	return Number.isNaN(ms) ? Number.NEGATIVE_INFINITY : ms;
};

/**
 * The last word of one person that is independent of others: a correction replaces what it corrects, a scheduled repeat does not,
 * and a verdict given or changed after others' were seen is left out. (The blind one before that stays: leaving the comparison out
 * would leave out just those on which people differed.)
 * @param judgments of one person on one comparison, in the order of `ComparisonState.judgments`
 */
export function blindVerdict(judgments: readonly Judgment[]): Judgment | null {
	const blind = judgments.filter((judgment) => judgment.blind && judgment.kind !== 'repeat');
	const imported = blind.findLast((judgment) => judgment.imported) ?? null;
	const own = blind.findLast((judgment) => !judgment.imported) ?? null;
	if (own === null || imported === null) return own ?? imported;
	return timeOf(imported.at) > timeOf(own.at) ? imported : own;
}

interface Building {
	readonly row: Row;
	readonly verdicts: RatedVerdict[];
	last: string | null;
}

function add(building: Building, { annotator, verdict, strength, at }: RatedVerdict & { readonly at: string | null }) {
	building.verdicts.push({ annotator, verdict, strength });
	if (timeOf(at) > timeOf(building.last)) building.last = at;
}

/** The rare cases: the last verdict in force is a repeat or not blind, so an earlier one may count. */
function addFromHistory(db: Database, building: Building, row: Row): 'blind' | 'not blind' {
	const judgments = comparisonState(db, row.n, row.id).judgments.filter((j) => j.annotator === row.annotator);
	const judgment = blindVerdict(judgments);
	if (judgment !== null) add(building, { ...judgment, strength: judgment.strength ?? null });
	return judgments.findLast(({ kind }) => kind !== 'repeat')?.blind === false ? 'not blind' : 'blind';
}

/** Whether there are so many verdicts, without counting them all. */
export function verdictsAtLeast(db: Database, count: number): boolean {
	return db.value('SELECT 1 FROM standing LIMIT 1 OFFSET ?', Math.max(0, count - 1)) !== undefined;
}

/**
 * Comparisons outside `excluded` on which somebody named has a blind verdict, by key.
 * @param withSealed the sealed half too, whether or not it was opened: for what goes into a run's sealed file alone
 */
export function judgedComparisons(db: Database, withSealed = false): JudgedComparisons {
	const built = new Map<number, Building>();
	const sealed = { judgments: 0 };
	let notBlind = 0;
	const rows = db.all<Row>(
		`SELECT c.n, c.id, c.place, p.cluster, p.tags, ${SEALED} AS sealed,
		s.annotator, s.verdict, s.strength, s.at, s.kind, s.blind
		FROM standing s JOIN comparisons c ON c.n = s.comparison JOIN prompts p ON p.n = c.prompt
		WHERE s.verdict IS NOT NULL AND c.place <> 'excluded' ORDER BY s.comparison, s.annotator`,
	);
	for (const row of rows) {
		if (!isNamed(row.annotator)) continue;
		if (row.sealed === 1 && !withSealed) {
			sealed.judgments++;
			continue;
		}
		let building = built.get(row.n);
		if (building === undefined) {
			building = { row, verdicts: [], last: null };
			built.set(row.n, building);
		}
		if (row.kind !== 'repeat' && row.blind === 1) add(building, row);
		else if (addFromHistory(db, building, row) === 'not blind') notBlind++;
	}
	const comparisons = [...built.values()]
		.filter(({ verdicts }) => verdicts.length > 0)
		.map(({ row, verdicts, last }) => ({
			...{ n: row.n, id: row.id, place: row.place, cluster: row.cluster, verdicts, last },
			facets: row.tags === null ? [] : (JSON.parse(row.tags) as string[]),
		}));
	return { comparisons, sealed, notBlind };
}

/** Name of the source that each comparison first came from; none for those that were written here. */
export function firstSourceNames(db: Database): ReadonlyMap<number, string> {
	const names = new Map<number, string>();
	for (const row of db.iterate<{ comparison: number; name: string }>(
		`SELECT r.comparison, coalesce(r.label, s.label, s.name) AS name FROM sources s JOIN source_rows r ON r.source = s.n
		ORDER BY s.seq, s.time, s.event, r.ord`,
	)) {
		if (!names.has(row.comparison)) names.set(row.comparison, row.name);
	}
	return names;
}

/** First blind verdicts for a side whose order on screen was recorded: whether they went to the side shown first. */
export function positionVerdicts(db: Database): Tallied[] {
	return db
		.all<{ annotator: string; cluster: string; hit: number }>(
			`SELECT e.person AS annotator, p.cluster,
			json_extract(e.line, '$.verdict') = json_extract(e.line, '$.shown_first') AS hit
			FROM events e JOIN comparisons c ON c.id = json_extract(e.line, '$.comparison') JOIN prompts p ON p.n = c.prompt
			WHERE e.type = 'judged' AND e.void = 0 AND NOT ${SEALED} AND c.place <> 'excluded'
			AND json_extract(e.line, '$.shown_first') IS NOT NULL AND json_extract(e.line, '$.verdict') IN ('a', 'b')
			AND json_extract(e.line, '$.blind') = 1 AND json_extract(e.line, '$.kind') = 'first'`,
		)
		.filter(({ annotator }) => isNamed(annotator))
		.map((row) => ({ ...row, hit: row.hit === 1 }));
}

/** Scheduled blind repeats, each with the blind verdict that it repeats. */
export function scheduledRepeats(db: Database): Repeated[] {
	const repeated = db.all<{ n: number; id: string; cluster: string }>(
		`SELECT DISTINCT c.n, c.id, p.cluster
		FROM events e JOIN comparisons c ON c.id = json_extract(e.line, '$.comparison') JOIN prompts p ON p.n = c.prompt
		WHERE e.type = 'judged' AND e.void = 0 AND json_extract(e.line, '$.kind') = 'repeat'
		AND NOT ${SEALED} AND c.place <> 'excluded' ORDER BY c.n`,
	);
	return repeated.flatMap(({ n, id, cluster }) => {
		const before = new Map<string, Verdict>();
		const repeats: Repeated[] = [];
		for (const { annotator, verdict, kind, blind } of comparisonState(db, n, id).judgments) {
			if (!blind || !isNamed(annotator)) continue;
			const first = before.get(annotator);
			if (kind !== 'repeat') before.set(annotator, verdict);
			else if (first !== undefined) repeats.push({ annotator, cluster, first, again: verdict });
		}
		return repeats;
	});
}
