/**
 * Groups prompts that lie far from train by what they share with each other, and says in which words each group differs from train:
 * a person tags a topic, not a prompt. Deterministic: the same prompts give the same groups whatever order they come in.
 */
import { words } from '../domain/tokens.ts';
import { GramReader, type Grams } from './novelty.ts';

/** Most prompts that are grouped: time grows with the square. */
export const MOST_GROUPED = 400;
/** Two groups become one while the mean cosine between their members is at least this. */
const JOIN = 0.12;
const WORDS = 6;
/** Prompts of a group that must have a word for it to be typical, where the group has so many. */
const SHARED_BY = 2;
/** A word of more than this share of train prompts is no topic’s; below one standard error it may be chance. */
const COMMON = 0.1;
const LEAST_Z = 1;
/** Words read of one prompt. */
const MAX_WORDS = 4_000;

export interface NovelItem {
	readonly id: string;
	readonly text: string;
}

export interface TypicalWord {
	readonly word: string;
	/** z of the log-odds ratio against train. */
	readonly z: number;
	/** Prompts of the group that have it. */
	readonly prompts: number;
}

export interface NovelGroup {
	/** Places in the list as given: the medoid first, the others by how close they are to the group. */
	readonly members: readonly number[];
	readonly words: readonly TypicalWord[];
}

/** Cosines of all pairs on n-grams that at least two of the items have: what only one has cannot join it to another. */
function cosines(vectors: readonly Grams[], idf: Float32Array): Float32Array {
	const n = vectors.length;
	const holders = new Map<number, number[]>();
	vectors.forEach(({ bucket }, i) => {
		for (const b of bucket) {
			if (idf[b] === 0) continue;
			const of = holders.get(b);
			if (of === undefined) holders.set(b, [i]);
			else of.push(i);
		}
	});
	const weight = vectors.map(({ bucket, count }) => new Map(Array.from(bucket, (b, e) => [b, count[e]! * idf[b]!])));
	const length = new Float64Array(n);
	const dots = new Float32Array(n * n);
	for (const [b, of] of holders) {
		if (of.length < 2) continue;
		for (const [x, i] of of.entries()) {
			const own = weight[i]!.get(b)!;
			length[i] = length[i]! + own * own;
			for (const j of of.slice(x + 1)) {
				const dot = dots[i * n + j]! + own * weight[j]!.get(b)!;
				dots[i * n + j] = dot;
				dots[j * n + i] = dot;
			}
		}
	}
	for (let i = 0; i < n; i++) {
		for (let j = 0; j < n; j++) {
			const both = Math.sqrt(length[i]! * length[j]!);
			dots[i * n + j] = both === 0 ? 0 : dots[i * n + j]! / both;
		}
	}
	return dots;
}

/**
 * Agglomerative clustering by average linkage (UPGMA, Sokal & Michener 1958): the two groups whose members are most alike on average
 * are joined, until none reach `JOIN`. Of equal ones the first by place is taken.
 */
function averageLinkage(similarity: Float32Array, n: number): number[][] {
	const groups: (number[] | null)[] = Array.from({ length: n }, (_, i) => [i]);
	const sums = Float64Array.from(similarity);
	const mean = (i: number, j: number): number => sums[i * n + j]! / (groups[i]!.length * groups[j]!.length);
	const nearestOf = (i: number): number => {
		let best = -1;
		for (let j = 0; j < n; j++) {
			if (j === i || groups[j] === null) continue;
			if (best < 0 || mean(i, j) > mean(i, best)) best = j;
		}
		return best;
	};
	const nearest = Array.from({ length: n }, (_, i) => nearestOf(i));
	for (;;) {
		let best = -1;
		for (let i = 0; i < n; i++) {
			if (groups[i] === null || nearest[i]! < 0) continue;
			if (best < 0 || mean(i, nearest[i]!) > mean(best, nearest[best]!)) best = i;
		}
		if (best < 0 || mean(best, nearest[best]!) < JOIN) break;
		const [i, j] = [Math.min(best, nearest[best]!), Math.max(best, nearest[best]!)];
		groups[i] = [...groups[i]!, ...groups[j]!];
		groups[j] = null;
		for (let k = 0; k < n; k++) {
			if (groups[k] === null || k === i) continue;
			const sum = sums[i * n + k]! + sums[j * n + k]!;
			sums[i * n + k] = sum;
			sums[k * n + i] = sum;
		}
		nearest[i] = nearestOf(i);
		for (let k = 0; k < n; k++) {
			if (groups[k] === null || k === i) continue;
			const was = nearest[k]!;
			if (was === i || was === j) nearest[k] = nearestOf(k);
			else if (mean(k, i) > mean(k, was)) nearest[k] = i;
		}
	}
	return groups.filter((group) => group !== null);
}

