import type { Dataset } from '../domain/dataset.ts';
import type { HealthCheck, ScoreLine } from '../domain/run-record.ts';
import { adjustFamily } from '../health/holm.ts';
import { checkLeakage } from '../health/leakage.ts';
import { checkOverconfidentHeldout } from '../health/overconfident-heldout.ts';
import type { ProbeFamily } from './probe.ts';

const MAX_EVIDENCE = 10;

/** The most confident mistakes on R: pairs with a preferred side that the probe sees the other way. */
function mistakes(scores: readonly ScoreLine[]): string[] {
	return scores
		.filter((line) => line.split === 'heldout_reference' && line.y > 0.5 && line.delta < 0)
		.sort((x, y) => x.delta - y.delta || (x.comparison < y.comparison ? -1 : 1))
		.slice(0, MAX_EVIDENCE)
		.map((line) => line.comparison);
}

/** Every check that a probe run can make, as one family (design.md §7). */
export function probeHealth(run: {
	readonly family: ProbeFamily;
	/** Place of the run's own solution. */
	readonly point: number;
	/** Outside E. */
	readonly scores: readonly ScoreLine[];
	readonly dataset: Dataset;
	/** Every scored pair is a tie. */
	readonly onlyTies: boolean;
}): HealthCheck[] {
	const { family, point, scores, dataset, onlyTies } = run;
	return adjustFamily([
		checkOverconfidentHeldout(family.records('heldout_reference', point), mistakes(scores), !onlyTies),
		checkLeakage(dataset.leakage),
	]);
}
