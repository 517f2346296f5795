/** Places a few labels beside their points so that none covers another label or a marked point. */

export interface LabelRequest {
	readonly text: string;
	readonly x: number;
	readonly y: number;
	/** Radius of the mark to keep clear of, px. */
	readonly radius: number;
}

export interface PlacedLabel {
	readonly text: string;
	readonly x: number;
	readonly y: number;
	readonly anchor: 'start' | 'middle' | 'end';
	/** From the point to the label, where the label could not stand beside it. */
	readonly leader: { readonly x: number; readonly y: number } | null;
}

interface Rect {
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly bottom: number;
}

/** Width of 11 px text, on the wide side: an overlap is worse than a gap. */
const CHARACTER = 6.4;
const HEIGHT = 13;

function overlap(a: Rect, b: Rect): number {
	const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
	const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
	return width > 0 && height > 0 ? width * height : 0;
}

function outside(rect: Rect, box: Rect): number {
	return (
		Math.max(0, box.left - rect.left) +
		Math.max(0, rect.right - box.right) +
		Math.max(0, box.top - rect.top) +
		Math.max(0, rect.bottom - box.bottom)
	);
}

/**
 * Greedy, in the order given (the most important first): of 8 directions at 3 distances, the one that costs least, where
 * leaving the box costs most, then covering a label, then covering a mark, then distance.
 * @param marks points that labels should not cover
 */
export function placeLabels(
	requests: readonly LabelRequest[],
	marks: readonly { readonly x: number; readonly y: number; readonly radius: number }[],
	box: Rect,
): PlacedLabel[] {
	const taken: Rect[] = [];
	return requests.map((request) => {
		const width = request.text.length * CHARACTER;
		let best: { cost: number; label: PlacedLabel; rect: Rect } | null = null;
		for (const distance of [5, 20, 38]) {
			for (const [dx, dy] of [
				[1, -0.6],
				[1, 0.6],
				[-1, -0.6],
				[-1, 0.6],
				[0, -1],
				[0, 1],
				[1, 0],
				[-1, 0],
			] as const) {
				const reach = request.radius + distance;
				const x = request.x + dx * reach;
				const middle = request.y + dy * (reach + HEIGHT / 3);
				const left = dx > 0 ? x : dx < 0 ? x - width : x - width / 2;
				const rect = { left, right: left + width, top: middle - HEIGHT / 2, bottom: middle + HEIGHT / 2 };
				const covered = taken.reduce((sum, other) => sum + overlap(rect, other), 0);
				const marked = marks.reduce(
					(sum, { x: mx, y: my, radius }) =>
						sum + overlap(rect, { left: mx - radius, right: mx + radius, top: my - radius, bottom: my + radius }),
					0,
				);
				const cost = outside(rect, box) * 1000 + covered * 100 + marked * 10 + distance;
				if (best !== null && cost >= best.cost) continue;
				best = {
					cost,
					rect,
					label: {
						text: request.text,
						x,
						y: middle + 4,
						anchor: dx > 0 ? 'start' : dx < 0 ? 'end' : 'middle',
						leader: distance > 5 ? { x: request.x, y: request.y } : null,
					},
				};
			}
		}
		if (best === null) throw new Error('no candidate position');
		taken.push(best.rect);
		return best.label;
	});
}
