import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { splitSizes } from '../../src/scoring/run-parts.ts';
import { dump } from '../../src/store/dump.ts';
import { readDataset } from '../../src/workspace/dataset.ts';
import { labelFiles } from '../../src/workspace/runs/score-in-process.ts';
import { folder, job, openAt } from './workspace-support.ts';

const RUN = '20260101T000000Z-abcdef';

function rows(count: number, from: number, extra: object, label: boolean): string {
	return Array.from({ length: count }, (_, i) =>
		JSON.stringify({
			prompt: `Prompt ${from + i}`,
			response_a: `one ${from + i}`,
			response_b: `two ${from + i}`,
			...(label ? { judgments: [{ annotator: 'bo', verdict: 'a' }] } : {}),
			...extra,
		}),
	).join('\n');
}

test('metrics use what lies before the first comparison not judged in the one order; train has no prefix', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const path = join(dir, 'rows.jsonl');
	writeFileSync(path, [rows(12, 0, { split: 'train' }, false), rows(12, 100, { split: 'eval' }, false)].join('\n'));
	await workspace.importFiles([path], {}, job());
	const ordered = (await workspace.queue('judge', { count: 24 })).pairs.map((p) => p.comparison);
	const splitOf = new Map((await workspace.list({})).comparisons.map((c) => [c.id, c.split]));
	const evaluation = ordered.filter((id) => splitOf.get(id) === 'eval');
	const train = ordered.filter((id) => splitOf.get(id) === 'train');
	for (const id of [...evaluation.filter((_, i) => i !== 4), ...train.filter((_, i) => i !== 4)]) {
		await workspace.judge({ comparison: id, verdict: 'a' });
	}
	const { dataset } = readDataset(workspace.context);
	const of = (split: string) => dataset.pairs.filter((p) => p.split === split).map((p) => p.comparison);
	assert.deepEqual(of('eval'), evaluation.slice(0, 4).sort());
	assert.equal(of('train').length, 11);
	assert.deepEqual(
		[dataset.leftOut.eval.waiting, dataset.leftOut.eval.waiting_behind, dataset.leftOut.eval.open],
		[7, evaluation[4], 1],
	);
	await workspace.skip({ comparison: evaluation[4]! });
	assert.equal(readDataset(workspace.context).dataset.leftOut.eval.waiting, 7, '"later" is not passed');
	await workspace.skip({ comparison: evaluation[4]!, cannot: 'language' });
	assert.equal(readDataset(workspace.context).dataset.leftOut.eval.waiting, 0, 'everyone at work here cannot');
	await workspace.close();
});

test('of a cluster across splits only the most protected members take part; copies are leaks', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const path = join(dir, 'rows.jsonl');
	writeFileSync(
		path,
		[
			rows(1, 1, { split: 'train' }, true),
			rows(1, 1, { split: 'heldout', half: 'R', prompt: 'PROMPT   1' }, true),
			rows(1, 2, { split: 'train' }, true),
		].join('\n'),
	);
	await workspace.importFiles([path], {}, job());
	const { dataset } = readDataset(workspace.context);
	assert.deepEqual(
		dataset.pairs.map((p) => p.split),
		['heldout_reference', 'train'],
	);
	assert.equal(dataset.leftOut.train.spanning, 1);
	assert.deepEqual(
		dataset.leakage.map((l) => [l.kind, [...l.splits].sort()]),
		[['prompt-copy', ['heldout_reference', 'train']]],
	);
	const { spanning, leakage } = await workspace.splits();
	assert.deepEqual([spanning.length, leakage.length], [1, 1]);
	await workspace.close();
});

