import type { Database } from './database.ts';

/** What a comparison adds to the counts of its place and of the people who stand on it. */
export interface Contribution {
	readonly place: string;
	readonly judged: boolean;
	readonly disputed: boolean;
	readonly judgments: number;
	readonly named: number;
	/** annotator → has a verdict (else only "cannot") */
	readonly people: readonly { readonly annotator: string; readonly judged: boolean; readonly cannot: boolean }[];
}

interface PlaceDelta {
	prompts: number;
	pairs: number;
	judged: number;
	disputed: number;
	judgments: number;
	named: number;
}

interface PersonDelta {
	judged: number;
	done: number;
	review: number;
}

/**
 * Counts kept by the fold: changes gather here during a transaction and are written once at its end. SQL triggers would
 * keep them too, at about 3 µs a row and table; this is a few map updates.
 */
export class Counts {
	readonly #places = new Map<string, PlaceDelta>();
	readonly #people = new Map<string, PersonDelta>();
	#moved = false;

	#place(place: string): PlaceDelta {
		let delta = this.#places.get(place);
		if (delta === undefined) {
			delta = { prompts: 0, pairs: 0, judged: 0, disputed: 0, judgments: 0, named: 0 };
			this.#places.set(place, delta);
		}
		return delta;
	}

	prompt(place: string, sign: 1 | -1): void {
		this.#place(place).prompts += sign;
		this.#moved = true;
	}

	/** A prompt that waits changed its split: sums stay, what is kept about places does not. */
	moved(): void {
		this.#moved = true;
	}

	comparison(c: Contribution, sign: 1 | -1): void {
		const delta = this.#place(c.place);
		delta.pairs += sign;
		delta.judged += c.judged ? sign : 0;
		delta.disputed += c.disputed ? sign : 0;
		delta.judgments += sign * c.judgments;
		delta.named += c.named > 0 ? sign : 0;
		// Excluded comparisons are in nobody's queue, so nobody is done with them.
		if (c.place === 'excluded') return;
		for (const person of c.people) {
			let own = this.#people.get(person.annotator);
			if (own === undefined) {
				own = { judged: 0, done: 0, review: 0 };
				this.#people.set(person.annotator, own);
			}
			const done = person.judged || person.cannot;
			own.judged += person.judged ? sign : 0;
			own.done += done ? sign : 0;
			own.review += done && c.named > 0 ? sign : 0;
		}
	}

	/** Writes what gathered; inside the transaction whose rows it describes. */
	flush(db: Database): void {
		if (this.#moved) {
			// Two that change places leave every sum as it was.
			db.run(
				"INSERT INTO meta VALUES ('places', '1') ON CONFLICT(key) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
			);
			this.#moved = false;
		}
		for (const [place, d] of this.#places) {
			if (Object.values(d).every((n) => n === 0)) continue;
			db.run(
				`INSERT INTO counts VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT(place) DO UPDATE SET
				prompts = prompts + excluded.prompts, pairs = pairs + excluded.pairs, judged = judged + excluded.judged,
				disputed = disputed + excluded.disputed, judgments = judgments + excluded.judgments, named = named + excluded.named`,
				place,
				d.prompts,
				d.pairs,
				d.judged,
				d.disputed,
				d.judgments,
				d.named,
			);
		}
		for (const [annotator, d] of this.#people) {
			if (d.judged === 0 && d.done === 0 && d.review === 0) continue;
			db.run(
				`INSERT INTO person_counts VALUES (?, ?, ?, ?) ON CONFLICT(annotator) DO UPDATE SET
				judged = judged + excluded.judged, done = done + excluded.done, review_done = review_done + excluded.review_done`,
				annotator,
				d.judged,
				d.done,
				d.review,
			);
		}
		this.#places.clear();
		this.#people.clear();
	}
}
