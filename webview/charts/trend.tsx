import { type ScaleLinear, scaleLinear } from 'd3-scale';
import { fittingTicks, tickFormat, XAxis, YAxis } from './axes.tsx';
import { placeLabels } from './labels.ts';

export interface TrendPoint {
	readonly name: string;
	/** Steps, or the place in the table where steps are not known. */
	readonly at: number;
	readonly value: number;
	readonly low: number | null;
	readonly high: number | null;
	/** Void: drawn hollow, in no line and no band. */
	readonly hollow: boolean;
}

/** `in` = in distribution, `out` = held out, `kept` = must not forget, `own` = its own training pairs. */
export type TrendTone = 'in' | 'out' | 'kept' | 'own';

/** One training run on one split. */
export interface TrendLine {
	readonly tone: TrendTone;
	/** Names the training run where there are several; they stand beside each other at equal steps. */
	readonly run: string;
	readonly points: readonly TrendPoint[];
}

/** A checkpoint to point out: a strip behind it, rings around its points and its label. */
export interface TrendMarked {
	readonly name: string;
	readonly label: string;
	readonly strip: boolean;
}

interface Props {
	readonly width: number;
	readonly lines: readonly TrendLine[];
	readonly marked: readonly TrendMarked[];
	/** A line to compare with: ln 2 for loss, 0 for over-confidence. */
	readonly reference: { readonly value: number; readonly label: string } | null;
	readonly yName: string;
	readonly xName: string;
	/** Named under the axis; thinned where they would touch. */
	readonly xTicks: readonly number[];
	readonly height?: number;
}

interface Placed extends TrendPoint {
	readonly x: number;
	readonly y: number;
}

/** px between marks at the same step. */
const BESIDE = 5;
const RADIUS = 3.4;

/** How far a line's points stand from their step, so that no mark covers another. */
function shifts(lines: readonly TrendLine[], room: number): number[] {
	const beside = Math.min(BESIDE, room / (lines.length + 1));
	return lines.map((_, index) => (index - (lines.length - 1) / 2) * beside);
}

/** Least distance of two neighbouring steps, px. */
function roomBetween(x: ScaleLinear<number, number>, lines: readonly TrendLine[]): number {
	const at = [...new Set(lines.flatMap((line) => line.points.map((point) => point.at)))].toSorted((a, b) => a - b);
	return at.slice(1).reduce((least, value, index) => Math.min(least, x(value) - x(at[index] ?? value)), 40);
}

/** Contiguous points that have an interval and are not void. */
function stretches(points: readonly Placed[]): Placed[][] {
	const found: Placed[][] = [[]];
	for (const point of points) {
		if (point.hollow || point.low === null || point.high === null) found.push([]);
		else found.at(-1)?.push(point);
	}
	return found.filter((stretch) => stretch.length > 0);
}

/** A number of each checkpoint over training, a line for each split and training run, with 95 % bands. */
export function TrendChart({ width, lines, marked, reference, yName, xName, xTicks, height = 300 }: Props) {
	const box = { left: 48, right: width - 14, top: 24, bottom: height - 38 };
	const all = lines.flatMap((line) => line.points);
	const ats = all.map((point) => point.at);
	const [first, last] = [Math.min(...ats), Math.max(...ats)];
	const margin = Math.min(40, (box.right - box.left) / 8);
	const x = scaleLinear(first === last ? [first - 1, last + 1] : [first, last], [
		box.left + margin,
		box.right - margin,
	]);
	const bounds = all.flatMap((point) => [point.value, point.low ?? point.value, point.high ?? point.value]);
	const ends = reference === null ? bounds : [...bounds, reference.value];
	const y = scaleLinear([Math.min(...ends), Math.max(...ends)], [box.bottom, box.top]).nice(5);
	const yTicks = fittingTicks(y, box.bottom - box.top, 38);
	const offset = shifts(lines, roomBetween(x, lines));
	const placed = lines.map((line, index) => ({
		...line,
		points: line.points.map((point) => ({ ...point, x: x(point.at) + (offset[index] ?? 0), y: y(point.value) })),
	}));
	const spots = placed.flatMap((line) => line.points);
	const step = Math.max(1, Math.ceil((xTicks.length * 42) / Math.max(80, box.right - box.left)));
	const labels = placeLabels(
		marked.flatMap(({ name, label }) => {
			// The held-out point is what a choice is about.
			const of = placed.flatMap((line) =>
				line.points.filter((point) => point.name === name).map((point) => ({ line, point })),
			);
			const shown = of.find(({ line }) => line.tone === 'out') ?? of[0];
			return shown === undefined ? [] : [{ text: label, x: shown.point.x, y: shown.point.y, radius: 8 }];
		}),
		[
			...spots.map((point) => ({ x: point.x, y: point.y, radius: 5 })),
			...placed.flatMap((line) => along(line.points.filter((point) => !point.hollow))),
		],
		{ left: box.left + 2, right: box.right, top: box.top, bottom: box.bottom - 2 },
	);
	const stripes = marked
		.filter(({ strip }) => strip)
		.flatMap(({ name }) => all.find((point) => point.name === name) ?? []);
	return (
		<svg class="plot" width={width} height={height} role="presentation">
			<YAxis y={y} box={box} ticks={yTicks} format={tickFormat(yTicks)} />
			<text class="tick" x={4} y={12}>
				↑ {yName}
			</text>
			{stripes.slice(0, 1).map((point) => (
				<line key={point.name} class="current-run" x1={x(point.at)} x2={x(point.at)} y1={box.top} y2={box.bottom} />
			))}
			{reference === null ? null : (
				<>
					<line class="reference" x1={box.left} x2={box.right} y1={y(reference.value)} y2={y(reference.value)} />
					<text class="tick" x={box.right} y={y(reference.value) - 4} text-anchor="end">
						{reference.label}
					</text>
				</>
			)}
			{placed.map((line) => (
				<Bands key={`${line.tone} ${line.run}`} line={line} y={y} />
			))}
			{placed.map((line) => (
				<Line
					key={`${line.tone} ${line.run}`}
					line={line}
					ringed={new Set(marked.filter((one) => one.strip).map((one) => one.name))}
				/>
			))}
			<XAxis
				x={x}
				box={box}
				ticks={xTicks.filter((_, index) => (xTicks.length - 1 - index) % step === 0)}
				format={(t) => t.toLocaleString('en-US')}
			/>
			<text class="tick" x={box.right} y={height - 6} text-anchor="end">
				{xName} →
			</text>
			{labels.map((label) => (
				<g key={label.text}>
					{label.leader ? (
						<line class="leader" x1={label.leader.x} y1={label.leader.y} x2={label.x} y2={label.y - 4} />
					) : null}
					<text class="label" x={label.x} y={label.y} text-anchor={label.anchor}>
						{label.text}
					</text>
				</g>
			))}
		</svg>
	);
}

