import type { Message, Prompt, Side } from '../domain/comparison.ts';
import type { EventBody } from '../domain/events.ts';
import { CanonicalError, canonicalComparison, otherSide } from '../domain/identity.ts';
import type { Strength, Verdict } from '../domain/judgment.ts';
import { contentOf } from '../domain/text.ts';
import { UserError } from '../protocol/errors.ts';
import { readComparison, resolveId } from '../store/read-comparison.ts';
import type { Context } from './context.ts';

function canonical(prompt: Prompt, a: readonly Message[], b: readonly Message[]) {
	if (prompt.messages.length === 0 || prompt.messages.every((m) => contentOf(m).trim() === '')) {
		throw new UserError('usage', 'The prompt is empty: a comparison needs one.');
	}
	const blank = (side: readonly Message[]) => side.every((m) => contentOf(m).trim() === '' && m.tool_calls == null);
	if (a.length === 0 || b.length === 0 || (blank(a) && blank(b))) {
		throw new UserError('usage', 'Both responses are empty: at least one has to say something.');
	}
	try {
		return canonicalComparison(prompt, a, b);
	} catch (error) {
		if (error instanceof CanonicalError) throw new UserError('usage', `This pair cannot be stored: ${error.message}.`);
		throw error;
	}
}

function turned(verdict: Verdict, swapped: boolean): Verdict {
	return swapped && (verdict === 'a' || verdict === 'b') ? otherSide(verdict) : verdict;
}

/** A comparison of one's own; the verdict that comes with it is stored as not blind. */
export async function author(
	ctx: Context,
	input: {
		readonly prompt: Prompt;
		readonly a: readonly Message[];
		readonly b: readonly Message[];
		readonly verdict?: Verdict;
		readonly strength?: Strength;
	},
): Promise<{ comparison: string; event: string }> {
	const person = ctx.requirePerson();
	const { comparison, swapped } = canonical(input.prompt, input.a, input.b);
	const { prompt, a, b } = comparison;
	const bodies: EventBody[] = [{ type: 'authored', comparison: { prompt, a, b }, written_by: person }];
	if (input.verdict !== undefined) {
		bodies.push({
			type: 'judged',
			comparison: comparison.id,
			verdict: turned(input.verdict, swapped),
			...(input.strength === undefined ? {} : { strength: input.strength }),
			kind: 'first',
			blind: false,
			queue: 'author',
		});
	}
	const [event] = await ctx.append(bodies);
	ctx.emit.changed({ what: ['comparisons', 'judgments', 'splits'], reason: 'authored' });
	return { comparison: comparison.id, event: (event as { id: string }).id };
}

/** A rewrite of one side as a new comparison against the original; my verdict for the rewrite is stored as not blind. */
export async function improve(
	ctx: Context,
	input: { readonly comparison: string; readonly side: Side; readonly text: string },
): Promise<{ comparison: string; event: string }> {
	const person = ctx.requirePerson();
	const original = readComparison(ctx.db, resolveId(ctx.db, 'comparison', input.comparison));
	const side = input.side === 'a' ? original.a : original.b;
	const last = side.at(-1) as Message;
	if (input.text.trim() === '') throw new UserError('usage', 'The rewrite is empty.');
	const rewrite = [...side.slice(0, -1), { ...last, content: input.text }];
	const { comparison, swapped } = canonical(original.prompt, side, rewrite);
	const rewritten: Side = swapped ? 'a' : 'b';
	const { prompt, a, b } = comparison;
	const [event] = await ctx.append([
		{
			type: 'improved',
			comparison: { prompt, a, b },
			derived_from: original.id,
			side: input.side,
			rewrite: rewritten,
			written_by: person,
		},
		{ type: 'judged', comparison: comparison.id, verdict: rewritten, kind: 'first', blind: false, queue: 'author' },
	]);
	ctx.emit.changed({ what: ['comparisons', 'judgments', 'splits'], reason: 'improved' });
	return { comparison: comparison.id, event: (event as { id: string }).id };
}
