/** The join of shingle sets behind near-duplicates.ts: prefixes, positions, sizes. */

/**
 * What keeps time linear where thousands of texts share a template. Among the texts before it, each reads at most so many postings,
 * checks at most so many candidates, and stops at so many partners (at 1 once MAX_PAIRS are listed: its group is known then).
 */
const MAX_POSTINGS = 1024;
const MAX_CHECKS = 256;
const MAX_PARTNERS = 32;
const MAX_PAIRS = 1_000_000;

export interface NearPair {
	/** Places in the input, a < b. */
	readonly a: number;
	readonly b: number;
	/** Exact Jaccard; 1 for copies. */
	readonly similarity: number;
}

/** Sets that may have a partner: distinct shingles as sorted keys, rarest first. */
export interface Candidates {
	readonly keys: Float64Array;
	/** Set c is keys[start[c]] … keys[start[c+1] − 1]. */
	readonly start: Float64Array;
	/** Text of each set. */
	readonly text: Int32Array;
	readonly count: number;
}

/** Smallest whole number that is not below x, up to rounding in x. */
export function atLeast(x: number): number {
	return Math.ceil(x - 1e-9);
}

export function rootOf(parent: Int32Array, i: number): number {
	let root = i;
	while (parent[root] !== root) root = parent[root]!;
	for (let at = i; parent[at] !== root; ) {
		const next = parent[at]!;
		parent[at] = root;
		at = next;
	}
	return root;
}

/** Groups keep their smallest member as root. */
function unite(parent: Int32Array, i: number, j: number): void {
	const [a, b] = [rootOf(parent, i), rootOf(parent, j)];
	if (a < b) parent[b] = a;
	else parent[a] = b;
}

/** Posting lists of shingles: an open hash table of heads, newest first. */
class Postings {
	private readonly mask: number;
	private readonly key: Float64Array;
	private readonly head: Int32Array;
	/** One a posting: set, place of the shingle in it, next posting of the same shingle. */
	readonly set: Int32Array;
	readonly place: Int32Array;
	readonly next: Int32Array;
	private size = 0;

	constructor(capacity: number) {
		const slots = 2 ** Math.ceil(Math.log2(2 * capacity + 2));
		this.mask = slots - 1;
		this.key = new Float64Array(slots).fill(-1);
		this.head = new Int32Array(slots).fill(-1);
		this.set = new Int32Array(capacity);
		this.place = new Int32Array(capacity);
		this.next = new Int32Array(capacity);
	}

	private slotOf(key: number): number {
		let slot = (key >>> 0) & this.mask;
		while (this.key[slot] !== key && this.key[slot] !== -1) slot = (slot + 1) & this.mask;
		return slot;
	}

	first(key: number): number {
		return this.head[this.slotOf(key)]!;
	}

	add(key: number, set: number, place: number): void {
		const slot = this.slotOf(key);
		this.key[slot] = key;
		this.set[this.size] = set;
		this.place[this.size] = place;
		this.next[this.size] = this.head[slot]!;
		this.head[slot] = this.size++;
	}
}

/**
 * Sets by size, each against the smaller ones before it. J(x, y) ≥ t needs |x ∩ y| ≥ t/(1+t)·(|x|+|y|); so x's and y's shingles,
 * in the one order, share one of the first |x| − ⌈t|x|⌉ + 1 and |y| − ⌈2t/(1+t)·|y|⌉ + 1. How much can still follow the first
 * shared place settles most candidates; the others are intersected from there.
 * @param parent union-find over texts, joined in place
 */
export function joinSets(
	sets: Candidates,
	threshold: number,
	parent: Int32Array,
): { pairs: NearPair[]; complete: boolean } {
	const { keys, start, text, count } = sets;
	const size = Int32Array.from({ length: count }, (_, c) => start[c + 1]! - start[c]!);
	const order = Int32Array.from(
		Float64Array.from({ length: count }, (_, c) => size[c]! * 2 ** 31 + c).sort(),
		(packed) => packed % 2 ** 31,
	);
	const half = threshold / (1 + threshold);
	const indexed = (n: number): number => n - atLeast(2 * half * n) + 1;
	let capacity = 0;
	for (let c = 0; c < count; c++) capacity += indexed(size[c]!);
	const postings = new Postings(capacity);
	/** The last set that met this one. */
	const met = new Int32Array(count).fill(-1);
	const pairs: NearPair[] = [];
	let complete = true;
	for (let k = 0; k < count; k++) {
		const x = order[k]!;
		const nx = size[x]!;
		const ax = start[x]!;
		const least = atLeast(threshold * nx);
		let read = 0;
		let checks = 0;
		let partners = 0;
		prefix: for (let i = 0; i <= nx - least; i++) {
			for (let e = postings.first(keys[ax + i]!); e >= 0; e = postings.next[e]!) {
				const y = postings.set[e]!;
				const ny = size[y]!;
				// Newest first is largest first: the rest is too small.
				if (ny < least) break;
				const enough = pairs.length < MAX_PAIRS ? MAX_PARTNERS : 1;
				if (read === MAX_POSTINGS || checks === MAX_CHECKS || partners >= enough) {
					complete = false;
					break prefix;
				}
				read++;
				if (met[y] === x) continue;
				met[y] = x;
				const needed = atLeast(half * (nx + ny));
				const place = postings.place[e]!;
				if (Math.min(nx - i, ny - place) < needed) continue;
				checks++;
				const ay = start[y]!;
				const shared = intersection(keys, ax + i, ax + nx, ay + place, ay + ny, needed);
				const similarity = shared / (nx + ny - shared);
				if (shared < needed || similarity < threshold) continue;
				const [a, b] = text[x]! < text[y]! ? [text[x]!, text[y]!] : [text[y]!, text[x]!];
				pairs.push({ a, b, similarity });
				partners++;
				unite(parent, a, b);
			}
		}
		for (let i = 0; i < indexed(nx); i++) postings.add(keys[ax + i]!, x, i);
	}
	return { pairs, complete };
}

/** Keys that two sorted ranges share; fewer than that where `needed` is out of reach. */
function intersection(
	keys: Float64Array,
	fromX: number,
	endX: number,
	fromY: number,
	endY: number,
	needed: number,
): number {
	let i = fromX;
	let j = fromY;
	let shared = 0;
	while (i < endX && j < endY) {
		const difference = keys[i]! - keys[j]!;
		if (difference === 0) {
			shared++;
			i++;
			j++;
		} else {
			if (difference < 0) i++;
			else j++;
			if (shared + Math.min(endX - i, endY - j) < needed) return shared;
		}
	}
	return shared;
}
