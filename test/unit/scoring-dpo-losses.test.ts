import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LOSSES } from '../../src/domain/checkpoint.ts';
import { logRatioDrift, tokenKl } from '../../src/scoring/divergence.ts';
import { dpoLoss, lossOfReference, softLoss, trlRewards } from '../../src/scoring/dpo-losses.ts';

const VECTORS = join(import.meta.dirname, '../../../shared/vectors');
const skip = existsSync(VECTORS) ? false : 'no ../shared/vectors';

interface LossCase {
	readonly name: string;
	readonly input: {
		readonly beta: number;
		readonly label_smoothing: number;
		readonly f_divergence: string;
		readonly policy_chosen: readonly number[];
		readonly policy_rejected: readonly number[];
		readonly ref_chosen: readonly number[];
		readonly ref_rejected: readonly number[];
		readonly len_chosen: readonly number[];
		readonly len_rejected: readonly number[];
	};
	readonly expected: {
		readonly loss: Readonly<Record<string, { readonly per_row: readonly number[]; readonly mean: number }>>;
		readonly metrics: Readonly<Record<string, number>>;
	};
}

function cases<T>(file: string): T[] {
	return (JSON.parse(readFileSync(join(VECTORS, file), 'utf8')) as { cases: T[] }).cases;
}

function close(found: number, expected: number, what: string, tolerance = 1e-9): void {
	assert.ok(Math.abs(found - expected) <= tolerance, `${what}: ${found}, expected ${expected}`);
}

test('every loss equals TRL’s, row by row, and so do the metrics it logs', { skip }, () => {
	let compared = 0;
	for (const { name, input, expected } of cases<LossCase>('dpo-losses.json')) {
		if (input.f_divergence !== 'reverse_kl') continue;
		const { beta, label_smoothing: labelSmoothing } = input;
		const pairs = input.policy_chosen.map((chosen, i) => ({
			chosen,
			rejected: input.policy_rejected[i]!,
			refChosen: input.ref_chosen[i]!,
			refRejected: input.ref_rejected[i]!,
		}));
		for (const loss of LOSSES) {
			const { per_row: rows, mean } = expected.loss[loss]!;
			const found = pairs.map((pair, i) =>
				dpoLoss(
					{
						chosen: pair.chosen - pair.refChosen,
						rejected: pair.rejected - pair.refRejected,
						chosenTokens: input.len_chosen[i]!,
						rejectedTokens: input.len_rejected[i]!,
					},
					{ loss, beta, labelSmoothing },
				),
			);
			for (const [i, row] of rows.entries()) close(found[i]!, row, `${name} ${loss} ${i}`);
			close(found.reduce((sum, x) => sum + x, 0) / found.length, mean, `${name} ${loss}`);
			compared++;
		}
		const rewards = Object.entries(trlRewards(pairs, beta)!);
		for (const [metric, value] of rewards) close(value, expected.metrics[metric]!, `${name} ${metric}`);
	}
	assert.ok(compared >= 4 * LOSSES.length, `${compared}`);
});

test('a vote share weighs both orders, and the reference’s loss does not depend on it', () => {
	const ratios = { chosen: 1.2, rejected: -0.4, chosenTokens: 7, rejectedTokens: 4 };
	const turned = { chosen: -0.4, rejected: 1.2, chosenTokens: 4, rejectedTokens: 7 };
	const none = { ...ratios, chosen: 0, rejected: 0 };
	for (const loss of LOSSES) {
		const settings = { loss, beta: 0.5, labelSmoothing: 0.1 };
		const expected = 0.7 * dpoLoss(ratios, settings) + 0.3 * dpoLoss(turned, settings);
		close(softLoss(ratios, 0.7, settings), expected, loss, 1e-15);
		assert.equal(softLoss(ratios, 1, settings), dpoLoss(ratios, settings));
		for (const y of [0.5, 0.7, 1]) close(softLoss(none, y, settings), lossOfReference(settings), `${loss} ${y}`, 1e-15);
	}
	assert.equal(lossOfReference({ loss: 'sigmoid', beta: 0.1, labelSmoothing: 0 }), Math.LN2);
	assert.equal(lossOfReference({ loss: 'ipo', beta: 0.1, labelSmoothing: 0 }), 25);
	assert.equal(trlRewards([], 0.1), null);
});

interface DivergenceCase {
	readonly name: string;
	readonly input: Readonly<Record<string, readonly (readonly number[])[]>>;
	readonly expected: {
		readonly kl_policy_ref_per_token?: readonly number[];
		readonly sequence_level?: { readonly k1: number };
	};
}

test('KL per token over the full vocabulary, and the drift of sequence log-ratios, equal the vectors', { skip }, () => {
	let compared = 0;
	for (const { name, input, expected } of cases<DivergenceCase>('divergence.json')) {
		for (const [i, kl] of (expected.kl_policy_ref_per_token ?? []).entries()) {
			close(tokenKl(input.policy_logits![i]!, input.ref_logits![i]!), kl, `${name} ${i}`);
			compared++;
		}
		if (expected.sequence_level === undefined) continue;
		const ratios = input.policy_logps!.map((row, i) =>
			row.reduce((sum, logp, t) => sum + logp - input.ref_logps![i]![t]!, 0),
		);
		const pairs = ratios.map((ratio, i) => logRatioDrift(ratio, ratios[(i + 1) % ratios.length]!));
		close(pairs.reduce((sum, x) => sum + x, 0) / pairs.length, expected.sequence_level.k1, name);
		compared++;
	}
	assert.ok(compared >= 12, `${compared}`);
});
