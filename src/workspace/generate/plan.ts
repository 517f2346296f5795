import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { promptText } from '../../domain/text.ts';
import type { GenerateOptions, GenerationPlan } from '../../protocol/candidates.ts';
import { UserError } from '../../protocol/errors.ts';
import { checkAddress } from '../../protocol/server-address.ts';
import { servedModels } from '../../scoring/engines/http/served-models.ts';
import { incompletePrompts, promptWithCandidates, type UnpairedPrompt } from '../../store/waiting-query.ts';
import type { Context } from '../context.ts';
import { selectedPrompts } from '../curation.ts';
import { rankedWaiting } from '../prompts/waiting.ts';

export const DEFAULT_RESPONSES = 2;
/** Names of a server's models that are told. */
const MOST_OFFERED = 20;
/** New responses that make a pair of their own. */
const ANEW = 2;

/** Prompts that get responses, and how many each. */
export interface Needed {
	readonly prompt: UnpairedPrompt;
	readonly missing: number;
}

export interface Selection {
	readonly needed: readonly Needed[];
	/** Prompts of the selection that have as many as asked for. */
	readonly enough: number;
}

/** @throws UserError usage for what cannot be asked; the address is checked as for scoring */
export function checkGeneration(options: GenerateOptions): { readonly server: string; readonly local: boolean } {
	const responses = options.responses ?? DEFAULT_RESPONSES;
	if (!Number.isInteger(responses) || responses < 2 || responses > 4) {
		throw new UserError('usage', `Responses of each prompt: a whole number from 2 to 4; found ${responses}.`);
	}
	if (options.anew === true && options.prompts === undefined) {
		throw new UserError('usage', 'A new pair is made only for prompts that are named: add --prompts ID.');
	}
	if (options.engine === 'gguf') return { server: 'gguf', local: true };
	if (options.url === undefined) throw new UserError('usage', 'Name the chat server: --url http://127.0.0.1:11434.');
	const { origin, loopback } = checkAddress(options.url, options.key !== undefined);
	return { server: origin, local: loopback };
}

async function candidatePrompts(ctx: Context, options: GenerateOptions): Promise<readonly string[]> {
	if (options.prompts !== undefined) return selectedPrompts(ctx, { ids: options.prompts });
	const { split } = options;
	const order = options.limit === undefined ? 'arrival' : 'novelty';
	const { ids } = await rankedWaiting(ctx, { order, ...(split === undefined ? {} : { split }) });
	const responses = options.responses ?? DEFAULT_RESPONSES;
	// Two are a pair, and such a prompt does not wait any more: who asks for three goes on with it.
	const begun = responses > 2 ? incompletePrompts(ctx.db, split ?? null, responses) : [];
	return [...new Set([...begun, ...ids])];
}

/** Which prompts lack how many responses. Prompts in `excluded` are left out unless they are named. */
export async function selectPrompts(ctx: Context, options: GenerateOptions): Promise<Selection> {
	const responses = options.responses ?? DEFAULT_RESPONSES;
	const named = options.prompts !== undefined || options.split === 'excluded';
	const needed: Needed[] = [];
	const planned = options.planned === undefined ? null : new Set(options.planned);
	let enough = 0;
	for (const id of await candidatePrompts(ctx, options)) {
		if (planned?.has(id) === false) continue;
		const prompt = promptWithCandidates(ctx.db, id);
		if (prompt === null) {
			if (options.prompts === undefined) continue;
			throw new UserError('not-found', `There is no prompt ${id}.`);
		}
		if (prompt.split === 'excluded' && !named) continue;
		const missing = options.anew === true ? ANEW : responses - prompt.candidates.length;
		if (missing <= 0) enough++;
		else if (options.limit === undefined || needed.length < options.limit) needed.push({ prompt, missing });
	}
	return { needed, enough };
}

/** Whether the models are there, as far as that can be told without asking for a response. */
async function servedOf({ engine, url, key, models }: GenerateOptions): Promise<NonNullable<GenerationPlan['served']>> {
	if (engine === 'gguf') return { missing: models.filter((model) => !existsSync(model)).map((path) => basename(path)) };
	try {
		const offered = new Set(await servedModels(url as string, key));
		// Ollama lists `llama3.2:latest` and answers to `llama3.2`.
		const missing = models.filter((model) => !offered.has(model) && !offered.has(`${model}:latest`));
		return { missing, offered: [...offered].slice(0, MOST_OFFERED) };
	} catch (error) {
		if (!UserError.is(error)) throw error;
		return { missing: [], unknown: error.message };
	}
}

/** What `generate` would send: for a confirmation, or a dry run. */
export async function planGeneration(ctx: Context, options: GenerateOptions): Promise<GenerationPlan> {
	const { server, local } = checkGeneration(options);
	const { needed, enough } = await selectPrompts(ctx, options);
	const look = options.check === true && needed.length > 0;
	return {
		...(look ? { served: await servedOf(options) } : {}),
		ids: needed.map(({ prompt }) => prompt.id),
		prompts: needed.length,
		requests: needed.reduce((sum, { missing }) => sum + missing, 0),
		...{ server, local },
		models: options.models.map((model) => (options.engine === 'gguf' ? basename(model) : model)),
		characters: needed.reduce((sum, { prompt, missing }) => sum + missing * promptText(prompt.prompt).length, 0),
		enough,
	};
}
