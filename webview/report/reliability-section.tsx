import type { Metrics, ReliabilityBin, RunRecord } from '../../src/domain/run-record.ts';
import type { EvaluationSplit } from '../../src/domain/split.ts';
import { type ChartTable, Figure } from '../charts/figure.tsx';
import { FEW_PAIRS, ReliabilityChart } from '../charts/reliability.tsx';
import { CalibrationDetails } from './calibration-details.tsx';
import { count, fixed, range, signed } from './format.ts';
import { reliabilitySentence } from './sentences.ts';
import { useTableToggle } from './view-state.tsx';

const PANELS: readonly (readonly [EvaluationSplit, string])[] = [
	['train', 'Train (out of fold)'],
	['eval', 'Eval'],
	['heldout_reference', 'Held-out, tuning half'],
	['heldout_sealed', 'Held-out, sealed half'],
	['retention', 'Must not forget'],
];

/** The bootstrap band of accuracy, seen from the bin's confidence. */
function gapRange({ confidence, accuracy_low, accuracy_high }: ReliabilityBin): string {
	return confidence === null || accuracy_low == null || accuracy_high == null
		? 'insufficient'
		: range(confidence - accuracy_high, confidence - accuracy_low);
}

function table(metrics: Metrics): ChartTable {
	return {
		head: ['Bin', 'Pairs', 'Confidence', 'Accuracy', 'Gap', '95 % interval of the gap'],
		rows: metrics.reliability
			.filter((bin) => bin.n > 0)
			.map((bin) => [
				`${fixed(bin.low, 2)}–${fixed(bin.high, 2)}`,
				count(bin.n),
				fixed(bin.confidence),
				fixed(bin.accuracy),
				bin.confidence === null || bin.accuracy === null ? fixed(null) : signed(bin.confidence - bin.accuracy),
				gapRange(bin),
			]),
	};
}

/** The accuracy axis of all panels: down to the lowest accuracy that any has to show, in tenths. */
export function accuracyFloor(all: readonly Metrics[]): number {
	const values = all.flatMap((metrics) =>
		metrics.reliability.flatMap((bin) => (bin.accuracy === null || bin.n < FEW_PAIRS ? [] : [bin.accuracy])),
	);
	return Math.max(0, Math.floor(Math.min(0.5, ...values) * 10 - 1e-9) / 10);
}

export function Panel({
	id,
	tone,
	title,
	metrics,
	floor,
	before = '',
}: {
	/** Of its table's switch. */
	id: string;
	tone: 'in' | 'out';
	title: string;
	metrics: Metrics;
	floor: number;
	/** Stands before the sentence. */
	before?: string;
}) {
	const toggle = useTableToggle(id);
	return (
		<Figure
			title={title}
			sentence={`${before}${reliabilitySentence(metrics)}`}
			table={table(metrics)}
			{...toggle}
			draw={(width) => <ReliabilityChart bins={metrics.reliability} width={width} floor={floor} tone={tone} />}
		/>
	);
}

export function ReliabilitySection({ record }: { record: RunRecord }) {
	const panels = PANELS.flatMap(([split, title]) => {
		const metrics = record.metrics[split];
		return metrics && metrics.n > 0 ? [{ split, title, metrics }] : [];
	});
	const floor = accuracyFloor(panels.map(({ metrics }) => metrics));
	return (
		<section aria-labelledby="reliability-title">
			<h2 id="reliability-title">Is confidence equal to accuracy?</h2>
			{panels.length === 0 ? (
				<p>Insufficient: no split has scored pairs.</p>
			) : (
				<>
					<div class="panels">
						{panels.map(({ split, ...panel }) => (
							<Panel
								key={split}
								id={`reliability-${split}`}
								tone={split.startsWith('heldout') ? 'out' : 'in'}
								{...panel}
								floor={floor}
							/>
						))}
					</div>
					<p class="note dim">
						<span class="swatch null" /> where a calibrated model would lie, 95 % · <span class="swatch bars" /> 95 %
						bootstrap interval over clusters · hollow: fewer than {FEW_PAIRS} pairs, an arrow where they lie below the
						scale · the same axes in all panels. Confidence is that in the preferred side, so it starts at 0.5.
					</p>
					<CalibrationDetails record={record} />
				</>
			)}
		</section>
	);
}
