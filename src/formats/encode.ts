import { UserError } from '../protocol/errors.ts';
import { writePairwright } from './pairwright.ts';
import { writeTrl, writeTrlStandard } from './trl.ts';
import type { Encoded, ExportRow } from './types.ts';

const WRITERS: Readonly<Record<string, (row: ExportRow) => Encoded>> = {
	trl: writeTrl,
	'trl-standard': writeTrlStandard,
	pairwright: writePairwright,
};

/** Names that `export --format` takes. */
export const EXPORT_FORMATS: readonly string[] = Object.keys(WRITERS);

/**
 * One line of an export, without line end; the same row gives the same bytes.
 * @throws UserError `usage` for an unknown format
 */
export function encode(format: string, row: ExportRow): Encoded {
	const write = WRITERS[format];
	if (write === undefined) {
		throw new UserError('usage', `There is no export format "${format}". Use ${EXPORT_FORMATS.join(', ')}.`);
	}
	return write(row);
}
