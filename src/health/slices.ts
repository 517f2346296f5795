/**
 * Slices: where does over-confidence sit? Exploratory: one-sided clustered test of over-confidence in each group of pairs,
 * Benjamini–Hochberg at 10 % over all groups of the run. Groups are made from what is known without a label (facet, source, prompt
 * length, size of the length difference, turns): a group such as "the preferred response is longer" would choose its own mistakes.
 * Cluster unit: the cluster of prompts. Minimum n: 8 clusters. Train, eval and R, never E; mean margin over fold models.
 */
import { clusteredMean, intervalOf, MIN_CLUSTERS } from '../calibration/jackknife.ts';
import { accuracyWeights, confidenceForm, losses, majorityHits } from '../calibration/proper.ts';
import { recordsFromMargins } from '../calibration/records.ts';
import type { ScoredPair } from '../domain/dataset.ts';
import type { Slice } from '../domain/run-record.ts';
import { contentOf, sideText } from '../domain/text.ts';
import { upperTail } from './check.ts';
import { benjaminiHochberg } from './holm.ts';

/** Share of false flags among the flagged. */
const FDR = 0.1;
/** Shown at most; the adjustment is over all that were tested. */
const MAX_SHOWN = 30;

/** One split's pairs with the mean margin of each. */
export interface SliceInput {
	readonly split: Slice['split'];
	readonly pairs: readonly ScoredPair[];
	readonly margins: ArrayLike<number>;
}

/** Upper ends of the lower and the middle third. */
function terciles(values: readonly number[]): readonly [number, number] {
	const sorted = Float64Array.from(values).sort();
	return [sorted[Math.floor((sorted.length - 1) / 3)] ?? 0, sorted[Math.floor((2 * (sorted.length - 1)) / 3)] ?? 0];
}

function third(value: number, [low, high]: readonly [number, number], what: string): string {
	const range = value <= low ? `up to ${low}` : value <= high ? `${low + 1} to ${high}` : `over ${high}`;
	return `${what}: ${range} characters`;
}

type Group = Pick<Slice, 'kind' | 'name'>;

/** Which groups a pair is in; bounds of length are the same for all splits, so that a name means one thing. */
function grouping(inputs: readonly SliceInput[]): (pair: ScoredPair) => Group[] {
	const promptLength = ({ turns }: ScoredPair): number =>
		turns.messages.reduce((sum, message) => sum + contentOf(message).length, 0);
	const difference = ({ chosen, rejected }: ScoredPair): number =>
		Math.abs(sideText(chosen).length - sideText(rejected).length);
	const all = inputs.flatMap(({ pairs }) => pairs);
	const promptBounds = terciles(all.map(promptLength));
	const differenceBounds = terciles(all.map(difference));
	return (pair) => [
		...pair.facets.map((facet) => ({ kind: 'facet' as const, name: facet })),
		...(pair.source === null ? [] : [{ kind: 'source' as const, name: pair.source.path }]),
		{ kind: 'length', name: third(promptLength(pair), promptBounds, 'prompt') },
		{ kind: 'length', name: third(difference(pair), differenceBounds, 'length difference') },
		{
			kind: 'turns',
			name: pair.turns.messages.filter((message) => message.role === 'user').length > 1 ? 'several turns' : 'one turn',
		},
	];
}

type Measured = Omit<Slice, 'p_adjusted' | 'flagged'>;

/** What the metrics of any group of a split's pairs are means of, one entry a pair. */
interface Parts {
	readonly split: Slice['split'];
	readonly cluster: Int32Array;
	readonly clusters: number;
	readonly weight: Float64Array;
	readonly over: Float64Array;
	readonly loss: Float64Array;
	readonly hits: Float64Array;
	readonly decided: Float64Array;
}

function partsOf({ split, pairs, margins }: SliceInput): Parts {
	const records = recordsFromMargins(pairs, [Float64Array.from(margins)]);
	const { confidence, correct } = confidenceForm(records);
	return {
		...{ split, cluster: records.cluster, clusters: records.clusters, weight: records.weight },
		over: confidence.map((each, i) => each - correct[i]!),
		loss: losses(records),
		hits: majorityHits(records),
		decided: accuracyWeights(records),
	};
}

function measure(group: Group, parts: Parts, rows: Int32Array): Measured | null {
	// Clusters numbered anew, from 0 and without gaps.
	const number = new Int32Array(parts.clusters).fill(-1);
	let clusters = 0;
	const cluster = rows.map((i) => {
		const of = parts.cluster[i]!;
		if (number[of] === -1) number[of] = clusters++;
		return number[of]!;
	});
	if (clusters < MIN_CLUSTERS) return null;
	const take = (all: Float64Array): Float64Array => Float64Array.from(rows, (i) => all[i]!);
	const weight = take(parts.weight);
	const mean = (of: Float64Array, by = weight) => clusteredMean(take(of), by, cluster, clusters);
	const over = mean(parts.over)!;
	return {
		...group,
		split: parts.split,
		pairs: rows.length,
		clusters,
		accuracy: intervalOf(mean(parts.hits, take(parts.decided)), 'no pair has a strict majority'),
		nll: intervalOf(mean(parts.loss)),
		overconfidence: intervalOf(over),
		p: upperTail(over, over.clusters - 1),
	};
}

/** All slices of a run, flagged ones first, then by p. */
export function sliceRun(inputs: readonly SliceInput[]): Slice[] {
	const groupsOf = grouping(inputs);
	const measured: Measured[] = [];
	for (const input of inputs) {
		const parts = partsOf(input);
		const groups = new Map<string, { readonly group: Group; readonly rows: number[] }>();
		input.pairs.forEach((pair, i) => {
			for (const group of groupsOf(pair)) {
				const key = `${group.kind} ${group.name}`;
				const of = groups.get(key) ?? { group, rows: [] };
				groups.set(key, of);
				of.rows.push(i);
			}
		});
		for (const { group, rows } of groups.values()) {
			// A group that is the whole split says what the split's own row says.
			if (rows.length === input.pairs.length) continue;
			const slice = measure(group, parts, Int32Array.from(rows));
			if (slice !== null) measured.push(slice);
		}
	}
	const adjusted = benjaminiHochberg(measured.map((slice) => slice.p ?? 1));
	return measured
		.map((slice, i): Slice => ({ ...slice, p_adjusted: adjusted[i]!, flagged: adjusted[i]! < FDR }))
		.sort((x, y) => Number(y.flagged) - Number(x.flagged) || (x.p ?? 1) - (y.p ?? 1) || (x.name < y.name ? -1 : 1))
		.slice(0, MAX_SHOWN);
}
