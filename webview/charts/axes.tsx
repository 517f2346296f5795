import type { ScaleLinear } from 'd3-scale';

export type Linear = ScaleLinear<number, number>;

export interface Box {
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly bottom: number;
}

/** Horizontal grid lines with their numbers at the left. */
export function YAxis({
	y,
	box,
	ticks,
	format,
}: {
	y: Linear;
	box: Box;
	ticks: readonly number[];
	format: (t: number) => string;
}) {
	return (
		<g>
			{ticks.map((t) => (
				<g key={t}>
					<line class="grid-line" x1={box.left} x2={box.right} y1={y(t)} y2={y(t)} />
					<text class="tick" x={box.left - 6} y={y(t) + 3.5} text-anchor="end">
						{format(t)}
					</text>
				</g>
			))}
		</g>
	);
}

/** Numbers under the box. */
export function XAxis({
	x,
	box,
	ticks,
	format,
}: {
	x: (t: number) => number;
	box: Box;
	ticks: readonly number[];
	format: (t: number) => string;
}) {
	return (
		<g>
			<line class="axis-line" x1={box.left} x2={box.right} y1={box.bottom} y2={box.bottom} />
			{ticks.map((t) => (
				<g key={t}>
					<line class="axis-line" x1={x(t)} x2={x(t)} y1={box.bottom} y2={box.bottom + 3} />
					<text class="tick" x={x(t)} y={box.bottom + 14} text-anchor="middle">
						{format(t)}
					</text>
				</g>
			))}
		</g>
	);
}

/** As many ticks as fit without touching, at about `room` px each. */
export function fittingTicks(scale: Linear, pixels: number, room: number): number[] {
	return scale.ticks(Math.max(2, Math.floor(pixels / room)));
}

/** The same decimals on every tick of one axis. */
export function tickFormat(ticks: readonly number[]): (t: number) => string {
	const step = ticks.length > 1 ? Math.abs((ticks[1] ?? 0) - (ticks[0] ?? 0)) : 0.1;
	const digits = Math.max(0, Math.min(4, Math.ceil(-Math.log10(step) - 1e-9)));
	return (t) =>
		t < 0 && Number(t.toFixed(digits)) !== 0 ? `−${Math.abs(t).toFixed(digits)}` : Math.abs(t).toFixed(digits);
}
