/** What the trend can show, and what it says about it in words. */

import { withinShares } from '../../../src/domain/accuracy-bounds.ts';
import type { CheckpointResult } from '../../../src/domain/checkpoint.ts';
import { trainingRunOf } from '../../../src/domain/checkpoint-choice.ts';
import type { Interval } from '../../../src/domain/run-record.ts';
import type { TrendLine, TrendPoint, TrendTick, TrendTone } from '../../charts/trend-layout.ts';
import { counted, fixed, listed, range } from '../format.ts';
import { sideOfZero } from '../sentences.ts';
import type { CheckpointRecord } from './record.ts';

type Shown = 'train' | 'eval' | 'heldout_reference';

export interface TrendMetric {
	readonly key: string;
	readonly name: string;
	/** On the axis, with its unit. */
	readonly axis: string;
	readonly digits: number;
	/** What it is compared with. */
	readonly reference: { readonly value: number; readonly label: string } | null;
	/** What counts as better. */
	readonly better: 'low' | 'high' | 'zero' | null;
	readonly of: (checkpoint: CheckpointResult, split: Shown) => Interval | null;
}

const bare = (value: number | null | undefined, reason: string): Interval | null =>
	value === null || value === undefined ? null : { value, low: null, high: null, reason };

export const METRICS: readonly TrendMetric[] = [
	{
		key: 'nll',
		name: 'Loss (NLL)',
		axis: 'NLL, nats',
		digits: 3,
		reference: { value: Math.LN2, label: 'the reference: ln 2' },
		better: 'low',
		of: ({ metrics }, split) => metrics[split]?.nll ?? null,
	},
	{
		key: 'accuracy',
		name: 'Accuracy',
		axis: 'accuracy',
		digits: 3,
		reference: { value: 0.5, label: 'guessing: 0.5' },
		better: 'high',
		of({ metrics }, split) {
			const { accuracy } = metrics[split] ?? {};
			return accuracy === undefined ? null : withinShares(accuracy);
		},
	},
	{
		key: 'overconfidence',
		name: 'Over-confidence',
		axis: 'mean confidence − mean correctness',
		digits: 3,
		reference: { value: 0, label: 'confidence equals accuracy: 0' },
		better: 'zero',
		of: ({ metrics }, split) => metrics[split]?.overconfidence ?? null,
	},
	{
		key: 'margins',
		name: 'Reward margin',
		axis: 'rewards/margins, β × nats',
		digits: 3,
		reference: { value: 0, label: 'the reference: 0' },
		better: null,
		of: ({ rewards }, split) => bare(rewards[split]?.['rewards/margins'], 'logged as a mean, without an interval'),
	},
	{
		key: 'drift',
		name: 'Log-ratio drift (not a KL)',
		axis: 'log-ratio drift on the tuning half, nats',
		digits: 1,
		reference: { value: 0, label: 'the reference: 0' },
		better: null,
		of: ({ divergence }, split) => (split === 'heldout_reference' ? divergence : null),
	},
];

interface Steps {
	/** Places on the axis, in the record's order. */
	readonly at: readonly number[];
	/** All steps are known. */
	readonly known: boolean;
}

/** Steps where every checkpoint has one, else the order of the table. */
function stepsOf(checkpoints: readonly CheckpointResult[]): Steps {
	const known = checkpoints.every(({ step }) => step !== null);
	return { known, at: checkpoints.map(({ step }, index) => (known ? (step ?? 0) : index + 1)) };
}

/** More names than this do not fit under an axis; then it counts as the table does. */
const NAMED = 6;
const NAME_LENGTH = 18;

