import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { computeMetrics, type MetricsOptions } from '../calibration/metrics.ts';
import type { Records } from '../calibration/records.ts';
import type { Metrics, ShiftAuc } from '../domain/run-record.ts';
import { type PromptItems, promptShift, type ShiftOptions } from './domain-classifier.ts';
import { type FitData, type FitResult, type FitTask, runFit } from './fit.ts';
import {
	type GramRows,
	type NumberedRows,
	type PairTexts,
	type ReadPairs,
	readPairs,
	renumberRows,
} from './reading.ts';

/** Where the work of a run is done. What comes back does not depend on where, nor on how many threads there are. */
export interface Threads {
	/** Tasks that run at once. */
	readonly size: number;
	read(texts: PairTexts): Promise<ReadPairs>;
	renumber(rows: GramRows, renumbered: Int32Array): Promise<NumberedRows>;
	/** What later fits read; its arrays have to be shared ones. */
	share(data: FitData): void;
	/** Searches come before final fits, which nothing waits for, up to a few of these. */
	fit(task: FitTask): Promise<FitResult>;
	measure(records: Records, options: MetricsOptions): Promise<Metrics>;
	promptShift(items: PromptItems['items'], options: ShiftOptions): Promise<ShiftAuc>;
	/** Stops at once; what still runs is rejected. */
	close(): void;
}

export type ToThread =
	| { readonly type: 'read'; readonly texts: PairTexts }
	| { readonly type: 'renumber'; readonly rows: GramRows; readonly renumbered: Int32Array }
	| { readonly type: 'share'; readonly data: FitData }
	| { readonly type: 'fit'; readonly task: FitTask }
	| { readonly type: 'measure'; readonly records: Records; readonly options: MetricsOptions }
	| { readonly type: 'prompt-shift'; readonly items: PromptItems['items']; readonly options: ShiftOptions };

export type FromThread =
	| { readonly ok: true; readonly value: unknown }
	| { readonly ok: false; readonly message: string };

/** More threads than this find too few fits to do at once. */
const MAX_THREADS = 8;
/** Below this many pairs, starting threads (some 50 ms) takes longer than they save. */
const WORTH_THREADS = 1500;

/** Threads for a run over this many pairs. */
export function threadsFor(pairs: number, parallel = availableParallelism()): Threads {
	const count = Math.min(MAX_THREADS, parallel);
	return pairs < WORTH_THREADS || count < 2 ? inline() : pool(count);
}

/** Lets messages in, among them the one that cancels. */
function breathe(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}

/** The same tasks in this thread, one after the other. */
export function inline(): Threads {
	let data: FitData | null = null;
	let closed = false;
	const run = async <T>(task: () => T): Promise<T> => {
		await breathe();
		if (closed) throw new Error('The scoring threads are closed.');
		return task();
	};
	return {
		size: 1,
		read: (texts) => run(() => readPairs(texts)),
		renumber: (rows, renumbered) => run(() => renumberRows(rows, renumbered)),
		share: (shared) => {
			data = shared;
		},
		fit: (task) => run(() => runFit(data!, task)),
		measure: (records, options) => run(() => computeMetrics(records, options)),
		promptShift: (items, options) => run(() => promptShift(items, options)),
		close: () => {
			closed = true;
		},
	};
}

/** The bundled `scoring-thread.cjs` beside the current bundle, or the source when run from source. */
function threadEntry(): string {
	const bundled = join(import.meta.dirname, 'scoring-thread.cjs');
	return existsSync(bundled) ? bundled : join(import.meta.dirname, 'thread.ts');
}

interface Waiting {
	readonly message: ToThread;
	readonly resolve: (value: never) => void;
	readonly reject: (error: Error) => void;
}

/**
 * Tasks that a thread has at hand beside the one it does: the thread that opened it may be busy for half a second. Fits last
 * longer than that and differ, so they go to whoever is free.
 */
export const AHEAD = 8;

/**
 * Final fits that may wait for searches. Each holds two solutions of 96 bytes a row, and the memory of all has 4 GB: with many rows
 * none waits.
 */
function finalsWaiting(rows: number): number {
	return rows > 250_000 ? 0 : 4;
}

function isFinal({ message }: Waiting): boolean {
	return message.type === 'fit' && message.task.margins !== undefined;
}

/** Place of the task whose turn it is. */
function placeOfNext(queue: readonly Waiting[], finals: number): number {
	const search = queue.findIndex((each) => !isFinal(each));
	return search > finals ? 0 : Math.max(0, search);
}

/** A fixed number of threads that take tasks in the order given, but for final fits, which let searches pass. */
export function pool(count: number): Threads {
	const queue: Waiting[] = [];
	/** What each thread has at hand, in the order in which it answers. */
	const running = new Map<Worker, Waiting[]>();
	let failure: Error | null = null;
	let finals = 0;

	const stop = (error: Error): void => {
		failure ??= error;
		const open = [...queue.splice(0), ...[...running.values()].flat()];
		for (const worker of running.keys()) void worker.terminate();
		running.clear();
		for (const each of open) each.reject(failure);
	};
	const next = (): void => {
		while (failure === null && queue.length > 0) {
			const at = placeOfNext(queue, finals);
			const task = queue[at]!;
			const [worker, tasks] = [...running].reduce((least, each) => (each[1].length < least[1].length ? each : least));
			if (tasks.length > (task.message.type === 'fit' ? 0 : AHEAD)) return;
			queue.splice(at, 1);
			tasks.push(task);
			worker.postMessage(task.message);
		}
	};
	const run = <T>(message: ToThread): Promise<T> =>
		new Promise((resolve, reject) => {
			if (failure !== null) {
				reject(failure);
				return;
			}
			queue.push({ message, resolve, reject });
			next();
		});

	for (let k = 0; k < count; k++) {
		const worker = new Worker(threadEntry());
		running.set(worker, []);
		worker.on('message', (answer: FromThread) => {
			const task = running.get(worker)?.shift();
			if (task === undefined) return;
			if (answer.ok) task.resolve(answer.value as never);
			else task.reject(new Error(answer.message));
			// After what follows from the answer: the next search of a path comes before a final fit that waits.
			setImmediate(next);
		});
		worker.on('error', stop);
		worker.on('exit', (code) => {
			if (running.has(worker)) stop(new Error(`A scoring thread ended early (exit code ${code}).`));
		});
	}
	return {
		size: count,
		read: (texts) => run({ type: 'read', texts }),
		renumber: (rows, renumbered) => run({ type: 'renumber', rows, renumbered }),
		share: (data) => {
			finals = finalsWaiting(data.x.rows);
			for (const worker of running.keys()) worker.postMessage({ type: 'share', data } satisfies ToThread);
		},
		fit: (task) => run({ type: 'fit', task }),
		measure: (records, options) => run({ type: 'measure', records, options }),
		promptShift: (items, options) => run({ type: 'prompt-shift', items, options }),
		close: () => stop(new Error('The scoring threads are closed.')),
	};
}
