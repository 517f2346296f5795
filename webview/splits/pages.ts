/**
 * A long list read by keyset cursors. A cursor is only known once the page before it was read, so a jump far ahead walks
 * the pages in between (250 rows a step), one request at a time and only while somebody wants to see that place. Pages come
 * and go in a bounded cache; cursors stay, so a way once walked is random access. The scroll bar spans the whole total.
 */
export interface PageOf<Row> {
	readonly rows: readonly Row[];
	readonly total: number;
	readonly next: string | null;
}

export type FetchPage<Row> = (options: { readonly limit: number; readonly after?: string }) => Promise<PageOf<Row>>;

export interface PagesOptions {
	readonly size?: number;
	/** Pages kept; those nearest to what is wanted stay. */
	readonly keep?: number;
	readonly onChange: () => void;
	readonly onError: (error: unknown) => void;
}

export const PAGE_SIZE = 250;
const KEEP_PAGES = 24;

export class Pages<Row> {
	readonly size: number;
	readonly #keep: number;
	readonly #fetch: FetchPage<Row>;
	readonly #options: PagesOptions;
	/** `#cursors[k]` opens page k; null opens the first. */
	#cursors: (string | null)[] = [null];
	#pages = new Map<number, readonly Row[]>();
	/** What was known before a change: painted until it has been read again. */
	#stale = new Map<number, readonly Row[]>();
	#total: number | null = null;
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

	/** Rows up to which the way is known, while a jump walks there. */
	get walked(): number {
		return Math.min(this.#total ?? 0, (this.#cursors.length - 1) * this.size);
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
		if (what === 'rows') this.#cursors = [null];
		void this.#run();
	}

	/** All rows of a range, for a selection; reads what is missing. */
	async rows(from: number, to: number): Promise<Row[]> {
		const generation = this.#generation;
		const rows: Row[] = [];
		for (let page = Math.floor(from / this.size); page <= Math.floor((to - 1) / this.size); page++) {
			const known = this.#pages.get(page) ?? (await this.#read(page));
			if (known === null || generation !== this.#generation) return [];
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
				if ((await this.#read(page)) === null) break;
				if (!this.#closed) this.#options.onChange();
			}
			if (this.#next() === null) this.#stale.clear();
		} catch (error) {
			if (!this.#closed) this.#options.onError(error);
		} finally {
			this.#running = false;
		}
	}

	/** The page to read next for what is wanted: that page, or the next step of the way to it. */
	#next(): number | null {
		const last = this.#total === null ? this.#last : Math.min(this.#last + 1, this.#lastPage(this.#total));
		for (let page = this.#first; page <= last; page++) {
			if (this.#pages.has(page)) continue;
			if (page < this.#cursors.length) return page;
			const step = this.#cursors.length - 1;
			// The way ends here: rows went while it was walked.
			return this.#pages.has(step) ? null : step;
		}
		return null;
	}

	#lastPage(total: number): number {
		return Math.max(0, Math.ceil(total / this.size) - 1);
	}

	/** @returns the rows of a page; null where the list ends before it or was refreshed meanwhile */
	async #read(wanted: number): Promise<readonly Row[] | null> {
		for (;;) {
			const page = Math.min(wanted, this.#cursors.length - 1);
			const generation = this.#generation;
			const after = this.#cursors[page] ?? undefined;
			const { rows, total, next } = await this.#fetch({ limit: this.size, ...(after === undefined ? {} : { after }) });
			// A newer state is being read: `#run` goes on with that.
			if (generation !== this.#generation) return this.#closed ? null : [];
			this.#total = total;
			this.#pages.set(page, rows);
			this.#stale.delete(page);
			if (next === null) this.#cursors.length = page + 1;
			else if (page + 1 === this.#cursors.length) this.#cursors.push(next);
			this.#evict(page);
			if (page === wanted) return rows;
			if (next === null) return null;
		}
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
