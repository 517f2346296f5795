/**
 * Scoring GGUF files: pairs of one long prompt against the naive way (four whole passes: reference and policy, chosen and rejected, each
 * from the beginning), what scoring adds to bare prefill of the same tokens, and memory over many pairs. The models are made here, with
 * random weights: speed does not depend on them.
 *
 * The three ways take turns, a pair at a time, in an order that turns as well, all with one thread; what counts is the ratio of processor
 * times within a round, its median and that median's interval: what else the machine does moves all three. Wall time and the machine's
 * load are printed beside. `PAIRWRIGHT_BENCH_ROUNDS` (15) and `PAIRWRIGHT_BENCH_PAIRS` (2000, of the memory's part) make it longer.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Llama, Token } from 'node-llama-cpp';
import type { Engine, EnginePair } from '../../src/scoring/engines/engine.ts';
import { loadLibrary, startLlama } from '../../src/scoring/engines/gguf/library.ts';
import { createGgufEngine } from '../../src/scoring/engines/gguf.ts';
import { writeTinyGguf } from '../fixtures/tiny-gguf.ts';
import type { MemoryRun } from './gguf-memory.ts';
import { chatPairs } from './gguf-pairs.ts';
import { FEWEST, type Spent, type Spread, spentOn, spreadOf } from './paired.ts';

const PAIRS = Number(process.env.PAIRWRIGHT_BENCH_PAIRS ?? '2000');
const ROUNDS = Math.max(FEWEST, Number(process.env.PAIRWRIGHT_BENCH_ROUNDS ?? '15'));
const THREADS = 1;
/**
 * Characters, which are tokens but for a few merges. llama.cpp computes attention over the context rounded up to 256 places: with these
 * lengths both ways read responses within the same 768, and neither gains by where it cuts its batches.
 */
const PROMPT = 560;
/** As the engine's own on a processor; llama.cpp is slower with the library's 512, so the naive way gains by it. */
const BATCH = 128;
/**
 * Tokens of the vocabulary that no text has, and what the file then weighs. With 2,000 the output layer is 6 % of the weights, as in
 * models of 7 to 8 billion; with 8,000 it is 15 %, as in ones of some 1 to 2 billion. Bare prefill does without that layer, scoring cannot.
 */
const MODELS = [
	{ unused: 2000, words: 'GGUF of 21 M parameters' },
	{ unused: 8000, words: 'GGUF of 27 M parameters, vocabulary of 8,000' },
] as const;
/** Nats that two ways of cutting the same tokens into batches may come apart. */
const TOLERANCE = 0.1;
const WAYS = ['ours', 'naive', 'prefill'] as const;
type Way = (typeof WAYS)[number];
const folder = mkdtempSync(join(tmpdir(), 'pairwright-bench-gguf-'));

function figure(work: string, ours: string, floor: string, ratio: number | null, aim: string): void {
	process.stdout.write(`FIGURE ${JSON.stringify({ work, ours, floor, ratio, aim })}\n`);
}

interface Inside {
	readonly conversation: { sequences(pair: EnginePair): Record<'a' | 'b', { ids: number[]; prompt: number }> };
}

/** One model, opened by the engine and by the bare library. */
interface Opened {
	/** Each scores the pair, or only feeds its tokens; the first two give the sum of its responses' log-probabilities. */
	readonly ways: Record<Way, (pair: EnginePair) => Promise<{ spent: Spent; logp: number }>>;
	close(): Promise<void>;
}

