import { relative, sep } from 'node:path';
import { CanonicalError, canonicalComparison } from '../../domain/identity.ts';
import { openChunks } from '../../formats/chunks.ts';
import { hhRlhf } from '../../formats/hh-rlhf.ts';
import type { Row } from '../../formats/parse-row.ts';
import { parsedRows } from '../../formats/parsed-rows.ts';
import { RowError } from '../../formats/row-error.ts';
import { trl } from '../../formats/trl.ts';
import { UserError } from '../../protocol/errors.ts';
import type { RejectedRows } from '../../protocol/runs.ts';
import type { CheckpointInput } from '../../scoring/checkpoints/input.ts';
import { logprobsName, namesOfFiles } from '../../scoring/engines/checkpoint-names.ts';
import {
	chosenSideOf,
	LOGPROBS_VERSION,
	type LogprobsIndex,
	LogprobsTable,
	type RowPair,
} from '../../scoring/engines/logprobs.ts';
import { LogprobsProblem, readLogprobsRow, rowId } from '../../scoring/engines/logprobs-row.ts';
import type { RunHooks } from '../../scoring/scoring-run.ts';

/** Rejected rows that are named; all are counted. */
const NAMED = 1000;

/**
 * Reads log-probability files for the pairs of a run: JSON Lines (or an array, or .gz) with TRL's columns. A row that cannot be used
 * is named and left out; the others go on.
 * @param files absolute paths that the user named on this machine
 * @param wanted ids of the pairs that the run scores, in its order
 * @throws UserError unusable-input where nothing can be used, cancelled
 */
export async function readLogprobs(
	files: readonly string[],
	{ index, wanted, root }: { readonly index: LogprobsIndex; readonly wanted: readonly string[]; readonly root: string },
	{ signal, onProgress }: RunHooks = {},
): Promise<{ readonly input: CheckpointInput; readonly rejected: RejectedRows }> {
	const table = new LogprobsTable(index);
	const names = namesOfFiles(files, logprobsName);
	const rejected: RejectedRows['rows'][number][] = [];
	const facts: { rows: number; rejected: number }[] = [];
	for (const [i, file] of files.entries()) {
		const path = shownPath(root, file);
		const source = await openChunks(file, signal);
		const fact = { rows: 0, rejected: 0 };
		for await (const batch of parsedRows(file, source)) {
			for (const { line, row, reason } of batch) {
				fact.rows++;
				const why = row === null ? reason : use(table, row, { path, line, name: names[i]! });
				if (why === null) continue;
				fact.rejected++;
				if (rejected.length < NAMED) rejected.push({ path, line, reason: why });
			}
			onProgress?.({ phase: `reading ${names[i]}`, done: source.consumed(), total: source.totalBytes, unit: 'bytes' });
		}
		if (fact.rows === 0)
			throw new UserError('unusable-input', `${file} is empty: it holds no rows. Nothing was scored.`);
		if (fact.rejected === fact.rows)
			throw noneUsable(
				file,
				fact.rows,
				rejected.filter((each) => each.path === path),
			);
		facts.push(fact);
	}
	const { checkpoints, models } = table.finish(wanted);
	return {
		input: {
			engine: { name: 'logprobs', version: LOGPROBS_VERSION, models, self_test: [], files: facts },
			checkpoints,
			work: { scored: checkpoints.reduce((sum, each) => sum + each.scores.length, 0), reused: 0 },
		},
		rejected: { total: facts.reduce((sum, each) => sum + each.rejected, 0), rows: rejected },
	};
}

function noneUsable(file: string, rows: number, named: readonly { line: number; reason: string }[]): UserError {
	const first = named.slice(0, 3).map(({ line, reason }) => `line ${line}: ${reason}`);
	return new UserError(
		'unusable-input',
		`${file}: none of its ${rows} rows can be used (${first.join('; ')}${rows > 3 ? '; …' : ''}). Nothing was scored. "pairwright score --help" names the columns.`,
	);
}

/** Inside the workspace the path from its root, else the name alone: records are committed, and a path may name a person. */
function shownPath(root: string, file: string): string {
	const inside = relative(root, file);
	return inside.startsWith('..') || inside === file
		? (file.split(/[\\/]/).at(-1) ?? file)
		: inside.split(sep).join('/');
}

/** @returns why the row cannot be used, or null */
function use(table: LogprobsTable, row: Row, at: { path: string; line: number; name: string }): string | null {
	try {
		const { path, line, name } = at;
		table.add(readLogprobsRow(row), { pair: pairOf(row), id: rowId(row), name, at: { path, line } });
		return null;
	} catch (error) {
		if (error instanceof LogprobsProblem || error instanceof RowError) return error.message;
		throw error;
	}
}

/** The pair that the row's own texts make; null = it has none. */
function pairOf(row: Row): RowPair | null {
	const format = [hhRlhf, trl].find((each) => each.fits(row));
	if (format === undefined) return null;
	const { prompt, tools, first, second } = format.read(row);
	try {
		const { comparison, swapped } = canonicalComparison(
			{ messages: prompt, ...(tools === undefined ? {} : { tools }) },
			first,
			second,
		);
		return { comparison: comparison.id, chosen: chosenSideOf(swapped) };
	} catch (error) {
		if (!(error instanceof CanonicalError)) throw error;
		throw new RowError(`rejected: expected another response than chosen, found that ${error.message}`);
	}
}
