/** Losses of the family F, in nats, each at its own s (design.md §6). */
export interface FamilyMember {
	readonly s: number;
	/** A: in-distribution loss that was not trained on (probe: train out of fold). */
	readonly fit: number;
	/** H: loss on R, not trained on. */
	readonly heldout: number;
}

export interface Judged {
	/** Place in the family. */
	readonly index: number;
	readonly fitRegret: number;
	readonly heldoutRegret: number;
	/** J(λ). */
	readonly value: number;
}

/** λ ∈ {0, .05, … 1}, each the double nearest to the decimal. */
export const LAMBDAS: readonly number[] = Array.from({ length: 21 }, (_, i) => (i * 5) / 100);

/** s ∈ {0, .05, .1, .15, .2, .3, … 1} ∪ {pooled}, ascending. */
export function pathGrid(pooled: number): number[] {
	const grid = [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
	return [...new Set([...grid, pooled])].sort((x, y) => x - y);
}

/**
 * s(λ) = argmin over F of J(λ) = ΔA + λ·max(0, ΔH − ΔA − m), with regrets against the best of F on each side: a set that
 * is merely harder or noisier raises both ends of ΔH alike and is not mistaken for failed generalization
 * (cf. minimax regret optimisation). Ties go to the smallest s.
 * @param family in ascending s
 */
export function chooseSolution(family: readonly FamilyMember[], lambda: number, margin: number): Judged {
	const bestFit = Math.min(...family.map((member) => member.fit));
	const bestHeldout = Math.min(...family.map((member) => member.heldout));
	let chosen: Judged | null = null;
	for (const [index, member] of family.entries()) {
		const fitRegret = member.fit - bestFit;
		const heldoutRegret = member.heldout - bestHeldout;
		const value = fitRegret + lambda * Math.max(0, heldoutRegret - fitRegret - margin);
		if (chosen === null || value < chosen.value) chosen = { index, fitRegret, heldoutRegret, value };
	}
	if (chosen === null) throw new RangeError('an empty family has no solution');
	return chosen;
}

/** m = 1.645·√(SE_H² + SE_A²), clustered, at s = 0; 0 where an error cannot be had. */
export function autoMargin(seHeldout: number | null, seFit: number | null): number {
	return seHeldout === null || seFit === null ? 0 : 1.645 * Math.hypot(seHeldout, seFit);
}
