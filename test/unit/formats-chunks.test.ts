import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Parsed, parsedRows } from '../../src/formats/parsed-rows.ts';
import { ArraySplitter, LineSplitter, type RawRow } from '../../src/formats/split-rows.ts';

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
	for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function read(bytes: Buffer, size: number): Promise<Parsed[]> {
	const out: Parsed[] = [];
	for await (const some of parsedRows('x', { chunks: cut(bytes, size) })) out.push(...some);
	return out;
}

const HOSTILE = Buffer.concat([
	Buffer.from('\ufeff{"a":"😀 \u2028 é \\ud83d\\ude00 \\" \\\\"}\r\n\r\n'),
	Buffer.from([0x7b, 0x22, 0xf0, 0x9f, 0x98, 0x22, 0x7d, 0x0a]),
	Buffer.from('{"b":"\\ud800"}\n[[]]\n{"c":{"d":1,"d":2}}\nnull\n"text"\n{"e":NaN}\n   \n{"f":"'),
	Buffer.from('ß'.repeat(30)),
	Buffer.from('"}\n{"torn":"\\'),
]);

const HOSTILE_ARRAY = Buffer.concat([
	Buffer.from('\ufeff \n[\r\n{"a":"😀 ] } , \\" \\\\"},[1,{"x":"]"}],\n\n 12 , "te]xt",{"b":"broken\n"},{"c":1},{"'),
	Buffer.from([0xc3, 0x28]),
	Buffer.from('":1},,}{"d":"\u2028"}]\n{"after":1}\n[2]'),
]);

for (const [name, bytes] of [
	['lines', HOSTILE],
	['an array', HOSTILE_ARRAY],
] as const) {
	test(`hostile bytes as ${name}: the same rows whatever the chunks, from 1 to 99 bytes`, async () => {
		const want = await read(bytes, bytes.length);
		assert.ok(want.length > 8);
		for (let size = 1; size < 100; size++) assert.deepEqual(await read(bytes, size), want, `chunks of ${size}`);
	});
}

test('what hostile lines hold', async () => {
	const rows = await read(HOSTILE, 7);
	assert.deepEqual(
		rows.map((r) => [r.line, r.row === null ? r.reason.slice(0, 24) : Object.keys(r.row).join()]),
		[
			[1, 'a'],
			[3, 'row: expected UTF-8, fou'],
			[4, 'b: expected Unicode text'],
			[5, 'row: expected a JSON obj'],
			[6, 'd: expected one value, f'],
			[7, 'row: expected a JSON obj'],
			[8, 'row: expected a JSON obj'],
			[9, 'row: expected a JSON obj'],
			[11, 'f'],
			[12, 'row: expected a JSON obj'],
		],
	);
});

test('what a hostile array holds', async () => {
	const rows = await read(HOSTILE_ARRAY, 5);
	const good = rows.flatMap((r) => (r.row === null ? [] : [`${r.line} ${Object.keys(r.row).join()}`]));
	assert.deepEqual(good, ['3 a', '6 c', '7 after']);
	assert.ok(rows.some((r) => r.reason.includes('0xc3')));
});

/** Random bytes from an alphabet that is all structure. */
const soup = fc.array(fc.constantFrom('[', ']', '{', '}', ',', '"', '\\', '\n', ' ', 'a', 'é', '1', ':'), {
	maxLength: 60,
});

for (const [name, make] of [
	['lines', () => new LineSplitter(20)],
	['array elements', () => new ArraySplitter(20)],
] as const) {
	test(`any bytes as ${name}: chunks play no part, every row is inside the file, nothing is lost twice`, () => {
		fc.assert(
			fc.property(soup, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }), (parts, sizes) => {
				const bytes = Buffer.from((name === 'lines' ? '' : '[') + parts.join(''));
				const whole = split(make(), [bytes]);
				const chunks: Buffer[] = [];
				for (let at = 0, i = 0; at < bytes.length; i++) {
					const size = sizes[i % sizes.length]!;
					chunks.push(bytes.subarray(at, at + size));
					at += size;
				}
				assert.deepEqual(split(make(), chunks), whole);
				let end = 0;
				for (const row of whole) {
					if (row.problem !== undefined) continue;
					assert.ok(row.offset >= end, 'rows do not overlap');
					end = row.offset + row.length;
					assert.ok(end <= bytes.length);
					if (row.bytes !== null) assert.deepEqual(row.bytes, bytes.subarray(row.offset, end));
				}
			}),
			{ seed: 7, numRuns: 400 },
		);
	});
}

function split(splitter: LineSplitter | ArraySplitter, chunks: readonly Buffer[]): RawRow[] {
	const out: RawRow[] = [];
	for (const chunk of chunks) splitter.push(chunk, out);
	splitter.end(out);
	return out;
}

test('a valid array gives exactly its elements', () => {
	fc.assert(
		fc.property(fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 }), fc.constantFrom(0, 2), (list, indent) => {
			const rows = split(new ArraySplitter(), [Buffer.from(JSON.stringify(list, null, indent))]);
			assert.deepEqual(
				rows.map((r) => JSON.parse(r.bytes?.toString() ?? '') as unknown),
				JSON.parse(JSON.stringify(list)),
			);
		}),
		{ seed: 8, numRuns: 300 },
	);
});
