import type { ColumnMapping } from '../../domain/column-mapping.ts';
import { type Erasures, type RemovedPerson, removedPerson } from '../../domain/erasure.ts';
import { whoCompleted } from '../../formats/shapes/annotation-tools.ts';
import { isObject } from '../../formats/shapes/chat.ts';

type Row = Record<string, unknown>;

/** Columns of a mapped row that say what one person thinks of it. */
const SAID = ['annotator', 'verdict', 'score_a', 'score_b', 'strength', 'note', 'at'] as const;

/**
 * A line of a copy without the verdicts of removed people, or with their neutral names, in every shape in which readers look for
 * names: `judgments`, Argilla's `responses`, Label Studio's `annotations`, the annotator column of a mapping. Where a verdict cannot
 * leave alone (a mapped `chosen`), it stays: the caller reads the line again and compares.
 */
export function withoutNames(line: string, erasures: Erasures, mapping: ColumnMapping | null): string {
	let row = JSON.parse(line.replace(/^\uFEFF/u, '')) as Row;
	const find = (name: unknown): RemovedPerson | undefined => {
		const text = typeof name === 'number' ? String(name) : name;
		return typeof text === 'string' ? removedPerson(erasures, text) : undefined;
	};
	if (Array.isArray(row.judgments)) row = { ...row, judgments: inJudgments(row.judgments, find) };
	if (isObject(row.responses) && isObject(row.fields)) row = { ...row, responses: inResponses(row.responses, find) };
	for (const key of ['annotations', 'completions']) {
		const given = row[key];
		if (isObject(row.data) && Array.isArray(given)) row = { ...row, [key]: inAnnotations(given, find) };
	}
	return JSON.stringify(mapping === null ? row : inColumns(row, mapping, find));
}

type Find = (name: unknown) => RemovedPerson | undefined;

function inJudgments(judgments: readonly unknown[], find: Find): unknown[] {
	return judgments.flatMap((judgment: unknown) => {
		const person = isObject(judgment) ? find(judgment.annotator) : undefined;
		if (person === undefined) return [judgment];
		return person.work ? [{ ...(judgment as Row), annotator: person.as }] : [];
	});
}

/** Answers to several questions belong together by their places: one that leaves keeps its place. */
function inResponses(responses: Row, find: Find): Row {
	const nothing = { status: 'discarded' };
	const out = new Set<number>();
	for (const answers of Object.values(responses)) {
		for (const [i, answer] of Array.isArray(answers) ? answers.entries() : []) {
			if (isObject(answer) && find(answer.user_id)?.work === false) out.add(i);
		}
	}
	return Object.fromEntries(
		Object.entries(responses).map(([question, answers]) => [
			question,
			!Array.isArray(answers)
				? answers
				: answers.map((answer: unknown, i) => {
						if (!isObject(answer)) return answer;
						const person = find(answer.user_id);
						if (person === undefined) return answer.user_id == null && out.has(i) ? nothing : answer;
						return person.work ? { ...answer, user_id: person.as } : nothing;
					}),
		]),
	);
}

function inAnnotations(annotations: readonly unknown[], find: Find): unknown[] {
	return annotations.flatMap((annotation: unknown) => {
		if (!isObject(annotation)) return [annotation];
		const person = find(whoCompleted(annotation.completed_by));
		if (person === undefined) return [annotation];
		// The tool's other fields that name who was at it last.
		const { updated_by: _, last_created_by: __, ...rest } = annotation;
		return person.work ? [{ ...rest, completed_by: person.as }] : [];
	});
}

function inColumns(row: Row, { columns }: ColumnMapping, find: Find): Row {
	const name = columns.annotator;
	const given = name === undefined ? undefined : row[name];
	const person = find(typeof given === 'string' ? given.trim() : typeof given === 'boolean' ? String(given) : given);
	if (name === undefined || person === undefined) return row;
	if (person.work) return { ...row, [name]: person.as };
	const gone = SAID.flatMap((role) => columns[role] ?? []).filter((column) => column in row);
	return { ...row, ...Object.fromEntries(gone.map((column) => [column, null])) };
}
