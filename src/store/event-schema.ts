import * as v from 'valibot';
import { checkOf } from '../domain/erasure.ts';
import type { EventBody, JournalEvent } from '../domain/events.ts';
import { CanonicalError, contentId } from '../domain/identity.ts';
import { SPLITS } from '../domain/split.ts';

const Hex = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/u, 'expected 64 hex digits'));
const Ids = v.array(Hex);
const SplitName = v.picklist(SPLITS);
const HalfName = v.picklist(['R', 'E']);
const SideName = v.picklist(['a', 'b']);
const VerdictName = v.picklist(['a', 'b', 'tie', 'both_bad']);
const StrengthValue = v.picklist([1, 2, 3]);

const MessageValue = v.object({
	role: v.string(),
	content: v.optional(v.string()),
	tool_calls: v.optional(v.unknown()),
	name: v.optional(v.string()),
});
const Written = v.object({
	prompt: v.object({ messages: v.pipe(v.array(MessageValue), v.minLength(1)), tools: v.optional(v.unknown()) }),
	a: v.pipe(v.array(MessageValue), v.minLength(1)),
	b: v.pipe(v.array(MessageValue), v.minLength(1)),
});

const header = {
	id: Hex,
	v: v.literal(1),
	seq: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
	time: v.pipe(v.string(), v.isoTimestamp()),
	person: v.pipe(v.string(), v.minLength(1)),
	device: v.pipe(v.string(), v.minLength(1)),
	check: v.optional(Hex),
	after: v.optional(Ids),
};

/** `VerdictFields`. */
const verdict = {
	comparison: Hex,
	verdict: VerdictName,
	strength: v.optional(StrengthValue),
	reasons: v.optional(v.array(v.string())),
	note: v.optional(v.string()),
	shown_first: v.optional(SideName),
	ms: v.optional(v.number()),
	guideline: v.optional(v.string()),
	blind: v.boolean(),
};

/** What lies there is read, and sent by a sync: only a file of its own folder may be named. */
const CopyPath = v.pipe(v.string(), v.regex(/^\.pairwright\/sources\/\w+(?:\.\w+)*$/u, 'expected a copy of a source'));
const Rewritten = v.array(
	v.object({ from: Hex, to: Hex, path: CopyPath, bytes: v.number(), rows: v.array(v.number()) }),
);

