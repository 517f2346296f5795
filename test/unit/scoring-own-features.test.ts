import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ScoredPair } from '../../src/domain/dataset.ts';
import { canonicalComparison, sha256 } from '../../src/domain/identity.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { runProbe } from '../../src/scoring/run-probe.ts';
import { readOwnFeatures } from '../../src/workspace/runs/own-features-file.ts';
import { makeDataset, makePairs, SHIFTED } from './scoring-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'pairwright-own-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(rows: readonly (object | string)[]): string {
	const path = join(folder, `${sha256(JSON.stringify(rows)).slice(0, 12)}.jsonl`);
	writeFileSync(path, rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join(''));
	return path;
}

/** Pairs whose ids are those of their texts, as in a workspace. */
function realPairs(count: number): ScoredPair[] {
	return makePairs('train', { pairs: count }).map((pair, i) => {
		const { comparison, swapped } = canonicalComparison(pair.turns, pair.chosen, pair.rejected);
		// Sides a and b are chosen alternately, whatever the texts.
		const chosenSide = i % 2 === 0 ? 'a' : 'b';
		const turned = (swapped ? 'b' : 'a') === chosenSide;
		return {
			...pair,
			comparison: comparison.id,
			chosenSide,
			chosen: turned ? pair.chosen : pair.rejected,
			rejected: turned ? pair.rejected : pair.chosen,
		};
	});
}

const pairs = realPairs(4);
const text = (messages: ScoredPair['chosen']): string => messages[0]!.content!;

test('features are turned to chosen − rejected, however a row names its pair', async () => {
	const [p0, p1, p2, p3] = pairs as [ScoredPair, ScoredPair, ScoredPair, ScoredPair];
	const rows = [
		{ names: ['reward', 'entropy'] },
		{ id: p0.comparison, a: [3, 1], b: [1, 0.5] },
		{ id: p1.comparison.slice(0, 12), x: [2, 0.5] },
		// The pair itself, its preferred side first: x is then φ(chosen) − φ(rejected) whatever the canonical sides are.
		{ prompt: text(p2.turns.messages), chosen: text(p2.chosen), rejected: text(p2.rejected), x: [2, 0.5] },
		{ prompt: p3.turns.messages, response_a: text(p3.rejected), response_b: text(p3.chosen), a: [1, 0.5], b: [3, 1] },
		{ id: '0'.repeat(64), x: [9, 9] },
	];
	const { own, rejected } = await readOwnFeatures(fileOf(rows), 'replace', pairs);
	const { features, facts } = own;
	assert.deepEqual(rejected, { total: 0, rows: [] });
	assert.deepEqual(features.names, ['own: reward', 'own: entropy']);
	assert.deepEqual([...features.values], [2, 0.5, -2, -0.5, 2, 0.5, 2, 0.5]);
	assert.deepEqual(
		{ ...facts, sha256: facts.sha256.length },
		{ mode: 'replace', sha256: 64, width: 2, pairs: 4, filled: 0, unused: 1 },
	);
});

test('pairs without features: counted and 0 beside the own ones, refused instead of them', async () => {
	const file = fileOf([{ id: pairs[1]!.comparison, x: [1] }]);
	const { features, facts } = (await readOwnFeatures(file, 'join', pairs)).own;
	assert.deepEqual([...features.values].map(Math.abs), [0, 1, 0, 0]);
	assert.equal(facts.filled, 3);
	await assert.rejects(readOwnFeatures(file, 'replace', pairs), (error) => {
		assert.ok(UserError.is(error, 'unusable-input'));
		assert.match(error.message, /3 of the 4 scored pairs have no row \([0-9a-f]{16}, /);
		return true;
	});
	await assert.rejects(readOwnFeatures(fileOf([{ id: 'f'.repeat(64), x: [1] }]), 'join', pairs), /none of its 1 rows/);
});

const good = { id: pairs[0]!.comparison, x: [1, 2] };
for (const [what, row, message] of [
	['another width', { id: pairs[1]!.comparison, x: [1] }, /line 2: expected 2 numbers as in the first row, found 1/],
	['a text', { id: pairs[1]!.comparison, x: [1, 'NaN'] }, /line 2: x\[1\]: expected a number, found the text "NaN"/],
	['null', { id: pairs[1]!.comparison, x: [null, 1] }, /x\[0\]: expected a number, found null/],
	['NaN', `{"id":"${pairs[1]!.comparison}","x":[NaN,1]}`, /line 2: row: expected a JSON object/],
	['1e999', `{"id":"${pairs[1]!.comparison}","x":[1e999,1]}`, /line 2: x\[0\]/],
	['1e300', { id: pairs[1]!.comparison, x: [1e300, 1] }, /number 1: expected a finite number below 3.4e38/],
	['sides of two widths', { id: pairs[1]!.comparison, a: [1, 2], b: [1] }, /b: expected a list of 2 as in a/],
	['both forms', { id: pairs[1]!.comparison, x: [1, 2], a: [1, 2], b: [1, 2] }, /x: expected either x, or a and b/],
	['one side', { id: pairs[1]!.comparison, a: [1, 2] }, /b: expected a list of numbers, found nothing/],
	['a short id', { id: 'abc', x: [1, 2] }, /id: expected the id of a comparison/],
	['no id', { x: [1, 2] }, /id: expected the id of a comparison, or the pair itself/],
	['the same pair again', good, /line 2: id: expected each pair once, found the pair of line 1 again/],
] as const) {
	test(`a row with ${what} is named and left out, the others go on`, async () => {
		const { own, rejected } = await readOwnFeatures(fileOf([good, row]), 'join', pairs, { shown: 'own.jsonl' });
		assert.deepEqual([own.facts.pairs, own.facts.filled, rejected.total], [1, 3, 1]);
		const [{ path, line, reason } = assert.fail()] = rejected.rows;
		assert.match(`${path}, line ${line}: ${reason}`, message);
	});
}

test('a file without one row that can be used says why, and nothing is scored', async () => {
	const rows = fileOf([{ id: 'abc', x: [1] }, { x: [1] }]);
	await assert.rejects(readOwnFeatures(rows, 'join', pairs), (error) => {
		assert.ok(UserError.is(error, 'unusable-input'));
		assert.match(error.message, /none of its rows can be used \(line 1: id: .*; line 2: id: .*Nothing was scored/);
		return true;
	});
});

test('a run learns from own features: a reward that knows the answer is what it finds', async () => {
	const dataset = makeDataset(SHIFTED);
	const rows = dataset.pairs.map((pair, i) => ({
		id: pair.comparison,
		x: [(pair.chosenSide === 'a' ? 1 : -1) * (1 + (i % 3))],
	}));
	const { own } = await readOwnFeatures(fileOf([{ names: ['reward'] }, ...rows]), 'replace', dataset.pairs);
	const { record } = await runProbe(dataset, { lambda: 1, margin: 0, seed: 1, own });
	assert.ok(record.metrics.heldout_reference!.accuracy.value === 1);
	assert.ok(record.baselines.dpo.heldout_loss! < 0.3, 'the words alone carry over to nothing');
	assert.deepEqual(record.engine.features, { own: own.facts });
	assert.deepEqual([record.features![0]!.name, record.features![0]!.kind], ['reward', 'own']);
	const { record: joined } = await runProbe(dataset, {
		lambda: 1,
		margin: 0,
		seed: 1,
		own: { ...own, features: { ...own.features, mode: 'join' } },
	});
	assert.equal((joined.engine.features as { named: number }).named, 24);
});
