import {
	type CheckpointScore,
	type ComparisonScore,
	type ModelFacts,
	type ScoredCheckpoint,
	type SkippedPair,
	stepOf,
} from '../../domain/checkpoint.ts';
import type { Side } from '../../domain/comparison.ts';
import { otherSide, sha256 } from '../../domain/identity.ts';
import { UserError } from '../../protocol/errors.ts';
import { type LogprobsRow, problem } from './logprobs-row.ts';

/** Version of how rows are read. */
export const LOGPROBS_VERSION = '1';

interface SourceRow {
	readonly comparison: string;
	readonly side: Side | null;
}

/** What the ids of rows may mean in a workspace. */
export interface LogprobsIndex {
	/** Ids of all its comparisons, ascending. */
	readonly comparisons: readonly string[];
	/** Ids that imported rows carried: which comparison each is, and which side that row's label prefers (null = it names none). */
	readonly sources: ReadonlyMap<string, readonly SourceRow[]>;
	/** The side that every label and verdict on a comparison, taken back or not, has preferred; absent where they differ or name none. */
	readonly preferred: ReadonlyMap<string, Side>;
}

/** Which comparison a row is about, and which canonical side its "chosen" is. */
export interface RowPair {
	readonly comparison: string;
	readonly chosen: Side;
}

/** Where a row stands: `path` as messages and the record name the file. */
export interface RowPlace {
	readonly path: string;
	readonly line: number;
}

interface Entry {
	readonly policy: ComparisonScore;
	readonly reference: ComparisonScore;
	readonly at: RowPlace;
	/** Another row said otherwise: neither is believed. */
	contradicted: boolean;
}

interface Checkpoint {
	readonly entries: Map<string, Entry>;
	step: { readonly value: number; readonly at: RowPlace } | null;
}

/** Shortest id prefix that is taken for one, as everywhere. */
const MIN_PREFIX = 8;

/** Rows of log-probabilities, gathered by checkpoint and turned to canonical sides. */
export class LogprobsTable {
	readonly #index: LogprobsIndex;
	readonly #checkpoints = new Map<string, Checkpoint>();

	constructor(index: LogprobsIndex) {
		this.#index = index;
	}

	/**
	 * @param pair what the row's own texts say it is about; null = it has none
	 * @param id what the row calls itself; null = nothing
	 * @param name of the checkpoint where the row names none
	 * @throws LogprobsProblem
	 */
	add(
		row: LogprobsRow,
		{ pair, id, name, at }: { pair: RowPair | null; id: string | null; name: string; at: RowPlace },
	): void {
		const { comparison, chosen } =
			row.canonical === true
				? this.#bySides(pair, id)
				: pair === null
					? this.#byId(id, row.chosenSide)
					: this.#byTexts(pair, id, row.chosenSide);
		const checkpoint = this.#checkpoint(row.checkpoint ?? name);
		if (row.step !== null) {
			const { step } = checkpoint;
			if (step !== null && step.value !== row.step) {
				problem('step', `${step.value} as in ${where(step.at)}`, `the number ${row.step}`);
			}
			checkpoint.step ??= { value: row.step, at };
		}
		const sides = (key: 'logp' | 'ref'): ComparisonScore => {
			const one = { logp: row.chosen[key], tokens: row.chosen.tokens };
			const two = { logp: row.rejected[key], tokens: row.rejected.tokens };
			return chosen === 'a' ? { a: one, b: two } : { a: two, b: one };
		};
		const entry: Entry = { policy: sides('logp'), reference: sides('ref'), at, contradicted: false };
		const before = checkpoint.entries.get(comparison);
		if (before === undefined) {
			checkpoint.entries.set(comparison, entry);
			return;
		}
		if (same(before, entry)) return;
		before.contradicted = true;
		problem(
			'row',
			`the values of ${where(before.at)}, which is about the same pair and checkpoint (neither row is used)`,
			'others',
		);
	}

