import {
	type AnnotateAction,
	type AnnotateErrand,
	type AnnotateHost,
	type AnnotateInit,
	type AnnotatePanelState,
	type AnnotateTarget,
	type AnnotateView,
	CANNOT_REASONS,
	parsePair,
} from '../../src/protocol/annotate.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import { saveState } from '../host.ts';
import { Judging } from './judging.ts';
import { watchKeyboard } from './keyboard.ts';
import { Looking } from './looking.ts';
import { currentPair, type Draft } from './model.ts';
import { PairActs } from './pair-acts.ts';
import { QueueFeed } from './queue-feed.ts';
import { RenderedResponses } from './rendered.ts';
import { LISTS, Screen } from './screen.ts';
import { scrollSides } from './scroll.ts';
import type { Popover, Store } from './store.ts';
import { TypedAhead } from './typed-ahead.ts';
import { digitOf, verdictOf } from './verdict.ts';

/** Turns keys, clicks and news from the extension into what the parts of the screen do. */
export class Controller implements AnnotateView {
	readonly #screen: Screen;
	readonly #feed: QueueFeed;
	readonly #judging: Judging;
	readonly #looking: Looking;
	readonly #acts: PairActs;
	readonly #ahead = new TypedAhead<'note' | 'flag'>({ note: 'n', flag: 'f' }, 'acts');
	readonly #actions: Partial<Record<AnnotateAction, () => void>>;
	readonly rendered = new RenderedResponses();

