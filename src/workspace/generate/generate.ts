import { basename } from 'node:path';
import type { EventBody, Sampling } from '../../domain/events.ts';
import { plainMessages, responseId, seededUnit } from '../../domain/identity.ts';
import type { GenerateOptions, GenerationResult } from '../../protocol/candidates.ts';
import { UserError } from '../../protocol/errors.ts';
import { checkAddress } from '../../protocol/server-address.ts';
import { chatGenerator } from '../../scoring/generation/chat.ts';
import { type Generator, isEmptyAnswer, Unanswered } from '../../scoring/generation/generator.ts';
import { sidesOf, waitingCounts } from '../../store/waiting-query.ts';
import type { Context } from '../context.ts';
import { Eta } from '../eta.ts';
import { pairOf } from '../prompts/pair.ts';
import { ggufChild } from './gguf-child.ts';
import { checkGeneration, type Needed, selectPrompts } from './plan.ts';
import { Writer } from './writer.ts';

/** Times that one response is asked for, with another seed each: what says the same, or nothing, is no second response. */
const TRIES = 4;
/** So many prompts failing one after the other, none answered between them, is the server's doing. */
const FAILURES_IN_A_ROW = 5;
const CONCURRENCY = 4;
const MAX_TOKENS = 1024;
const NAMED_FAILED = 100;

/** One response that a prompt lacks. */
interface Slot {
	readonly at: PromptAtWork;
	readonly slot: number;
	readonly model: string;
}

interface PromptAtWork {
	readonly prompt: Needed['prompt'];
	/** Candidates that are stored, for pairs with the next one. */
	readonly stored: Needed['prompt']['candidates'][number][];
	/** Everything that was said to it: a response among these is no other one. */
	readonly said: Set<string>;
}

interface Tally {
	generated: number;
	paired: number;
	identical: number;
	empty: number;
	cut: number;
	failed: number;
	readonly first: { readonly prompt: string; readonly reason: string }[];
}

function seedOf(seed: number, prompt: string, slot: number, attempt: number): number {
	// Servers take 31 bits.
	return Math.floor(seededUnit(`generate/${seed}`, `${prompt}/${slot}/${attempt}`) * 2 ** 31);
}

/** Models take turns over the prompts, from a seeded beginning: no model writes all the second responses. */
function slotsOf(ctx: Context, needed: readonly Needed[], options: GenerateOptions): Slot[] {
	const { models } = options;
	const slots = needed.flatMap(({ prompt, missing }): Slot[] => {
		const at: PromptAtWork = {
			prompt,
			stored: options.anew === true ? [] : [...prompt.candidates],
			said: new Set([...prompt.candidates.map(({ id }) => id), ...sidesOf(ctx.db, prompt.id).map(responseId)]),
		};
		const first = Math.floor(seededUnit('model', prompt.id) * models.length);
		return Array.from({ length: missing }, (_, slot) => {
			const turn = prompt.candidates.length + slot;
			return { at, slot: turn, model: models[(first + turn) % models.length] as string };
		});
	});
	// One model file is in memory at a time: all of one, then all of the next.
	return options.engine === 'gguf' ? slots.sort((x, y) => models.indexOf(x.model) - models.indexOf(y.model)) : slots;
}

function generatorOf(options: GenerateOptions): Generator {
	if (options.engine === 'gguf') return ggufChild(options.gguf);
	const address = checkAddress(options.url as string, options.key !== undefined);
	return chatGenerator(address, { key: options.key, concurrency: options.concurrency ?? CONCURRENCY });
}

/**
 * Lets models write the responses that prompts lack. Each is on disk, with the comparison it makes, before it is counted; nothing is
 * judged, and which model wrote what is told only after a verdict. Cancelling keeps what is done, and the next call goes on from there.
 * @param make for tests: what answers
 * @throws UserError where nothing could be generated at all: address, key, model, redirect
 */
export async function generate(
	ctx: Context,
	options: GenerateOptions,
	{ job, signal }: { readonly job: string; readonly signal: AbortSignal },
	make: (options: GenerateOptions) => Generator = generatorOf,
): Promise<GenerationResult> {
	checkGeneration(options);
	ctx.requirePerson();
	const { needed } = await selectPrompts(ctx, options);
	const slots = slotsOf(ctx, needed, options);
	const tally: Tally = { generated: 0, paired: 0, identical: 0, empty: 0, cut: 0, failed: 0, first: [] };
	let ended: { readonly error: unknown } | null = null;
	if (slots.length > 0) {
		const generator = make(options);
		try {
			ended = await work(ctx, generator, slots, options, tally, { job, signal });
		} finally {
			await generator.close();
		}
		ctx.emit.changed({ what: ['comparisons', 'splits'], reason: 'responses were generated' });
	}
	const cancelled = signal.aborted;
	if (ended !== null && !cancelled) {
		if (!UserError.is(ended.error) || tally.generated === 0) throw ended.error;
	}
	const { failed, first, ...counts } = tally;
	return {
		...counts,
		failed: { total: failed, first },
		cancelled,
		...(ended !== null && !cancelled ? { stopped: (ended.error as UserError).message } : {}),
		waiting: waitingCounts(ctx.db),
	};
}

