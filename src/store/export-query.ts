import type { Message, Prompt } from '../domain/comparison.ts';
import type { Half, Split } from '../domain/split.ts';
import type { Database } from './database.ts';
import type { ComparisonState } from './project-comparison.ts';
import { comparisonStates, type SourceRow, sourcesOf } from './read-comparison.ts';

export interface ExportedComparison {
	readonly id: string;
	readonly promptId: string;
	readonly prompt: Prompt;
	readonly a: readonly Message[];
	readonly b: readonly Message[];
	readonly split: Split;
	readonly half: Half | null;
	readonly opened: boolean;
	/** A rewrite: the comparison it came from. */
	readonly derivedFrom: string | null;
	readonly tags: readonly string[];
	readonly state: ComparisonState;
	readonly source: SourceRow | null;
	readonly metadata: unknown;
}

/** Comparisons of one place in order of id, by keyset pages: an export holds one page in memory. */
export function* comparisonsForExport(
	db: Database,
	places: readonly string[],
	page = 250,
): Generator<ExportedComparison[]> {
	let after = '';
	for (;;) {
		const rows = db.all<{
			n: number;
			id: string;
			prompt_id: string;
			body: string;
			a: string;
			b: string;
			split: Split;
			half: Half | null;
			opened: number;
			derived_from: string | null;
			tags: string | null;
		}>(
			`SELECT c.n, c.id, p.id AS prompt_id, p.body, c.a, c.b, p.split, p.half, c.opened, c.derived_from, p.tags
			FROM comparisons c JOIN prompts p ON p.n = c.prompt
			WHERE c.id > ? AND +c.place IN (${places.map(() => '?').join(', ')}) ORDER BY c.id LIMIT ?`,
			after,
			...places,
			page,
		);
		if (rows.length === 0) return;
		const states = comparisonStates(db, rows);
		const imported = sourcesOf(
			db,
			rows.map(({ n }) => n),
		);
		yield rows.map((row, i) => {
			const sources = imported.get(row.n) ?? [];
			return {
				id: row.id,
				promptId: row.prompt_id,
				prompt: JSON.parse(row.body) as Prompt,
				a: JSON.parse(row.a) as Message[],
				b: JSON.parse(row.b) as Message[],
				split: row.split,
				half: row.half,
				opened: row.opened === 1,
				derivedFrom: row.derived_from,
				tags: row.tags === null ? [] : (JSON.parse(row.tags) as string[]),
				state: states[i]!,
				source: sources[0] ?? null,
				metadata: sources.find((s) => s.metadata !== null)?.metadata ?? null,
			};
		});
		after = rows.at(-1)?.id ?? '';
	}
}
