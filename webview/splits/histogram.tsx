import { useId } from 'preact/hooks';
import { LENGTH_LABELS, lengthSentence, percent } from './words.ts';

const WIDTH = 168;
const HEIGHT = 40;
const GAP = 2;

interface Props {
	/** "Prompts" or "Responses". */
	readonly what: string;
	readonly bins: readonly number[];
	/** Largest share over all places: the same scale on every card. */
	readonly top: number;
}

/** Lengths in characters, as shares of the place: bars, a sentence, and a table on request. */
export function Histogram({ what, bins, top }: Props) {
	const id = useId();
	const total = bins.reduce((sum, n) => sum + n, 0);
	if (total === 0) return null;
	const slot = WIDTH / bins.length;
	return (
		<figure class="histogram">
			<figcaption id={id}>{lengthSentence(what, bins)}</figcaption>
			<svg viewBox={`0 0 ${WIDTH} ${HEIGHT + 12}`} role="img" aria-labelledby={id}>
				{bins.map((n, index) => {
					const height = n === 0 ? 0 : Math.max(1, (HEIGHT * n) / total / top);
					const place = { x: index * slot + GAP / 2, width: slot - GAP, height, y: HEIGHT - height };
					return <rect key={LENGTH_LABELS[index]} class="bar" {...place} />;
				})}
				<path class="axis" d={`M0 ${HEIGHT + 0.5}h${WIDTH}`} />
				{['0', '100', '200', '400', '800', '1.6k', '3.2k'].map((label, index) => (
					<text key={label} class="tick" x={index * slot + 1} y={HEIGHT + 10}>
						{label}
					</text>
				))}
			</svg>
			<details>
				<summary>Table</summary>
				<table>
					<thead>
						<tr>
							<th scope="col">characters</th>
							<th scope="col" class="num">
								{what.toLowerCase()}
							</th>
							<th scope="col" class="num">
								share
							</th>
						</tr>
					</thead>
					<tbody>
						{bins.map((n, index) => (
							<tr key={LENGTH_LABELS[index]}>
								<th scope="row">{LENGTH_LABELS[index]}</th>
								<td class="num">{n}</td>
								<td class="num">{percent(n, total)}</td>
							</tr>
						))}
					</tbody>
				</table>
			</details>
		</figure>
	);
}