/** @returns what ended the work before its end, if anything did */
async function work(
	ctx: Context,
	generator: Generator,
	slots: readonly Slot[],
	options: GenerateOptions,
	tally: Tally,
	{ job, signal }: { readonly job: string; readonly signal: AbortSignal },
): Promise<{ readonly error: unknown } | null> {
	const writer = new Writer(ctx);
	const stop = new AbortController();
	const both = AbortSignal.any([stop.signal, signal]);
	const eta = new Eta();
	let next = 0;
	let inARow = 0;
	let ended: { readonly error: unknown } | null = null;
	const told = () => {
		const done = tally.generated + tally.failed;
		const total = slots.length;
		ctx.emit.progress({ job, phase: 'generating', done, total, unit: 'responses', eta: eta.at(done, total) });
	};
	told();
	const worker = async () => {
		while (ended === null && !both.aborted && next < slots.length) {
			const slot = slots[next++] as Slot;
			try {
				await fill(slot, generator, writer, options, tally, both);
				inARow = 0;
			} catch (error) {
				if (both.aborted) return;
				if (!(error instanceof Unanswered)) {
					ended ??= { error };
					stop.abort();
					return;
				}
				tally.failed++;
				if (tally.first.length < NAMED_FAILED) tally.first.push({ prompt: slot.at.prompt.id, reason: error.message });
				inARow = error.systematic ? inARow + 1 : 0;
				if (inARow >= FAILURES_IN_A_ROW) {
					const text = `${inARow} prompts in a row got no response, the last because ${error.message}. Look at the server, then generate again: what is stored stays.`;
					ended ??= { error: new UserError('environment', text) };
					stop.abort();
				}
			}
			told();
		}
	};
	const workers = Math.min(generator.concurrency, slots.length);
	await Promise.all(Array.from({ length: workers }, worker));
	return ended;
}

function samplingOf({ sampling = {} }: GenerateOptions, seed: number): Sampling {
	const { temperature = null, topP = null, maxTokens = MAX_TOKENS } = sampling;
	return { temperature, top_p: topP, max_tokens: maxTokens, seed };
}

/** Asks until the prompt has another response, and stores it. @throws Unanswered */
async function fill(
	{ at, slot, model }: Slot,
	generator: Generator,
	writer: Writer,
	options: GenerateOptions,
	tally: Tally,
	signal: AbortSignal,
): Promise<void> {
	let last = '';
	for (let attempt = 0; attempt < TRIES; attempt++) {
		const sampling = samplingOf(options, seedOf(options.sampling?.seed ?? 0, at.prompt.id, slot, attempt));
		const { response, cut } = await generator.answer({ prompt: at.prompt.prompt, model, sampling }, signal);
		if (isEmptyAnswer(response)) {
			tally.empty++;
			// A model that thinks may spend all its tokens on what is no part of its answer.
			last = cut
				? `says nothing within ${sampling.max_tokens} tokens (does it think first? allow more)`
				: 'says nothing';
			continue;
		}
		const plain = plainMessages(response);
		const id = responseId(plain);
		if (at.said.has(id)) {
			tally.identical++;
			last = 'says what is there already';
			continue;
		}
		at.said.add(id);
		const name = options.engine === 'gguf' ? basename(model) : model;
		const candidate = { id, response: plain };
		const pairs = at.stored.map((other) => pairOf(at.prompt, other, candidate));
		at.stored.push(candidate);
		const bodies: EventBody[] = [
			{
				...{ type: 'generated', prompt: at.prompt.id, response: plain, model: name },
				server: generator.server,
				sampling,
			},
		];
		if (pairs.length > 0) bodies.push({ type: 'paired', pairs });
		await writer.write(bodies);
		tally.generated++;
		tally.paired += pairs.length;
		if (cut) tally.cut++;
		return;
	}
	// Some servers take the likeliest token unless they are told otherwise.
	const hint = options.sampling?.temperature === undefined ? '; given a temperature, it may say others' : '';
	throw new Unanswered(`the model ${last}, ${TRIES} times with another seed each${hint}`, false);
}