/** How many prompts have a word: once each, so that one long prompt does not speak for a group. */
export class WordCounts {
	readonly counts = new Map<string, number>();
	prompts = 0;
	/** All of them together. */
	total = 0;

	add(text: string): void {
		this.prompts++;
		for (const word of new Set(words(text).slice(0, MAX_WORDS))) {
			this.counts.set(word, (this.counts.get(word) ?? 0) + 1);
			this.total++;
		}
	}
}

/**
 * Words that tell a group from train: log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008, "Fightin'
 * Words", Political Analysis 16, eqs. 16, 20, 22), the prior being the counts of both together, scaled to a tenth of them; z = δ/σ.
 */
export function typicalWords(group: WordCounts, train: WordCounts, size: number): TypicalWord[] {
	const scale = 0.1;
	const prior0 = scale * (group.total + train.total);
	const found: TypicalWord[] = [];
	for (const [word, y] of group.counts) {
		if (y < Math.min(SHARED_BY, size)) continue;
		const t = train.counts.get(word) ?? 0;
		if (t > COMMON * train.prompts) continue;
		const prior = scale * (y + t);
		const odds = (count: number, total: number) => Math.log((count + prior) / (total + prior0 - count - prior));
		const delta = odds(y, group.total) - odds(t, train.total);
		const z = delta / Math.sqrt(1 / (y + prior) + 1 / (t + prior));
		if (z >= LEAST_Z) found.push({ word, z, prompts: y });
	}
	return found.sort((a, b) => b.z - a.z || (a.word < b.word ? -1 : 1)).slice(0, WORDS);
}

/**
 * @param items prompts beyond the threshold; of more than `MOST_GROUPED` the first are taken
 * @param idf by bucket, of train
 * @returns groups by size, the larger first, then by their first member's place; prompts that nothing is like are groups of one
 */
export function novelGroups(items: readonly NovelItem[], idf: Float32Array, train: WordCounts): NovelGroup[] {
	// By id first: the order in which prompts come must not matter to ties.
	const order = items
		.map((_, i) => i)
		.slice(0, MOST_GROUPED)
		.sort((i, j) => (items[i]!.id < items[j]!.id ? -1 : 1));
	const n = order.length;
	const reader = new GramReader();
	const similarity = cosines(
		order.map((i) => reader.read(items[i]!.text)),
		idf,
	);
	return averageLinkage(similarity, n)
		.map((group): NovelGroup => {
			const close = (i: number): number => group.reduce((sum, j) => sum + (i === j ? 0 : similarity[i * n + j]!), 0);
			const closeness = new Map(group.map((i) => [i, close(i)]));
			const sorted = group.toSorted((i, j) => closeness.get(j)! - closeness.get(i)! || i - j);
			const counts = new WordCounts();
			for (const i of group) counts.add(items[order[i]!]!.text);
			return { members: sorted.map((i) => order[i]!), words: typicalWords(counts, train, group.length) };
		})
		.sort((x, y) => y.members.length - x.members.length || Math.min(...x.members) - Math.min(...y.members));
}
