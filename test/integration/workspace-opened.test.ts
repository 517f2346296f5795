import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dump } from '../../src/store/dump.ts';
import { folder, job, openAt } from './workspace-support.ts';

test('what a decision opened stays open after a rebuild, also where rows name their half', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const path = join(dir, 'halves.jsonl');
	const rows = Array.from({ length: 30 }, (_, i) => ({
		prompt: `Question ${i}: why?`,
		response_a: `Because ${i}.`,
		response_b: `No idea about ${i}.`,
		judgments: [{ annotator: 'zoe', verdict: i % 2 === 0 ? 'a' : 'b' }],
		...(i < 18 ? { split: 'train' } : i < 24 ? { split: 'eval' } : { split: 'heldout', half: 'E' }),
	}));
	writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
	await workspace.importFiles([path], {}, job());
	const { run } = await workspace.score({ engine: 'probe', lambda: null, margin: 0, beta: 1, seed: 0 }, job());
	await workspace.decide(run, { lambda: null, checkpoint: null, reason: 'to see' });
	const shown = async () => {
		await workspace.settled();
		const { comparisons } = await workspace.list({ half: 'E' });
		return [comparisons.filter(({ sealed }) => sealed !== true).length, dump(workspace.context.db)];
	};
	const before = await shown();
	assert.equal(before[0], 6);
	await workspace.rebuild(job());
	assert.deepEqual(await shown(), before);
	await workspace.close();
});
