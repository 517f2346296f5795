/**
 * When a verdict counts. A pair has to have been on screen for a moment, the key that judged the pair before has to be up,
 * and the key has to have been pressed in this window while this pair was there: an extension host that was busy delivers
 * keys late, and neither a key pressed for the pair before nor a digit typed in the palette before the context key followed
 * the focus may judge (measured: palette open, `1` 40 ms later). Pure; times are milliseconds of one clock.
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
	/** The latest press. */
	readonly pressedAt: number | null;
	/** Presses that no action has followed yet, with those of keys that mean nothing; a blur forgets them. */
	readonly pending: number;
}

export const UNLOCKED: KeyLock = { paintedAt: null, down: new Set(), held: new Set(), pressedAt: null, pending: 0 };

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
	return {
		...lock,
		down: new Set(lock.down).add(code),
		held: without(lock.held, code),
		pressedAt: at,
		pending: lock.pending + 1,
	};
}

export function keyUp(lock: KeyLock, code: string): KeyLock {
	return { ...lock, down: without(lock.down, code), held: without(lock.held, code) };
}

/** Focus left: key-ups are not seen any more. Repeats of a key still down are swallowed elsewhere. */
export function blurred(lock: KeyLock): KeyLock {
	return { ...lock, down: new Set(), held: new Set(), pressedAt: null, pending: 0 };
}

/** An action arrived for one of the presses. */
export function acted(lock: KeyLock): KeyLock {
	return { ...lock, pending: Math.max(0, lock.pending - 1) };
}

export function judged(lock: KeyLock): KeyLock {
	return { ...lock, paintedAt: null, held: new Set(lock.down) };
}

/** Whether a click counts. */
export function mayClick(lock: KeyLock, now: number): boolean {
	return lock.paintedAt !== null && lock.held.size === 0 && now >= lock.paintedAt + PAINT_LOCK_MS;
}

/** Whether an action that came of a key counts: the press has to have been seen here, and in time. */
export function mayJudge(lock: KeyLock, now: number): boolean {
	return mayClick(lock, now) && lock.pending > 0 && lock.pressedAt !== null && mayClick(lock, lock.pressedAt);
}

/** Whether an action that came of a key is of this window: a letter typed elsewhere meant something else. */
export function wasPressedHere(lock: KeyLock): boolean {
	return lock.pending > 0;
}
