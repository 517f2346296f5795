import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunRecord } from '../../src/domain/run-record.ts';
import type { ListPage } from '../../src/protocol/lists.ts';
import { makeCli, ownRows } from './cli-run.ts';

test('score --features reads a file of the user, in the scoring process, and says what it used', async (t) => {
	const cli = makeCli(t);
	await cli.run(['init', cli.dir]);
	const rows = ownRows(60, (i) =>
		i % 3 === 0 ? { split: 'heldout', half: 'R', tags: ['domain:x'] } : { split: 'train' },
	);
	assert.equal((await cli.json(['import', cli.write('rows.jsonl', rows)])).code, 0);
	const { comparisons } = (await cli.json(['list', '--limit', '0'])).document as ListPage;
	const lines = comparisons.map(({ id, verdict }) => `${JSON.stringify({ id, x: [verdict === 'a' ? 1 : -1] })}\n`);
	const file = cli.write('reward.jsonl', `{"names":["reward"]}\n${lines.join('')}`);
	const { code, document, stderr } = await cli.json(['score', '--features', file, '--features-mode', 'replace']);
	assert.equal(code, 0, stderr);
	const record = document as RunRecord;
	const { own } = record.engine.features as { own: Record<string, unknown> };
	assert.deepEqual(
		{ ...own, sha256: String(own.sha256).length },
		{ mode: 'replace', sha256: 64, width: 1, pairs: 60, filled: 0, unused: 0 },
	);
	assert.deepEqual(
		record.features!.map(({ name, kind }) => [name, kind]),
		[['reward', 'own']],
	);
	assert.ok(!JSON.stringify(record).includes('reward.jsonl'), 'no path in what is committed');

	const half = cli.write('half.jsonl', lines.slice(0, 30).join(''));
	const refused = await cli.run(['--workspace', cli.dir, 'score', '--features', half, '--features-mode', 'replace']);
	assert.equal(refused.code, 1);
	assert.match(refused.stderr, /30 of the 60 scored pairs have no row/);
	const missing = await cli.run(['--workspace', cli.dir, 'score', '--features', 'none.jsonl']);
	assert.equal(missing.code, 1);
	assert.match(missing.stderr, /none\.jsonl cannot be read: there is no such file/);
	assert.equal(((await cli.json(['runs'])).document as { runs: unknown[] }).runs.length, 1);

	const mixed = cli.write('mixed.jsonl', [...lines, '{"id":"abc","x":[1]}\n'].join(''));
	const partly = await cli.json(['score', '--features', mixed]);
	assert.equal(partly.code, 2, 'a row that cannot be used is named, the others go on');
	assert.match(partly.stderr, /mixed\.jsonl, line 61: id: expected the id of a comparison/);
	assert.match(partly.stderr, /1 row left out/);
});