	#checkpoint(name: string): Checkpoint {
		let found = this.#checkpoints.get(name);
		if (found === undefined) {
			found = { entries: new Map(), step: null };
			this.#checkpoints.set(name, found);
		}
		return found;
	}

	#byTexts(pair: RowPair, id: string | null, side: Side | null): RowPair {
		if (!this.#has(pair.comparison)) {
			problem(
				'row',
				'a pair of this workspace',
				`one that was never imported (it would be ${pair.comparison.slice(0, 12)})`,
			);
		}
		if (id !== null && /^[0-9a-f]{64}$/.test(id) && id !== pair.comparison) {
			problem('id', `${pair.comparison.slice(0, 12)}…, the id of this pair of texts`, `${id.slice(0, 12)}…`);
		}
		if (side !== null && side !== pair.chosen)
			problem('chosen_side', `"${pair.chosen}" by the row's own texts`, `"${side}"`);
		return pair;
	}

	/** The numbers are side a's and side b's: no label is asked, the row's or the workspace's. */
	#bySides(pair: RowPair | null, id: string | null): RowPair {
		const { comparison } = pair === null ? this.#find(id) : this.#byTexts(pair, id, null);
		return { comparison, chosen: 'a' };
	}

	#byId(id: string | null, side: Side | null): RowPair {
		const { comparison, rows } = this.#find(id);
		return rows === null
			? { comparison, chosen: this.#side(comparison, side) }
			: this.#bySource(comparison, rows, side);
	}

	/** The comparison of an id, and the imported rows that carried it, where it is theirs. */
	#find(id: string | null): { readonly comparison: string; readonly rows: readonly SourceRow[] | null } {
		if (id === null) {
			problem('id', 'the id of a comparison, the id that the imported row carried, or the pair itself', 'nothing');
		}
		if (this.#has(id)) return { comparison: id, rows: null };
		const rows = this.#index.sources.get(id);
		if (rows === undefined) return { comparison: this.#byPrefix(id), rows: null };
		const { comparison } = rows[0]!;
		if (rows.some((row) => row.comparison !== comparison)) {
			problem(
				'id',
				'the id of one imported pair (give the id of the comparison, or the pair itself)',
				`${JSON.stringify(id)}, which several carried`,
			);
		}
		return { comparison, rows };
	}

	/** The imported row's own label says which response it calls chosen. */
	#bySource(comparison: string, rows: readonly SourceRow[], side: Side | null): RowPair {
		const sides = new Set(rows.map((row) => row.side));
		const own = sides.size === 1 ? rows[0]!.side : null;
		if (side !== null && own !== null && side !== own) {
			problem('chosen_side', `"${own}", the side that the imported row of this id calls chosen`, `"${side}"`);
		}
		return { comparison, chosen: own ?? this.#side(comparison, side) };
	}

	#side(comparison: string, side: Side | null): Side {
		const known = side ?? this.#index.preferred.get(comparison);
		if (known !== undefined) return known;
		return problem(
			'chosen_side',
			`"a" or "b" (labels and verdicts on ${comparison.slice(0, 12)} do not agree on a preferred side, so an id alone does not say which response is "chosen"), or the pair itself`,
			'nothing',
		);
	}

	#byPrefix(id: string): string {
		const { comparisons } = this.#index;
		if (id.length >= MIN_PREFIX && /^[0-9a-f]{1,64}$/.test(id)) {
			const at = this.#firstFrom(id);
			const found = comparisons[at];
			if (found?.startsWith(id) === true) {
				if (comparisons[at + 1]?.startsWith(id) !== true) return found;
				problem('id', 'the id of one comparison', `${id}, with which several begin`);
			}
		}
		return problem(
			'id',
			'the id of a comparison of this workspace, or one that an imported row carried',
			JSON.stringify(id.length > 40 ? `${id.slice(0, 40)}…` : id),
		);
	}

	#has(id: string): boolean {
		return this.#index.comparisons[this.#firstFrom(id)] === id;
	}

	#firstFrom(id: string): number {
		const { comparisons } = this.#index;
		let low = 0;
		let high = comparisons.length;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (comparisons[middle]! < id) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	/**
	 * @param wanted ids of the pairs that the run scores, in its order
	 * @throws UserError unusable-input where a checkpoint has no row about any of them
	 */
	finish(wanted: readonly string[]): {
		readonly checkpoints: readonly ScoredCheckpoint[];
		readonly models: readonly ModelFacts[];
	} {
		const checkpoints: ScoredCheckpoint[] = [];
		const models: ModelFacts[] = [];
		for (const [name, { entries, step }] of this.#checkpoints) {
			const scores: CheckpointScore[] = [];
			const skipped: SkippedPair[] = [];
			for (const comparison of wanted) {
				const entry = entries.get(comparison);
				if (entry === undefined) skipped.push({ comparison, reason: 'no row in the log-probability files' });
				else if (entry.contradicted) skipped.push({ comparison, reason: 'rows with different values' });
				else scores.push({ comparison, policy: entry.policy, reference: entry.reference, source: entry.at });
			}
			if (scores.length === 0) {
				throw new UserError(
					'unusable-input',
					`${name}: none of its ${entries.size} rows is about a pair that this run scores (${wanted.length} judged ones; the first is ${wanted[0]?.slice(0, 12) ?? 'missing'}). Rows are named by the id of a comparison, by the id that the imported row carried, or hold the pair itself.`,
				);
			}
			checkpoints.push({ name, step: step?.value ?? stepOf(name), scores, skipped, trainedOn: null });
			models.push({ name, role: 'checkpoint', hash: hashOf(entries), template: null, rows: entries.size });
		}
		return { checkpoints, models };
	}
}

function where({ path, line }: RowPlace): string {
	return `${path}, line ${line}`;
}

function same(one: Entry, other: Entry): boolean {
	return (['policy', 'reference'] as const).every((model) =>
		(['a', 'b'] as const).every(
			(side) =>
				one[model][side].logp === other[model][side].logp && one[model][side].tokens === other[model][side].tokens,
		),
	);
}

/** Of the numbers by comparison: the order of rows, and what the files are called, play no part. */
function hashOf(entries: ReadonlyMap<string, Entry>): string {
	const lines = [...entries]
		.sort(([x], [y]) => (x < y ? -1 : 1))
		.map(([comparison, { policy, reference }]) => JSON.stringify([comparison, policy, reference]));
	return sha256(lines.join('\n'));
}

/** The canonical side of a row's "chosen", from whether its first response became side b. */
export function chosenSideOf(swapped: boolean): Side {
	return swapped ? otherSide('a') : 'a';
}
