/** Seconds left at the average pace so far, once two seconds of work can tell it. */
export class Eta {
	readonly #started = performance.now();

	at(done: number, total: number | null): number | null {
		const seconds = (performance.now() - this.#started) / 1000;
		if (total === null || done <= 0 || seconds < 2) return null;
		return Math.max(0, Math.round((seconds * (total - done)) / done));
	}
}
