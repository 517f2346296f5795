import { contentOf } from '../../../domain/text.ts';
import { UserError } from '../../../protocol/errors.ts';
import type { EnginePair, PairOutcome, ScoreHooks } from '../engine.ts';
import { Exhausted, Refused } from './failures.ts';
import { promptKey, type Sequences, Unscorable } from './sequences.ts';

/** So many pairs failing one after the other, none scored between them, is the server's doing. */
const FAILURES_IN_A_ROW = 5;

/** Pairs in the order of their prompts' first pairs: one prompt's pairs stand side by side, and it is tokenised once. */
export function byPrompt(pairs: readonly EnginePair[]): EnginePair[] {
	const groups = new Map<string, EnginePair[]>();
	for (const pair of pairs) {
		const key = promptKey(pair.prompt);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [pair]);
		else group.push(pair);
	}
	return [...groups.values()].flat();
}

/**
 * Scores pairs over `concurrency` workers. A worker holds one pair and has one request under way, so that no more than that many are
 * in flight and nothing is read ahead. The first error ends all workers; pairs already told stay told.
 * @throws UserError cancelled; environment for what concerns every pair
 */
export async function scorePairs(
	sequences: Sequences,
	pairs: readonly EnginePair[],
	hooks: ScoreHooks,
	concurrency: number,
	closing: AbortSignal,
): Promise<void> {
	const ordered = byPrompt(pairs);
	const stop = new AbortController();
	const signal = AbortSignal.any([stop.signal, closing, ...(hooks.signal === undefined ? [] : [hooks.signal])]);
	let next = 0;
	let failed = 0;
	let ended: { readonly error: unknown } | null = null;
	const worker = async () => {
		while (ended === null && next < ordered.length) {
			const pair = ordered[next++]!;
			try {
				const outcome = await scoreOne(sequences, pair, signal);
				if (ended !== null) return;
				failed = 'failure' in outcome ? failed + 1 : 0;
				if ('failure' in outcome && failed >= FAILURES_IN_A_ROW) throw systematic(sequences, failed, outcome.failure);
				hooks.onPair(outcome.told);
			} catch (error) {
				ended ??= { error };
				stop.abort();
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(concurrency, ordered.length) }, worker));
	if (ended !== null) throw (ended as { readonly error: unknown }).error;
}

type Failure = Exhausted | Refused;

async function scoreOne(
	sequences: Sequences,
	pair: EnginePair,
	signal: AbortSignal,
): Promise<{ readonly told: PairOutcome } | { readonly told: PairOutcome; readonly failure: Failure }> {
	const { comparison } = pair;
	try {
		const { a, b } = await sequences.pair(pair, signal);
		const score = { a: await sequences.score(a, signal), b: await sequences.score(b, signal) };
		sequences.mismatches += Number(!a.prefix) + Number(!b.prefix);
		return { told: { comparison, score } };
	} catch (error) {
		if (error instanceof Unscorable) return { told: { comparison, skip: true, reason: error.message } };
		if (error instanceof Refused) {
			if (error.status === 404) throw gone(sequences, error);
			return { told: { comparison, skip: true, reason: refusedReason(error, pair) }, failure: error };
		}
		if (!(error instanceof Exhausted)) throw error;
		if (error.kind !== 'answer') await aliveOr(sequences, error, signal);
		return {
			told: { comparison, skip: true, reason: `the server ${error.words} (${error.tries} tries)` },
			failure: error,
		};
	}
}

/** After the last try of a pair: a server that still answers makes it this pair's failure, else the run's. */
async function aliveOr(sequences: Sequences, failure: Exhausted, signal: AbortSignal): Promise<void> {
	const { origin } = sequences.client.address;
	try {
		const look = await sequences.client.look('/v1/models', signal);
		if (look.status < 500 && look.status !== 429) return;
	} catch (error) {
		if (!(error instanceof Exhausted)) throw error;
	}
	throw new UserError(
		'environment',
		`${origin} ${failure.words}${saidOf(failure)}, after ${failure.tries} tries. Start the server again (its log says why it stopped), then start the run again: what is scored is kept and not scored twice.`,
	);
}

function systematic({ client, model }: Sequences, failed: number, failure: Failure): UserError {
	const { origin } = client.address;
	const what = failure instanceof Refused ? `refuses (${failure.status})` : failure.words;
	return new UserError(
		'environment',
		`${origin} failed on ${failed} pairs in a row under ${model}, the last time so: it ${what}${saidOf(failure)}. Look at the server's log; with too much load, lower --concurrency. Then start the run again: what is scored is kept and not scored twice.`,
	);
}

function gone({ client, model }: Sequences, refused: Refused): UserError {
	return new UserError(
		'environment',
		`${client.address.origin} no longer serves ${model}${saidOf(refused)}. Load it again, then start the run again: what is scored is kept and not scored twice.`,
	);
}

export function saidOf({ said }: { readonly said: string }): string {
	return said === '' ? '' : ` (it says: ${said})`;
}

/** A run keeps no text of pairs: the server's sentence is left out where it may repeat one. */
function refusedReason({ status, type, said }: Refused, pair: EnginePair): string {
	const texts = [...pair.prompt.messages, ...pair.a, ...pair.b].map((message) =>
		contentOf(message).trim().slice(0, 16),
	);
	const repeats =
		said.length > 200 ||
		/['"]input['"]|input_value/.test(said) ||
		texts.some((text) => text.length > 5 && said.includes(text));
	return `refused by the server (${status}${type === null ? '' : ` ${type}`})${repeats || said === '' ? '' : `: ${said}`}`;
}
