/**
 * leakage: does a train prompt stand in a split that is meant to be unseen?
 * A list, no test: copies after normalisation (NFKC, case, space). `fail` where a train prompt is a copy of an eval or
 * held-out one, `warn` for any other pair of splits; leaks accepted with a reason do not count. Minimum n: none.
 */
import type { Leak } from '../domain/dataset.ts';
import type { HealthCheck } from '../domain/run-record.ts';
import type { EvaluationSplit } from '../domain/split.ts';
import { SPLIT_LABELS } from '../domain/split.ts';

export const LEAKAGE = 'leakage';

const UNSEEN: ReadonlySet<EvaluationSplit> = new Set(['eval', 'heldout_reference', 'heldout_sealed']);

/** Prompt ids named at most. */
const MAX_EVIDENCE = 100;

export function isSevere({ splits: [a, b], kind }: Leak): boolean {
	return kind !== 'response-copy' && ((a === 'train' && UNSEEN.has(b)) || (b === 'train' && UNSEEN.has(a)));
}

export function checkLeakage(leaks: readonly Leak[]): HealthCheck {
	const counted = leaks.filter((leak) => leak.accepted === undefined);
	const severe = counted.filter(isSevere);
	const places = new Map<string, number>();
	for (const { splits } of severe.length > 0 ? severe : counted) {
		const names = [...splits].sort().map((split) => SPLIT_LABELS[split]);
		const place = names.join(' and ');
		places.set(place, (places.get(place) ?? 0) + 1);
	}
	const where = [...places].map(([place, n]) => `${n} between ${place}`).join(', ');
	const ids = new Set<string>();
	for (const { a, b, splits } of [...severe, ...counted.filter((leak) => !isSevere(leak))]) {
		if (splits[0] !== 'heldout_sealed') ids.add(a);
		if (splits[1] !== 'heldout_sealed') ids.add(b);
	}
	return {
		check: LEAKAGE,
		status: severe.length > 0 ? 'fail' : counted.length > 0 ? 'warn' : 'pass',
		p: null,
		statistic: counted.length,
		threshold: 0,
		n_needed: null,
		evidence: [...ids].slice(0, MAX_EVIDENCE),
		message:
			counted.length === 0
				? 'No prompt stands in two splits after normalisation.'
				: `${counted.length} copied prompt${counted.length === 1 ? '' : 's'} across splits: ${where}. Move or exclude one side of each, or accept it with a reason.`,
	};
}
