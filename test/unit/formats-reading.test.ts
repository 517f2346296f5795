import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { canonicalComparison } from '../../src/domain/identity.ts';
import type { ImportedRow } from '../../src/formats/types.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { assistant, lines, readContent, user } from './formats-support.ts';

/** What a comparison of one question and two answers must be. */
function expected(prompt: string, one: string, two: string): string {
	return canonicalComparison({ messages: [user(prompt)] }, [assistant(one)], [assistant(two)]).comparison.id;
}

/** The text that the row's only judgment prefers. */
function preferred(row: ImportedRow): string | undefined {
	assert.equal(row.judgments.length, 1);
	const { verdict, annotator } = row.judgments[0]!;
	assert.equal(annotator, 'source:test');
	assert.ok(verdict === 'a' || verdict === 'b');
	return row.comparison[verdict][0]?.content;
}

const SHAPES = {
	'standard, explicit prompt': { prompt: 'Is the sky', chosen: ' blue?', rejected: ' black?' },
	'standard, implicit prompt': { chosen: 'Is the sky blue?', rejected: 'Is the sky black?' },
	'conversational, explicit prompt': {
		prompt: [user('Is the sky')],
		chosen: [assistant(' blue?')],
		rejected: [assistant(' black?')],
	},
	'conversational, implicit prompt': {
		chosen: [user('Is the sky'), assistant(' blue?')],
		rejected: [user('Is the sky'), assistant(' black?')],
	},
	'a text prompt beside whole chats': {
		prompt: 'Is the sky',
		chosen: [user('Is the sky'), assistant(' blue?')],
		rejected: [user('Is the sky'), assistant(' black?')],
	},
	'a prompt list beside whole chats': {
		prompt: [user('Is the sky')],
		chosen: [user('Is the sky'), assistant(' blue?')],
		rejected: [user('Is the sky'), assistant(' black?')],
	},
	'a prompt list beside texts': { prompt: [user('Is the sky')], chosen: ' blue?', rejected: ' black?' },
};

for (const [name, row] of Object.entries(SHAPES)) {
	test(`TRL ${name}: the same comparison, chosen preferred`, async () => {
		const { format, rows, rejected } = await readContent(lines(row));
		assert.deepEqual(rejected, []);
		assert.equal(format, 'trl');
		assert.equal(rows[0]?.comparison.id, expected('Is the sky', ' blue?', ' black?'));
		assert.equal(preferred(rows[0]), ' blue?');
	});
}

test('an implicit text prompt ends at a word, not inside one, and says that it was told from the sides', async () => {
	const { rows } = await readContent(lines(SHAPES['standard, implicit prompt']));
	assert.match(rows[0]?.warnings.join() ?? '', /prompt: taken from the 10 characters/);
	const next = await readContent(lines({ chosen: 'Q: why?\nA: because', rejected: 'Q: why?\nA: be' }));
	assert.equal(next.rows[0]?.comparison.id, expected('Q: why?\nA:', ' because', ' be'));
	const inside = await readContent(lines({ chosen: 'one two', rejected: 'one two three' }));
	assert.equal(inside.rows[0]?.comparison.id, expected('one', ' two', ' two three'));
});

test('the implicit prompt of chats is every turn they share, also earlier answers', async () => {
	const shared = [{ role: 'system', content: 's' }, user('q'), assistant('a'), user('q2')];
	const { rows } = await readContent(
		lines({ chosen: [...shared, assistant('yes')], rejected: [...shared, assistant('no')] }),
	);
	assert.deepEqual(rows[0]?.comparison.prompt.messages, shared);
	assert.deepEqual(rows[0]?.warnings, []);
});

test('hh-rlhf strings are cut at turn marks only, and each message is trimmed', async () => {
	const start = '\n\nHuman: Human: hello\n\nAssistant: Hi.\nHuman: is a word\n\nHuman:  more \n\nAssistant: ';
	const { format, rows } = await readContent(lines({ chosen: `${start} yes \n`, rejected: `${start}no` }));
	assert.equal(format, 'hh-rlhf');
	assert.deepEqual(rows[0]?.comparison.prompt.messages, [
		user('Human: hello'),
		assistant('Hi.\nHuman: is a word'),
		user('more'),
	]);
	assert.equal(preferred(rows[0]!), 'yes');
});

