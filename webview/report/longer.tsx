import type { RunRecord } from '../../src/domain/run-record.ts';
import { SPLIT_LABELS } from '../../src/domain/split.ts';
import { Figure } from '../charts/figure.tsx';
import { IntervalsChart } from '../charts/intervals.tsx';
import { fixed, range } from './format.ts';
import { longerSentence } from './sentences.ts';
import { useTableToggle } from './view-state.tsx';

/** A fact about the data beside the length check. */
export function LongerFigure({ record }: { record: RunRecord }) {
	const toggle = useTableToggle('longer');
	const rows = (['train', 'eval', 'heldout_reference', 'heldout_sealed', 'retention'] as const).flatMap((split) => {
		const interval = record.metrics[split]?.longer_wins;
		return interval && interval.value !== null ? [{ split, interval }] : [];
	});
	return (
		<Figure
			title="How often the longer response wins"
			sentence={longerSentence(record.metrics)}
			table={{
				head: ['Split', 'P(longer wins)', '95 % interval'],
				rows: rows.map(({ split, interval }) => [
					SPLIT_LABELS[split],
					fixed(interval.value),
					range(interval.low, interval.high),
				]),
			}}
			{...toggle}
			draw={(width) => (
				<IntervalsChart
					width={width}
					reference={0.5}
					axis="P(longer wins); 0.5 = length does not matter"
					rows={rows.map(({ split, interval }) => ({
						label: SPLIT_LABELS[split],
						value: interval.value ?? 0.5,
						low: interval.low,
						high: interval.high,
						tone: split.startsWith('heldout') ? 'out' : 'in',
					}))}
				/>
			)}
		/>
	);
}
