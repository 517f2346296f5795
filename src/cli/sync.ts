import type { Command } from 'commander';
import { EXIT } from './context.ts';
import { oneLine } from './format.ts';
import { example, perform } from './register.ts';

export function registerSync(program: Command): void {
	program
		.command('sync')
		.description(
			'send my judgments through git and receive those of others; exit code 2 where something is left to send or to take over',
		)
		.addHelpText(
			'after',
			`
Commits only your own journal files (.pairwright/journal/<you>) and the files that your events name: copies of what you
imported, frozen manifests, records of exports, runs. Settings and guidelines go with the first sync where git has none yet.
Other files, staged or not, stay as they are; your other commits are not sent; branches are neither switched nor made.
Hooks of this clone do not run on these commits; a pre-push hook does.
${example('sync', 'sync --json')}`,
		)
		.action(
			perform(async (context) => {
				const api = await context.open();
				const done = await context.job('sync', (job) => api.sync(job));
				if (!done.ok) context.exitCode = EXIT.partly;
				context.result(done, () => oneLine(done.message));
			}),
		);
}
