import { seededUnit } from '../../domain/identity.ts';
import type { Mistake } from '../../protocol/runs.ts';
import type { PairFacts } from './port.ts';
import type { StoredScore } from './run-files.ts';

/** Listed at most; E is never in a list of mistakes. */
const MAX_MISTAKES = 200;

/** Pairs of like confidence among which the one of like length is a mistake's control. */
const NEAREST = 20;

type OpenSplit = Mistake['split'];

const OPEN: readonly OpenSplit[] = ['train', 'eval', 'heldout_reference'];

function isOpen(split: StoredScore['split']): split is OpenSplit {
	return (OPEN as readonly string[]).includes(split);
}

/** Pairs with a preferred side that the model sees the other way, most confident first. */
export function mistakenLines(scores: readonly StoredScore[]): StoredScore[] {
	return scores
		.filter((line) => isOpen(line.split) && line.y > 0.5 && line.delta < 0)
		.sort((x, y) => x.delta - y.delta || (x.comparison < y.comparison ? -1 : 1))
		.slice(0, MAX_MISTAKES);
}

function describe(facts: PairFacts, prefersA: boolean): string[] {
	const out: string[] = [];
	if (facts.people > 0) {
		const people = facts.people === 1 ? '1 person' : `${facts.people} people`;
		out.push(facts.differ === 0 ? people : `${people}, ${facts.differ} ${facts.differ === 1 ? 'differs' : 'differ'}`);
	} else out.push('the import’s own label');
	const words = prefersA ? facts.wordsA - facts.wordsB : facts.wordsB - facts.wordsA;
	if (words !== 0) {
		const n = Math.abs(words);
		out.push(`prefers the ${words > 0 ? 'longer' : 'shorter'} by ${n} word${n === 1 ? '' : 's'}`);
	}
	return out;
}

export function describeMistakes(lines: readonly StoredScore[], facts: ReadonlyMap<string, PairFacts>): Mistake[] {
	return lines.flatMap((line) => {
		const known = facts.get(line.comparison);
		if (known === undefined) return [];
		const prefersA = line.chosen_side === 'b';
		return [
			{
				comparison: line.comparison,
				confidence: Math.max(line.p, 1 - line.p),
				split: line.split as OpenSplit,
				preview: known.preview,
				prefers: prefersA ? known.a : known.b,
				facts: describe(known, prefersA),
			},
		];
	});
}

/**
 * For each mistake one pair of the same split that the model got right, alike in confidence: looking again at mistakes alone
 * lifts a model that has not changed (design.md §6). Greedy, without replacement; a mistake without a partner stays out.
 * @param length difference in words between the sides, for pairs that are equally close in confidence
 */
export function matchControls(
	mistakes: readonly StoredScore[],
	scores: readonly StoredScore[],
	length: (comparison: string) => number,
): { readonly mistakes: StoredScore[]; readonly controls: StoredScore[] } {
	const pools = new Map<string, Pool>();
	for (const split of OPEN) {
		const right = scores.filter((line) => line.split === split && line.y > 0.5 && line.delta > 0);
		pools.set(split, new Pool(right));
	}
	const matched: { mistakes: StoredScore[]; controls: StoredScore[] } = { mistakes: [], controls: [] };
	for (const mistake of mistakes) {
		const pool = pools.get(mistake.split);
		const words = length(mistake.comparison);
		let best: Candidate | null = null;
		let distance = Infinity;
		for (const candidate of pool?.nearest(1 - mistake.p, NEAREST) ?? []) {
			const there = Math.log1p(length(candidate.line.comparison));
			const far = candidate.apart + 0.05 * Math.abs(there - Math.log1p(words));
			if (far < distance) {
				distance = far;
				best = candidate;
			}
		}
		if (best === null) continue;
		pool?.take(best);
		matched.mistakes.push(mistake);
		matched.controls.push(best.line);
	}
	return matched;
}

interface Candidate {
	readonly line: StoredScore;
	/** Place in the pool's order of confidence. */
	readonly at: number;
	readonly apart: number;
}

/** Pairs of one split that the model got right, by confidence: a run may have 100,000. */
class Pool {
	readonly #lines: readonly StoredScore[];
	readonly #taken = new Set<number>();

	constructor(lines: readonly StoredScore[]) {
		this.#lines = lines.toSorted((x, y) => x.p - y.p);
	}

	take({ at }: Candidate): void {
		this.#taken.add(at);
	}

	/** The `count` not yet taken whose p lies nearest, nearest first; equally near ones from below first. */
	nearest(p: number, count: number): Candidate[] {
		let above = this.#firstFrom(p);
		let below = above - 1;
		const found: Candidate[] = [];
		while (found.length < count && (below >= 0 || above < this.#lines.length)) {
			const down = below >= 0 ? p - this.#lines[below]!.p : Infinity;
			const up = above < this.#lines.length ? this.#lines[above]!.p - p : Infinity;
			const at = down <= up ? below-- : above++;
			if (!this.#taken.has(at)) found.push({ line: this.#lines[at]!, at, apart: Math.min(down, up) });
		}
		return found;
	}

	#firstFrom(p: number): number {
		let low = 0;
		let high = this.#lines.length;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (this.#lines[middle]!.p < p) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}

/** How many mistakes `matchControls` finds a partner for, without reading a text. */
export function countMatches(mistakes: readonly StoredScore[], scores: readonly StoredScore[]): number {
	const right = new Map<string, number>();
	for (const line of scores) {
		if (line.y > 0.5 && line.delta > 0) right.set(line.split, (right.get(line.split) ?? 0) + 1);
	}
	const wrong = new Map<string, number>();
	for (const line of mistakes) wrong.set(line.split, (wrong.get(line.split) ?? 0) + 1);
	return [...wrong].reduce((sum, [split, n]) => sum + Math.min(n, right.get(split) ?? 0), 0);
}

/** Mistakes and controls in one seeded order, so that nothing tells them apart. */
export function shuffled(run: string, lines: readonly StoredScore[]): string[] {
	return lines
		.map(({ comparison }) => ({ comparison, at: seededUnit(`${run}/rejudge`, comparison) }))
		.sort((x, y) => x.at - y.at)
		.map(({ comparison }) => comparison);
}
