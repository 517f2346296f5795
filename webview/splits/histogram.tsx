// biome-ignore-all lint/a11y/noSvgWithoutTitle: a drawing is named by its caption, which everybody can see
import { useId } from 'preact/hooks';
import { count, LENGTH_LABELS, medianText, percent } from './words.ts';

const WIDTH = 84;
const HEIGHT = 30;
const GAP = 1.5;

interface Props {
	readonly prompts: readonly number[];
	readonly responses: readonly number[];
	/** Largest share over all places: the same scale on every card. */
	readonly top: number;
	readonly table: boolean;
}

/** Lengths in characters, as shares of the place: bars with a sentence each, and one table on request. */
export function Lengths({ prompts, responses, top, table }: Props) {
	return (
		<>
			<div class="histograms">
				<Histogram what="Prompts" bins={prompts} top={top} />
				<Histogram what="Responses" bins={responses} top={top} />
			</div>
			{table && (
				<details>
					<summary>Lengths as a table</summary>
					<table>
						<thead>
							<tr>
								<th scope="col">characters</th>
								<th scope="col" class="num">
									prompts
								</th>
								<th scope="col" class="num">
									responses
								</th>
							</tr>
						</thead>
						<tbody>
							{LENGTH_LABELS.map((label, index) => (
								<tr key={label}>
									<th scope="row">{label}</th>
									<Cell bins={prompts} index={index} />
									<Cell bins={responses} index={index} />
								</tr>
							))}
						</tbody>
					</table>
				</details>
			)}
		</>
	);
}

function sum(bins: readonly number[]): number {
	return bins.reduce((total, n) => total + n, 0);
}

function Cell({ bins, index }: { bins: readonly number[]; index: number }) {
	const n = bins[index] ?? 0;
	return (
		<td class="num" title={percent(n, sum(bins))}>
			{count(n)}
		</td>
	);
}

function Histogram({ what, bins, top }: { what: string; bins: readonly number[]; top: number }) {
	const id = useId();
	const total = sum(bins);
	const slot = WIDTH / Math.max(1, bins.length);
	return (
		<figure class="histogram">
			<svg viewBox={`0 0 ${WIDTH} ${HEIGHT + 1}`} role="img" aria-labelledby={id}>
				{bins.map((n, index) => {
					const height = n === 0 ? 0 : Math.max(1, (HEIGHT * n) / total / top);
					const place = { x: index * slot + GAP / 2, width: slot - GAP, height, y: HEIGHT - height };
					return <rect key={LENGTH_LABELS[index]} class="bar" {...place} />;
				})}
				<path class="axis" d={`M0 ${HEIGHT + 0.5}h${WIDTH}`} />
			</svg>
			<figcaption id={id}>
				{what} <span class="median">{medianText(bins)}</span>
			</figcaption>
		</figure>
	);
}
