import { parsePair } from '../../src/protocol/annotate.ts';
import type { Judging } from './judging.ts';
import { LookBack } from './look-back.ts';
import { currentPair } from './model.ts';
import type { QueueFeed } from './queue-feed.ts';
import type { Screen } from './screen.ts';

/** Past pairs, and what stands beside a pair: guidelines and history. */
export class Looking {
	readonly #screen: Screen;
	readonly #feed: QueueFeed;
	readonly #judging: Judging;
	readonly #past: LookBack;

	constructor(screen: Screen, feed: QueueFeed, judging: Judging) {
		this.#screen = screen;
		this.#feed = feed;
		this.#judging = judging;
		this.#past = new LookBack(screen.host);
		judging.onJudged = () => this.#past.forget();
	}

	/** My past pairs changed otherwise than by a verdict here. */
	forget(): void {
		this.#past.forget();
	}

	async previous(): Promise<void> {
		await this.#judging.settled();
		const { look, revealed } = this.#screen.model;
		// In Review the latest one is on screen already.
		const first = look === null && revealed !== null ? 2 : 1;
		const back = look?.from === 'past' ? look.back + 1 : first;
		const pair = await this.#past.pair(back);
		if (pair === null) {
			return this.#screen.say(back === 1 ? 'You have judged no pair yet' : 'This is the first pair you judged');
		}
		this.#leaveHistory();
		this.#screen.dispatch({ type: 'look', look: { pair, from: 'past', back } });
		this.#screen.announce(`${back} back in your past pairs.`);
	}

	async next(): Promise<void> {
		const { look, revealed } = this.#screen.model;
		this.#leaveHistory();
		if (look?.from === 'past' && look.back > 1) {
			const pair = await this.#past.pair(look.back - 1);
			if (pair !== null) {
				return this.#screen.dispatch({ type: 'look', look: { pair, from: 'past', back: look.back - 1 } });
			}
		}
		if (look !== null) {
			this.#screen.dispatch({ type: 'look', look: null });
			await this.#feed.fill(this.#screen.model.queue.length === 0);
			return this.#screen.announce('Back in the queue.');
		}
		if (revealed === null) return this.#screen.say('This is the pair to judge; ← shows past ones');
		if (revealed.pair.mine === null) return this.#screen.say('Still saving');
		this.#screen.dispatch({ type: 'kept' });
		await this.#feed.fill(false);
	}

	async toggleHistory(): Promise<void> {
		const { aside } = this.#screen.store.state;
		if (aside === 'history') return this.#screen.closeAside();
		const pair = currentPair(this.#screen.model);
		if (pair === null || pair.mine === null) {
			return this.#screen.say('History opens after your verdict; ← shows your last pair');
		}
		this.#screen.store.set({ aside: 'history', history: 'loading' });
		try {
			const history = await this.#screen.host.history(pair.comparison);
			if (this.#screen.store.state.aside === 'history') this.#screen.store.set({ history });
		} catch (error) {
			this.#screen.closeAside();
			throw error;
		}
	}

	/** Takes a step of mine back. With my verdict the history shuts, and the pair is as before it. */
	async revert(event: string, what: string): Promise<void> {
		const pair = currentPair(this.#screen.model);
		if (pair === null) return;
		await this.#judging.settled();
		const done = await this.#screen.host.revert(pair.comparison, event);
		if (done === null) return;
		this.forget();
		if (done.detail === null) {
			this.#screen.closeAside();
			const uncount = this.#screen.model.passed.has(pair.comparison);
			const status = { tone: 'info', text: 'Took back: your verdict', undo: false } as const;
			this.#screen.dispatch({ type: 'returned', pair: parsePair(done.pair), status, uncount });
			return this.#screen.announce(`${status.text}. The history is shut again.`);
		}
		if (this.#screen.store.state.aside === 'history') this.#screen.store.set({ history: done.detail });
		this.#screen.say(`Took back: ${what}`);
	}

	toggleGuidelines(): void {
		const { aside } = this.#screen.store.state;
		if (aside === 'guidelines') this.#screen.closeAside();
		else this.openGuidelines();
	}

	/** Shown the first time, they count as read; when they changed, the person says so. */
	openGuidelines(): void {
		this.#screen.store.set({ aside: 'guidelines' });
		if (this.#screen.init?.guidelinesRead == null) void this.guidelinesRead();
	}

	async guidelinesRead(): Promise<void> {
		const { init } = this.#screen;
		if (init?.guidelines == null) return;
		await this.#screen.host.guidelinesRead(init.guidelines.sha256).catch(() => {});
		this.#screen.store.set({ init: { ...init, guidelinesRead: init.guidelines } });
	}

	/** It belongs to the pair that leaves. */
	#leaveHistory(): void {
		if (this.#screen.store.state.aside === 'history') this.#screen.closeAside();
	}
}
