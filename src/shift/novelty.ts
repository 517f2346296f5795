/**
 * How unlike the train prompts is a prompt? Word 1–2-grams, hashed, TF-IDF with train's idf, cosine distance to the k-th nearest
 * train cluster: copies of one train prompt count once, and a prompt's own cluster never, so that near-copies inside train do not make
 * everything look known. Ranks suggestions; the annotator decides.
 */
import { quantileSorted, seededRandom } from '../calibration/random.ts';
import { hashPair, hashText, words } from '../domain/tokens.ts';

/** Neighbours asked for; fewer where train has fewer clusters. */
const NEIGHBOURS = 10;
/** Train prompts compared with; more are sampled, a cluster at a time. Time grows with their number times that of the queries. */
export const MAX_TRAIN = 20_000;
/** Train prompts that the threshold is estimated from, each left out in turn with its cluster. */
const MAX_LEFT_OUT = 5_000;
/** Nearest train prompts named as the reason. */
const REASONS = 3;
/** Words read of one prompt. */
const MAX_WORDS = 4_000;
/** n-grams in more than this share of train prompts say little about where a prompt lies, and fill the index. */
const COMMON = 0.1;
export const BUCKETS = 2 ** 20;
const SEED = 0x3c6ef372;

export interface NoveltyItem {
	readonly text: string;
	readonly cluster: string;
}

export interface Nearest {
	/** Place in `train` as given. */
	readonly train: number;
	/** Cosine, in [0, 1]. */
	readonly similarity: number;
}

export interface Novelty {
	/** Distance that 95 % of train prompts stay below, each left out in turn with its cluster; null below two train clusters. */
	readonly threshold: number | null;
	readonly k: number;
	/** One a query: distance to the k-th nearest train cluster, in [0, 1]. */
	readonly scores: Float64Array;
	/** One a query: up to three train prompts, nearest first, at most one a cluster. */
	readonly nearest: readonly (readonly Nearest[])[];
	/** The train prompts behind the threshold (a sample above 5,000) and their own distances. */
	readonly leftOut: { readonly train: Int32Array; readonly scores: Float64Array };
	/** Train prompts compared with: all, or a seeded sample of whole clusters. */
	readonly compared: number;
	/** Their places in `train`, and the inverse frequencies of their n-grams by bucket. */
	readonly sample: Int32Array;
	readonly idf: Float32Array;
	readonly reason?: string;
}

export interface Grams {
	/** Ascending. */
	readonly bucket: Int32Array;
	readonly count: Float32Array;
}

/** Hashed n-grams of a text with ln-damped counts, by bucket. */
export class GramReader {
	private readonly counts = new Uint16Array(BUCKETS);

	read(text: string): Grams {
		const tokens = words(text);
		const found: number[] = [];
		let previous = -1;
		const see = (hash: number): void => {
			const bucket = hash & (BUCKETS - 1);
			if (this.counts[bucket] === 0) found.push(bucket);
			this.counts[bucket] = this.counts[bucket]! + 1;
		};
		for (let i = 0; i < tokens.length && i < MAX_WORDS; i++) {
			const hash = hashText(tokens[i]!, SEED);
			see(hash);
			if (previous >= 0) see(hashPair(previous, hash));
			previous = hash;
		}
		const bucket = Int32Array.from(found).sort();
		const count = Float32Array.from(bucket, (b) => 1 + Math.log(this.counts[b]!));
		for (const b of found) this.counts[b] = 0;
		return { bucket, count };
	}
}

