import { compareEvents, type JournalEvent } from '../domain/events.ts';
import type { Verdict } from '../domain/judgment.ts';
import { SPLIT_LABELS } from '../domain/split.ts';
import { UserError } from '../protocol/errors.ts';
import type { HistoryEntry } from '../protocol/lists.ts';
import { broughtBy, pastOf, votePlaces } from '../store/history-query.ts';
import type { ComparisonState } from '../store/project-comparison.ts';
import type { StoredComparison } from '../store/read-comparison.ts';
import type { Context } from './context.ts';

const STRENGTHS = { 1: 'slightly', 2: 'clearly', 3: 'much' } as const;

function why(reason: string | undefined): string {
	return reason === undefined ? '' : `: ${reason}`;
}

function counted(count: number, one: string): string {
	return `${count.toLocaleString('en-US')} ${one}${count === 1 ? '' : 's'}`;
}

function verdictWords(verdict: Verdict): string {
	return verdict === 'both_bad' ? 'both bad' : verdict;
}

/** What an event did, in words. */
export function eventWords(event: JournalEvent): string {
	switch (event.type) {
		case 'judged':
			return `${event.kind === 'first' ? 'judged' : event.kind}: ${verdictWords(event.verdict)}${event.strength === undefined ? '' : `, ${STRENGTHS[event.strength]}`}${event.blind ? '' : ' (not blind)'}${why(event.note)}`;
		case 'gold-marked':
			return `${event.verdict === null ? 'gold no longer' : `gold, the answer is known: ${verdictWords(event.verdict)}`}${why(event.reason)}`;
		case 'gold-answered':
			return `judged as gold, no vote: ${verdictWords(event.verdict)}${event.blind ? '' : ' (not blind)'}${why(event.note)}`;
		case 'skipped':
			return event.cannot === undefined ? 'put off for later' : `cannot judge: ${event.cannot}`;
		case 'flagged':
			return `flagged${why(event.note)}`;
		case 'adjudicated':
			return `adjudicated: ${verdictWords(event.verdict)}${why(event.reason)}`;
		case 'authored':
			return `written by ${event.written_by}`;
		case 'generated':
			return 'a response was generated';
		case 'paired':
			return event.pairs.length === 1
				? 'two responses were made a pair'
				: `responses were made ${counted(event.pairs.length, 'pair')}`;
		case 'improved':
			return `rewritten from ${event.derived_from.slice(0, 12)} by ${event.written_by}`;
		case 'tagged':
			return `${event.remove === true ? 'removed tag' : 'tagged'} ${event.facet}${event.moves === undefined || event.moves.length === 0 ? '' : ', moved to held-out'}${why(event.reason)}`;
		case 'split-assigned':
			return `${event.kept === true ? 'kept in' : 'moved to'} ${SPLIT_LABELS[event.split]}${why(event.reason)}`;
		case 'proposed':
			return `proposed for ${SPLIT_LABELS[event.split]} (the prompt is ${event.because === 'frozen' ? 'frozen' : 'exported for training'})`;
		case 'proposal-answered':
			return `${event.accepted ? 'accepted' : 'declined'} the proposal${why(event.reason)}`;
		case 'half-drawn':
			return 'half of the held-out split drawn';
		case 'imported':
			return `imported with ${event.source.name}`;
		case 'leak-accepted':
			return `accepted a leak: ${event.reason}`;
		case 'search-saved':
			return event.query === null ? `deleted the search “${event.name}”` : `saved the search “${event.name}”`;
		case 'suggestions-dismissed':
			return `dismissed ${counted(event.prompts.length, 'suggestion')}${why(event.reason)}`;
		case 'frozen':
			return `froze ${SPLIT_LABELS[event.split]} as ${event.manifest}`;
		case 'mapping-saved':
			return event.mapping === null ? `deleted the mapping “${event.name}”` : `saved the mapping “${event.name}”`;
		case 'renamed':
			return `took the name ${event.name}`;
		case 'retracted':
			return 'took something back';
		case 'exported':
			return `exported ${counted(event.prompts, 'prompt')} as ${event.format}`;
		case 'run-recorded':
			return `recorded run ${event.run}`;
		case 'decided':
			return `decided on run ${event.run}${why(event.reason)}`;
		case 'seal-opened':
			return `opened the sealed half for run ${event.run}`;
		case 'erased':
			return `erased a text${why(event.reason)}`;
		case 'person-removed':
			return `took a person out, now ${event.as}${why(event.reason)}`;
	}
}

