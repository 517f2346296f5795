import * as vscode from 'vscode';
import type { Half, Split } from '../../domain/split.ts';
import type { SplitCount } from '../../protocol/workspace-api.ts';
import type { Snapshot } from '../shell/snapshots.ts';
import type { Row } from './folder-tree.ts';

const count = new Intl.NumberFormat('en');

interface Place {
	readonly label: string;
	readonly icon: string;
	readonly about: string;
	readonly split: Split;
	readonly half?: Half;
	readonly of: (info: Snapshot['info']) => SplitCount;
}

const PLACES: readonly Place[] = [
	{ label: 'Train', icon: 'book', about: 'What a model is tuned on.', split: 'train', of: (info) => info.splits.train },
	{
		label: 'Eval',
		icon: 'checklist',
		about: 'In distribution, never trained on.',
		split: 'eval',
		of: (info) => info.splits.eval,
	},
	{
		label: 'Held-out, tuning half',
		icon: 'telescope',
		about: 'Outside the training distribution; may steer λ, ridge and temperature.',
		split: 'heldout',
		half: 'R',
		of: (info) => info.halves.reference,
	},
	{
		label: 'Held-out, sealed half',
		icon: 'lock',
		about: 'Outside the training distribution; opened once by a recorded decision.',
		split: 'heldout',
		half: 'E',
		of: (info) => info.halves.sealed,
	},
	{
		label: 'Must not forget',
		icon: 'pinned',
		about: 'What worked before and has to go on working.',
		split: 'retention',
		of: (info) => info.splits.retention,
	},
	{
		label: 'Excluded',
		icon: 'circle-slash',
		about: 'Takes part in nothing.',
		split: 'excluded',
		of: (info) => info.splits.excluded,
	},
];

/** Share of comparisons with a resolution, as people read it: never "100 %" before the last one. */
export function judgedShare({ pairs, judged }: SplitCount): string {
	if (pairs === 0 || judged === null) return '';
	return judged === pairs ? 'all judged' : `${Math.min(99, Math.round((100 * judged) / pairs))} % judged`;
}

/** The places of the data, in the order of design.md §5. */
export function splitRows({ info }: Snapshot): Row[] {
	if (Object.values(info.splits).every(({ prompts }) => prompts === 0)) return [];
	return PLACES.map(({ label, icon, about, split, half, of }) => {
		const size = of(info);
		const share = judgedShare(size);
		const prompts = `${count.format(size.prompts)} ${size.prompts === 1 ? 'prompt' : 'prompts'}`;
		return {
			id: `${split}${half ?? ''}`,
			label,
			description: size.prompts === 0 ? 'empty' : [prompts, share].filter((part) => part !== '').join(' · '),
			tooltip: `${about}\n${prompts}, ${count.format(size.pairs)} ${size.pairs === 1 ? 'pair' : 'pairs'}${share === '' ? '' : `, ${share}`}.`,
			icon: new vscode.ThemeIcon(icon),
			command: 'pairwright.openSplits',
			argument: half === undefined ? { split } : { split, half },
		};
	});
}
