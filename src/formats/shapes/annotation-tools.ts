/** What annotation tools export: each record with the answers of several people. */
import type { Verdict } from '../../domain/judgment.ts';
import type { Format, ReadJudgment, ReadPair } from '../format.ts';
import { isOurId, OWN_AGENT } from '../own-columns.ts';
import type { Row } from '../parse-row.ts';
import { RowError, refuse } from '../row-error.ts';
import { chatOf } from '../table-cells.ts';
import { isObject, openPrompt, readAnswer, readChat, readPromptWithSystem } from './chat.ts';

/** Names of two sides in a record's fields, most usual first. */
const FIELD_PAIRS = [
	['response1', 'response2'],
	['response_1', 'response_2'],
	['response-1', 'response-2'],
	['response_a', 'response_b'],
	['text1', 'text2'],
	['answer1', 'answer2'],
	['answer_a', 'answer_b'],
	['output1', 'output2'],
	['chosen', 'rejected'],
] as const;

const PROMPTS = ['prompt', 'instruction', 'question', 'input', 'context'] as const;

function sidesOf(fields: Row): readonly [string, string] | null {
	return FIELD_PAIRS.find(([one, two]) => one in fields && two in fields) ?? null;
}

function promptOf(fields: Row, where: string, warnings: string[]) {
	const name = PROMPTS.find((each) => each in fields);
	if (name === undefined) return refuse(where, `a prompt (${PROMPTS.join(', ')})`, fields);
	const value = fields[name];
	const isChat = Array.isArray(value) || (typeof value === 'string' && chatOf(value) !== null);
	const prompt = isChat
		? openPrompt(readChat(value, `${where}.${name}`, warnings), `${where}.${name}`)
		: readPromptWithSystem(value, null, `${where}.${name}`, warnings);
	return { name, prompt };
}

function toolPair(
	row: Row,
	fields: Row,
	where: string,
	judgments: readonly ReadJudgment[],
	used: readonly string[],
): ReadPair {
	const warnings: string[] = [];
	const sides = sidesOf(fields) ?? refuse(where, `two responses (${FIELD_PAIRS[0].join(', ')})`, fields);
	const { name, prompt } = promptOf(fields, where, warnings);
	const others = Object.fromEntries(
		Object.entries(fields).filter(([key]) => key !== name && !sides.includes(key) && key !== 'metadata'),
	);
	const metadata = row.metadata ?? fields.metadata ?? row.meta;
	return {
		prompt,
		first: readAnswer(fields[sides[0]], `${where}.${sides[0]}`, warnings),
		second: readAnswer(fields[sides[1]], `${where}.${sides[1]}`, warnings),
		sides: [`${where}.${sides[0]}`, `${where}.${sides[1]}`],
		labelled: false,
		judgments,
		common: { split: row.split, half: row.half, tags: row.tags, source: row.source, metadata },
		facts: others,
		columns: [...used, 'metadata', 'meta', 'split', 'half', 'tags', 'source'],
		warnings,
	};
}

/** Argilla's records: fields, responses of people by question, suggestions of models. */
export const argilla: Format = {
	name: 'argilla',
	fits: (row) => isObject(row.fields) && sidesOf(row.fields) !== null && ('responses' in row || 'suggestions' in row),
	read: (row) => {
		const fields = row.fields as Row;
		const sides = sidesOf(fields)!;
		const judgments: ReadJudgment[] = [];
		const responses = isObject(row.responses) ? row.responses : {};
		const suggestions = isObject(row.suggestions) ? row.suggestions : {};
		const question = preferenceQuestion(responses, suggestions, sides);
		const given = question === null ? [] : (responses[question] ?? []);
		if (!Array.isArray(given)) return refuse(`responses.${question}`, 'a list of answers', given);
		for (const [i, answer] of given.entries()) {
			if (!isObject(answer)) return refuse(`responses.${question}[${i}]`, 'an object {value, user_id}', answer);
			// Discarded and half-written answers are no verdicts.
			if (typeof answer.status === 'string' && answer.status !== 'submitted') continue;
			const verdict = verdictOf(answer.value, sides, `responses.${question}[${i}].value`);
			if (verdict !== null) judgments.push({ annotator: text(answer.user_id), verdict, ...noteOf(responses, i) });
		}
		const suggestion = question === null ? undefined : suggestions[question];
		if (isObject(suggestion)) {
			const verdict = verdictOf(suggestion.value, sides, `suggestions.${question}.value`);
			const agent = text(suggestion.agent);
			// Our own exports put there what people resolved.
			const annotator = agent === OWN_AGENT ? null : `model:${agent}`;
			if (verdict !== null && agent !== null) judgments.push({ annotator, verdict });
		}
		const used = ['fields', 'responses', 'suggestions', 'vectors', ...(isOurId(row.id) ? ['id'] : [])];
		return toolPair(row, fields, 'fields', judgments, used);
	},
};

