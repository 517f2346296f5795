import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openRows } from '../../src/formats/open.ts';
import { LineSplitter, type RawRow } from '../../src/formats/split-rows.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { assistant, lines, readContent, user } from './formats-support.ts';

const trl = { prompt: 'q', chosen: 'x', rejected: 'y' };
const own = { prompt: 'q', response_a: 'x', response_b: 'y' };
const hh = (chosen: string, rejected: string) => ({ chosen, rejected });
const json = JSON.stringify;

/** One bad line between two good ones: what its reason must say. */
const BAD: readonly (readonly [name: string, line: string | Buffer, reason: RegExp])[] = [
	[
		'a number where text is expected',
		json({ ...trl, chosen: 5 }),
		/^chosen: expected text or a list of messages, found the number 5$/,
	],
	[
		'a missing field',
		json({ ...trl, prompt: undefined, rejected: null }),
		/^rejected: expected text or a list of messages, found null$/,
	],
	[
		'other columns',
		json({ text: 'x' }),
		/^row: expected the columns chosen and rejected, or response_a and response_b, found an object with text$/,
	],
	[
		'a number as prompt',
		json({ ...own, prompt: 1 }),
		/^prompt: expected text or a list of messages, found the number 1$/,
	],
	['no messages', json({ ...trl, prompt: [] }), /^prompt: expected at least one message, found an empty list$/],
	[
		'a message without a role',
		json({ ...trl, prompt: [{ content: 'q' }] }),
		/^prompt\[0\]\.role: expected text, found nothing$/,
	],
	[
		'a message that is text',
		json({ ...trl, prompt: ['q'] }),
		/^prompt\[0\]: expected a message \{role, content\}, found the text "q"$/,
	],
	[
		'content in parts',
		json({ ...trl, prompt: [{ role: 'user', content: [{ type: 'image' }] }] }),
		/^prompt\[0\]\.content: expected text, found a list of 1 \(messages in parts/,
	],
	[
		'content null without a tool call',
		json({ ...trl, chosen: [{ role: 'assistant', content: null }] }),
		/^chosen\[0\]\.content: expected text, found null$/,
	],
	['a blank prompt', json({ ...trl, prompt: ' \n' }), /^prompt: expected a prompt, found blank text$/],
	[
		'both sides blank',
		json({ ...own, response_a: '', response_b: ' ' }),
		/^response_a and response_b: expected at least one response, found two blank ones$/,
	],
	[
		'a blank chosen side',
		json({ ...trl, chosen: '\t' }),
		/^chosen: expected text on the preferred side, found blank text$/,
	],
	[
		'chosen equal to rejected',
		json({ ...trl, chosen: 'é', rejected: 'e\u0301' }),
		/^rejected: expected another response than chosen, found the same$/,
	],
	[
		'a response that begins with the user',
		json({ ...own, response_a: [user('x')] }),
		/^response_a: expected to begin with an assistant's message after the prompt, found the role "user"$/,
	],
	[
		'chats that share nothing',
		json({ chosen: [user('q'), assistant('x')], rejected: [user('p'), assistant('y')] }),
		/^rejected: expected to begin with the same turns as chosen \(the prompt\)/,
	],
	[
		'a chat that stops at the prompt',
		json({ chosen: [user('q'), assistant('x')], rejected: [user('q')] }),
		/^rejected: expected an assistant's message after the prompt, found nothing$/,
	],
	[
		'chats that part at a user turn',
		json({
			chosen: [user('q'), assistant('a'), user('1'), assistant('x')],
			rejected: [user('q'), assistant('a'), user('2'), assistant('y')],
		}),
		/^chosen: expected to begin with an assistant's message after the prompt, found the role "user"$/,
	],
	[
		'chats that do not begin with the prompt',
		json({ prompt: 'other', chosen: [user('q'), assistant('x')], rejected: [user('q'), assistant('y')] }),
		/^chosen: expected the assistant's answer, or chats that both begin with the prompt/,
	],
	[
		'a text beside a chat',
		json({ chosen: [user('q'), assistant('x')], rejected: 'y' }),
		/^rejected: expected the same kind as chosen/,
	],
	[
		'texts without a shared word',
		json({ chosen: 'blue', rejected: 'black' }),
		/^prompt: expected a prompt column, or two sides that begin with the same words, found neither \(add a prompt column\)$/,
	],
	[
		'hh-rlhf prompts that differ',
		json(hh('\n\nHuman: q\n\nAssistant: x', '\n\nHuman: p\n\nAssistant: y')),
		/^rejected: expected the same turns as chosen before the last Assistant turn, found a different turn 1/,
	],
	[
		'hh-rlhf that ends with a question',
		json(hh('\n\nHuman: q\n\nAssistant: x\n\nHuman: p', '\n\nHuman: q\n\nAssistant: y')),
		/^chosen: expected to end with an Assistant turn, found a Human turn$/,
	],
	[
		'hh-rlhf with a blank chosen side',
		json(hh('\n\nHuman: q\n\nAssistant: ', '\n\nHuman: q\n\nAssistant: y')),
		/^chosen: expected text on the preferred side/,
	],
	[
		'an unknown split',
		json({ ...trl, split: 'test' }),
		/^split: expected train, eval, heldout, retention, excluded, found the text "test"$/,
	],
	[
		'a half outside held-out',
		json({ ...trl, split: 'train', half: 'R' }),
		/^half: expected only beside "split": "heldout", found the text "R"$/,
	],
	[
		'an unknown half',
		json({ ...trl, split: 'heldout', half: 'r' }),
		/^half: expected R \(tuning\) or E \(sealed\), found the text "r"$/,
	],
	[
		'tags that are no facets',
		json({ ...own, tags: ['law:x'] }),
		/^tags\[0\]: expected a facet such as "domain:law", found the text "law:x"$/,
	],
	[
		'an unknown verdict',
		json({ ...own, judgments: [{ annotator: 'm', verdict: 'A' }] }),
		/^judgments\[0\]\.verdict: expected a, b, tie, both_bad, found the text "A"$/,
	],
	[
		'a verdict named like a property',
		json({ ...own, judgments: [{ annotator: 'm', verdict: 'constructor' }] }),
		/^judgments\[0\]\.verdict/,
	],
	[
		'nobody named',
		json({ ...own, judgments: [{ annotator: '', verdict: 'a' }] }),
		/^judgments\[0\]\.annotator: expected a name, found an empty text$/,
	],
	[
		'an unknown strength',
		json({ ...own, judgments: [{ annotator: 'm', verdict: 'a', strength: 4 }] }),
		/^judgments\[0\]\.strength: expected 1 \(slightly\), 2 \(clearly\) or 3 \(much\), found the number 4$/,
	],
	[
		'a time that is none',
		json({ ...own, judgments: [{ annotator: 'm', verdict: 'a', at: '2026-13-01' }] }),
		/^judgments\[0\]\.at: expected a time such as/,
	],
	['a list instead of an object', '[1,2]', /^row: expected a JSON object, found a list of 2$/],
	['text that is no JSON', 'hello', /^row: expected a JSON object, found something else \(/],
	[
		'NaN',
		'{"prompt":"q","chosen":"x","rejected":"y","score":NaN}',
		/^row: expected a JSON object, found NaN, which JSON does not have \(write null\)$/,
	],
	[
		'a number too large',
		'{"prompt":"q","chosen":"x","rejected":"y","score":1e999}',
		/^score: expected a number that fits, found Infinity$/,
	],
	[
		'a key named twice',
		'{"prompt":"q","chosen":"x","rejected":"y","metadata":{"a":1},"chosen":"z"}',
		/^chosen: expected one value, found the key twice$/,
	],
	[
		'an inner key named twice',
		'{"prompt":[{"role":"user","content":"a","content":"b"}],"chosen":"x","rejected":"y"}',
		/^content: expected one value, found the key twice$/,
	],
	[
		'a lone surrogate',
		'{"prompt":"q \\ud83d","chosen":"x","rejected":"y"}',
		/^prompt: expected Unicode text, found half a surrogate pair/,
	],
	[
		'invalid UTF-8',
		Buffer.concat([Buffer.from('{"prompt":"\ufffd'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
		/^row: expected UTF-8, found the byte 0xc3 at byte 15 of the row \(byte 58 of the file\)$/,
	],
	[
		'deep nesting',
		`{"prompt":"q","chosen":"x","rejected":"y","metadata":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
		/^row: expected at most 200 levels of lists and objects, found 100001$/,
	],
	['deep nesting that never closes', '{"a":'.repeat(50_000), /^row: expected at most 200 levels/],
];

for (const [name, line, reason] of BAD) {
	test(`${name}: this line is named with the reason, the others go in`, async () => {
		const good = lines(trl).replace('"q"', '"1"');
		const content = Buffer.concat([
			Buffer.from(good),
			Buffer.from(line),
			Buffer.from(`\n${lines({ ...trl, prompt: '2' })}`),
		]);
		const { rows, rejected } = await readContent(content);
		assert.deepEqual(
			rows.map((r) => r.line),
			[1, 3],
		);
		assert.equal(rejected.length, 1);
		assert.equal(rejected[0]?.line, 2);
		assert.match(rejected[0]?.reason ?? '', reason);
	});
}

test('a torn last line is named, what came before goes in', async () => {
	const { rows, rejected } = await readContent(`${lines(trl)}{"prompt":"q","cho`);
	assert.equal(rows.length, 1);
	assert.deepEqual(rejected, [
		{ line: 2, reason: 'row: expected a JSON object, found a row that breaks off at the end of the file' },
	]);
});

test('a text with U+2028 is one line', async () => {
	const { rows } = await readContent(lines({ ...trl, chosen: 'a\u2028b\u2029c\u0085d' }));
	assert.equal(rows.length, 1);
});

test('a row past the limit is rejected without being held', () => {
	const splitter = new LineSplitter(1000);
	const out: RawRow[] = [];
	splitter.push(Buffer.from('{"first":1}\n'), out);
	for (let i = 0; i < 50; i++) splitter.push(Buffer.alloc(100, 'x'), out);
	splitter.push(Buffer.from('\n{"last":1}\n'), out);
	splitter.end(out);
	assert.deepEqual(
		out.map((r) => [r.line, r.length, r.bytes === null]),
		[
			[1, 11, false],
			[2, 5000, true],
			[3, 10, false],
		],
	);
});

test('a line of 20 MB is rejected by its size and the rows around it go in', async () => {
	const { rows, rejected } = await readContent(
		`${lines(trl)}${json({ ...trl, chosen: 'x'.repeat(20 * 1024 * 1024) })}\n${lines({ ...trl, prompt: '2' })}`,
	);
	assert.equal(rows.length, 2);
	assert.deepEqual(rejected, [{ line: 2, reason: 'row: expected at most 16 MB, found 20 MB' }]);
});

test('broken elements of an array are named and the next ones go in', async () => {
	const good = (prompt: string) => json({ ...trl, prompt });
	const { rows, rejected } = await readContent(
		[
			'[',
			`${good('1')},`,
			'{"prompt":"no closing quote,"chosen":"x"},',
			`${good('2')},`,
			'{"prompt" "no colon"},',
			`${good('3')},`,
			'{"prompt":"a raw line end',
			`","chosen":"x","rejected":"y"},${good('4')}`,
			']',
		].join('\n'),
	);
	assert.deepEqual(
		rows.map((r) => [r.line, r.comparison.prompt.messages[0]?.content]),
		[
			[2, '1'],
			[4, '2'],
			[6, '3'],
			[8, '4'],
		],
	);
	assert.deepEqual(
		rejected.map((r) => r.line),
		[3, 5, 7],
	);
});

test('an array that is cut off keeps its whole elements and says so', async () => {
	const { rows, rejected } = await readContent(`[${json(trl)},${json({ ...trl, prompt: '2' })}`);
	assert.equal(rows.length, 2);
	assert.match(rejected[0]?.reason ?? '', /^file: expected \] at the end of the JSON array/);
	const torn = await readContent(`[${json(trl)},\n{"prompt":"q","cho`);
	assert.equal(torn.rows.length, 1);
	assert.match(torn.rejected[0]?.reason ?? '', /breaks off at the end of the file/);
});

test('a damaged gzip file keeps the rows before the damage', async () => {
	const many = lines(...Array.from({ length: 3000 }, (_, i) => ({ ...trl, prompt: `q${i * 7919}` })));
	const packed = gzipSync(many);
	const { rows, rejected } = await readContent(packed.subarray(0, packed.length >> 1));
	assert.ok(rows.length > 500 && rows.length < 3000, `${rows.length}`);
	assert.match(rejected.at(-1)?.reason ?? '', /^file: expected the whole gzip file, found that it breaks off/);
});

const UNUSABLE: readonly (readonly [name: string, content: string | Buffer, message: RegExp])[] = [
	['an empty file', '', /is empty: it holds no rows/],
	['blank lines only', '\n \n', /is empty: it holds no rows/],
	['an empty array', '[]', /is empty: it holds no rows/],
	['a binary file', Buffer.from([0x50, 0x4b, 3, 4, 0, 1, 2]), /is not a text file/],
	['a Parquet file cut off', Buffer.from('PAR1\0\x01\x02'), /begins like a Parquet file, but it cannot be read/],
	['a packed binary file', gzipSync(Buffer.alloc(5000)), /is not a text file/],
	['UTF-16', Buffer.from('\ufeff{"prompt":"q"}', 'utf16le'), /is UTF-16. Save it as UTF-8/],
	[
		'prose',
		'Dear reader,\nno rows here.\n',
		/holds no row that can be read \(2 tried\)\. Line 1, row: expected a JSON object/,
	],
	['rows of something else', lines({ text: 'x', label: 1 }), /found an object with text, label/],
	[
		'one object over several lines',
		JSON.stringify(trl, null, 2),
		/found an object over several lines \(write one object a line/,
	],
];

for (const [name, content, message] of UNUSABLE) {
	test(`${name} is refused as a whole, with what to do`, async () => {
		await assert.rejects(
			readContent(content),
			(error) => UserError.is(error, 'unusable-input') && message.test(error.message),
		);
	});
}

test('a missing file and a folder are refused by name', async () => {
	for (const path of ['/nowhere/data.jsonl', import.meta.dirname]) {
		await assert.rejects(
			openRows(path, { sourceName: 'test' }),
			(error) => UserError.is(error, 'unusable-input') && error.message.includes(path),
		);
	}
});

test('reading stops when it is cancelled', async () => {
	const controller = new AbortController();
	const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs');
	const folder = mkdtempSync('/tmp/pairwright-formats-');
	try {
		writeFileSync(`${folder}/x`, lines(...Array.from({ length: 2000 }, (_, i) => ({ ...trl, prompt: `${i}` }))));
		const reader = await openRows(`${folder}/x`, { sourceName: 'test', signal: controller.signal });
		let seen = 0;
		await assert.rejects(
			async () => {
				for await (const batch of reader.batches) {
					seen += batch.rows.length;
					controller.abort();
				}
			},
			(error) => UserError.is(error, 'cancelled'),
		);
		assert.equal(seen, 250);
	} finally {
		rmSync(folder, { recursive: true });
	}
});