const Event = v.variant('type', [
	v.object({
		...header,
		type: v.literal('imported'),
		source: v.object({
			sha256: Hex,
			name: v.string(),
			format: v.string(),
			bytes: v.number(),
			stored: v.picklist(['copy', 'link']),
			path: v.string(),
		}),
		split: v.optional(SplitName),
		half: v.optional(HalfName),
		options: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))),
	}),
	v.object({
		...header,
		type: v.literal('judged'),
		...verdict,
		kind: v.picklist(['first', 'correction', 'repeat']),
		queue: v.optional(v.picklist(['judge', 'review', 'rejudge', 'cli', 'look-back', 'author'])),
		order: v.optional(v.literal('active')),
	}),
	v.object({ ...header, type: v.literal('retracted'), event: Hex }),
	v.object({
		...header,
		type: v.literal('tagged'),
		prompts: Ids,
		facet: v.string(),
		reason: v.optional(v.string()),
		remove: v.optional(v.literal(true)),
		query: v.optional(v.string()),
		moves: v.optional(Ids),
	}),
	v.object({ ...header, type: v.literal('authored'), comparison: Written, written_by: v.string() }),
	v.object({
		...header,
		type: v.literal('improved'),
		comparison: Written,
		derived_from: Hex,
		side: SideName,
		rewrite: SideName,
		written_by: v.string(),
	}),
	v.object({
		...header,
		type: v.literal('split-assigned'),
		prompts: Ids,
		split: SplitName,
		half: v.optional(HalfName),
		reason: v.optional(v.string()),
		kept: v.optional(v.literal(true)),
	}),
	v.object({
		...header,
		type: v.literal('half-drawn'),
		draws: v.array(v.object({ prompts: Ids, half: HalfName })),
		facets: v.array(v.object({ facet: v.string(), sealed_only: v.boolean() })),
	}),
	v.object({
		...header,
		type: v.literal('proposed'),
		prompts: Ids,
		split: SplitName,
		facet: v.optional(v.string()),
		reason: v.optional(v.string()),
		because: v.picklist(['frozen', 'exported']),
	}),
	v.object({
		...header,
		type: v.literal('proposal-answered'),
		proposal: Hex,
		accepted: v.boolean(),
		reason: v.optional(v.string()),
	}),
	v.object({ ...header, type: v.literal('skipped'), comparison: Hex, cannot: v.optional(v.string()) }),
	v.object({ ...header, type: v.literal('flagged'), comparison: Hex, note: v.optional(v.string()) }),
	v.object({ ...header, type: v.literal('adjudicated'), comparison: Hex, verdict: VerdictName, reason: v.string() }),
	v.object({
		...header,
		type: v.literal('search-saved'),
		name: v.string(),
		query: v.nullable(v.record(v.string(), v.union([v.string(), v.number()]))),
	}),
	v.object({
		...header,
		type: v.literal('mapping-saved'),
		name: v.string(),
		// Checked where it is used: a newer version's mapping must not make the line a bad one.
		mapping: v.nullable(v.record(v.string(), v.unknown())),
		table: v.array(v.string()),
	}),
	v.object({
		...header,
		type: v.literal('suggestions-dismissed'),
		prompts: Ids,
		reason: v.optional(v.string()),
	}),
	v.object({
		...header,
		type: v.literal('gold-marked'),
		comparison: Hex,
		verdict: v.nullable(VerdictName),
		reason: v.optional(v.string()),
	}),
	v.object({ ...header, type: v.literal('gold-answered'), ...verdict }),
	v.object({ ...header, type: v.literal('leak-accepted'), clusters: v.array(v.string()), reason: v.string() }),
	v.object({
		...header,
		type: v.literal('frozen'),
		split: SplitName,
		manifest: v.string(),
		prompts: v.number(),
	}),
	v.object({
		...header,
		type: v.literal('exported'),
		export: v.string(),
		format: v.string(),
		splits: v.array(SplitName),
		prompts: v.number(),
		labels: v.optional(v.string()),
	}),
	v.object({
		...header,
		type: v.literal('run-recorded'),
		run: v.string(),
		engine: v.string(),
		files: v.optional(v.record(v.string(), v.string())),
	}),
	v.object({
		...header,
		type: v.literal('decided'),
		run: v.string(),
		lambda: v.nullable(v.number()),
		checkpoint: v.nullable(v.string()),
		reason: v.string(),
		after_opening: v.boolean(),
	}),
	v.object({
		...header,
		type: v.literal('seal-opened'),
		run: v.string(),
		decision: v.string(),
		comparisons: v.number(),
	}),
	v.object({
		...header,
		type: v.literal('generated'),
		prompt: Hex,
		response: v.pipe(v.array(MessageValue), v.minLength(1)),
		model: v.string(),
		server: v.string(),
		sampling: v.object({
			temperature: v.nullable(v.number()),
			top_p: v.nullable(v.number()),
			max_tokens: v.number(),
			seed: v.nullable(v.number()),
		}),
	}),
	v.object({
		...header,
		type: v.literal('paired'),
		pairs: v.array(v.object({ comparison: Hex, prompt: Hex, a: Hex, b: Hex })),
	}),
	v.object({ ...header, type: v.literal('renamed'), name: v.string() }),
	v.object({
		...header,
		type: v.literal('erased'),
		comparisons: Ids,
		reason: v.string(),
		prompts: v.optional(Ids),
		gone: v.optional(Ids),
		words: v.optional(Ids),
		searches: v.optional(Ids),
		quotes: v.optional(Ids),
		sources: v.optional(Rewritten),
	}),
	v.object({
		...header,
		type: v.literal('person-removed'),
		subject: Hex,
		as: v.pipe(v.string(), v.minLength(1)),
		work: v.boolean(),
		sources: v.optional(Rewritten),
		reason: v.optional(v.string()),
	}),
]);

/** A variant looks at one schema after the other; nearly all events are of a few types. */
const BY_TYPE: ReadonlyMap<unknown, (typeof Event.options)[number]> = new Map(
	Event.options.map((schema) => [schema.entries.type.literal, schema]),
);

/** The body of an event before the journal gives it its header. */
export type NewEvent = EventBody;

/** Content id of an event: over everything but `id`. */
export function eventId(event: object): string {
	const { id: _, ...rest } = event as Record<string, unknown>;
	return contentId(rest);
}

function describe(value: unknown): string {
	if (typeof value !== 'object' || value === null) return 'not a JSON object';
	const { v: version, type } = value as { v?: unknown; type?: unknown };
	if (typeof version === 'number' && version > 1) {
		return `written in event format ${version} by a newer Pairwright; this one reads 1: update it`;
	}
	return typeof type === 'string' ? `not a valid "${type}" event` : 'no event type';
}

/** Reads one journal line. @returns the event, or in words what is wrong with the line. */
export function parseEventLine(line: string): { readonly event: JournalEvent } | { readonly problem: string } {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		return { problem: 'torn or not JSON' };
	}
	const type = (value as { type?: unknown } | null)?.type;
	const parsed = v.safeParse((BY_TYPE.get(type) as typeof Event | undefined) ?? Event, value);
	if (!parsed.success) {
		const issue = parsed.issues[0];
		const at = issue.path?.map((p) => String(p.key)).join('.') ?? '';
		return { problem: `${describe(value)}${at === '' ? '' : ` (${at}: ${issue.message})`}` };
	}
	// Checked against the line as it stands: keys that this version does not know are part of the id.
	try {
		const { id, check } = parsed.output;
		if (check === undefined ? eventId(value as object) !== id : checkOf(value as object) !== check)
			return { problem: 'its id does not match its content (edited or damaged)' };
	} catch (error) {
		if (error instanceof CanonicalError) return { problem: error.message };
		throw error;
	}
	return { event: value as JournalEvent };
}
