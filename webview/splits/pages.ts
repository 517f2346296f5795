/**
 * A long list read by keyset cursors. A cursor is only known once the rows before it were read; a jump far ahead first asks
 * for the cursors of all pages (numbers only, one pass over an index), so that it is two requests and not a walk. One request
 * at a time, and only for what somebody wants to see now. Pages come and go in a bounded cache; the scroll bar spans the total.
 */
export interface PageOf<Row> {
	readonly rows: readonly Row[];
	readonly total: number;
	readonly next: string | null;
}

export type FetchPage<Row> = (options: { readonly limit: number; readonly after?: string }) => Promise<PageOf<Row>>;

/** Cursors behind every `every`-th row. */
export type FetchCursors = (every: number) => Promise<readonly string[]>;

export interface PagesOptions {
	readonly cursors: FetchCursors;
	readonly size?: number;
	/** Pages kept; those nearest to what is wanted stay. */
	readonly keep?: number;
	readonly onChange: () => void;
	readonly onError: (error: unknown) => void;
}

export const PAGE_SIZE = 250;
const KEEP_PAGES = 24;
/** A gap of so many pages is bridged by reading them; behind a larger one the cursors are asked for. */
const STEP_PAGES = 3;

export class Pages<Row> {
	readonly size: number;
	readonly #keep: number;
	readonly #fetch: FetchPage<Row>;
	readonly #options: PagesOptions;
	/** Pages whose cursor is known; null opens the first. */
	#cursors = new Map<number, string | null>([[0, null]]);
	#pages = new Map<number, readonly Row[]>();
	/** What was known before a change: painted until it has been read again. */
	#stale = new Map<number, readonly Row[]>();
	#total: number | null = null;
	#indexed = false;
	#first = 0;
	#last = 0;
	#running = false;
	#generation = 0;
	#closed = false;

	constructor(fetch: FetchPage<Row>, options: PagesOptions) {
		this.#fetch = fetch;
		this.#options = options;
		this.size = options.size ?? PAGE_SIZE;
		this.#keep = options.keep ?? KEEP_PAGES;
	}

	/** Rows in all; null before the first answer. */
	get total(): number | null {
		return this.#total;
	}

	row(index: number): Row | undefined {
		const page = Math.floor(index / this.size);
		const offset = index % this.size;
		return (this.#pages.get(page) ?? this.#stale.get(page))?.[offset];
	}

	/** Reads the rows `from`…`to` (exclusive) and a page after them; an earlier wish that was not met is dropped. */
	want(from: number, to: number): void {
		this.#first = Math.max(0, Math.floor(from / this.size));
		this.#last = Math.max(this.#first, Math.floor(Math.max(from, to - 1) / this.size));
		void this.#run();
	}

	/** Reads what is wanted again: in place where only what is known of rows changed, from the top where rows moved. */
	refresh(what: 'rows' | 'counts'): void {
		this.#generation++;
		this.#stale = new Map([...this.#stale, ...this.#pages]);
		this.#pages = new Map();
		if (what === 'rows') this.#cursors = new Map([[0, null]]);
		this.#indexed = false;
		void this.#run();
	}

	/** All rows of a range, for a selection; reads what is missing. */
	async rows(from: number, to: number): Promise<Row[]> {
		const generation = this.#generation;
		const rows: Row[] = [];
		for (let page = Math.floor(from / this.size); page <= Math.floor((to - 1) / this.size); page++) {
			let known = this.#pages.get(page);
			while (known === undefined) {
				if (generation !== this.#generation || !(await this.#step(page))) return [];
				known = this.#pages.get(page);
			}
			const start = page * this.size;
			rows.push(...known.slice(Math.max(0, from - start), Math.max(0, to - start)));
		}
		return rows;
	}

	close(): void {
		this.#closed = true;
	}

	async #run(): Promise<void> {
		if (this.#running) return;
		this.#running = true;
		try {
			for (let page = this.#next(); page !== null && !this.#closed; page = this.#next()) {
				await this.#step(page);
				if (!this.#closed) this.#options.onChange();
			}
			if (this.#next() === null) this.#stale.clear();
		} catch (error) {
			if (!this.#closed) this.#options.onError(error);
		} finally {
			this.#running = false;
		}
	}

	/** The first page that is wanted and not there. */
	#next(): number | null {
		const last = this.#total === null ? this.#last : Math.min(this.#last + 1, this.#lastPage(this.#total));
		for (let page = this.#first; page <= last; page++) if (!this.#pages.has(page)) return page;
		return null;
	}

	#lastPage(total: number): number {
		return Math.max(0, Math.ceil(total / this.size) - 1);
	}

	/** The cursors of all pages. A page that they do not reach lies behind the end, or came after they were read. */
	async #index(): Promise<void> {
		const generation = this.#generation;
		const cursors = await this.#options.cursors(this.size);
		if (generation !== this.#generation) return;
		this.#indexed = true;
		for (const [index, cursor] of cursors.entries()) this.#cursors.set(index + 1, cursor);
	}

	/** One request towards a page, from the nearest cursor before it. @returns false where the list ends before it */
	async #step(wanted: number): Promise<boolean> {
		const start = Math.max(...[...this.#cursors.keys()].filter((page) => page <= wanted));
		if (wanted - start >= STEP_PAGES && !this.#indexed) {
			await this.#index();
			return true;
		}
		const pages = Math.min(STEP_PAGES, wanted - start + 1);
		const generation = this.#generation;
		const after = this.#cursors.get(start) ?? undefined;
		const limit = pages * this.size;
		const { rows, total, next } = await this.#fetch({ limit, ...(after === undefined ? {} : { after }) });
		// Refreshed meanwhile: whoever still wants it asks again.
		if (generation !== this.#generation) return true;
		this.#total = total;
		for (let page = start; page < start + pages; page++) {
			// Behind the end of the list a page is empty, or it would be asked for without end.
			this.#pages.set(page, rows.slice((page - start) * this.size, (page - start + 1) * this.size));
			this.#stale.delete(page);
		}
		if (next !== null) this.#cursors.set(start + pages, next);
		this.#evict(Math.min(wanted, start + pages - 1));
		if (next !== null || wanted < start + pages) return true;
		this.#pages.set(wanted, []);
		return false;
	}

	#evict(latest: number): void {
		while (this.#pages.size > this.#keep) {
			const distance = (page: number): number => Math.abs(page - Math.min(Math.max(page, this.#first), this.#last));
			const farthest = [...this.#pages.keys()]
				.filter((page) => page !== latest)
				.reduce((worst, page) => (distance(page) > distance(worst) ? page : worst));
			this.#pages.delete(farthest);
		}
	}
}
