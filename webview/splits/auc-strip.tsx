const WIDTH = 120;
const HEIGHT = 16;
/** From no difference to a perfect one; below ½ it is drawn at the edge. */
const at = (auc: number): number => 4 + (WIDTH - 8) * Math.min(1, Math.max(0, (auc - 0.5) / 0.5));

/** An AUC with its interval on the scale from 0.5 to 1, and the line at 0.6. The numbers stand beside it. */
export function AucStrip({ auc, low, high }: { auc: number; low: number | null; high: number | null }) {
	const middle = HEIGHT / 2;
	return (
		<svg
			class="auc"
			viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
			width={WIDTH}
			height={HEIGHT}
			aria-hidden="true"
			focusable="false"
		>
			<path class="axis" d={`M${at(0.5)} ${middle}H${at(1)}`} />
			<path class="limit" d={`M${at(0.6)} 1V${HEIGHT - 1}`} />
			{low !== null && high !== null && <path class="range" d={`M${at(low)} ${middle}H${at(high)}`} />}
			<circle class="point" cx={at(auc)} cy={middle} r="3.5" />
		</svg>
	);
}
