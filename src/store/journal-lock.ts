import { withLock } from './lock.ts';
import type { UserState } from './state-dir.ts';

/** Longest wait for another process's append: an append takes milliseconds. */
export const APPEND_LOCK_MS = 10_000;

/**
 * Runs a synchronous section while no process of this device appends to a journal.
 * @throws UserError('busy')
 */
export function journalLocked<T>(state: UserState, section: () => T): Promise<T> {
	return withLock(state.lockPath, APPEND_LOCK_MS, section);
}
