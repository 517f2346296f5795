import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvRows } from '../../src/formats/csv-rows.ts';
import type { Parsed } from '../../src/formats/parsed-rows.ts';
import { MAX_ROW_BYTES } from '../../src/formats/split-rows.ts';

async function* repeated(head: string, line: string, times: number): AsyncGenerator<Buffer> {
	yield Buffer.from(head);
	const block = Buffer.from(line.repeat(200));
	for (let i = 0; i < times; i++) yield block;
}

test('rows come and go: a long table and an unclosed quote take no more memory than a short one', async () => {
	const row = `"${'Which pan? '.repeat(40)}","${'This one. '.repeat(40)}",no\n`;
	const first = Buffer.from('prompt,chosen,rejected\n');
	let rows = 0;
	let most = 0;
	const used = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
	const before = used();
	const drain = async (source: AsyncGenerator<Parsed[]>) => {
		for await (const some of source) {
			rows += some.filter(({ row }) => row !== null).length;
			most = Math.max(most, used() - before);
		}
	};
	await drain(csvRows({ chunks: repeated('', row, 50) }, first, ','));
	assert.equal(rows, 10_000);
	assert.ok(most < 48 * 1024 * 1024, `${Math.round(most / 1e6)} MB`);
	const open: Parsed[] = [];
	for await (const some of csvRows({ chunks: repeated('x,"', row.replaceAll('"', ''), 120) }, first, ','))
		open.push(...some);
	assert.ok(open.length >= 1);
	assert.match(open[0]!.reason, new RegExp(`at most ${MAX_ROW_BYTES / 1024 / 1024} MB|closing quote`, 'u'));
});
