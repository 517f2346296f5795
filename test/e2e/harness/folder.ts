/** Folders with data, made by the command line before an editor opens them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const cli = resolve(import.meta.dirname, '../../../src/cli.ts');

/** Runs the command line on a folder, as a user without any state of their own. */
export function runCli(workspace: string, ...args: readonly string[]): string {
	const home = mkdtempSync(join(tmpdir(), 'pairwright-cli-home-'));
	try {
		const env = { ...process.env, HOME: home, PAIRWRIGHT_STATE: join(home, 'state'), PAIRWRIGHT_ANNOTATOR: 'mira' };
		return execFileSync(process.execPath, [cli, ...args, '--workspace', workspace, '--quiet'], {
			env,
			encoding: 'utf8',
		});
	} finally {
		rmSync(home, { recursive: true, force: true });
	}
}

/** The demo's data in a folder. */
export function makeDemo(workspace: string): void {
	runCli(workspace, 'init', '--demo');
}
