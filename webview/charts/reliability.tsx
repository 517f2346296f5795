import { scaleLinear } from 'd3-scale';
import type { ReliabilityBin } from '../../src/domain/run-record.ts';
import { fittingTicks, tickFormat, XAxis, YAxis } from './axes.tsx';

/** Below this a bin's accuracy is a coin or two: drawn hollow, outside of line and band, and not setting the scale. */
export const FEW_PAIRS = 5;

interface Props {
	readonly bins: readonly ReliabilityBin[];
	readonly width: number;
	/** Lower end of the accuracy axis, the same in all panels. */
	readonly floor: number;
	/** Marks of held-out splits have their own colour and shape. */
	readonly tone: 'in' | 'out';
}

interface Point {
	readonly x: number;
	readonly low: number;
	readonly high: number;
}

/** Contiguous stretches of bins that have both bounds, so that a band never bridges an empty bin. */
function stretches(
	bins: readonly ReliabilityBin[],
	bounds: (bin: ReliabilityBin) => readonly [number | null | undefined, number | null | undefined],
): Point[][] {
	const found: Point[][] = [[]];
	for (const bin of bins) {
		const [low, high] = bounds(bin);
		if (
			bin.n < FEW_PAIRS ||
			bin.confidence === null ||
			low === null ||
			low === undefined ||
			high === null ||
			high === undefined
		) {
			found.push([]);
		} else found.at(-1)?.push({ x: bin.confidence, low, high });
	}
	return found.filter((stretch) => stretch.length > 0);
}

/** Accuracy against mean confidence per bin (confidence form, x from ½), with their intervals, and the pairs per bin beneath. */
export function ReliabilityChart({ bins, width, floor, tone }: Props) {
	const left = 34;
	const right = width - 12;
	const plot = Math.min(280, Math.max(150, (right - left) * 0.92));
	const box = { left, right, top: 8, bottom: 8 + plot };
	const counts = { top: box.bottom + 24, bottom: box.bottom + 66 };
	const x = scaleLinear([0.5, 1], [left, right]);
	const y = scaleLinear([floor, 1], [box.bottom, box.top]).clamp(true);
	/** In a narrow panel the axis takes two lines. */
	const narrow = right - left < 224;
	const most = Math.max(1, ...bins.map((bin) => bin.n));
	const bar = scaleLinear([0, most], [0, counts.bottom - counts.top - 11]);
	const filled = bins.filter((bin) => bin.confidence !== null && bin.accuracy !== null && bin.n > 0);
	const line = filled.filter((bin) => bin.n >= FEW_PAIRS);
	const path = line.map((bin) => `${x(bin.confidence ?? 0.5)} ${y(bin.accuracy ?? 0)}`).join('L');
	const xTicks = [0.5, 0.6, 0.7, 0.8, 0.9, 1];
	const yTicks = fittingTicks(y, plot, 34);
	const area = (points: readonly Point[]): string => {
		// One bin alone has no width: give it 4 px on either side.
		const ends =
			points.length === 1 && points[0]
				? [-4, 4].map((dx) => ({ ...points[0]!, dx }))
				: points.map((p) => ({ ...p, dx: 0 }));
		const upper = ends.map((p) => `${x(p.x) + p.dx} ${y(p.high)}`);
		const lower = ends.toReversed().map((p) => `${x(p.x) + p.dx} ${y(p.low)}`);
		return `M${[...upper, ...lower].join('L')}Z`;
	};
	return (
		<svg class={`plot ${tone}`} width={width} height={counts.bottom + (narrow ? 32 : 18)} role="presentation">
			<YAxis y={y} box={box} ticks={yTicks} format={tickFormat(yTicks)} />
			{stretches(bins, (bin) => [bin.null_low, bin.null_high]).map((stretch) => (
				<path key={stretch[0]?.x} class="null-band" d={area(stretch)} />
			))}
			<line class="diagonal" x1={x(Math.max(0.5, floor))} y1={y(Math.max(0.5, floor))} x2={x(1)} y2={y(1)} />
			{line.length > 1 ? <path class="series" d={`M${path}`} /> : null}
			{filled.map((bin) =>
				bin.accuracy_low == null || bin.accuracy_high == null ? null : (
					<line
						key={bin.low}
						class="bin-interval"
						x1={x(bin.confidence ?? 0.5)}
						x2={x(bin.confidence ?? 0.5)}
						y1={y(bin.accuracy_low)}
						y2={y(bin.accuracy_high)}
					/>
				),
			)}
			{filled.map((bin) => (
				<BinMark
					key={bin.low}
					tone={tone}
					few={bin.n < FEW_PAIRS}
					below={(bin.accuracy ?? 0) < floor}
					x={x(bin.confidence ?? 0.5)}
					y={y(bin.accuracy ?? 0)}
				/>
			))}
			<XAxis x={x} box={box} ticks={xTicks} format={(t) => t.toFixed(1)} />
			{bins.map((bin) =>
				bin.n > 0 ? (
					<g key={bin.low}>
						<rect
							class="bar"
							x={x(bin.low) + 1}
							width={Math.max(1, x(bin.high) - x(bin.low) - 2)}
							y={counts.bottom - Math.max(1, bar(bin.n))}
							height={Math.max(1, bar(bin.n))}
						/>
						{bin.n === most ? (
							<text class="tick" x={(x(bin.low) + x(bin.high)) / 2} y={counts.top + 7} text-anchor="middle">
								{Math.round(bin.n)}
							</text>
						) : null}
					</g>
				) : null,
			)}
			<line class="axis-line" x1={left} x2={right} y1={counts.bottom} y2={counts.bottom} />
			<text class="tick" x={(left + right) / 2} y={counts.bottom + 14} text-anchor="middle">
				confidence → accuracy ↑{narrow ? '' : ' · bars: pairs'}
			</text>
			{narrow ? (
				<text class="tick" x={(left + right) / 2} y={counts.bottom + 28} text-anchor="middle">
					bars: pairs
				</text>
			) : null}
		</svg>
	);
}

/** An arrow at the edge stands for a bin of few pairs whose accuracy lies below the scale; the table has its number. */
function BinMark({
	tone,
	few,
	below,
	x,
	y,
}: {
	tone: 'in' | 'out';
	few: boolean;
	below: boolean;
	x: number;
	y: number;
}) {
	if (below) return <path class="mark hollow" d={`M${x - 3.5} ${y - 7}L${x + 3.5} ${y - 7}L${x} ${y - 1}Z`} />;
	return few ? (
		<g class="few">
			<Mark tone={tone} x={x} y={y} size={2.8} />
		</g>
	) : (
		<Mark tone={tone} x={x} y={y} />
	);
}

/** A dot in distribution, a diamond held out: told apart without colour. */
export function Mark({ tone, x, y, size = 3.2 }: { tone: 'in' | 'out'; x: number; y: number; size?: number }) {
	if (tone === 'in') return <circle class="mark" cx={x} cy={y} r={size} />;
	const s = size * 1.35;
	return <path class="mark" d={`M${x} ${y - s}L${x + s} ${y}L${x} ${y + s}L${x - s} ${y}Z`} />;
}
