import type { Split } from '../../src/domain/split.ts';
import type { SplitsOverview } from '../../src/protocol/curation.ts';
import type { PromptRow } from '../../src/protocol/lists.ts';
import type { SplitsFilter } from '../../src/protocol/splits.ts';

export type Place = SplitsOverview['places'][number];
export type PlaceName = Place['place'];

const whole = new Intl.NumberFormat('en');

export function count(n: number): string {
	return whole.format(n);
}

export function many(n: number, one: string, more = `${one}s`): string {
	return `${count(n)} ${n === 1 ? one : more}`;
}

/** A share in percent that says 0 or 100 only where it is exact. */
export function percent(part: number, of: number): string {
	if (of <= 0) return '–';
	const value = (100 * part) / of;
	if (part > 0 && value < 1) return '< 1 %';
	if (part < of && value > 99) return '> 99 %';
	return `${Math.round(value)} %`;
}

/** Names on the cards, with what each place is for. */
export const PLACES: Readonly<Record<PlaceName, { name: string; about: string; empty: string; filter: SplitsFilter }>> =
	{
		train: {
			name: 'Train',
			about: 'What a model is tuned on.',
			empty: 'Import pairs to fill it.',
			filter: { split: 'train' },
		},
		eval: {
			name: 'Eval',
			about: 'In distribution, never trained on.',
			empty: 'One prompt in five comes here by default.',
			filter: { split: 'eval' },
		},
		heldout_reference: {
			name: 'Held-out, tuning',
			about: 'Out of distribution; may steer λ.',
			empty: 'Tag prompts that are unlike your training data.',
			filter: { split: 'heldout', half: 'R' },
		},
		heldout_sealed: {
			name: 'Held-out, sealed',
			about: 'Out of distribution; opened by a decision.',
			empty: 'Half of what is held out comes here.',
			filter: { split: 'heldout', half: 'E' },
		},
		retention: {
			name: 'Must not forget',
			about: 'What worked before and has to go on working.',
			empty: 'Move prompts here whose answers must not get worse.',
			filter: { split: 'retention' },
		},
		excluded: {
			name: 'Excluded',
			about: 'Takes part in nothing.',
			empty: 'Nothing was put aside.',
			filter: { split: 'excluded' },
		},
	};

export function placeOf({ split, half }: Pick<PromptRow, 'split' | 'half'>): string {
	if (split !== 'heldout') return PLACES[split].name;
	return PLACES[half === 'E' ? 'heldout_sealed' : 'heldout_reference'].name;
}

/** A split as a move names it: the half is drawn behind the move. */
export function splitName(split: Split): string {
	return split === 'heldout' ? 'Held-out' : PLACES[split].name;
}

/** What is known of a row's pairs: "2 of 3 judged", "sealed", "open". */
export function judgedText({ pairs, judged, sealed }: PromptRow): string {
	if (sealed === true || judged === null) return 'sealed';
	if (judged === 0) return 'open';
	return judged === pairs ? (pairs === 1 ? 'judged' : 'all judged') : `${count(judged)} of ${count(pairs)} judged`;
}

/** The length bins of an overview, in characters. */
export const LENGTH_LABELS = ['< 100', '100–199', '200–399', '400–799', '800–1,599', '1,600–3,199', '≥ 3,200'] as const;

/** The bin in which half of the count is reached. */
export function medianText(bins: readonly number[]): string {
	const total = bins.reduce((sum, n) => sum + n, 0);
	let seen = 0;
	const median = bins.findIndex((n) => {
		seen += n;
		return n > 0 && seen * 2 >= total;
	});
	return median < 0 ? 'none' : `median ${LENGTH_LABELS[median]}`;
}

export function day(iso: string): string {
	const date = new Date(iso);
	return Number.isNaN(date.getTime())
		? iso
		: date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}
