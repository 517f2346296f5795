import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Llama, LlamaModel } from 'node-llama-cpp';
import type { ModelFacts } from '../../domain/checkpoint.ts';
import { contentId } from '../../domain/identity.ts';
import { UserError } from '../../protocol/errors.ts';
import type { GgufOptions } from '../../protocol/scoring.ts';
import type { Engine, EnginePair, OpenModel, PairOutcome, ScoreHooks } from './engine.ts';
import { type Conversation, plainConversation, templateConversation, Unwritable } from './gguf/conversation.ts';
import { Evaluator, TooLong } from './gguf/evaluator.ts';
import { hashOfModel } from './gguf/file.ts';
import { LIBRARY_VERSION, type Library, loadLibrary, startLlama } from './gguf/library.ts';
import { GgufLogits } from './gguf/logits.ts';
import { selfTest } from './gguf/self-test.ts';
import { chooseThreads } from './gguf/threads.ts';
import { tokensOf } from './gguf/tokens.ts';

/** Changes whenever the same file would get other numbers from this engine's own doing: part of every cache key. */
const METHOD = 'teacher-forced/1';

export type GgufEngineOptions = Omit<GgufOptions, 'reference' | 'checkpoints'>;

/** Pairs of one prompt after each other, in the order in which prompts first come: its context is computed once. */
function byPrompt(pairs: readonly EnginePair[]): EnginePair[] {
	const groups = new Map<string, EnginePair[]>();
	for (const pair of pairs) {
		const key = JSON.stringify(pair.prompt);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [pair]);
		else group.push(pair);
	}
	return [...groups.values()].flat();
}

/** The template's text: given as such, or as a file's path (a template always holds a brace). */
function readTemplate(template: string): string {
	if (/[{}]/.test(template) && !existsSync(template)) return template;
	try {
		return readFileSync(template, 'utf8');
	} catch (error) {
		throw new UserError('not-found', `The chat template ${template} cannot be read: ${(error as Error).message}.`);
	}
}

async function scorePair(
	evaluator: Evaluator,
	conversation: Conversation,
	pair: EnginePair,
	signal: AbortSignal | undefined,
): Promise<PairOutcome> {
	const { comparison } = pair;
	try {
		const { a, b } = conversation.sequences(pair);
		const longest = Math.max(a.ids.length, b.ids.length);
		// Before either response is evaluated: half a pair is of no use.
		if (longest > evaluator.limit) {
			const reason = `longer than the context: ${longest} tokens, at most ${evaluator.limit}`;
			return { comparison, skip: true, reason };
		}
		return { comparison, score: { a: await evaluator.score(a, signal), b: await evaluator.score(b, signal) } };
	} catch (error) {
		if (!(error instanceof Unwritable || error instanceof TooLong)) throw error;
		return { comparison, skip: true, reason: error.message };
	}
}

class GgufModel implements OpenModel {
	readonly facts: ModelFacts;
	readonly cacheKey: string;
	readonly evaluator: Evaluator;
	readonly conversation: Conversation;
	readonly logits: GgufLogits;
	readonly #model: LlamaModel;

	constructor(
		model: LlamaModel,
		parts: { facts: ModelFacts; cacheKey: string; evaluator: Evaluator; conversation: Conversation },
	) {
		this.#model = model;
		this.facts = parts.facts;
		this.cacheKey = parts.cacheKey;
		this.evaluator = parts.evaluator;
		this.conversation = parts.conversation;
		const vocabulary = (model.fileInfo.metadata.tokenizer?.ggml?.tokens ?? []).length;
		this.logits = new GgufLogits({ ...parts, vocabulary });
	}

	async score(pairs: readonly EnginePair[], { signal, onPair }: ScoreHooks): Promise<void> {
		for (const pair of byPrompt(pairs)) onPair(await scorePair(this.evaluator, this.conversation, pair, signal));
	}

	selfTest(pairs: readonly EnginePair[], signal?: AbortSignal) {
		return selfTest(this, pairs, signal);
	}

