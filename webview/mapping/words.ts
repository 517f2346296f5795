import {
	type ColumnMapping,
	type ColumnRole,
	mappedResponses,
	type NumberScale,
	type RankingOrder,
	RESPONSES,
	type VerdictCode,
} from '../../src/domain/column-mapping.ts';

const KINDS = ['score', 'rank', 'name'] as const;

interface RoleGroup {
	readonly label: string;
	readonly roles: readonly (readonly [ColumnRole, string])[];
}

/** Roles as the list offers them, in groups: of responses those that are mapped and the next one, of numbers those of mapped ones. */
export function roleGroups({ columns }: ColumnMapping): readonly RoleGroup[] {
	const mapped = mappedResponses(columns);
	const next = Math.max(2, ...mapped.map((role) => RESPONSES.indexOf(role) + 2));
	const counted = RESPONSES.filter(
		(role, i) => i < 2 || mapped.includes(role) || KINDS.some((kind) => columns[`${kind}_${role}`] !== undefined),
	);
	return [
		{
			label: 'Texts',
			roles: [
				['prompt', 'Prompt'],
				['system', 'System turn'],
				...RESPONSES.slice(0, next).map((role) => [role, `Response ${role}`] as const),
				['chosen', 'Chosen response'],
				['rejected', 'Rejected response'],
				['responses', 'List of responses'],
			],
		},
		{
			label: 'Which is better',
			roles: [
				...(mapped.length > 2 && columns.verdict === undefined ? [] : [['verdict', 'Verdict on a and b'] as const]),
				['ranking', 'Ranking'],
				['best', 'Best response'],
				...counted.map((role) => [`score_${role}`, `Score of ${role} (more = better)`] as const),
				...counted.map((role) => [`rank_${role}`, `Rank of ${role} (1 = best)`] as const),
				...counted.map((role) => [`name_${role}`, `Name of ${role} in the verdict`] as const),
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
}

export const ORDERS: readonly (readonly [RankingOrder, string])[] = [
	['best-first', 'the responses, the best first'],
	['ranks', 'a rank for each response (1 = best)'],
	['scores', 'a score for each response (more = better)'],
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
