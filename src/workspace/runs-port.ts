import { setTimeout } from 'node:timers/promises';
import type { ForgettingDelta } from '../domain/config.ts';
import { isNamed } from '../domain/judgment.ts';
import type { LabelPolicy } from '../domain/label-policy.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { preview, sideText } from '../domain/text.ts';
import { UserError } from '../protocol/errors.ts';
import type { PairPlace } from '../scoring/compare-scores.ts';
import { countActivelyJudged } from '../store/active-query.ts';
import { datasetRows, dataVersion } from '../store/dataset-query.ts';
import { type PairIndex, pairIndex } from '../store/pair-index.ts';
import { workspacePaths } from '../store/paths.ts';
import { isSettled } from '../store/placement.ts';
import { comparisonState, readComparison } from '../store/read-comparison.ts';
import { scoreCachePath } from '../store/score-cache.ts';
import { activeOrder } from './active-order.ts';
import { Context } from './context.ts';
import { type DatasetReading, readDataset } from './dataset.ts';
import { humanReferences } from './human-references.ts';
import { setRejudge } from './judging.ts';
import { evaluationSplit } from './leaks.ts';
import type { PairFacts, RunsPort } from './runs/port.ts';

function firstWords(text: string, max = 80): string {
	const line = text.replace(/\s+/gu, ' ').trim();
	const points = [...line.slice(0, max * 2)];
	return points.length > max ? `${points.slice(0, max - 1).join('')}…` : line;
}

function words(text: string): number {
	return text.split(/\s+/u).filter((word) => word !== '').length;
}

function factsOf(ctx: Context, id: string): PairFacts {
	const c = readComparison(ctx.db, id);
	const state = comparisonState(ctx.db, c.n, c.id);
	const votes = new Map(state.judgments.filter((j) => isNamed(j.annotator)).map((j) => [j.annotator, j.verdict]));
	const [a, b] = [sideText(c.a), sideText(c.b)];
	return {
		preview: preview(c.prompt),
		a: firstWords(a),
		b: firstWords(b),
		wordsA: words(a),
		wordsB: words(b),
		people: votes.size,
		differ: [...votes.values()].filter((verdict) => verdict !== state.resolution).length,
	};
}

function placesOf(ctx: Context): ReturnType<RunsPort['places']> {
	const places = new Map<string, PairPlace>();
	for (const row of datasetRows(ctx.db)) {
		const split = evaluationSplit(row.split, row.half);
		if (split !== null) places.set(row.id, { cluster: row.cluster, split });
	}
	return places;
}

/** What runs need of this workspace. */
export function runsPort(ctx: Context): RunsPort {
	return {
		paths: ctx.paths,
		stateDir: ctx.state.dir,
		person: () => ctx.requirePerson(),
		append: (bodies) => ctx.append(bodies),
		events: (type) => ctx.events(type),
		dataset: (labels) => readDataset(ctx, labels),
		places: () => placesOf(ctx),
		version: () => dataVersion(ctx.db),
		facts: (ids) => new Map(ids.map((id) => [id, factsOf(ctx, id)])),
		setRejudge: (run, ids) => setRejudge(ctx, run, ids),
	};
}

export interface Reader extends DatasetReading {
	/** Train pairs whose verdict came by active order. */
	readonly activelyJudged: number;
	readonly root: string;
	readonly runs: string;
	readonly exports: string;
	readonly evalRise: number;
	readonly forgetting: ForgettingDelta;
	/** What people reach, per split; the sealed half's is for sealed.bin alone. */
	readonly human: NonNullable<RunRecord['human']>;
	/** File of the score cache: beside the database, wherever that is. */
	readonly cache: string;
	/** How rows of other files may name this workspace's pairs; opens the workspace again, for the few runs that ask. */
	readonly index: () => Promise<PairIndex>;
}

async function readIndex(root: string, stateDir?: string): Promise<PairIndex> {
	const ctx = await Context.open(root, workspacePaths(root).config, { readonlyDb: true, stateDir });
	try {
		return ctx.db.read(() => pairIndex(ctx.db));
	} finally {
		await ctx.store.close();
	}
}

/** Orders train for the queue by what this run's labels teach, where the settings ask for it. */
export async function rankTrain(
	root: string,
	stateDir: string | undefined,
	seed: number,
	signal?: AbortSignal,
): Promise<void> {
	const ctx = await Context.open(root, workspacePaths(root).config, { readonlyDb: true, stateDir });
	try {
		if (ctx.config.queue.active) ctx.state.setActiveOrder(await activeOrder(ctx, seed, signal));
	} finally {
		await ctx.store.close();
	}
}

/** A move of everything takes some ten seconds at 100,000 prompts. */
const LONGEST_MS = 120_000;
const WAIT_MS = 100;

/** Reads at one time at which no move is half entered: another process does that in slices. @throws UserError `busy` */
async function settledReading<T>({ db }: Context, read: () => T): Promise<T> {
	for (let waited = 0; ; waited += WAIT_MS) {
		const found = db.read(() => (isSettled(db) ? { value: read() } : null));
		if (found !== null) return found.value;
		if (waited >= LONGEST_MS) {
			throw new UserError('busy', 'Prompts are still being moved in this workspace. Score again when that is done.');
		}
		await setTimeout(WAIT_MS);
	}
}

/** Opens a workspace for reading only, takes the dataset, and closes: all that a scoring process needs. */
export async function openReader(root: string, stateDir?: string, labels?: LabelPolicy): Promise<Reader> {
	const ctx = await Context.open(root, workspacePaths(root).config, { readonlyDb: true, stateDir });
	try {
		const { root: folder, runs, exports } = ctx.paths;
		const reading = await settledReading(ctx, () => {
			const read = readDataset(ctx, labels);
			const human = humanReferences(ctx, read.dataset.pairs);
			return { ...read, human, activelyJudged: countActivelyJudged(ctx.db) };
		});
		return {
			...reading,
			...{ root: folder, runs, exports },
			evalRise: ctx.config.thresholds.eval_rise,
			forgetting: ctx.config.thresholds.forgetting,
			cache: scoreCachePath(ctx.db.path),
			index: () => readIndex(root, stateDir),
		};
	} finally {
		await ctx.store.close();
	}
}