function text(value: unknown): string | null {
	if (typeof value === 'number') return String(value);
	return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/** The question that asks which is better: `preference`, else the first whose answers name a side. */
function preferenceQuestion(responses: Row, suggestions: Row, sides: readonly [string, string]): string | null {
	if ('preference' in responses || 'preference' in suggestions) return 'preference';
	const namesSide = (value: unknown): boolean => {
		try {
			return value != null && verdictOf(value, sides, '') !== null;
		} catch (error) {
			if (error instanceof RowError) return false;
			throw error;
		}
	};
	for (const [name, answers] of Object.entries(responses)) {
		if (Array.isArray(answers) && answers.some((each) => isObject(each) && namesSide(each.value))) return name;
	}
	for (const [name, each] of Object.entries(suggestions)) {
		if (isObject(each) && namesSide(each.value)) return name;
	}
	return null;
}

/** A label (the name of a field, tie, both_bad) or a ranking of the fields. */
function verdictOf(value: unknown, sides: readonly [string, string], field: string): Verdict | null {
	if (value == null) return null;
	if (Array.isArray(value)) {
		const ranks = sides.map((side) => {
			const entry = value.find((each: unknown) => isObject(each) && each.value === side) as Row | undefined;
			return typeof entry?.rank === 'number' ? entry.rank : null;
		});
		const [one, two] = ranks;
		if (one == null || two == null) return refuse(field, `the ranks of ${sides.join(' and ')}`, value);
		return one === two ? 'tie' : one < two ? 'a' : 'b';
	}
	if (value === sides[0] || value === 'a' || value === 'A') return 'a';
	if (value === sides[1] || value === 'b' || value === 'B') return 'b';
	if (value === 'tie' || value === 'both_bad') return value;
	return refuse(field, `${sides.join(', ')}, tie or both_bad`, value);
}

/** A text question beside the preference, by the same person. */
function noteOf(responses: Row, i: number): { note?: string } {
	for (const name of ['note', 'rationale', 'reason', 'comment']) {
		const answers = responses[name];
		const value: unknown = Array.isArray(answers) && isObject(answers[i]) ? answers[i].value : undefined;
		if (typeof value === 'string' && value !== '') return { note: value };
	}
	return {};
}

/** Label Studio's tasks with <Pairwise>: `left` is the first name that the result points to. */
export const labelStudio: Format = {
	name: 'label-studio',
	fits: (row) => isObject(row.data) && sidesOf(row.data) !== null,
	read: (row) => {
		const data = row.data as Row;
		const sides = sidesOf(data)!;
		const annotations = row.annotations ?? row.completions ?? [];
		if (!Array.isArray(annotations)) return refuse('annotations', 'a list', annotations);
		const judgments = annotations.flatMap((annotation: unknown, i): ReadJudgment[] => {
			const field = `annotations[${i}]`;
			if (!isObject(annotation)) return refuse(field, 'an object with a result', annotation);
			if (annotation.was_cancelled === true) return [];
			const verdict = selected(annotation.result, sides, field);
			const at = annotation.updated_at ?? annotation.created_at;
			return verdict === null
				? []
				: [
						{
							annotator: whoCompleted(annotation.completed_by),
							verdict,
							...(typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? { at: new Date(at).toISOString() } : {}),
						},
					];
		});
		const used = ['data', 'annotations', 'completions'];
		const { tools, ...rest } = data;
		const pair = toolPair(row, tools == null ? data : rest, 'data', judgments, used);
		return tools == null ? pair : { ...pair, tools };
	},
};

/** People by their number: names and addresses stay in the tool. */
export function whoCompleted(value: unknown): string | null {
	const id = isObject(value) ? value.id : value;
	if (typeof id === 'number') return `label-studio-${id}`;
	return typeof id === 'string' && id !== '' && !id.includes('@') ? id : null;
}

const CHOICES: Readonly<Record<string, Verdict>> = { tie: 'tie', both_bad: 'both_bad', 'both bad': 'both_bad' };

function selected(results: unknown, sides: readonly [string, string], field: string): Verdict | null {
	if (!Array.isArray(results)) return refuse(`${field}.result`, 'a list', results);
	for (const [i, result] of results.entries()) {
		if (!isObject(result) || !isObject(result.value)) continue;
		if (result.type === 'pairwise') {
			const { selected: side } = result.value;
			if (side !== 'left' && side !== 'right') {
				return refuse(`${field}.result[${i}].value.selected`, 'left or right', side);
			}
			const names = typeof result.to_name === 'string' ? result.to_name.split(',').map((name) => name.trim()) : [];
			// Names of the fields themselves may stand in either order; other names are those of the screen, in order.
			const turned = names[0] === sides[1] && names[1] === sides[0];
			return (side === 'left') !== turned ? 'a' : 'b';
		}
		// <Pairwise> has no tie: a choice beside it may say so.
		const choice: unknown = Array.isArray(result.value.choices) ? result.value.choices[0] : undefined;
		const verdict = typeof choice === 'string' ? CHOICES[choice.toLowerCase()] : undefined;
		if (verdict !== undefined) return verdict;
	}
	return null;
}
