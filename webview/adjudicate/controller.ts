import type {
	AdjudicateAction,
	AdjudicateHost,
	AdjudicatePanelState,
	AdjudicateView,
} from '../../src/protocol/adjudicate.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import { watchKeyboard } from '../annotate/keyboard.ts';
import { scrollSides } from '../annotate/scroll.ts';
import { TypedAhead } from '../annotate/typed-ahead.ts';
import { type Choice, describe, toCanonical, toScreen } from '../annotate/verdict.ts';
import { saveState } from '../host.ts';
import { ahead, current, type Event, isSaving, type Model, PREFETCH, reduce } from './model.ts';
import type { Store } from './store.ts';

const CHOICES = { left: 'left', right: 'right', tie: 'tie', bothBad: 'both_bad' } as const satisfies Partial<
	Record<AdjudicateAction, Choice>
>;
type ChoosingAction = keyof typeof CHOICES;

function isChoice(action: AdjudicateAction): action is ChoosingAction {
	return action in CHOICES;
}

function textOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** Turns keys, clicks and news from the extension into decisions. */
export class Controller implements AdjudicateView {
	readonly #host: Remote<AdjudicateHost>;
	readonly #store: Store;
	/** Each choice opens the reason. Its Escape is heard by the field alone, no command comes of it. */
	readonly #ahead = new TypedAhead<ChoosingAction>({ left: '1', right: '2', tie: '3', bothBad: '4' }, 'silent');
	#filling: Promise<void> | null = null;

	constructor(host: Remote<AdjudicateHost>, store: Store) {
		this.#host = host;
		this.#store = store;
		watchKeyboard({
			change: () => {},
			focus: (on) => void host.focus(on).catch(() => {}),
			input: (on) => void host.input(on).catch(() => {}),
			press: (key, modified) => this.#ahead.press({ key, modified, at: performance.now() }),
		});
	}

