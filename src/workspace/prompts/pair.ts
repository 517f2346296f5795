import type { EventBody } from '../../domain/events.ts';
import { canonicalComparison, responseId, seededUnit } from '../../domain/identity.ts';
import { type Candidate, type UnpairedPrompt, unpairedPrompts } from '../../store/waiting-query.ts';
import type { Context } from '../context.ts';

type Pair = Extract<EventBody, { type: 'paired' }>['pairs'][number];

/** Pairs named in one event. */
const PAIRS = 500;

/** The comparison of two candidates of a prompt. */
export function pairOf({ id, prompt }: Pick<UnpairedPrompt, 'id' | 'prompt'>, one: Candidate, two: Candidate): Pair {
	const { comparison } = canonicalComparison(prompt, one.response, two.response);
	return { comparison: comparison.id, prompt: id, a: responseId(comparison.a), b: responseId(comparison.b) };
}

/**
 * Makes a comparison for each prompt that waits with two different candidates or more: of two, by seeded order, so that everyone makes
 * the same one. Once for a prompt: who took a pair back does not get it again.
 */
export async function pairCandidates(ctx: Context): Promise<number> {
	if (ctx.readonly || !ctx.initialised || ctx.person() === null) return 0;
	const pairs = unpairedPrompts(ctx.db).map((prompt) => {
		const key = ({ id }: Candidate) => seededUnit(`${ctx.config.split.seed}/candidates`, `${prompt.id}/${id}`);
		const [one, two] = [...prompt.candidates].sort((x, y) => key(x) - key(y));
		return pairOf(prompt, one as Candidate, two as Candidate);
	});
	for (let i = 0; i < pairs.length; i += PAIRS) await ctx.append({ type: 'paired', pairs: pairs.slice(i, i + PAIRS) });
	return pairs.length;
}
