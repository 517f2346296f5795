import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readFileRows } from './formats-support.ts';

const DATA = join(import.meta.dirname, '../../../shared/data');
const options = existsSync(DATA) ? {} : { skip: 'skipped: ../shared/data is not here' };

test('real files give the rows, judgments and rejections that their description counts', options, async () => {
	const expected = [
		['harmless.jsonl', 'trl', 2303, 2303, 0],
		['harmless.raw.jsonl', 'hh-rlhf', 299, 299, 1],
		['llmbar.jsonl', 'trl', 419, 419, 0],
		['multi-annotator.jsonl', 'pairwright', 993, 2979, 0],
		['multi-annotator.debates.jsonl', 'pairwright', 1600, 7987, 0],
	] as const;
	for (const [name, format, rows, judgments, rejected] of expected) {
		const read = await readFileRows(join(DATA, name));
		const votes = read.rows.reduce((sum, r) => sum + r.judgments.length, 0);
		assert.deepEqual(
			[read.format, read.rows.length, votes, read.rejected.length],
			[format, rows, judgments, rejected],
			name,
		);
	}
});

test('raw hh-rlhf strings give exactly the comparisons and labels of the converted file', options, async () => {
	const converted = await readFileRows(join(DATA, 'harmless.jsonl'));
	const raw = await readFileRows(join(DATA, 'harmless.raw.jsonl'));
	const label = new Map(converted.rows.map((r) => [r.comparison.id, r.judgments[0]?.verdict]));
	for (const row of raw.rows) assert.equal(label.get(row.comparison.id), row.judgments[0]?.verdict, `line ${row.line}`);
	assert.deepEqual(
		raw.rejected.map((r) => r.line),
		[87],
	);
});
