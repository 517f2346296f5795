import type { Leak } from '../domain/dataset.ts';
import type { LeakTexts } from '../protocol/curation.ts';
import { sharedResponse } from '../store/copies.ts';
import { promptTextOf } from '../store/splits-query.ts';
import type { Context } from './context.ts';

/** Both sides of a leak, whole, to be read beside each other. Texts alone: nothing that anybody said about them. */
export function leakTexts(ctx: Context, { kind, a, b }: Pick<Leak, 'kind' | 'a' | 'b'>): LeakTexts {
	return ctx.db.read(() => ({
		prompts: [promptTextOf(ctx.db, a), promptTextOf(ctx.db, b)] as const,
		responses: kind === 'response-copy' ? sharedResponse(ctx.db, a, b) : null,
	}));
}