test('hh-rlhf with the chat so far in a prompt column is the same comparison', async () => {
	const prompt = '\n\nHuman: q\n\nAssistant:';
	const apart = { prompt, chosen: ' yes', rejected: ' no' };
	const whole = { chosen: `${prompt} yes`, rejected: `${prompt} no` };
	const { format, rows } = await readContent(lines(apart, whole));
	assert.equal(format, 'hh-rlhf');
	assert.deepEqual(
		rows.map((r) => r.comparison.id),
		[expected('q', 'yes', 'no'), expected('q', 'yes', 'no')],
	);
});

test('own comparisons bring judgments of several people, turned with the sides', async () => {
	const row = {
		prompt: 'q',
		response_a: 'zebra',
		response_b: 'ant',
		judgments: [
			{ annotator: 'mira', verdict: 'a', strength: 3, rationale: 'longer', at: '2026-02-01T10:00:00+02:00' },
			{ annotator: 'jo', verdict: 'tie', at: '2026-02-01' },
			{ annotator: 'jo', verdict: 'b', at: '2026-02-01 09:30' },
			{ annotator: 'lu', verdict: 'both_bad' },
		],
		tags: ['domain:law', 'urgent', 'domain:law'],
		split: 'heldout',
		half: 'E',
		source: 'desk',
		metadata: { n: 1 },
		extra: [1],
	};
	const { format, rows } = await readContent(lines(row));
	assert.equal(format, 'pairwright');
	const read = rows[0]!;
	assert.equal(read.comparison.a[0]?.content, 'ant');
	assert.deepEqual(read.judgments, [
		{ annotator: 'mira', verdict: 'b', strength: 3, note: 'longer', at: '2026-02-01T08:00:00.000Z' },
		{ annotator: 'jo', verdict: 'tie', at: '2026-02-01T00:00:00.000Z' },
		{ annotator: 'jo', verdict: 'a', at: '2026-02-01T09:30:00.000Z' },
		{ annotator: 'lu', verdict: 'both_bad' },
	]);
	assert.deepEqual(read.tags, ['domain:law', 'free:urgent']);
	assert.deepEqual([read.split, read.half, read.source], ['heldout', 'E', 'desk']);
	assert.deepEqual(read.metadata, { n: 1, extra: [1] });
});

test('rows of any format carry split, half, source, people and unknown columns', async () => {
	const row = {
		...SHAPES['standard, explicit prompt'],
		split: 'eval',
		source: 'web',
		score_chosen: 8.5,
		metadata: { score_chosen: 'mine' },
		judgments: [{ annotator: 'mira', verdict: 'rejected' }],
	};
	const { rows } = await readContent(lines(row));
	const read = rows[0]!;
	assert.deepEqual([read.split, read.source], ['eval', 'web']);
	assert.deepEqual(read.metadata, { score_chosen: 'mine', 'column:score_chosen': 8.5 });
	assert.deepEqual(
		read.judgments.map((j) => [j.annotator, read.comparison[j.verdict as 'a' | 'b'][0]?.content]),
		[
			['source:test', ' blue?'],
			['mira', ' black?'],
		],
	);
});

test("a tags column of somebody else's is no mark of distribution: it stays metadata", async () => {
	const row = { ...SHAPES['standard, explicit prompt'], tags: ['math'] };
	const { rows } = await readContent(lines(row, { ...row, prompt: 'other', tags: ['domain:law'] }));
	assert.deepEqual([rows[0]?.tags, rows[0]?.metadata], [[], { tags: ['math'] }]);
	assert.match(rows[0]?.warnings.join() ?? '', /tags: not facets/);
	assert.deepEqual(rows[1]?.tags, ['domain:law']);
});

test('tools and tool calls come in as received; keys that are not kept are named', async () => {
	const call = { role: 'assistant', content: null, tool_calls: [{ function: { name: 'f', arguments: '{}' } }] };
	const answer = { role: 'tool', name: 'f', content: '1', tool_call_id: 'x' };
	const row = { prompt: 'q', response_a: [call, answer, assistant('one')], response_b: 'two', tools: [{ name: 'f' }] };
	const { rows } = await readContent(lines(row));
	const read = rows[0]!;
	const side = read.comparison.a.length === 3 ? read.comparison.a : read.comparison.b;
	assert.deepEqual(side[0], { role: 'assistant', tool_calls: call.tool_calls });
	assert.deepEqual(read.comparison.prompt.tools, [{ name: 'f' }]);
	assert.deepEqual(read.warnings, ['response_a[1]: left out tool_call_id']);
});

