/** Losses of one member of the family F, in nats (design.md §6). */
export interface Losses {
	/** A: in-distribution loss that was not trained on (probe: train out of fold; checkpoints: eval). */
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

/**
 * J(λ) = ΔA + λ·max(0, ΔH − ΔA − m) of every member, in the family's order; regrets against the best of F on each side: a set that is
 * merely harder or noisier raises both ends of ΔH alike and is not mistaken for failed generalization (cf. minimax regret optimisation).
 * @param margin m, nats
 */
export function judgeFamily(family: readonly Losses[], lambda: number, margin: number): Judged[] {
	const bestFit = Math.min(...family.map(({ fit }) => fit));
	const bestHeldout = Math.min(...family.map(({ heldout }) => heldout));
	return family.map(({ fit, heldout }, index) => {
		const fitRegret = fit - bestFit;
		const heldoutRegret = heldout - bestHeldout;
		return {
			index,
			fitRegret,
			heldoutRegret,
			value: fitRegret + lambda * Math.max(0, heldoutRegret - fitRegret - margin),
		};
	});
}

/**
 * argmin over F of J(λ); ties go to the first.
 * @param family probe: in ascending s; checkpoints: in order of step
 * @throws RangeError for an empty family
 */
export function chooseSolution(family: readonly Losses[], lambda: number, margin: number): Judged {
	const [first, ...others] = judgeFamily(family, lambda, margin);
	if (first === undefined) throw new RangeError('an empty family has no solution');
	return others.reduce((best, member) => (member.value < best.value ? member : best), first);
}
