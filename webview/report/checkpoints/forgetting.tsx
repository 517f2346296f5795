import type { CheckpointResult } from '../../../src/domain/checkpoint.ts';
import { DEFAULT_CONFIG } from '../../../src/domain/config.ts';
import type { Interval } from '../../../src/domain/run-record.ts';
import { Figure } from '../../charts/figure.tsx';
import { TrendChart } from '../../charts/trend.tsx';
import { count, counted, DASH, listed, range, signed } from '../format.ts';
import { Disclosure, PairLink } from '../parts.tsx';
import { sideOfZero } from '../sentences.ts';
import { useTableToggle, useView } from '../view-state.tsx';
import type { CheckpointRecord } from './record.ts';
import { usePicked } from './shared.ts';
import { axisOf, linesOf } from './trend-words.ts';

/** A list longer than this would bury the rest; the count stands above it. */
const SHOWN = 60;

type Kept = NonNullable<CheckpointResult['forgetting']>;

const MEASURES = [
	{
		key: 'forgetting-loss',
		title: 'Rise of the loss per token',
		axis: 'rise of the loss, nats a token',
		of: (kept: Kept) => kept.loss,
		worse: 'above',
		words: 'a higher loss than the baseline',
	},
	{
		key: 'forgetting-accuracy',
		title: 'Change of accuracy',
		axis: 'change of accuracy',
		of: (kept: Kept) => kept.accuracy,
		worse: 'below',
		words: 'a lower accuracy than the baseline',
	},
] as const;

const bounds = ({ low, high }: Interval): string => (low === null ? 'insufficient' : range(low, high));

function sentence(measured: readonly { name: string; kept: Kept }[], measure: (typeof MEASURES)[number]): string {
	const worse = measured.filter(({ kept }) => sideOfZero(measure.of(kept)) === measure.worse).map(({ name }) => name);
	const known = measured.filter(({ kept }) => sideOfZero(measure.of(kept)) !== 'unknown').length;
	const last = measured.at(-1);
	if (known === 0 || last === undefined) return `${measure.title}: insufficient for an interval.`;
	const of = measure.of(last.kept);
	const which =
		worse.length === 0
			? 'None has'
			: worse.length > 4
				? `${count(worse.length)} of ${known} have`
				: `${listed(worse)} ${worse.length === 1 ? 'has' : 'have'}`;
	return `${which} ${measure.words} with the whole interval. ${last.name}: ${signed(of.value)} (${bounds(of)}).`;
}

function Measure({
	record,
	measured,
	measure,
}: {
	record: CheckpointRecord;
	measured: readonly { name: string; kept: Kept }[];
	measure: (typeof MEASURES)[number];
}) {
	const toggle = useTableToggle(measure.key);
	const last = measured.at(-1);
	if (last === undefined || measured.every(({ kept }) => measure.of(kept).value === null)) {
		const why = last === undefined ? undefined : measure.of(last.kept).reason;
		return (
			<div>
				<h3>{measure.title}</h3>
				<p class="note dim">Not measured{why === undefined ? '' : `: ${why}`}.</p>
			</div>
		);
	}
	const lines = linesOf(record.checkpoints, [
		['kept', ({ forgetting }) => (forgetting === undefined ? null : measure.of(forgetting))],
	]);
	// What is void held out is not void here.
	const solid = lines.map((line) => ({ ...line, points: line.points.map((point) => ({ ...point, hollow: false })) }));
	return (
		<Figure
			title={measure.title}
			sentence={sentence(measured, measure)}
			table={{
				head: ['Checkpoint', 'Against the baseline', '95 % interval', 'Lost', 'Gained'],
				rows: measured.map(({ name, kept }) => [
					name,
					signed(measure.of(kept).value),
					bounds(measure.of(kept)),
					count(kept.lost.length),
					count(kept.gained.length),
				]),
			}}
			{...toggle}
			draw={(width) => (
				<TrendChart
					width={width}
					height={230}
					lines={solid}
					marked={[]}
					reference={{ value: 0, label: 'no change: 0' }}
					yName={measure.axis}
					{...axisOf(record.checkpoints)}
				/>
			)}
		/>
	);
}

/** Pairs that turned, each one click away. */
function Turned({ title, pairs }: { title: string; pairs: readonly string[] }) {
	const { actions } = useView();
	if (pairs.length === 0) return <p class="dim">{title}: none.</p>;
	return (
		<div>
			<p class="dim">
				{title}: {counted(pairs.length, 'pair')}
			</p>
			{actions === 'exported' ? null : (
				<ul class="evidence">
					{pairs.slice(0, SHOWN).map((id) => (
						<li key={id}>
							<PairLink comparison={id}>{id.slice(0, 8)}</PairLink>
						</li>
					))}
					{pairs.length > SHOWN ? <li class="dim">and {count(pairs.length - SHOWN)} more</li> : null}
				</ul>
			)}
		</div>
	);
}

/** By the model alone, without the reference: with log-ratios every tuning looks like a gain. */
export function ForgettingSection({ record }: { record: CheckpointRecord }) {
	const { picked } = usePicked(record);
	const measured = record.checkpoints.flatMap(({ name, forgetting }) =>
		forgetting === undefined ? [] : [{ name, kept: forgetting }],
	);
	const [first] = measured;
	const allowed = record.settings.forgetting ?? DEFAULT_CONFIG.thresholds.forgetting;
	return (
		<section aria-labelledby="forgetting-title">
			<h2 id="forgetting-title">What must not be forgotten</h2>
			{first === undefined ? (
				<p>
					Not measured: no judged pair is in “must not forget”. Assign prompts to it in Splits, judge them and run
					again.
				</p>
			) : (
				<>
					<div class="two">
						{MEASURES.map((measure) => (
							<Measure key={measure.key} record={record} measured={measured} measure={measure} />
						))}
					</div>
					<p class="note dim">
						Against {first.kept.baseline}, paired: log π of the chosen response a token, and how often log π(chosen) is
						above log π(rejected), by the model alone. Allowed: a rise of {allowed.loss} nats a token, a fall of{' '}
						{Number((100 * allowed.accuracy).toPrecision(3))} points (<code>thresholds.forgetting</code> of the
						workspace).
					</p>
					<ul class="checks turned">
						{picked.flatMap(({ name, forgetting }) =>
							forgetting === undefined
								? []
								: [
										<li class="check" key={name}>
											<Disclosure
												id={`turned ${name}`}
												summary={
													<>
														<span aria-hidden="true" />
														<span class="check-line">
															<b>{name}</b>{' '}
															<span class="dim">
																{count(forgetting.lost.length)} lost, {count(forgetting.gained.length)} gained · loss{' '}
																{signed(forgetting.loss.value)} ({bounds(forgetting.loss)}) · accuracy{' '}
																{forgetting.accuracy.value === null ? DASH : signed(forgetting.accuracy.value)} (
																{bounds(forgetting.accuracy)})
															</span>
														</span>
													</>
												}
											>
												<Turned title="Lost, right before and wrong now" pairs={forgetting.lost} />
												<Turned title="Gained, wrong before and right now" pairs={forgetting.gained} />
											</Disclosure>
										</li>,
									],
						)}
					</ul>
				</>
			)}
		</section>
	);
}
