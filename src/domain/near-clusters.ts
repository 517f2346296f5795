/** Similarities at which a component that has grown too large is cut, one after the other. */
const CUTS = [0.9, 0.95, 1] as const;

/**
 * A component of near-duplicates larger than this links nobody: what its members share is a template (a system prompt, an
 * instruction before every question), not a question. The same bounds as for a shared first turn (`firstTurnLinks`).
 */
export function componentLinks(size: number, prompts: number): boolean {
	return !(size > 50 && size > prompts / 100);
}

export interface Edge<Node> {
	readonly a: Node;
	readonly b: Node;
	readonly similarity: number;
}

/** Disjoint sets over any keys. */
export class Groups<Node> {
	readonly #parent = new Map<Node, Node>();

	#root(node: Node): Node {
		let root = node;
		for (let up = this.#parent.get(root); up !== undefined && up !== root; up = this.#parent.get(root)) root = up;
		for (let at = node; at !== root; ) {
			const next = this.#parent.get(at) ?? root;
			this.#parent.set(at, root);
			at = next;
		}
		return root;
	}

	/** @returns whether they were apart */
	join(a: Node, b: Node): boolean {
		const [one, two] = [this.#root(a), this.#root(b)];
		this.#parent.set(one, two);
		this.#parent.set(two, two);
		return one !== two;
	}

	/** Every set of two or more, members in no order. */
	all(): Node[][] {
		const sets = new Map<Node, Node[]>();
		for (const node of [...this.#parent.keys()]) {
			const root = this.#root(node);
			const set = sets.get(root);
			if (set === undefined) sets.set(root, [node]);
			else set.push(node);
		}
		return [...sets.values()].filter((set) => set.length > 1);
	}
}

/**
 * The edges that link prompts into clusters: all, except inside components larger than `componentLinks` allows, which are cut
 * at 0.9, 0.95 and 1 until they are small enough. So near-copies within a family that shares a long template stay together,
 * and the template itself chains nothing. A function of the set of edges and the number of prompts alone.
 * @param prompts how many there are in all
 */
export function linkingEdges<Node>(edges: readonly Edge<Node>[], prompts: number, level = 0): Edge<Node>[] {
	const groups = new Groups<Node>();
	for (const { a, b } of edges) groups.join(a, b);
	const large = new Map<Node, number>();
	for (const [i, set] of groups.all().entries()) {
		if (!componentLinks(set.length, prompts)) for (const node of set) large.set(node, i);
	}
	if (large.size === 0) return [...edges];
	const kept = edges.filter(({ a }) => !large.has(a));
	const cut = CUTS[level];
	if (cut === undefined) return kept;
	const stricter = edges.filter(({ a, similarity }) => large.has(a) && similarity >= cut);
	return [...kept, ...linkingEdges(stricter, prompts, level + 1)];
}

/** Of each node's edges so many of the strongest are kept beside those that hold the components together. */
const KEPT = 4;

/**
 * Few edges that say the same: a spanning forest of the strongest, so that every component stays whole (and shows an edge between
 * any two parts of it), and each node's strongest. A hundred variants of one prompt would be 4,950.
 * @param edges ties go to the first
 */
export function sparseEdges<Node>(edges: readonly Edge<Node>[]): Edge<Node>[] {
	const groups = new Groups<Node>();
	const kept = new Map<Node, number>();
	return [...edges]
		.sort((x, y) => y.similarity - x.similarity)
		.filter(({ a, b }) => {
			const [ofA, ofB] = [kept.get(a) ?? 0, kept.get(b) ?? 0];
			const joins = groups.join(a, b);
			if (!joins && ofA >= KEPT && ofB >= KEPT) return false;
			kept.set(a, ofA + 1).set(b, ofB + 1);
			return true;
		});
}
