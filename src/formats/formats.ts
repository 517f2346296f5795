import type { Format } from './format.ts';
import { hhRlhf } from './hh-rlhf.ts';
import { pairwright } from './pairwright.ts';
import { argilla, labelStudio } from './shapes/annotation-tools.ts';
import { messageTree } from './shapes/message-tree.ts';
import { axolotl, llamaFactory, openai, rejectedResponse } from './shapes/preferred.ts';
import { nectar, ultrafeedback } from './shapes/rankings.ts';
import { arena, arenaTable, helpsteer2, helpsteer3 } from './shapes/rated.ts';
import { wide } from './shapes/wide.ts';
import { trl } from './trl.ts';

/**
 * Every format that is read, in order of how much it asks of a row: hh-rlhf rows, and those of several trainers, have TRL's columns
 * too; a table of Chatbot Arena, or of three responses and more, has those of Pairwright.
 */
export const FORMATS: readonly Format[] = [
	arenaTable,
	wide,
	pairwright,
	hhRlhf,
	llamaFactory,
	axolotl,
	rejectedResponse,
	trl,
	openai,
	helpsteer2,
	helpsteer3,
	argilla,
	labelStudio,
	nectar,
	ultrafeedback,
	arena,
	messageTree,
];

/** Names that `import --format` takes beside `auto`. */
export const IMPORT_FORMATS: readonly string[] = FORMATS.map(({ name }) => name).sort();

/** The format of rows that a column mapping reads. */
export const MAPPED = 'columns';
