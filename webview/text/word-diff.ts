import { type ChangeObject, diffLines, diffWordsWithSpace } from 'diff';

/** Above this many characters in both texts together words are not tried. */
const MOST_FOR_WORDS = 200_000;
/** A comparison by words gives up after so long, and one by lines after so long again: the screen must go on answering. */
const TIMEOUT_MS = 120;

export interface Piece {
	readonly text: string;
	/** The other text does not have it. */
	readonly only: boolean;
}

export interface Difference {
	readonly left: readonly Piece[];
	readonly right: readonly Piece[];
	readonly unit: 'words' | 'lines';
}

/** One text's pieces; white space between two pieces of its own belongs to them, or every gap would break a mark. */
function side(changes: readonly ChangeObject<string>[], absent: 'added' | 'removed'): Piece[] {
	const pieces: { text: string; only: boolean }[] = [];
	for (const change of changes) {
		if (change[absent]) continue;
		const only = change.added || change.removed;
		const last = pieces.at(-1);
		const gap = pieces.at(-2);
		if (only && last !== undefined && gap?.only === true && !last.only && last.text.trim() === '') {
			pieces.pop();
			gap.text += last.text + change.value;
		} else if (last?.only === only) last.text += change.value;
		else pieces.push({ text: change.value, only });
	}
	return pieces;
}

/**
 * What two texts do not share: by words, else by lines where words would take too long. Runs at once; call it on a timer.
 * (jsdiff's own asynchronous form waits for a timer at each edit, which takes seconds for two unrelated answers.)
 * @returns null where even lines take too long
 */
export function difference(left: string, right: string): Difference | null {
	const options = { timeout: TIMEOUT_MS };
	const words = left.length + right.length <= MOST_FOR_WORDS ? diffWordsWithSpace(left, right, options) : undefined;
	const changes = words ?? diffLines(left, right, options);
	if (changes === undefined) return null;
	return {
		left: side(changes, 'added'),
		right: side(changes, 'removed'),
		unit: words === undefined ? 'lines' : 'words',
	};
}
