import type { EventBody } from '../domain/events.ts';
import type { Half, Split } from '../domain/split.ts';
import type { SplitMoves } from '../domain/split-moves.ts';
import type { RowBatch } from '../formats/types.ts';
import type { SourceAssignment } from '../store/project-prompt.ts';
import { storedPrompts, storedPromptsByKey } from '../store/prompt-states.ts';
import { assignmentOf, unheededRows } from '../store/source-rows.ts';
import type { Context } from './context.ts';
import { pause } from './fold-sources.ts';
import { isAnyProtected, keepProtected, moversAmong } from './kept-splits.ts';

interface AskingRow {
	readonly split?: Split;
	readonly half?: Half;
}

/** What an import did to where prompts stand that were there before; filled file by file. */
export class ImportMoves {
	readonly #ctx: Context;
	readonly #stood = new Map<number, Split>();
	readonly #sources: number[] = [];
	readonly #kept: SplitMoves['kept'][number][] = [];
	readonly #keptKeys = new Set<number>();

	constructor(ctx: Context) {
		this.#ctx = ctx;
	}

	/**
	 * Looks through a file before its import is recorded, where anything is frozen or was exported at all.
	 * @param given what the import says for rows that do not
	 * @param name of the file, for people
	 * @returns events that keep known prompts where they stand, and propose their moves instead: to be appended with the import
	 */
	async keep<Row extends AskingRow>(
		read: () => Promise<AsyncIterable<RowBatch<Row>>>,
		promptOf: (row: Row) => string,
		given: AskingRow,
		name: string,
	): Promise<readonly EventBody[]> {
		if (!isAnyProtected(this.#ctx)) return [];
		const coming = new Map<number, SourceAssignment>();
		for await (const { rows } of await read()) {
			const asking = new Map<string, SourceAssignment>();
			for (const row of rows) {
				const assignment = assignmentOf(row, given);
				const id = assignment.split === null ? '' : promptOf(row);
				// The first row of a prompt that says anything holds.
				if (id !== '' && !asking.has(id)) asking.set(id, { ...assignment, tags: [] });
			}
			for (const { n, id } of storedPrompts(this.#ctx.db, [...asking.keys()])) {
				if (!coming.has(n)) coming.set(n, asking.get(id) as SourceAssignment);
			}
			await pause();
		}
		const movers = await moversAmong(this.#ctx, [...coming.keys()], [], { coming });
		const kept = keepProtected(this.#ctx, movers, { reason: `import of ${name}`, proposes: true });
		for (const key of kept.keys) this.#keptKeys.add(key);
		this.#kept.push(...kept.moves.kept);
		return [...kept.stays, ...kept.proposals];
	}

	/** A file whose rows are in, or were before. */
	folded(source: number, stood: ReadonlyMap<number, Split> = new Map()): void {
		this.#sources.push(source);
		for (const [key, split] of stood) if (!this.#stood.has(key)) this.#stood.set(key, split);
	}

	/** For the result, once all that came in is projected. */
	told(): { readonly moves?: SplitMoves; readonly unheeded?: number } {
		const keys = [...this.#stood.keys()];
		const ways = new Map<string, { from: Split; to: Split; prompts: number }>();
		for (let i = 0; i < keys.length; i += 1_000) {
			for (const { n, split: to } of storedPromptsByKey(this.#ctx.db, keys.slice(i, i + 1_000))) {
				const from = this.#stood.get(n) as Split;
				if (from === to) continue;
				const way = ways.get(`${from} ${to}`) ?? { from, to, prompts: 0 };
				way.prompts++;
				ways.set(`${from} ${to}`, way);
			}
		}
		const moves = { moved: [...ways.values()], kept: this.#kept };
		const unheeded = unheededRows(this.#ctx.db, this.#sources, [...this.#keptKeys]);
		return {
			...(moves.moved.length + moves.kept.length === 0 ? {} : { moves }),
			...(unheeded === 0 ? {} : { unheeded }),
		};
	}
}
