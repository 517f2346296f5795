import type { Command } from 'commander';
import { UserError } from '../protocol/errors.ts';
import type { ErasedFiles, EraseResult } from '../protocol/workspace-api.ts';
import { EXIT } from './context.ts';
import { count, oneLine } from './format.ts';
import { example, perform } from './register.ts';

interface EraseOptions {
	readonly reason?: string;
	readonly dryRun?: boolean;
	readonly yes?: boolean;
}

export function registerErase(program: Command): void {
	program
		.command('erase')
		.description('take texts out for good: comparisons, or prompts with everything on them; a tombstone of ids stays')
		.argument('[ids...]', 'ids of comparisons or prompts; none: finish what an earlier erase or a sync began')
		.option('--reason <text>', 'why; it stays, with who and when: do not quote the text')
		.option('--dry-run', 'say what would change, and change nothing')
		.option('--yes', 'do it: without this nothing is erased')
		.addHelpText(
			'after',
			`
Rewritten are journals (also those of others), copies of imported files, drafts, the cache of model scores and the database. Files that
you imported where they lie are not touched: they are named. Runs, exports and manifests keep ids; they hold no texts. A later import
or somebody's later sync does not bring the text back. What git history holds stays there: the exact commands are printed.
With a remote it syncs before and after; everybody else takes the erasure over with their next sync.
${example('erase 3f9a01bc22 --dry-run', 'erase 3f9a01bc22 --reason "asked for by the person quoted" --yes')}`,
		)
		.action(
			perform<EraseOptions>(async (context, ids, { reason, dryRun, yes }) => {
				if (dryRun !== true && yes !== true && ids.length > 0) {
					throw new UserError(
						'usage',
						'An erasure cannot be undone. See what it would do with --dry-run, then give --yes.',
					);
				}
				const api = await context.open();
				const done = await context.job('erase', (job) =>
					api.erase(ids, { preview: dryRun === true, ...(reason === undefined ? {} : { reason }) }, job),
				);
				if (leftOver(done)) context.exitCode = EXIT.partly;
				context.result(done, () => eraseText(done));
			}),
		);
}

/** Whether something is left that a person has to see to. */
export function leftOver(done: ErasedFiles): boolean {
	return !done.preview && (done.left.length > 0 || done.synced?.ok === false);
}

/** What was or would be changed in files, and what git holds. */
export function filesText(done: ErasedFiles): string[] {
	const { journals, sources, left, advice, synced } = done;
	return [
		...journals.map(({ file, lines }) => `  ${oneLine(file)}: ${count(lines)} ${lines === 1 ? 'line' : 'lines'}`),
		...sources.map(
			({ path, rows }) =>
				`  ${oneLine(path)}: written anew${rows === 0 ? '' : ` without ${count(rows)} ${rows === 1 ? 'row' : 'rows'}`}`,
		),
		...left.map(({ path, why }) => `  STILL HOLDS IT: ${oneLine(path)}: ${oneLine(why)}`),
		...(synced === null ? [] : [oneLine(synced.message)]),
		'',
		...advice,
	];
}

function listed(what: string, ids: readonly string[]): string[] {
	if (ids.length === 0) return [];
	const more = ids.length > 5 ? ` and ${count(ids.length - 5)} more` : '';
	return [
		`${what}: ${ids
			.slice(0, 5)
			.map((id) => id.slice(0, 24))
			.join(', ')}${more}.`,
	];
}

export function eraseText(done: EraseResult): string {
	const { comparisons, prompts, already, preview, drafts, related, runs, exports, manifests } = done;
	const what = `${count(comparisons.length)} ${comparisons.length === 1 ? 'comparison' : 'comparisons'}${prompts.length === 0 ? '' : ` (everything on ${count(prompts.length)} ${prompts.length === 1 ? 'prompt' : 'prompts'})`}`;
	const head =
		comparisons.length + prompts.length === 0
			? 'Nothing new to erase; what was erased before is out of every file here.'
			: preview
				? `Would erase ${what}:`
				: `Erased ${what}. A tombstone with the ids, your handle, the date and the reason stays.`;
	return [
		head,
		...listed('Out already', already),
		...(drafts.length === 0 ? [] : [`  drafts: ${drafts.map(oneLine).join(', ')}`]),
		...filesText({ ...done, advice: [] }).filter((line) => line !== ''),
		...listed('These stay and share a text with it; erase the prompt, or name them too', related),
		...listed('Runs that keep its ids and numbers, no texts', runs),
		...listed('Records of exports that name it; files handed on from them still hold it', exports),
		...listed('Manifests that name it', manifests),
		'',
		...done.advice,
	].join('\n');
}
