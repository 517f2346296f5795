/** One thing that was looked at; what is not `ok` says what to do. */
export interface Check {
	readonly check: string;
	readonly status: 'ok' | 'warning' | 'error';
	readonly message: string;
	readonly remedy?: string;
}

/** `1 run`, `2 runs`, `no run`. */
export function counted(n: number, one: string, many = `${one}s`): string {
	return n === 0 ? `no ${one}` : `${n} ${n === 1 ? one : many}`;
}

/** Problems of one kind that are named; the rest are counted. */
const NAMED = 5;

function listed(problems: readonly string[]): string {
	const more = problems.length - NAMED;
	return `${problems.slice(0, NAMED).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/**
 * A check over many files: sound where there is no problem.
 * @param skipped what was too large to be read without being asked for, in words; empty = everything was read
 */
export function finding(
	check: string,
	problems: readonly string[],
	sound: string,
	trouble: { readonly status: 'warning' | 'error'; readonly remedy: string },
	skipped: readonly string[] = [],
): Check {
	if (problems.length > 0) return { check, status: trouble.status, message: listed(problems), remedy: trouble.remedy };
	if (skipped.length === 0) return { check, status: 'ok', message: sound };
	return { check, status: 'ok', message: `${sound} Not read, being large: ${listed(skipped)} (--deep reads all).` };
}

/** Lets so many bytes through, then none: what a check reads without being asked for more. */
export class ByteBudget {
	#left: number;

	constructor(bytes: number) {
		this.#left = bytes;
	}

	/** @returns whether so many bytes may still be read */
	take(bytes: number): boolean {
		if (bytes > this.#left) return false;
		this.#left -= bytes;
		return true;
	}
}
