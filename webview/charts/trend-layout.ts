/** Where the parts of a trend stand: steps along the axis, marks beside each other, labels clear of both. */
import { type ScaleContinuousNumeric, type ScaleLinear, scaleLinear, scaleLog } from 'd3-scale';
import { type LabelRequest, type PlacedLabel, placeLabels } from './labels.ts';

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

/** A checkpoint to point out: its label, and perhaps a strip behind it and rings around its points. */
export interface TrendMarked {
	readonly name: string;
	readonly label: string;
	readonly strip: boolean;
}

export interface TrendTick {
	readonly at: number;
	readonly label: string;
}

export interface Placed extends TrendPoint {
	readonly x: number;
	readonly y: number;
}

export type PlacedLine = Omit<TrendLine, 'points'> & { readonly points: readonly Placed[] };

export interface Frame {
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly bottom: number;
}

export type X = ScaleContinuousNumeric<number, number>;
export type Y = ScaleLinear<number, number>;

/** px between marks at the same step. */
const BESIDE = 7;
/** Width of 11 px text, on the wide side. */
const CHARACTER = 6.2;

/** Least distance of two neighbouring steps, px. */
function roomBetween(x: X, at: readonly number[]): number {
	return at
		.slice(1)
		.reduce((least, value, index) => Math.min(least, x(value) - x(at[index] ?? value)), x.range()[1] ?? 0);
}

/** Steps that double from one to the next lie evenly on a log scale: the one that gives the closest two more room is taken. */
export function stepScale(
	lines: readonly TrendLine[],
	box: Frame,
	connected: boolean,
): { x: X; log: boolean; room: number } {
	const at = [...new Set(lines.flatMap((line) => line.points.map((point) => point.at)))].toSorted((a, b) => a - b);
	const margin = Math.min(connected ? 40 : 70, (box.right - box.left) / 7);
	const range: [number, number] = [box.left + margin, box.right - margin];
	const [first = 0, last = 1] = [at[0], at.at(-1)];
	const linear = scaleLinear(first === last ? [first - 1, last + 1] : [first, last], range);
	const room = roomBetween(linear, at);
	if (connected && first > 0 && first < last) {
		const x = scaleLog([first, last], range);
		const logRoom = roomBetween(x, at);
		if (logRoom > 1.5 * room) return { x, log: true, room: logRoom };
	}
	return { x: linear, log: false, room };
}

/** Holds every bound and the line to compare with, with a little air. */
export function valueScale(lines: readonly TrendLine[], reference: number | null, box: Frame): Y {
	const bounds = lines.flatMap((line) =>
		line.points.flatMap((point) => [point.value, point.low ?? point.value, point.high ?? point.value]),
	);
	const ends = reference === null ? bounds : [...bounds, reference];
	const [low, high] = [Math.min(...ends), Math.max(...ends)];
	const pad = Math.max((high - low) * 0.06, 0.002);
	return scaleLinear([low - pad, high + pad], [box.bottom, box.top]);
}

/** Lines at the same step stand beside each other, so that no mark covers another. */
export function placeLines(lines: readonly TrendLine[], x: X, y: Y, room: number): PlacedLine[] {
	const beside = Math.min(BESIDE, room / (lines.length + 1));
	return lines.map((line, index) => {
		const shift = (index - (lines.length - 1) / 2) * beside;
		return { ...line, points: line.points.map((point) => ({ ...point, x: x(point.at) + shift, y: y(point.value) })) };
	});
}

/** From the last one back, those that do not touch. */
export function fittingSteps(ticks: readonly TrendTick[], x: X): TrendTick[] {
	const room = Math.max(0, ...ticks.map(({ label }) => label.length)) * CHARACTER + 14;
	const kept: TrendTick[] = [];
	for (const tick of ticks.toReversed()) {
		const next = kept[0];
		if (next === undefined || x(next.at) - x(tick.at) >= room) kept.unshift(tick);
	}
	return kept;
}

/** Names of training runs beside their last point, where there are several to tell apart. */
function runNames(lines: readonly PlacedLine[]): LabelRequest[] {
	if (new Set(lines.map((line) => line.run)).size < 2) return [];
	const named = new Set<string>();
	return lines
		.toSorted((a, b) => Number(b.tone === 'out') - Number(a.tone === 'out'))
		.flatMap((line) => {
			const drawn = line.points.filter((point) => !point.hollow);
			const last = drawn.at(-1);
			if (last === undefined || drawn.length < 2 || line.tone === 'own' || line.run === '' || named.has(line.run)) {
				return [];
			}
			named.add(line.run);
			return [{ text: line.run, x: last.x, y: last.y, radius: 6 }];
		});
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

/** Labels of marked checkpoints, at their held-out point (it is what a choice is about), then names of training runs. */
export function trendLabels(lines: readonly PlacedLine[], marked: readonly TrendMarked[], box: Frame): PlacedLabel[] {
	const requests = marked.flatMap(({ name, label }) => {
		const of = lines.flatMap((line) =>
			line.points.filter((point) => point.name === name).map((point) => ({ line, point })),
		);
		const shown = of.find(({ line }) => line.tone === 'out') ?? of[0];
		return shown === undefined ? [] : [{ text: label, x: shown.point.x, y: shown.point.y, radius: 8 }];
	});
	return placeLabels(
		[...requests, ...runNames(lines)],
		lines.flatMap(({ points }) => [
			...points.map(({ x, y }) => ({ x, y, radius: 5 })),
			...along(points.filter(({ hollow }) => !hollow)),
		]),
		{ left: box.left + 2, right: box.right, top: box.top, bottom: box.bottom - 2 },
	);
}