/** Types that stay on record: a taking-back would hide what was seen, trained on or decided; nor can a draw be drawn again. */
const STAYS: readonly JournalEvent['type'][] = [
	'retracted',
	'half-drawn',
	'exported',
	'run-recorded',
	'decided',
	'seal-opened',
	'erased',
	'person-removed',
];

/** @throws UserError 'usage' where this event is not `person`'s to take back */
export function checkRevertible(event: JournalEvent, retracted: boolean, person: string): void {
	if (event.person !== person) {
		throw new UserError('usage', `That is an act of ${event.person}: only they can take it back.`);
	}
	if (STAYS.includes(event.type)) {
		throw new UserError('usage', `A "${event.type}" event stays: it cannot be taken back.`);
	}
	if (event.type === 'split-assigned' && event.kept === true) {
		throw new UserError(
			'usage',
			'It keeps prompts where they are frozen, or were exported from: they move with "pairwright split --assign", which proposes it.',
		);
	}
	if (retracted) throw new UserError('usage', 'It has been taken back already.');
}

function revertible(event: JournalEvent, retracted: boolean, person: string | null): boolean {
	const isKept = event.type === 'split-assigned' && event.kept === true;
	return person !== null && event.person === person && !STAYS.includes(event.type) && !isKept && !retracted;
}

interface Dated {
	readonly entry: HistoryEntry;
	readonly order: JournalEvent;
	/** Entries of one event, in order: an import, then the judgments that came with it. */
	readonly sub: number;
}

/**
 * What happened to a comparison and its prompt, oldest first: imports with their judgments, verdicts, tags, moves, decisions on it,
 * and what was taken back; each with where it stands.
 */
export function timeline(ctx: Context, c: StoredComparison, state: ComparisonState): HistoryEntry[] {
	const person = ctx.person();
	const dated: Dated[] = [];
	const computer = (event: JournalEvent): string =>
		event.device === ctx.state.device ? 'this computer' : 'another computer';
	const past = pastOf(ctx.db, [c.id, c.promptId]);
	const byId = new Map(past.map(({ event }) => [event.id, event]));
	for (const { event, retracted, file } of past) {
		const of = event.type === 'retracted' ? byId.get(event.event) : undefined;
		dated.push({
			order: event,
			sub: 0,
			entry: {
				event: event.id,
				type: event.type,
				at: event.time,
				person: event.person,
				text: of === undefined ? eventWords(event) : `took back “${eventWords(of)}”`,
				retracted,
				from: `journal/${file}`,
				where: computer(event),
				device: event.device,
				...(revertible(event, retracted, person) ? { mine: true as const } : {}),
			},
		});
	}
	const rows = broughtBy(ctx.db, c.n);
	const places = votePlaces(ctx.db, c);
	const imports = new Map(rows.toReversed().map((row) => [row.path, row]));
	for (const { event, name, path, line } of rows) {
		dated.push({
			order: event,
			sub: 0,
			entry: {
				event: event.id,
				type: 'imported',
				at: event.time,
				person: event.person,
				text: `imported with ${name}`,
				retracted: false,
				from: `${path}, line ${line}`,
				where: `line ${line}, ${computer(event)}`,
				device: event.device,
				...(revertible(event, false, person) ? { mine: true as const } : {}),
			},
		});
	}
	for (const [i, judgment] of state.judgments.filter((j) => j.imported).entries()) {
		const place = places.get(judgment.id);
		const row = place === undefined ? rows[0] : (imports.get(place.path) ?? rows[0]);
		if (row === undefined) continue;
		dated.push({
			order: row.event,
			sub: i + 1,
			entry: {
				event: judgment.id,
				type: 'judged',
				at: judgment.at,
				person: judgment.annotator,
				text: `judged: ${verdictWords(judgment.verdict)} (imported)`,
				retracted: false,
				...(place === undefined
					? {}
					: { from: `${place.path}, line ${place.line}`, where: `line ${place.line} of ${row.name}` }),
			},
		});
	}
	return dated.sort((x, y) => compareEvents(x.order, y.order) || x.sub - y.sub).map(({ entry }) => entry);
}
