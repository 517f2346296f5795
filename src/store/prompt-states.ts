import type { EventOf, JournalEvent } from '../domain/events.ts';
import type { Half, Split } from '../domain/split.ts';
import { eventsAboutEach, placeOf } from './comparison-rows.ts';
import type { Counts } from './counts.ts';
import type { Database } from './database.ts';
import { keyList } from './kept.ts';
import { type PromptState, projectPrompt, type SourceAssignment } from './project-prompt.ts';

/** A prompt as it is stored, before it is projected anew. */
export interface StoredPrompt {
	readonly n: number;
	readonly id: string;
	readonly place: string;
	readonly fallback: Split;
	readonly split: Split;
	readonly half: Half | null;
	readonly drawn: Half | null;
	readonly tags: string | null;
}

/** Those of these subjects that are prompts, by key. */
export function storedPrompts(db: Database, subjects: readonly string[]): StoredPrompt[] {
	return db.all<StoredPrompt>(
		`SELECT n, id, place, fallback, split, half, drawn, tags FROM prompts
		WHERE id IN (SELECT value FROM json_each(?)) ORDER BY n`,
		JSON.stringify(subjects),
	);
}

export function storedPromptsByKey(db: Database, keys: readonly number[]): StoredPrompt[] {
	return db.all<StoredPrompt>(
		`SELECT n, id, place, fallback, split, half, drawn, tags FROM prompts
		WHERE n IN (SELECT value FROM json_each(?)) ORDER BY n`,
		JSON.stringify(keys),
	);
}

/**
 * Prompts that are marked, by key. Marks lie in the order of ids, which are random: taken so, every transaction of a large action
 * would change pages all over the tables. In the order of keys it changes neighbours.
 */
export function markedPrompts(db: Database): number[] {
	return keyList(
		db.value<string | null>('SELECT group_concat(p.n) FROM dirty d CROSS JOIN prompts p ON p.id = d.subject'),
	).sort((x, y) => x - y);
}

/** Those of these prompts that are marked still. */
export function stillMarked(db: Database, keys: readonly number[]): StoredPrompt[] {
	return db.all<StoredPrompt>(
		`SELECT n, id, place, fallback, split, half, drawn, tags FROM prompts
		WHERE n IN (SELECT value FROM json_each(?)) AND id IN (SELECT subject FROM dirty) ORDER BY n`,
		JSON.stringify(keys),
	);
}

/** What else is to be thought of than what is there. */
export interface Otherwise {
	/** Events that are taken back, imports with their rows. */
	readonly without?: ReadonlySet<string>;
	/** What rows of a coming import say, by the prompt's key. */
	readonly coming?: ReadonlyMap<number, SourceAssignment>;
}

/** What imported rows say of prompts, by key, in the order (import, row). */
function assignmentsOf(db: Database, prompts: string, { without, coming }: Otherwise): Map<number, SourceAssignment[]> {
	const rows = db.all<{ prompt: number; split: Split | null; half: Half | null; tags: string | null; event: string }>(
		`SELECT c.prompt, r.split, r.half, r.tags, s.seq, s.time, s.event, r.ord FROM comparisons c
		JOIN source_rows r ON r.comparison = c.n JOIN sources s ON s.n = r.source
		WHERE c.prompt IN (SELECT value FROM json_each(?)) AND (r.split IS NOT NULL OR r.tags IS NOT NULL)
		UNION ALL SELECT r.prompt, r.split, r.half, r.tags, s.seq, s.time, s.event, r.ord FROM candidate_rows r
		JOIN sources s ON s.n = r.source
		WHERE r.prompt IN (SELECT value FROM json_each(?)) AND (r.split IS NOT NULL OR r.tags IS NOT NULL)
		ORDER BY 5, 6, 7, 8`,
		prompts,
		prompts,
	);
	const found = new Map<number, SourceAssignment[]>();
	for (const { prompt, split, half, tags, event } of rows) {
		if (without?.has(event) === true) continue;
		const assignment = { split, half, tags: tags === null ? [] : (JSON.parse(tags) as string[]) };
		const known = found.get(prompt);
		if (known === undefined) found.set(prompt, [assignment]);
		else known.push(assignment);
	}
	for (const [prompt, last] of coming ?? []) found.set(prompt, [...(found.get(prompt) ?? []), last]);
	return found;
}

