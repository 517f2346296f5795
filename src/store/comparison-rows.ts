import type { Comparison, Message, Prompt } from '../domain/comparison.ts';
import type { JournalEvent } from '../domain/events.ts';
import { seededUnit, sha256 } from '../domain/identity.ts';
import type { Split } from '../domain/split.ts';
import { preview, promptText, sideText } from '../domain/text.ts';
import type { Contribution, Counts } from './counts.ts';
import type { Database } from './database.ts';
import { IN_JOURNAL } from './journal-votes.ts';
import type { ComparisonState, SourceVote } from './project-comparison.ts';
import type { PromptState } from './project-prompt.ts';

export function placeOf(split: Split, half: string | null): string {
	return split === 'heldout' ? (half ?? 'heldout') : split;
}

/** Types whose events name tens of thousands of subjects. The others are read once: kept, a million of them would fill the memory. */
const BULK: ReadonlySet<JournalEvent['type']> = new Set([
	'tagged',
	'split-assigned',
	'half-drawn',
	'proposed',
	'paired',
	'erased',
]);

/** Bytes from which an event's line is read only where it is not known yet: one about ten thousand subjects is a megabyte. */
const LONG_LINE = 8_192;

/**
 * Events about a subject in journal order, retracted ones left out.
 * @param cache bulk events that were read before, by id: a key of the table means another event once a journal was folded anew
 */
export function eventsAbout(db: Database, subject: string, cache: Map<string, JournalEvent>): JournalEvent[] {
	return db
		.all<{ id: string; line: string | null }>(
			`SELECT e.id AS id, CASE WHEN octet_length(e.line) < ${LONG_LINE} THEN e.line END AS line
			FROM event_subjects s JOIN events e ON e.n = s.event
			WHERE s.subject = ? AND e.void = 0 ORDER BY e.seq, e.time, e.id`,
			subject,
		)
		.map(({ id, line }) => {
			let event = cache.get(id);
			if (event === undefined) {
				const text = line ?? (db.value('SELECT line FROM events WHERE id = ?', id) as string);
				event = JSON.parse(text) as JournalEvent;
				if (BULK.has(event.type)) cache.set(id, event);
			}
			return event;
		});
}

const VOTES = `SELECT v.comparison, v.annotator, v.annotator LIKE 'source:%' AND s.label IS NULL AS anonymous,
	v.verdict, v.strength, v.note, v.at, v.k
	FROM source_votes v JOIN sources s ON s.n = v.source`;
const VOTES_ORDER = 'ORDER BY s.seq, s.time, s.event, v.ord, v.n';

interface VoteRow extends Omit<SourceVote, 'anonymous'> {
	readonly comparison: number;
	readonly anonymous: number;
}

function voteOf({ comparison: _, ...row }: VoteRow): SourceVote {
	return { ...row, anonymous: row.anonymous === 1 };
}

export function votesOn(db: Database, comparison: number): SourceVote[] {
	return db
		.all<VoteRow>(`${VOTES} WHERE v.comparison = ? AND NOT ${IN_JOURNAL} ${VOTES_ORDER}`, comparison)
		.map(voteOf);
}

/**
 * `eventsAbout` of many subjects, in two reads; a subject without events is not in it.
 * @param cache bulk events that were read before
 */
export function eventsAboutEach(
	db: Database,
	subjects: readonly string[],
	cache: Map<string, JournalEvent> = new Map(),
): Map<string, JournalEvent[]> {
	// Which first, then each event once: one about ten thousand subjects is a megabyte of text.
	const named = db.all<{ subject: string; n: number }>(
		`SELECT s.subject, e.n FROM event_subjects s JOIN events e ON e.n = s.event
		WHERE s.subject IN (SELECT value FROM json_each(?)) AND e.void = 0 ORDER BY e.seq, e.time, e.id`,
		JSON.stringify(subjects),
	);
	const ids = db.all<{ n: number; id: string }>(
		'SELECT n, id FROM events WHERE n IN (SELECT value FROM json_each(?))',
		JSON.stringify([...new Set(named.map(({ n }) => n))]),
	);
	const events = new Map<number, JournalEvent>();
	const unread: number[] = [];
	for (const { n, id } of ids) {
		const known = cache.get(id);
		if (known === undefined) unread.push(n);
		else events.set(n, known);
	}
	for (const { n, line } of db.all<{ n: number; line: string }>(
		'SELECT n, line FROM events WHERE n IN (SELECT value FROM json_each(?))',
		JSON.stringify(unread),
	)) {
		const event = JSON.parse(line) as JournalEvent;
		events.set(n, event);
		if (BULK.has(event.type)) cache.set(event.id, event);
	}
	return grouped(
		named,
		({ subject }) => subject,
		({ n }) => events.get(n)!,
	);
}

