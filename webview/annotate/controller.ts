import type { Side } from '../../src/domain/comparison.ts';
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
import { acted, judged, type KeyLock, mayJudge, painted, replaced, UNLOCKED } from './key-lock.ts';
import { watchKeyboard } from './keyboard.ts';
import { LookBack } from './look-back.ts';
import {
	currentPair,
	type Draft,
	type Event,
	MOST_UNSAVED,
	type Model,
	reduce,
	type Status,
	standingVerdict,
} from './model.ts';
import { QueueFeed } from './queue-feed.ts';
import { RenderedResponses } from './rendered.ts';
import { Saves, verdictMessage } from './saves.ts';
import { scrollSides } from './scroll.ts';
import type { Popover, Store } from './store.ts';
import { describe, digitOf, type ScreenVerdict, verdictOf } from './verdict.ts';

const LISTS: readonly (Popover | null)[] = ['reasons', 'cannot', 'improve'];

export function errorText(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** Turns keys, clicks and answers into states of the screen. */
export class Controller implements AnnotateView {
	readonly #host: Remote<AnnotateHost>;
	readonly #store: Store;
	readonly #saves = new Saves();
	readonly #feed: QueueFeed;
	readonly #past: LookBack;
	readonly rendered = new RenderedResponses();
	#lock: KeyLock = UNLOCKED;
	#input = false;
	/** When the verdict was given whose next pair is not painted yet, for the performance timeline. */
	#verdictAt: number | null = null;

	constructor(host: Remote<AnnotateHost>, store: Store) {
		this.#host = host;
		this.#store = store;
		this.#feed = new QueueFeed(
			host,
			() => this.#model,
			(event) => this.dispatch(event),
		);
		this.#past = new LookBack(host);
		watchKeyboard({
			change: (next) => {
				this.#lock = next(this.#lock);
			},
			focus: (on) => void host.focus(on).catch(() => {}),
			input: (on) => {
				this.#input = on;
				this.#tellMode();
			},
		});
	}

	get #model(): Model {
		return this.#store.state.model;
	}

	get #init(): AnnotateInit | null {
		return this.#store.state.init;
	}

	dispatch(event: Event): void {
		const before = this.#model;
		const model = reduce(before, event);
		if (model === before) return;
		if (model.showing !== before.showing) this.#lock = replaced(this.#lock);
		this.#store.set({ model });
	}

	/** Asks what to work on and fills the screen. Also after an error, and when the target changed. */
	async start(): Promise<void> {
		try {
			const init = await this.#host.ready();
			saveState<AnnotatePanelState>(init.keep);
			this.#store.set({ init });
			void this.#host.focus(document.hasFocus()).catch(() => {});
			if (!init.initialised) return this.dispatch({ type: 'phase', phase: 'uninitialised' });
			if (init.person === null) return this.dispatch({ type: 'phase', phase: 'person' });
			const stale = init.guidelinesRead === null && init.guidelines !== null;
			if (stale) this.#openAside('guidelines');
			await this.#load(init.keep.target);
			this.#restoreUnsaved(init);
		} catch (error) {
			this.#fail(error);
		}
	}

	async #load(target: AnnotateTarget): Promise<void> {
		if (target.type === 'queue') {
			if (this.#model.kind !== target.kind) this.#store.set({ model: { ...this.#model, kind: target.kind } });
			await this.#feed.fill(true);
			return;
		}
		const pair = parsePair(await this.#host.pair(target.comparison));
		this.dispatch({ type: 'look', look: { pair, from: target.origin, back: 0 } });
		this.#announce('A pair on its own.');
	}

	#restoreUnsaved({ unsaved }: AnnotateInit): void {
		if (unsaved === null || currentPair(this.#model)?.comparison !== unsaved.comparison) return;
		this.dispatch({ type: 'draft', draft: { reasons: unsaved.reasons, note: unsaved.note } });
	}

	#fail(error: unknown): void {
		this.dispatch({ type: 'phase', phase: 'error', error: errorText(error) });
	}

	/** After each rendering of another pair. */
	pairPainted(): void {
		const now = performance.now();
		this.#lock = painted(this.#lock, now);
		if (this.#verdictAt !== null) performance.measure('verdict to paint', { start: this.#verdictAt, end: now });
		this.#verdictAt = null;
		const { queue } = this.#model;
		this.rendered.prepare(queue.slice(0, 3), currentPair(this.#model), this.#store.state.mode);
	}

	restart(): void {
		this.#past.forget();
		this.#store.set({
			model: { ...this.#model, phase: 'loading', look: null, revealed: null, queue: [], drained: false },
		});
		void this.start();
	}

	changed(what: readonly string[]): void {
		if (what.includes('config') || what.includes('guidelines')) void this.#refreshInit();
		if (!what.some((thing) => ['comparisons', 'judgments', 'splits'].includes(thing))) return;
		const { phase } = this.#model;
		if (phase === 'finished' || phase === 'empty' || phase === 'uninitialised') void this.start();
		else if (phase === 'judging') void this.#feed.fill(true).catch(() => {});
	}

	async #refreshInit(): Promise<void> {
		const init = await this.#host.ready().catch(() => null);
		if (init !== null) this.#store.set({ init });
	}

	digit(digit: number): void {
		const { popover } = this.#store.state;
		if (popover === 'reasons') {
			const reason = this.#init?.reasons[digit - 1];
			if (reason !== undefined) this.toggleReason(reason);
		}
		const cannot = CANNOT_REASONS[digit - 1];
		if (popover === 'cannot' && cannot !== undefined) void this.#skip(cannot);
		if (popover === 'improve' && digit <= 2) void this.improve(digit === 1 ? 'left' : 'right');
	}

	/** A key, by way of VS Code's keybindings. */
	action(action: AnnotateAction): void {
		const digit = LISTS.includes(this.#store.state.popover) ? digitOf(action) : null;
		const verdict = verdictOf(action);
		const allowed = mayJudge(this.#lock, performance.now());
		this.#lock = acted(this.#lock);
		if (digit !== null) return this.digit(digit);
		if (verdict === null) return this.#act(action);
		if (allowed) this.#judge(verdict);
	}

	/** A click on a button of ours. */
	click(action: AnnotateAction): void {
		const verdict = verdictOf(action);
		if (verdict === null) return this.#act(action);
		if (mayJudge({ ...this.#lock, pressedAt: null }, performance.now())) this.#judge(verdict);
	}

	#act(action: AnnotateAction): void {
		const { popover, diff, mode, aside } = this.#store.state;
		const pair = currentPair(this.#model);
		switch (action) {
			case 'close':
				return popover === null && aside !== null ? this.closeAside() : this.closePopover();
			case 'diff':
				return this.#store.set({ diff: !diff });
			case 'raw':
				return this.#store.set({ mode: mode === 'raw' ? 'markdown' : 'raw', diff: false });
			case 'guidelines':
				return aside === 'guidelines' ? this.closeAside() : this.#openAside('guidelines');
			case 'history':
				return aside === 'history' ? this.closeAside() : void this.#openHistory();
			case 'undo':
				return void this.#undo();
			case 'previous':
				return void this.#previous();
			case 'next':
				return void this.#next();
			case 'scrollDown':
				return scrollSides(1);
			case 'scrollUp':
				return scrollSides(-1);
		}
		if (pair === null) return;
		switch (action) {
			case 'reasons':
			case 'note':
			case 'flag':
			case 'improve':
				return popover === action ? this.closePopover() : this.#openPopover(action);
			case 'cannot':
				if (this.#inQueue(pair)) this.#openPopover('cannot');
				return;
			case 'later':
				return void this.#skip(null);
			case 'outsideScope':
				return void this.#outsideScope(pair.comparison);
			case 'adjudicate':
				return void this.#adjudicate();
		}
	}

	#judge(verdict: ScreenVerdict): void {
		const pair = currentPair(this.#model);
		const { paintedAt } = this.#lock;
		if (pair === null || paintedAt === null) return;
		const standing = standingVerdict(this.#model);
		const unchanged = standing?.choice === verdict.choice && standing.strength === verdict.strength;
		if (unchanged && !this.#draftChanged()) return this.#say(`Stands already: ${describe(verdict)}`);
		if (this.#model.revealed !== null && pair.mine === null) return this.#say('Still saving the verdict before.');
		if (this.#model.unsaved.length >= MOST_UNSAVED) return this.#say('Still saving the verdicts before.');
		const { draft } = this.#model;
		const now = performance.now();
		const guideline = this.#init?.guidelines?.sha256;
		const message = verdictMessage(this.#model, pair, verdict, draft, now - paintedAt, guideline);
		const { showing } = this.#model;
		this.#lock = judged(this.#lock);
		this.#verdictAt = now;
		this.#past.forget();
		if (this.#store.state.popover !== null) this.#store.set({ popover: null });
		if (this.#store.state.aside === 'history') this.#store.set({ aside: null });
		this.dispatch({ type: 'judged', verdict });
		this.#tellMode();
		void this.#host.unsaved(null).catch(() => {});
		this.#saves.judge(this.#host, message).then(
			({ event }) => this.#saved(showing, event, pair.comparison, verdict),
			(error: unknown) => {
				this.dispatch({ type: 'failed', showing, message: errorText(error) });
				this.#announce(`Not saved: ${errorText(error)} The pair is back.`);
			},
		);
		void this.#feed.fill(false).catch((error: unknown) => this.#fail(error));
	}

	#saved(showing: number, event: string, comparison: string, verdict: ScreenVerdict): void {
		this.dispatch({ type: 'saved', showing, event, at: new Date().toISOString() });
		const { revealed, done, total, look, phase } = this.#model;
		const where =
			look !== null || revealed !== null
				? ''
				: phase === 'finished'
					? ' That was the last pair.'
					: ` Pair ${done + 1} of ${total}.`;
		this.#announce(`Saved: ${describe(verdict)}.${where}`);
		if (revealed?.pair.comparison === comparison && revealed.judgments === null) void this.#readOthers(comparison);
	}

	async #readOthers(comparison: string): Promise<void> {
		try {
			const { judgments } = await this.#host.others(comparison);
			this.dispatch({ type: 'others', comparison, judgments });
		} catch (error) {
			this.#problem(error);
		}
	}

	/** Reasons and a note added to a pair that has its verdict already are stored with that verdict again. */
	#draftChanged(): boolean {
		const { draft } = this.#model;
		const mine = currentPair(this.#model)?.mine ?? null;
		if (mine === null) return draft.reasons.length > 0 || draft.note.trim() !== '';
		return draft.note.trim() !== (mine.note ?? '') || draft.reasons.join('\n') !== (mine.reasons ?? []).join('\n');
	}

	#saveAdditions(): void {
		const standing = standingVerdict(this.#model);
		if (standing !== null && currentPair(this.#model)?.mine !== null && this.#draftChanged()) this.#judge(standing);
	}

	setDraft(draft: Draft): void {
		this.dispatch({ type: 'draft', draft });
		const pair = currentPair(this.#model);
		if (pair !== null) void this.#host.unsaved({ comparison: pair.comparison, ...draft }).catch(() => {});
	}

	toggleReason(reason: string): void {
		const { draft } = this.#model;
		const reasons = draft.reasons.includes(reason)
			? draft.reasons.filter((one) => one !== reason)
			: [...draft.reasons, reason];
		this.setDraft({ ...draft, reasons });
	}

	#openPopover(popover: Popover): void {
		this.#store.set({ popover });
		this.#tellMode();
	}

	closePopover(): void {
		const { popover } = this.#store.state;
		if (popover === null) return;
		this.#store.set({ popover: null });
		this.#tellMode();
		if (popover === 'reasons' || popover === 'note') this.#saveAdditions();
	}

	#openAside(aside: 'guidelines' | 'history'): void {
		this.#store.set({ aside });
		const { guidelines, guidelinesRead } = this.#init ?? {};
		if (aside !== 'guidelines' || guidelines == null || guidelinesRead != null) return;
		void this.guidelinesRead();
	}

	/** From now on these are the guidelines that this person has read. */
	async guidelinesRead(): Promise<void> {
		const init = this.#init;
		if (init?.guidelines == null) return;
		await this.#host.guidelinesRead(init.guidelines.sha256).catch(() => {});
		this.#store.set({ init: { ...init, guidelinesRead: init.guidelines } });
	}

	closeAside(): void {
		this.#store.set({ aside: null, history: null });
	}

	async #openHistory(): Promise<void> {
		const pair = currentPair(this.#model);
		if (pair === null || pair.mine === null) {
			return this.#say('History opens after your verdict. ← shows your last pair.');
		}
		this.#store.set({ aside: 'history', history: 'loading' });
		try {
			const history = await this.#host.history(pair.comparison);
			if (this.#store.state.aside === 'history') this.#store.set({ history });
		} catch (error) {
			this.closeAside();
			this.#problem(error);
		}
	}

	#inQueue(pair: { readonly comparison: string }): boolean {
		const first = this.#model.look === null && this.#model.revealed === null && this.#model.queue[0];
		if (first !== false && first?.comparison === pair.comparison) return true;
		this.#say('Only a pair of the queue can be put off. → goes back to it.');
		return false;
	}

	async #skip(cannot: (typeof CANNOT_REASONS)[number] | null): Promise<void> {
		const pair = currentPair(this.#model);
		this.closePopover();
		if (pair === null || !this.#inQueue(pair)) return;
		const text = cannot === null ? 'Put off for later' : `Left to others: ${cannot}`;
		this.dispatch({ type: 'passed', cannot: cannot !== null, status: { tone: 'saving', text, undo: false } });
		try {
			await (cannot === null ? this.#host.skip(pair.comparison) : this.#host.skip(pair.comparison, cannot));
			this.#say(text, { tone: 'saved', undo: true });
			await this.#feed.fill(false);
		} catch (error) {
			const status: Status = { tone: 'problem', text: `Not saved: ${errorText(error)}`, undo: false };
			this.dispatch({ type: 'returned', pair, status, uncount: false });
			this.#announce(status.text);
		}
	}

	async flag(note: string): Promise<void> {
		const pair = currentPair(this.#model);
		this.closePopover();
		if (pair === null) return;
		try {
			await (note.trim() === '' ? this.#host.flag(pair.comparison) : this.#host.flag(pair.comparison, note.trim()));
			this.#say('Flagged this pair', { tone: 'saved', undo: true });
		} catch (error) {
			this.#problem(error);
		}
	}

	async #outsideScope(comparison: string): Promise<void> {
		try {
			const answer = await this.#host.outsideScope(comparison);
			if (answer !== null) this.#say(answer.text, { tone: 'saved', undo: true });
		} catch (error) {
			this.#problem(error);
		}
	}

	async #adjudicate(): Promise<void> {
		const { revealed } = this.#model;
		if (revealed === null || revealed.judgments === null || revealed.adjudication) return;
		try {
			await this.#host.flag(revealed.pair.comparison, 'needs adjudication');
			this.dispatch({ type: 'adjudication' });
			this.#say('Sent to adjudication', { tone: 'saved', undo: true });
		} catch (error) {
			this.#problem(error);
		}
	}

	async improve(position: 'left' | 'right'): Promise<void> {
		const pair = currentPair(this.#model);
		this.closePopover();
		if (pair === null) return;
		const other: Side = pair.leftSide === 'a' ? 'b' : 'a';
		try {
			await this.#host.improve(pair.comparison, position === 'left' ? pair.leftSide : other);
		} catch (error) {
			this.#problem(error);
		}
	}

	async #undo(): Promise<void> {
		try {
			await this.#saves.settled();
			const taken = await this.#host.undo();
			this.#past.forget();
			if (taken === null) return this.#say('Nothing of yours is left to take back.');
			const status: Status = { tone: 'info', text: `Took back: ${taken.undone.text}`, undo: false };
			this.#announce(status.text);
			if (taken.pair === null) return this.dispatch({ type: 'status', status });
			const pair = parsePair(taken.pair);
			const uncount = taken.undone.type === 'judged' && this.#model.passed.has(pair.comparison);
			this.dispatch({ type: 'returned', pair, status, uncount });
		} catch (error) {
			this.#problem(error);
		}
	}

	async #previous(): Promise<void> {
		try {
			await this.#saves.settled();
			const { look, revealed } = this.#model;
			// In Review the latest one is on screen already.
			const first = look === null && revealed !== null ? 2 : 1;
			const step = look?.from === 'past' ? look.back + 1 : first;
			const pair = await this.#past.pair(step);
			if (pair === null)
				return this.#say(step === 1 ? 'You have judged no pair yet.' : 'This is the first pair you judged.');
			this.#store.set({ aside: this.#store.state.aside === 'history' ? null : this.#store.state.aside });
			this.dispatch({ type: 'look', look: { pair, from: 'past', back: step } });
			this.#announce(`${step} back in your past pairs.`);
		} catch (error) {
			this.#problem(error);
		}
	}

	async #next(): Promise<void> {
		const { look, revealed } = this.#model;
		this.#store.set({ aside: this.#store.state.aside === 'history' ? null : this.#store.state.aside });
		try {
			if (look !== null) {
				if (look.from === 'past' && look.back > 1) {
					const pair = await this.#past.pair(look.back - 1);
					if (pair !== null) return this.dispatch({ type: 'look', look: { pair, from: 'past', back: look.back - 1 } });
				}
				this.dispatch({ type: 'look', look: null });
				await this.#feed.fill(this.#model.queue.length === 0);
				return this.#announce('Back in the queue.');
			}
			if (revealed === null) return this.#say('This is the pair to judge. ← shows past ones.');
			if (revealed.pair.mine === null) return this.#say('Still saving.');
			this.dispatch({ type: 'kept' });
			await this.#feed.fill(false);
		} catch (error) {
			this.#problem(error);
		}
	}

	openLink(address: string): void {
		void this.#host.openLink(address).catch((error: unknown) => this.#problem(error));
	}

	open(target: AnnotateTarget): void {
		void this.#host.open(target).catch((error: unknown) => this.#problem(error));
	}

	errand(errand: AnnotateErrand): void {
		this.#host.errand(errand).then(
			() => {
				if (errand === 'handle') this.restart();
			},
			(error: unknown) => this.#problem(error),
		);
	}

	#say(text: string, more: Partial<Status> = {}): void {
		this.dispatch({ type: 'status', status: { tone: 'info', undo: false, text, ...more } });
		this.#announce(`${text}.`);
	}

	#problem(error: unknown): void {
		this.#say(errorText(error), { tone: 'problem' });
	}

	#announce(said: string): void {
		this.#store.set({ said });
	}

	#tellMode(): void {
		const list = LISTS.includes(this.#store.state.popover) && this.#store.state.popover !== null;
		void this.#host.mode({ input: this.#input, list }).catch(() => {});
	}
}
