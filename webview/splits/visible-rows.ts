/** Rows painted above and below what is seen, so that a wheel turn shows no gap. */
const OVERSCAN = 8;

export interface Viewport {
	readonly scrollTop: number;
	readonly height: number;
	readonly rowHeight: number;
}

/** The rows to paint, `to` exclusive. */
export function visibleRows({ scrollTop, height, rowHeight }: Viewport, total: number): { from: number; to: number } {
	const from = Math.max(0, Math.floor(scrollTop / rowHeight) - OVERSCAN);
	const to = Math.min(total, Math.ceil((scrollTop + height) / rowHeight) + OVERSCAN);
	return { from: Math.min(from, Math.max(0, total - 1)), to: Math.max(0, to) };
}

/** Where to scroll so that a row is whole in view; the same place where it is already. */
export function scrollToRow({ scrollTop, height, rowHeight }: Viewport, row: number): number {
	const top = row * rowHeight;
	if (top < scrollTop) return top;
	const bottom = top + rowHeight;
	return bottom > scrollTop + height ? bottom - height : scrollTop;
}

/** The row a key goes to, or null for another key. Page keys keep one row of what was seen. */
export function rowAfterKey(key: string, row: number, total: number, { height, rowHeight }: Viewport): number | null {
	const page = Math.max(1, Math.floor(height / rowHeight) - 1);
	const step: Readonly<Record<string, number>> = {
		ArrowDown: row + 1,
		ArrowUp: row - 1,
		PageDown: row + page,
		PageUp: row - page,
		Home: 0,
		End: total - 1,
	};
	const to = step[key];
	return to === undefined || total === 0 ? null : Math.min(total - 1, Math.max(0, to));
}
