import * as v from 'valibot';
import { SPLITS } from '../domain/split.ts';
import { UserError } from './errors.ts';

/** Shapes that cross a process border, checked where they arrive. Unknown keys are refused: a typo must not pass in silence. */

export const idSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
export const splitSchema = v.picklist(SPLITS);
export const halfSchema = v.picklist(['R', 'E']);
export const sideSchema = v.picklist(['a', 'b']);
export const verdictSchema = v.picklist(['a', 'b', 'tie', 'both_bad']);
export const strengthSchema = v.picklist([1, 2, 3]);
export const queueKindSchema = v.picklist(['judge', 'review', 'rejudge']);
export const statusSchema = v.picklist(['open', 'judged', 'disputed', 'flagged']);
/** A finite whole number ≥ 0. */
export const countSchema = v.pipe(v.number(), v.integer(), v.minValue(0));
export const finiteSchema = v.pipe(v.number(), v.finite());

export const messageSchema = v.strictObject({
	role: v.string(),
	content: v.exactOptional(v.string()),
	tool_calls: v.exactOptional(v.unknown()),
	name: v.exactOptional(v.string()),
});
export const messagesSchema = v.array(messageSchema);
export const promptSchema = v.strictObject({
	messages: messagesSchema,
	tools: v.exactOptional(v.unknown()),
});

const queryEntries = {
	split: v.exactOptional(splitSchema),
	half: v.exactOptional(halfSchema),
	tag: v.exactOptional(v.string()),
	prompt: v.exactOptional(idSchema),
	status: v.exactOptional(statusSchema),
	source: v.exactOptional(v.string()),
	annotator: v.exactOptional(v.string()),
	search: v.exactOptional(v.string()),
	facet: v.exactOptional(v.string()),
	verdict: v.exactOptional(verdictSchema),
	minLength: v.exactOptional(countSchema),
	maxLength: v.exactOptional(countSchema),
	lengthOf: v.exactOptional(v.picklist(['prompt', 'response'])),
};
export const listQuerySchema = v.strictObject({
	...queryEntries,
	limit: v.exactOptional(v.pipe(countSchema, v.maxValue(10_000))),
	after: v.exactOptional(v.string()),
});
/** A query without its page. */
export const filterSchema = v.strictObject(queryEntries);
export const selectionSchema = v.union([
	v.strictObject({ ids: v.array(idSchema) }),
	v.strictObject({ query: filterSchema }),
]);
export const leakSchema = v.strictObject({
	kind: v.picklist(['prompt-copy', 'prompt-near', 'response-copy']),
	a: idSchema,
	b: idSchema,
});
export const precisionSchema = v.strictObject({ metric: v.picklist(['accuracy', 'nll']), width: finiteSchema });
export const jobSchema = v.strictObject({ job: idSchema });

/** One tuple schema for each method: what `createRpc` asks before a local method runs. */
export type ArgumentSchemas<Methods> = {
	readonly [K in keyof Methods]: Methods[K] extends (...args: infer A) => unknown ? v.GenericSchema<unknown, A> : never;
};

interface Found {
	readonly path: readonly unknown[];
	readonly message: string;
}

/** The deepest issue: "Expected Object but received Object" of a union says less than the issue inside it. */
function deepest(issue: v.BaseIssue<unknown>): Found {
	const path = (issue.path ?? []).map((item) => item.key);
	const inner = (issue.issues ?? []).map(deepest).toSorted((a, b) => b.path.length - a.path.length)[0];
	return inner === undefined || inner.path.length === 0
		? { path, message: issue.message }
		: { path: [...path, ...inner.path], message: inner.message };
}

/**
 * What `createRpc` takes as `validate`.
 * @throws UserError naming method, argument (from 1), path within it, what was expected and what was found
 */
export function validateArguments<Methods>(schemas: ArgumentSchemas<Methods>) {
	return (method: string, args: unknown[]): unknown[] => {
		const schema = Object.hasOwn(schemas, method) ? schemas[method as keyof Methods] : undefined;
		if (schema === undefined) throw new UserError('usage', `There is no method "${method}" on this side.`);
		const parsed = v.safeParse(schema as v.GenericSchema<unknown, unknown[]>, args, { abortEarly: true });
		if (parsed.success) return parsed.output;
		const { path, message } = deepest(parsed.issues[0]);
		const [index, ...keys] = path;
		const where = typeof index === 'number' ? [`argument ${index + 1}`, ...keys].join('.') : 'arguments';
		throw new UserError('usage', `${method}, ${where}: ${message}.`);
	};
}
