import type { Database } from './database.ts';

const HELD_OUT = "('R', 'E', 'heldout')";
const PAIRS = '(SELECT count(*) FROM comparisons c WHERE c.prompt = p.n)';

export interface HeldOutPrompt {
	readonly cluster: string;
	readonly place: 'R' | 'E' | 'heldout';
	readonly pairs: number;
	/** JSON array, or null. */
	readonly tags: string | null;
}

/** Every held-out prompt with its size; nothing that anybody said. */
export function heldOutPrompts(db: Database): HeldOutPrompt[] {
	return db.all(
		`SELECT p.cluster, p.place, ${PAIRS} AS pairs, p.tags FROM prompts p WHERE p.place IN ${HELD_OUT} ORDER BY p.n`,
	);
}

/** Facets whose prompts go to the sealed half only. */
export function sealedOnlyFacets(db: Database): ReadonlySet<string> {
	return new Set(db.all<{ facet: string }>('SELECT facet FROM facets WHERE sealed_only = 1').map(({ facet }) => facet));
}
