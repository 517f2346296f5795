/**
 * Makes the Python environment that the scripts of training bundles are tested with, in the user's cache: `npm run python`. About a
 * gigabyte, and minutes; the tests that need it say "skipped" without it. PAIRWRIGHT_PYTHON names another Python for them.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, sharedCache } from './paths.ts';
import { hashFiles, isDone, markDone } from './stamp.ts';
import { mustRun, run, took } from './steps.ts';

const folder = join(sharedCache, 'python');
const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const requirements = join(root, 'media/bundle/requirements.txt');

async function systemPython(): Promise<string> {
	for (const name of ['python3', 'python']) {
		const { code } = await run(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']);
		if (code === 0) return name;
	}
	throw new Error('There is no Python 3.10 or newer on the PATH. Install one, or name one in PAIRWRIGHT_PYTHON.');
}

async function make(): Promise<void> {
	const stamp = hashFiles(['media/bundle/requirements.txt'], root);
	if (existsSync(python) && isDone('python', stamp)) {
		process.stdout.write(`${python} has the packages of media/bundle/requirements.txt.\n`);
		return;
	}
	const started = performance.now();
	markDone('python', null);
	if (!existsSync(python)) await mustRun(await systemPython(), ['-m', 'venv', folder]);
	await mustRun(python, ['-m', 'pip', 'install', '--disable-pip-version-check', '--retries', '1', '-r', requirements], {
		output: 'inherit',
	});
	markDone('python', stamp);
	process.stdout.write(`Made ${folder} in ${took(started)}.\n`);
}

await make().catch((error: unknown) => {
	process.stderr.write(`${(error as Error).message}\n`);
	process.exitCode = 1;
});
