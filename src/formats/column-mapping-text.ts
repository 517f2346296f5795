import * as v from 'valibot';
import {
	COLUMN_ROLES,
	type ColumnMapping,
	mappingProblem,
	VERDICT_CODES,
	type VerdictCode,
	valueKey,
} from '../domain/column-mapping.ts';
import { stableJson } from '../domain/identity.ts';
import { SPLITS, type Split } from '../domain/split.ts';
import { UserError } from '../protocol/errors.ts';
import { mappingSchema } from '../protocol/mapping.ts';

/** A mapping as it is recorded with an import: the same mapping gives the same text. */
export function mappingText(mapping: ColumnMapping): string {
	return stableJson(mapping);
}

/**
 * Reads a mapping from JSON: a file of one's own, or what an import recorded.
 * @param where names it in messages
 * @throws UserError `usage` saying what is wrong
 */
export function parseMapping(text: string, where: string): ColumnMapping {
	let value: unknown;
	try {
		value = JSON.parse(text.replace(/^\ufeff/u, ''));
	} catch (error) {
		throw new UserError('usage', `${where} is not valid JSON: ${(error as Error).message}`);
	}
	const parsed = v.safeParse(mappingSchema, value);
	if (!parsed.success) {
		const issue = parsed.issues[0];
		const at = issue.path?.map((p) => String(p.key)).join('.') ?? 'mapping';
		throw new UserError('usage', `${where}, ${at}: ${issue.message}. Expected {"columns": {"prompt": "COLUMN", …}}.`);
	}
	return checked(parsed.output, where);
}

function checked(mapping: ColumnMapping, where: string): ColumnMapping {
	const problem = mappingProblem(mapping);
	if (problem !== null) throw new UserError('usage', `${where}: ${problem}`);
	return mapping;
}

/**
 * Corrects a guess with what was said on a command line: `prompt=question`, `verdict:A>B=a`, `split:val=eval`, `numbers=negative-a`;
 * `note=` takes a column out.
 * @throws UserError `usage` naming the part that cannot be read
 */
export function correctMapping(guess: ColumnMapping, said: readonly string[]): ColumnMapping {
	const columns: Record<string, string | undefined> = { ...guess.columns };
	const verdicts: Record<string, VerdictCode> = { ...guess.verdicts };
	const splits: Record<string, Split> = { ...guess.splits };
	let numbers = guess.numbers;
	for (const part of said) {
		const at = part.lastIndexOf('=');
		const [key, value] = at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
		const bad = (expected: string) => new UserError('usage', `--map ${part}: expected ${expected}.`);
		if (at < 0) throw bad(`ROLE=COLUMN with a role of ${COLUMN_ROLES.join(', ')}`);
		const verdict = /^verdict:(.*)$/su.exec(key)?.[1];
		const split = /^split:(.*)$/su.exec(key)?.[1];
		if (verdict !== undefined) {
			const code = VERDICT_CODES.find((each) => each === value);
			if (code === undefined) throw bad(`verdict:VALUE=CODE with a code of ${VERDICT_CODES.join(', ')}`);
			verdicts[valueKey(verdict)] = code;
			numbers = undefined;
		} else if (split !== undefined) {
			const name = SPLITS.find((each) => each === value);
			if (name === undefined) throw bad(`split:VALUE=SPLIT with a split of ${SPLITS.join(', ')}`);
			splits[valueKey(split)] = name;
		} else if (key === 'numbers') {
			const parsed = v.safeParse(mappingSchema.entries.numbers, value);
			if (!parsed.success) throw bad('numbers=SCALE with probability-a, probability-b, negative-a or positive-a');
			numbers = parsed.output;
		} else if (COLUMN_ROLES.some((role) => role === key)) {
			// A column has one role: it is taken from the one it was guessed for.
			for (const role of Object.keys(columns)) if (columns[role] === value && role !== key) delete columns[role];
			if (value === '') delete columns[key];
			else columns[key] = value;
		} else throw bad(`ROLE=COLUMN with a role of ${COLUMN_ROLES.join(', ')}`);
	}
	return checked(
		{
			columns: columns as ColumnMapping['columns'],
			...(numbers === undefined && Object.keys(verdicts).length > 0 ? { verdicts } : {}),
			...(numbers === undefined ? {} : { numbers }),
			...(Object.keys(splits).length === 0 ? {} : { splits }),
		},
		'--map',
	);
}
