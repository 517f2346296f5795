import type { Losses } from '../domain/criterion.ts';

export { chooseSolution, type Judged } from '../domain/criterion.ts';

/** A solution of the probe's path, at its own s. */
export interface FamilyMember extends Losses {
	readonly s: number;
}

/** λ ∈ {0, .05, … 1}, each the double nearest to the decimal. */
export const LAMBDAS: readonly number[] = Array.from({ length: 21 }, (_, i) => (i * 5) / 100);

/** s ∈ {0, .05, .1, .15, .2, .3, … 1} ∪ {pooled}, ascending. */
export function pathGrid(pooled: number): number[] {
	const grid = [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
	return [...new Set([...grid, pooled])].sort((x, y) => x - y);
}

/** m = 1.645·√(SE_H² + SE_A²), clustered, at s = 0; 0 where an error cannot be had. */
export function autoMargin(seHeldout: number | null, seFit: number | null): number {
	return seHeldout === null || seFit === null ? 0 : 1.645 * Math.hypot(seHeldout, seFit);
}
