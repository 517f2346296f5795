import type { Resolution } from './resolution.ts';
import type { Half, Split } from './split.ts';

/** A label of a run that is no majority for a side: a tie or a disputed pair, which its scores do not tell apart. */
export type PastVerdict = Resolution | 'undecided';

export interface PlacedPreview {
	readonly split: Split;
	/** Absent where the snapshot does not tell halves apart. */
	readonly half?: Half | null;
	readonly preview: string;
}

/** A workspace, or a part of it, as it was at one time. */
export interface Snapshot {
	/** What it is, in words: `manifest train-…`, `git 1a2b3c4 (main)`. */
	readonly name: string;
	/** Splits whose prompts it lists whole. */
	readonly covers: readonly Split[];
	readonly prompts: ReadonlyMap<string, PlacedPreview>;
	/** By comparison. */
	readonly verdicts: ReadonlyMap<string, { readonly prompt: string | null; readonly verdict: PastVerdict }>;
	/** Comparisons of a sealed half that was not opened then. */
	readonly sealed: ReadonlySet<string>;
	/** What could not be read, in words. */
	readonly notes: readonly string[];
}

export interface ChangedPrompt {
	readonly prompt: string;
	readonly split: Split;
	readonly half: Half | null;
	readonly preview: string;
}

export interface MovedPrompt {
	readonly prompt: string;
	readonly from: { readonly split: Split; readonly half: Half | null };
	readonly to: { readonly split: Split; readonly half: Half | null };
	readonly preview: string;
}

export interface ChangedVerdict {
	readonly comparison: string;
	readonly prompt: string | null;
	readonly from: PastVerdict;
	readonly to: PastVerdict;
	readonly preview: string;
}

export interface SnapshotDiff {
	readonly first: string;
	readonly second: string;
	readonly added: readonly ChangedPrompt[];
	readonly removed: readonly ChangedPrompt[];
	readonly moved: readonly MovedPrompt[];
	readonly verdicts: readonly ChangedVerdict[];
	/** Comparisons of the sealed half that both have: whether their verdicts changed is not said before an opening. */
	readonly sealed: number;
	readonly notes: readonly string[];
}

const byId = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);

function onlyIn(of: Snapshot, other: Snapshot): ChangedPrompt[] {
	return [...of.prompts]
		.filter(([id, { split }]) => !other.prompts.has(id) && other.covers.includes(split))
		.map(([prompt, { split, half = null, preview }]) => ({ prompt, split, half, preview }))
		.sort((x, y) => byId(x.prompt, y.prompt));
}

/** Halves count as a move only where both snapshots tell them apart. */
function isMove(from: PlacedPreview, to: PlacedPreview): boolean {
	if (from.split !== to.split) return true;
	return from.half !== undefined && to.half !== undefined && from.half !== to.half;
}

function same(x: PastVerdict, y: PastVerdict): boolean {
	const vague = (verdict: PastVerdict): boolean => verdict === 'tie' || verdict === 'disputed';
	return x === y || (x === 'undecided' && vague(y)) || (y === 'undecided' && vague(x));
}

/**
 * What changed from one snapshot to another. A prompt counts as added or removed only where the other snapshot would list it: a
 * manifest of train says nothing about eval.
 * @param isSealed whether a comparison's verdicts are withheld today; undefined = it is not in the workspace any more, so that what
 * was sealed in either snapshot decides
 */
export function diffSnapshots(
	first: Snapshot,
	second: Snapshot,
	isSealed: (comparison: string) => boolean | undefined,
): SnapshotDiff {
	const moved = [...first.prompts].flatMap(([prompt, from]): MovedPrompt[] => {
		const to = second.prompts.get(prompt);
		if (to === undefined || !isMove(from, to)) return [];
		return [
			{
				prompt,
				from: { split: from.split, half: from.half ?? null },
				to: { split: to.split, half: to.half ?? null },
				preview: to.preview || from.preview,
			},
		];
	});
	let sealed = 0;
	const verdicts = [...first.verdicts].flatMap(([comparison, from]): ChangedVerdict[] => {
		const to = second.verdicts.get(comparison);
		if (to === undefined) return [];
		if (isSealed(comparison) ?? (first.sealed.has(comparison) || second.sealed.has(comparison))) {
			sealed++;
			return [];
		}
		if (same(from.verdict, to.verdict)) return [];
		const prompt = to.prompt ?? from.prompt;
		const placed = prompt === null ? undefined : (second.prompts.get(prompt) ?? first.prompts.get(prompt));
		return [{ comparison, prompt, from: from.verdict, to: to.verdict, preview: placed?.preview ?? '' }];
	});
	return {
		first: first.name,
		second: second.name,
		added: onlyIn(second, first),
		removed: onlyIn(first, second),
		moved: moved.sort((x, y) => byId(x.prompt, y.prompt)),
		verdicts: verdicts.sort((x, y) => byId(x.comparison, y.comparison)),
		sealed,
		notes: [...first.notes, ...second.notes],
	};
}
