import { StateStore } from '../state-store.ts';
import type { TextMode } from '../text/blocks.ts';
import { EMPTY, type Model } from './model.ts';

export interface State {
	readonly model: Model;
	readonly mode: TextMode;
	readonly diff: boolean;
	/** Counts on whenever the reason is asked for: its field takes the focus. */
	readonly asked: number;
	/** What a screen reader is told. */
	readonly said: string;
}

export class Store extends StateStore<State> {
	constructor() {
		super({ model: EMPTY, mode: 'markdown', diff: false, asked: 0, said: '' });
	}
}
