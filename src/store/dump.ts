import { createHash } from 'node:crypto';
import type { Database } from './database.ts';

/** Projections by name, each with integer keys replaced by ids. Zero counts say nothing. */
const PROJECTIONS: Readonly<Record<string, string>> = {
	events: 'SELECT id, void FROM events ORDER BY id',
	facets: 'SELECT * FROM facets ORDER BY facet',
	unlinked: 'SELECT * FROM unlinked_turns ORDER BY 1',
	merged: 'SELECT * FROM merged_turns ORDER BY 1',
	near: `SELECT min(x.id, y.id) AS a, max(x.id, y.id) AS b, e.similarity FROM near_edges e
		JOIN prompts x ON x.n = e.a JOIN prompts y ON y.n = e.b ORDER BY 1, 2`,
	copies: 'SELECT k.kind, k.hash, p.id FROM copies k JOIN prompts p ON p.n = k.prompt ORDER BY k.kind, k.hash, p.id',
	sources: 'SELECT event, state, rows, ties, problem FROM sources ORDER BY event',
	rows: `SELECT s.event, r.ord, r.line, c.id, r.split, r.half, r.tags, r.label, r.metadata FROM source_rows r
		JOIN sources s ON s.n = r.source JOIN comparisons c ON c.n = r.comparison ORDER BY s.event, r.ord`,
	votes: `SELECT s.event, v.ord, c.id, v.annotator, v.verdict, v.strength, v.note, v.at, v.k FROM source_votes v
		JOIN sources s ON s.n = v.source JOIN comparisons c ON c.n = v.comparison
		ORDER BY s.event, v.ord, v.annotator, v.verdict, v.k`,
	prompts: `SELECT id, body, first_turn, cluster, fallback, split, half, drawn, tags, preview, turns, chars, waiting
		FROM prompts ORDER BY id`,
	candidates: `SELECT p.id, k.id AS candidate, k.body FROM candidates k JOIN prompts p ON p.n = k.prompt ORDER BY 1, 2`,
	logged: `SELECT s.event, r.ord, r.line, p.id, k.id AS candidate, r.times, r.split, r.half, r.tags, r.label, r.model, r.metadata
		FROM candidate_rows r JOIN sources s ON s.n = r.source JOIN prompts p ON p.n = r.prompt
		LEFT JOIN candidates k ON k.n = r.candidate ORDER BY s.event, r.ord`,
	generated: `SELECT g.event, p.id, k.id AS candidate, g.model, g.server, g.sampling FROM candidate_events g
		JOIN prompts p ON p.n = g.prompt JOIN candidates k ON k.n = g.candidate ORDER BY g.event`,
	tags: 'SELECT p.id, t.facet FROM prompt_tags t JOIN prompts p ON p.n = t.prompt ORDER BY p.id, t.facet',
	comparisons: `SELECT c.id, p.id AS prompt, c.a, c.b, c.place, c.tier, c.order_key, c.resolution, c.decided_by, c.y, c.votes,
		c.weight, c.winner, c.judgments, c.named, c.flagged, c.opened, c.derived_from, c.chars_a, c.chars_b
		FROM comparisons c JOIN prompts p ON p.n = c.prompt ORDER BY c.id`,
	standing: `SELECT c.id, s.annotator, s.verdict, s.strength, s.at, s.event, s.kind, s.blind, s.seq, s.cannot, s.later
		FROM standing s JOIN comparisons c ON c.n = s.comparison ORDER BY c.id, s.annotator`,
	gold: 'SELECT c.id, g.verdict, g.known FROM gold g JOIN comparisons c ON c.n = g.comparison ORDER BY c.id',
	goldAnswers: `SELECT c.id, a.annotator, a.verdict, a.blind FROM gold_answers a JOIN comparisons c ON c.n = a.comparison
		ORDER BY c.id, a.annotator`,
	counts: `SELECT * FROM counts WHERE prompts <> 0 OR pairs <> 0 OR judgments <> 0 ORDER BY place`,
	people: 'SELECT * FROM person_counts WHERE judged <> 0 OR done <> 0 ORDER BY annotator',
	manifests: 'SELECT * FROM manifests ORDER BY manifest',
	frozen: 'SELECT * FROM manifest_prompts ORDER BY manifest, prompt',
	exports: 'SELECT * FROM export_prompts ORDER BY export, prompt',
	labels: 'SELECT * FROM run_labels ORDER BY run, comparison',
	opened: 'SELECT * FROM opened_runs ORDER BY run',
};

/** Deterministic text of all projections: equal text = equal state, however it came about. */
export function dump(db: Database): string {
	return Object.entries(PROJECTIONS)
		.map(([name, sql]) => [`# ${name}`, ...db.all(sql).map((row) => JSON.stringify(row))].join('\n'))
		.join('\n');
}

/** Rows and their hash by projection: `dump` at any size. */
export function projectionDigests(
	db: Database,
): ReadonlyMap<string, { readonly rows: number; readonly sha256: string }> {
	return db.read(() => {
		const digests = new Map<string, { rows: number; sha256: string }>();
		for (const [name, sql] of Object.entries(PROJECTIONS)) {
			const hash = createHash('sha256');
			let rows = 0;
			for (const row of db.iterate(sql)) {
				hash.update(`${JSON.stringify(row)}\n`);
				rows++;
			}
			digests.set(name, { rows, sha256: hash.digest('hex') });
		}
		return digests;
	});
}

/** Counts as they would be, were they computed now: to check the ones the fold keeps. */
export function recount(
	db: Database,
): readonly { readonly place: string; readonly pairs: number; readonly judged: number }[] {
	return db.all(
		`SELECT place, count(*) AS pairs, sum(resolution <> 'open') AS judged FROM comparisons GROUP BY place ORDER BY place`,
	);
}
