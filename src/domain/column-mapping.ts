import type { Split } from './split.ts';

/**
 * What a column of a table may be. `a` and `b` are two responses in the row's own order; `chosen` and `rejected` already say which is
 * preferred; `responses` is a list of any number of them, with `ranks` (1 = best) or `scores` (more = better). `at` is the time of the
 * verdict; `domain` becomes a facet `domain:…`. Every column without a role is kept as metadata.
 */
export const COLUMN_ROLES = [
	'prompt',
	'system',
	'a',
	'b',
	'chosen',
	'rejected',
	'responses',
	'ranks',
	'scores',
	'score_a',
	'score_b',
	'verdict',
	'strength',
	'annotator',
	'note',
	'at',
	'domain',
	'split',
	'source',
] as const;
export type ColumnRole = (typeof COLUMN_ROLES)[number];

/** What a value of the verdict column means; the digit is the strength: 1 slightly, 2 clearly, 3 much. `none` = not judged. */
export const VERDICT_CODES = ['a', 'a 1', 'a 2', 'a 3', 'b', 'b 1', 'b 2', 'b 3', 'tie', 'both_bad', 'none'] as const;
export type VerdictCode = (typeof VERDICT_CODES)[number];

/**
 * How numbers in the verdict column are read where they are a scale and not names of values. Probabilities lie in [0, 1] and ½ is a
 * tie; in signed scales 0 is a tie, and whole numbers of 1 to 3 are the strength.
 */
export const NUMBER_SCALES = ['probability-a', 'probability-b', 'negative-a', 'positive-a'] as const;
export type NumberScale = (typeof NUMBER_SCALES)[number];

/** How the columns of a table become comparisons. Recorded with each import, so that a rebuild reads the same. */
export interface ColumnMapping {
	readonly columns: Readonly<Partial<Record<ColumnRole, string>>>;
	/** By the value's text (case and outer spaces do not count). */
	readonly verdicts?: Readonly<Record<string, VerdictCode>>;
	/** Instead of `verdicts`. */
	readonly numbers?: NumberScale;
	/** By the split column's text; a name of ours needs no entry. */
	readonly splits?: Readonly<Record<string, Split>>;
}

/** How values of a column are compared with the keys of a value map. */
export function valueKey(value: unknown): string {
	return String(value).trim().toLowerCase();
}

/** Why a mapping cannot be used, or null. */
export function mappingProblem({ columns, verdicts, numbers }: ColumnMapping): string | null {
	const has = (role: ColumnRole) => columns[role] !== undefined;
	if (has('chosen') !== has('rejected')) return 'chosen and rejected belong together: map both columns.';
	if (has('a') !== has('b')) return 'a and b belong together: map both columns.';
	const ways = [has('a'), has('chosen'), has('responses')].filter(Boolean).length;
	if (ways === 0) return 'no column is mapped to a response: map a and b, or chosen and rejected, or responses.';
	if (ways > 1) return 'map a and b, or chosen and rejected, or responses: one of the three.';
	if (!has('prompt') && !has('chosen')) return 'no column is mapped to the prompt.';
	if (has('responses') && !has('ranks') && !has('scores')) {
		return 'responses need the column of their ranks or scores.';
	}
	if (has('score_a') !== has('score_b')) return 'score_a and score_b belong together: map both columns.';
	if (!has('verdict') && (numbers !== undefined || Object.keys(verdicts ?? {}).length > 0)) {
		return 'values of a verdict are mapped, but no column is: map the verdict.';
	}
	if (has('verdict') && has('score_a')) return 'map the verdict or the scores, not both.';
	if ((has('verdict') || has('score_a')) && !has('a')) return 'a verdict or scores need the columns a and b.';
	const taken = Object.values(columns).filter((name) => name !== undefined);
	const twice = taken.find((name, i) => taken.indexOf(name) !== i);
	return twice === undefined ? null : `the column "${twice}" is mapped twice.`;
}
