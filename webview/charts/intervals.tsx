import { scaleLinear } from 'd3-scale';
import { tickFormat, XAxis } from './axes.tsx';
import { Mark } from './reliability.tsx';

export interface IntervalRow {
	readonly label: string;
	readonly value: number;
	readonly low: number | null;
	readonly high: number | null;
	readonly tone: 'in' | 'out';
}

interface Props {
	readonly width: number;
	readonly rows: readonly IntervalRow[];
	/** The value that means "no effect". */
	readonly reference: number;
	readonly axis: string;
	/** Ends of the scale; without them it is symmetric around the reference. */
	readonly domain?: readonly [number, number];
}

/** Width of 11 px text, on the wide side. */
const CHARACTER = 6.2;

/** One value a row with its 95 % interval, on one scale that holds the reference. */
export function IntervalsChart({ width, rows, reference, axis, domain }: Props) {
	const label = Math.min(170, Math.max(96, width * 0.32));
	// Labels that would not fit beside the drawing stand above their line.
	const above = rows.some((row) => row.label.length * CHARACTER > label);
	const rowHeight = above ? 40 : 30;
	const box = { left: above ? 14 : label + 8, right: width - 14, top: 6, bottom: 6 + rows.length * rowHeight };
	const bounds = rows.flatMap((row) => [row.value, row.low ?? row.value, row.high ?? row.value]);
	const reach = Math.max(0.02, ...bounds.map((bound) => Math.abs(bound - reference))) * 1.1;
	const [from, to] = domain ?? [reference - reach, reference + reach];
	const x = scaleLinear([Math.min(from, ...bounds), Math.max(to, ...bounds)], [box.left, box.right]);
	const ticks = x.ticks(width < 420 ? 3 : 5);
	// Under the middle of the drawing, or as near to it as the words have room.
	const half = Math.min(width, axis.length * CHARACTER) / 2;
	const middle = Math.max(half, Math.min((box.left + box.right) / 2, width - half));
	return (
		<svg class="plot" width={width} height={box.bottom + 36} role="presentation">
			<line class="reference" x1={x(reference)} x2={x(reference)} y1={box.top} y2={box.bottom} />
			{rows.map((row, index) => {
				const y = box.top + (index + (above ? 0.75 : 0.5)) * rowHeight;
				return (
					<g key={row.label} class={row.tone}>
						<text
							class="label"
							x={above ? box.left : label}
							y={above ? y - 12 : y + 4}
							text-anchor={above ? 'start' : 'end'}
						>
							{row.label}
						</text>
						{row.low !== null && row.high !== null ? (
							<line class="whisker" x1={x(row.low)} x2={x(row.high)} y1={y} y2={y} />
						) : null}
						<Mark tone={row.tone} x={x(row.value)} y={y} size={3.8} />
					</g>
				);
			})}
			<XAxis x={x} box={box} ticks={ticks} format={tickFormat(ticks)} />
			<text class="tick" x={middle} y={box.bottom + 30} text-anchor="middle">
				{axis}
			</text>
		</svg>
	);
}
