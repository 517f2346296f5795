import type { Database } from './database.ts';
import type { SourceVote } from './project-comparison.ts';

/**
 * Of an imported vote `v`: the journal has that verdict, which came back with an own export. It counts once, as the journal says:
 * whoever takes it back or corrects it would leave it standing otherwise. Its note may have been erased since, and is not compared.
 */
export const IN_JOURNAL = `EXISTS (SELECT 1 FROM events e JOIN comparisons c ON c.n = v.comparison
	WHERE e.person = v.annotator AND e.type = 'judged' AND e.time = v.at AND json_extract(e.line, '$.comparison') = c.id
	AND json_extract(e.line, '$.verdict') = v.verdict AND json_extract(e.line, '$.strength') IS v.strength)`;

export function isInJournal(
	db: Database,
	comparison: number,
	{ annotator, verdict, strength, at }: Pick<SourceVote, 'annotator' | 'verdict' | 'strength' | 'at'>,
): boolean {
	if (at === null) return false;
	const vote = '(SELECT ? AS comparison, ? AS annotator, ? AS verdict, ? AS strength, ? AS at)';
	const given = [comparison, annotator, verdict, strength, at];
	return db.value(`SELECT 1 FROM ${vote} v WHERE ${IN_JOURNAL}`, ...given) !== undefined;
}
