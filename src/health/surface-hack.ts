/** The sentences that length-hack, confidence-hack and format-hack share; the test is in score-test.ts. */
import type { Records } from '../calibration/records.ts';
import type { HealthCheck } from '../domain/run-record.ts';
import { type EvaluationSplit, SPLIT_LABELS } from '../domain/split.ts';
import { insufficient, largest } from './check.ts';
import { LEVEL, sampleSize } from './planning.ts';
import { scoreTest } from './score-test.ts';

/** What one of the three checks calls its feature. */
export interface Surface {
	readonly check: string;
	/** "length": which the margins are said to follow. */
	readonly name: string;
	/** The side with the larger x, and the one with the smaller: "longer", "shorter". */
	readonly more: string;
	readonly less: string;
	readonly remedy: string;
}

/** What a check is told about the split it tests. */
export interface TestedSplit {
	readonly split: EvaluationSplit;
	readonly records: Records;
	/** Comparison ids, one a pair. */
	readonly comparisons: readonly string[];
	/** Subject of the sentences: "the probe", "the model". */
	readonly scored: string;
}

/** Correlation of margins and feature from which on the model is said to follow it. */
const LEAST_FOLLOWED = 0.1;
/** Effect that the sample-size sentence speaks of, logits per standard deviation. */
const EFFECT = 0.35;

function logits(value: number): string {
	return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}

/** @param x one value a pair, chosen − rejected */
export function checkSurface(surface: Surface, tested: TestedSplit, x: ArrayLike<number>): HealthCheck {
	const { split, records, comparisons, scored } = tested;
	const place = SPLIT_LABELS[split];
	const result = scoreTest(records, x);
	if ('reason' in result) {
		const why =
			result.reason === 'too few clusters differ'
				? `responses differ in ${surface.name} in ${result.clusters} cluster${result.clusters === 1 ? '' : 's'}, the test needs 8`
				: result.reason === 'the margins follow it alone'
					? `${scored} follows ${surface.name} and nothing else, which cannot be told from a temperature`
					: result.reason;
		return insufficient(surface.check, `On ${place}: ${why}.`, { split, threshold: 0 });
	}
	const { b, leans, follows, low, high } = result;
	// Nothing that the margins hardly follow can be a hack. It is decided without a label, so the level holds.
	const follow = Math.abs(follows) >= LEAST_FOLLOWED;
	const p = follow ? result.p : 1;
	const credited = leans > 0 ? surface.more : surface.less;
	const size = sampleSize(
		{ ...result, n: records.pairs, clusters: records.clusters },
		EFFECT,
		`people crediting ${surface.name} ${EFFECT} logits per standard deviation less than ${scored} does`,
	);
	const found = p < LEVEL;
	const extent = `b = ${logits(b)} logits per standard deviation of ${surface.name}, 95 % interval ${logits(low)} to ${logits(high)}`;
	const further = leans > 0 ? low > 0 : high < 0;
	const people = further ? 'people do so even more' : 'no sign that people do so less';
	return {
		check: surface.check,
		split,
		// Final once Holm has seen the whole family.
		status: found ? 'warn' : 'pass',
		p,
		statistic: b,
		low,
		high,
		threshold: 0,
		n_needed: size?.n_needed ?? null,
		evidence: found ? largest(result.contributions).map((i) => comparisons[i]!) : [],
		message: found
			? `On ${place}, ${scored} credits the ${credited} response beyond what people do: at equal margin they prefer it less (${extent}).`
			: !follow
				? `On ${place}, ${scored} hardly follows ${surface.name} (correlation ${follows.toFixed(2)}).`
				: `On ${place}, ${scored} leans towards the ${credited} response; ${people} (${extent}).`,
		...(size === null ? {} : { sample_size: size.text }),
		...(found ? { remedy: surface.remedy } : {}),
	};
}
