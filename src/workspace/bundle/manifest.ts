import type { LabelPolicy } from '../../domain/label-policy.ts';
import type { PartUse } from '../../domain/reference-parts.ts';

export const BUNDLE_KIND = 'pairwright-training-bundle';
/** Of the folder's layout and the manifest. */
export const BUNDLE_FORMAT = 1;
export const MANIFEST = 'manifest.json';

/**
 * What a data file is for. Trainers read train, eval and the parts of R, with labels; the rest is only scored and has none: what must
 * not be forgotten, what no label policy decides, and the sealed half.
 */
export type DataRole = 'train' | 'eval' | PartUse | 'retention' | 'unlabelled' | 'sealed';

export interface DataFile {
	readonly role: DataRole;
	/** Of R, from 1. */
	readonly part?: number;
	readonly pairs: number;
	readonly prompts: number;
	readonly clusters: number;
	readonly sha256: string;
}

/** `manifest.json` of a bundle: everything that a run of its scripts, and whoever reads its scores, has to know. */
export interface BundleManifest {
	readonly kind: typeof BUNDLE_KIND;
	readonly format: typeof BUNDLE_FORMAT;
	/** Id of the recorded export: what `score --trained-on` takes. */
	readonly export: string;
	readonly versions: { readonly pairwright: string };
	/** Over names and hashes of the data files. */
	readonly dataset: { readonly sha256: string };
	readonly row_format: BundleRows;
	readonly labels: LabelPolicy;
	readonly seed: number;
	readonly reference: {
		readonly parts: readonly {
			readonly part: number;
			readonly use: PartUse;
			readonly file: string;
		}[];
		/** Why no part is for the penalty. */
		readonly note?: string;
	};
	/** Every file but the manifest; data files with what is in them. */
	readonly files: Readonly<Record<string, { readonly sha256: string } & Partial<DataFile>>>;
	/** Ids of the comparisons in each data file, in its order. */
	readonly ids: Readonly<Record<string, readonly string[]>>;
	readonly left_out: Readonly<Record<string, number>>;
}

export type BundleRows = 'trl' | 'trl-standard';

/** Whether a parsed manifest.json is a bundle's that this version may replace. */
export function isBundleManifest(value: unknown): value is Pick<BundleManifest, 'files'> {
	if (typeof value !== 'object' || value === null) return false;
	const { kind, files } = value as { kind?: unknown; files?: unknown };
	if (kind !== BUNDLE_KIND || typeof files !== 'object' || files === null) return false;
	return Object.values(files).every((file) => typeof (file as { sha256?: unknown } | null)?.sha256 === 'string');
}
