import { losses as nllOf } from '../../calibration/proper.ts';
import type { ScoredPair } from '../../domain/dataset.ts';
import type { HealthCheck, Shift, Slice } from '../../domain/run-record.ts';
import { insufficient, largest } from '../../health/check.ts';
import { checkConfidenceHack } from '../../health/confidence-hack.ts';
import { driftSince } from '../../health/drift-run.ts';
import { checkFormatHack } from '../../health/format-hack.ts';
import { checkGeneralizationGap, GENERALIZATION_GAP } from '../../health/generalization-gap.ts';
import { adjustFamily } from '../../health/holm.ts';
import { checkInsufficientData } from '../../health/insufficient-data.ts';
import { checkLeakage } from '../../health/leakage.ts';
import { checkLengthHack } from '../../health/length-hack.ts';
import { checkNotOod } from '../../health/not-ood.ts';
import { checkOverconfidentHeldout, OVERCONFIDENT_HELDOUT } from '../../health/overconfident-heldout.ts';
import { checkPositionBias } from '../../health/position-bias.ts';
import { sliceRun } from '../../health/slices.ts';
import { checkTrainMemorised } from '../../health/train-memorised.ts';
import { type Surface, surfaceOfPairs } from '../surface.ts';
import type { CheckpointFamily } from './family.ts';
import type { Retention } from './retention.ts';
import { called } from './wording.ts';

/** Where margins are tested against people: never E, and not train, which the checkpoints were fitted to. */
const TESTED = ['eval', 'heldout_reference', 'retention'] as const;
const SLICED = ['eval', 'heldout_reference'] as const;

function idsAt(pairs: readonly ScoredPair[], places: readonly number[]): string[] {
	return places.map((i) => pairs[i]!.comparison);
}

/** The texts' surface, read once for all checkpoints that are measured on the same pairs. */
class Surfaces {
	readonly #known = new Map<string, { readonly pairs: readonly ScoredPair[]; readonly surface: Surface }>();

	of(split: (typeof TESTED)[number], pairs: readonly ScoredPair[]): Surface {
		const known = this.#known.get(split);
		const same = known?.pairs.length === pairs.length && known.pairs.every((pair, i) => pair === pairs[i]);
		if (known !== undefined && same) return known.surface;
		const surface = surfaceOfPairs(pairs);
		this.#known.set(split, { pairs, surface });
		return surface;
	}
}

function surfaceChecks(family: CheckpointFamily, member: number, surfaces: Surfaces): HealthCheck[] {
	const { name, standing } = family.members[member]!;
	return TESTED.flatMap((split) => {
		const pairs = family.pairs(split, member);
		if (pairs.length === 0 || (split === 'heldout_reference' && standing.void !== null)) return [];
		const tested = {
			...{ split, records: family.records(split, member), scored: name },
			comparisons: pairs.map((pair) => pair.comparison),
		};
		const surface = surfaces.of(split, pairs);
		return [
			checkLengthHack(tested, surface.length),
			checkConfidenceHack(tested, surface.certainty),
			checkFormatHack(tested, surface.format),
		];
	});
}

/** Over-confidence and the gap on R; of a void R neither can be told. */
function heldoutChecks(family: CheckpointFamily, member: number): HealthCheck[] {
	const { name, standing } = family.members[member]!;
	const split = 'heldout_reference';
	if (standing.void !== null) {
		const message = `${name} was trained on the tuning half, so that nothing can be told of held-out prompts from it.`;
		return [OVERCONFIDENT_HELDOUT, GENERALIZATION_GAP].map((check) => insufficient(check, message, { split }));
	}
	const pairs = family.pairs(split, member);
	const records = family.records(split, member);
	const wrong = records.margin.map((z, i) => (records.y[i]! > 0.5 ? Math.max(0, -z) : 0));
	const labelled = family.dataset.pairs.some((pair) => pair.y > 0.5);
	return [
		checkOverconfidentHeldout(records, idsAt(pairs, largest(wrong)), labelled, name),
		checkGeneralizationGap(
			family.nll(split, member),
			family.nll('eval', member),
			idsAt(pairs, largest(nllOf(records))),
			'eval',
		),
	];
}