/** Spots along a line, for labels to keep clear of. */
function along(points: readonly Placed[]): { x: number; y: number; radius: number }[] {
	return points.slice(1).flatMap((point, index) => {
		const before = points[index] ?? point;
		const n = Math.ceil(Math.hypot(point.x - before.x, point.y - before.y) / 9);
		return Array.from({ length: n }, (_, spot) => ({
			x: before.x + ((point.x - before.x) * spot) / n,
			y: before.y + ((point.y - before.y) * spot) / n,
			radius: 2.5,
		}));
	});
}

type PlacedLine = Omit<TrendLine, 'points'> & { readonly points: readonly Placed[] };

function Bands({ line, y }: { line: PlacedLine; y: ScaleLinear<number, number> }) {
	return (
		<g class={line.tone}>
			{stretches(line.points).map((stretch) => {
				const [one] = stretch;
				if (one === undefined) return null;
				if (stretch.length === 1) {
					return (
						<line
							key={one.name}
							class="whisker thin"
							x1={one.x}
							x2={one.x}
							y1={y(one.low ?? 0)}
							y2={y(one.high ?? 0)}
						/>
					);
				}
				const upper = stretch.map((point) => `${point.x} ${y(point.high ?? 0)}`);
				const lower = stretch.toReversed().map((point) => `${point.x} ${y(point.low ?? 0)}`);
				return <path key={one.name} class="trend-band" d={`M${[...upper, ...lower].join('L')}Z`} />;
			})}
		</g>
	);
}

function Line({ line, ringed }: { line: PlacedLine; ringed: ReadonlySet<string> }) {
	const drawn = line.points.filter((point) => !point.hollow);
	// Many checkpoints: the line says it, and marks would touch.
	const dense = drawn.length > 24;
	return (
		<g class={line.tone}>
			{drawn.length > 1 ? (
				<path
					class={`series${line.tone === 'own' ? ' thin' : ''}`}
					d={`M${drawn.map((point) => `${point.x} ${point.y}`).join('L')}`}
				/>
			) : null}
			{line.points.map((point) => (
				<g key={point.name} class={point.hollow ? 'few' : undefined}>
					{ringed.has(point.name) && line.tone !== 'own' ? (
						<circle class="mark viewed" cx={point.x} cy={point.y} r={7.5} />
					) : null}
					<TrendMark tone={line.tone} x={point.x} y={point.y} size={dense && !ringed.has(point.name) ? 2 : RADIUS} />
				</g>
			))}
		</g>
	);
}

/** A dot in distribution, a diamond held out, a square for must not forget, a stroke for its own training pairs: told apart without colour. */
export function TrendMark({ tone, x, y, size = RADIUS }: { tone: TrendTone; x: number; y: number; size?: number }) {
	const s = size * 1.35;
	switch (tone) {
		case 'in':
			return <circle class="mark" cx={x} cy={y} r={size} />;
		case 'out':
			return <path class="mark" d={`M${x} ${y - s}L${x + s} ${y}L${x} ${y + s}L${x - s} ${y}Z`} />;
		case 'kept':
			return <rect class="mark" x={x - size} y={y - size} width={2 * size} height={2 * size} />;
		default:
			return <line class="whisker thin" x1={x - size} x2={x + size} y1={y} y2={y} />;
	}
}
