import { scaleLinear } from 'd3-scale';
import { fittingTicks, tickFormat, XAxis, YAxis } from './axes.tsx';
import { placeLabels } from './labels.ts';

export interface FrontierMark {
	readonly label: string;
	readonly fit: number;
	readonly heldout: number;
	/** λ, the order along the path. */
	readonly along: number;
	readonly kind: 'path' | 'chosen' | 'viewed' | 'dpo' | 'pooled';
	/** Only these get a label, in this order of importance; others stay plain points. */
	readonly labelled: boolean;
}

interface Props {
	readonly width: number;
	readonly marks: readonly FrontierMark[];
	/** Loss of knowing nothing: ln 2. */
	readonly uninformed: number;
	readonly fitName: string;
}

/** Drawn from the back to the front: a baseline that coincides with the chosen point shows inside its ring. */
const DEPTH = { path: 0, chosen: 1, pooled: 2, dpo: 3, viewed: 4 } as const;

const UNINFORMED = 'knowing nothing: ln 2';
/** px at 11 px text. */
const UNINFORMED_WIDTH = 125;

/** Room around the values, so that no mark sits on the frame. */
function padded(values: readonly number[]): [number, number] {
	const low = Math.min(...values);
	const high = Math.max(...values);
	const pad = Math.max((high - low) * 0.12, 0.002);
	return [low - pad, high + pad];
}

/** Fit loss (x) against held-out loss (y) of each solution: down and left is better. */
export function FrontierChart({ width, marks, uninformed, fitName }: Props) {
	const height = Math.min(340, Math.max(230, width * 0.5));
	const box = { left: 46, right: width - 10, top: 22, bottom: height - 36 };
	const x = scaleLinear(padded(marks.map((mark) => mark.fit)), [box.left, box.right]);
	const y = scaleLinear(padded([...marks.map((mark) => mark.heldout), uninformed]), [box.bottom, box.top]);
	const xTicks = fittingTicks(x, box.right - box.left, 70);
	const yTicks = fittingTicks(y, box.bottom - box.top, 40);
	const path = marks
		.filter((mark) => mark.kind === 'path' || mark.kind === 'chosen')
		.toSorted((a, b) => a.along - b.along);
	const radius = (mark: FrontierMark): number => (mark.kind === 'chosen' ? 7 : mark.kind === 'viewed' ? 9 : 5);
	// The line's own label takes the end that is freer of points.
	const nearest = (end: number): number =>
		Math.min(...marks.map((mark) => Math.hypot(x(mark.fit) - end, (y(mark.heldout) - y(uninformed)) * 3)));
	const atRight = nearest(box.right - 60) >= nearest(box.left + 60);
	const labels = placeLabels(
		marks
			.filter((mark) => mark.labelled)
			.map((mark) => ({ text: mark.label, x: x(mark.fit), y: y(mark.heldout), radius: radius(mark) })),
		[
			...marks.map((mark) => ({ x: x(mark.fit), y: y(mark.heldout), radius: radius(mark) })),
			// Spots along the path.
			...path.slice(1).flatMap((mark, index) => {
				const before = path[index] ?? mark;
				const [x0, y0, x1, y1] = [x(before.fit), y(before.heldout), x(mark.fit), y(mark.heldout)];
				const spots = Math.ceil(Math.hypot(x1 - x0, y1 - y0) / 8);
				return Array.from({ length: spots }, (_, spot) => ({
					x: x0 + ((x1 - x0) * spot) / spots,
					y: y0 + ((y1 - y0) * spot) / spots,
					radius: 2.5,
				}));
			}),
			// Spots along the line of knowing nothing and under its label.
			...Array.from({ length: Math.ceil((box.right - box.left) / 10) }, (_, spot) => {
				const along = 5 + spot * 10;
				const labelled = atRight ? box.right - box.left - along < UNINFORMED_WIDTH : along < UNINFORMED_WIDTH;
				return { x: box.left + along, y: y(uninformed) - (labelled ? 7 : 0), radius: labelled ? 9 : 2.5 };
			}),
		],
		{ left: box.left + 2, right: box.right, top: box.top, bottom: box.bottom - 2 },
	);
	return (
		<svg class="plot in" width={width} height={height} role="presentation">
			<YAxis y={y} box={box} ticks={yTicks} format={tickFormat(yTicks)} />
			<XAxis x={x} box={box} ticks={xTicks} format={tickFormat(xTicks)} />
			<text class="tick" x={4} y={12}>
				↑ held-out loss (tuning half), nats
			</text>
			<text class="tick" x={box.right} y={height - 4} text-anchor="end">
				{fitName} →
			</text>
			<line class="reference" x1={box.left} x2={box.right} y1={y(uninformed)} y2={y(uninformed)} />
			<text
				class="tick"
				x={atRight ? box.right : box.left + 4}
				y={y(uninformed) - 4}
				text-anchor={atRight ? 'end' : 'start'}
			>
				{UNINFORMED}
			</text>
			<path class="series" d={`M${path.map((mark) => `${x(mark.fit)} ${y(mark.heldout)}`).join('L')}`} />
			{marks
				.toSorted((a, b) => DEPTH[a.kind] - DEPTH[b.kind])
				.map((mark) => (
					<FrontierPointMark key={`${mark.kind} ${mark.label}`} mark={mark} x={x(mark.fit)} y={y(mark.heldout)} />
				))}
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

function FrontierPointMark({ mark, x, y }: { mark: FrontierMark; x: number; y: number }) {
	switch (mark.kind) {
		case 'chosen':
			return <circle class="mark chosen" cx={x} cy={y} r={6} />;
		case 'viewed':
			return <circle class="mark viewed" cx={x} cy={y} r={10} />;
		case 'dpo':
			return <rect class="mark baseline" x={x - 4.5} y={y - 4.5} width={9} height={9} />;
		case 'pooled':
			return <path class="mark baseline" d={`M${x} ${y - 6}L${x + 6} ${y + 4.5}L${x - 6} ${y + 4.5}Z`} />;
		default:
			return <circle class="mark" cx={x} cy={y} r={3} />;
	}
}
