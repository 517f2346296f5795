import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCli, ownRows } from './cli-run.ts';

test('people are listed; a name they give themselves is shown beside their handle, which stays', async (t) => {
	const cli = makeCli(t, 'ada');
	await cli.run(['init', cli.dir]);
	await cli.run(['--workspace', cli.dir, 'import', cli.write('rows.jsonl', ownRows(6))]);
	const { document: listed } = await cli.json(['list']);
	const id = (listed as { comparisons: { id: string }[] }).comparisons[0]!.id;
	await cli.json(['judge', id, 'a']);
	const renamed = await cli.json(['people', 'rename', '  Ada   Lovelace ']);
	assert.deepEqual(renamed.document, { person: 'ada', name: 'Ada Lovelace' });
	const { document } = await cli.json(['people']);
	const people = (document as { people: { person: string; name: string | null; me: boolean; events: number }[] })
		.people;
	assert.deepEqual(
		people.map(({ person, name, me, events }) => [person, name, me, events > 0]),
		[
			['ada', 'Ada Lovelace', true, true],
			['ben', null, false, false],
		],
	);
	const shown = await cli.run(['--workspace', cli.dir, 'show', id]);
	assert.match(shown.stdout, /Ada Lovelace \(ada\): /u);
	const table = await cli.run(['--workspace', cli.dir, 'people']);
	assert.match(table.stdout, /ada \(you\)\s+Ada Lovelace/u);
	const { document: detail } = await cli.json(['show', id]);
	assert.equal((detail as { judgments: { annotator: string }[] }).judgments[0]!.annotator, 'ada');
	assert.match((await cli.run(['--workspace', cli.dir, 'agreement'])).stdout, /Ada Lovelace \(ada\) – ben/u);
	assert.equal((await cli.run(['--workspace', cli.dir, 'people', 'rename', ' '])).code, 1);
});
