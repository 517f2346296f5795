import type { Message, Prompt } from '../domain/comparison.ts';
import type { EventOf, JournalEvent } from '../domain/events.ts';
import { type Canonical, CanonicalError, canonicalComparison, plainMessages, responseId } from '../domain/identity.ts';
import type { Counts } from './counts.ts';
import type { Database } from './database.ts';

/** What one `paired` event says of one comparison. */
export type Pairing = EventOf<'paired'>['pairs'][number];

/** By comparison and by prompt, built once an event: a bulk one names thousands of pairs. */
const pairings = new WeakMap<JournalEvent, ReadonlyMap<string, readonly Pairing[]>>();

function pairingsOf(event: EventOf<'paired'>): ReadonlyMap<string, readonly Pairing[]> {
	let map = pairings.get(event);
	if (map === undefined) {
		const built = new Map<string, Pairing[]>();
		for (const pair of event.pairs) {
			for (const key of [pair.comparison, pair.prompt]) {
				const known = built.get(key);
				if (known === undefined) built.set(key, [pair]);
				else known.push(pair);
			}
		}
		map = built;
		pairings.set(event, map);
	}
	return map;
}

/** Pairs that these events make of a subject: of a comparison the one with its id, of a prompt all of its own. */
export function pairsAbout(events: readonly JournalEvent[], subject: string): Pairing[] {
	return events.flatMap((event) => (event.type === 'paired' ? (pairingsOf(event).get(subject) ?? []) : []));
}

/** Adds a candidate of a prompt unless it is there. @returns its key, and whether it is new */
export function ensureCandidate(
	db: Database,
	prompt: number,
	response: readonly Message[],
): { readonly n: number; readonly added: boolean } {
	const plain = plainMessages(response);
	const id = responseId(plain);
	const known = db.value<number>('SELECT n FROM candidates WHERE prompt = ? AND id = ?', prompt, id);
	if (known !== undefined) return { n: known, added: false };
	const body = JSON.stringify(plain);
	return { n: db.run('INSERT INTO candidates(prompt, id, body) VALUES (?, ?, ?)', prompt, id, body).key, added: true };
}

/**
 * Brings the candidates of one prompt in line with what was generated for it, and drops those that nothing brings any more.
 * @param events about the prompt, retracted ones left out
 * @returns whether a candidate came or went
 */
export function settleCandidates(db: Database, prompt: number, events: readonly JournalEvent[]): boolean {
	const wanted = new Map(events.flatMap((event) => (event.type === 'generated' ? [[event.id, event] as const] : [])));
	const there = db.all<{ event: string }>('SELECT event FROM candidate_events WHERE prompt = ?', prompt);
	let changed = false;
	for (const { event } of there) {
		if (wanted.delete(event)) continue;
		db.run('DELETE FROM candidate_events WHERE event = ?', event);
		changed = true;
	}
	for (const event of wanted.values()) {
		const { n } = ensureCandidate(db, prompt, event.response);
		db.run(
			'INSERT OR IGNORE INTO candidate_events VALUES (?, ?, ?, ?, ?, ?)',
			event.id,
			prompt,
			n,
			event.model,
			event.server,
			JSON.stringify(event.sampling),
		);
		changed = true;
	}
	const dropped = db.run(
		`DELETE FROM candidates WHERE prompt = ? AND n NOT IN (SELECT candidate FROM candidate_rows WHERE prompt = ?)
		AND n NOT IN (SELECT candidate FROM candidate_events WHERE prompt = ?)`,
		prompt,
		prompt,
		prompt,
	);
	return changed || dropped.changes > 0;
}

/** Whether anything but a comparison brings this prompt: rows of logs do, and hold its text. */
export function isLogged(db: Database, prompt: number): boolean {
	return db.value('SELECT 1 FROM candidate_rows WHERE prompt = ? LIMIT 1', prompt) !== undefined;
}

/** Whether anything but candidates brings this prompt: rows of logs, imported pairs, pairs that people wrote. They hold its text. */
export function isBrought(db: Database, prompt: number): boolean {
	return (
		isLogged(db, prompt) ||
		db.value(
			`SELECT 1 FROM comparisons c WHERE c.prompt = ? AND (EXISTS (SELECT 1 FROM source_rows r WHERE r.comparison = c.n)
			OR EXISTS (SELECT 1 FROM event_subjects s JOIN events e ON e.n = s.event
				WHERE s.subject = c.id AND e.void = 0 AND e.type IN ('authored', 'improved'))) LIMIT 1`,
			prompt,
		) !== undefined
	);
}

/** Takes all candidates of a prompt that goes out. */
export function forgetCandidates(db: Database, prompt: number): void {
	db.run('DELETE FROM candidate_events WHERE prompt = ?', prompt);
	db.run('DELETE FROM candidates WHERE prompt = ?', prompt);
}

/** The comparison that a pairing makes, once its prompt and both candidates are there; null before, or where it says otherwise. */
export function pairedComparison(
	db: Database,
	pair: Pairing,
): { readonly prompt: number; readonly canonical: Canonical } | null {
	const prompt = db.get<{ n: number; body: string }>('SELECT n, body FROM prompts WHERE id = ?', pair.prompt);
	if (prompt === undefined) return null;
	const body = (id: string) =>
		db.value<string>('SELECT body FROM candidates WHERE prompt = ? AND id = ?', prompt.n, id);
	const [a, b] = [body(pair.a), body(pair.b)];
	if (a === undefined || b === undefined || !isBrought(db, prompt.n)) return null;
	try {
		const canonical = canonicalComparison(
			JSON.parse(prompt.body) as Prompt,
			JSON.parse(a) as Message[],
			JSON.parse(b) as Message[],
		);
		return canonical.comparison.id === pair.comparison ? { prompt: prompt.n, canonical } : null;
	} catch (error) {
		if (error instanceof CanonicalError) return null;
		throw error;
	}
}

/** Whether both candidates of one of these pairings are there, and their prompt. */
export function pairingStands(db: Database, prompt: number, pairs: readonly Pairing[]): boolean {
	if (pairs.length === 0 || !isBrought(db, prompt)) return false;
	return pairs.some(
		({ a, b }) =>
			db.value<number>('SELECT count(*) FROM candidates WHERE prompt = ? AND id IN (?, ?)', prompt, a, b) === 2,
	);
}

/** A waiting prompt gets its first comparison. @returns the place it has from now on */
export function wakePrompt(db: Database, counts: Counts, prompt: number, place: string): string {
	if (place !== 'waiting') return place;
	db.run('UPDATE prompts SET waiting = 0 WHERE n = ?', prompt);
	const now = db.value<string>('SELECT place FROM prompts WHERE n = ?', prompt) as string;
	counts.prompt('waiting', -1);
	counts.prompt(now, 1);
	return now;
}

/** A logged prompt lost its last comparison. */
export function sendToWait(db: Database, counts: Counts, prompt: number, place: string): void {
	db.run('UPDATE prompts SET waiting = 1 WHERE n = ?', prompt);
	counts.prompt(place, -1);
	counts.prompt('waiting', 1);
}
