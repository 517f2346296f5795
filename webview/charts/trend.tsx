import { fittingTicks, tickFormat, XAxis, YAxis } from './axes.tsx';
import {
	fittingSteps,
	type Placed,
	type PlacedLine,
	placeLines,
	stepScale,
	type TrendLine,
	type TrendMarked,
	type TrendTick,
	type TrendTone,
	trendLabels,
	valueScale,
	type Y,
} from './trend-layout.ts';

interface Props {
	readonly width: number;
	readonly lines: readonly TrendLine[];
	readonly marked: readonly TrendMarked[];
	/** A line to compare with: ln 2 for loss, 0 for over-confidence. */
	readonly reference: { readonly value: number; readonly label: string } | null;
	readonly yName: string;
	readonly xName: string;
	/** Named under the axis; thinned where they would touch. */
	readonly xTicks: readonly TrendTick[];
	/** Steps are known: a line and a band through them. Else each point stands by itself, with its interval. */
	readonly connected: boolean;
	readonly height?: number;
}

const RADIUS = 3.4;
/** With more points than this the line says it, and marks would touch. */
const DENSE = 24;

/** A number of each checkpoint over training, a line for each split and training run, with 95 % bands. */
export function TrendChart({ width, lines, marked, reference, yName, xName, xTicks, connected, height = 300 }: Props) {
	const box = { left: 48, right: width - 14, top: 24, bottom: height - 38 };
	const { x, log, room } = stepScale(lines, box, connected);
	const y = valueScale(lines, reference?.value ?? null, box);
	const placed = placeLines(lines, x, y, room);
	const ticks = fittingSteps(xTicks, x);
	const yTicks = fittingTicks(y, box.bottom - box.top, 38);
	const ringed = new Set(marked.filter(({ strip }) => strip).map(({ name }) => name));
	const rings = placed.flatMap(({ tone, points }) =>
		tone === 'own' ? [] : points.filter(({ name }) => ringed.has(name)),
	);
	const strip = rings.reduce((sum, point) => sum + point.x, 0) / rings.length;
	return (
		<svg class="plot" width={width} height={height} role="presentation">
			<YAxis y={y} box={box} ticks={yTicks} format={tickFormat(yTicks)} />
			<text class="tick" x={4} y={12}>
				↑ {yName}
			</text>
			{rings.length === 0 ? null : <line class="current-run" x1={strip} x2={strip} y1={box.top} y2={box.bottom} />}
			{reference === null ? null : (
				<>
					<line class="reference" x1={box.left} x2={box.right} y1={y(reference.value)} y2={y(reference.value)} />
					<text class="tick" x={box.right} y={y(reference.value) - 4} text-anchor="end">
						{reference.label}
					</text>
				</>
			)}
			{placed.map((line) => (
				<Bands key={`${line.tone} ${line.run}`} line={line} y={y} connected={connected} />
			))}
			{placed.map((line) => (
				<Line key={`${line.tone} ${line.run}`} line={line} ringed={ringed} connected={connected} />
			))}
			<XAxis
				x={x}
				box={box}
				ticks={ticks.map(({ at }) => at)}
				format={(t) => ticks.find(({ at }) => at === t)?.label ?? ''}
			/>
			<text class="tick" x={box.right} y={height - 6} text-anchor="end">
				{xName}
				{log ? ', log scale' : ''} →
			</text>
			{trendLabels(placed, marked, box).map((label) => (
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

/** Contiguous points that have an interval and are not void; each alone where there is no line to follow. */
function stretches(points: readonly Placed[], connected: boolean): Placed[][] {
	const found: Placed[][] = [[]];
	for (const point of points) {
		if (point.hollow || point.low === null || point.high === null) found.push([]);
		else if (connected) found.at(-1)?.push(point);
		else found.push([point]);
	}
	return found.filter((stretch) => stretch.length > 0);
}

function Bands({ line, y, connected }: { line: PlacedLine; y: Y; connected: boolean }) {
	return (
		<g class={line.tone}>
			{stretches(line.points, connected).map((stretch) => {
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

function Line({ line, ringed, connected }: { line: PlacedLine; ringed: ReadonlySet<string>; connected: boolean }) {
	const drawn = line.points.filter((point) => !point.hollow);
	const dense = drawn.length > DENSE;
	return (
		<g class={line.tone}>
			{connected && drawn.length > 1 ? (
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
