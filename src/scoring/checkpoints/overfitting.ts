import { trainingRunOf } from '../../domain/checkpoint-choice.ts';
import type { CheckpointFamily } from './family.ts';
import { difference } from './wording.ts';

/** Training runs named at most. */
const MOST = 2;

/** Members with a step, by training run: the name without the step. Ascending steps. */
function series(family: CheckpointFamily): number[][] {
	const runs = new Map<string, number[]>();
	for (const [k, member] of family.members.entries()) {
		if (member.step === null) continue;
		const run = trainingRunOf(member);
		runs.set(run, [...(runs.get(run) ?? []), k]);
	}
	const step = (k: number): number => family.members[k]!.step!;
	return [...runs.values()].map((places) => places.toSorted((x, y) => step(x) - step(y)));
}

/**
 * Where training longer helps the training pairs alone, in words: within one training run, the last checkpoint's loss on eval lies above
 * that of an earlier one (the lowest), by more than its paired 95 % interval, while the fit on the training pairs has fallen and R, where
 * it is not void, has not surely gained.
 */
export function overfitting(family: CheckpointFamily): string[] {
	const found = series(family).flatMap((places) => {
		const last = places.at(-1)!;
		const known = places.filter((k) => family.loss('eval', k) !== null && family.loss('train', k) !== null);
		if (known.length < 2 || known.at(-1) !== last) return [];
		const at = (split: 'eval' | 'train', k: number): number => family.loss(split, k)!.value;
		const best = known.reduce((least, k) => (at('eval', k) < at('eval', least) ? k : least));
		const rise = family.over('eval', last, best);
		if (best === last || rise.low === null || rise.low <= 0 || at('train', last) >= at('train', best)) return [];
		// What gains on held-out prompts meanwhile trades one for the other; that is for λ to weigh.
		const bothValid = family.valid.includes(best) && family.valid.includes(last);
		const onR = family.over('heldout_reference', last, best);
		if (bothValid && onR.high !== null && onR.high < 0) return [];
		const { step, name } = family.members[best]!;
		const run = trainingRunOf(family.members[best]!);
		const which = run === '' ? '' : ` of ${run}`;
		const sentence = `From step ${step}${which} on it overfits: up to step ${family.members[last]!.step} the loss on eval rises by ${difference(rise, family.settings.loss, name)} while the fit on its own training pairs falls from ${at('train', best).toFixed(3)} to ${at('train', last).toFixed(3)}.`;
		return [{ rise: rise.value!, sentence, valid: family.valid.includes(best) }];
	});
	return found
		.toSorted((x, y) => Number(y.valid) - Number(x.valid) || y.rise - x.rise)
		.slice(0, MOST)
		.map(({ sentence }) => sentence);
}