	constructor(host: Remote<AnnotateHost>, store: Store) {
		const screen = new Screen(host, store);
		this.#screen = screen;
		this.#feed = new QueueFeed(
			host,
			() => screen.model,
			(event) => screen.dispatch(event),
		);
		this.#judging = new Judging(screen, this.#feed);
		this.#looking = new Looking(screen, this.#feed, this.#judging);
		this.#acts = new PairActs(screen, this.#feed, this.#judging);
		this.#actions = {
			close: () => this.#close(),
			diff: () => store.set({ diff: !store.state.diff }),
			raw: () => store.set({ mode: store.state.mode === 'raw' ? 'markdown' : 'raw', diff: false }),
			guidelines: () => this.#looking.toggleGuidelines(),
			history: () => this.#do(this.#looking.toggleHistory()),
			undo: () => this.#do(this.#acts.undo()),
			previous: () => this.#do(this.#looking.previous()),
			next: () => this.#do(this.#looking.next()),
			scrollDown: () => scrollSides(1),
			scrollUp: () => scrollSides(-1),
			reasons: () => this.#toggle('reasons'),
			note: () => this.#toggle('note'),
			flag: () => this.#toggle('flag'),
			improve: () => this.#toggle('improve'),
			cannot: () => {
				if (store.state.popover === 'cannot' || this.#acts.queued() !== null) this.#toggle('cannot');
			},
			later: () => this.#do(this.#acts.skip(null)),
			outsideScope: () => this.#do(this.#acts.outsideScope()),
			generate: () => this.#do(this.#acts.generate()),
			adjudicate: () => this.#do(this.#acts.adjudicate()),
		};
		watchKeyboard({
			change: (next) => this.#judging.changeLock(next),
			focus: (on) => void host.focus(on).catch(() => {}),
			input: (on) => screen.inputFocus(on),
			press: (key, modified) => this.#ahead.press({ key, modified, at: performance.now() }),
		});
	}

	erase(comparison: string): void {
		const { host } = this.#screen;
		const erased = async (): Promise<void> => {
			await host.erase(comparison);
			const there = await host.pair(comparison).then(
				() => true,
				() => false,
			);
			// Nothing of it stays on screen either.
			if (!there) {
				this.#screen.closeAside();
				this.restart();
			}
		};
		this.#do(erased());
	}

	revert(event: string, what: string): void {
		this.#do(this.#looking.revert(event, what));
	}

	#do(work: Promise<void>): void {
		work.catch((error: unknown) => this.#screen.problem(error));
	}

	/** Asks what to work on and fills the screen. Also after an error, and when the target changed. */
	async start(): Promise<void> {
		const { host, store } = this.#screen;
		try {
			const init = await host.ready();
			saveState<AnnotatePanelState>(init.keep);
			store.set({ init });
			void host.focus(document.hasFocus()).catch(() => {});
			if (!init.initialised) return this.#screen.dispatch({ type: 'phase', phase: 'uninitialised' });
			if (init.person === null) return this.#screen.dispatch({ type: 'phase', phase: 'person' });
			if (init.guidelinesRead === null && init.guidelines !== null) this.#looking.openGuidelines();
			await this.#load(init.keep.target);
			this.#restoreUnsaved(init);
		} catch (error) {
			this.#screen.fail(error);
		}
	}

	async #load(target: AnnotateTarget): Promise<void> {
		const { model, store, host } = this.#screen;
		if (target.type === 'queue') {
			if (model.kind !== target.kind) store.set({ model: { ...model, kind: target.kind } });
			return this.#feed.fill(true);
		}
		const pair = parsePair(await host.pair(target.comparison));
		this.#screen.dispatch({ type: 'look', look: { pair, from: target.origin, back: 0 } });
	}

	#restoreUnsaved({ unsaved }: AnnotateInit): void {
		if (unsaved === null || currentPair(this.#screen.model)?.comparison !== unsaved.comparison) return;
		this.#screen.dispatch({ type: 'draft', draft: { reasons: unsaved.reasons, note: unsaved.note } });
	}

	/** After each rendering of another pair. */
	pairPainted(): void {
		this.#judging.painted();
		const { model, store } = this.#screen;
		this.rendered.prepare(model.queue.slice(0, 3), currentPair(model), store.state.mode);
	}

	restart(): void {
		this.#looking.forget();
		const { model, store } = this.#screen;
		const cleared = { phase: 'loading', look: null, revealed: null, queue: [], drained: false } as const;
		store.set({ popover: null, model: { ...model, ...cleared } });
		void this.start();
	}

	changed(what: readonly string[]): void {
		if (what.includes('config') || what.includes('guidelines')) void this.#refreshInit();
		if (!what.some((thing) => ['comparisons', 'judgments', 'splits'].includes(thing))) return;
		const { phase } = this.#screen.model;
		if (phase === 'finished' || phase === 'empty' || phase === 'uninitialised') void this.start();
		else if (phase === 'judging') void this.#feed.fill(true).catch(() => {});
	}

	async #refreshInit(): Promise<void> {
		const init = await this.#screen.host.ready().catch(() => null);
		if (init !== null) this.#screen.store.set({ init });
	}

	/** A line of the open list. */
	digit(digit: number): void {
		const { popover } = this.#screen.store.state;
		const reason = this.#screen.init?.reasons[digit - 1];
		const cannot = CANNOT_REASONS[digit - 1];
		if (popover === 'reasons' && reason !== undefined) this.#judging.toggleReason(reason);
		if (popover === 'cannot' && cannot !== undefined) this.#do(this.#acts.skip(cannot));
		if (popover === 'improve' && digit <= 2) this.#do(this.#acts.improve(digit === 1 ? 'left' : 'right'));
	}

	/** A key, by way of VS Code's keybindings, or a command of the palette. */
	action(action: AnnotateAction, by: 'key' | 'palette'): void {
		// Before the context key of the list has reached VS Code, its digits still arrive as verdicts.
		const { popover } = this.#screen.store.state;
		const digit = LISTS.includes(popover) ? digitOf(action) : null;
		const verdict = verdictOf(action);
		const key = this.#judging.keyActed();
		if (by === 'key') {
			if (!key.pressed || this.#ahead.isLate(action, performance.now())) return;
			if (this.#ahead.opens(action) && popover !== action) {
				this.#openField(action);
				return;
			}
			this.#ahead.acted();
		}
		if (digit !== null) this.digit(digit);
		else if (verdict === null) this.#actions[action]?.();
		else if (key.mayJudge) this.#judging.judge(verdict);
	}

	/** A click on a button of ours. */
	click(action: AnnotateAction): void {
		const verdict = verdictOf(action);
		if (verdict === null) this.#actions[action]?.();
		else if (this.#judging.mayClick()) this.#judging.judge(verdict);
	}

	#close(): void {
		const { popover, aside } = this.#screen.store.state;
		if (popover === null && aside !== null) this.#screen.closeAside();
		else this.#judging.closePopover();
	}

	#openField(field: 'note' | 'flag'): void {
		if (currentPair(this.#screen.model) === null) return;
		const typed = this.#ahead.open(field, performance.now());
		if (typed === null) {
			this.#judging.closePopover();
			return;
		}
		const { draft } = this.#screen.model;
		if (field === 'note' && typed !== '') this.setDraft({ ...draft, note: draft.note + typed });
		this.#screen.openPopover(field, typed);
	}

	#toggle(popover: Popover): void {
		if (this.#screen.store.state.popover === popover) this.#judging.closePopover();
		else this.#screen.openPopover(popover);
	}

	setDraft(draft: Draft): void {
		this.#judging.setDraft(draft);
	}

	toggleReason(reason: string): void {
		this.#judging.toggleReason(reason);
	}

	closePopover(): void {
		this.#judging.closePopover();
	}

	closeAside(): void {
		this.#screen.closeAside();
	}

	guidelinesRead(): void {
		void this.#looking.guidelinesRead();
	}

	flag(note: string): void {
		this.#do(this.#acts.flag(note));
	}

	openLink(address: string): void {
		this.#do(this.#screen.host.openLink(address));
	}

	open(target: AnnotateTarget): void {
		this.#do(this.#screen.host.open(target));
	}

	errand(errand: AnnotateErrand): void {
		this.#do(
			this.#screen.host.errand(errand).then(() => {
				if (errand === 'handle') this.restart();
			}),
		);
	}
}
