import { UserError } from '../protocol/errors.ts';
import type { Context } from './context.ts';
import { selectedPrompts } from './curation.ts';

/**
 * Records that suggested prompts lie inside the training distribution after all: they, and what is in their clusters, are suggested no
 * more, to anybody. A tag remains possible; `event` takes the dismissal back.
 * @throws UserError 'usage' where no prompt is named
 */
export async function dismissSuggestions(
	ctx: Context,
	ids: readonly string[],
	reason?: string,
): Promise<{ readonly dismissed: number; readonly event: string }> {
	const prompts = selectedPrompts(ctx, { ids });
	if (prompts.length === 0) throw new UserError('usage', 'No prompt is named: there is nothing to dismiss.');
	const why = reason?.trim() ?? '';
	const [event] = await ctx.append({
		type: 'suggestions-dismissed',
		prompts,
		...(why === '' ? {} : { reason: why }),
	});
	// Nothing moved: what is computed from splits still holds.
	ctx.emit.changed({ what: ['config'], reason: 'suggestions dismissed' });
	return { dismissed: prompts.length, event: (event as { id: string }).id };
}
