import { type ExportFormat, isExportFormat, EXPORT_FORMATS as NAMES } from '../domain/export-format.ts';
import { UserError } from '../protocol/errors.ts';
import { writePairwright } from './pairwright.ts';
import { writeTrl, writeTrlStandard } from './trl.ts';
import type { Encoded, ExportRow } from './types.ts';
import { writeArgilla, writeHelpsteer, writeLabelStudio } from './writers/annotation.ts';
import { writeAxolotl, writeColumns, writeKto, writeLlamaFactory, writeOpenai } from './writers/trainers.ts';

const WRITERS: Readonly<Record<ExportFormat, (row: ExportRow) => Encoded>> = {
	trl: writeTrl,
	'trl-standard': writeTrlStandard,
	axolotl: writeAxolotl,
	'llama-factory': writeLlamaFactory,
	openai: writeOpenai,
	kto: writeKto,
	helpsteer: writeHelpsteer,
	parquet: writeColumns,
	hf: writeColumns,
	argilla: writeArgilla,
	'label-studio': writeLabelStudio,
	pairwright: writePairwright,
};

/** Names that `export --format` takes. */
export const EXPORT_FORMATS: readonly string[] = NAMES;

/**
 * One row of an export as JSON, without line end; the same row gives the same bytes.
 * @throws UserError `usage` for an unknown format
 */
export function encode(format: string, row: ExportRow): Encoded {
	if (!isExportFormat(format)) {
		throw new UserError('usage', `There is no export format "${format}". Use ${NAMES.join(', ')}.`);
	}
	return WRITERS[format](row);
}
