import {
	acted,
	judged,
	type KeyLock,
	mayClick,
	mayJudge,
	painted,
	replaced,
	UNLOCKED,
	wasPressedHere,
} from './key-lock.ts';
import { currentPair, type Draft, MOST_UNSAVED, standingVerdict } from './model.ts';
import type { QueueFeed } from './queue-feed.ts';
import { Saves, verdictMessage } from './saves.ts';
import { errorText, type Screen } from './screen.ts';
import { describe, type ScreenVerdict } from './verdict.ts';

/** As in style.css: in a window this narrow, guidelines and history lie over the pair. */
const ASIDE_COVERS = '(max-width: 700px)';

/** Verdicts: when one counts, what goes with it, and what becomes of it. */
export class Judging {
	readonly #screen: Screen;
	readonly #feed: QueueFeed;
	readonly #saves = new Saves();
	#lock: KeyLock = UNLOCKED;
	/** When the verdict was given whose next pair is not painted yet, for the performance timeline. */
	#verdictAt: number | null = null;
	/** My past pairs changed. */
	onJudged = () => {};

	constructor(screen: Screen, feed: QueueFeed) {
		this.#screen = screen;
		this.#feed = feed;
		screen.onReplaced = () => this.changeLock(replaced);
	}

	changeLock(next: (lock: KeyLock) => KeyLock): void {
		this.#lock = next(this.#lock);
	}

	/** An action arrived from the extension: whether a key was pressed here for it, and whether it may judge. */
	keyActed(): { readonly pressed: boolean; readonly mayJudge: boolean } {
		const answer = { pressed: wasPressedHere(this.#lock), mayJudge: mayJudge(this.#lock, performance.now()) };
		this.#lock = acted(this.#lock);
		return answer;
	}

	mayClick(): boolean {
		return mayClick(this.#lock, performance.now());
	}

	/** The pair on screen can be seen. */
	painted(): void {
		const now = performance.now();
		this.#lock = painted(this.#lock, now);
		if (this.#verdictAt !== null) performance.measure('verdict to paint', { start: this.#verdictAt, end: now });
		this.#verdictAt = null;
	}

	/** Everything judged here is on disk, or has failed. */
	settled(): Promise<void> {
		return this.#saves.settled();
	}

	/** Judges the pair on screen; the next one stands there at once. */
	judge(verdict: ScreenVerdict): void {
		const { model, init, host, store } = this.#screen;
		const pair = currentPair(model);
		const { paintedAt } = this.#lock;
		if (pair === null || paintedAt === null) return;
		const refusal = this.#refusal(verdict);
		if (refusal !== null) {
			this.#screen.say(refusal);
			return;
		}
		const now = performance.now();
		const guideline = init?.guidelines?.sha256;
		const message = verdictMessage(model, pair, verdict, model.draft, now - paintedAt, guideline);
		const { showing } = model;
		this.#lock = judged(this.#lock);
		this.#verdictAt = now;
		this.onJudged();
		const aside = store.state.aside === 'history' ? null : store.state.aside;
		store.set({ popover: null, aside });
		this.#screen.dispatch({ type: 'judged', verdict });
		this.#screen.tellMode();
		this.#saves.judge(host, message).then(
			({ event }) => this.#saved(showing, event, pair.comparison, verdict),
			(error: unknown) => {
				this.#screen.dispatch({ type: 'failed', showing, message: errorText(error) });
				this.#screen.announce(`Not saved: ${errorText(error)} The pair is back.`);
			},
		);
		void this.#feed.fill(false).catch((error: unknown) => this.#screen.fail(error));
	}

	/** Why a verdict on the pair on screen is not taken now, or null. */
	#refusal(verdict: ScreenVerdict): string | null {
		const { model, store } = this.#screen;
		const { aside } = store.state;
		if (aside !== null && matchMedia(ASIDE_COVERS).matches) return `The pair is covered: close the ${aside} first`;
		const standing = standingVerdict(model);
		const same = standing?.choice === verdict.choice && standing.strength === verdict.strength;
		if (same && !this.#draftChanged()) return `Stands already: ${describe(verdict)}`;
		if (model.revealed !== null && model.look === null && model.revealed.pair.mine === null) {
			return 'Still saving the verdict before';
		}
		return model.unsaved.length >= MOST_UNSAVED ? 'Still saving the verdicts before' : null;
	}

	#saved(showing: number, event: string, comparison: string, verdict: ScreenVerdict): void {
		this.#screen.dispatch({ type: 'saved', showing, event, at: new Date().toISOString() });
		const { revealed, done, total, look, phase } = this.#screen.model;
		const next = phase === 'finished' ? ' That was the last pair.' : ` Pair ${done + 1} of ${total}.`;
		this.#screen.announce(`Saved: ${describe(verdict)}.${look !== null || revealed !== null ? '' : next}`);
		if (revealed?.pair.comparison === comparison && revealed.judgments === null) void this.#readOthers(comparison);
	}

	async #readOthers(comparison: string): Promise<void> {
		try {
			const { judgments } = await this.#screen.host.others(comparison);
			this.#screen.dispatch({ type: 'others', comparison, judgments });
		} catch (error) {
			this.#screen.problem(error);
		}
	}

	#draftChanged(): boolean {
		const { draft } = this.#screen.model;
		const mine = currentPair(this.#screen.model)?.mine ?? null;
		if (mine === null) return draft.reasons.length > 0 || draft.note.trim() !== '';
		return draft.note.trim() !== (mine.note ?? '') || draft.reasons.join('\n') !== (mine.reasons ?? []).join('\n');
	}

	setDraft(draft: Draft): void {
		this.#screen.dispatch({ type: 'draft', draft });
		const pair = currentPair(this.#screen.model);
		if (pair === null) return;
		void this.#screen.host.unsaved({ comparison: pair.comparison, ...draft }).catch(() => {});
	}

	toggleReason(reason: string): void {
		const { draft } = this.#screen.model;
		const has = draft.reasons.includes(reason);
		const reasons = has ? draft.reasons.filter((one) => one !== reason) : [...draft.reasons, reason];
		this.setDraft({ ...draft, reasons });
	}

	/** Reasons and a note added to a pair that has its verdict already are stored with that verdict again. */
	closePopover(): void {
		const { popover } = this.#screen.store.state;
		if (popover === null) return;
		this.#screen.store.set({ popover: null });
		this.#screen.tellMode();
		const standing = standingVerdict(this.#screen.model);
		const mine = currentPair(this.#screen.model)?.mine ?? null;
		if (standing !== null && mine !== null && this.#draftChanged()) this.judge(standing);
	}
}