/** Whole clusters in seeded order until `most` items, or `mostClusters`, are in (at most a fiftieth of the room each); places ascending. */
export function sampleClusters(
	clusters: readonly string[],
	most: number,
	seed: number,
	mostClusters = Infinity,
): Int32Array {
	if (clusters.length <= Math.min(most, mostClusters)) return Int32Array.from(clusters, (_, i) => i);
	const members = new Map<string, number[]>();
	clusters.forEach((cluster, i) => {
		const of = members.get(cluster);
		if (of === undefined) members.set(cluster, [i]);
		else of.push(i);
	});
	// By name first: the order in which prompts came in must not matter.
	const decks = [...members].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, of]) => of);
	const random = seededRandom(seed);
	const taken: number[] = [];
	const last = Math.max(0, decks.length - mostClusters);
	// A cluster may be larger than all the room.
	const each = Math.ceil(most / Math.min(50, decks.length));
	for (let k = decks.length - 1; k >= last && taken.length < most; k--) {
		const other = random.index(k + 1);
		const deck = decks[other]!;
		decks[other] = decks[k]!;
		taken.push(...deck.slice(0, Math.min(each, most - taken.length)));
	}
	return Int32Array.from(taken).sort();
}

/**
 * ln((1 + n) / (1 + among)) by bucket, 0 for n-grams of more than a tenth of train. One that train lacks is as rare as can be: it makes
 * the vector longer and everything in train farther.
 */
export function inverseFrequencies(vectors: readonly Grams[]): Float32Array {
	const n = vectors.length;
	const among = new Int32Array(BUCKETS);
	for (const { bucket } of vectors) for (const b of bucket) among[b] = among[b]! + 1;
	const most = Math.max(500, COMMON * n);
	return Float32Array.from(among, (count) => (count > most ? 0 : Math.log((1 + n) / (1 + count))));
}

/** An inverted index of unit-length TF-IDF vectors. */
class Index {
	readonly idf: Float32Array;
	private readonly start = new Int32Array(BUCKETS + 1);
	private readonly item: Int32Array;
	private readonly weight: Float32Array;
	private readonly cluster: Int32Array;
	private readonly similarity: Float32Array;
	private readonly best: Float32Array;
	private readonly bestItem: Int32Array;
	private readonly touched: Int32Array;
	private readonly groups: Int32Array;

	constructor(vectors: readonly Grams[], cluster: Int32Array, clusters: number) {
		const n = vectors.length;
		const among = new Int32Array(BUCKETS);
		for (const { bucket } of vectors) for (const b of bucket) among[b] = among[b]! + 1;
		this.idf = inverseFrequencies(vectors);
		for (let b = 0; b < BUCKETS; b++) this.start[b + 1] = this.start[b]! + (this.idf[b] === 0 ? 0 : among[b]!);
		this.item = new Int32Array(this.start[BUCKETS]!);
		this.weight = new Float32Array(this.start[BUCKETS]!);
		const next = this.start.slice();
		vectors.forEach(({ bucket, count }, i) => {
			const length = this.lengthOf(bucket, count);
			for (let e = 0; e < bucket.length; e++) {
				const b = bucket[e]!;
				if (this.idf[b] === 0) continue;
				const at = next[b]!;
				next[b] = at + 1;
				this.item[at] = i;
				this.weight[at] = (count[e]! * this.idf[b]!) / length;
			}
		});
		this.cluster = cluster;
		this.similarity = new Float32Array(n);
		this.best = new Float32Array(clusters);
		this.bestItem = new Int32Array(clusters);
		this.touched = new Int32Array(n);
		this.groups = new Int32Array(clusters);
	}

	private lengthOf(bucket: Int32Array, count: Float32Array): number {
		let sum = 0;
		for (let e = 0; e < bucket.length; e++) sum += (count[e]! * this.idf[bucket[e]!]!) ** 2;
		return Math.sqrt(sum) || 1;
	}

