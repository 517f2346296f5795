import type { Command } from 'commander';
import { UserError } from '../protocol/errors.ts';
import type { ErasedFiles } from '../protocol/team.ts';
import { eraseText } from '../workspace/erase/words.ts';
import { EXIT } from './context.ts';
import { safe } from './format.ts';
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
you imported where they lie are not touched, Parquet copies cannot be rewritten: they are named. Nor are files that exports and bundles wrote. Runs, records of exports and
manifests keep ids; they hold no texts. A later import or somebody's later sync does not bring the text back. Notes, reasons and saved
searches elsewhere that quote it, and nothing that stays, lose those words: --dry-run lists them. What is said about it in other words is
not found. What git history holds stays there: the exact commands are printed.
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
				context.result(done, () => safe(eraseText(done)));
			}),
		);
}

/** Whether something is left that a person has to see to. */
export function leftOver(done: ErasedFiles): boolean {
	return !done.preview && (done.left.length > 0 || done.synced?.ok === false);
}
