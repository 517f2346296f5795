import type { Message, Prompt } from '../domain/comparison.ts';
import type { OriginFacts } from '../domain/response-origin.ts';
import type { Split } from '../domain/split.ts';
import { promptText } from '../domain/text.ts';
import type { WaitingPrompt } from '../protocol/candidates.ts';
import type { Database } from './database.ts';

/** A response to a prompt that is in no comparison yet, or is one side of some. */
export interface Candidate {
	readonly id: string;
	readonly response: readonly Message[];
}

export interface UnpairedPrompt {
	readonly id: string;
	readonly prompt: Prompt;
	readonly candidates: readonly Candidate[];
}

export function candidatesOf(db: Database, prompt: number): Candidate[] {
	return db
		.all<{ id: string; body: string }>('SELECT id, body FROM candidates WHERE prompt = ? ORDER BY id', prompt)
		.map(({ id, body }) => ({ id, response: JSON.parse(body) as Message[] }));
}

/** Prompts that wait although two candidates are there, and of which no pair was ever made. */
export function unpairedPrompts(db: Database): UnpairedPrompt[] {
	return db
		.all<{ n: number; id: string; body: string }>(
			`SELECT p.n, p.id, p.body FROM prompts p WHERE p.place = 'waiting'
			AND (SELECT count(*) FROM candidates k WHERE k.prompt = p.n) > 1
			AND NOT EXISTS (SELECT 1 FROM event_subjects s JOIN events e ON e.n = s.event
				WHERE s.subject = p.id AND e.type = 'paired') ORDER BY p.id`,
		)
		.map(({ n, id, body }) => ({ id, prompt: JSON.parse(body) as Prompt, candidates: candidatesOf(db, n) }));
}

/** Prompts that wait, counted by how many responses they have. */
export interface WaitingCounts {
	readonly prompts: number;
	/** Of these, with a response already: one more makes a pair. */
	readonly answered: number;
	/** Rows of logs that said what another had said. */
	readonly repeats: number;
}

export function waitingCounts(db: Database): WaitingCounts {
	const prompts = db.value<number>("SELECT coalesce(sum(prompts), 0) FROM counts WHERE place = 'waiting'") as number;
	if (prompts === 0) return { prompts, answered: 0, repeats: 0 };
	return {
		prompts,
		answered: db.value<number>(
			`SELECT count(*) FROM prompts p WHERE p.place = 'waiting' AND EXISTS (SELECT 1 FROM candidates k WHERE k.prompt = p.n)`,
		) as number,
		repeats: db.value<number>('SELECT coalesce(sum(times - 1), 0) FROM candidate_rows') as number,
	};
}

/** A waiting prompt as lists show it. */
type WaitingRow = Omit<WaitingPrompt, 'novelty'>;

const ROW = `SELECT p.id, p.cluster, p.split, p.half, p.tags, p.preview, p.turns,
	(SELECT count(*) FROM candidates k WHERE k.prompt = p.n) AS candidates,
	(SELECT coalesce(sum(times), 0) FROM candidate_rows r WHERE r.prompt = p.n) AS times,
	(SELECT json_group_array(DISTINCT coalesce(r.label, s.label, s.name)) FROM candidate_rows r
		JOIN sources s ON s.n = r.source WHERE r.prompt = p.n) AS sources
	FROM prompts p`;

/** Ids of the prompts that wait, in the order they came in. */
export function waitingIds(db: Database, split: Split | null): string[] {
	return db
		.all<{ id: string }>(
			"SELECT id FROM prompts WHERE place = 'waiting' AND split = coalesce(?, split) ORDER BY n",
			split,
		)
		.map(({ id }) => id);
}

export function waitingRow(db: Database, id: string): WaitingRow | null {
	const row = db.get<Omit<WaitingRow, 'tags' | 'sources'> & { tags: string | null; sources: string }>(
		`${ROW} WHERE p.id = ? AND p.place = 'waiting'`,
		id,
	);
	if (row === undefined) return null;
	const tags = row.tags === null ? [] : (JSON.parse(row.tags) as string[]);
	return { ...row, tags, sources: (JSON.parse(row.sources) as string[]).sort() };
}

