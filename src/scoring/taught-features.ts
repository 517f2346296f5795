import type { TaughtFeature } from '../domain/run-record.ts';
import type { ProbeFamily } from './probe.ts';

/** Named features shown as "what these pairs teach". */
const MAX_FEATURES = 12;

/** The strongest weights of the fitted probe. */
export function taughtFeatures(family: ProbeFamily, point: number): readonly TaughtFeature[] {
	const { dense } = family.points[point]!;
	return family.denseNames
		.map((name, j) => ({ name, weight: dense[j]! }))
		.filter(({ weight }) => weight !== 0)
		.sort((x, y) => Math.abs(y.weight) - Math.abs(x.weight) || (x.name < y.name ? -1 : 1))
		.slice(0, MAX_FEATURES);
}
