/** Tags, moves, leaks, proposals and saved searches over the splits. */
import type { Leak } from '../domain/dataset.ts';
import type { Inspection } from '../domain/inspection.ts';
import type { Half, Split } from '../domain/split.ts';
import type { ListFilter } from './lists.ts';
import type { SplitCount, WorkspaceInfo } from './workspace-api.ts';

/** Prompts by id, or everything that a query finds. */
export type PromptSelection = { readonly ids: readonly string[] } | { readonly query: ListFilter };

export interface TagPreview {
	readonly prompts: number;
	readonly clusters: number;
	/** Prompts that would move to held-out. */
	readonly moves: number;
	/** Prompts in clusters that are frozen or were exported: a proposal each cluster instead. */
	readonly proposals: number;
}

/** What moving the clusters of chosen prompts to a split comes to. */
export interface MovePreview extends TagPreview {
	/** Of the prompts that move, those that were not chosen: they come along with their cluster. */
	readonly along: number;
	/** Chosen prompts that stand there already. */
	readonly there: number;
	/** `proposals` by why: frozen, or exported for training and bound for eval or held-out. */
	readonly frozen: number;
	readonly exported: number;
	/** How many proposals those make: one a cluster. */
	readonly proposed: number;
	/** Tags among the chosen prompts, most used first. */
	readonly tags: readonly { readonly facet: string; readonly prompts: number }[];
}

/** Both sides of a leak, whole. */
export interface LeakTexts {
	readonly prompts: readonly [string | null, string | null];
	/** Of a copied response: as it stands under each prompt. */
	readonly responses: readonly [string, string] | null;
}

/** A search of the team by its name. */
export interface SavedSearch {
	readonly name: string;
	readonly query: ListFilter;
	/** Handle of whoever saved it last, and when. */
	readonly by: string;
	readonly at: string;
}

export interface TagResult {
	/** Prompts that the tag is new to, or was taken from. */
	readonly tagged: number;
	/** Prompts for which there was nothing to do: they had the tag already, or to take away had none. */
	readonly already?: number;
	readonly moved: number;
	readonly proposed: number;
	readonly prompts: readonly string[];
	/** For undo; null when nothing was done. */
	readonly event: string | null;
}

export interface Proposal {
	readonly id: string;
	readonly person: string;
	readonly at: string;
	readonly prompts: readonly { readonly id: string; readonly preview: string; readonly split: Split }[];
	readonly split: Split;
	readonly facet: string | null;
	readonly reason: string | null;
	readonly because: 'frozen' | 'exported';
}

/** How many leaks of one kind lie between two splits; lists name the first 1,000 only. */
export type LeakCount = NonNullable<Inspection['leaks']>[number];

export interface SplitsOverview {
	readonly splits: Readonly<Record<Split, SplitCount>>;
	readonly halves: WorkspaceInfo['halves'];
	readonly places: readonly {
		readonly place: 'train' | 'eval' | 'heldout_reference' | 'heldout_sealed' | 'retention' | 'excluded';
		readonly count: SplitCount;
		readonly clusters: number;
		readonly facets: readonly { readonly facet: string; readonly prompts: number }[];
		readonly sources: readonly { readonly source: string; readonly prompts: number }[];
		/** Histogram of prompt and response lengths in characters: counts for edges [0,100,200,400,800,1600,3200,∞). */
		readonly promptLengths: readonly number[];
		readonly responseLengths: readonly number[];
		readonly frozen: {
			readonly manifest: string;
			readonly at: string;
			readonly added: number;
			readonly removed: number;
		} | null;
	}[];
	/** Standing ones first; at most 1,000. */
	readonly leakage: readonly Leak[];
	/** All of them, counted. */
	readonly leaks?: readonly LeakCount[];
	/** Copies and near-copies among prompts that came in lately are still looked for. */
	readonly looking?: boolean;
	/** Clusters that span splits, counted. */
	readonly spans?: number;
	/** The first 200 clusters that span splits: their less protected members take no part in runs. */
	readonly spanning: readonly {
		readonly cluster: string;
		readonly prompts: readonly {
			readonly id: string;
			readonly split: Split;
			readonly half: Half | null;
			readonly preview: string;
		}[];
	}[];
	readonly facets: readonly { readonly facet: string; readonly prompts: number; readonly sealedOnly: boolean }[];
	readonly sources: readonly string[];
	readonly annotators: readonly string[];
	readonly proposals: readonly Proposal[];
}
