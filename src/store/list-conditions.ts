import { FACET_KINDS, type Split } from '../domain/split.ts';
import { UserError } from '../protocol/errors.ts';
import type { ListFilter } from '../protocol/lists.ts';
import { ftsQuery } from './search-index.ts';

/** E before an opening: its verdicts appear in no list (rules.md, The seal). */
export const SEALED = "(c.place = 'E' AND c.opened = 0)";

/** A conjunction with the values of its question marks. */
export interface Clause {
	readonly sql: string;
	readonly values: readonly unknown[];
}

/**
 * A query as conditions, apart by what they are about: prompts `p`, comparisons `c`, and what people said about comparisons. Those that
 * tell what people said come with "not sealed": a row that comes or goes with its verdict would show it.
 */
export interface Conditions {
	readonly prompts: Clause;
	readonly comparisons: Clause;
	/** null where the query asks for nothing that people said. */
	readonly opinions: Clause | null;
}

/** Where the prompts of a split stand; a held-out half is drawn a little after the move. */
export const PLACES_OF: Readonly<Record<Split, readonly string[]>> = {
	train: ['train'],
	eval: ['eval'],
	heldout: ['R', 'E', 'heldout'],
	retention: ['retention'],
	excluded: ['excluded'],
};

/**
 * Places of prompts that have a pair, or had one. Named one by one, SQLite reads the index of places, and not all rows with their texts.
 */
export const WITH_PAIRS = "'train', 'eval', 'R', 'E', 'heldout', 'retention', 'excluded'";

class And {
	readonly #sql: string[] = [];
	readonly #values: unknown[] = [];

	add(sql: string, ...values: unknown[]): void {
		this.#sql.push(sql);
		this.#values.push(...values);
	}

	get size(): number {
		return this.#sql.length;
	}

	clause(): Clause {
		return { sql: this.size === 0 ? '1' : this.#sql.join(' AND '), values: this.#values };
	}
}

export function both(one: Clause, two: Clause | null): Clause {
	if (two === null || two.sql === '1') return one;
	if (one.sql === '1') return two;
	return { sql: `${one.sql} AND ${two.sql}`, values: [...one.values, ...two.values] };
}

/** Everything that a query asks of a comparison and its prompt. */
export function allOf({ prompts, comparisons, opinions }: Conditions): Clause {
	return both(both(prompts, comparisons), opinions);
}

function placesOf({ split, half }: ListFilter): readonly string[] | null | 'none' {
	if (half !== undefined) return split === undefined || split === 'heldout' ? [half] : 'none';
	return split === undefined ? null : PLACES_OF[split];
}

function addFacet(prompts: And, facet: string): void {
	if (FACET_KINDS.some((kind) => kind === facet)) {
		// "domain:" up to "domain;": every facet of this kind, by the key of prompt_tags.
		prompts.add('p.n IN (SELECT prompt FROM prompt_tags WHERE facet >= ? AND facet < ?)', `${facet}:`, `${facet};`);
	} else {
		prompts.add('p.n IN (SELECT prompt FROM prompt_tags WHERE facet = ?)', facet);
	}
}

function addLength(query: ListFilter, prompts: And, comparisons: And): void {
	const { minLength, maxLength, lengthOf = 'prompt' } = query;
	const [column, where] =
		lengthOf === 'prompt' ? (['p.chars', prompts] as const) : (['max(c.chars_a, c.chars_b)', comparisons] as const);
	if (minLength !== undefined) where.add(`${column} >= ?`, minLength);
	if (maxLength !== undefined) where.add(`${column} <= ?`, maxLength);
}

function addOpinions({ status, verdict, annotator }: ListFilter, opinions: And): void {
	if (status === 'open') opinions.add("c.resolution = 'open'");
	else if (status === 'disputed') opinions.add("c.resolution = 'disputed'");
	else if (status === 'judged') opinions.add("c.resolution <> 'open'");
	if (annotator !== undefined) {
		// Labels that name nobody have no standing.
		const table = annotator.startsWith('source:') ? 'source_votes' : 'standing';
		const said = verdict === undefined ? 'verdict IS NOT NULL' : 'verdict = ?';
		opinions.add(
			`c.n IN (SELECT comparison FROM ${table} WHERE annotator = ? AND ${said})`,
			annotator,
			...(verdict === undefined ? [] : [verdict]),
		);
	} else if (verdict !== undefined) opinions.add('c.resolution = ?', verdict);
	if (opinions.size > 0) opinions.add(`NOT ${SEALED}`);
}

/**
 * The one place where a query becomes SQL; lists, counts, cursors, previews and bulk actions all take it from here.
 * @returns null when nothing can match
 * @throws UserError 'usage' where the lengths contradict each other
 */
export function conditionsOf(query: ListFilter): Conditions | null {
	const { minLength, maxLength } = query;
	if (minLength !== undefined && maxLength !== undefined && minLength > maxLength) {
		throw new UserError('usage', `Nothing is at least ${minLength} and at most ${maxLength} characters long.`);
	}
	const [prompts, comparisons, opinions] = [new And(), new And(), new And()];
	const places = placesOf(query);
	if (places === 'none') return null;
	if (places !== null) prompts.add(`p.place IN (${places.map(() => '?').join(', ')})`, ...places);
	if (query.prompt !== undefined) prompts.add('p.id = ?', query.prompt);
	if (query.tag !== undefined) prompts.add('p.n IN (SELECT prompt FROM prompt_tags WHERE facet = ?)', query.tag);
	if (query.facet !== undefined) addFacet(prompts, query.facet);
	if (query.source !== undefined) {
		comparisons.add(
			'c.n IN (SELECT r.comparison FROM source_rows r JOIN sources s ON s.n = r.source WHERE coalesce(r.label, s.label, s.name) = ?)',
			query.source,
		);
	}
	addLength(query, prompts, comparisons);
	if (query.status === 'flagged') comparisons.add('c.flagged = 1');
	if (query.search !== undefined && query.search.trim() !== '') {
		const match = ftsQuery(query.search);
		if (match === null) return null;
		comparisons.add('c.n IN (SELECT rowid FROM fts WHERE fts MATCH ?)', match);
	}
	addOpinions(query, opinions);
	return {
		prompts: prompts.clause(),
		comparisons: comparisons.clause(),
		opinions: opinions.size === 0 ? null : opinions.clause(),
	};
}

/** Sealed comparisons that a query leaves out because it asks what people said; null where it asks no such thing. */
export function sealedOf({ prompts, comparisons, opinions }: Conditions): Clause | null {
	return opinions === null ? null : both(both(prompts, comparisons), { sql: SEALED, values: [] });
}
