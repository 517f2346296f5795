import { seededUnit } from './identity.ts';
import { FACET_KINDS, type FacetKind, type Half, type Split } from './split.ts';

/** Share of prompts that a default assignment sends to eval. */
export const EVAL_SHARE = 0.2;

/** Default split of a prompt from its normalised first user turn: never changed by later data (rules.md, Splits). */
export function defaultSplit(firstTurnKey: string, seed: string, evalShare = EVAL_SHARE): Split {
	return seededUnit(`${seed}/split`, firstTurnKey) < evalShare ? 'eval' : 'train';
}

/** Half of a held-out cluster from its smallest prompt id when first drawn; journalled, never redrawn. */
export function drawHalf(smallestPromptId: string, seed: string): Half {
	return seededUnit(`${seed}/half`, smallestPromptId) < 0.5 ? 'R' : 'E';
}

/** Whether the n-th new facet (counted from 1, at its first draw) goes to E only. */
export function isSealedOnlyFacet(ordinal: number): boolean {
	return ordinal % 3 === 0;
}

export interface Facet {
	readonly kind: FacetKind;
	readonly value: string;
}

/** Reads `domain:law`; a bare word is a free facet, half a surrogate pair is U+FFFD. @returns null where the value is empty or the kind unknown. */
export function parseFacet(text: string): Facet | null {
	const trimmed = text.toWellFormed().normalize('NFC').trim();
	const colon = trimmed.indexOf(':');
	if (colon < 0) return trimmed === '' ? null : { kind: 'free', value: trimmed };
	const kind = trimmed.slice(0, colon).trim().toLowerCase();
	const value = trimmed.slice(colon + 1).trim();
	const known = FACET_KINDS.find((k) => k === kind);
	return known === undefined || value === '' ? null : { kind: known, value };
}

export function facetText(facet: Facet): string {
	return `${facet.kind}:${facet.value}`;
}

/**
 * A first user turn shared by more than 1 % of the prompts and by more than 50 does not link them into a cluster:
 * it is a template ("Summarise:"), not one question.
 */
export function firstTurnLinks(sharing: number, prompts: number): boolean {
	return !(sharing > 50 && sharing > prompts / 100);
}

/** Most protected first: in a cluster that spans splits only these members take part in runs. */
const PROTECTION: readonly (`heldout/${Half}` | Split)[] = ['heldout/E', 'heldout/R', 'retention', 'eval', 'train'];

/** Rank of a place, 0 = most protected; excluded ranks last and never takes part. */
export function protection(split: Split, half: Half | null): number {
	const place = split === 'heldout' ? (`heldout/${half ?? 'R'}` as const) : split;
	const rank = PROTECTION.indexOf(place);
	return rank < 0 ? PROTECTION.length : rank;
}
