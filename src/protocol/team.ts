/** People, erasures, and syncing through git. */

/** Somebody who took part. */
export interface Person {
	/** The handle: identifies, and never changes. */
	readonly person: string;
	/** The name they gave themselves, for display. */
	readonly name: string | null;
	/** Comparisons with a verdict of theirs that stands. */
	readonly judged: number;
	/** Events in journals; 0 for people known from imported files alone. */
	readonly events: number;
	readonly last: string | null;
	readonly me: boolean;
	/** A machine judge: shown, never a vote. */
	readonly machine: boolean;
}

/** What a sync did. Counts are events. */
/** What both kinds of erasure say of the files of this workspace. */
export interface ErasedFiles {
	/** Journal files with lines that are rewritten or gone. */
	readonly journals: readonly { readonly file: string; readonly lines: number }[];
	/** Copies of imported files that are written anew without some rows. */
	readonly sources: readonly { readonly path: string; readonly rows: number }[];
	/** Files that still hold it, and what to do. */
	readonly left: readonly { readonly path: string; readonly why: string }[];
	/** Only said, nothing done. */
	readonly preview: boolean;
	/** The tombstone; null where there was nothing new to erase. */
	readonly event: string | null;
	readonly synced: { readonly ok: boolean; readonly message: string } | null;
	/** What git still holds and how to take it out of there too, line by line. */
	readonly advice: readonly string[];
}

/** An event whose words leave with a text that they quote. */
export interface Quotation {
	readonly event: string;
	/** `EventType`. */
	readonly type: string;
	readonly person: string;
	readonly at: string;
}

/** What an erasure did, or would do. Ids alone: the texts are gone. */
export interface EraseResult extends ErasedFiles {
	readonly comparisons: readonly string[];
	readonly prompts: readonly string[];
	/** Given ids that were out already. */
	readonly already: readonly string[];
	readonly drafts: readonly string[];
	/** Events elsewhere whose notes, reasons or searches quoted it: those words go too. */
	readonly quoting: number;
	/** Which these are. What they say is not repeated. */
	readonly quotations: readonly Quotation[];
	/** Comparisons that stay and share a text: others on the same prompt, rewrites. */
	readonly related: readonly string[];
	/** Records that keep the ids, and no texts. */
	readonly runs: readonly string[];
	readonly exports: readonly string[];
	readonly manifests: readonly string[];
}

export interface RemovePersonOptions {
	/** anonymise: a neutral name stands for them, everything else stays. remove: their verdicts, notes and tags leave. */
	readonly mode: 'anonymise' | 'remove';
	/** Pairs they wrote, for `remove`: those that somebody else judged stay (`judged`), all stay, or none does. */
	readonly written: 'judged' | 'keep' | 'remove';
	readonly reason?: string;
	readonly preview?: boolean;
}

export interface RemovePersonResult extends ErasedFiles {
	readonly person: string;
	/** The name that stands for them from now on. */
	readonly as: string;
	readonly mode: 'anonymise' | 'remove';
	readonly events: number;
	readonly judged: number;
	/** Pairs of theirs that leave. */
	readonly written: readonly string[];
	/** Settings, records and manifests that name them. */
	readonly mentions: readonly string[];
}

export interface SyncResult {
	/** Events of mine that this sync committed. */
	readonly committed: number;
	/** Events of others that came in. */
	readonly pulled: number;
	/** Events of mine that the upstream has now and had not before. */
	readonly pushed: number;
	/** Events of mine that the upstream still lacks. */
	readonly not_sent: number;
	/** Everything was sent and taken over. */
	readonly ok: boolean;
	/** The other side could not be reached; what was done is committed. */
	readonly offline: boolean;
	/** In words: what was done, what was not, why, and what to do. */
	readonly message: string;
}

/** Whether there is anything to sync with, as far as this machine knows; no network. */
export interface SyncState {
	readonly possible: boolean;
	/** Why it is not. */
	readonly why?: string;
	/** Events of mine that the upstream lacks; null where there is none, or no handle yet. */
	readonly not_sent: number | null;
}
