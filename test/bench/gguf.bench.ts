/**
 * Scoring a GGUF file: pairs of one long prompt against the way without a prompt's context being kept (each response read from the
 * beginning), what reading log-probabilities adds to bare prefill of the same tokens, and memory over many pairs. The model is made here,
 * with random weights: speed does not depend on them. One thread, and times are
 * processor time: what else the machine does weighs on none.
 * `PAIRWRIGHT_BENCH_PAIRS=10000 npm run bench gguf` for the long run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Token } from 'node-llama-cpp';
import type { EnginePair } from '../../src/scoring/engines/engine.ts';
import { loadLibrary, startLlama } from '../../src/scoring/engines/gguf/library.ts';
import { createGgufEngine } from '../../src/scoring/engines/gguf.ts';
import { type TinyGguf, writeTinyGguf } from '../fixtures/tiny-gguf.ts';

const PAIRS = Number(process.env.PAIRWRIGHT_BENCH_PAIRS ?? '2000');
const REPEATS = 2;
const THREADS = 1;
/**
 * Characters, which are tokens but for a few merges. llama.cpp computes attention over the context rounded up to 256 places: with these
 * lengths both ways read responses within the same 768, and neither gains by where it cuts its batches.
 */
const PROMPT = 560;
const RESPONSE = 32;
const folder = mkdtempSync(join(tmpdir(), 'pairwright-bench-gguf-'));

function text(length: number, seed: number): string {
	let state = seed * 2654435761 + 1;
	return Array.from({ length }, () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return String.fromCharCode(97 + ((state >>> 16) % 26));
	}).join('');
}

function makePairs(count: number): EnginePair[] {
	return Array.from({ length: count }, (_, i) => ({
		comparison: String(i),
		prompt: { messages: [{ role: 'user', content: text(PROMPT, 1 + i) }] },
		a: [{ role: 'assistant', content: text(RESPONSE, 10_000 + i) }],
		b: [{ role: 'assistant', content: text(RESPONSE, 20_000 + i) }],
	}));
}

function figure(work: string, ours: string, floor: string, ratio: number | null, aim: string): void {
	process.stdout.write(`FIGURE ${JSON.stringify({ work, ours, floor, ratio, aim })}\n`);
}

interface Inside {
	readonly conversation: { sequences(pair: EnginePair): Record<'a' | 'b', { ids: number[]; prompt: number }> };
}

try {
	// The output layer is 6 % of the weights, as in models of 7 to 8 billion: bare prefill does without it, scoring cannot.
	const made: TinyGguf = { seed: 7, context: 1024, width: 512, layers: 8, unused: 2000 };
	const path = join(folder, 'made.gguf');
	writeTinyGguf(path, made);
	const engine = createGgufEngine({ threads: THREADS, gpu: false });
	const open = await engine.open(path, 'checkpoint');
	const { conversation } = open as unknown as Inside;

	// The same llama.cpp and the same way of reading, without keeping anything.
	const llama = await startLlama(await loadLibrary(undefined), false);
	const model = await llama.loadModel({ modelPath: path });
	const context = await model.createContext({
		...{ sequences: 1, contextSize: 1024, batchSize: 128, threads: THREADS, flashAttention: false },
	});
	const sequence = context.getSequence();
	const naive = async (pairs: readonly EnginePair[]): Promise<void> => {
		for (const pair of pairs) {
			const { a, b } = conversation.sequences(pair);
			for (const { ids, prompt } of [a, b]) {
				await sequence.clearHistory();
				await sequence.controlledEvaluate(
					ids.slice(0, -1).map((token, i) =>
						i < prompt - 1
							? (token as Token)
							: [
									token as Token,
									{
										generateNext: {
											logits: { filter: { tokens: [ids[i + 1]! as Token], includeSelected: true } },
											totalLogitWeight: true,
										},
									},
								],
					),
				);
			}
		}
	};
	/** The tokens that scoring sends through the model, in the same batches, nothing read. */
	const prefill = async (pairs: readonly EnginePair[]): Promise<void> => {
		let before = '';
		for (const pair of pairs) {
			const { a, b } = conversation.sequences(pair);
			for (const { ids, prompt } of [a, b]) {
				const head = ids.slice(0, prompt - 1);
				if (head.join() !== before) {
					await sequence.clearHistory();
					await sequence.evaluateWithoutGeneratingNewTokens(head as Token[]);
					before = head.join();
				} else await sequence.eraseContextTokenRanges([{ start: prompt - 1, end: sequence.nextTokenIndex }]);
				await sequence.evaluateWithoutGeneratingNewTokens(ids.slice(prompt - 1, -1) as Token[]);
			}
		}
		await sequence.clearHistory();
	};
	const ours = (pairs: readonly EnginePair[]): Promise<void> => open.score(pairs, { onPair: () => {} });
	const time = async (work: () => Promise<void>): Promise<number> => {
		const before = process.cpuUsage();
		await work();
		const { user, system } = process.cpuUsage(before);
		return (user + system) / 1000;
	};

	// More than one prompt: the last of a repeat would else be in place for the next.
	const pairs = makePairs(3);
	const times = { ours: [] as number[], naive: [] as number[], prefill: [] as number[] };
	for (let repeat = 0; repeat < REPEATS; repeat++) {
		times.naive.push(await time(() => naive(pairs)));
		times.ours.push(await time(() => ours(pairs)));
		times.prefill.push(await time(() => prefill(pairs)));
	}
	const rate = (ms: readonly number[]): string => `${((1000 * pairs.length) / Math.min(...ms)).toFixed(2)} pairs/s`;
	const what = `GGUF of 21 M parameters, a pair with a prompt of ${PROMPT} tokens`;
	figure(
		what,
		rate(times.ours),
		`each response from the beginning: ${rate(times.naive)}`,
		Math.min(...times.naive) / Math.min(...times.ours),
		'≥ 1.8×',
	);
	const extra = Math.min(...times.ours) / Math.min(...times.prefill) - 1;
	figure(
		`${what}: over bare prefill`,
		`${(100 * extra).toFixed(1)} %`,
		`bare prefill: ${rate(times.prefill)}`,
		null,
		'≤ 10 %',
	);
	await context.dispose();
	await model.dispose();
	await llama.dispose();
	await open.close();

	const small = join(folder, 'small.gguf');
	writeTinyGguf(small, { seed: 7, context: 512 });
	const tiny = await engine.open(small, 'checkpoint');
	const megabytes = (): number => {
		globalThis.gc?.();
		return process.memoryUsage().rss / 1024 / 1024;
	};
	const many = makePairs(PAIRS).map((pair) => ({
		...pair,
		prompt: { messages: [{ role: 'user', content: pair.comparison }] },
	}));
	let done = 0;
	const marks = new Map([0.1, 0.5, 1].map((share) => [Math.floor(share * PAIRS), 0]));
	const started = performance.now();
	await tiny.score(many, {
		onPair: () => {
			if (marks.has(++done)) marks.set(done, megabytes());
		},
	});
	const seconds = (performance.now() - started) / 1000;
	const counts = [...marks.keys()].map((count) => count.toLocaleString('en')).join(', ');
	figure(
		`GGUF, memory over ${PAIRS.toLocaleString('en')} pairs`,
		`${[...marks.values()].map((mb) => `${mb.toFixed(0)} MB`).join(', ')} after ${counts} (tiny model, ${(PAIRS / seconds).toFixed(0)} pairs/s)`,
		'itself',
		null,
		'flat',
	);
	await tiny.close();
	await engine.close();
} finally {
	rmSync(folder, { recursive: true, force: true });
}
