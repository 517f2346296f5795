import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { example, perform } from './register.ts';

export function registerInit(program: Command): void {
	program
		.command('init')
		.description('make .pairwright/ in a folder: settings, guidelines, journal')
		.argument('[dir]', 'folder, made if it is not there (default: --workspace, else the current folder)')
		.option('--demo', 'add the demo data: a few hundred comparisons by several people')
		.addHelpText('after', example('init my-data', 'init my-demo --demo'))
		.action(
			perform<{ demo?: true }>(async (context, [dir], { demo }) => {
				// Not the nearest parent: a workspace inside another one is made on purpose.
				const root = resolve(dir ?? context.options.workspace ?? '.');
				await mkdir(root, { recursive: true });
				const api = await context.openAt(root);
				const done = await context.job('init', () => api.init(demo === undefined ? {} : { demo }));
				context.result(done, () =>
					done.created
						? `Made ${done.workspace}/.pairwright${demo === true ? ' with the demo data' : ''}.\nNext: say in .pairwright/config.json what the training distribution is ("scope"), then ${demo === true ? 'pairwright score' : 'pairwright import FILE'}.`
						: `${done.workspace} is a workspace already; nothing was changed${demo === true ? ' but the demo data added if it was missing' : ''}.`,
				);
			}),
		);
}