/** What stands under the axis: steps, else names as far as they fit, else places in the table. */
export function axisOf(checkpoints: readonly CheckpointResult[]): {
	readonly connected: boolean;
	readonly xName: string;
	readonly xTicks: readonly TrendTick[];
} {
	const { at, known } = stepsOf(checkpoints);
	if (known) {
		const steps = [...new Set(at)].toSorted((a, b) => a - b);
		return {
			connected: true,
			xName: 'training steps',
			xTicks: steps.map((step) => ({ at: step, label: step.toLocaleString('en-US') })),
		};
	}
	const short = (name: string): string => (name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH - 1)}…` : name);
	return {
		connected: false,
		xName: 'steps not known: in the order of the table',
		xTicks: checkpoints.map(({ name }, index) => ({
			at: index + 1,
			label: checkpoints.length > NAMED ? String(index + 1) : short(name),
		})),
	};
}

/** One line for each training run: checkpoints whose names differ in their step alone. Without steps there is one. */
function trainingRuns(checkpoints: readonly CheckpointResult[], steps: Steps): Map<string, number[]> {
	const runs = new Map<string, number[]>();
	for (const [index, checkpoint] of checkpoints.entries()) {
		const run = steps.known ? trainingRunOf(checkpoint) : '';
		runs.set(run, [...(runs.get(run) ?? []), index]);
	}
	for (const [run, members] of runs)
		runs.set(
			run,
			members.toSorted((a, b) => (steps.at[a] ?? 0) - (steps.at[b] ?? 0)),
		);
	return runs;
}

/** A line for each split that has numbers and each training run. */
export function linesOf(
	checkpoints: readonly CheckpointResult[],
	splits: readonly (readonly [TrendTone, (checkpoint: CheckpointResult) => Interval | null])[],
): TrendLine[] {
	const steps = stepsOf(checkpoints);
	return [...trainingRuns(checkpoints, steps)].flatMap(([run, members]) =>
		splits.flatMap(([tone, of]) => {
			const points = members.flatMap((index): TrendPoint[] => {
				const checkpoint = checkpoints[index];
				const number = checkpoint === undefined ? null : of(checkpoint);
				if (checkpoint === undefined || number === null || number.value === null) return [];
				return [
					{
						name: checkpoint.name,
						at: steps.at[index] ?? 0,
						value: number.value,
						low: number.low,
						high: number.high,
						hollow: checkpoint.void !== undefined && tone !== 'own',
					},
				];
			});
			return points.length === 0 ? [] : [{ tone, run, points }];
		}),
	);
}

const SPLITS = [
	['heldout_reference', 'held out, tuning half'],
	['eval', 'in distribution'],
] as const;

/** Distance from the best value there is. */
function badness(metric: TrendMetric, value: number): number {
	return metric.better === 'low' ? value : metric.better === 'high' ? -value : Math.abs(value);
}

function written(of: Interval, digits: number): string {
	if (of.low === null || of.high === null) return fixed(of.value, digits);
	return `${fixed(of.value, digits)} (${range(of.low, of.high, digits)})`;
}

/** Best and worst of the checkpoints that count, on both splits; nothing is said to differ. */
export function trendSentence(record: CheckpointRecord, metric: TrendMetric): string {
	const counted_ = record.checkpoints.filter((one) => one.void === undefined);
	const parts = SPLITS.flatMap(([split, where]) => {
		const values = counted_.flatMap((checkpoint) => {
			const of = metric.of(checkpoint, split);
			return of === null || of.value === null ? [] : [{ name: checkpoint.name, of, value: of.value }];
		});
		const sorted = values.toSorted((a, b) => badness(metric, a.value) - badness(metric, b.value));
		const [best, worst] = [sorted[0], sorted.at(-1)];
		if (best === undefined || worst === undefined) return [];
		const [least, most] = {
			low: ['lowest', 'highest'],
			high: ['highest', 'lowest'],
			zero: ['nearest 0', 'farthest from 0'],
		}[metric.better ?? 'zero'] as [string, string];
		return [
			best === worst
				? `${where} ${written(best.of, metric.digits)} at ${best.name}`
				: `${where} ${least} at ${best.name}, ${written(best.of, metric.digits)}, and ${most} at ${worst.name}, ${written(worst.of, metric.digits)}`,
		];
	});
	if (parts.length === 0) return `${metric.name}: insufficient, no checkpoint that counts has a number.`;
	const gone = record.checkpoints.filter((one) => one.void !== undefined).map(({ name }) => name);
	const voids =
		gone.length === 0
			? ''
			: ` Hollow, void held out: ${gone.length > 4 ? counted(gone.length, 'checkpoint') : listed(gone)}.`;
	return `${metric.name}: ${parts.join('; ')}.${clear(counted_, metric)}${voids}`;
}

/** How many lie clear of the line to compare with, held out. */
function clear(checkpoints: readonly CheckpointResult[], metric: TrendMetric): string {
	if (metric.reference === null || metric.better === null) return '';
	const line = metric.reference.value;
	const sides = checkpoints.map((checkpoint) => {
		const of = metric.of(checkpoint, 'heldout_reference');
		return of === null || of.low === null || of.high === null
			? 'unknown'
			: sideOfZero({ low: of.low - line, high: of.high - line });
	});
	const known = sides.filter((side) => side !== 'unknown').length;
	if (known === 0) return ' Insufficient for intervals: fewer than 8 clusters.';
	const [above, below] = [
		sides.filter((side) => side === 'above').length,
		sides.filter((side) => side === 'below').length,
	];
	if (known === 1) {
		const where = above === 1 ? 'lies above' : below === 1 ? 'lies below' : 'holds';
		return ` Held out, its interval ${where} ${fixed(line, 3)}.`;
	}
	return ` Held out, ${above} of ${known} lie above ${fixed(line, 3)} with their whole interval, ${below} below it.`;
}

/** Names the marks under the chart. */
export const TONES: Readonly<Record<TrendTone, string>> = {
	in: 'eval, in distribution',
	out: 'held-out, tuning half',
	kept: 'must not forget',
	own: 'fit on its own training pairs, in sample',
};
