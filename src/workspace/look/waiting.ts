import { novelty } from '../../shift/novelty.ts';
import type { Database } from '../../store/database.ts';
import { waitingTexts } from '../../store/waiting-query.ts';

/** Waiting prompts that are ranked, by id: more would take minutes, and nobody looks through so many. */
const MOST = 5_000;

/** How far waiting prompts lie from train. */
export interface WaitingNovelty {
	/** By prompt. */
	readonly scores: readonly (readonly [string, number])[];
	readonly threshold: number | null;
	readonly reason?: string;
}

const whole = new Intl.NumberFormat('en-US');

/** Distances of the prompts that need a second response; prompts of train that wait themselves are not held against anything. */
export function waitingNovelty(db: Database, onProgress: (done: number, total: number) => void): WaitingNovelty {
	const { train, waiting } = waitingTexts(db);
	const queries = waiting.slice(0, MOST);
	const total = queries.length + Math.min(train.length, 5_000);
	const { threshold, scores, reason } = novelty({ train, queries, onQuery: (done) => onProgress(done, total) });
	if (threshold === null) {
		return { scores: [], threshold, reason: `Not ranked: ${reason ?? 'too few train prompts'}.` };
	}
	const notes = [
		...(threshold >= 1
			? ['Train prompts share so little with each other that nothing can be told to lie beyond them: more are needed.']
			: []),
		...(waiting.length > MOST
			? [`Ranked: ${whole.format(MOST)} of ${whole.format(waiting.length)}; the others come after them.`]
			: []),
	];
	return {
		scores: queries.map(({ id }, i) => [id, scores[i] as number]),
		threshold,
		...(notes.length === 0 ? {} : { reason: notes.join(' ') }),
	};
}
