import type { Leak } from '../domain/dataset.ts';
import { componentLinks } from '../domain/near-clusters.ts';
import type { EvaluationSplit, Half, Split } from '../domain/split.ts';
import type { LeakCount } from '../protocol/curation.ts';
import { acrossPlaces, copyGroups, nearPairs, type PlacedPrompt } from '../store/copies.ts';
import { addCounts, placeCounts } from '../store/read-counts.ts';
import type { Context } from './context.ts';

/** What a prompt is evaluated in; null for excluded. A held-out prompt without a half counts as tuning half until drawn. */
export function evaluationSplit(split: Split, half: Half | null): EvaluationSplit | null {
	if (split === 'excluded') return null;
	if (split === 'heldout') return half === 'E' ? 'heldout_sealed' : 'heldout_reference';
	return split;
}

/** An acceptance names prompts by the clusters they are alone: merges found later change nothing about it. */
export function aloneName(prompt: string): string {
	return prompt.slice(0, 32);
}

/** Names by which an acceptance may mean a prompt: its own, its first turn's, its cluster's. */
function namesOf(prompt: PlacedPrompt): readonly string[] {
	return [prompt.cluster, prompt.first_turn, aloneName(prompt.id)];
}

/** Reasons given for leaks that stand: both prompts must be named by one acceptance. */
class Accepted {
	readonly #events: readonly { readonly names: ReadonlySet<string>; readonly reason: string }[];

	constructor(ctx: Context) {
		this.#events = ctx.events('leak-accepted').map((e) => ({ names: new Set(e.clusters), reason: e.reason }));
	}

	reason(one: PlacedPrompt, two: PlacedPrompt): string | undefined {
		const named = (names: ReadonlySet<string>, prompt: PlacedPrompt) => namesOf(prompt).some((name) => names.has(name));
		return this.#events.findLast(({ names }) => named(names, one) && named(names, two))?.reason;
	}
}

interface Candidate {
	readonly kind: Leak['kind'];
	readonly similarity: number;
	readonly a: PlacedPrompt;
	readonly b: PlacedPrompt;
}

/** All leaks, by kind, then the most similar first; the pages and lists that show them take the first so many. */
export function findLeaks(ctx: Context): Leak[] {
	const { db } = ctx;
	const accepted = new Accepted(ctx);
	const prompts = addCounts(...placeCounts(db).values()).prompts;
	const leaks: Leak[] = [];
	const seen = new Set<string>();
	const add = (group: string, { kind, similarity, a, b }: Candidate) => {
		const splits = [evaluationSplit(a.split, a.half), evaluationSplit(b.split, b.half)] as const;
		if (splits[0] === null || splits[1] === null || splits[0] === splits[1]) return;
		const reason = accepted.reason(a, b);
		// One for each two splits of a group; of an accepted and a standing one both, so that neither hides the other.
		const key = [kind, group, ...[...splits].sort(), reason ?? ''].join(' ');
		if (seen.has(key)) return;
		seen.add(key);
		const found = { kind, similarity, a: a.id, b: b.id, splits: [splits[0], splits[1]] as const };
		leaks.push(reason === undefined ? found : { ...found, accepted: reason });
	};
	for (const [i, group] of copyGroups(db, 'prompt').entries()) {
		for (const [a, b] of acrossPlaces(group)) add(String(i), { kind: 'prompt-copy', similarity: 1, a, b });
	}
	for (const { a, b, similarity } of nearPairs(db)) add(a.cluster, { kind: 'prompt-near', similarity, a, b });
	for (const [i, group] of copyGroups(db, 'response').entries()) {
		// A stock answer, such as a long refusal, says nothing about where a pair comes from.
		if (!componentLinks(group.length, prompts)) continue;
		// Below one cluster the prompts themselves are the leak, and listed as such.
		for (const [a, b] of acrossPlaces(group)) {
			if (a.cluster !== b.cluster) add(String(i), { kind: 'response-copy', similarity: 1, a, b });
		}
	}
	return leaks;
}

/** Most leaks in one answer; `countLeaks` tells how many there are. */
export const SHOWN_LEAKS = 1_000;

/** Standing leaks first; at most `SHOWN_LEAKS`. */
export function shownLeaks(leaks: readonly Leak[]): Leak[] {
	return [
		...leaks.filter((leak) => leak.accepted === undefined),
		...leaks.filter((leak) => leak.accepted !== undefined),
	].slice(0, SHOWN_LEAKS);
}

/** How many leaks of which kind lie between which splits. */
export function countLeaks(leaks: readonly Leak[]): LeakCount[] {
	const counts = new Map<string, { kind: Leak['kind']; splits: Leak['splits']; standing: number; accepted: number }>();
	for (const { kind, splits, accepted } of leaks) {
		const [x, y] = [...splits].sort() as [EvaluationSplit, EvaluationSplit];
		const key = `${kind} ${x} ${y}`;
		const count = counts.get(key) ?? { kind, splits: [x, y], standing: 0, accepted: 0 };
		counts.set(key, count);
		if (accepted === undefined) count.standing++;
		else count.accepted++;
	}
	return [...counts.values()];
}
