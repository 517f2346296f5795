import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { WorkspaceApi } from '../protocol/workspace-api.ts';
import { checkNode } from '../workspace/environment.ts';
import { EXIT } from './context.ts';
import { oneLine, plural } from './format.ts';
import { example, perform } from './register.ts';
import { type Terminal, wrap } from './terminal.ts';

type Doctor = Awaited<ReturnType<WorkspaceApi['doctor']>>;
type Check = Doctor['checks'][number];

export function registerDoctor(program: Command): void {
	program
		.command('rebuild')
		.description('make the database anew from sources and journals')
		.addHelpText('after', example('rebuild'))
		.action(
			perform(async (context) => {
				const api = await context.open();
				const done = await context.job('rebuild', (job) => api.rebuild(job));
				context.result(done, () =>
					[
						`Rebuilt from ${plural(done.events, 'event')}: ${plural(done.comparisons, 'comparison')} of ${plural(done.prompts, 'prompt')}.`,
						...done.problems.map((problem) => `● ${oneLine(problem)}`),
					].join('\n'),
				);
			}),
		);

	program
		.command('doctor')
		.description('check this environment and the workspace, with remedies; exit code 2 where something is broken')
		.option('--deep', 'read every file and compare the whole database with the journals, however large')
		.addHelpText('after', example('doctor', 'doctor --deep --json'))
		.action(
			perform<{ deep?: boolean }>(async (context, _args, options) => {
				const checks: Check[] = [nodeCheck()];
				// Without it, opening the database would crash this process.
				if (checks[0]!.status === 'ok') {
					const root = context.root;
					if (existsSync(join(root, '.pairwright')))
						checks.push(...(await workspaceChecks(() => context.openAt(root), options)));
					else {
						checks.push({
							check: 'workspace',
							status: 'warning',
							message: `${root} has no .pairwright folder, nor has a folder above it`,
							remedy: 'pairwright init, or name the folder with --workspace',
						});
					}
				}
				const ok = checks.every(({ status }) => status !== 'error');
				if (!ok) context.exitCode = EXIT.partly;
				context.result({ ok, checks }, (terminal) => doctorText(terminal, { ok, checks }));
			}),
		);
}

function nodeCheck(): Check {
	const { ok, message } = checkNode();
	return ok
		? { check: 'node', status: 'ok', message }
		: {
				check: 'node',
				status: 'error',
				message,
				remedy: 'Install Node 24 (https://nodejs.org) or VS Code 1.101 or later',
			};
}

/** A workspace that cannot be opened is a finding here, not a failure. */
async function workspaceChecks(
	open: () => Promise<WorkspaceApi>,
	options: { readonly deep?: boolean },
): Promise<readonly Check[]> {
	try {
		return (await (await open()).doctor(options)).checks.filter(({ check }) => check !== 'node');
	} catch (error) {
		return [
			{
				check: 'workspace opens',
				status: 'error',
				message: error instanceof Error ? error.message : String(error),
				remedy: 'pairwright rebuild; if that fails too, run it with --verbose',
			},
		];
	}
}

const MARKS = {
	ok: { mark: '✓', style: 'green' },
	warning: { mark: '●', style: 'yellow' },
	error: { mark: '▲', style: 'red' },
} as const;

export function doctorText(terminal: Terminal, { ok, checks }: Doctor): string {
	const lines = checks.flatMap(({ check, status, message, remedy }) => {
		const { mark, style } = MARKS[status];
		const text = wrap(`${check}: ${oneLine(message)}`, terminal.width, '  ').trimStart();
		return [
			`${terminal.paint(style, mark)} ${text}`,
			...(remedy === undefined ? [] : [wrap(`→ ${oneLine(remedy)}`, terminal.width, '    ')]),
		];
	});
	const warnings = checks.filter(({ status }) => status === 'warning').length;
	const errors = checks.filter(({ status }) => status === 'error').length;
	const verdict = !ok
		? `${plural(errors, 'problem')} to solve.`
		: warnings === 0
			? 'All is well.'
			: `It works, with ${plural(warnings, 'warning')}.`;
	return [...lines, '', verdict].join('\n');
}
