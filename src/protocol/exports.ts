/** Exports to trainers, and the training bundle. */
import type { ExportFormat } from '../domain/export-format.ts';
import type { LabelPolicy } from '../domain/label-policy.ts';
import type { Split } from '../domain/split.ts';

export interface ExportOptions {
	readonly format: ExportFormat;
	readonly splits: readonly Split[];
	/** A folder, or a file with one split (not for `hf`, which is a folder). */
	readonly out: string;
	/** Which comparisons are written to a trainer, and with which side as chosen; absent = strict majority. */
	readonly labels?: LabelPolicy;
}

export interface ExportResult {
	readonly format: string;
	readonly files: readonly {
		readonly split: Split;
		readonly path: string;
		/** Pairs. */
		readonly written: number;
		/** Rows, where a format has not one for each pair (KTO: one for each response). */
		readonly rows?: number;
		readonly sha256: string;
	}[];
	/** The data card of a dataset folder. */
	readonly card?: { readonly path: string; readonly sha256: string };
	readonly dropped: Readonly<Record<string, number>>;
	/** Absent for formats that keep pairs without a verdict. */
	readonly labels?: LabelPolicy;
	/** Id of the recorded export, or null where nothing was written, or nothing that trains and by nobody in particular. */
	readonly export: string | null;
	/** Prompts that count as seen in training by this export. */
	readonly seen: number;
	/** What to paste where the files are read. */
	readonly config: readonly ExportConfig[];
}

/** Lines for the configuration of a trainer or tool. */
export interface ExportConfig {
	/** Where they belong, e.g. `dataset_info.json`. */
	readonly title: string;
	readonly language: 'python' | 'yaml' | 'json' | 'xml' | 'shell';
	readonly text: string;
}

export interface BundleOptions {
	/** Folder of the bundle: absent, empty, or a bundle that is replaced. */
	readonly out: string;
	/** Rows that trainers read; absent = TRL conversational. */
	readonly format?: 'trl' | 'trl-standard';
	/** Which comparisons carry a label, and with which side as chosen; absent = strict majority. */
	readonly labels?: LabelPolicy;
	/** Parts that the held-out tuning half is dealt into; absent = 4. */
	readonly parts?: number;
	/** How many of them the penalty may read, the rest monitors it; absent = half of them. */
	readonly penaltyParts?: number;
	/** Of the deal; absent = 0. */
	readonly seed?: number;
}

export interface BundleResult {
	readonly folder: string;
	/** Id of the recorded export: what `score --trained-on` takes. */
	readonly export: string;
	readonly labels: LabelPolicy;
	/** Data files; `role` says who reads them. */
	readonly files: readonly {
		readonly name: string;
		readonly role: 'train' | 'eval' | 'penalty' | 'monitoring' | 'retention' | 'unlabelled' | 'sealed';
		/** Of the held-out tuning half, from 1. */
		readonly part?: number;
		readonly pairs: number;
		readonly clusters: number;
		readonly sha256: string;
	}[];
	/** Why no part is for the penalty; absent = some are. */
	readonly note?: string;
	/** Not in the files that trainers read, by reason. */
	readonly left_out: Readonly<Record<string, number>>;
}