/**
 * States of prompts from imported rows and events, in the order given: a few reads however many they are.
 * @param cache bulk events that were read before
 * @param otherwise what they would be then
 */
export function promptStates(
	db: Database,
	prompts: readonly { readonly n: number; readonly id: string; readonly fallback: Split }[],
	sealedOnly: ReadonlySet<string>,
	cache: Map<string, JournalEvent>,
	otherwise: Otherwise = {},
): PromptState[] {
	const rows = assignmentsOf(db, JSON.stringify(prompts.map(({ n }) => n)), otherwise);
	const stands = ({ id }: JournalEvent) => otherwise.without?.has(id) !== true;
	const about = eventsAboutEach(
		db,
		prompts.map(({ id }) => id),
		cache,
	);
	const proposals = new Set<string>();
	for (const events of about.values()) for (const e of events) if (e.type === 'proposed') proposals.add(e.id);
	const answers = proposals.size === 0 ? new Map() : eventsAboutEach(db, [...proposals], cache);
	return prompts.map(({ n, id, fallback }) => {
		const events = (about.get(id) ?? []).filter(stands);
		const answered = events
			.filter((e) => e.type === 'proposed')
			.flatMap((e) => (answers.get(e.id) ?? []) as readonly JournalEvent[])
			.filter((e): e is EventOf<'proposal-answered'> => e.type === 'proposal-answered' && stands(e));
		return projectPrompt(id, fallback, rows.get(n) ?? [], events, answered, sealedOnly);
	});
}

function tagsText({ tags }: PromptState): string | null {
	return tags.length === 0 ? null : JSON.stringify(tags);
}

/**
 * Writes states that differ from what is stored, one statement for each state that several came to.
 * @returns place by key of the prompts that moved
 */
export function writePromptStates(
	db: Database,
	counts: Counts,
	prompts: readonly StoredPrompt[],
	states: readonly PromptState[],
): Map<number, string> {
	const changed = new Map<string, { readonly state: PromptState; readonly keys: number[] }>();
	const retagged: { readonly n: number; readonly tags: readonly string[] }[] = [];
	const moved = new Map<number, string>();
	for (const [i, prompt] of prompts.entries()) {
		const state = states[i] as PromptState;
		const tags = tagsText(state);
		const { n, place } = prompt;
		if (tags !== prompt.tags) retagged.push({ n, tags: state.tags });
		const same = state.split === prompt.split && state.half === prompt.half && state.drawn === prompt.drawn;
		if (same && tags === prompt.tags) continue;
		const name = JSON.stringify([state.split, state.half, state.drawn, tags]);
		const group = changed.get(name) ?? { state, keys: [] };
		changed.set(name, group);
		group.keys.push(n);
		if (place === 'waiting' && state.split !== prompt.split) counts.moved();
		const now = place === 'waiting' ? place : placeOf(state.split, state.half);
		if (now === place) continue;
		counts.prompt(place, -1);
		counts.prompt(now, 1);
		moved.set(n, now);
	}
	for (const { state, keys } of changed.values()) {
		db.run(
			'UPDATE prompts SET split = ?, half = ?, drawn = ?, tags = ? WHERE n IN (SELECT value FROM json_each(?))',
			state.split,
			state.half,
			state.drawn,
			tagsText(state),
			JSON.stringify(keys),
		);
	}
	if (retagged.length > 0) {
		const keys = JSON.stringify(retagged.map(({ n }) => n));
		db.run('DELETE FROM prompt_tags WHERE prompt IN (SELECT value FROM json_each(?))', keys);
		for (const { n, tags } of retagged) for (const tag of tags) db.run('INSERT INTO prompt_tags VALUES (?, ?)', tag, n);
	}
	return moved;
}
