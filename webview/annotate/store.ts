import type { AnnotateInit, CannotReason } from '../../src/protocol/annotate.ts';
import type { ComparisonDetail } from '../../src/protocol/lists.ts';
import { StateStore } from '../state-store.ts';
import type { TextMode } from '../text/blocks.ts';
import { emptyModel, type Model } from './model.ts';

/** What stands above the verdict bar. Lists are answered by digits; the others hold a text field. */
export type Popover = 'reasons' | 'cannot' | 'improve' | 'note' | 'flag';

export const CANNOT_LABELS: Readonly<Record<CannotReason, string>> = {
	language: 'I do not read this language',
	expertise: 'It takes expertise I do not have',
	distressing: 'It is distressing',
	broken: 'It is broken: cut off, garbled, not a pair',
};

export interface State {
	readonly init: AnnotateInit | null;
	readonly model: Model;
	readonly popover: Popover | null;
	/** What was typed before its field was there. */
	readonly typed: string;
	readonly aside: 'guidelines' | 'history' | null;
	readonly history: ComparisonDetail | 'loading' | null;
	readonly mode: TextMode;
	readonly diff: boolean;
	/** Share of the window's height that the prompt takes; null until dragged: as much as it needs, up to a third. */
	readonly promptShare: number | null;
	/** What a screen reader is told. */
	readonly said: string;
}

export class Store extends StateStore<State> {
	constructor() {
		super({
			init: null,
			model: emptyModel('judge'),
			popover: null,
			typed: '',
			aside: null,
			history: null,
			mode: 'markdown',
			diff: false,
			promptShare: null,
			said: '',
		});
	}
}
