import { seededRandom } from '../../src/calibration/random.ts';
import type { Dataset, LeftOut, ScoredPair } from '../../src/domain/dataset.ts';
import { sha256 } from '../../src/domain/identity.ts';
import type { EvaluationSplit } from '../../src/domain/split.ts';

const WORDS = 'river stone lamp window garden music paper silver orange north quiet bridge table cloud'.split(' ');

export const NOTHING_LEFT_OUT: LeftOut = {
	open: 0,
	unresolved: 0,
	both_bad: 0,
	waiting: 0,
	waiting_behind: null,
	spanning: 0,
};

export interface MadeSplit {
	readonly pairs: number;
	/** Pairs per cluster; 1 if left out. */
	readonly perCluster?: number;
	/** Word that the preferred response tends to hold, and one that the other holds. */
	readonly likes?: string;
	readonly dislikes?: string;
	/** Share of pairs on which the two words stand the other way round. */
	readonly noise?: number;
	/** Vote shares, dealt in turn; [1] if left out. */
	readonly y?: readonly number[];
}

/** Pairs whose preferred side holds one word and whose other side holds another. Made up, English, harmless. */
export function makePairs(split: EvaluationSplit, made: MadeSplit, seed = 1): ScoredPair[] {
	const random = seededRandom(seed * 97 + split.length);
	const sentence = (extra: string): string => {
		const words = Array.from({ length: 4 + random.index(6) }, () => WORDS[random.index(WORDS.length)]!);
		words.splice(random.index(words.length), 0, extra);
		return `${words.join(' ')}.`;
	};
	const shares = made.y ?? [1];
	return Array.from({ length: made.pairs }, (_, i) => {
		const cluster = `${split} ${Math.floor(i / (made.perCluster ?? 1))}`;
		const flip = random.unit() < (made.noise ?? 0.2);
		const [good, bad] = [made.likes ?? 'kind', made.dislikes ?? 'rude'];
		const y = shares[i % shares.length]!;
		return {
			comparison: sha256(`${seed} ${split} ${i}`),
			prompt: sha256(`prompt ${cluster}`),
			cluster,
			split,
			facets: [],
			turns: { messages: [{ role: 'user', content: `Say something about ${WORDS[i % WORDS.length]}.` }] },
			chosen: [{ role: 'assistant', content: sentence(flip ? bad : good) }],
			rejected: [{ role: 'assistant', content: sentence(flip ? good : bad) }],
			chosenSide: i % 2 === 0 ? 'a' : 'b',
			y,
			decided: y > 0.5,
			weight: 1,
			source: { path: 'made.jsonl', line: i + 1 },
		};
	});
}

export function makeDataset(splits: Partial<Record<EvaluationSplit, MadeSplit>>, seed = 1): Dataset {
	const pairs = Object.entries(splits)
		.flatMap(([split, made]) => makePairs(split as EvaluationSplit, made, seed))
		.sort((x, y) => (x.split < y.split ? -1 : x.split > y.split ? 1 : x.comparison < y.comparison ? -1 : 1));
	return {
		pairs,
		leftOut: {
			train: NOTHING_LEFT_OUT,
			eval: NOTHING_LEFT_OUT,
			heldout_reference: NOTHING_LEFT_OUT,
			heldout_sealed: NOTHING_LEFT_OUT,
			retention: NOTHING_LEFT_OUT,
		},
		leakage: [],
		sha256: sha256(JSON.stringify(pairs.map(({ comparison, split, y }) => [comparison, split, y]))),
		manifest: null,
	};
}

/** Held-out people like the opposite of what train people like: nothing carries over. */
export const SHIFTED: Partial<Record<EvaluationSplit, MadeSplit>> = {
	train: { pairs: 60, perCluster: 2, noise: 0.15 },
	eval: { pairs: 20, noise: 0.15 },
	heldout_reference: { pairs: 24, likes: 'rude', dislikes: 'kind', noise: 0.15 },
	heldout_sealed: { pairs: 20, likes: 'rude', dislikes: 'kind', noise: 0.15 },
};

/** How an imported row says where its prompt stands. */
export const PLACES = {
	train: { split: 'train' },
	eval: { split: 'eval' },
	heldout_reference: { split: 'heldout', half: 'R' },
	heldout_sealed: { split: 'heldout', half: 'E' },
	retention: { split: 'retention' },
} as const;
