/** Messages between the mapping screen and the extension, checked where they arrive. */
import * as v from 'valibot';
import {
	COLUMN_ROLES,
	type ColumnMapping,
	ENTRY_CODES,
	NUMBER_SCALES,
	RANKING_ORDERS,
	VERDICT_CODES,
} from '../domain/column-mapping.ts';
import type { ImportPreview, SavedMapping } from './imports.ts';
import { type ArgumentSchemas, splitSchema } from './schemas.ts';

const textSchema = v.pipe(v.string(), v.maxLength(1000));

/** A `ColumnMapping`. */
export const mappingSchema = v.strictObject({
	columns: v.record(v.picklist(COLUMN_ROLES), v.pipe(textSchema, v.minLength(1))),
	verdicts: v.exactOptional(v.record(textSchema, v.picklist(VERDICT_CODES))),
	numbers: v.exactOptional(v.picklist(NUMBER_SCALES)),
	entries: v.exactOptional(v.record(textSchema, v.picklist(ENTRY_CODES))),
	order: v.exactOptional(v.picklist(RANKING_ORDERS)),
	splits: v.exactOptional(v.record(textSchema, splitSchema)),
});

/** What the screen keeps over a reload of the window: whose files, where their rows go, and what was corrected. */
export const mappingStateSchema = v.object({
	/** URI of the workspace folder. */
	folder: v.string(),
	files: v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.minLength(1)),
	/** Where the prompts go, in words. */
	target: textSchema,
	options: v.object({
		split: v.exactOptional(splitSchema),
		half: v.exactOptional(v.picklist(['R', 'E'])),
		link: v.exactOptional(v.boolean()),
		copyLarge: v.exactOptional(v.boolean()),
	}),
	mapping: v.exactOptional(mappingSchema),
	name: v.exactOptional(textSchema),
});
export type MappingState = v.InferOutput<typeof mappingStateSchema>;

/** What the values of the columns that say which response is better are taken for, where somebody chooses other columns. */
export type OrderReading = Pick<ColumnMapping, 'verdicts' | 'numbers' | 'entries' | 'order'>;

export interface MappingInit {
	/** Names of the files, without their folders; all have the same columns. */
	readonly files: readonly string[];
	/** Where the prompts go, in words. */
	readonly target: string;
	readonly preview: ImportPreview;
	/** As it was left when the screen was hidden; else as guessed, or none. */
	readonly mapping: ColumnMapping;
	readonly saved: readonly SavedMapping[];
	/** Name to remember it by, as it was left. */
	readonly name: string;
	/** To be kept for a reload, with the mapping and the name as they are changed. */
	readonly keep: MappingState;
}

/** What the screen may ask of the extension. Each rejects with a UserError that the screen shows. */
export interface MappingHost {
	/** The first call; nothing is sent before it. */
	ready(): Promise<MappingInit>;
	/** The first rows as they would be read so. */
	preview(mapping: ColumnMapping): Promise<ImportPreview>;
	/** What the values mean of the columns that a mapping names, as far as that can be told. */
	reading(mapping: ColumnMapping): Promise<OrderReading>;
	/** Kept while the screen is hidden. */
	naming(name: string): Promise<void>;
	/** @returns whether it was imported: not where a question on the way was cancelled. The screen is then closed. */
	import(mapping: ColumnMapping, name: string | null): Promise<boolean>;
	close(): Promise<void>;
}

/** What the extension tells the screen. */
export interface MappingView {
	/** The team's remembered mappings changed. */
	saved(all: readonly SavedMapping[]): void;
}

export const mappingHostSchemas: ArgumentSchemas<MappingHost> = {
	ready: v.strictTuple([]),
	preview: v.strictTuple([mappingSchema]),
	reading: v.strictTuple([mappingSchema]),
	naming: v.strictTuple([textSchema]),
	import: v.strictTuple([mappingSchema, v.nullable(textSchema)]),
	close: v.strictTuple([]),
};

export const mappingViewSchemas: ArgumentSchemas<MappingView> = {
	saved: v.strictTuple([
		v.array(
			v.strictObject({
				name: v.string(),
				mapping: mappingSchema,
				table: v.array(v.string()),
				by: v.string(),
				at: v.string(),
			}),
		),
	]),
};
