import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openTable } from '../../src/formats/table.ts';
import { tableLines, withoutLines } from '../../src/workspace/erase/table-lines.ts';

async function rowsOf(path: string): Promise<string[]> {
	const found: string[] = [];
	for await (const batch of (await openTable(path)).rows) {
		for (const { line, row, reason } of batch) found.push(JSON.stringify([line, row, reason]));
	}
	return found;
}

const text = fc.array(fc.constantFrom('a', 'b ', '"', ',', '\n', 'é', '“', '\u2028'), { maxLength: 6 });
const cell = text.map((parts) => `"${parts.join('').replaceAll('"', '""')}"`);
const row = fc.oneof(
	{ weight: 5, arbitrary: fc.tuple(cell, cell) },
	fc.constant(['', '']),
	fc.constant(['']),
	fc.constant(['one cell too many', 'b', 'c']),
	fc.constant(['a 5" nail', 'stray "quotes" in it']),
);

test('rows leave a table of text; every other row stays as it is, on its line', async (t) => {
	const dir = mkdtempSync(join(tmpdir(), 'pairwright-lines-'));
	t.after(() => rmSync(dir, { recursive: true }));
	const [before, after] = [join(dir, 'before.csv'), join(dir, 'after.csv')];
	await fc.assert(
		fc.asyncProperty(
			fc.array(row, { minLength: 1, maxLength: 8 }),
			fc.constantFrom('\n', '\r\n'),
			fc.boolean(),
			fc.array(fc.nat(7), { maxLength: 3 }),
			async (rows, end, ended, picked) => {
				const lines = [['first', 'second'], ...rows].map((cells) => cells.join(','));
				writeFileSync(before, `\ufeff${lines.join(end)}${ended ? end : ''}`);
				const there = await rowsOf(before);
				const doomed = new Set(
					picked.flatMap((i) => (there[i] === undefined ? [] : [JSON.parse(there[i])[0] as number])),
				);
				const out = await tableLines(before, doomed);
				assert.ok(out !== null);
				const parts: Buffer[] = [];
				for await (const part of withoutLines(before, out)) parts.push(part);
				writeFileSync(after, Buffer.concat(parts));
				assert.deepEqual(
					await rowsOf(after),
					there.filter((each) => !doomed.has(JSON.parse(each)[0])),
				);
			},
		),
		{ seed: 1, numRuns: 60 },
	);
});

test('what is no table of text has no such lines', async (t) => {
	const dir = mkdtempSync(join(tmpdir(), 'pairwright-lines-'));
	t.after(() => rmSync(dir, { recursive: true }));
	const path = join(dir, 'rows.jsonl');
	writeFileSync(path, '{"a":1}\n{"a":2}\n');
	assert.equal(await tableLines(path, new Set([1])), null);
});