	async close(): Promise<void> {
		await this.evaluator.close();
		await this.#model.dispose();
	}
}

/**
 * The engine `gguf`: model files scored in this process by llama.cpp, exactly as TRL's DPOTrainer sums log-probabilities. Model files
 * are opened one at a time. Belongs into the scoring process: native code.
 * @param load for tests: how the library is imported
 */
export function createGgufEngine(options: GgufEngineOptions, load?: (name: string) => Promise<unknown>): Engine {
	const { context, threads, gpu, binaries } = options;
	const template = options.template === undefined ? null : readTemplate(options.template);
	let started: Promise<{ readonly library: Library; readonly llama: Llama }> | null = null;
	/** By architecture and size: checkpoints of one model are alike, and are measured once. */
	const measured = new Map<string, number>();
	const open = new Set<GgufModel>();

	const start = async () => {
		const library = await loadLibrary(binaries, load);
		return { library, llama: await startLlama(library, gpu) };
	};

	return {
		name: 'gguf',
		version: LIBRARY_VERSION,
		async open(path, role, signal) {
			const hash = await hashOfModel(path, signal);
			started ??= start();
			const { llama } = await started;
			let model: LlamaModel;
			try {
				model = await llama.loadModel({ modelPath: path, ...(signal === undefined ? {} : { loadSignal: signal }) });
			} catch (error) {
				if (signal?.aborted === true) throw new UserError('cancelled', 'Opening the model was cancelled.');
				throw new UserError(
					'unusable-input',
					`${basename(path)} cannot be opened: ${(error as Error).message}. It may be cut off, larger than the memory, or of an architecture that llama.cpp ${llama.llamaCppRelease.release} does not know.`,
				);
			}
			try {
				const onGpu = llama.gpu !== false && model.gpuLayers > 0;
				const size = `${model.fileInfo.metadata.general.architecture} ${model.size}`;
				const count =
					threads ?? (onGpu ? undefined : (measured.get(size) ?? (await chooseThreads(llama, model, signal))));
				if (count !== undefined) measured.set(size, count);
				const trained = model.trainContextSize;
				const limit = Math.min(context ?? trained, trained);
				const tokens = tokensOf(model);
				const source = template ?? model.fileInfo.metadata.tokenizer?.chat_template ?? null;
				const conversation = source === null ? plainConversation(tokens) : templateConversation(tokens, source);
				const evaluator = new Evaluator(model, { limit, threads: count, gpu: onGpu });
				const device = llama.gpu === false ? 'cpu' : llama.gpu;
				const gpuLayers = llama.gpu === false ? 0 : model.gpuLayers;
				const llamaCpp = llama.llamaCppRelease.release;
				const policy = conversation.policy;
				const opened = new GgufModel(model, {
					evaluator,
					conversation,
					facts: {
						name: basename(path),
						...{ role, hash, template: conversation.template },
						template_from: source === null ? null : template === null ? 'the file' : 'given',
						...{ tokens: policy, llama_cpp: llamaCpp, model: model.typeDescription },
						context: { limit, trained },
						...{ device, gpu_layers: gpuLayers, threads: threads ?? 'chosen by a measurement' },
						precision: 'weights as in the file, f16 KV cache, flash attention off, one sequence',
					},
					cacheKey: `gguf:${contentId({
						...{ method: METHOD, engine: LIBRARY_VERSION, llama_cpp: llamaCpp, hash },
						...{ template: conversation.template, policy, device, gpu_layers: gpuLayers, batch: evaluator.batch },
					})}`,
				});
				open.add(opened);
				const close = opened.close.bind(opened);
				opened.close = async () => {
					if (open.delete(opened)) await close();
				};
				return opened;
			} catch (error) {
				await model.dispose();
				throw error;
			}
		},
		async close() {
			await Promise.all([...open].map((model) => model.close()));
			const running = await started?.catch(() => null);
			await running?.llama.dispose();
			started = null;
		},
	};
}
