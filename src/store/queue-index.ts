import type { OverlapShares } from '../domain/config.ts';
import { Assignment, drawOf, orderOf, placesOf, type QueuedSplit } from '../domain/queue-assignment.ts';
import type { Database } from './database.ts';
import type { ActiveOrder } from './state-dir.ts';

/** What a person's queue depends on beside the comparisons. */
export interface QueueSettings {
	readonly person: string;
	/** Everyone at work, the person among them unless they are not meant to be. */
	readonly people: readonly string[];
	readonly seed: string;
	readonly overlap: OverlapShares;
	/** Share of what the person has judged that comes again. */
	readonly repeats: number;
	/** Share of what the person answers that are gold pairs. */
	readonly gold: number;
	/** Order of train pairs; null = the one of all. */
	readonly active: ActiveOrder | null;
}

export interface QueueSizes {
	/** My part: what I judged of it, and what it still waits for. */
	readonly mineDone: number;
	readonly mineLeft: number;
	/** Asked of others and still missing: behind my part in my queue. */
	readonly othersLeft: number;
	/** Comparisons outside `excluded` that I judged, whoever was asked. */
	readonly judged: number;
	/** Scheduled repeats that I have given. */
	readonly repeated: number;
	/** Gold pairs that I have answered. */
	readonly gold: number;
}

/** Judgments of mine between a verdict and its repeat: far enough to have forgotten it. */
export const REPEAT_AFTER = 50;

/** Where a comparison stands in one person's queue. The waiting ones in the order in which they come. */
const MINE_OPEN = 0;
const MINE_LABELLED = 1;
const OTHERS_OPEN = 2;
const OTHERS_LABELLED = 3;
const MINE_LATER = 4;
const OTHERS_LATER = 5;
const MINE_DONE = 6;
const OTHERS_DONE = 7;
const NOT_ASKED = 8;
const STATUSES = 9;
const WAITING = [MINE_OPEN, MINE_LABELLED, OTHERS_OPEN, OTHERS_LABELLED] as const;

const SPLIT_OF: Readonly<Record<string, QueuedSplit>> = {
	train: 'train',
	eval: 'eval',
	R: 'heldout',
	E: 'heldout',
	heldout: 'heldout',
	retention: 'retention',
};

/** Split of a place, for what is asked for in it; undefined for `excluded`. */
export function queuedSplit(place: string): QueuedSplit | undefined {
	return SPLIT_OF[place];
}

interface Row {
	readonly n: number;
	readonly id: string;
	readonly place: string;
	readonly order_key: number;
	readonly named: number;
	readonly decided_by: string;
	readonly rev: number;
	readonly verdict: string | null;
	readonly cannot: number | null;
	readonly later: number | null;
	readonly seq: number | null;
	readonly kind: string | null;
	readonly blind: number | null;
	readonly known: string | null;
	readonly answered: number;
}

const ROWS = `SELECT c.n, c.id, c.place, c.order_key, c.named, c.decided_by, c.rev, s.verdict, s.cannot, s.later,
	s.seq, s.kind, s.blind, g.known, a.comparison IS NOT NULL AS answered
	FROM comparisons c LEFT JOIN standing s ON s.comparison = c.n AND s.annotator = ?
	LEFT JOIN gold g ON g.comparison = c.n LEFT JOIN gold_answers a ON a.comparison = c.n AND a.annotator = ?`;

/**
 * One person's queue over all comparisons, in memory: 100,000 take some 15 MB. Assignment needs a hash of every comparison and
 * person, which SQLite has no index for, and a table of it would have to be written anew whenever somebody joins. Kept up by reading
 * what the fold has touched since (`rev`).
 */
export class QueueIndex {
	readonly #db: Database;
	readonly #person: string;
	readonly #assignment: Assignment;
	#life = '';
	#rev = 0;
	#slots = new Map<number, number>();
	#ids: string[] = [];
	#keys: number[] = [];
	#status: number[] = [];
	/** Slots in judging order. */
	#order: number[] = [];
	#ranked: number[] | null = null;
	readonly #active: ActiveOrder | null;
	/** Comparisons drawn to come again: slot → seq of my verdict. */
	#toRepeat = new Map<number, number>();
	#repeated = new Set<number>();
	readonly #drawn: (comparison: string) => boolean;
	/** Gold pairs that I do not know and have not answered: slot → my order of them. */
	#gold = new Map<number, number>();
	readonly #train = new Set<number>();
	#answered = new Set<number>();
	readonly #goldOrder: (comparison: string) => number;
	readonly #goldPlace: (place: number) => boolean;
	#sizes: number[] = new Array<number>(STATUSES).fill(0);

