import type { JournalEvent } from '../domain/events.ts';
import type { Split } from '../domain/split.ts';
import { firstTurnKey } from '../domain/text.ts';
import {
	forgetCandidates,
	isBrought,
	isLogged,
	pairedComparison,
	pairingStands,
	pairsAbout,
	sendToWait,
	settleCandidates,
	wakePrompt,
} from './candidates.ts';
import {
	contribution,
	eventsAbout,
	insertComparison,
	insertPrompt,
	NEXT_REV,
	orderKey,
	removeGold,
	type StoredCounts,
	storedContribution,
	tierOf,
	votesOn,
	writeGold,
	writeStanding,
} from './comparison-rows.ts';
import { forgetPromptCopy, forgetResponses } from './copies.ts';
import { Counts } from './counts.ts';
import type { Database } from './database.ts';
import { LARGE, type Unfolding, unfold } from './fold-events.ts';
import { forgetEdges } from './near-edges.ts';
import { placeComparisons } from './place-comparisons.ts';
import { isSettled } from './placement.ts';
import { projectComparison } from './project-comparison.ts';
import type { PromptState } from './project-prompt.ts';
import {
	markedPrompts,
	promptStates,
	type StoredPrompt,
	stillMarked,
	storedPrompts,
	writePromptStates,
} from './prompt-states.ts';
import { facetSubject, subjectsOf, writtenComparison } from './subjects.ts';
import { SHORT, type Slice } from './sync-journal.ts';

/** Settings that projections depend on; a change of them folds everything again. */
export interface ProjectionSettings {
	readonly seed: string;
	readonly defaultSplit: (firstTurnKey: string) => Split;
}

/** Prompts projected between two looks at the clock. */
const TOGETHER = 250;

/** Recomputes the projections of what events and imports have touched. Each is a pure function of its own events. */
export class Projector {
	readonly #db: Database;
	readonly #settings: ProjectionSettings;
	readonly #most: Slice;
	readonly #cache = new Map<string, JournalEvent>();
	#counts = new Counts();
	#sealedOnly: Set<string> | null = null;
	readonly #unfolding: Unfolding = { id: '', subjects: [] };
	/** Marked prompts that are still to come, by key. */
	#many: number[] = [];

	/** @param most subjects of one transaction */
	constructor(db: Database, settings: ProjectionSettings, most: Slice = SHORT) {
		this.#db = db;
		this.#settings = settings;
		this.#most = most;
	}

