import type { EventBody } from '../domain/events.ts';
import type { Split } from '../domain/split.ts';
import type { Proposal } from '../protocol/curation.ts';
import { UserError } from '../protocol/errors.ts';
import { promptBriefs, promptKeysOf } from '../store/cluster-query.ts';
import type { Context } from './context.ts';
import { drawHalves } from './draw-halves.ts';

/** Proposed moves that nobody has answered yet, oldest first. */
export function openProposals(ctx: Context): Proposal[] {
	const proposed = ctx.events('proposed');
	if (proposed.length === 0) return [];
	const answered = new Set(ctx.events('proposal-answered').map((e) => e.proposal));
	return proposed
		.filter((e) => !answered.has(e.id))
		.map((e) => ({
			id: e.id,
			person: e.person,
			at: e.time,
			prompts: promptBriefs(ctx.db, e.prompts).map((p) => ({ ...p, split: p.split as Split })),
			split: e.split,
			facet: e.facet ?? null,
			reason: e.reason ?? null,
			because: e.because,
		}));
}

/** Accepts or declines a proposed move. An accepted one is carried out at once. */
export async function answerProposal(
	ctx: Context,
	id: string,
	accepted: boolean,
	reason?: string,
): Promise<{ moved: number }> {
	const proposal = openProposals(ctx).find((p) => p.id === id || (id.length >= 8 && p.id.startsWith(id)));
	if (proposal === undefined)
		throw new UserError('not-found', `There is no open proposal ${id}: it was answered, or its tag taken back.`);
	const body: EventBody = {
		type: 'proposal-answered',
		proposal: proposal.id,
		accepted,
		...(reason === undefined ? {} : { reason }),
	};
	await ctx.append(body);
	if (accepted && proposal.split === 'heldout') {
		const keys = promptKeysOf(
			ctx.db,
			proposal.prompts.map((p) => p.id),
		);
		await drawHalves(ctx, keys);
	}
	ctx.emit.changed({ what: ['splits', 'comparisons'], reason: 'proposal answered' });
	return { moved: accepted ? proposal.prompts.filter((p) => p.split !== proposal.split).length : 0 };
}