	get #model(): Model {
		return this.#store.state.model;
	}

	#dispatch(event: Event): void {
		this.#store.set({ model: reduce(this.#model, event) });
	}

	/** In the footer and to a screen reader. */
	#say(text: string, tone: 'info' | 'saved' | 'problem' = 'info'): void {
		this.#dispatch({ type: 'status', status: { tone, text } });
		this.#store.set({ said: `${text}.` });
	}

	/** Asks what is to be settled. Also after an error. */
	async start(): Promise<void> {
		try {
			const init = await this.#host.ready();
			saveState<AdjudicatePanelState>(init.keep);
			void this.#host.focus(document.hasFocus()).catch(() => {});
			if (!init.initialised) return this.#dispatch({ type: 'phase', phase: 'uninitialised' });
			await this.#fill();
			if (init.begun !== null) this.#dispatch({ type: 'resume', begun: init.begun });
		} catch (error) {
			this.#dispatch({ type: 'phase', phase: 'error', error: textOf(error) });
		}
	}

	/** Keeps a few pairs ready; one question at a time. */
	#fill(): Promise<void> {
		this.#filling ??= this.#ask().finally(() => {
			this.#filling = null;
		});
		return this.#filling;
	}

	async #ask(): Promise<void> {
		const held = this.#model.items.map(({ comparison }) => comparison).slice(-100);
		const page = await this.#host.queue({ count: PREFETCH, held });
		this.#dispatch({ type: 'page', page, asked: PREFETCH });
	}

	changed(what: readonly string[]): void {
		if (!what.some((thing) => ['comparisons', 'judgments', 'splits', 'config'].includes(thing))) return;
		void this.#refresh().catch(() => {});
	}

	async #refresh(): Promise<void> {
		if (this.#model.phase === 'uninitialised' || this.#model.phase === 'error') return this.start();
		const ids = this.#model.items.map(({ comparison }) => comparison).slice(-100);
		this.#dispatch({ type: 'refreshed', page: await this.#host.items(ids) });
		if (ahead(this.#model) < PREFETCH) await this.#fill();
	}

	/** A key, by way of VS Code's keybindings, or a command of the palette. */
	action(action: AdjudicateAction, by: 'key' | 'palette'): void {
		if (by === 'key') {
			if (this.#ahead.isLate(action, performance.now())) return;
			if (isChoice(action) && this.#mayChoose()) {
				this.#chooseAndType(action);
				return;
			}
			this.#ahead.acted();
		}
		this.click(action);
	}

	/** A click on a button of ours. */
	click(action: AdjudicateAction): void {
		const { mode, diff } = this.#store.state;
		if (isChoice(action)) this.#choose(CHOICES[action]);
		else if (action === 'previous' || action === 'next') this.#move(action === 'next' ? 1 : -1);
		else if (action === 'diff') this.#store.set({ diff: !diff });
		else if (action === 'raw') this.#store.set({ mode: mode === 'raw' ? 'markdown' : 'raw', diff: false });
		else if (action === 'undo') this.#undo().catch((error: unknown) => this.#say(textOf(error), 'problem'));
		else scrollSides(action === 'scrollDown' ? 1 : -1);
	}

	#mayChoose(): boolean {
		const item = current(this.#model);
		return item !== null && item.decided === null && !isSaving(this.#model, item.comparison);
	}

	/** Letters typed behind the key, before the field was there, are the reason's. */
	#chooseAndType(action: ChoosingAction): void {
		const typed = this.#ahead.open(action, performance.now());
		if (typed === null) {
			this.cancel();
			return;
		}
		this.#choose(CHOICES[action]);
		if (typed !== '') this.reason(this.#model.reason + typed);
	}

	#choose(choice: Choice): void {
		const item = current(this.#model);
		if (item === null || isSaving(this.#model, item.comparison)) return;
		if (item.decided !== null) {
			this.#say('This pair is decided; U takes the decision back');
			return;
		}
		this.#dispatch({ type: 'choose', choice });
		this.#store.set({ said: `${describe({ choice })}. Why?`, asked: this.#store.state.asked + 1 });
		this.#keepBegun();
	}

	reason(reason: string): void {
		this.#dispatch({ type: 'reason', reason });
		this.#keepBegun();
	}

	/** The reason recorded last, for the next pair. @returns whether there was one */
	repeatReason(): boolean {
		if (this.#model.reason !== '' || this.#model.lastReason === '') return false;
		this.reason(this.#model.lastReason);
		return true;
	}

	cancel(): void {
		this.#dispatch({ type: 'choose', choice: null });
		this.#keepBegun();
	}

	#keepBegun(): void {
		const { choice, reason } = this.#model;
		const item = current(this.#model);
		const begun =
			item === null || choice === null
				? null
				: { comparison: item.comparison, verdict: toCanonical(choice, item.leftSide), reason };
		void this.#host.begun(begun).catch(() => {});
	}

	/** Records the choice with its reason and goes on; the pair comes back if the disk refuses. */
	async decide(): Promise<void> {
		const { saving, reason } = this.#model;
		if (reason.trim() === '') return this.#say('A decision needs a reason: it overrules people', 'problem');
		this.#dispatch({ type: 'decide' });
		const entry = this.#model.saving.at(-1);
		if (entry === undefined || this.#model.saving.length === saving.length) return;
		const { comparison } = entry;
		const leftSide = this.#model.items.find((item) => item.comparison === comparison)?.leftSide ?? 'a';
		if (ahead(this.#model) < PREFETCH && !this.#model.drained) void this.#fill().catch(() => {});
		try {
			const { event } = await this.#host.decide(entry);
			this.#dispatch({ type: 'saved', comparison, event, at: new Date().toISOString() });
			this.#say(`Saved: ${describe({ choice: toScreen(entry.verdict, leftSide) })}`, 'saved');
		} catch (error) {
			this.#dispatch({ type: 'failed', comparison, message: textOf(error) });
			this.#store.set({ said: `Not saved: ${textOf(error)}`, asked: this.#store.state.asked + 1 });
		}
	}

	#move(by: -1 | 1): void {
		const before = this.#model.at;
		this.#dispatch({ type: 'move', by });
		const { at, drained } = this.#model;
		if (at === before && (by < 0 || drained)) {
			this.#say(by < 0 ? 'There is nothing before this pair' : 'This is the last pair');
		}
		if (ahead(this.#model) < PREFETCH && !drained) void this.#fill().catch(() => {});
	}

	/** Takes back my decision on the pair on screen, else the one made last here. */
	async #undo(): Promise<void> {
		if (this.#model.saving.length > 0) return this.#say('Still saving');
		const shown = current(this.#model);
		const mine = this.#model.items.filter(({ decided }) => decided?.mine === true);
		const latest = mine.toSorted((x, y) => ((x.decided?.at ?? '') < (y.decided?.at ?? '') ? 1 : -1))[0];
		const item = shown?.decided?.mine === true ? shown : latest;
		if (item?.decided == null) return this.#say('No decision of yours is left here to take back');
		await this.#host.takeBack(item.decided.event);
		const page = await this.#host.items(this.#model.items.map(({ comparison }) => comparison).slice(-100));
		this.#dispatch({ type: 'refreshed', page });
		const begun = { comparison: item.comparison, verdict: item.decided.verdict, reason: '' };
		this.#dispatch({ type: 'resume', begun });
		this.#dispatch({ type: 'choose', choice: null });
		this.#say('Took back your decision');
	}

	openLink(address: string): void {
		void this.#host.openLink(address).catch((error: unknown) => this.#say(textOf(error), 'problem'));
	}
}
