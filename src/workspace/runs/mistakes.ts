import { seededUnit } from '../../domain/identity.ts';
import type { Mistake } from '../../protocol/workspace-api.ts';
import type { PairFacts } from './port.ts';
import type { StoredScore } from './run-files.ts';

/** Listed at most; E is never in a list of mistakes. */
const MAX_MISTAKES = 200;

/** Pairs of like confidence among which the one of like length is a mistake's control. */
const NEAREST = 20;

type OpenSplit = Mistake['split'];

function isOpen(split: StoredScore['split']): split is OpenSplit {
	return split === 'train' || split === 'eval' || split === 'heldout_reference';
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
	const pools = new Map<string, StoredScore[]>();
	for (const line of scores) {
		if (!isOpen(line.split) || line.y <= 0.5 || line.delta <= 0) continue;
		const pool = pools.get(line.split) ?? [];
		pool.push(line);
		pools.set(line.split, pool);
	}
	const matched: { mistakes: StoredScore[]; controls: StoredScore[] } = { mistakes: [], controls: [] };
	for (const mistake of mistakes) {
		const pool = pools.get(mistake.split) ?? [];
		const confidence = 1 - mistake.p;
		const words = length(mistake.comparison);
		const nearest = pool
			.map((line, i) => ({ i, apart: Math.abs(line.p - confidence) }))
			.sort((x, y) => x.apart - y.apart || x.i - y.i)
			.slice(0, NEAREST);
		let best = -1;
		let distance = Infinity;
		for (const { i, apart } of nearest) {
			const there = Math.log1p(length(pool[i]!.comparison));
			const far = apart + 0.05 * Math.abs(there - Math.log1p(words));
			if (far < distance) {
				distance = far;
				best = i;
			}
		}
		if (best < 0) continue;
		matched.mistakes.push(mistake);
		matched.controls.push(...pool.splice(best, 1));
	}
	return matched;
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