test('y is the share of votes for the chosen side; both bad is in no metric; disputed is in, undecided', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const path = join(dir, 'rows.jsonl');
	const votes = [['a', 'a', 'b'], ['a', 'b'], ['both_bad', 'both_bad', 'a'], ['tie'], ['b', 'tie', 'tie', 'b']];
	writeFileSync(
		path,
		votes
			.map((list, i) =>
				rows(1, i, { split: 'train', judgments: list.map((verdict, k) => ({ annotator: `p${k}`, verdict })) }, false),
			)
			.join('\n'),
	);
	await workspace.importFiles([path], {}, job());
	const { dataset } = readDataset(workspace.context);
	const byPrompt = new Map(dataset.pairs.map((p) => [p.turns.messages[0]?.content, p]));
	assert.deepEqual(
		[0, 1, 2, 3, 4].map((i) => {
			const pair = byPrompt.get(`Prompt ${i}`);
			return pair === undefined ? null : [Number(pair.y.toFixed(4)), pair.decided];
		}),
		[[0.6667, true], [0.5, false], null, [0.5, false], [0.75, false]],
	);
	assert.deepEqual([dataset.leftOut.train.both_bad, dataset.leftOut.train.unresolved], [1, 3]);
	assert.equal(byPrompt.get('Prompt 0')?.chosen[0]?.content, 'one 0');
	await workspace.close();
});

test('labels of evaluation pairs stay as at their first run; corrections are kept apart', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const path = join(dir, 'rows.jsonl');
	writeFileSync(path, [rows(3, 0, { split: 'eval' }, true), rows(3, 10, { split: 'train' }, true)].join('\n'));
	await workspace.importFiles([path], {}, job());
	const before = readDataset(workspace.context);
	const run = join(workspace.context.paths.runs, RUN);
	mkdirSync(run, { recursive: true });
	const scored = new Set(before.labels.map(({ comparison }) => comparison));
	for (const [name, data] of Object.entries(labelFiles(RUN, before.labels, scored)))
		writeFileSync(join(run, name), data);
	await workspace.context.append({ type: 'run-recorded', run: RUN, engine: 'probe' });
	const chosen = before.dataset.pairs.find((p) => p.split === 'eval')!;
	const trained = before.dataset.pairs.find((p) => p.split === 'train')!;
	const other = (side: 'a' | 'b') => (side === 'a' ? 'b' : 'a');
	for (const pair of [chosen, trained]) {
		await workspace.judge({ comparison: pair.comparison, verdict: other(pair.chosenSide) });
	}
	const after = readDataset(workspace.context);
	const now = (id: string) => after.dataset.pairs.find((p) => p.comparison === id)?.y;
	assert.deepEqual([now(chosen.comparison), now(trained.comparison)], [1, 0.5]);
	assert.deepEqual([...after.reviewed], [[chosen.comparison, { y: 0.5, decided: false }]]);
	const state = dump(workspace.context.db);
	await workspace.rebuild(job());
	assert.equal(dump(workspace.context.db), state);
	assert.equal(readDataset(workspace.context).dataset.sha256, after.dataset.sha256);
	await workspace.close();
});

test('neither both-bad pairs of E nor those a label policy leaves out show by number; excluded prompts keep their cluster', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const path = join(dir, 'rows.jsonl');
	const sealed = { split: 'heldout', half: 'E' };
	const differ = ['a', 'b'].map((verdict, i) => ({ annotator: `p${i}`, verdict }));
	writeFileSync(
		path,
		[
			rows(3, 1, sealed, true),
			rows(2, 11, { ...sealed, judgments: differ }, false),
			rows(1, 15, { ...sealed, judgments: [{ annotator: 'bo', verdict: 'both_bad' }] }, false),
			rows(1, 21, { split: 'excluded', prompt: 'PROMPT   1' }, true),
		].join('\n'),
	);
	await workspace.importFiles([path], {}, job());
	const sizes = (['vote-share', 'strict-majority'] as const).map((policy) => {
		const { dataset } = readDataset(workspace.context, policy);
		const scored = dataset.pairs.filter(({ split }) => split === 'heldout_sealed').length;
		return { scored, said: splitSizes(dataset).heldout_sealed.pairs };
	});
	assert.deepEqual(sizes, [
		{ scored: 5, said: 6 },
		{ scored: 3, said: 6 },
	]);
	const { clusters, pairs } = readDataset(workspace.context).dataset;
	assert.equal(clusters?.size, 7);
	const [first] = pairs.filter(({ turns }) => turns.messages[0]?.content === 'Prompt 1');
	assert.equal([...clusters!.values()].filter((cluster) => cluster === first!.cluster).length, 2);
	await workspace.close();
});
