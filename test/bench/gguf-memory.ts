/**
 * `gguf-memory.ts PAIRS`: scores so many pairs with a tiny GGUF model; prints a line of JSON. A process of its own: memory that another
 * part of a benchmark has taken and left would hide what this one takes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createGgufEngine } from '../../src/scoring/engines/gguf.ts';
import { writeTinyGguf } from '../fixtures/tiny-gguf.ts';
import { chatPairs } from './gguf-pairs.ts';

export interface Mark {
	readonly pairs: number;
	/** Of the whole process, at rest. */
	readonly residentMegabytes: number;
	/** What JavaScript holds after a collection, its buffers included. */
	readonly heldMegabytes: number;
}

export interface MemoryRun {
	readonly marks: readonly Mark[];
	/** Processor time, so that what else the machine does weighs on none. */
	readonly pairsPerSecond: number;
}

async function mark(pairs: number): Promise<Mark> {
	// Twice, with the event loop between: what belongs to native objects is freed there.
	for (let turn = 0; turn < 2; turn++) {
		globalThis.gc?.();
		await wait(50);
	}
	const { rss, heapUsed, external } = process.memoryUsage();
	return { pairs, residentMegabytes: rss / 2 ** 20, heldMegabytes: (heapUsed + external) / 2 ** 20 };
}

async function measure(count: number): Promise<MemoryRun> {
	const folder = mkdtempSync(join(tmpdir(), 'pairwright-bench-gguf-memory-'));
	try {
		const path = join(folder, 'tiny.gguf');
		writeTinyGguf(path, { seed: 7, context: 512 });
		const engine = createGgufEngine({ threads: 1, gpu: false });
		const open = await engine.open(path, 'checkpoint');
		const pairs = chatPairs(count, 4);
		const marks: Mark[] = [];
		// All the rest in one call: nothing may pile up inside it either.
		const before = process.cpuUsage();
		let from = 0;
		for (const share of [0.1, 1]) {
			const to = Math.floor(share * count);
			await open.score(pairs.slice(from, to), { onPair: () => {} });
			marks.push(await mark(to));
			from = to;
		}
		const { user, system } = process.cpuUsage(before);
		await open.close();
		await engine.close();
		return { marks, pairsPerSecond: (1e6 * count) / (user + system) };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

process.stdout.write(`${JSON.stringify(await measure(Number(process.argv[2])))}\n`);
