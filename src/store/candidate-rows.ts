import { promptId } from '../domain/identity.ts';
import type { Split } from '../domain/split.ts';
import { firstTurnKey } from '../domain/text.ts';
import type { LoggedRow } from '../formats/types.ts';
import { ensureCandidate } from './candidates.ts';
import { insertPrompt } from './comparison-rows.ts';
import { Counts } from './counts.ts';
import type { Database } from './database.ts';
import { foldedErasures } from './erasures.ts';
import type { ProjectionSettings } from './project.ts';
import { projectPrompt } from './project-prompt.ts';
import { assignmentOf, checkTurn, type FoldedRows, type PendingSource } from './source-rows.ts';

/**
 * Folds rows of a log: each a prompt with at most one response. A row that says what an earlier one of the same source said is
 * counted there, not stored.
 */
export class CandidateFolder {
	readonly #db: Database;
	readonly #source: PendingSource;
	readonly #settings: ProjectionSettings;
	readonly #counts = new Counts();
	readonly #erased: ReadonlySet<string>;
	/** Where prompts stood that were there before a row asked for a split, by key. */
	readonly stood = new Map<number, Split>();
	#ord: number;

	constructor(db: Database, source: PendingSource, settings: ProjectionSettings) {
		this.#db = db;
		this.#erased = foldedErasures(db)?.prompts ?? new Set();
		this.#source = source;
		this.#settings = settings;
		this.#ord = source.rows;
	}

	/** Good rows folded so far: the next row's ordinal. */
	get done(): number {
		return this.#ord;
	}

	/**
	 * One transaction: as many of `rows` as fit into `maxMs`, at least one.
	 * @returns how many were taken; `imported`: those that brought a prompt or a response new to the workspace
	 */
	fold(rows: readonly LoggedRow[], maxMs: number): FoldedRows & { readonly taken: number } {
		const result = { imported: 0, duplicates: 0, ties: 0, taken: 0 };
		return this.#db.write(() => {
			const started = performance.now();
			checkTurn(this.#db, this.#source, this.#ord);
			for (const row of rows) {
				result[this.#row(row) ? 'imported' : 'duplicates']++;
				result.taken++;
				if (result.taken % 16 === 0 && performance.now() - started > maxMs) break;
			}
			this.#db.run('UPDATE sources SET rows = ? WHERE n = ?', this.#ord, this.#source.n);
			this.#counts.flush(this.#db);
			return result;
		});
	}

	#row(row: LoggedRow): boolean {
		const db = this.#db;
		const { split, half } = assignmentOf(row, this.#source);
		const tags = [...new Set(row.tags)];
		const id = promptId(row.prompt);
		if (this.#erased.has(id)) {
			// It keeps its place among the rows: the file may be one that was not rewritten.
			this.#ord++;
			return false;
		}
		const known = db.get<{ n: number; split: Split }>('SELECT n, split FROM prompts WHERE id = ?', id);
		let prompt = known?.n;
		let added = prompt === undefined;
		if (known !== undefined && split !== null && !this.stood.has(known.n)) this.stood.set(known.n, known.split);
		if (prompt === undefined) {
			const key = firstTurnKey(row.prompt);
			const fallback = this.#settings.defaultSplit(key);
			const state = projectPrompt(id, fallback, [{ split, half, tags }], [], [], new Set());
			prompt = insertPrompt(db, this.#counts, id, row.prompt, fallback, state, key, true);
		}
		let candidate = 0;
		if (row.response !== null) {
			const ensured = ensureCandidate(db, prompt, row.response);
			candidate = ensured.n;
			added ||= ensured.added;
		}
		const ord = this.#ord++;
		const again = db.run(
			'UPDATE candidate_rows SET times = times + 1 WHERE prompt = ? AND candidate = ? AND source = ?',
			prompt,
			candidate,
			this.#source.n,
		);
		if (again.changes > 0) return false;
		db.run(
			'INSERT INTO candidate_rows VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)',
			this.#source.n,
			ord,
			row.line,
			prompt,
			candidate,
			split,
			half,
			tags.length === 0 ? null : JSON.stringify(tags),
			row.source ?? null,
			row.model ?? null,
			row.metadata === undefined ? null : JSON.stringify(row.metadata),
		);
		// What people and other imports said of the prompt, and pairs that waited for this response: the projector knows.
		db.run('INSERT OR IGNORE INTO dirty VALUES (?)', id);
		return added;
	}
}