test('roles that do not alternate are accepted and noted', async () => {
	const row = { prompt: [user('q'), assistant('well')], chosen: [assistant('x')], rejected: [assistant('y')] };
	const { rows } = await readContent(lines(row));
	assert.match(rows[0]?.warnings.join() ?? '', /two assistant turns in a row/);
});

test('an array, a packed file, a BOM, CRLF and a missing last line end are the same rows', async () => {
	const list = Array.from({ length: 600 }, (_, i) => ({ prompt: `q ${i} ☂`, chosen: '😀'.repeat(9), rejected: 'ü' }));
	const plain = lines(...list);
	const want = (await readContent(plain)).rows.map((r) => r.comparison.id);
	assert.equal(want.length, 600);
	const same = {
		array: JSON.stringify(list),
		'indented array': `\ufeff\n ${JSON.stringify(list, null, 2)}\n`,
		packed: gzipSync(plain),
		'packed in two members': Buffer.concat([gzipSync(plain.slice(0, 5000)), gzipSync(plain.slice(5000))]),
		'packed array': gzipSync(JSON.stringify(list)),
		BOM: `\ufeff${plain}`,
		CRLF: plain.replaceAll('\n', '\r\n'),
		'no last line end': plain.trimEnd(),
		'blank lines': plain.replaceAll('\n', '\n \n\n'),
	};
	for (const [name, content] of Object.entries(same)) {
		const { rows, rejected, batches } = await readContent(content);
		assert.deepEqual(rejected, [], name);
		assert.deepEqual(
			rows.map((r) => r.comparison.id),
			want,
			name,
		);
		assert.ok(
			batches.every((b) => b.size <= 250),
			name,
		);
		assert.equal(batches.at(-1)?.bytes, Buffer.byteLength(content), `${name}: all bytes counted`);
	}
});

test('line numbers of an array are those on which the elements begin', async () => {
	const { rows, rejected } = await readContent(
		'[\n {"prompt":"q","chosen":"x","rejected":"y"}, 7,\n\n{"prompt":"q",\n"chosen":"x","rejected":"z"}\n]\n',
	);
	assert.deepEqual(
		rows.map((r) => r.line),
		[2, 4],
	);
	assert.deepEqual(rejected, [{ line: 2, reason: 'row: expected a JSON object, found the number 7' }]);
});

test('the format is the one most of the first rows have; a clear row of another one is read and noted', async () => {
	const own = { prompt: 'q', response_a: 'x', response_b: 'y' };
	const hh = { chosen: '\n\nHuman: q\n\nAssistant: x', rejected: '\n\nHuman: q\n\nAssistant: y' };
	const trl = { prompt: 'p', chosen: 'x', rejected: 'y' };
	const guess = { chosen: 'the sky is blue', rejected: 'the sky is black' };
	const { format, rows, rejected } = await readContent(lines({ hello: 1 }, own, own, hh, trl, guess));
	assert.equal(format, 'pairwright');
	assert.deepEqual(
		rows.map((r) => [r.line, r.warnings.join()]),
		[
			[2, ''],
			[3, ''],
			[4, 'row: in the format hh-rlhf, most others are pairwright'],
			[5, 'row: in the format trl, most others are pairwright'],
		],
	);
	assert.deepEqual(
		rejected.map((r) => r.line),
		[1, 6],
	);
	assert.match(rejected[0]!.reason, /^row: expected the columns chosen and rejected.*found an object with hello$/);
	assert.match(rejected[1]!.reason, /texts without a prompt/);
});

test('a format that is asked for is the only one', async () => {
	const hh = { chosen: '\n\nHuman: q\n\nAssistant: x', rejected: '\n\nHuman: q\n\nAssistant: y' };
	const asTexts = await readContent(lines(hh), 'trl');
	assert.equal(asTexts.format, 'trl');
	assert.equal(asTexts.rows[0]?.comparison.prompt.messages[0]?.content, '\n\nHuman: q\n\nAssistant:');
	const own = await readContent(lines(hh), 'pairwright');
	assert.deepEqual(own.rows, []);
	assert.match(own.rejected[0]!.reason, /^prompt: expected text or a list of messages, found nothing$/);
	await assert.rejects(readContent(lines(hh), 'csv'), (error) => UserError.is(error, 'usage'));
});
