import type { Leak } from '../domain/dataset.ts';
import type { EvaluationSplit, Half, Split } from '../domain/split.ts';
import { type PlacedPrompt, promptCopies } from '../store/splits-query.ts';
import type { Context } from './context.ts';

/** What a prompt is evaluated in; null for excluded. A held-out prompt without a half counts as tuning half until drawn. */
export function evaluationSplit(split: Split, half: Half | null): EvaluationSplit | null {
	if (split === 'excluded') return null;
	if (split === 'heldout') return half === 'E' ? 'heldout_sealed' : 'heldout_reference';
	return split;
}

function leak(one: PlacedPrompt, two: PlacedPrompt, accepted: ReadonlyMap<string, string>): Leak | null {
	const splits = [evaluationSplit(one.split, one.half), evaluationSplit(two.split, two.half)] as const;
	if (splits[0] === null || splits[1] === null || splits[0] === splits[1]) return null;
	const reason = accepted.get(one.cluster) ?? accepted.get(two.cluster);
	return {
		kind: 'prompt-copy',
		similarity: 1,
		a: one.id,
		b: two.id,
		splits: [splits[0], splits[1]],
		...(reason === undefined ? {} : { accepted: reason }),
	};
}

/** Prompts that are copies after normalisation across splits; of each group one pair for each two splits. */
export function findLeaks(ctx: Context): Leak[] {
	const accepted = new Map(ctx.events('leak-accepted').flatMap((e) => e.clusters.map((c) => [c, e.reason] as const)));
	const leaks: Leak[] = [];
	for (const group of promptCopies(ctx.db)) {
		const seen = new Set<string>();
		for (const [i, one] of group.entries()) {
			for (const two of group.slice(i + 1)) {
				const found = leak(one, two, accepted);
				const key = found === null ? '' : [...found.splits].sort().join(' ');
				if (found === null || seen.has(key)) continue;
				seen.add(key);
				leaks.push(found);
			}
		}
	}
	return leaks.sort((x, y) => (x.a + x.b < y.a + y.b ? -1 : 1));
}
