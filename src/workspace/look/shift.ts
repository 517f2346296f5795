import type { Inspection } from '../../domain/inspection.ts';
import type { Shift, ShiftAuc } from '../../domain/run-record.ts';
import { PERMUTATIONS, promptShift, responseShift, type Sided } from '../../scoring/domain-classifier.ts';
import type { ResponseTexts } from '../../scoring/domain-features.ts';
import { shiftFacts } from '../../scoring/shift-facts.ts';
import type { Context } from '../context.ts';
import type { LookProgress } from './child.ts';
import { type InspectedPrompt, inspectedPairs, searchedWords } from './reading.ts';

const SEED = 0;

/**
 * Held-out, both halves, against train by prompt text and by how the two responses differ, with permutation p. Inputs only: no
 * verdict is read, so nothing of the sealed half's is. The database has to stay open until it returns.
 */
export function shiftPart(
	ctx: Context,
	prompts: readonly InspectedPrompt[],
	onProgress: (progress: LookProgress) => void,
): Inspection['shift'] {
	const options = (what: string) => ({
		seed: SEED,
		permutations: PERMUTATIONS,
		onProgress: (share: number) =>
			onProgress({ phase: `shift, ${what}`, done: Math.round(share * PERMUTATIONS), total: PERMUTATIONS }),
	});
	const sided = prompts.flatMap(({ split, cluster, text }): (Sided & { readonly text: string })[] =>
		split === 'train' || split.startsWith('heldout') ? [{ cluster, heldout: split !== 'train', text }] : [],
	);
	const byText = promptShift(sided, { ...options('prompt text'), wordsLeftOut: searchedWords(ctx) });
	const pairs: readonly (Sided & ResponseTexts)[] = inspectedPairs(ctx);
	const byResponses = responseShift(pairs, options('response differences'));
	const shift: Shift = { prompts: inWords(byText), responses: inWords(byResponses) };
	const { auc, low, high, status, reason } = shift.prompts;
	return {
		auc,
		low,
		high,
		status,
		...(reason === undefined ? {} : { reason }),
		pairs: byResponses.heldout.n + byResponses.train.n,
		message: message(shift),
		facts: shiftFacts(sided, pairs, SEED),
		...shift,
	};
}

/** Reasons as sentences, and one where there is nothing to compare. */
function inWords(of: ShiftAuc): ShiftAuc {
	const missing =
		of.heldout.n === 0 ? 'Nothing is held out yet' : of.train.n === 0 ? 'There are no train prompts' : null;
	const reason = missing ?? of.reason;
	if (reason === undefined) return of;
	return { ...of, reason: `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}${reason.endsWith('.') ? '' : '.'}` };
}

function message({ prompts, responses }: Shift): string {
	if (prompts.status === 'pass' || responses.status === 'pass') {
		return 'Inputs differ; whether preferences differ is the generalization check.';
	}
	if (prompts.status === 'fail' && responses.status === 'fail') {
		return 'Held-out cannot be told from train: what is held out does not test prompts unlike the training ones.';
	}
	if (prompts.heldout.n === 0)
		return 'Tag prompts that lie outside the training distribution; their clusters move to held-out.';
	return 'Whether inputs differ cannot be said yet; more held-out clusters narrow the interval.';
}
