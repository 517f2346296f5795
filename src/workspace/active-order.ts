import { FEWEST_FOR_ACTIVE } from '../domain/active-words.ts';
import type { Dataset, LeftOut, ScoredPair } from '../domain/dataset.ts';
import type { EvaluationSplit } from '../domain/split.ts';
import { promptText } from '../domain/text.ts';
import { activeScores } from '../scoring/active-order.ts';
import { fitProbe } from '../scoring/probe.ts';
import { novelty } from '../shift/novelty.ts';
import { type TrainPair, trainPairs } from '../store/active-query.ts';
import type { Context } from './context.ts';

const NOTHING: LeftOut = { open: 0, unresolved: 0, both_bad: 0, waiting: 0, waiting_behind: null, spanning: 0 };
const SPLITS: readonly EvaluationSplit[] = ['train', 'eval', 'heldout_reference', 'heldout_sealed', 'retention'];

function asPair(pair: TrainPair, split: EvaluationSplit): ScoredPair {
	const y = pair.y ?? 0.5;
	const [chosen, rejected] = y >= 0.5 ? ([pair.a, pair.b] as const) : ([pair.b, pair.a] as const);
	return {
		comparison: pair.id,
		prompt: pair.prompt,
		cluster: pair.cluster,
		split,
		facets: [],
		turns: pair.turns,
		chosen,
		rejected,
		chosenSide: y >= 0.5 ? 'a' : 'b',
		y: Math.max(y, 1 - y),
		decided: y !== 0.5,
		weight: pair.weight,
		source: null,
	};
}

/**
 * Train pairs that nobody has judged, those first whose verdict the probe would learn most from (scoring/active-order.ts). The probe is
 * fitted to judged train pairs alone (s = 0, ridge out of fold), and every fold model scores every pair that waits: the fit takes these
 * for its evaluation part, which no weight depends on. Nothing of eval, of either held-out half or of "must not forget" is read.
 * @returns ids; none where too few pairs are judged
 */
export async function activeOrder(ctx: Context, seed: number, signal?: AbortSignal): Promise<string[]> {
	const all = trainPairs(ctx.db);
	const judged = all.filter(({ y }) => y !== null);
	const waiting = all.filter(({ y }) => y === null);
	const clusters = new Set(judged.map(({ cluster }) => cluster)).size;
	if (judged.length < FEWEST_FOR_ACTIVE || clusters < 2 || waiting.length === 0) return [];
	const dataset: Dataset = {
		pairs: [...waiting.map((pair) => asPair(pair, 'eval')), ...judged.map((pair) => asPair(pair, 'train'))],
		leftOut: Object.fromEntries(SPLITS.map((split) => [split, NOTHING])) as Record<EvaluationSplit, LeftOut>,
		leakage: [],
		sha256: '',
		manifest: null,
	};
	const family = await fitProbe(dataset, seed, signal === undefined ? {} : { signal });
	const prompts = [...new Map(waiting.map((pair) => [pair.prompt, pair])).values()];
	const item = ({ turns, cluster }: TrainPair) => ({ text: promptText(turns), cluster });
	const known = [...new Map(judged.map((pair) => [pair.prompt, pair])).values()];
	const { scores } = novelty({ train: known.map(item), queries: prompts.map(item), seed });
	const distance = new Map(prompts.map(({ prompt }, i) => [prompt, scores[i] ?? 1]));
	const worth = activeScores(
		family.margins('eval', 0),
		waiting.map(({ prompt }) => distance.get(prompt) as number),
	);
	return waiting
		.map(({ id }, i) => ({ id, worth: worth[i] as number }))
		.sort((x, y) => y.worth - x.worth || (x.id < y.id ? -1 : 1))
		.map(({ id }) => id);
}
