import { quantileSorted } from '../../calibration/random.ts';
import type { Inspection, PlaceNovelty, Suggestion, SuggestionGroup } from '../../domain/inspection.ts';
import type { EvaluationSplit } from '../../domain/split.ts';
import { MOST_GROUPED, novelGroups, WordCounts } from '../../shift/novel-groups.ts';
import { novelty, sampleClusters } from '../../shift/novelty.ts';
import type { InspectedPrompt } from './reading.ts';

/** Prompts of a place that are compared with train; of more, a seeded sample of whole clusters. */
const MOST: Readonly<Record<EvaluationSplit, number>> = {
	train: 5_000,
	eval: 5_000,
	heldout_reference: 2_500,
	heldout_sealed: 2_500,
	retention: 1_000,
};
/** The same of prompts that wait, by id: of a text's hash, so no order that they came in. */
const MOST_WAITING = 5_000;
const PLACES: readonly EvaluationSplit[] = ['train', 'eval', 'heldout_reference', 'heldout_sealed', 'retention'];

/** Suggestions in one answer: more than a person looks through at once. */
const SUGGESTIONS = 50;
/** Prompts of train and eval may be tagged; those held out are, and those not to be forgotten were chosen for that. */
const MAY_BE_TAGGED: readonly EvaluationSplit[] = ['train', 'eval'];

interface NoveltyOptions {
	readonly onProgress?: (done: number, total: number) => void;
	/** Prompts suggested once that lie inside after all. */
	readonly dismissed?: ReadonlySet<string>;
	/** Prompts that need a second response. */
	readonly waiting?: readonly InspectedPrompt[];
}

/**
 * How far the prompts of every place lie from train, and which of train and eval lie farthest: at most one of a cluster, with the
 * nearest train prompts as the reason. Beside them those that wait for a second response.
 */
export function noveltyOf(prompts: readonly InspectedPrompt[], options: NoveltyOptions = {}): Inspection['novelty'] {
	const { onProgress = () => {}, dismissed = new Set(), waiting = [] } = options;
	const train = prompts.filter(({ split }) => split === 'train');
	const placed = PLACES.flatMap((place) => {
		const members = prompts.filter(({ split }) => split === place);
		const taken = sampleClusters(
			members.map(({ cluster }) => cluster),
			MOST[place],
			0,
		);
		return Array.from(taken, (i) => members[i] as InspectedPrompt);
	});
	const compared = waiting.slice(0, MOST_WAITING);
	const queries = [...placed, ...compared];
	const total = queries.length + Math.min(train.length, 5_000);
	const found = novelty({ train, queries, onQuery: (done) => onProgress(done, total) });
	const { threshold, k, scores, nearest, reason } = found;
	if (threshold === null) {
		return { threshold, k, places: [], suggestions: [], reason: `${sentence(reason ?? 'too few train prompts')}.` };
	}
	const places = PLACES.map((place) => placeNovelty(place, placed, scores, threshold)).filter((p) => p.prompts > 0);
	const members = new Map<string, number>();
	for (const { cluster } of [...prompts, ...waiting]) members.set(cluster, (members.get(cluster) ?? 0) + 1);
	const left = new Set<string>();
	/** Places in `queries` that lie beyond the threshold, the farthest first, one a cluster. */
	const farthestOf = (from: number, to: number): number[] => {
		const farthest = new Map<string, number>();
		for (let i = from; i < to; i++) {
			const { id, split, cluster } = queries[i] as InspectedPrompt;
			if (!MAY_BE_TAGGED.includes(split) || (scores[i] as number) <= threshold) continue;
			if (dismissed.has(id)) {
				left.add(cluster);
				continue;
			}
			const known = farthest.get(cluster);
			if (known === undefined || (scores[i] as number) > (scores[known] as number)) farthest.set(cluster, i);
		}
		// A cluster would move as a whole: one dismissed prompt speaks for it.
		for (const cluster of left) farthest.delete(cluster);
		return [...farthest.values()].sort(
			(i, j) => (scores[j] as number) - (scores[i] as number) || (queries[i]!.id < queries[j]!.id ? -1 : 1),
		);
	};
	const suggested = (i: number): Suggestion => {
		const { id, cluster, split, preview } = queries[i] as InspectedPrompt;
		return {
			prompt: id,
			cluster,
			members: members.get(cluster) ?? 1,
			split,
			novelty: scores[i] as number,
			preview,
			nearest: (nearest[i] ?? []).map(({ train: at, similarity }) => {
				const near = train[at] as InspectedPrompt;
				return { prompt: near.id, similarity, preview: near.preview };
			}),
		};
	};
	const ranked = farthestOf(0, placed.length).slice(0, MOST_GROUPED);
	const grouped = ranked.map(suggested);
	// A prompt of a train prompt's cluster is a near-copy of it, whatever its distance to all other clusters.
	const known = new Set(train.map(({ cluster }) => cluster));
	const logged = farthestOf(placed.length, queries.length).filter((i) => !known.has(queries[i]!.cluster));
	const counts = new WordCounts();
	if (ranked.length > 0) for (const i of found.sample) counts.add((train[i] as InspectedPrompt).text);
	const groups = novelGroups(
		ranked.map((i) => queries[i] as InspectedPrompt),
		found.idf,
		counts,
	).map(({ members: of, words }): SuggestionGroup => {
		const suggestions = of.map((i) => grouped[i] as Suggestion);
		return {
			id: (suggestions[0] as Suggestion).prompt,
			words: words.map(({ word, prompts: n }) => ({ word, prompts: n })),
			suggestions,
			prompts: suggestions.reduce((sum, each) => sum + each.members, 0),
		};
	});
	const suggestions = grouped.slice(0, SUGGESTIONS);
	const notes = [
		...(placed.length < prompts.length || found.compared < train.length
			? [
					`Computed on a sample: ${whole.format(placed.length)} of ${whole.format(prompts.length)} prompts, against ${whole.format(found.compared)} train prompts.`,
				]
			: []),
		...(threshold >= 1
			? ['Train prompts share so little with each other that nothing can be told to lie beyond them: more are needed.']
			: []),
	];
	const dismissals = left.size === 0 ? {} : { dismissed: left.size };
	return {
		threshold,
		k,
		places,
		suggestions,
		groups,
		...(waiting.length === 0
			? {}
			: {
					waiting: {
						prompts: waiting.length,
						...(compared.length < waiting.length ? { compared: compared.length } : {}),
						beyond: logged.length,
						suggestions: logged.slice(0, SUGGESTIONS).map(suggested),
					},
				}),
		...dismissals,
		...(notes.length === 0 ? {} : { reason: notes.join(' ') }),
	};
}

const whole = new Intl.NumberFormat('en-US');

function sentence(text: string): string {
	return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function placeNovelty(
	split: EvaluationSplit,
	queries: readonly InspectedPrompt[],
	scores: Float64Array,
	threshold: number,
): PlaceNovelty {
	const own = scores.filter((_, i) => queries[i]?.split === split).sort();
	return {
		split,
		prompts: own.length,
		beyond: own.filter((score) => score > threshold).length,
		median: own.length === 0 ? null : quantileSorted(own, 0.5),
		p95: own.length === 0 ? null : quantileSorted(own, 0.95),
	};
}
