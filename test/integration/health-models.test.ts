/** Real checkpoints: which of them was trained on the tuning half, and which learnt its training pairs by heart? */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ClusteredMean, clusteredMean } from '../../src/calibration/jackknife.ts';
import { numberStrings, pairLoss } from '../../src/calibration/records.ts';
import type { Message } from '../../src/domain/comparison.ts';
import { firstTurnKey } from '../../src/domain/text.ts';
import { checkReferenceMemorised, type HalfLoss, referenceMemorisedP } from '../../src/health/reference-memorised.ts';
import { checkTrainMemorised } from '../../src/health/train-memorised.ts';

const MODELS = join(import.meta.dirname, '../../../shared/models');
const skip = existsSync(MODELS) ? false : 'no ../shared/models';
const BETA = 0.1;

interface Pair {
	readonly id: string;
	readonly split: 'train' | 'eval' | 'heldout';
	readonly half?: 'R' | 'E';
	readonly prompt: Message[];
}

interface Logps {
	readonly id: string;
	readonly chosen_logps: number;
	readonly rejected_logps: number;
	readonly ref_chosen_logps: number;
	readonly ref_rejected_logps: number;
}

function lines<T>(file: string): T[] {
	return readFileSync(join(MODELS, file), 'utf8')
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as T);
}

function read(name: string): { halves: HalfLoss[]; mean: (split: Pair['split']) => ClusteredMean } {
	const pairs = new Map(lines<Pair>('pairs.jsonl').map((pair) => [pair.id, pair]));
	const scored = lines<Logps>(`logps.${name}.jsonl`).map((line) => {
		const pair = pairs.get(line.id)!;
		const chosen = line.chosen_logps - line.ref_chosen_logps;
		const rejected = line.rejected_logps - line.ref_rejected_logps;
		return { ...pair, cluster: firstTurnKey({ messages: pair.prompt }), loss: pairLoss(BETA * (chosen - rejected), 1) };
	});
	return {
		halves: scored.flatMap(({ half, cluster, loss }) =>
			half === undefined ? [] : [{ half, cluster, loss, facets: [] }],
		),
		mean: (split) => {
			const rows = scored.filter((each) => each.split === split);
			const { index, count } = numberStrings(rows.map((row) => row.cluster));
			const losses = rows.map((row) => row.loss);
			return clusteredMean(losses, new Float64Array(rows.length).fill(1), index, count)!;
		},
	};
}

test('the checkpoints that were trained on the tuning half are void, the others are not', { skip }, () => {
	for (const name of ['gdpo-step50', 'gdpo-step100', 'gdpo-step400']) {
		const { halves } = read(name);
		const check = checkReferenceMemorised(halves, 1, name);
		assert.equal(check.status, 'fail', name);
		assert.equal(check.p, 1 / 10_000);
		assert.deepEqual([check.statistic, check.evidence], [null, []]);
		// The figure once measured with 1,999 permutations.
		assert.equal(referenceMemorisedP(halves, 1, 1_999).p, 0.0005);
	}
	for (const name of ['dpo-lr1e4-step50', 'dpo-step50', 'dpo-step100', 'dpo-step400']) {
		const { p, status } = checkReferenceMemorised(read(name).halves, 1, name);
		assert.ok(status === 'pass' && p! > 0.18 && p! < 0.47, `${name}: p ${p}`);
	}
});

test('every checkpoint but the reference fits its own training pairs far better than others', { skip }, () => {
	const found = (name: string) => {
		const { mean } = read(name);
		return checkTrainMemorised(mean('train'), mean('eval'), name);
	};
	const gentle = found('dpo-lr1e4-step50');
	assert.ok(Math.abs(gentle.statistic! - (0.6766 - 0.4319)) < 2e-4);
	for (const check of [gentle, found('dpo-step400'), found('gdpo-step400')]) assert.ok(check.p! < 1e-10);
	assert.equal(found('ref').status, 'pass');
});