/** `votesOn` of many comparisons, in one read; one without votes is not in it. */
export function votesOnEach(db: Database, comparisons: readonly number[]): Map<number, SourceVote[]> {
	const rows = db.all<VoteRow>(
		`${VOTES} WHERE v.comparison IN (SELECT value FROM json_each(?)) AND NOT ${IN_JOURNAL} ${VOTES_ORDER}`,
		JSON.stringify(comparisons),
	);
	return grouped(rows, ({ comparison }) => comparison, voteOf);
}

/** Rows under their key, in the order they came in. */
export function grouped<Row, Key, Value>(
	rows: readonly Row[],
	key: (row: Row) => Key,
	value: (row: Row) => Value,
): Map<Key, Value[]> {
	const groups = new Map<Key, Value[]>();
	for (const row of rows) {
		const group = groups.get(key(row));
		if (group === undefined) groups.set(key(row), [value(row)]);
		else group.push(value(row));
	}
	return groups;
}

const NOT_QUEUED = 9;

/**
 * Whether a comparison is shown as gold: in train, or excluded (there it serves nothing else). Anywhere else its label would be told by
 * how people do on it.
 */
export function isGold(place: string, { gold }: Pick<ComparisonState, 'gold'>): boolean {
	return gold !== null && (place === 'train' || place === 'excluded');
}

/** Position in a queue: 0 no vote, 1 only a source's label, 2 one person, 3 more people, 9 not queued. */
export function tierOf(place: string, state: Pick<ComparisonState, 'named' | 'by' | 'gold'>): number {
	if (place === 'excluded' || isGold(place, state)) return NOT_QUEUED;
	if (state.named > 0) return state.named === 1 ? 2 : 3;
	return state.by === 'nobody' ? 0 : 1;
}

export function contribution(place: string, state: ComparisonState): Contribution {
	const asked = tierOf(place, state) !== NOT_QUEUED;
	return {
		place,
		judged: state.resolution !== 'open',
		disputed: state.resolution === 'disputed',
		judgments: state.judgments.length,
		named: asked ? state.named : 0,
		people: asked
			? state.standing.map((s) => ({ annotator: s.annotator, judged: s.judgment !== null, cannot: s.cannot }))
			: [],
	};
}

/**
 * Adds a prompt with its state.
 * @param key its normalised first user turn; 32 hex digits of its hash name the cluster
 * @param waiting it comes without a comparison
 * @returns the row's key; 0 if it was there already
 */
