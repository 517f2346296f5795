/** The reference vectors, read so that no field of them can be left out by mistake. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../../shared/vectors');

/** For node:test's `skip`. */
export const skipVectors = existsSync(folder) ? false : 'the reference vectors are not here';

// Each file has its own shape; read loosely, compared exactly.
type Loose = number & readonly number[] & readonly string[];

export interface VectorCase {
	readonly name: string;
	readonly input: Readonly<Record<string, Loose>>;
	readonly expected: Readonly<Record<string, unknown>>;
	readonly tolerance: Readonly<Record<string, number>>;
}

export function vectorCases(file: string): readonly VectorCase[] {
	return JSON.parse(readFileSync(join(folder, file), 'utf8')).cases;
}

/** Expected values by dotted path; a list is one value. */
function leaves(value: unknown, path: string, out: Map<string, unknown>): Map<string, unknown> {
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
		for (const [key, inner] of Object.entries(value)) leaves(inner, path === '' ? key : `${path}.${key}`, out);
	} else out.set(path, value);
	return out;
}

function close(actual: unknown, expected: unknown, tolerance: number, what: string): void {
	if (Array.isArray(expected)) {
		const list = [...(actual as Iterable<unknown>)];
		assert.equal(list.length, expected.length, what);
		expected.forEach((value, i) => {
			close(list[i], value, tolerance, `${what}[${i}]`);
		});
	} else if (typeof expected === 'number') {
		assert.ok(
			typeof actual === 'number' && Math.abs(actual - expected) <= tolerance,
			`${what}: ${actual} is not ${expected} within ${tolerance}`,
		);
	} else if (expected === 'Infinity') assert.equal(actual, Infinity, what);
	else assert.equal(actual, expected, what);
}

/** From a field's path, its match and the case to our value; or to a value and the tolerance that the file gives it elsewhere. */
export type Readers<Context> = readonly (readonly [RegExp, (context: Context, match: RegExpMatchArray) => unknown])[];

export class Within {
	readonly value: number;
	readonly tolerance: number;
	constructor(value: number, tolerance: number) {
		this.value = value;
		this.tolerance = tolerance;
	}
}

/**
 * Compares every field of a case.
 * @returns how many fields were compared
 * @throws AssertionError for a field that no reader knows, so that none is skipped in silence
 */
export function compareCase<Context>(vector: VectorCase, context: Context, readers: Readers<Context>): number {
	const fields = leaves(vector.expected, '', new Map());
	for (const [path, expected] of fields) {
		const what = `${vector.name}: ${path}`;
		const found = readers
			.map(([pattern, read]) => ({ match: path.match(pattern), read }))
			.find(({ match }) => match !== null);
		assert.ok(found !== undefined, `${what}: no reader for this field`);
		const actual = found.read(context, found.match!);
		if (actual instanceof Within) close(actual.value, expected, actual.tolerance, what);
		else close(actual, expected, vector.tolerance[path] ?? vector.tolerance.default!, what);
	}
	return fields.size;
}
