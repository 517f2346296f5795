import { UserError } from '../../protocol/errors.ts';

/** Long enough to get on, short enough that a verdict given meanwhile is saved without a wait that anybody notices. */
const SLICE_MS = 10;

/** Work that pauses here and there, done without a pause. */
export function atOnce<T>(work: Generator<void, T>): T {
	for (;;) {
		const step = work.next();
		if (step.done === true) return step.value;
	}
}

/** Ends what changes nothing until it is through. @throws UserError 'cancelled' */
export function stopIfCancelled(signal: AbortSignal | undefined): void {
	if (signal?.aborted === true) throw new UserError('cancelled', 'Cancelled; nothing was erased.');
}

/** Work that pauses here and there, done in slices: requests of others are answered in between. @throws UserError 'cancelled' */
export async function inSlices<T>(
	work: Generator<void, T>,
	signal: AbortSignal | undefined,
	sliceMs = SLICE_MS,
): Promise<T> {
	try {
		for (;;) {
			const until = performance.now() + sliceMs;
			do {
				const step = work.next();
				if (step.done === true) return step.value;
			} while (performance.now() < until);
			await new Promise((done) => setImmediate(done));
			stopIfCancelled(signal);
		}
	} finally {
		// What it was reading is closed.
		work.return(undefined as never);
	}
}
