/**
 * When a verdict counts. A pair has to have been on screen for a moment, the key that judged the pair before has to be up,
 * and the key has to have been pressed while this pair was there: an extension host that was busy delivers keys late, and a
 * key pressed for the pair before must not judge the next one. Pure; times are milliseconds of one clock.
 */

/** Verdicts are refused for so long after a pair was painted. */
export const PAINT_LOCK_MS = 300;

export interface KeyLock {
	/** When the pair on screen was painted; null from the moment it is replaced until the next one stands there. */
	readonly paintedAt: number | null;
	/** Keys that are down, by physical code; modifiers left out. */
	readonly down: ReadonlySet<string>;
	/** Keys that were down at the last verdict and have not come up since. */
	readonly held: ReadonlySet<string>;
	/** The latest press that has not been followed by an action or a blur. */
	readonly pressedAt: number | null;
}

export const UNLOCKED: KeyLock = { paintedAt: null, down: new Set(), held: new Set(), pressedAt: null };

const MODIFIER = /^(Shift|Control|Alt|Meta|OS)/;

function without(set: ReadonlySet<string>, code: string): ReadonlySet<string> {
	if (!set.has(code)) return set;
	const rest = new Set(set);
	rest.delete(code);
	return rest;
}

/** The pair on screen is about to be replaced. */
export function replaced(lock: KeyLock): KeyLock {
	return { ...lock, paintedAt: null };
}

export function painted(lock: KeyLock, at: number): KeyLock {
	return { ...lock, paintedAt: at };
}

/** @param repeat the browser's auto-repeat; a press that is not one shows that an earlier key-up was lost */
export function keyDown(lock: KeyLock, code: string, at: number, repeat: boolean): KeyLock {
	if (repeat || MODIFIER.test(code)) return lock;
	return { ...lock, down: new Set(lock.down).add(code), held: without(lock.held, code), pressedAt: at };
}

export function keyUp(lock: KeyLock, code: string): KeyLock {
	return { ...lock, down: without(lock.down, code), held: without(lock.held, code) };
}

/** Focus left: key-ups are not seen any more. Repeats of a key still down are swallowed elsewhere. */
export function blurred(lock: KeyLock): KeyLock {
	return { ...lock, down: new Set(), held: new Set(), pressedAt: null };
}

/** An action arrived for the latest press, so that press no longer stands for a coming one. */
export function acted(lock: KeyLock): KeyLock {
	return { ...lock, pressedAt: null };
}

export function judged(lock: KeyLock): KeyLock {
	return { ...lock, paintedAt: null, held: new Set(lock.down), pressedAt: null };
}

export function mayJudge(lock: KeyLock, now: number): boolean {
	if (lock.paintedAt === null || lock.held.size > 0) return false;
	const open = lock.paintedAt + PAINT_LOCK_MS;
	return now >= open && (lock.pressedAt === null || lock.pressedAt >= open);
}