	/** The `k` nearest clusters other than `own`, nearest first, each by its nearest member; fewer where the rest shares nothing. */
	nearest({ bucket, count }: Grams, own: number, k: number): Nearest[] {
		const { similarity, best, bestItem, cluster } = this;
		const length = this.lengthOf(bucket, count);
		const { touched, groups, item, weight: weights } = this;
		let reached = 0;
		for (let e = 0; e < bucket.length; e++) {
			const b = bucket[e]!;
			const weight = (count[e]! * this.idf[b]!) / length;
			for (let at = this.start[b]!, end = this.start[b + 1]!; at < end; at++) {
				const i = item[at]!;
				const before = similarity[i]!;
				if (before === 0) touched[reached++] = i;
				similarity[i] = before + weight * weights[at]!;
			}
		}
		let others = 0;
		for (let t = 0; t < reached; t++) {
			const i = touched[t]!;
			const g = cluster[i]!;
			const value = similarity[i]!;
			similarity[i] = 0;
			if (g === own) continue;
			if (best[g] === 0) groups[others++] = g;
			if (value > best[g]! || (value === best[g] && i < bestItem[g]!)) {
				best[g] = value;
				bestItem[g] = i;
			}
		}
		const top: number[] = [];
		for (let o = 0; o < others; o++) {
			const g = groups[o]!;
			if (top.length === k && best[g]! <= best[top[k - 1]!]!) continue;
			let at = top.length < k ? top.length : k - 1;
			for (; at > 0 && best[top[at - 1]!]! < best[g]!; at--) top[at] = top[at - 1]!;
			top[at] = g;
		}
		const found = top.map((g) => ({ train: bestItem[g]!, similarity: Math.min(1, best[g]!) }));
		for (let o = 0; o < others; o++) best[groups[o]!] = 0;
		return found;
	}
}

/**
 * Novelty of every query against train.
 * @param input.train prompts of the train split; `queries` may be among them, their own clusters do not count
 * @param input.onQuery called now and then with the number of comparisons done, out of queries + left-out train prompts
 */
export function novelty(input: {
	readonly train: readonly NoveltyItem[];
	readonly queries: Iterable<NoveltyItem>;
	readonly seed?: number;
	readonly onQuery?: (done: number) => void;
}): Novelty {
	const { train, queries, seed = 0, onQuery } = input;
	const names = train.map((item) => item.cluster);
	const sample = sampleClusters(names, MAX_TRAIN, seed);
	const numbers = new Map<string, number>();
	const cluster = Int32Array.from(sample, (i) => {
		const name = names[i]!;
		if (!numbers.has(name)) numbers.set(name, numbers.size);
		return numbers.get(name)!;
	});
	const reader = new GramReader();
	const vectors = Array.from(sample, (i) => reader.read(train[i]!.text));
	const index = new Index(vectors, cluster, numbers.size);
	const k = Math.min(NEIGHBOURS, numbers.size - 1);
	let done = 0;
	const tick = (): void => {
		if (++done % 500 === 0) onQuery?.(done);
	};
	const distance = (found: readonly Nearest[]): number => (found.length < k ? 1 : 1 - found[k - 1]!.similarity);
	if (k < 1) {
		return {
			threshold: null,
			k: 0,
			scores: new Float64Array(0),
			nearest: [],
			leftOut: { train: new Int32Array(0), scores: new Float64Array(0) },
			compared: sample.length,
			sample,
			idf: index.idf,
			reason: 'novelty needs train prompts of at least 2 clusters',
		};
	}
	const leftOut = sampleClusters(
		Array.from(sample, (i) => names[i]!),
		MAX_LEFT_OUT,
		seed + 1,
	);
	const own = Float64Array.from(leftOut, (s) => {
		tick();
		return distance(index.nearest(vectors[s]!, cluster[s]!, k));
	});
	const scores: number[] = [];
	const nearest: (readonly Nearest[])[] = [];
	for (const { text, cluster: name } of queries) {
		const found = index.nearest(reader.read(text), numbers.get(name) ?? -1, Math.max(k, REASONS));
		scores.push(distance(found));
		nearest.push(found.slice(0, REASONS).map((near) => ({ train: sample[near.train]!, similarity: near.similarity })));
		tick();
	}
	return {
		threshold: quantileSorted(own.slice().sort(), 0.95),
		k,
		scores: Float64Array.from(scores),
		nearest,
		leftOut: { train: Int32Array.from(leftOut, (s) => sample[s]!), scores: own },
		compared: sample.length,
		sample,
		idf: index.idf,
	};
}