/** A prompt by its whole id, with its candidates; null where there is none. */
export function promptWithCandidates(db: Database, id: string): (UnpairedPrompt & { readonly split: Split }) | null {
	const row = db.get<{ n: number; body: string; split: Split }>('SELECT n, body, split FROM prompts WHERE id = ?', id);
	if (row === undefined) return null;
	return {
		id,
		prompt: JSON.parse(row.body) as Prompt,
		candidates: candidatesOf(db, row.n),
		split: row.split,
	};
}

/** Prompts that have a pair of candidates, and fewer candidates than `responses`. */
export function incompletePrompts(db: Database, split: Split | null, responses: number): string[] {
	return db
		.all<{ id: string }>(
			`SELECT p.id FROM prompts p WHERE p.place <> 'waiting' AND p.split = coalesce(?, p.split)
			AND (SELECT count(*) FROM candidates k WHERE k.prompt = p.n) BETWEEN 2 AND ? ORDER BY p.n`,
			split,
			responses - 1,
		)
		.map(({ id }) => id);
}

/** Both sides of every comparison of a prompt. */
export function sidesOf(db: Database, prompt: string): (readonly Message[])[] {
	return db
		.all<{ a: string; b: string }>(
			'SELECT c.a, c.b FROM comparisons c JOIN prompts p ON p.n = c.prompt WHERE p.id = ?',
			prompt,
		)
		.flatMap(({ a, b }) => [JSON.parse(a) as Message[], JSON.parse(b) as Message[]]);
}

/** Texts for novelty: what waits, and the train prompts it is held against. */
export function waitingTexts(db: Database): {
	readonly train: readonly { readonly text: string; readonly cluster: string }[];
	readonly waiting: readonly { readonly id: string; readonly text: string; readonly cluster: string }[];
} {
	const read = (place: string) =>
		db
			.all<{ id: string; cluster: string; body: string }>(
				'SELECT id, cluster, body FROM prompts WHERE place = ? ORDER BY id',
				place,
			)
			.map(({ id, cluster, body }) => ({ id, cluster, text: promptText(JSON.parse(body) as Prompt) }));
	return { train: read('train'), waiting: read('waiting') };
}

/** Prompts that wait in train or eval, whole, by id. */
export function waitingPlaced(db: Database): {
	readonly id: string;
	readonly cluster: string;
	readonly split: 'train' | 'eval';
	readonly preview: string;
	readonly text: string;
}[] {
	return db
		.all<{ id: string; cluster: string; split: 'train' | 'eval'; preview: string; body: string }>(
			`SELECT id, cluster, split, preview, body FROM prompts WHERE place = 'waiting' AND split IN ('train', 'eval') ORDER BY id`,
		)
		.map(({ body, ...prompt }) => ({ ...prompt, text: promptText(JSON.parse(body) as Prompt) }));
}

/** Where a candidate came from: logs that hold it, models that wrote it. */
export function originsOf(db: Database, prompt: string, candidate: string): OriginFacts[] {
	const logs = db.all<{ name: string; model: string | null }>(
		`SELECT DISTINCT coalesce(r.label, s.label, s.name) AS name, r.model FROM candidate_rows r
		JOIN candidates k ON k.n = r.candidate JOIN prompts p ON p.n = k.prompt JOIN sources s ON s.n = r.source
		WHERE p.id = ? AND k.id = ? ORDER BY 1, 2`,
		prompt,
		candidate,
	);
	const models = db.all<{ model: string; server: string; sampling: string }>(
		`SELECT DISTINCT g.model, g.server, g.sampling FROM candidate_events g
		JOIN candidates k ON k.n = g.candidate JOIN prompts p ON p.n = k.prompt
		WHERE p.id = ? AND k.id = ? ORDER BY 1, 2, 3`,
		prompt,
		candidate,
	);
	return [
		...logs.map(({ name, model }) => ({ kind: 'log' as const, name, model, server: null, sampling: null })),
		...models.map(({ model, server, sampling }) => ({
			kind: 'model' as const,
			name: model,
			model,
			server,
			sampling: JSON.parse(sampling) as unknown,
		})),
	];
}
