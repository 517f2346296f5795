import type { Prompt } from '../domain/comparison.ts';
import { type Edge, linkingEdges, sparseEdges } from '../domain/near-clusters.ts';
import { promptText } from '../domain/text.ts';
import { findNearDuplicates } from '../shift/near-duplicates.ts';
import type { Database } from './database.ts';

/** Most edges written in one transaction. */
const SLICE = 500;

/** Names the tables as they are: a rebuild makes new ones, with keys that mean something else. */
export function epoch(db: Database): string {
	return db.value<string>("SELECT value FROM meta WHERE key = 'epoch'") as string;
}

/** Changes with every prompt that comes or goes, and where the same prompts got other keys: tables give no key twice. */
export function promptSet(db: Database): string {
	// The tables first: where another process rebuilds meanwhile, what is read next is named after tables that are gone.
	const tables = epoch(db);
	const last = db.value<number>("SELECT seq FROM sqlite_sequence WHERE name = 'prompts'") ?? 0;
	return `${tables}/${last}/${db.value<number>('SELECT coalesce(sum(prompts), 0) FROM counts')}`;
}

/** The set of prompts that the stored near-duplicates are those of. */
export function nearSet(db: Database): string {
	return db.value<string>("SELECT value FROM meta WHERE key = 'near'") ?? `${epoch(db)}/0/0`;
}

/** Whether prompts came or went since near-duplicates were last looked for. */
export function nearPending(db: Database): boolean {
	return nearSet(db) !== promptSet(db);
}

export interface PromptTexts {
	readonly epoch: string;
	readonly set: string;
	/** Sorted by prompt id, so that what is found does not hang on the order of imports. */
	readonly keys: readonly number[];
	readonly texts: readonly string[];
}

/** All prompts as texts: 100,000 need about as much memory as they have on disk. */
export function readPromptTexts(db: Database): PromptTexts {
	return db.read(() => {
		const rows: { n: number; id: string; text: string }[] = [];
		for (const { n, id, body } of db.iterate<{ n: number; id: string; body: string }>(
			'SELECT n, id, body FROM prompts',
		)) {
			rows.push({ n, id, text: promptText(JSON.parse(body) as Prompt) });
		}
		rows.sort((x, y) => (x.id < y.id ? -1 : 1));
		return {
			epoch: epoch(db),
			set: promptSet(db),
			keys: rows.map(({ n }) => n),
			texts: rows.map(({ text }) => text),
		};
	});
}

/** What a look for near-duplicates over all prompts came to. */
export interface FoundEdges {
	readonly epoch: string;
	readonly set: string;
	/** By key of the prompt. */
	readonly edges: readonly Edge<number>[];
}

/**
 * The near-duplicates that link prompts: word 5-grams, Jaccard ≥ 0.8 (design.md §5), copies after normalisation included; those
 * of a family that shares a template are left out, see `linkingEdges`. Seconds for 100,000 prompts, without a pause.
 */
export function findEdges({ epoch, set, keys, texts }: PromptTexts): FoundEdges {
	const { copyOf, pairs } = findNearDuplicates(texts);
	const edges: Edge<number>[] = [...pairs];
	for (const [i, first] of copyOf.entries()) if (first !== i) edges.push({ a: first, b: i, similarity: 1 });
	const kept = sparseEdges(linkingEdges(edges, texts.length));
	return {
		epoch,
		set,
		edges: kept.map(({ a, b, similarity }) => ({ a: keys[a] as number, b: keys[b] as number, similarity })),
	};
}

/** The next edges after one, with both prompts' ids and first turns. */
export function endsOfEdges(
	db: Database,
	after: { readonly a: number; readonly b: number },
	limit: number,
): {
	readonly a: number;
	readonly b: number;
	readonly id: string;
	readonly first_turn: string;
	readonly other: string;
	readonly other_turn: string;
}[] {
	return db.all(
		`SELECT e.a, e.b, x.id, x.first_turn, y.id AS other, y.first_turn AS other_turn FROM near_edges e
		CROSS JOIN prompts x ON x.n = e.a CROSS JOIN prompts y ON y.n = e.b
		WHERE (e.a, e.b) > (?, ?) ORDER BY e.a, e.b LIMIT ?`,
		after.a,
		after.b,
		limit,
	);
}

/** Replaces the stored near-duplicates, in short transactions. Stops where the tables were made anew meanwhile. */
export function* storeEdges(db: Database, found: FoundEdges): Generator<void> {
	const key = (a: number, b: number) => (a < b ? `${a} ${b}` : `${b} ${a}`);
	const wanted = new Map(found.edges.map((edge) => [key(edge.a, edge.b), edge]));
	const gone: Edge<number>[] = [];
	for (const edge of db.all<Edge<number>>('SELECT a, b, similarity FROM near_edges')) {
		const same = wanted.get(key(edge.a, edge.b));
		if (same?.similarity === edge.similarity) wanted.delete(key(edge.a, edge.b));
		else gone.push(edge);
	}
	const fresh = [...wanted.values()];
	const slices = Math.max(1, Math.ceil((gone.length + fresh.length) / SLICE));
	for (let i = 0; i < slices; i++) {
		const [from, to] = [i * SLICE, (i + 1) * SLICE];
		const stands = db.write(() => {
			if (epoch(db) !== found.epoch) return false;
			for (const { a, b } of gone.slice(from, to)) db.run('DELETE FROM near_edges WHERE a = ? AND b = ?', a, b);
			for (const { a, b, similarity } of fresh.slice(Math.max(0, from - gone.length), Math.max(0, to - gone.length))) {
				// One of them may be gone by now.
				db.run(
					`INSERT OR REPLACE INTO near_edges SELECT ?, ?, ? WHERE
					(SELECT count(*) FROM prompts WHERE n IN (?, ?)) = 2`,
					Math.min(a, b),
					Math.max(a, b),
					similarity,
					a,
					b,
				);
			}
			if (i === slices - 1) db.run("INSERT OR REPLACE INTO meta VALUES ('near', ?)", found.set);
			return true;
		});
		if (!stands) return;
		yield;
	}
}

/** Takes a prompt that is gone out of the index. */
export function forgetEdges(db: Database, prompt: number): void {
	db.run('DELETE FROM near_edges WHERE a = ?', prompt);
	db.run('DELETE FROM near_edges WHERE b = ?', prompt);
}
