import { isNamed } from '../domain/judgment.ts';
import { type LabelPolicy, resolutionUnder } from '../domain/label-policy.ts';
import type { Resolution } from '../domain/resolution.ts';
import type { ExportedComparison } from '../store/export-query.ts';

/** A rewrite that only its writer has judged: that verdict is not blind, so a trainer gets it once a second person has. */
export function isUnconfirmed(c: ExportedComparison): boolean {
	const people = new Set(c.state.judgments.map((j) => j.annotator).filter(isNamed));
	return c.derivedFrom !== null && c.state.by !== 'adjudication' && people.size < 2;
}

/** What a trainer is told of a comparison, or why nothing: counted. */
export type TrainerLabel =
	| { readonly resolution: Resolution; readonly share?: number }
	| { readonly dropped: 'unconfirmed_rewrite' | 'not_adjudicated' };

/** @param secondPerson whether a rewrite waits for a second person (config: rewrites) */
export function trainerLabel(c: ExportedComparison, labels: LabelPolicy, secondPerson: boolean): TrainerLabel {
	if (secondPerson && isUnconfirmed(c)) return { dropped: 'unconfirmed_rewrite' };
	const resolution = resolutionUnder(labels, c.state);
	if (resolution === 'not_adjudicated') return { dropped: 'not_adjudicated' };
	const { y } = c.state;
	return labels === 'vote-share' && y !== null ? { resolution, share: Math.max(y, 1 - y) } : { resolution };
}
