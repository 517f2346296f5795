import type { Llama, LlamaModel } from 'node-llama-cpp';
import { Evaluator } from './evaluator.ts';

/** Tokens of one timed batch, and before it of one untimed. */
const TOKENS = 24;
const WARM_UP = 4;

async function timeOf(model: LlamaModel, threads: number, signal: AbortSignal | undefined): Promise<number> {
	const evaluator = new Evaluator(model, { limit: 512, threads, gpu: false });
	try {
		const token = (model.tokens.bos ?? model.tokens.eos ?? 0) as number;
		await evaluator.prefill(new Array<number>(WARM_UP).fill(token), signal);
		const started = performance.now();
		await evaluator.prefill(new Array<number>(TOKENS).fill(token), signal);
		return performance.now() - started;
	} finally {
		await evaluator.close();
	}
}

/**
 * Threads for this model on this machine as it is now, by a measurement that takes a fraction of a second on a small model and some
 * seconds on a large one. More threads are tried as long as they pay: on a busy machine two can be many times slower than one, because
 * each waits for the other at every layer. The number moves no log-probability.
 */
export async function chooseThreads(llama: Llama, model: LlamaModel, signal?: AbortSignal): Promise<number> {
	const most = Math.max(1, llama.cpuMathCores);
	let best = 1;
	let time = await timeOf(model, 1, signal);
	for (let threads = 2; ; threads *= 2) {
		const tried = Math.min(threads, most);
		if (tried === best) return best;
		const taken = await timeOf(model, tried, signal);
		// A tenth less at least: noise must not decide for threads that take a core from others.
		if (taken > 0.9 * time) return best;
		best = tried;
		time = taken;
	}
}
