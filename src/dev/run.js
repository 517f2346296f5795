/**
 * `node src/dev/run.js SCRIPT ARGS…`: installs dependencies if needed, then runs SCRIPT under Node 24, whatever Node this was
 * started with. Every npm script goes through here, so each of them works in a fresh clone.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ensureInstalled, node24, root } from './install.js';

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
	process.stderr.write('Usage: node src/dev/run.js SCRIPT [ARGS…]\n');
	process.exit(1);
}

try {
	await ensureInstalled();
} catch (error) {
	process.stderr.write(`${error.message}\n`);
	process.exit(1);
}

// npm changes to the root of the clone; paths in `npm run pairwright -- import FILE` are relative to where the user stands.
const cwd = process.env.npm_lifecycle_event === 'pairwright' ? (process.env.INIT_CWD ?? root) : root;
const path = `${dirname(node24)}${delimiter}${process.env.PATH ?? ''}`;
const child = spawn(node24, [join(root, script), ...args], {
	cwd,
	stdio: 'inherit',
	env: { ...process.env, PATH: path },
});

// From a terminal the child gets Ctrl+C too; this process only waits for what the child makes of it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
	process.on(signal, () => {
		if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
	});
}
child.on('error', (error) => {
	process.stderr.write(`${node24} could not be started: ${error.message}\n`);
	process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
