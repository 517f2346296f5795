import { scaleLinear } from 'd3-scale';
import { fittingTicks, tickFormat, XAxis, YAxis } from './axes.tsx';
import { Mark } from './reliability.tsx';

export interface RunPoint {
	readonly ordinal: number;
	readonly value: number;
	readonly low: number | null;
	readonly high: number | null;
}

export interface RunSeries {
	readonly name: string;
	readonly tone: 'in' | 'out';
	readonly points: readonly RunPoint[];
}

interface Props {
	readonly width: number;
	readonly series: readonly RunSeries[];
	/** The run on screen. */
	readonly current: number;
	/** A line to compare with: 0 for over-confidence, ln 2 for loss. */
	readonly reference: number;
}

/** A number of each run over time with its 95 % interval as a bar. The two series stand beside, not on, each other. */
export function RunsChart({ width, series, current, reference }: Props) {
	const height = 220;
	const all = series.flatMap((one) => one.points);
	const box = { left: 46, right: width - 12, top: 14, bottom: height - 34 };
	const ordinals = all.map((point) => point.ordinal);
	const first = Math.min(...ordinals, current);
	const last = Math.max(...ordinals, current);
	const x = scaleLinear([first - 0.5, last + 0.5], [box.left, box.right]);
	const bounds = all.flatMap((point) => [point.value, point.low ?? point.value, point.high ?? point.value]);
	const y = scaleLinear([Math.min(...bounds, reference), Math.max(...bounds, reference)], [box.bottom, box.top]).nice(
		4,
	);
	const yTicks = fittingTicks(y, box.bottom - box.top, 38);
	const step = Math.max(1, Math.ceil((last - first + 1) / Math.max(2, Math.floor((box.right - box.left) / 56))));
	const xTicks: number[] = [];
	for (let ordinal = last; ordinal >= first; ordinal -= step) xTicks.unshift(ordinal);
	const beside = Math.min(5, (x(1) - x(0)) / 6);
	return (
		<svg class="plot" width={width} height={height} role="presentation">
			<YAxis y={y} box={box} ticks={yTicks} format={tickFormat(yTicks)} />
			<line class="current-run" x1={x(current)} x2={x(current)} y1={box.top} y2={box.bottom} />
			<line class="reference" x1={box.left} x2={box.right} y1={y(reference)} y2={y(reference)} />
			{series.map((one) => {
				const shift = one.tone === 'in' ? -beside : beside;
				return (
					<g key={one.name} class={one.tone}>
						<path
							class="series thin"
							d={`M${one.points.map((point) => `${x(point.ordinal) + shift} ${y(point.value)}`).join('L')}`}
						/>
						{one.points.map((point) => (
							<g key={point.ordinal}>
								{point.low !== null && point.high !== null ? (
									<line
										class="whisker"
										x1={x(point.ordinal) + shift}
										x2={x(point.ordinal) + shift}
										y1={y(point.low)}
										y2={y(point.high)}
									/>
								) : null}
								<Mark tone={one.tone} x={x(point.ordinal) + shift} y={y(point.value)} />
							</g>
						))}
					</g>
				);
			})}
			<XAxis x={x} box={box} ticks={xTicks} format={(t) => (t === current ? `run ${t}` : String(t))} />
		</svg>
	);
}
