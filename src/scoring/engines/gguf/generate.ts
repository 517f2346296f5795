import { basename } from 'node:path';
import type { Llama, LlamaModel, Token } from 'node-llama-cpp';
import type { GenerateOptions } from '../../../protocol/candidates.ts';
import { UserError } from '../../../protocol/errors.ts';
import { type Answer, type Asked, type Generator, Unanswered } from '../../generation/generator.ts';
import { type Conversation, plainConversation, templateConversation, Unwritable } from './conversation.ts';
import { loadLibrary, startLlama } from './library.ts';
import { chooseThreads } from './threads.ts';
import { tokensOf } from './tokens.ts';

const FIRST_CONTEXT = 512;
const BATCH = 128;

interface Opened {
	readonly path: string;
	readonly model: LlamaModel;
	readonly conversation: Conversation;
	readonly threads: number | undefined;
	readonly limit: number;
}

/** Tokens of the prompt with its reply's start: what scoring calls the prompt's part of a sequence. */
function promptTokens(conversation: Conversation, prompt: Asked['prompt']): readonly number[] {
	const reply = (content: string) => [{ role: 'assistant', content }];
	try {
		const { a } = conversation.sequences({ comparison: '', prompt, a: reply('a'), b: reply('b') });
		return a.ids.slice(0, a.prompt);
	} catch (error) {
		if (error instanceof Unwritable) throw new Unanswered(error.message, false);
		throw error;
	}
}

/**
 * Responses of model files, written in this process by llama.cpp. One model is open at a time: asking for another closes it. Belongs
 * into the scoring process: native code.
 */
export function ggufGenerator(options: GenerateOptions['gguf'] = {}): Generator {
	let started: Promise<Llama> | null = null;
	let opened: Opened | null = null;

	const open = async (path: string, signal: AbortSignal): Promise<Opened> => {
		if (opened?.path === path) return opened;
		await opened?.model.dispose();
		opened = null;
		started ??= loadLibrary(options.binaries).then((library) => startLlama(library, options.gpu));
		const llama = await started;
		let model: LlamaModel;
		try {
			model = await llama.loadModel({ modelPath: path, loadSignal: signal });
		} catch (error) {
			if (signal.aborted) throw new UserError('cancelled', 'Opening the model was cancelled.');
			throw new UserError(
				'unusable-input',
				`${basename(path)} cannot be opened: ${(error as Error).message}. It may be cut off, larger than the memory, or of an architecture that llama.cpp ${llama.llamaCppRelease.release} does not know.`,
			);
		}
		const onGpu = llama.gpu !== false && model.gpuLayers > 0;
		const tokens = tokensOf(model);
		const source = model.fileInfo.metadata.tokenizer?.chat_template ?? null;
		opened = {
			path,
			model,
			conversation: source === null ? plainConversation(tokens) : templateConversation(tokens, source),
			threads: options.threads ?? (onGpu ? undefined : await chooseThreads(llama, model, signal)),
			limit: Math.min(options.context ?? model.trainContextSize, model.trainContextSize),
		};
		return opened;
	};

	return {
		server: 'gguf',
		concurrency: 1,
		async answer({ prompt, model: path, sampling }, signal): Promise<Answer> {
			const { model, conversation, threads, limit } = await open(path, signal);
			const ids = promptTokens(conversation, prompt);
			const room = limit - ids.length;
			if (room < 1) throw new Unanswered(`longer than the context: ${ids.length} tokens, at most ${limit}`, false);
			const most = Math.min(sampling.max_tokens, room);
			let size = FIRST_CONTEXT;
			while (size < ids.length + most + 1) size *= 2;
			const context = await model.createContext({
				sequences: 1,
				contextSize: Math.min(size, Math.max(FIRST_CONTEXT, limit)),
				batchSize: BATCH,
				...(threads === undefined ? {} : { threads }),
			});
			try {
				const written: Token[] = [];
				let cut = true;
				for await (const token of context.getSequence().evaluate(ids as Token[], {
					// llama.cpp's own default where nothing is asked for; 0 is the most probable token.
					temperature: sampling.temperature ?? 0.8,
					...(sampling.top_p === null ? {} : { topP: sampling.top_p }),
					...(sampling.seed === null ? {} : { seed: sampling.seed }),
				})) {
					if (signal.aborted) throw new UserError('cancelled', 'Generating was cancelled.');
					if (model.isEogToken(token)) {
						cut = false;
						break;
					}
					written.push(token);
					if (written.length >= most) break;
				}
				return { response: [{ role: 'assistant', content: model.detokenize(written).trimStart() }], cut };
			} finally {
				await context.dispose();
			}
		},
		async close() {
			await opened?.model.dispose();
			opened = null;
			const running = await started?.catch(() => null);
			await running?.dispose();
			started = null;
		},
	};
}
