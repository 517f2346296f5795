import type { Side } from '../../src/domain/comparison.ts';
import { type CannotReason, parsePair } from '../../src/protocol/annotate.ts';
import type { BlindPair } from '../../src/protocol/judging.ts';
import type { Judging } from './judging.ts';
import { currentPair, type Status } from './model.ts';
import type { QueueFeed } from './queue-feed.ts';
import { errorText, type Screen } from './screen.ts';

/** What can be done with a pair besides judging it, and undo. Each rejects with what the person is to be told. */
export class PairActs {
	readonly #screen: Screen;
	readonly #feed: QueueFeed;
	readonly #judging: Judging;

	constructor(screen: Screen, feed: QueueFeed, judging: Judging) {
		this.#screen = screen;
		this.#feed = feed;
		this.#judging = judging;
	}

	/** @returns null, and says so, where the pair on screen is not the queue's */
	queued(): BlindPair | null {
		const { look, revealed, queue } = this.#screen.model;
		const pair = look === null && revealed === null ? (queue[0] ?? null) : null;
		if (pair === null) this.#screen.say('Only a pair of the queue can be put off; → goes back to it');
		return pair;
	}

	async skip(cannot: CannotReason | null): Promise<void> {
		this.#judging.closePopover();
		const pair = this.queued();
		if (pair === null) return;
		const text = cannot === null ? 'Put off for later' : `Left to others: ${cannot}`;
		this.#screen.dispatch({ type: 'passed', cannot: cannot !== null, status: { tone: 'saving', text, undo: false } });
		const { host } = this.#screen;
		try {
			await (cannot === null ? host.skip(pair.comparison) : host.skip(pair.comparison, cannot));
		} catch (error) {
			const status: Status = { tone: 'problem', text: `Not saved: ${errorText(error)}`, undo: false };
			this.#screen.dispatch({ type: 'returned', pair, status, uncount: false });
			return this.#screen.announce(status.text);
		}
		this.#screen.say(text, { tone: 'saved', undo: true });
		await this.#feed.fill(false);
	}

	async flag(note: string): Promise<void> {
		const pair = currentPair(this.#screen.model);
		this.#judging.closePopover();
		if (pair === null) return;
		const { host } = this.#screen;
		await (note.trim() === '' ? host.flag(pair.comparison) : host.flag(pair.comparison, note.trim()));
		this.#screen.say('Flagged this pair', { tone: 'saved', undo: true });
	}

	async outsideScope(): Promise<void> {
		const pair = currentPair(this.#screen.model);
		if (pair === null) return;
		const answer = await this.#screen.host.outsideScope(pair.comparison);
		if (answer !== null) this.#screen.say(answer.text, { tone: 'saved', undo: true });
	}

	/** Another pair for this prompt; the one on screen stays as it is. */
	async generate(): Promise<void> {
		const pair = currentPair(this.#screen.model);
		if (pair !== null) await this.#screen.host.generate(pair.comparison);
	}

	async adjudicate(): Promise<void> {
		const { revealed } = this.#screen.model;
		if (revealed === null || revealed.judgments === null || revealed.adjudication) return;
		await this.#screen.host.flag(revealed.pair.comparison, 'needs adjudication');
		this.#screen.dispatch({ type: 'adjudication' });
		this.#screen.say('Sent to adjudication', { tone: 'saved', undo: true });
	}

	async improve(position: 'left' | 'right'): Promise<void> {
		const pair = currentPair(this.#screen.model);
		this.#judging.closePopover();
		if (pair === null) return;
		const other: Side = pair.leftSide === 'a' ? 'b' : 'a';
		await this.#screen.host.improve(pair.comparison, position === 'left' ? pair.leftSide : other);
	}

	/** Across sessions: my latest step, whatever it was. The pair comes back on screen where it was judged or put off. */
	async undo(): Promise<void> {
		await this.#judging.settled();
		const taken = await this.#screen.host.undo();
		this.#judging.onJudged();
		if (taken === null) return this.#screen.say('Nothing of yours is left to take back');
		// The extension speaks of sides a and b, which mean nothing here.
		const what = taken.undone.type === 'judged' ? 'your verdict' : taken.undone.text;
		const status: Status = { tone: 'info', text: `Took back: ${what}`, undo: false };
		this.#screen.announce(`${status.text}.`);
		if (taken.pair === null) return this.#screen.dispatch({ type: 'status', status });
		const pair = parsePair(taken.pair);
		const uncount = taken.undone.type === 'judged' && this.#screen.model.passed.has(pair.comparison);
		this.#screen.dispatch({ type: 'returned', pair, status, uncount });
	}
}
