import type { JournalEvent } from '../domain/events.ts';
import type { ComparisonDetail, HistoryEntry } from '../protocol/workspace-api.ts';
import { comparisonState, historyOf, readComparison, resolveId, sourcesOf } from '../store/read-comparison.ts';
import type { Context } from './context.ts';

const STRENGTHS = { 1: 'slightly', 2: 'clearly', 3: 'much' } as const;

function sentence(event: JournalEvent): string {
	switch (event.type) {
		case 'judged':
			return `${event.kind === 'first' ? 'judged' : event.kind}: ${event.verdict}${event.strength === undefined ? '' : `, ${STRENGTHS[event.strength]}`}${event.blind ? '' : ' (not blind)'}${event.note === undefined ? '' : `: ${event.note}`}`;
		case 'skipped':
			return event.cannot === undefined ? 'put off for later' : `cannot judge: ${event.cannot}`;
		case 'flagged':
			return event.note === undefined ? 'flagged' : `flagged: ${event.note}`;
		case 'adjudicated':
			return `adjudicated: ${event.verdict}: ${event.reason}`;
		case 'authored':
			return `written by ${event.written_by}`;
		case 'improved':
			return `rewritten from ${event.derived_from.slice(0, 12)} by ${event.written_by}`;
		case 'tagged':
			return `${event.remove === true ? 'removed tag' : 'tagged'} ${event.facet}${event.moves === undefined || event.moves.length === 0 ? '' : ', moved to held-out'}${event.reason === undefined ? '' : `: ${event.reason}`}`;
		case 'split-assigned':
			return `moved to ${event.split}${event.reason === undefined ? '' : `: ${event.reason}`}`;
		case 'proposed':
			return `proposed for ${event.split} (${event.because})`;
		case 'half-drawn':
			return 'half of the held-out split drawn';
		default:
			return event.type;
	}
}

/** One comparison whole, with what was said about it and its prompt. Who has seen others' verdicts is no longer blind. */
export function show(ctx: Context, prefix: string): ComparisonDetail {
	const c = readComparison(ctx.db, resolveId(ctx.db, 'comparison', prefix));
	const state = comparisonState(ctx.db, c.n, c.id);
	const sources = sourcesOf(ctx.db, c.n);
	const person = ctx.person();
	if (person !== null && state.judgments.some((j) => j.annotator !== person)) ctx.state.markSeenOthers(person, c.id);
	const acts: HistoryEntry[] = [...historyOf(ctx.db, c.id), ...historyOf(ctx.db, c.promptId)].map(
		({ event, retracted }) => ({
			event: event.id,
			at: event.time,
			person: event.person,
			text: sentence(event),
			retracted,
		}),
	);
	const imported: HistoryEntry[] = state.judgments
		.filter((j) => j.imported)
		.map((j) => ({
			event: j.id,
			at: j.at,
			person: j.annotator,
			text: `judged: ${j.verdict} (imported)`,
			retracted: false,
		}));
	return {
		id: c.id,
		prompt_id: c.promptId,
		prompt: c.prompt,
		response_a: c.a,
		response_b: c.b,
		judgments: state.judgments,
		resolution: state.resolution,
		tags: c.tags,
		split: c.split,
		half: c.half,
		history: [...imported, ...acts],
		sources: sources.map(({ name, path, line }) => ({ name, path, line })),
		metadata: sources.find((s) => s.metadata !== null)?.metadata ?? null,
		derived_from: c.derivedFrom,
	};
}
