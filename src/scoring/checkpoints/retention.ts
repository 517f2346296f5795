import { intervalOf } from '../../calibration/jackknife.ts';
import type { CheckpointResult, ComparisonScore } from '../../domain/checkpoint.ts';
import type { ScoredPair } from '../../domain/dataset.ts';
import type { HealthCheck, Interval } from '../../domain/run-record.ts';
import { insufficient } from '../../health/check.ts';
import {
	checkForgetting,
	FORGETTING,
	forgotten,
	type PolicyScore,
	type RetentionPair,
} from '../../health/forgetting.ts';
import type { CheckpointFamily } from './family.ts';

/** What forgetting says of one checkpoint; null where the retention split has no scored pairs. */
export interface Retention {
	readonly check: HealthCheck;
	readonly result: NonNullable<CheckpointResult['forgetting']>;
}

function policyOf(score: ComparisonScore, { chosenSide }: ScoredPair, tokens: number | null): PolicyScore {
	const [chosen, rejected] = chosenSide === 'a' ? [score.a, score.b] : [score.b, score.a];
	// Not told is NaN: the loss per token is then undefined, accuracy is not.
	return { chosen: chosen.logp, rejected: rejected.logp, chosenTokens: chosen.tokens ?? tokens ?? Number.NaN };
}

function turned({ value, low, high, ...rest }: Interval): Interval {
	const minus = (x: number | null): number | null => (x === null ? null : 0 - x);
	return { value: minus(value), low: minus(high), high: minus(low), ...rest };
}

/**
 * Forgetting of one checkpoint, by its policy alone, against the run's baseline for it, else its reference. Pairs with a preferred side
 * and a non-empty one: on a tie there is no response that must not be forgotten.
 * @param name how the checkpoint is called in sentences
 */
export function retentionOf(family: CheckpointFamily, member: number, name: string): Retention | null {
	const { retentionBaseline } = family.settings;
	const pairs = family.pairs('retention', member);
	if (pairs.length === 0) return null;
	const scores = new Map(family.members[member]!.given.scores.map((score) => [score.comparison, score]));
	const compared = pairs.flatMap((pair): RetentionPair[] => {
		const { comparison, cluster, y } = pair;
		const { policy, reference } = scores.get(comparison)!;
		const before = retentionBaseline === undefined ? reference : retentionBaseline.scores.get(comparison);
		if (before === undefined || y <= 0.5) return [];
		const tokens = pair.chosenSide === 'a' ? policy.a.tokens : policy.b.tokens;
		if (tokens === 0) return [];
		return [{ comparison, cluster, now: policyOf(policy, pair, null), baseline: policyOf(before, pair, tokens) }];
	});
	const found = forgotten(compared);
	const untold = compared.some(({ now, baseline }) => Number.isNaN(now.chosenTokens + baseline.chosenTokens));
	const baseline = retentionBaseline?.name ?? 'the reference';
	const check = untold
		? insufficient(
				FORGETTING,
				`How much ${name} forgot cannot be told: the scores do not say how many tokens the responses have, and the loss is per token.`,
				{ split: 'retention', remedy: 'Give token counts with the log-probabilities.' },
			)
		: checkForgetting(compared, name, family.settings.forgetting);
	return {
		check,
		result: {
			baseline,
			loss: untold
				? { value: null, low: null, high: null, reason: 'no token counts' }
				: intervalOf(found?.rise ?? null, 'no pair that both scored'),
			accuracy: turned(intervalOf(found?.fall ?? null, 'no pair that both scored')),
			lost: (found?.lost ?? []).map((pair) => pair.comparison),
			gained: (found?.gained ?? []).map((pair) => pair.comparison),
		},
	};
}
