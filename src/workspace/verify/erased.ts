import { existsSync, statSync } from 'node:fs';
import { copiedFiles } from '../../store/erasure-query.ts';
import { foldedErasures } from '../../store/erasures.ts';
import type { Context } from '../context.ts';
import { journalsWith } from '../erase/erase.ts';
import { oldCopies } from '../erase/old-copies.ts';
import { erasedRows, takenBackCopies } from '../erase/taken-back.ts';
import { locateSource } from '../source-files.ts';
import { ByteBudget, type Check, counted, finding } from './finding.ts';

/** Packed bytes of copies read without being asked for more. */
const COPY_BYTES = 20_000_000;

/** What tombstones name, against what journals and copies still hold. */
export async function checkErased(ctx: Context, deep: boolean): Promise<Check> {
	const erasures = foldedErasures(ctx.db);
	const check = 'erased';
	if (erasures === null) return { check, status: 'ok', message: 'Nothing was erased.' };
	const problems = journalsWith(ctx, erasures).map(
		({ file, lines }) => `${file} holds ${counted(lines, 'line')} of it`,
	);
	problems.push(
		...oldCopies(ctx, erasures).map(({ path, last, here }) =>
			here
				? `${path} is a copy that was replaced`
				: `${path} is a copy that was replaced, and ${last.path}, which replaces it, is not here`,
		),
	);
	const budget = new ByteBudget(deep ? Number.POSITIVE_INFINITY : COPY_BYTES);
	const skipped: string[] = [];
	const backs = takenBackCopies(ctx);
	for (const file of [...copiedFiles(ctx.db), ...backs]) {
		const path = locateSource(ctx.paths, file.path);
		if (!existsSync(path)) continue;
		if (!budget.take(statSync(path).size)) {
			skipped.push(file.path);
			continue;
		}
		const rows = await erasedRows(file, path, erasures);
		const what = backs.includes(file) ? ', a copy of an import that was taken back,' : '';
		if (rows > 0) problems.push(`${file.path}${what} holds ${counted(rows, 'row')} of it`);
	}
	const { comparisons, prompts, people } = erasures;
	const what = [
		counted(comparisons.size, 'comparison'),
		...(prompts.size === 0 ? [] : [counted(prompts.size, 'prompt')]),
		...(people.size === 0 ? [] : [counted(new Set([...people.values()].map(({ as }) => as)).size, 'person', 'people')]),
	].join(', ');
	return finding(
		check,
		problems,
		`Out of every journal and copy: ${what}. Ids in runs, exports and manifests that name them are known to be erased.`,
		{
			status: 'warning',
			remedy:
				'Run "pairwright erase" without ids: it finishes what was begun, and what came in since. What it cannot write anew, it names, with what to do.',
		},
		skipped,
	);
}
