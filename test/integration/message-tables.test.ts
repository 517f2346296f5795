import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dump } from '../../src/store/dump.ts';
import { holding } from './erase-support.ts';
import { folder, job, openAt } from './workspace-support.ts';

/** One tree as a flat table has it: a question and three ranked answers, some of them before it. */
function tree(name: string): object[] {
	const row = (id: string, text: string, more: object) => ({
		...{ message_id: `${name}-${id}`, message_tree_id: `${name}-q`, lang: 'en', text },
		...more,
	});
	return [
		row('a', `${name} says yes.`, { parent_id: `${name}-q`, role: 'assistant', rank: 0 }),
		row('q', `What does ${name} say?`, { parent_id: null, role: 'prompter', rank: null }),
		row('b', `${name} says no.`, { parent_id: `${name}-q`, role: 'assistant', rank: 1 }),
		row('c', `${name} says nothing.`, { parent_id: `${name}-q`, role: 'assistant', rank: 2 }),
	];
}

test('a flat table of messages: pairs of one prompt, nothing twice, the same after a rebuild, and erased with every line', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const path = join(dir, 'messages.jsonl');
	const [one, two, three] = ['Ada', 'Bo', 'Cy'].map(tree) as [object[], object[], object[]];
	// Trees do not lie together.
	const rows = one.flatMap((row, i) => [row, two[i], three[i]]);
	writeFileSync(path, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
	const done = await workspace.importFiles([path], {}, job());
	assert.deepEqual([done.comparisons, done.prompts, done.rejected], [9, 3, []]);
	assert.equal((await workspace.importFiles([path], {}, job())).files[0]?.imported, 0);
	await workspace.settled();
	const { comparisons: list } = await workspace.list({ limit: 9 });
	const bo = list.filter(({ preview }) => preview.includes('What does Bo say?')).map(({ id }) => id);
	assert.equal(bo.length, 3);

	// A tree of which some pairs stay is left whole and named; with all of its pairs every line of it goes.
	const some = await workspace.erase(bo.slice(0, 1), { reason: 'asked to' }, job());
	assert.match(some.left[0]?.why ?? '', /also holds pairs that stay/u);
	assert.deepEqual((await workspace.erase(bo.slice(1), { reason: 'asked to' }, job())).left, []);
	await workspace.settled();
	assert.deepEqual(holding(join(dir, 'work'), 'Bo says'), []);
	assert.ok(holding(join(dir, 'work'), 'Cy says').length > 0);
	const before = dump(workspace.context.db);
	await workspace.rebuild(job());
	assert.equal(dump(workspace.context.db), before);
	assert.equal((await workspace.list({ limit: 1 })).total, 6);
});
