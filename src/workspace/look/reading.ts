import type { EvaluationSplit } from '../../domain/split.ts';
import { words } from '../../domain/tokens.ts';
import { pairTexts, placedPairs, placedTexts } from '../../store/splits-query.ts';
import type { Context } from '../context.ts';
import { evaluationSplit } from '../leaks.ts';

/** A prompt as shift and novelty read it: its text and place. No verdict is needed, so nothing of the sealed half's is read. */
export interface InspectedPrompt {
	readonly id: string;
	readonly cluster: string;
	readonly split: EvaluationSplit;
	readonly text: string;
	readonly preview: string;
}

export function inspectedPrompts(ctx: Context): InspectedPrompt[] {
	return placedTexts(ctx.db).flatMap(({ id, cluster, split, half, preview, text }) => {
		const place = evaluationSplit(split, half);
		return place === null ? [] : [{ id, cluster, split: place, text, preview }];
	});
}

export interface InspectedPair {
	readonly cluster: string;
	readonly heldout: boolean;
	readonly prompt: string;
	readonly a: string;
	readonly b: string;
}

/** Pairs of train and held-out, judged or not; their texts are read when they are asked for, while the database is open. */
export function inspectedPairs(ctx: Context): InspectedPair[] {
	return placedPairs(ctx.db, ['train', 'R', 'E', 'heldout']).map(({ n, cluster, place }) => {
		let texts: ReturnType<typeof pairTexts> | null = null;
		const read = () => {
			texts ??= pairTexts(ctx.db, n);
			return texts;
		};
		return {
			cluster,
			heldout: place !== 'train',
			get prompt() {
				return read().prompt;
			},
			get a() {
				return read().a;
			},
			get b() {
				return read().b;
			},
		};
	});
}

/**
 * The words that people searched for to tag prompts, sorted: a classifier would tell the tagged prompts by them alone. A word with a
 * final `*` stands for all that begin with it.
 */
export function searchedWords(ctx: Context): string[] {
	const found = new Set<string>();
	for (const { query, remove } of ctx.events('tagged')) {
		if (query === undefined || remove === true) continue;
		for (const term of query.split(/[\s()"]+/u)) {
			if (term === '' || term === 'AND' || term === 'OR' || term === 'NOT') continue;
			const of = words(term);
			for (const [i, word] of of.entries()) found.add(term.endsWith('*') && i === of.length - 1 ? `${word}*` : word);
		}
	}
	return [...found].sort();
}
