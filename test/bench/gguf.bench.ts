/**
 * Scoring a GGUF file: pairs of one long prompt against the way without a prompt's context being kept (each response read from the
 * beginning), what reading log-probabilities adds to bare prefill of the same tokens, and memory over many pairs. The models are made
 * here, with random weights: speed does not depend on them. One thread, and times are processor time: what else the machine does weighs
 * on none. `PAIRWRIGHT_BENCH_PAIRS=10000 npm run bench gguf` for the long run.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Token } from 'node-llama-cpp';
import type { EnginePair } from '../../src/scoring/engines/engine.ts';
import { loadLibrary, startLlama } from '../../src/scoring/engines/gguf/library.ts';
import { createGgufEngine } from '../../src/scoring/engines/gguf.ts';
import { writeTinyGguf } from '../fixtures/tiny-gguf.ts';
import type { MemoryRun } from './gguf-memory.ts';
import { chatPairs } from './gguf-pairs.ts';

const PAIRS = Number(process.env.PAIRWRIGHT_BENCH_PAIRS ?? '2000');
const REPEATS = 3;
const THREADS = 1;
/**
 * Characters, which are tokens but for a few merges. llama.cpp computes attention over the context rounded up to 256 places: with these
 * lengths both ways read responses within the same 768, and neither gains by where it cuts its batches.
 */
const PROMPT = 560;
/**
 * Tokens of the vocabulary that no text has, and what the file then weighs. With 2,000 the output layer is 6 % of the weights, as in
 * models of 7 to 8 billion; with 8,000 it is 15 %, as in ones of some 1 to 2 billion. Bare prefill does without that layer, scoring cannot.
 */
const MODELS = [
	{ unused: 2000, words: 'GGUF of 21 M parameters' },
	{ unused: 8000, words: 'GGUF of 27 M parameters, vocabulary of 8,000' },
] as const;
const folder = mkdtempSync(join(tmpdir(), 'pairwright-bench-gguf-'));

function figure(work: string, ours: string, floor: string, ratio: number | null, aim: string): void {
	process.stdout.write(`FIGURE ${JSON.stringify({ work, ours, floor, ratio, aim })}\n`);
}

interface Inside {
	readonly conversation: { sequences(pair: EnginePair): Record<'a' | 'b', { ids: number[]; prompt: number }> };
}

async function speed({ unused, words }: (typeof MODELS)[number]): Promise<void> {
	const path = join(folder, `made-${unused}.gguf`);
	writeTinyGguf(path, { seed: 7, context: 1024, width: 512, layers: 8, unused });
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
	const pairs = chatPairs(3, PROMPT);
	const times = { ours: [] as number[], naive: [] as number[], prefill: [] as number[] };
	for (let repeat = 0; repeat < REPEATS; repeat++) {
		times.naive.push(await time(() => naive(pairs)));
		times.ours.push(await time(() => ours(pairs)));
		times.prefill.push(await time(() => prefill(pairs)));
	}
	const rate = (ms: readonly number[]): string => `${((1000 * pairs.length) / Math.min(...ms)).toFixed(2)} pairs/s`;
	const what = `${words}, a pair with a prompt of ${PROMPT} tokens`;
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
	await engine.close();
}

/** In a process whose young space of the JavaScript heap is bounded: garbage that waits there is no memory that is held. */
function memory(): void {
	const args = ['--expose-gc', '--max-semi-space-size=4', join(import.meta.dirname, 'gguf-memory.ts'), String(PAIRS)];
	const out = execFileSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
	const { marks, pairsPerSecond } = JSON.parse(out) as MemoryRun;
	const [first, last] = [marks[0]!, marks.at(-1)!];
	const words = ({ pairs, residentMegabytes, heldMegabytes }: typeof first): string =>
		`${residentMegabytes.toFixed(0)} MB (JavaScript ${heldMegabytes.toFixed(0)}) after ${pairs.toLocaleString('en')}`;
	figure(
		`GGUF, memory over ${PAIRS.toLocaleString('en')} pairs`,
		`${words(last)}; tiny model, ${pairsPerSecond.toFixed(0)} pairs/s`,
		words(first),
		last.residentMegabytes / first.residentMegabytes,
		'≤ 1.1×',
	);
}

try {
	for (const model of MODELS) await speed(model);
	memory();
} finally {
	rmSync(folder, { recursive: true, force: true });
}
