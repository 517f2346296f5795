/**
 * leakage: does a train prompt, or a response, stand in a split that is meant to be unseen?
 * A list, no test: prompts that are copies after normalisation (NFKC, case, space), near-copies (Jaccard of word 5-grams ≥ 0.8), and
 * responses that stand in two splits. `fail` where a train prompt is a copy or near-copy of an eval or held-out one, `warn` for
 * anything else; leaks accepted with a reason do not count. Unit: the prompt. Minimum n: none.
 */
import type { Leak } from '../domain/dataset.ts';
import type { HealthCheck } from '../domain/run-record.ts';
import type { EvaluationSplit } from '../domain/split.ts';
import { SPLIT_LABELS } from '../domain/split.ts';
import { counted } from './phrases.ts';

export const LEAKAGE = 'leakage';

const UNSEEN: ReadonlySet<EvaluationSplit> = new Set(['eval', 'heldout_reference', 'heldout_sealed']);

/** Prompt ids named at most. */
const MAX_PROMPTS = 100;

const KINDS = [
	{ kind: 'prompt-copy', one: 'copied prompt', many: 'copied prompts' },
	{ kind: 'prompt-near', one: 'near-copy of a prompt', many: 'near-copies of prompts' },
	{ kind: 'response-copy', one: 'copied response', many: 'copied responses' },
] as const satisfies readonly { readonly kind: Leak['kind']; readonly one: string; readonly many: string }[];

export function isSevere({ splits: [a, b], kind }: Leak): boolean {
	return kind !== 'response-copy' && ((a === 'train' && UNSEEN.has(b)) || (b === 'train' && UNSEEN.has(a)));
}

/** "2 copied prompts (train and eval 2), 1 copied response (eval and train 1)". */
function inWords(leaks: readonly Leak[]): string {
	return KINDS.flatMap(({ kind, one, many }) => {
		const of = leaks.filter((leak) => leak.kind === kind);
		if (of.length === 0) return [];
		const places = new Map<string, number>();
		for (const { splits } of of) {
			const place = splits
				.map((split) => SPLIT_LABELS[split])
				.sort()
				.join(' and ');
			places.set(place, (places.get(place) ?? 0) + 1);
		}
		const where = [...places].map(([place, n]) => `${n} between ${place}`).join(', ');
		return [`${counted(of.length, one, many)} (${where})`];
	}).join('; ');
}

export function checkLeakage(leaks: readonly Leak[]): HealthCheck {
	const counting = leaks.filter((leak) => leak.accepted === undefined);
	const severe = counting.filter(isSevere);
	const mild = counting.filter((leak) => !isSevere(leak));
	const ids = new Set<string>();
	for (const { a, b, splits } of [...severe, ...mild]) {
		if (splits[0] !== 'heldout_sealed') ids.add(a);
		if (splits[1] !== 'heldout_sealed') ids.add(b);
	}
	const beside = severe.length > 0 && mild.length > 0 ? ` Besides: ${inWords(mild)}.` : '';
	return {
		check: LEAKAGE,
		status: severe.length > 0 ? 'fail' : mild.length > 0 ? 'warn' : 'pass',
		p: null,
		statistic: counting.length,
		threshold: 0,
		n_needed: null,
		evidence: [...ids].slice(0, MAX_PROMPTS),
		evidence_kind: 'prompt',
		message:
			counting.length === 0
				? 'No prompt and no response stands in two splits after normalisation.'
				: `${inWords(severe.length > 0 ? severe : mild)} across splits.${beside}`,
		...(counting.length === 0
			? {}
			: { remedy: 'Move or exclude one side of each in Splits, or accept it with a reason.' }),
	};
}
