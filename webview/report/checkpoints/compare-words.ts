/** Two sides of a comparison: the reference or a checkpoint, as the form and the host name them. */
import { SPLIT_LABELS } from '../../../src/domain/split.ts';
import type { RunComparison } from '../../../src/protocol/runs.ts';
import { count, counted, listed } from '../format.ts';
import { sideOfZero } from '../sentences.ts';
import { type CheckpointRecord, headlineOf } from './record.ts';

/** No checkpoint can have it: names of checkpoints stand behind `c `. */
export const REFERENCE = 'reference';

export const sideOf = (name: string): string => `c ${name}`;
export const nameOf = (side: string): string | null => (side === REFERENCE ? null : side.slice(2));

/** The headline and the last one; one checkpoint alone is compared with the reference. */
export function proposed(record: CheckpointRecord): readonly [string, string] {
	const headline = headlineOf(record)?.name;
	const last = record.best?.last ?? record.checkpoints.at(-1)?.name;
	if (headline === undefined) return [REFERENCE, REFERENCE];
	return last === undefined || last === headline ? [REFERENCE, sideOf(headline)] : [sideOf(headline), sideOf(last)];
}

export type Difference = Omit<RunComparison['differences'][number], 'pairs' | 'clusters'> & {
	readonly pairs: number | null;
	readonly clusters: number | null;
};

export interface Compared {
	readonly first: string;
	readonly second: string;
	readonly differences: readonly Difference[];
	/** Null: the reference gives every pair one half, so that none can turn. */
	readonly flips: Pick<RunComparison, 'flipped' | 'flippedTotal'> | null;
	readonly notes: readonly string[];
}

const FLIPPED_SIGN = (difference: Difference): Difference => ({
	...difference,
	value: difference.value === null ? null : -difference.value,
	low: difference.high === null ? null : -difference.high,
	high: difference.low === null ? null : -difference.low,
});

/** Against the reference: its loss is a constant, so the record holds the paired differences already. */
export function againstReference(
	record: CheckpointRecord,
	[first, second]: readonly [string, string],
	referenceName: string,
): Compared | null {
	const name = nameOf(first) ?? nameOf(second);
	const checkpoint = record.checkpoints.find((one) => one.name === name);
	if (checkpoint === undefined) return null;
	const differences = (['eval', 'heldout_reference'] as const).flatMap((split): Difference[] => {
		const over = checkpoint.over_reference[split];
		const scored = checkpoint.metrics[split];
		return over === undefined
			? []
			: [{ what: 'nll', split, ...over, pairs: scored?.n ?? null, clusters: scored?.groups ?? null }];
	});
	const forward = first === REFERENCE;
	return {
		first: forward ? referenceName : checkpoint.name,
		second: forward ? checkpoint.name : referenceName,
		differences: forward ? differences : differences.map(FLIPPED_SIGN),
		flips: null,
		notes: [
			...(record.settings.loss === undefined || record.settings.loss === 'sigmoid'
				? []
				: [`Loss: ${record.settings.loss}.`]),
			...(checkpoint.void === undefined
				? []
				: [`The held-out numbers of ${checkpoint.name} are void: ${checkpoint.void.reason}.`]),
		],
	};
}

const WHAT = { nll: 'loss', accuracy: 'accuracy', brier: 'Brier score', overconfidence: 'over-confidence' } as const;

/** What two checkpoints can be told apart by: unseen pairs. Training pairs are in sample, and forgetting is told without log-ratios. */
const UNSEEN = ['eval', 'heldout_reference', 'heldout_sealed'] as const;
const NOTED: Readonly<Partial<Record<Difference['split'], string>>> = {
	train: 'train (in sample)',
	retention: 'must not forget (by log-ratios)',
};

export function differenceName({ what, split }: Pick<Difference, 'what' | 'split'>): string {
	return `${WHAT[what]}, ${NOTED[split] ?? SPLIT_LABELS[split]}`;
}

/** Those that are drawn and told; the table has them all. Brier follows the loss. */
export function toldDifferences(differences: readonly Difference[]): Difference[] {
	return differences.filter(({ what, split }) => what !== 'brier' && UNSEEN.some((one) => one === split));
}

/** "31 lost, 28 gained" of each split, where all that turned are listed. */
export function turnedBySplit({ flipped, flippedTotal }: NonNullable<Compared['flips']>): string {
	if (flipped.length < flippedTotal.lost + flippedTotal.gained) return '';
	const splits = [...new Set(flipped.map(({ split }) => split))].toSorted(
		(a, b) => SPLIT_ORDER.indexOf(a) - SPLIT_ORDER.indexOf(b),
	);
	return splits
		.map((split) => {
			const of = flipped.filter((one) => one.split === split);
			const lost = of.filter(({ now }) => now === 'wrong').length;
			return `${SPLIT_LABELS[split]} ${count(lost)} lost, ${count(of.length - lost)} gained`;
		})
		.join(' · ');
}

/** Unseen pairs first: what turned among the training pairs is no news. */
export const SPLIT_ORDER: readonly Difference['split'][] = [
	'heldout_reference',
	'heldout_sealed',
	'eval',
	'retention',
	'train',
];

/** What can be told of one split, second minus first. */
function splitWords(split: Difference['split'], differences: readonly Difference[]): string {
	const known = differences.filter((one) => one.split === split && sideOfZero(one) !== 'unknown');
	const told = known.flatMap((one) => {
		const side = sideOfZero(one);
		return side === 'around' ? [] : [`${side === 'above' ? 'higher' : 'lower'} ${WHAT[one.what]}`];
	});
	if (known.length === 0) return '';
	return `on ${SPLIT_LABELS[split]} ${told.length === 0 ? 'not distinguishable' : listed(told)}`;
}

/** Which differences can be told from none on pairs that neither was trained on, and how many pairs turned. */
export function comparedSentence({ first, second, differences, flips }: Compared): string {
	const drawn = toldDifferences(differences);
	const words = UNSEEN.map((split) => splitWords(split, drawn)).filter((one) => one !== '');
	const turned =
		flips === null
			? ' The reference gives both responses of a pair the same odds: no pair can turn.'
			: ` ${counted(flips.flippedTotal.lost + flips.flippedTotal.gained, 'pair')} outside the sealed half turned: ${count(flips.flippedTotal.lost)} lost, ${count(flips.flippedTotal.gained)} gained.`;
	if (words.length === 0) return `Insufficient: no difference of ${second} to ${first} has an interval.${turned}`;
	return `${second} against ${first}: ${words.join('; ')}. Only what lies clear of 0 is named.${turned}`;
}
