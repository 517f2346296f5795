import { losses } from '../calibration/proper.ts';
import type { Dataset, ScoredPair } from '../domain/dataset.ts';
import type { HealthCheck, ScoreLine, Shift, Slice } from '../domain/run-record.ts';
import { largest } from '../health/check.ts';
import { checkConfidenceHack } from '../health/confidence-hack.ts';
import { driftSince, type PreviousRun } from '../health/drift-run.ts';
import { checkFormatHack } from '../health/format-hack.ts';
import { checkGeneralizationGap } from '../health/generalization-gap.ts';
import { adjustFamily } from '../health/holm.ts';
import { checkInsufficientData } from '../health/insufficient-data.ts';
import { checkLabelNoise } from '../health/label-noise.ts';
import { checkLeakage } from '../health/leakage.ts';
import { checkLengthHack } from '../health/length-hack.ts';
import { checkNotOod } from '../health/not-ood.ts';
import { checkOverconfidentHeldout } from '../health/overconfident-heldout.ts';
import { checkPositionBias } from '../health/position-bias.ts';
import { sliceRun } from '../health/slices.ts';
import type { TestedSplit } from '../health/surface-hack.ts';
import type { ProbeFamily } from './probe.ts';
import { meanMargins } from './sealed.ts';
import { surfaceOf } from './surface.ts';

export type { PreviousRun };

export interface ProbeHealthInput {
	readonly family: ProbeFamily;
	/** Place of the run's own solution. */
	readonly point: number;
	/** Outside E. */
	readonly scores: readonly ScoreLine[];
	readonly dataset: Dataset;
	/** Every scored pair is a tie. */
	readonly onlyTies: boolean;
	/** Absent = not measured. */
	readonly shift?: Shift | null;
	/** null = there is none; absent = nobody looked. */
	readonly previous?: PreviousRun | null;
	/** Today's labels where they differ from frozen ones, turned to the dataset's chosen side. */
	readonly reviewed?: ReadonlyMap<string, { readonly y: number }>;
}

const PROBE = 'the probe';
/** Where margins are tested against people: not train, which the probe was fitted to, and never E. */
const TESTED = ['eval', 'heldout_reference', 'retention'] as const;
const OPEN = ['train', 'eval', 'heldout_reference'] as const;

function idsAt(pairs: readonly ScoredPair[], places: readonly number[]): string[] {
	return places.map((i) => pairs[i]!.comparison);
}

function surfaceChecks({ family, point }: ProbeHealthInput): HealthCheck[] {
	return TESTED.flatMap((split) => {
		const pairs = family.pairs(split);
		if (pairs.length === 0) return [];
		const tested: TestedSplit = {
			split,
			records: family.records(split, point),
			comparisons: pairs.map((pair) => pair.comparison),
			scored: PROBE,
		};
		const surface = surfaceOf(family, split);
		return [
			checkLengthHack(tested, surface.length),
			checkConfidenceHack(tested, surface.certainty),
			checkFormatHack(tested, surface.format),
		];
	});
}

function driftChecks({ family, point, previous, reviewed }: ProbeHealthInput): HealthCheck[] {
	return driftSince(previous, (split) => {
		const pairs = family.pairs(split);
		if (pairs.length === 0) return [];
		const margins = meanMargins(family.margins(split, point));
		return pairs.map(({ comparison, cluster, chosenSide, y }, i) => ({
			comparison,
			cluster,
			chosenSide,
			margin: margins[i]!,
			y: reviewed?.get(comparison)?.y ?? y,
		}));
	});
}

/** Every check that a probe run can make, as one family (design.md §7). */
export function probeHealth(run: ProbeHealthInput): HealthCheck[] {
	const { family, point, scores, dataset, onlyTies, shift } = run;
	const reference = family.pairs('heldout_reference');
	const records = family.records('heldout_reference', point);
	// One record a pair: R is scored out of fold.
	const wrong = records.margin.map((z, i) => (records.y[i]! > 0.5 ? Math.max(0, -z) : 0));
	const sizes = new Map(
		([...OPEN, 'heldout_sealed'] as const).map((split) => [
			split,
			{ clusters: new Set(family.pairs(split).map((pair) => pair.cluster)).size },
		]),
	);
	const cluster = new Map(family.pairs('train').map((pair) => [pair.comparison, pair.cluster]));
	return adjustFamily([
		checkOverconfidentHeldout(records, idsAt(reference, largest(wrong)), !onlyTies, PROBE),
		checkGeneralizationGap(
			family.loss('heldout_reference', point),
			family.loss('train', point),
			idsAt(reference, largest(losses(records))),
		),
		...surfaceChecks(run),
		...driftChecks(run),
		...(dataset.positions === undefined ? [] : [checkPositionBias(dataset.positions)]),
		checkLeakage(dataset.leakage),
		...(shift == null ? [] : [checkNotOod(shift)]),
		checkLabelNoise([
			{
				split: 'train',
				pairs: scores
					.filter((line) => line.split === 'train')
					.map(({ comparison, p, y }) => ({ comparison, p, y, cluster: cluster.get(comparison)! })),
			},
		]),
		checkInsufficientData(Object.fromEntries(sizes)),
	]);
}

/** Exploratory slices of a probe run, outside E, by the mean margin over fold models. */
export function probeSlices(family: ProbeFamily, point: number): Slice[] {
	return sliceRun(
		OPEN.map((split) => ({ split, pairs: family.pairs(split), margins: meanMargins(family.margins(split, point)) })),
	);
}