/** Checks of one checkpoint, in nats of p = σ(βΔ) whatever the run's loss is: their tolerances are in nats. */
function ownChecks(
	family: CheckpointFamily,
	member: number,
	retention: Retention | null,
	surfaces: Surfaces,
): HealthCheck[] {
	const { given, standing } = family.members[member]!;
	const train = family.nll('train', member);
	const trained = given.trainedOn === null || train !== null;
	return [
		...standing.checks,
		...heldoutChecks(family, member),
		...surfaceChecks(family, member, surfaces),
		// Without any training pair of its own here there is nothing that it could have learnt by heart.
		...(trained ? [checkTrainMemorised(train, family.nll('eval', member), called(family.members[member]!))] : []),
		...(retention === null ? [] : [retention.check]),
	];
}

/** Since an earlier run's headline; of a void tuning half nothing can be told. */
function driftChecks(family: CheckpointFamily, headline: number): HealthCheck[] {
	const { previous, reviewed } = family.settings;
	const invalid = family.members[headline]!.standing.void !== null;
	return driftSince(previous, (split) => {
		if (invalid && split === 'heldout_reference') return [];
		const { margin } = family.records(split, headline);
		return family.pairs(split, headline).map(({ comparison, cluster, chosenSide, y }, i) => ({
			...{ comparison, cluster, chosenSide, margin: margin[i]! },
			y: reviewed?.get(comparison)?.y ?? y,
		}));
	});
}

/** Checks of a run's data, whatever was scored. */
function runChecks({ dataset }: CheckpointFamily, shift: Shift | null): HealthCheck[] {
	const sizes = (['train', 'eval', 'heldout_reference', 'heldout_sealed'] as const).map((split) => [
		split,
		{ clusters: new Set(dataset.pairs.filter((pair) => pair.split === split).map((pair) => pair.cluster)).size },
	]);
	return [
		...(dataset.positions === undefined ? [] : [checkPositionBias(dataset.positions)]),
		checkLeakage(dataset.leakage),
		...(shift === null ? [] : [checkNotOod(shift)]),
		checkInsufficientData(Object.fromEntries(sizes)),
	];
}

export interface CheckpointHealth {
	/** By member. */
	readonly own: readonly (readonly HealthCheck[])[];
	/** Of the data, and what changed since an earlier run. */
	readonly run: readonly HealthCheck[];
}

/** Every check of a run, all checkpoints together one family (design.md §7), dealt back to whom they are about. */
export function checkpointHealth(
	family: CheckpointFamily,
	retention: readonly (Retention | null)[],
	shift: Shift | null,
	headline: number,
): CheckpointHealth {
	const surfaces = new Surfaces();
	const own = family.members.map((_, k) => ownChecks(family, k, retention[k] ?? null, surfaces));
	const run = [...driftChecks(family, headline), ...runChecks(family, shift)];
	const adjusted = adjustFamily([...own.flat(), ...run]);
	let at = 0;
	const deal = (checks: readonly HealthCheck[]): HealthCheck[] => {
		at += checks.length;
		return adjusted.slice(at - checks.length, at);
	};
	return { own: own.map(deal), run: deal(run) };
}

/** Exploratory slices of one checkpoint on what it was not fitted to, outside E. */
export function checkpointSlices(family: CheckpointFamily, member: number): Slice[] {
	const invalid = family.members[member]!.standing.void !== null;
	return sliceRun(
		SLICED.filter((split) => split === 'eval' || !invalid).map((split) => {
			const { margin } = family.records(split, member);
			return { split, pairs: family.pairs(split, member), margins: margin };
		}),
	);
}
