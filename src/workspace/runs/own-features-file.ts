import { createHash } from 'node:crypto';
import type { ScoredPair } from '../../domain/dataset.ts';
import { CanonicalError, canonicalComparison } from '../../domain/identity.ts';
import { openChunks } from '../../formats/chunks.ts';
import { pairwright } from '../../formats/pairwright.ts';
import type { Row } from '../../formats/parse-row.ts';
import { parsedRows } from '../../formats/parsed-rows.ts';
import { RowError, refuse } from '../../formats/row-error.ts';
import { trl } from '../../formats/trl.ts';
import { UserError } from '../../protocol/errors.ts';
import type { RejectedRows } from '../../protocol/runs.ts';
import type { OwnFeatures } from '../../scoring/features.ts';
import { OwnFeatureTable, type OwnInput } from '../../scoring/own-features.ts';

/** Unusable rows that are named, as of log-probabilities; a message names a few. */
const NAMED = 1000;
const FIRST = 3;
const ID = /^[0-9a-f]{8,64}$/;
const MAX_NAME = 60;

/**
 * Reads features for the pairs of a run, chosen by the user on this machine: a path in a workspace's own settings is never read.
 * JSON Lines (or an array, or .gz) of `{id, a: […], b: […]}` or `{id, x: […]}` with x = a − b of the canonical sides; or, instead of
 * `id`, the pair itself: `{prompt, response_a, response_b, …}` or `{prompt, chosen, rejected, …}`, where a and b are that row's first and second
 * response. A first row `{names: […]}` names the columns.
 * A row that cannot be used is named and left out; its pair is counted among those without features.
 * @param shown how the file is called in `rejected`
 * @throws UserError `unusable-input` where no row can be used, or with `replace` where a pair has none; `cancelled`
 */
export async function readOwnFeatures(
	file: string,
	mode: OwnFeatures['mode'],
	pairs: readonly ScoredPair[],
	{ signal, shown = file }: { readonly signal?: AbortSignal | undefined; readonly shown?: string } = {},
): Promise<{ readonly own: OwnInput; readonly rejected: RejectedRows }> {
	const source = await openChunks(file, signal);
	const hash = createHash('sha256');
	const table = new OwnFeatureTable(pairs);
	const named: RejectedRows['rows'][number][] = [];
	let total = 0;
	let used = 0;
	let rows = 0;
	let names: readonly string[] | null = null;
	const read = async function* (): AsyncGenerator<Buffer> {
		for await (const chunk of source.chunks) {
			hash.update(chunk);
			yield chunk;
		}
	};
	const use = (line: number, row: Row): string | null => {
		if (rows === 0 && names === null && 'names' in row) {
			names = readNames(row.names);
			return null;
		}
		rows++;
		const { id, swapped } = readId(row);
		const difference = readDifference(row, swapped);
		if (names !== null && names.length !== difference.length) {
			return `expected ${names.length} numbers, one a name of the first row, found ${difference.length}`;
		}
		const problem = table.add(line, id, difference);
		if (problem === null) used++;
		return problem;
	};
	for await (const batch of parsedRows(file, { chunks: read() })) {
		for (const { line, row, reason } of batch) {
			let problem: string | null = reason;
			if (row !== null) {
				try {
					problem = use(line, row);
				} catch (error) {
					if (!(error instanceof RowError)) throw error;
					problem = error.message;
				}
			}
			if (problem === null) continue;
			total++;
			if (named.length < NAMED) named.push({ path: shown, line, reason: problem });
		}
	}
	if (total > 0 && used === 0) {
		const first = named.slice(0, FIRST).map(({ line, reason }) => `line ${line}: ${reason}`);
		throw new UserError(
			'unusable-input',
			`--features ${file}: none of its rows can be used (${first.join('; ')}${total > FIRST ? '; …' : ''}). Nothing was scored. "pairwright score --help" says what a row holds.`,
		);
	}
	return { own: table.finish(mode, names, hash.digest('hex')), rejected: { total, rows: named } };
}

function readNames(names: unknown): string[] {
	if (!Array.isArray(names) || names.length === 0) refuse('names', 'a list of texts', names);
	const wrong = names.findIndex(
		(name) => typeof name !== 'string' || name.trim() === '' || name.length > MAX_NAME || /\p{Cc}/u.test(name),
	);
	if (wrong >= 0) refuse(`names[${wrong}]`, `a text of 1 to ${MAX_NAME} characters on one line`, names[wrong]);
	return names as string[];
}

/** The comparison a row is about, and whether its first response is canonical side b. */
function readId(row: Row): { readonly id: string; readonly swapped: boolean } {
	if (row.id !== undefined && row.id !== null) {
		if (typeof row.id !== 'string' || !ID.test(row.id)) {
			refuse('id', 'the id of a comparison, or 8 or more of its first digits', row.id);
		}
		return { id: row.id, swapped: false };
	}
	const format = [pairwright, trl].find((each) => each.fits(row));
	if (format === undefined)
		refuse('id', 'the id of a comparison, or the pair itself (prompt and two responses)', row.id);
	const { prompt, tools, first, second } = format.read(row);
	try {
		const { comparison, swapped } = canonicalComparison(
			{ messages: prompt, ...(tools === undefined ? {} : { tools }) },
			first,
			second,
		);
		return { id: comparison.id, swapped };
	} catch (error) {
		if (!(error instanceof CanonicalError)) throw error;
		throw new RowError(`row: expected two different responses, found that ${error.message}`);
	}
}

/** φ(a) − φ(b) of the canonical sides. */
function readDifference(row: Row, swapped: boolean): number[] {
	const sign = swapped ? -1 : 1;
	if (row.x !== undefined) {
		if (row.a !== undefined || row.b !== undefined) refuse('x', 'either x, or a and b', row.x);
		return numbers(row.x, 'x').map((value) => sign * value);
	}
	const a = numbers(row.a, 'a');
	const b = numbers(row.b, 'b');
	if (a.length !== b.length) refuse('b', `a list of ${a.length} as in a`, row.b);
	return a.map((value, j) => sign * (value - b[j]!));
}

function numbers(list: unknown, field: string): number[] {
	if (!Array.isArray(list) || list.length === 0) refuse(field, 'a list of numbers', list);
	const wrong = list.findIndex((value) => typeof value !== 'number');
	if (wrong >= 0) refuse(`${field}[${wrong}]`, 'a number', list[wrong]);
	return list as number[];
}
