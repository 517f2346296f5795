import type { CheckpointResult } from '../../../src/domain/checkpoint.ts';
import { Figure } from '../../charts/figure.tsx';
import { TrendChart } from '../../charts/trend.tsx';
import type { TrendMarked, TrendTone } from '../../charts/trend-layout.ts';
import { DASH, fixed, lambda, range } from '../format.ts';
import { useTableToggle, useView } from '../view-state.tsx';
import { Key } from './cells.tsx';
import type { CheckpointRecord } from './record.ts';
import { type AtLambda, useLambda } from './shared.ts';
import { axisOf, linesOf, METRICS, TONES, type TrendMetric, trendSentence } from './trend-words.ts';

/** Void names beyond this would cover the points; the table has them all. */
const NAMED_VOIDS = 4;

/** The λ-optimal and the recommended checkpoint, and void ones by name. */
function marks(record: CheckpointRecord, at: AtLambda): TrendMarked[] {
	const recommended = record.recommended.checkpoint;
	const gone = record.checkpoints.filter((one) => one.void !== undefined);
	return [
		...(at.best === null
			? []
			: [
					{
						name: at.best,
						label: `${at.best}: λ ${lambda(at.lambda)}${recommended === at.best ? ', recommended' : ''}`,
						strip: true,
					},
				]),
		...(recommended !== null && recommended !== at.best
			? [{ name: recommended, label: `${recommended}: recommended`, strip: false }]
			: []),
		...gone.slice(0, NAMED_VOIDS).map(({ name }) => ({ name, label: `${name}: void`, strip: false })),
	].map((mark) => ({
		...mark,
		label: mark.label.length > 46 ? `${mark.label.slice(0, 22)}…${mark.label.slice(-22)}` : mark.label,
	}));
}

function cell(
	checkpoint: CheckpointResult,
	metric: TrendMetric,
	split: 'train' | 'eval' | 'heldout_reference',
): string {
	const of = metric.of(checkpoint, split);
	if (of === null || of.value === null) return DASH;
	const bounds = of.low === null ? '' : ` (${range(of.low, of.high, metric.digits)})`;
	const gone = checkpoint.void !== undefined && split === 'heldout_reference' ? ', void' : '';
	return `${fixed(of.value, metric.digits)}${bounds}${gone}`;
}

function Choices({ metric }: { metric: TrendMetric }) {
	const { state, set } = useView();
	return (
		<div class="choices">
			<fieldset class="segments">
				<legend class="visually-hidden">What to show over training</legend>
				{METRICS.map(({ key, name }) => (
					<label key={key}>
						<input
							type="radio"
							name="trend"
							value={key}
							checked={key === metric.key}
							onChange={() => set({ trend: key })}
						/>
						<span>{name}</span>
					</label>
				))}
			</fieldset>
			<label class="check-box">
				<input
					type="checkbox"
					checked={state.ownPairs}
					onChange={(event) => set({ ownPairs: event.currentTarget.checked })}
				/>
				fit on its own training pairs (in sample)
			</label>
		</div>
	);
}

/** A number over training, in distribution and held out together, with the checkpoint that λ asks for. */
export function TrendSection({ record }: { record: CheckpointRecord }) {
	const { state } = useView();
	const toggle = useTableToggle('trend');
	const at = useLambda(record);
	const metric = METRICS.find(({ key }) => key === state.trend) ?? METRICS[0];
	if (metric === undefined) return null;
	const lines = linesOf(record.checkpoints, [
		...(state.ownPairs ? [['own', (one: CheckpointResult) => metric.of(one, 'train')] as const] : []),
		['in', (one) => metric.of(one, 'eval')],
		['out', (one) => metric.of(one, 'heldout_reference')],
	]);
	const tones = (['in', 'out', 'own'] as const).filter((tone) => lines.some((line) => line.tone === tone));
	return (
		<section aria-labelledby="trend-title">
			<h2 id="trend-title">Over training</h2>
			<Choices metric={metric} />
			{lines.length === 0 ? (
				<p>{trendSentence(record, metric)}</p>
			) : (
				<Figure
					title={metric.name}
					sentence={trendSentence(record, metric)}
					table={{
						head: ['Checkpoint', 'Step', 'Eval', 'Held-out, tuning half', 'Its own training pairs, in sample'],
						rows: record.checkpoints.map((checkpoint) => [
							checkpoint.name,
							checkpoint.step === null ? DASH : checkpoint.step.toLocaleString('en-US'),
							cell(checkpoint, metric, 'eval'),
							cell(checkpoint, metric, 'heldout_reference'),
							cell(checkpoint, metric, 'train'),
						]),
					}}
					{...toggle}
					legend={<Legend tones={tones} hollow={record.checkpoints.some((one) => one.void !== undefined)} />}
					draw={(width) => (
						<TrendChart
							width={width}
							lines={lines}
							marked={marks(record, at)}
							reference={metric.reference}
							yName={metric.axis}
							{...axisOf(record.checkpoints)}
						/>
					)}
				/>
			)}
		</section>
	);
}

export function Legend({ tones, hollow }: { tones: readonly TrendTone[]; hollow: boolean }) {
	return (
		<p class="legend dim" aria-hidden="true">
			{tones.map((tone) => (
				<span key={tone}>
					<Key tone={tone} /> {TONES[tone]}
				</span>
			))}
			{hollow ? (
				<span>
					<Key tone="out" hollow /> void
				</span>
			) : null}
			<span class="wraps">bands and bars: 95 % of each checkpoint alone, not of a difference</span>
		</p>
	);
}
