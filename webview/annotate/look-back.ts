import { type AnnotateHost, type PastEntry, parsePair } from '../../src/protocol/annotate.ts';
import type { BlindPair } from '../../src/protocol/judging.ts';
import type { Remote } from '../../src/protocol/rpc.ts';

const PAGE = 20;

/** My past pairs, latest first, read as far as somebody goes back. */
export class LookBack {
	readonly #host: Remote<AnnotateHost>;
	#entries: PastEntry[] = [];
	#before: string | undefined;
	#ended = false;

	constructor(host: Remote<AnnotateHost>) {
		this.#host = host;
	}

	/** The list changed: read it again when it is asked for. */
	forget(): void {
		this.#entries = [];
		this.#before = undefined;
		this.#ended = false;
	}

	/** @param back 1 = the latest */
	async pair(back: number): Promise<BlindPair | null> {
		while (this.#entries.length < back && !this.#ended) await this.#more();
		const entry = this.#entries[back - 1];
		return entry === undefined ? null : parsePair(await this.#host.pair(entry.comparison));
	}

	async #more(): Promise<void> {
		const page = await this.#host.past({
			count: PAGE,
			...(this.#before === undefined ? {} : { before: this.#before }),
		});
		this.#ended = page.length < PAGE;
		this.#before = page.at(-1)?.event ?? this.#before;
		// A corrected pair stands in the list once, where it was judged last.
		const known = new Set(this.#entries.map((entry) => entry.comparison));
		for (const entry of page) {
			if (known.has(entry.comparison)) continue;
			known.add(entry.comparison);
			this.#entries.push(entry);
		}
	}
}
