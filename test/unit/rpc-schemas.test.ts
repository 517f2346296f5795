import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferOutput } from 'valibot';
import { type DataProcessApi, dataEventSchemas, dataSchemas } from '../../src/protocol/data-rpc.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { validateArguments } from '../../src/protocol/schemas.ts';
import type { WorkspaceEvents } from '../../src/protocol/workspace-api.ts';

const check = validateArguments<DataProcessApi>(dataSchemas);
const ID = 'a'.repeat(64);

/** Optional keys made required, readonly dropped: so that a key missing on one side shows. */
type Whole<T> = T extends (infer E)[] | readonly (infer E)[]
	? Whole<E>[]
	: T extends object
		? { -readonly [K in keyof T]-?: Whole<Exclude<T[K], undefined>> }
		: T;
type Missing = {
	[K in keyof DataProcessApi]: Whole<InferOutput<(typeof dataSchemas)[K]>> extends Whole<Parameters<DataProcessApi[K]>>
		? Whole<Parameters<DataProcessApi[K]>> extends Whole<InferOutput<(typeof dataSchemas)[K]>>
			? never
			: K
		: K;
}[keyof DataProcessApi];
/** Does not compile where a schema lacks a key that the contract has, or has one too many. */
const none: [Missing] extends [never] ? true : Missing = true;

test('every argument of the contract has a schema and the other way round', () => {
	assert.equal(none, true);
});

test('good arguments pass unchanged', () => {
	const input = {
		comparison: ID,
		verdict: 'a',
		strength: 2,
		reasons: ['clear'],
		note: 'é',
		shown_first: 'b',
		ms: 1234,
	};
	assert.deepEqual(check('judge', [input]), [input]);
	assert.deepEqual(check('answerProposal', [ID, true]), [ID, true, undefined]);
	assert.deepEqual(check('list', [{}]), [{}]);
	assert.deepEqual(check('tag', [{ query: { search: 'law' } }, { facet: 'domain:law' }]), [
		{ query: { search: 'law' } },
		{ facet: 'domain:law' },
	]);
	const author = [
		{ prompt: { messages: [{ role: 'user', content: '' }] }, a: [{ role: 'assistant', tool_calls: [1] }], b: [] },
	];
	assert.deepEqual(check('author', author), author);
	assert.deepEqual(check('decide', [ID, { lambda: null, checkpoint: null, reason: 'r' }]).length, 2);
	assert.deepEqual(
		check('score', [{ engine: 'probe', lambda: 0.5, margin: 'auto', beta: 1, seed: 1 }, { job: 'j' }]).length,
		2,
	);
});

const refused: [string, unknown[], RegExp][] = [
	['judge', [{ comparison: ID, verdict: 'left' }], /judge, argument 1\.verdict: .*"a".*received "left"/],
	['judge', [{ comparison: ID }], /judge, argument 1\.verdict: .*"verdict".*undefined/],
	['judge', [{ comparison: ID, verdict: 'a', notes: 'x' }], /argument 1\.notes/],
	['judge', [{ comparison: ID, verdict: 'a', ms: Number.NaN }], /argument 1\.ms/],
	['judge', [], /argument 1/],
	['info', ['extra'], /info/],
	[
		'author',
		[{ prompt: { messages: [{ role: 'user', content: 3 }] }, a: [], b: [] }],
		/argument 1\.prompt\.messages\.0\.content/,
	],
	['tag', [{ query: { split: 'test' } }, { facet: 'f' }], /argument 1\.query\.split: .*received "test"/],
	['tag', [{ ids: [''] }, { facet: 'f' }], /argument 1\.ids\.0/],
	['list', [{ limit: 1e9 }], /argument 1\.limit/],
	['score', [{ engine: 'own', lambda: null, margin: 0, beta: 1, seed: 1 }, { job: 'j' }], /argument 1\.engine/],
	['answerProposal', [ID, 'yes'], /argument 2/],
	['open', [{ root: '' }], /argument 1\.root/],
	['hasOwnProperty', ['x'], /no method "hasOwnProperty"/],
	['drop', [], /no method "drop"/],
];
for (const [method, args, message] of refused) {
	test(`refused with its path: ${method} ${JSON.stringify(args)}`, () => {
		assert.throws(
			() => check(method, args),
			(error: unknown) => UserError.is(error, 'usage') && message.test(error.message),
		);
	});
}

test('events are checked too', () => {
	const events = validateArguments<WorkspaceEvents>(dataEventSchemas);
	const progress = { job: 'j', phase: 'read', done: 1, total: null, unit: 'rows', eta: null };
	assert.deepEqual(events('progress', [progress]), [progress]);
	assert.throws(() => events('changed', [{ what: ['all'], reason: '' }]), /argument 1\.what\.0/);
});
