import type { Dataset } from '../../domain/dataset.ts';
import type { EventBody, EventOf, EventType, JournalEvent } from '../../domain/events.ts';
import type { LabelPolicy } from '../../domain/label-policy.ts';
import type { PairPlace } from '../../scoring/compare-scores.ts';
import type { WorkspacePaths } from '../../store/paths.ts';

/** What a report says about a pair beside its score; texts only as first words. */
export interface PairFacts {
	readonly preview: string;
	/** First words of each side. */
	readonly a: string;
	readonly b: string;
	/** Words of each side. */
	readonly wordsA: number;
	readonly wordsB: number;
	/** Named people who voted, and how many of them are not with the majority. */
	readonly people: number;
	readonly differ: number;
}

/** Today's label of a comparison whose label was frozen by an earlier run, turned to the dataset's chosen side. */
export type ReviewedLabels = ReadonlyMap<string, { readonly y: number; readonly decided: boolean }>;

/** What runs need of the workspace they belong to. */
export interface RunsPort {
	readonly paths: WorkspacePaths;
	readonly stateDir?: string;
	/** @throws UserError no-person */
	person(): string;
	append(bodies: readonly EventBody[]): Promise<readonly JournalEvent[]>;
	/** In journal order, retracted ones left out. */
	events<T extends EventType>(type: T): readonly EventOf<T>[];
	/** What a run would read now, by vote share unless said. Reads everything: call once per view. */
	dataset(labels?: LabelPolicy): { readonly dataset: Dataset; readonly reviewed: ReviewedLabels };
	/** Where every comparison that is not excluded stands today, without reading a text. */
	places(): ReadonlyMap<string, PairPlace>;
	/** Changes whenever `dataset()` may. */
	version(): string;
	facts(comparisons: readonly string[]): ReadonlyMap<string, PairFacts>;
	setRejudge(run: string, comparisons: readonly string[]): void | Promise<void>;
}
