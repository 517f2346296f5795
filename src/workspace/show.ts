import { responseId } from '../domain/identity.ts';
import type { Judgment } from '../domain/judgment.ts';
import type { ComparisonDetail } from '../protocol/lists.ts';
import { displayNames } from '../store/people-query.ts';
import {
	comparisonState,
	readComparison,
	resolveId,
	type StoredComparison,
	sourcesOf,
} from '../store/read-comparison.ts';
import { originsOf } from '../store/waiting-query.ts';
import type { Context } from './context.ts';
import { timeline } from './history.ts';

function namesOf(ctx: Context, people: readonly string[]): Pick<ComparisonDetail, 'names'> {
	const all = displayNames(ctx.db);
	const handles = new Set(people.filter((person) => all.has(person)));
	return handles.size === 0
		? {}
		: { names: Object.fromEntries([...handles].map((each) => [each, all.get(each) as string])) };
}

/** Which model wrote which side, or which log it is from: told to who has judged the comparison, so that nobody judges a name. */
function originsAfterVerdict(
	ctx: Context,
	{ promptId, a, b }: StoredComparison,
	judgments: readonly Judgment[],
): Pick<ComparisonDetail, 'origins'> {
	const person = ctx.person();
	if (person === null || !judgments.some((j) => !j.imported && j.annotator === person)) return {};
	const [left, right] = [a, b].map((side) => originsOf(ctx.db, promptId, responseId(side)));
	return left!.length + right!.length === 0 ? {} : { origins: { a: left!, b: right! } };
}

/** One comparison whole, with what was said about it and its prompt. Who has seen others' verdicts is no longer blind. */
export function show(ctx: Context, prefix: string): ComparisonDetail {
	const c = readComparison(ctx.db, resolveId(ctx.db, 'comparison', prefix));
	const state = comparisonState(ctx.db, c.n, c.id);
	const sources = sourcesOf(ctx.db, [c.n]).get(c.n) ?? [];
	const person = ctx.person();
	if (person !== null && state.judgments.some((j) => j.annotator !== person)) ctx.state.markSeenOthers(person, c.id);
	const history = timeline(ctx, c, state);
	return {
		id: c.id,
		prompt_id: c.promptId,
		prompt: c.prompt,
		response_a: c.a,
		response_b: c.b,
		judgments: state.judgments,
		...namesOf(ctx, [...state.judgments.map(({ annotator }) => annotator), ...history.map((entry) => entry.person)]),
		resolution: state.resolution,
		tags: c.tags,
		split: c.split,
		half: c.half,
		history,
		sources: sources.map(({ name, path, line }) => ({ name, path, line })),
		metadata: sources.find((s) => s.metadata !== null)?.metadata ?? null,
		derived_from: c.derivedFrom,
		...originsAfterVerdict(ctx, c, state.judgments),
	};
}
