import { UserError } from '../protocol/errors.ts';
import { promptKeysOf, withClusters } from '../store/cluster-query.ts';
import { promptIds } from '../store/list-query.ts';
import type { Context } from './context.ts';
import { selectedPrompts } from './curation.ts';
import { aloneName, findLeaks } from './leaks.ts';

/**
 * Records that leaks between these prompts, or others of their clusters, are right as they are. The event names every prompt that
 * the clusters hold now: one that joins later is a new leak.
 * @throws UserError 'usage' without a reason; 'not-found' where no standing leak lies between them
 */
export async function acceptLeak(
	ctx: Context,
	ids: readonly string[],
	reason: string,
): Promise<{ accepted: number; prompts: number; event: string | null }> {
	if (reason.trim() === '')
		throw new UserError('usage', 'A leak is accepted with a reason: say why it is right as it is.');
	const chosen = selectedPrompts(ctx, { ids });
	const prompts = new Set(promptIds(ctx.db, withClusters(ctx.db, promptKeysOf(ctx.db, chosen))));
	const standing = () => findLeaks(ctx).filter((leak) => leak.accepted === undefined).length;
	const between = findLeaks(ctx).some(
		({ a, b, accepted }) => accepted === undefined && prompts.has(a) && prompts.has(b),
	);
	if (!between) {
		throw new UserError(
			'not-found',
			'No leak that still counts lies between these prompts. "pairwright inspect" lists leaks with the prompts on both sides.',
		);
	}
	const before = standing();
	const [event] = await ctx.append({
		type: 'leak-accepted',
		clusters: [...prompts].map(aloneName).sort(),
		reason: reason.trim(),
	});
	ctx.emit.changed({ what: ['splits'], reason: 'leak accepted' });
	return { accepted: before - standing(), prompts: prompts.size, event: event?.id ?? null };
}
