import type { Tallied } from '../calibration/agreement/people.ts';
import type { Verdict } from '../domain/judgment.ts';
import type { Database } from './database.ts';

/** A pair whose answer is known, or could be: an adjudicated one. */
export interface GoldRow {
	readonly id: string;
	readonly verdict: Verdict;
	readonly place: 'train' | 'excluded';
	readonly preview: string;
	/** Blind first answers of people. */
	readonly answers: number;
}

export function goldRows(db: Database): GoldRow[] {
	return db.all(
		`SELECT c.id, g.verdict, c.place, p.preview,
		(SELECT count(*) FROM gold_answers a WHERE a.comparison = c.n AND a.blind = 1) AS answers
		FROM gold g JOIN comparisons c ON c.n = g.comparison JOIN prompts p ON p.n = c.prompt ORDER BY c.order_key, c.id`,
	);
}

/** Adjudicated pairs in a place where gold may be, that are not gold nor flagged since; in the judging order. */
export function goldCandidates(db: Database, most: number): Omit<GoldRow, 'answers'>[] {
	return db.all(
		`SELECT c.id, c.resolution AS verdict, c.place, p.preview FROM comparisons c JOIN prompts p ON p.n = c.prompt
		WHERE c.decided_by = 'adjudication' AND c.flagged = 0 AND c.place IN ('train', 'excluded')
		AND NOT EXISTS (SELECT 1 FROM gold g WHERE g.comparison = c.n) ORDER BY c.order_key, c.id LIMIT ?`,
		most,
	);
}

/** First blind answers to what is gold now: right or not. */
export function goldTallies(db: Database): Tallied[] {
	return db
		.all<{ annotator: string; cluster: string; hit: number }>(
			`SELECT a.annotator, p.cluster, a.verdict = g.verdict AS hit FROM gold_answers a JOIN gold g ON g.comparison = a.comparison
			JOIN comparisons c ON c.n = a.comparison JOIN prompts p ON p.n = c.prompt WHERE a.blind = 1`,
		)
		.map(({ annotator, cluster, hit }) => ({ annotator, cluster, hit: hit === 1 }));
}

/** Where a comparison stands, and what an adjudication made of it. */
export function placeAndDecision(
	db: Database,
	id: string,
): { readonly place: string; readonly resolution: string; readonly decided_by: string } | undefined {
	return db.get('SELECT place, resolution, decided_by FROM comparisons WHERE id = ?', id);
}
