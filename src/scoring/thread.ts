/** A thread of a scoring run (dist/scoring-thread.cjs): reads pairs, solves fits and measures, one task after the other, until it is ended. */
import { parentPort } from 'node:worker_threads';
import { computeMetrics } from '../calibration/metrics.ts';
import { promptShift } from './domain-classifier.ts';
import { type FitData, runFit } from './fit.ts';
import { readPairs, renumberRows } from './reading.ts';
import type { FromThread, ToThread } from './threads.ts';

const port = parentPort!;
let data: FitData | null = null;

function answer(message: ToThread): void {
	if (message.type === 'share') {
		data = message.data;
		return;
	}
	if (message.type === 'fit') {
		port.postMessage({ ok: true, value: runFit(data!, message.task) } satisfies FromThread);
		return;
	}
	if (message.type === 'prompt-shift') {
		port.postMessage({ ok: true, value: promptShift(message.items, message.options) } satisfies FromThread);
		return;
	}
	if (message.type === 'measure') {
		port.postMessage({ ok: true, value: computeMetrics(message.records, message.options) } satisfies FromThread);
		return;
	}
	if (message.type === 'renumber') {
		const value = renumberRows(message.rows, message.renumbered);
		const { start, mid, column } = value;
		port.postMessage({ ok: true, value } satisfies FromThread, [
			start.buffer,
			mid.buffer,
			column.buffer,
		] as ArrayBuffer[]);
		return;
	}
	const value = readPairs(message.texts);
	const { start, mid, bucket, named } = value;
	port.postMessage({ ok: true, value } satisfies FromThread, [
		start.buffer,
		mid.buffer,
		bucket.buffer,
		named.buffer,
	] as ArrayBuffer[]);
}

port.on('message', (message: ToThread) => {
	try {
		answer(message);
	} catch (error) {
		const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
		port.postMessage({ ok: false, message: text } satisfies FromThread);
	}
});
