import type { BlindPair } from '../../src/protocol/judging.ts';
import { renderResponse, type TextMode } from '../text/blocks.ts';

export type Position = 'left' | 'right';

/**
 * Responses as nodes, made ready before their pair is shown: Markdown of 60 KB takes longer than a frame, moving a node
 * does not.
 */
export class RenderedResponses {
	readonly #nodes = new Map<string, HTMLElement>();

	node(pair: BlindPair, position: Position, mode: TextMode): HTMLElement {
		const key = `${pair.comparison}/${position}/${mode}`;
		const node = this.#nodes.get(key) ?? renderResponse(pair[position], mode);
		this.#nodes.set(key, node);
		return node;
	}

	/** Makes the next pairs ready, one text at each idle moment, and forgets all others. */
	prepare(pairs: readonly BlindPair[], keep: BlindPair | null, mode: TextMode): void {
		const wanted = new Set([...pairs, ...(keep === null ? [] : [keep])].map((pair) => pair.comparison));
		for (const key of this.#nodes.keys()) {
			if (!wanted.has(key.slice(0, key.indexOf('/')))) this.#nodes.delete(key);
		}
		const [first] = pairs.flatMap((pair) =>
			(['left', 'right'] as const)
				.filter((position) => !this.#nodes.has(`${pair.comparison}/${position}/${mode}`))
				.map((position) => ({ pair, position })),
		);
		if (first === undefined) return;
		requestIdleCallback(
			() => {
				this.node(first.pair, first.position, mode);
				this.prepare(pairs, keep, mode);
			},
			{ timeout: 1000 },
		);
	}
}
