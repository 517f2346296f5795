/** Messages between the mapping screen and the extension, checked where they arrive. */
import * as v from 'valibot';
import { COLUMN_ROLES, NUMBER_SCALES, VERDICT_CODES } from '../domain/column-mapping.ts';
import { splitSchema } from './schemas.ts';

const textSchema = v.pipe(v.string(), v.maxLength(1000));

/** A `ColumnMapping`. */
export const mappingSchema = v.strictObject({
	columns: v.record(v.picklist(COLUMN_ROLES), v.pipe(textSchema, v.minLength(1))),
	verdicts: v.exactOptional(v.record(textSchema, v.picklist(VERDICT_CODES))),
	numbers: v.exactOptional(v.picklist(NUMBER_SCALES)),
	splits: v.exactOptional(v.record(textSchema, splitSchema)),
});
