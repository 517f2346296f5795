import type { Message, Prompt } from '../domain/comparison.ts';
import type { Database } from './database.ts';

/** A train pair as active ordering reads it. */
export interface TrainPair {
	readonly id: string;
	readonly prompt: string;
	readonly cluster: string;
	readonly turns: Prompt;
	readonly a: readonly Message[];
	readonly b: readonly Message[];
	/** Share of votes for a; null where nobody has judged it, no source either. */
	readonly y: number | null;
	readonly weight: number;
}

/** Train pairs with a label to fit to, and those that nobody has judged: nothing of any other split is read. By id. */
export function trainPairs(db: Database): TrainPair[] {
	const prompts = new Map<string, Prompt>();
	return db
		.all<{
			id: string;
			prompt: string;
			cluster: string;
			body: string;
			a: string;
			b: string;
			y: number | null;
			weight: number;
		}>(
			`SELECT c.id, p.id AS prompt, p.cluster, p.body, c.a, c.b, c.y, c.weight FROM comparisons c JOIN prompts p ON p.n = c.prompt
			WHERE c.place = 'train' AND (c.y IS NOT NULL OR c.resolution = 'open')
			AND NOT EXISTS (SELECT 1 FROM gold g WHERE g.comparison = c.n) ORDER BY c.id`,
		)
		.map(({ body, a, b, ...row }) => {
			const turns = prompts.get(row.prompt) ?? (JSON.parse(body) as Prompt);
			prompts.set(row.prompt, turns);
			return { ...row, turns, a: JSON.parse(a) as Message[], b: JSON.parse(b) as Message[] };
		});
}

/**
 * How many train pairs `trainPairs` would give with a label, and without one, each counted up to a limit. By the index that has all it
 * asks (`+`: not by the one of places alone), so that no text is read.
 */
export function countTrain(db: Database, upTo: number): { readonly judged: number; readonly waiting: number } {
	const count = (resolutions: string): number =>
		db.value<number>(
			`SELECT count(*) FROM (SELECT 1 FROM comparisons c WHERE +c.place = 'train' AND c.resolution IN (${resolutions})
			AND NOT EXISTS (SELECT 1 FROM gold g WHERE g.comparison = c.n) LIMIT ?)`,
			upTo,
		) ?? 0;
	return { judged: count("'a', 'b', 'tie', 'disputed'"), waiting: count("'open'") };
}

/** Train pairs with a standing verdict that came by active order. */
export function countActivelyJudged(db: Database): number {
	return (
		db.value<number>(
			`SELECT count(DISTINCT c.n) FROM events e JOIN comparisons c ON c.id = json_extract(e.line, '$.comparison')
			WHERE e.type = 'judged' AND e.void = 0 AND instr(e.line, '"order":"active"') > 0 AND c.place = 'train'`,
		) ?? 0
	);
}
