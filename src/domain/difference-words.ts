import type { RunComparison } from '../protocol/runs.ts';
import { SPLIT_LABELS } from './split.ts';

type Difference = RunComparison['differences'][number];

const NAMES: Readonly<Record<Difference['what'], string>> = {
	nll: 'NLL',
	accuracy: 'accuracy',
	brier: 'Brier score',
	overconfidence: 'over-confidence',
};

/** An interval that leaves 0 out: only then may a direction be named. */
export function isDistinct({ low, high }: Pick<Difference, 'low' | 'high'>): boolean {
	return low !== null && high !== null && (low > 0 || high < 0);
}

function amount({ what, value }: Difference): string {
	const size = Math.abs(value!);
	return what === 'accuracy' ? `${(100 * size).toFixed(1)} points` : size.toFixed(3);
}

/**
 * What the differences second − first say, in one or two sentences: which can be told apart and which way, or that none can. NLL
 * speaks before the others, as it decides; each interval is at 95 % for itself.
 */
export function differenceSentence({ differences }: Pick<RunComparison, 'differences'>): string {
	const known = differences.filter(({ low, high }) => low !== null && high !== null);
	if (differences.length === 0) return 'No pair was scored by both with the same label: nothing to compare.';
	if (known.length === 0) return 'Too few clusters in common to tell anything apart: 8 are needed in a split.';
	const distinct = known.filter(isDistinct);
	if (distinct.length === 0) return 'Not distinguishable: every interval includes 0.';
	const order: readonly Difference['what'][] = ['nll', 'accuracy', 'overconfidence', 'brier'];
	const said = order
		.flatMap((what) => distinct.filter((each) => each.what === what))
		.slice(0, 4)
		.map((each) => {
			const way = each.value! < 0 ? 'lower' : 'higher';
			return `${NAMES[each.what]} on ${SPLIT_LABELS[each.split]} ${way} by ${amount(each)}`;
		});
	const more = distinct.length - said.length;
	return `Distinguishable: ${said.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}
