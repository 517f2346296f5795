/**
 * label-noise: which labels does the model contradict with confidence?
 * A list, no test. A pair is a suspect if the model that has not seen its cluster gives the rejected side at least τ, where τ is the
 * mean probability it gives to labels of that split (confident learning, Northcutt 2021; by antisymmetry one threshold serves both
 * sides) and at least 80 %. A calibrated model contradicts some pairs too: suspects are listed where they are more than
 * e + 2√e + 1, e = Σ(1 − confidence) over pairs that sure. `warn` if the list is not empty.
 * Unit: the pair. Minimum n: 8 clusters in a split. For the probe train alone, out of fold: there a second look repairs something, while
 * on held-out prompts a model that carries nothing over contradicts good labels by the hundred. Never E.
 */
import { MIN_CLUSTERS } from '../calibration/jackknife.ts';
import type { HealthCheck } from '../domain/run-record.ts';
import { type EvaluationSplit, SPLIT_LABELS } from '../domain/split.ts';
import { insufficient } from './check.ts';
import { counted } from './phrases.ts';

export const LABEL_NOISE = 'label-noise';

const FLOOR = 0.8;
/** Comparison ids named at most. */
const MAX_SUSPECTS = 50;

/** One scored pair, out of fold. */
export interface ScoredLabel {
	readonly comparison: string;
	readonly cluster: string;
	/** P(chosen ≻ rejected). */
	readonly p: number;
	/** Vote share of the chosen side, ≥ ½. */
	readonly y: number;
}

interface Suspects {
	readonly split: EvaluationSplit;
	readonly pairs: readonly ScoredLabel[];
	readonly found: readonly ScoredLabel[];
	readonly expected: number;
	readonly listed: boolean;
}

function suspectsOf(split: EvaluationSplit, all: readonly ScoredLabel[]): Suspects {
	const pairs = all.filter((pair) => pair.y > 0.5);
	const self = pairs.reduce((sum, pair) => sum + pair.p, 0) / Math.max(1, pairs.length);
	const threshold = Math.max(FLOOR, self);
	const found = pairs.filter((pair) => 1 - pair.p >= threshold);
	let expected = 0;
	for (const { p } of pairs) {
		const confidence = Math.max(p, 1 - p);
		if (confidence >= threshold) expected += 1 - confidence;
	}
	return { split, pairs, found, expected, listed: found.length > expected + 2 * Math.sqrt(expected) + 1 };
}

export function checkLabelNoise(
	splits: readonly {
		readonly split: Exclude<EvaluationSplit, 'heldout_sealed'>;
		readonly pairs: readonly ScoredLabel[];
	}[],
): HealthCheck {
	const tested = splits
		.filter(({ pairs }) => new Set(pairs.map((pair) => pair.cluster)).size >= MIN_CLUSTERS)
		.map(({ split, pairs }) => suspectsOf(split, pairs));
	if (tested.length === 0) {
		return insufficient(LABEL_NOISE, `No split has the ${MIN_CLUSTERS} clusters that a list of suspects needs.`);
	}
	const listed = tested.filter((each) => each.listed);
	const suspects = listed
		.flatMap((each) => each.found)
		.sort((x, y) => x.p - y.p || (x.comparison < y.comparison ? -1 : 1));
	const counts = (listed.length > 0 ? listed : tested)
		.map(({ split, pairs, found, expected }) => {
			return `${found.length} of ${pairs.length} on ${SPLIT_LABELS[split]} (a calibrated model: about ${Math.round(expected)})`;
		})
		.join(', ');
	const contradicted = suspects.filter((pair) => pair.y < 1).length;
	return {
		check: LABEL_NOISE,
		status: suspects.length > 0 ? 'warn' : 'pass',
		p: null,
		statistic: suspects.length,
		threshold: 0,
		n_needed: null,
		evidence: suspects.slice(0, MAX_SUSPECTS).map((pair) => pair.comparison),
		message:
			suspects.length > 0
				? `${counted(suspects.length, 'label')} contradicted with 80 % confidence or more, beyond what a calibrated model would: ${counts}. ${contradicted === 0 ? 'None of them has judgments that contradict each other.' : `In ${contradicted} of them people contradict each other.`}`
				: `Labels are contradicted with confidence no more often than a calibrated model would: ${counts}.`,
		...(suspects.length > 0
			? {
					remedy:
						'Re-judge them blind, mixed with pairs the model got right: they are the likeliest wrong labels, or its worst mistakes.',
				}
			: {}),
	};
}