export function insertPrompt(
	db: Database,
	counts: Counts,
	id: string,
	prompt: Prompt,
	fallback: Split,
	state: PromptState,
	key: string,
	waiting = false,
): number {
	const cluster = sha256(key).slice(0, 32);
	const inserted = db.run(
		`INSERT OR IGNORE INTO prompts(id, body, first_turn, cluster, fallback, split, half, drawn, tags, preview, turns, chars, waiting)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id,
		JSON.stringify(prompt),
		cluster,
		cluster,
		fallback,
		state.split,
		state.half,
		state.drawn,
		state.tags.length === 0 ? null : JSON.stringify(state.tags),
		preview(prompt),
		prompt.messages.length,
		promptText(prompt).length,
		waiting ? 1 : 0,
	);
	if (inserted.changes === 0) return 0;
	for (const tag of state.tags) db.run('INSERT INTO prompt_tags VALUES (?, ?)', tag, inserted.key);
	counts.prompt(waiting ? 'waiting' : placeOf(state.split, state.half), 1);
	return inserted.key;
}

export function orderKey(seed: string, comparison: string): number {
	return seededUnit(`${seed}/order`, comparison);
}

function sideLength(side: readonly Message[]): number {
	return sideText(side).length;
}

/** Tells whoever keeps something about comparisons in memory what to read again. */
export const NEXT_REV = '(SELECT coalesce(max(rev), 0) + 1 FROM comparisons)';

/** Whether it stands in E and a decision opened a run that scored it: rows may come in after both, as in a fresh clone. */
const OPENED = `(? = 'E' AND EXISTS (SELECT 1 FROM run_labels l JOIN opened_runs o ON o.run = l.run WHERE l.comparison = ?))`;

/** Adds a comparison with its state. @returns its key; 0 if it was there already. */
export function insertComparison(
	db: Database,
	counts: Counts,
	comparison: Comparison,
	prompt: number,
	place: string,
	order: number,
	state: ComparisonState,
	derivedFrom: string | null,
): number {
	const inserted = db.run(
		`INSERT OR IGNORE INTO comparisons(id, prompt, a, b, place, tier, order_key, resolution, decided_by, y, votes, weight,
		winner, judgments, named, flagged, opened, derived_from, chars_a, chars_b, rev)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${OPENED}, ?, ?, ?, ${NEXT_REV})`,
		comparison.id,
		prompt,
		JSON.stringify(comparison.a),
		JSON.stringify(comparison.b),
		place,
		tierOf(place, state),
		order,
		state.resolution,
		state.by,
		state.y,
		state.votes,
		state.weight,
		state.winner,
		state.judgments.length,
		state.named,
		state.flagged ? 1 : 0,
		place,
		comparison.id,
		derivedFrom,
		sideLength(comparison.a),
		sideLength(comparison.b),
	);
	if (inserted.changes === 0) return 0;
	writeStanding(db, inserted.key, state);
	writeGold(db, inserted.key, place, state);
	counts.comparison(contribution(place, state), 1);
	return inserted.key;
}

export function writeStanding(db: Database, comparison: number, state: ComparisonState): void {
	for (const s of state.standing) {
		db.run(
			'INSERT INTO standing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
			comparison,
			s.annotator,
			s.judgment?.verdict ?? null,
			s.judgment?.strength ?? null,
			s.judgment?.at ?? null,
			s.judgment?.id ?? null,
			s.judgment?.kind ?? null,
			s.judgment === null ? null : s.judgment.blind ? 1 : 0,
			s.seq,
			s.cannot ? 1 : 0,
			s.later,
		);
	}
}

export interface StoredCounts {
	readonly place: string;
	readonly resolution: string;
	readonly judgments: number;
	readonly named: number;
	readonly tier: number;
}

/** Writes what there is of gold; what was there before has to be out. */
export function writeGold(db: Database, comparison: number, place: string, state: ComparisonState): void {
	if (state.gold === null && state.goldAnswers.length === 0) return;
	if (state.gold !== null && isGold(place, state)) {
		db.run('INSERT INTO gold VALUES (?, ?, ?)', comparison, state.gold.verdict, JSON.stringify(state.gold.known));
	}
	for (const { annotator, verdict, blind } of state.goldAnswers) {
		db.run('INSERT INTO gold_answers VALUES (?, ?, ?, ?)', comparison, annotator, verdict, blind ? 1 : 0);
	}
}

export function removeGold(db: Database, comparison: number): void {
	db.run('DELETE FROM gold WHERE comparison = ?', comparison);
	db.run('DELETE FROM gold_answers WHERE comparison = ?', comparison);
}

/** What a stored comparison contributes to the counts now: to be taken off before it changes. */
export function storedContribution(db: Database, n: number, row: StoredCounts): Contribution {
	return {
		place: row.place,
		judged: row.resolution !== 'open',
		disputed: row.resolution === 'disputed',
		judgments: row.judgments,
		named: row.tier === NOT_QUEUED ? 0 : row.named,
		people:
			row.tier === NOT_QUEUED
				? []
				: db
						.all<{ annotator: string; verdict: string | null; cannot: number }>(
							'SELECT annotator, verdict, cannot FROM standing WHERE comparison = ?',
							n,
						)
						.map((s) => ({ annotator: s.annotator, judged: s.verdict !== null, cannot: s.cannot === 1 })),
	};
}