async function openModel(path: string, engine: Engine, llama: Llama): Promise<Opened> {
	const open = await engine.open(path, 'checkpoint');
	const { conversation } = open as unknown as Inside;
	const model = await llama.loadModel({ modelPath: path });
	const context = await model.createContext({
		...{ sequences: 1, contextSize: 1024, batchSize: BATCH, threads: THREADS, flashAttention: false },
	});
	const sequence = context.getSequence();

	const timed = async (work: () => Promise<number>): Promise<{ spent: Spent; logp: number }> => {
		let logp = Number.NaN;
		const spent = await spentOn(async () => {
			logp = await work();
		});
		return { spent, logp };
	};
	/** The library's documented way to log-probabilities of given tokens, in its cheapest form; all tokens known beforehand. */
	const whole = async (ids: readonly number[], prompt: number): Promise<number> => {
		await sequence.clearHistory();
		const outputs = await sequence.controlledEvaluate(
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
		let sum = 0;
		for (let i = prompt - 1; i < ids.length - 1; i++) {
			const { logits = new Map<Token, number>(), totalLogitWeight = Number.NaN } = outputs[i]?.next ?? {};
			const own = logits.get(ids[i + 1]! as Token) ?? Number.NaN;
			sum += own - Math.max(...logits.values()) - Math.log(totalLogitWeight);
		}
		return sum;
	};
	return {
		ways: {
			ours: (pair) =>
				timed(async () => {
					let sum = Number.NaN;
					await open.score([pair], {
						onPair(outcome) {
							if ('score' in outcome) sum = outcome.score.a.logp + outcome.score.b.logp;
						},
					});
					return sum;
				}),
			naive: (pair) => {
				const { a, b } = conversation.sequences(pair);
				return timed(async () => (await whole(a.ids, a.prompt)) + (await whole(b.ids, b.prompt)));
			},
			/** The tokens that scoring sends through the model, in the same batches, and nothing else. */
			prefill: (pair) => {
				const { a, b } = conversation.sequences(pair);
				const head = a.ids.slice(0, a.prompt - 1) as Token[];
				const responses = [a, b].map(({ ids, prompt }) => ids.slice(prompt - 1, -1) as Token[]);
				return timed(async () => {
					await sequence.clearHistory();
					await sequence.evaluateWithoutGeneratingNewTokens(head);
					for (const response of responses) {
						if (sequence.nextTokenIndex > head.length) {
							await sequence.eraseContextTokenRanges([{ start: head.length, end: sequence.nextTokenIndex }]);
						}
						await sequence.evaluateWithoutGeneratingNewTokens(response);
					}
					return Number.NaN;
				});
			},
		},
		async close() {
			await context.dispose();
			await model.dispose();
			await open.close();
		},
	};
}

type Round = Record<Way, Spent>;

/** A pair under the reference and under the policy, each way in turn; `turn` shifts who comes first. */
async function roundOf(models: readonly Opened[], pair: EnginePair, turn: number): Promise<Round> {
	const round = Object.fromEntries(WAYS.map((way) => [way, { processor: 0, wall: 0 }])) as Record<
		Way,
		{ processor: number; wall: number }
	>;
	for (const [m, { ways }] of models.entries()) {
		const sums = new Map<Way, number>();
		for (let i = 0; i < WAYS.length; i++) {
			const way = WAYS[(i + turn + m) % WAYS.length]!;
			const { spent, logp } = await ways[way](pair);
			round[way].processor += spent.processor;
			round[way].wall += spent.wall;
			sums.set(way, logp);
		}
		// Ways that do not come to the same number do not do the same work.
		const apart = Math.abs(sums.get('ours')! - sums.get('naive')!);
		if (!(apart <= TOLERANCE)) throw new Error(`the two ways to a pair's log-probability are ${apart} nats apart`);
	}
	return round;
}

async function speed({ unused, words }: (typeof MODELS)[number]): Promise<void> {
	// Stands for both: time does not depend on the weights.
	const path = join(folder, `made-${unused}.gguf`);
	writeTinyGguf(path, { seed: 7, context: 1024, width: 512, layers: 8, unused });
	const engine = createGgufEngine({ threads: THREADS, gpu: false });
	const llama = await startLlama(await loadLibrary(undefined), false);
	const reference = await openModel(path, engine, llama);
	const policy = await openModel(path, engine, llama);
	const models = [reference, policy];

	// Every round has a prompt of its own. The first is not counted: contexts are made in it, and code is compiled.
	const [warmUp, ...pairs] = chatPairs(1 + ROUNDS, PROMPT);
	await roundOf(models, warmUp!, 0);
	const rounds: Round[] = [];
	const before = loadavg()[0]!;
	for (const [i, pair] of pairs.entries()) rounds.push(await roundOf(models, pair, i));
	const load = `load average ${before.toFixed(1)} to ${loadavg()[0]!.toFixed(1)}`;

	const ratios = (over: Way, under: Way, time: keyof Spent): Spread =>
		spreadOf(rounds.map((round) => round[over][time] / round[under][time]));
	const rate = (way: Way): string =>
		`${(1000 / spreadOf(rounds.map((round) => round[way].processor)).median).toFixed(2)} pairs/s of processor time`;
	const times = ({ median, low, high }: Spread): string =>
		`${median.toFixed(2)}× (95 %: ${low.toFixed(2)} to ${high.toFixed(2)})`;
	const percent = ({ median, low, high }: Spread): string => {
		const [m, l, h] = [median, low, high].map((ratio) => (100 * (ratio - 1)).toFixed(1));
		return `${m} % (95 %: ${l} to ${h})`.replaceAll('-', '−');
	};
	const fourPasses = ratios('naive', 'ours', 'processor');
	const overPrefill = ratios('ours', 'prefill', 'processor');
	process.stdout.write(
		`${words}: ${ROUNDS} rounds, ${load}; by wall time ${times(ratios('naive', 'ours', 'wall'))}, ${percent(ratios('ours', 'prefill', 'wall'))} over bare prefill\n`,
	);
	const what = `${words}, reference and policy, a prompt of ${PROMPT} tokens, one thread`;
	figure(
		what,
		`${rate('ours')}; ${times(fourPasses)}`,
		`four whole passes: ${rate('naive')}`,
		fourPasses.median,
		'≥ 1.8×',
	);
	figure(`${what}: over bare prefill`, percent(overPrefill), `bare prefill: ${rate('prefill')}`, null, '≤ 10 %');
	for (const model of models) await model.close();
	await llama.dispose();
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