	/** Projects everything marked dirty, yielding between transactions. May stop anywhere: the marks stay. */
	*drain(): Generator<void> {
		for (;;) {
			const left = this.#db.write(() => {
				this.#slice();
				this.#counts.flush(this.#db);
				return !isSettled(this.#db);
			});
			if (!left) break;
			yield;
		}
		this.#cache.clear();
		this.#sealedOnly = null;
	}

	/** Projects these subjects before all others, in one transaction: what somebody has just said of a few comparisons. */
	first(subjects: readonly string[]): void {
		this.#db.write(() => {
			this.#clean(subjects);
			for (const subject of subjects) this.#project(subject);
			this.#counts.flush(this.#db);
		});
		this.#cache.clear();
		this.#sealedOnly = null;
	}

	/** One transaction's part: prompts together, then the others one by one. */
	#slice(): void {
		// Between two transactions another projector may have folded the first draw of a facet.
		this.#sealedOnly = null;
		const started = performance.now();
		const late = () => performance.now() - started > this.#most.ms;
		unfold(this.#db, this.#unfolding, 2 * this.#most.rows, late);
		if (late()) return;
		// A facet marks its prompts: behind them it would have them projected twice.
		const range = "FROM dirty WHERE subject >= 'facet ' AND subject < 'facet!'";
		const facets = this.#db.all<{ subject: string }>(`SELECT subject ${range}`);
		// By range: a mark that an earlier version made of half a surrogate pair is not found by what is read of it.
		if (facets.length > 0) this.#db.run(`DELETE ${range}`);
		for (const { subject } of facets) this.#project(subject);
		const marked = this.#db
			.all<{ subject: string }>('SELECT subject FROM dirty LIMIT ?', this.#most.rows)
			.map(({ subject }) => subject);
		const among = storedPrompts(this.#db, marked);
		const many = marked.length === this.#most.rows && 2 * among.length > marked.length;
		const prompts = many ? this.#nextOfMany() : among;
		for (let i = 0; i < prompts.length; i += TOGETHER) {
			const some = prompts.slice(i, i + TOGETHER);
			this.#clean(some.map(({ id }) => id));
			this.#prompts(some);
			if (!late()) continue;
			if (many) this.#many.unshift(...prompts.slice(i + TOGETHER).map(({ n }) => n));
			return;
		}
		const done = new Set(among.map(({ id }) => id));
		for (const subject of marked) {
			if (done.has(subject)) continue;
			this.#clean([subject]);
			this.#project(subject);
			if (late()) return;
		}
	}

	/** The next prompts of a large action, which are neighbours in the tables. */
	#nextOfMany(): readonly StoredPrompt[] {
		if (this.#many.length === 0) this.#many = markedPrompts(this.#db);
		return stillMarked(this.#db, this.#many.splice(0, this.#most.rows));
	}

	/** Takes marks off before what they are of is projected: that may mark it again. */
	#clean(subjects: readonly string[]): void {
		const [only] = subjects;
		if (subjects.length === 1) this.#db.run('DELETE FROM dirty WHERE subject = ?', only);
		else this.#db.run('DELETE FROM dirty WHERE subject IN (SELECT value FROM json_each(?))', JSON.stringify(subjects));
	}

	#dirty(subject: string): void {
		this.#db.run('INSERT OR IGNORE INTO dirty VALUES (?)', subject);
	}

	#project(subject: string): void {
		if (subject.startsWith('facet ')) {
			this.#facet(subject.slice('facet '.length));
			return;
		}
		if (subject.startsWith('event ')) {
			this.#attachment(subject.slice('event '.length));
			return;
		}
		const comparison = this.#db.value<number>('SELECT n FROM comparisons WHERE id = ?', subject);
		if (comparison !== undefined) {
			this.#comparison(comparison, subject);
			return;
		}
		const prompts = storedPrompts(this.#db, [subject]);
		if (prompts.length > 0) {
			this.#prompts(prompts);
			return;
		}
		const event = this.#db.get<{ n: number; type: string; length: number }>(
			'SELECT n, type, octet_length(line) AS length FROM events WHERE id = ?',
			subject,
		);
		if (event !== undefined && event.length >= LARGE) {
			// An answer concerns all of its proposal; what takes another event back has marked that one's subjects itself.
			if (event.type === 'proposed') this.#db.run("INSERT OR REPLACE INTO unfolded VALUES (?, '')", event.n);
			return;
		}
		if (event !== undefined) {
			const line = this.#db.value<string>('SELECT line FROM events WHERE n = ?', event.n) as string;
			for (const about of subjectsOf(JSON.parse(line) as JournalEvent)) if (about !== subject) this.#dirty(about);
			return;
		}
		this.#written(subject);
	}

	/** A comparison that people wrote comes in with its event; one from a file that is not there waits for it. */
	#written(id: string): void {
		const writes = this.#db.value(
			`SELECT 1 FROM event_subjects s JOIN events e ON e.n = s.event
			WHERE s.subject = ? AND e.void = 0 AND e.type IN ('authored', 'improved', 'paired') LIMIT 1`,
			id,
		);
		if (writes === undefined) return;
		const events = eventsAbout(this.#db, id, this.#cache);
		const event = events.find((e) => e.type === 'authored' || e.type === 'improved');
		const written = event === undefined ? this.#paired(events, id) : writtenComparison(event);
		if (written === null) return;
		const { comparison } = written;
		const fallback = this.#settings.defaultSplit(firstTurnKey(comparison.prompt));
		let prompt = this.#db.value<number>('SELECT n FROM prompts WHERE id = ?', comparison.promptId);
		if (prompt === undefined) {
			const asked = [{ n: 0, id: comparison.promptId, fallback }];
			const [state] = promptStates(this.#db, asked, this.#sealedFacets(), this.#cache) as [PromptState];
			prompt = insertPrompt(
				this.#db,
				this.#counts,
				comparison.promptId,
				comparison.prompt,
				fallback,
				state,
				firstTurnKey(comparison.prompt),
			);
			this.#dirty(comparison.promptId);
		}
		const before = this.#db.value<string>('SELECT place FROM prompts WHERE n = ?', prompt) as string;
		const place = wakePrompt(this.#db, this.#counts, prompt, before);
		insertComparison(
			this.#db,
			this.#counts,
			comparison,
			prompt,
			place,
			orderKey(this.#settings.seed, id),
			projectComparison(id, events, []),
			events.find((e) => e.type === 'improved')?.derived_from ?? null,
		);
	}

	#paired(events: readonly JournalEvent[], id: string): ReturnType<typeof writtenComparison> {
		for (const pair of pairsAbout(events, id)) {
			const made = pairedComparison(this.#db, pair);
			if (made !== null) return made.canonical;
		}
		return null;
	}

	#comparison(n: number, id: string): void {
		const db = this.#db;
		const events = eventsAbout(db, id, this.#cache);
		const before = db.get<StoredCounts & { readonly prompt: number; readonly now: string }>(
			`SELECT c.place, c.resolution, c.judgments, c.named, c.tier, p.n AS prompt, p.place AS now
			FROM comparisons c JOIN prompts p ON p.n = c.prompt WHERE c.n = ?`,
			n,
		) as StoredCounts & { readonly prompt: number; readonly now: string };
		const prompt = { n: before.prompt, place: before.now };
		this.#counts.comparison(storedContribution(db, n, before), -1);
		db.run('DELETE FROM standing WHERE comparison = ?', n);
		removeGold(db, n);
		const improved = events.find((e) => e.type === 'improved');
		const written = improved !== undefined || events.some((e) => e.type === 'authored');
		if (
			!written &&
			db.value('SELECT 1 FROM source_rows WHERE comparison = ? LIMIT 1', n) === undefined &&
			!pairingStands(db, prompt.n, pairsAbout(events, id))
		) {
			// Nothing brings this comparison any more: its import is gone, or its author took it back.
			this.#remove(n, prompt);
			return;
		}
		const state = projectComparison(id, events, votesOn(db, n));
		const opened =
			prompt.place === 'E' &&
			db.value('SELECT 1 FROM run_labels l JOIN opened_runs o ON o.run = l.run WHERE l.comparison = ? LIMIT 1', id) !==
				undefined;
		db.run(
			`UPDATE comparisons SET resolution = ?, decided_by = ?, y = ?, votes = ?, weight = ?, winner = ?,
			judgments = ?, named = ?, flagged = ?, opened = ?, derived_from = ?, rev = ${NEXT_REV} WHERE n = ?`,
			state.resolution,
			state.by,
			state.y,
			state.votes,
			state.weight,
			state.winner,
			state.judgments.length,
			state.named,
			state.flagged ? 1 : 0,
			opened ? 1 : 0,
			improved === undefined ? null : improved.derived_from,
			n,
		);
		const tier = tierOf(prompt.place, state);
		// Apart: their indexes would be written anew with every verdict.
		if (before.place !== prompt.place || before.tier !== tier) {
			db.run('UPDATE comparisons SET place = ?, tier = ? WHERE n = ?', prompt.place, tier, n);
		}
		writeStanding(db, n, state);
		writeGold(db, n, prompt.place, state);
		this.#counts.comparison(contribution(prompt.place, state), 1);
	}

	#remove(n: number, prompt: { readonly n: number; readonly place: string }): void {
		const db = this.#db;
		const { a, b } = db.get<{ a: string; b: string }>('SELECT a, b FROM comparisons WHERE n = ?', n) as {
			a: string;
			b: string;
		};
		db.run('DELETE FROM comparisons WHERE n = ?', n);
		db.run('DELETE FROM fts WHERE rowid = ?', n);
		db.run(
			"INSERT INTO meta VALUES ('removed', '1') ON CONFLICT(key) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
		);
		forgetResponses(db, prompt.n, [a, b]);
		const others = db.all<{ id: string }>('SELECT id FROM comparisons WHERE prompt = ?', prompt.n);
		if (others.length > 0) {
			// Pairs of candidates go with the last that held the prompt's text: a rebuild could not make them either.
			if (!isBrought(db, prompt.n)) for (const other of others) this.#dirty(other.id);
			return;
		}
		forgetPromptCopy(db, prompt.n, db.value<string>('SELECT body FROM prompts WHERE n = ?', prompt.n) as string);
		if (isLogged(db, prompt.n)) sendToWait(db, this.#counts, prompt.n, prompt.place);
		else this.#removePrompt(prompt);
	}

	#removePrompt(prompt: { readonly n: number; readonly place: string }): void {
		const db = this.#db;
		forgetCandidates(db, prompt.n);
		forgetEdges(db, prompt.n);
		db.run('DELETE FROM prompt_tags WHERE prompt = ?', prompt.n);
		db.run('DELETE FROM prompts WHERE n = ?', prompt.n);
		this.#counts.prompt(prompt.place, -1);
	}

	/** Responses of logs and models, and the comparisons that people made of them. */
	#candidates(n: number, id: string): void {
		const db = this.#db;
		const events = eventsAbout(db, id, this.#cache);
		settleCandidates(db, n, events);
		for (const pair of pairsAbout(events, id)) {
			const there = db.value('SELECT 1 FROM comparisons WHERE id = ?', pair.comparison) !== undefined;
			if (there !== pairingStands(db, n, [pair])) this.#dirty(pair.comparison);
		}
	}

	/** Prompts that have candidates, or of which people or models made some. */
	#withCandidates(prompts: readonly StoredPrompt[]): readonly StoredPrompt[] {
		const found = this.#db.all<{ id: string }>(
			`SELECT s.subject AS id FROM event_subjects s JOIN events e ON e.n = s.event
			WHERE s.subject IN (SELECT value FROM json_each(?)) AND e.type IN ('generated', 'paired')
			UNION SELECT p.id FROM prompts p WHERE p.n IN (SELECT value FROM json_each(?))
			AND EXISTS (SELECT 1 FROM candidates k WHERE k.prompt = p.n)`,
			JSON.stringify(prompts.map(({ id }) => id)),
			JSON.stringify(prompts.map(({ n }) => n)),
		);
		if (found.length === 0) return [];
		const ids = new Set(found.map(({ id }) => id));
		return prompts.filter(({ id }) => ids.has(id));
	}

	/** Prompts together: a bulk action names tens of thousands, which all come to one of a few states. */
	#prompts(prompts: readonly StoredPrompt[]): void {
		const db = this.#db;
		for (const { n, id } of this.#withCandidates(prompts)) this.#candidates(n, id);
		const [gone, here] = [[] as StoredPrompt[], [] as StoredPrompt[]];
		for (const prompt of prompts) (prompt.place === 'waiting' && !isLogged(db, prompt.n) ? gone : here).push(prompt);
		for (const prompt of gone) this.#removePrompt(prompt);
		const states = promptStates(db, here, this.#sealedFacets(), this.#cache);
		const moved = writePromptStates(db, this.#counts, here, states);
		if (moved.size === 0) return;
		for (const id of placeComparisons(db, this.#counts, moved)) this.#project(id);
	}

	#sealedFacets(): ReadonlySet<string> {
		this.#sealedOnly ??= new Set(
			this.#db.all<{ facet: string }>('SELECT facet FROM facets WHERE sealed_only = 1').map((f) => f.facet),
		);
		return this.#sealedOnly;
	}

	/** The first draw of a facet says for good whether it is E only. */
	#facet(facet: string): void {
		const first = eventsAbout(this.#db, facetSubject(facet), this.#cache).find((e) => e.type === 'half-drawn');
		const drawn = first?.facets.find((f) => f.facet.toWellFormed() === facet);
		const before = this.#db.value<number>('SELECT sealed_only FROM facets WHERE facet = ?', facet);
		const now = drawn === undefined ? undefined : drawn.sealed_only ? 1 : 0;
		if (now === before) return;
		if (now === undefined) this.#db.run('DELETE FROM facets WHERE facet = ?', facet);
		else this.#db.run('INSERT OR REPLACE INTO facets VALUES (?, ?)', facet, now);
		this.#sealedOnly = null;
		if ((now === 1) === (before === 1)) return;
		for (const row of this.#db.all<{ id: string }>(
			'SELECT p.id AS id FROM prompt_tags t JOIN prompts p ON p.n = t.prompt WHERE t.facet = ?',
			facet,
		)) {
			this.#dirty(row.id);
		}
	}

	/** Imports and events with a file of their own are folded apart (they need to read files): only noted here. */
	#attachment(id: string): void {
		const event = this.#db.get<{ type: string; void: number }>('SELECT type, void FROM events WHERE id = ?', id);
		const type = event === undefined || event.void === 1 ? 'gone' : event.type;
		this.#db.run('INSERT OR REPLACE INTO attachments VALUES (?, ?, 0)', id, type);
	}
}
