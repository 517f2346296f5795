import { UserError } from '../protocol/errors.ts';
import { isSettled, movesSoFar } from '../store/placement.ts';
import type { Context } from './context.ts';

const TRIES = 3;

class Moved extends Error {}

/**
 * Does what reads prompts in pages, with pauses in between, on places that stay: where prompts move meanwhile (an undo, an import, a sync, another
 * window), one prompt would be in two files, or in a trainer's file and held out. It is then done again from the start.
 * @param act calls `check` when all is read and nothing is in place yet; what it throws then has to leave no trace
 * @throws UserError `busy` where prompts keep moving
 */
export async function whileUnmoved<T>(ctx: Context, act: (check: () => void) => Promise<T>): Promise<T> {
	for (let attempt = 1; attempt <= TRIES; attempt++) {
		if (!ctx.readonly) await ctx.store.settle();
		const before = movesSoFar(ctx.db);
		if (!ctx.readonly && !isSettled(ctx.db)) continue;
		try {
			return await act(() => {
				if (movesSoFar(ctx.db) !== before) throw new Moved();
			});
		} catch (error) {
			if (!(error instanceof Moved)) throw error;
		}
	}
	throw new UserError(
		'busy',
		'Prompts moved between splits while they were written, so nothing was written. Try again when the moves are done.',
	);
}