	constructor(db: Database, { person, people, seed, overlap, repeats, gold, active }: QueueSettings) {
		this.#drawn = drawOf(seed, `repeat/${person.normalize('NFC')}`, repeats);
		this.#goldOrder = orderOf(seed, `gold/${person.normalize('NFC')}`);
		this.#goldPlace = placesOf(seed, `gold/${person.normalize('NFC')}`, gold);
		this.#active = active;
		this.#db = db;
		this.#person = person;
		this.#assignment = new Assignment(seed, people, overlap);
	}

	/**
	 * Takes up what changed, so many comparisons at a time; it stands as it is now when nothing was written since it ended. In slices
	 * the order of all is merged at the end of each.
	 */
	*follow(together = Number.MAX_SAFE_INTEGER): Generator<void> {
		while (this.#followSome(together)) yield;
	}

	/** @returns whether there may be more */
	#followSome(together: number): boolean {
		const db = this.#db;
		const life = JSON.stringify(db.all("SELECT key, value FROM meta WHERE key IN ('epoch', 'removed') ORDER BY key"));
		if (life !== this.#life) {
			this.#life = life;
			this.#rev = 0;
			this.#slots = new Map();
			[this.#toRepeat, this.#repeated] = [new Map(), new Set()];
			[this.#gold, this.#answered] = [new Map(), new Set()];
			[this.#ids, this.#keys, this.#status, this.#order] = [[], [], [], []];
			this.#sizes = new Array<number>(STATUSES).fill(0);
			this.#train.clear();
			this.#ranked = null;
		}
		const upto = this.#revAfter(together);
		const rows = db.all<Row>(
			`${ROWS} WHERE c.rev > ? AND c.rev <= ?`,
			...[this.#person, this.#person, this.#rev, upto ?? Number.MAX_SAFE_INTEGER],
		);
		if (rows.length === 0) return false;
		const cannot = this.#cannot(rows);
		const fresh: number[] = [];
		for (const row of rows) {
			const status = this.#statusOf(row, cannot.get(row.n));
			let slot = this.#slots.get(row.n);
			if (slot === undefined) {
				slot = this.#ids.length;
				this.#slots.set(row.n, slot);
				this.#ids.push(row.id);
				this.#keys.push(row.order_key);
				fresh.push(slot);
			} else {
				this.#count(this.#status[slot] as number, -1);
			}
			this.#status[slot] = status;
			this.#count(status, 1);
			this.#noteRepeat(slot, row, status);
			this.#noteGold(slot, row);
			this.#notePlace(slot, row);
			this.#rev = Math.max(this.#rev, row.rev);
		}
		if (fresh.length > 0) {
			this.#order = this.#merged(fresh);
			this.#ranked = null;
		}
		return upto !== null;
	}

	/** Up to which `rev` the next so many comparisons go: all of one, which a bulk action gives thousands. null = to the end. */
	#revAfter(together: number): number | null {
		if (together === Number.MAX_SAFE_INTEGER) return null;
		const sql = 'SELECT rev FROM comparisons WHERE rev > ? ORDER BY rev LIMIT 1 OFFSET ?';
		return this.#db.value<number>(sql, this.#rev, together - 1) ?? null;
	}

	#notePlace(slot: number, row: Row): void {
		const train = row.place === 'train';
		if (this.#active === null || train === this.#train.has(slot)) return;
		if (train) this.#train.add(slot);
		else this.#train.delete(slot);
		this.#ranked = null;
	}

	/** Train pairs in active order; those that it does not know behind, in the order of all. */
	#rankedTrain({ rank }: ActiveOrder): readonly number[] {
		if (this.#ranked === null) {
			const rankOf = (slot: number) => rank.get(this.#ids[slot] as string) ?? Number.POSITIVE_INFINITY;
			this.#ranked = this.#order
				.filter((slot) => this.#train.has(slot))
				.map((slot, place) => ({ slot, rank: rankOf(slot), place }))
				.sort((x, y) => (x.rank === y.rank ? x.place - y.place : x.rank - y.rank))
				.map(({ slot }) => slot);
		}
		return this.#ranked;
	}

	/**
	 * What stands so, in the order in which it comes. Under active ordering the places of train pairs in the one judging order stay
	 * theirs: which train pair stands on which changes, and nothing about when a pair of another split comes.
	 */
	*#standing(status: number): Generator<number> {
		const ranked = this.#active === null ? [] : this.#rankedTrain(this.#active);
		let next = 0;
		for (const slot of this.#order) {
			if (this.#status[slot] !== status) continue;
			if (this.#active === null || !this.#train.has(slot)) {
				yield slot;
				continue;
			}
			while (this.#status[ranked[next] as number] !== status) next++;
			yield ranked[next++] as number;
		}
	}

	#noteGold(slot: number, row: Row): void {
		this.#gold.delete(slot);
		this.#answered.delete(slot);
		if (row.answered === 1) this.#answered.add(slot);
		if (row.known === null || row.answered === 1) return;
		const mine = row.verdict !== null || row.cannot === 1 || row.later !== null;
		if (mine || (JSON.parse(row.known) as string[]).includes(this.#person)) return;
		this.#gold.set(slot, this.#goldOrder(row.id));
	}

	/** Gold pairs still new to me, in an order of my own. */
	gold(): string[] {
		return [...this.#gold].sort(([s, x], [t, y]) => x - y || s - t).map(([slot]) => this.#ids[slot] as string);
	}

	/** Whether the place in my queue, counted from my first answer on, is drawn for a gold pair. */
	isGoldPlace(place: number): boolean {
		return this.#goldPlace(place);
	}

	/** What comes again: a first, blind verdict of mine, that stands; once. */
	#noteRepeat(slot: number, row: Row, status: number): void {
		this.#toRepeat.delete(slot);
		this.#repeated.delete(slot);
		if (row.verdict === null || status === NOT_ASKED) return;
		if (row.kind === 'repeat') this.#repeated.add(slot);
		const again =
			row.kind === 'first' &&
			row.blind === 1 &&
			row.decided_by !== 'adjudication' &&
			row.cannot !== 1 &&
			row.seq !== null;
		if (again && this.#drawn(row.id)) this.#toRepeat.set(slot, row.seq as number);
	}

	/** Comparisons that are to come again to me now: {@link REPEAT_AFTER} or more judgments of mine later; the longest ago first. */
	due(): string[] {
		if (this.#toRepeat.size === 0) return [];
		const before = this.#db.value<number>(
			`SELECT seq FROM events WHERE person = ? AND void = 0 AND type = 'judged' ORDER BY seq DESC LIMIT 1 OFFSET ${REPEAT_AFTER - 1}`,
			this.#person,
		);
		if (before === undefined) return [];
		return [...this.#toRepeat]
			.filter(([, seq]) => seq < before)
			.sort(([, x], [, y]) => x - y)
			.map(([slot]) => this.#ids[slot] as string);
	}

	#count(status: number, by: 1 | -1): void {
		this.#sizes[status] = this.#size(status) + by;
	}

	#size(status: number): number {
		return this.#sizes[status] as number;
	}

	/** People who cannot judge them, by comparison. */
	#cannot(rows: readonly Row[]): ReadonlyMap<number, ReadonlySet<string>> {
		const found = new Map<number, Set<string>>();
		const add = (row: { comparison: number; annotator: string }): void => {
			const people = found.get(row.comparison);
			if (people === undefined) found.set(row.comparison, new Set([row.annotator]));
			else people.add(row.annotator);
		};
		const sql = 'SELECT comparison, annotator FROM standing WHERE cannot = 1';
		if (rows.length > 500) this.#db.all<{ comparison: number; annotator: string }>(sql).forEach(add);
		else
			for (const { n } of rows)
				this.#db.all<{ comparison: number; annotator: string }>(`${sql} AND comparison = ?`, n).forEach(add);
		return found;
	}

	#statusOf(row: Row, cannot: ReadonlySet<string> | undefined): number {
		const split = SPLIT_OF[row.place];
		if (split === undefined || row.known !== null) return NOT_ASKED;
		const wanted = this.#assignment.wanted(row.id, split);
		// A verdict may follow a "cannot": what I judged was mine if it would have been mine without it.
		const others = row.verdict === null ? cannot : without(cannot, this.#person);
		const assigned = this.#assignment.assignees(row.id, wanted, others).includes(this.#person);
		if (row.verdict !== null) return assigned ? MINE_DONE : OTHERS_DONE;
		if (row.cannot === 1 || row.named >= wanted || row.decided_by === 'adjudication') return NOT_ASKED;
		if (row.later !== null) return assigned ? MINE_LATER : OTHERS_LATER;
		if (row.decided_by === 'source') return assigned ? MINE_LABELLED : OTHERS_LABELLED;
		return assigned ? MINE_OPEN : OTHERS_OPEN;
	}

	#before = (x: number, y: number): number =>
		(this.#keys[x] as number) - (this.#keys[y] as number) ||
		((this.#ids[x] as string) < (this.#ids[y] as string) ? -1 : 1);

	#merged(fresh: number[]): number[] {
		fresh.sort(this.#before);
		if (this.#order.length === 0) return fresh;
		const merged: number[] = [];
		let i = 0;
		for (const slot of this.#order) {
			while (i < fresh.length && this.#before(fresh[i] as number, slot) < 0) merged.push(fresh[i++] as number);
			merged.push(slot);
		}
		while (i < fresh.length) merged.push(fresh[i++] as number);
		return merged;
	}

	sizes(): QueueSizes {
		return {
			mineDone: this.#size(MINE_DONE),
			mineLeft: this.#size(MINE_OPEN) + this.#size(MINE_LABELLED) + this.#size(MINE_LATER),
			othersLeft: this.#size(OTHERS_OPEN) + this.#size(OTHERS_LABELLED) + this.#size(OTHERS_LATER),
			judged: this.#size(MINE_DONE) + this.#size(OTHERS_DONE),
			repeated: this.#repeated.size,
			gold: this.#answered.size,
		};
	}

	/** How many people take part in the assignment. */
	get people(): number {
		return this.#assignment.people.length;
	}

	/**
	 * The next comparisons: my part in judging order, those that only a source has labelled behind those that nobody has; then what is
	 * asked of others and still missing, likewise; last what I put off, in the order in which I did.
	 */
	next(count: number, skip: ReadonlySet<string>): string[] {
		const found: string[] = [];
		for (const status of WAITING) {
			if (found.length >= count) return found;
			if (this.#size(status) === 0) continue;
			for (const slot of this.#standing(status)) {
				if (skip.has(this.#ids[slot] as string)) continue;
				found.push(this.#ids[slot] as string);
				if (found.length >= count) return found;
			}
		}
		if (this.#size(MINE_LATER) + this.#size(OTHERS_LATER) === 0) return found;
		for (const status of [MINE_LATER, OTHERS_LATER]) {
			for (const { comparison } of this.#db.iterate<{ comparison: number }>(
				'SELECT comparison FROM standing WHERE annotator = ? AND later IS NOT NULL ORDER BY later, comparison',
				this.#person,
			)) {
				const slot = this.#slots.get(comparison);
				if (slot === undefined || this.#status[slot] !== status || skip.has(this.#ids[slot] as string)) continue;
				found.push(this.#ids[slot] as string);
				if (found.length >= count) break;
			}
			if (found.length >= count) break;
		}
		return found;
	}
}

function without(people: ReadonlySet<string> | undefined, person: string): ReadonlySet<string> | undefined {
	if (people === undefined || !people.has(person)) return people;
	return new Set([...people].filter((name) => name !== person));
}

/** The one used last of each database: an editor asks for one person. */
const indexes = new WeakMap<Database, { readonly key: string; readonly index: QueueIndex }>();

/** Comparisons taken up between pauses. */
const TOGETHER = 2_500;

function indexFor(db: Database, settings: QueueSettings): QueueIndex {
	const key = JSON.stringify({ ...settings, active: settings.active?.stamp });
	let known = indexes.get(db);
	if (known?.key !== key) {
		known = { key, index: new QueueIndex(db, settings) };
		indexes.set(db, known);
	}
	return known.index;
}

/** A person's queue as it stands now. The first look at 100,000 comparisons takes some tenths of a second, later ones what changed. */
export function queueIndex(db: Database, settings: QueueSettings): QueueIndex {
	const index = indexFor(db, settings);
	for (const _ of index.follow());
	return index;
}

/** Makes the next {@link queueIndex} short, in steps between which others are answered. Steps of several callers may alternate. */
export function* followQueue(db: Database, settings: QueueSettings): Generator<void> {
	yield* indexFor(db, settings).follow(TOGETHER);
}

/**
 * Everyone who has judged or set aside a comparison here, not only in an import. One step of an index for each person: the events of
 * a large workspace are not read.
 */
export function peopleAtWork(db: Database): string[] {
	return db
		.all<{ person: string }>(
			`WITH RECURSIVE people(person) AS (
				SELECT min(person) FROM events
				UNION ALL SELECT (SELECT min(e.person) FROM events e WHERE e.person > people.person) FROM people WHERE people.person IS NOT NULL)
			SELECT person FROM people WHERE person IS NOT NULL AND EXISTS (
				SELECT 1 FROM events e WHERE e.person = people.person AND e.type IN ('judged', 'skipped') AND e.void = 0)
			ORDER BY person`,
		)
		.map(({ person }) => person);
}
