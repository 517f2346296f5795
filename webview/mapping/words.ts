import type { ColumnRole, NumberScale, VerdictCode } from '../../src/domain/column-mapping.ts';

/** Roles as the list offers them, in groups. */
export const ROLE_GROUPS: readonly {
	readonly label: string;
	readonly roles: readonly (readonly [ColumnRole, string])[];
}[] = [
	{
		label: 'Texts',
		roles: [
			['prompt', 'Prompt'],
			['system', 'System turn'],
			['a', 'Response a'],
			['b', 'Response b'],
			['chosen', 'Chosen response'],
			['rejected', 'Rejected response'],
			['responses', 'List of responses'],
		],
	},
	{
		label: 'Which is better',
		roles: [
			['verdict', 'Verdict'],
			['score_a', 'Score of a'],
			['score_b', 'Score of b'],
			['ranks', 'List of ranks (1 = best)'],
			['scores', 'List of scores (more = better)'],
			['strength', 'Strength, 1 to 3'],
		],
	},
	{
		label: 'About the judgment',
		roles: [
			['annotator', 'Annotator'],
			['note', 'Note'],
			['at', 'Time'],
		],
	},
	{
		label: 'About the prompt',
		roles: [
			['domain', 'Domain, as a facet'],
			['split', 'Split'],
			['source', 'Source'],
		],
	},
];

export const CODES: readonly (readonly [VerdictCode, string])[] = [
	['a', 'a is better'],
	['a 1', 'a, slightly'],
	['a 2', 'a, clearly'],
	['a 3', 'a, much'],
	['b', 'b is better'],
	['b 1', 'b, slightly'],
	['b 2', 'b, clearly'],
	['b 3', 'b, much'],
	['tie', 'tie'],
	['both_bad', 'both bad'],
	['none', 'not judged'],
];

export const SCALES: readonly (readonly [NumberScale, string])[] = [
	['probability-a', 'Probability that a is better'],
	['probability-b', 'Probability that b is better'],
	['negative-a', 'Below 0: a is better, size = strength'],
	['positive-a', 'Above 0: a is better'],
];

export function counted(n: number, one: string, many = `${one}s`): string {
	return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

export const CONTAINERS = { json: 'JSON', csv: 'CSV', tsv: 'TSV', parquet: 'Parquet' } as const;
