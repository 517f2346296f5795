import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './paths.ts';

/** Time since `started` (performance.now()), in words. */
export function took(started: number): string {
	const ms = performance.now() - started;
	if (ms < 1000) return `${Math.round(ms)} ms`;
	const seconds = Math.round(ms / 1000);
	return seconds < 100 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Path of a program that a dependency installs as a Node script, to be run as `process.execPath PATH`. */
export function script(path: string): string {
	return join(root, 'node_modules', path);
}

export interface RunOptions {
	readonly cwd?: string;
	readonly env?: NodeJS.ProcessEnv;
	/** `inherit` shows what it prints; `capture` keeps it, for the message when it fails. */
	readonly output?: 'inherit' | 'capture';
	readonly shell?: boolean;
}

/** Runs a program to its end; null when it could not be started. Never with standard input. */
export function run(
	command: string,
	args: readonly string[],
	options: RunOptions = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
	const { cwd = root, env = process.env, output = 'capture', shell = false } = options;
	return new Promise((resolve) => {
		const child = spawn(command, args, {
			cwd,
			env,
			shell,
			stdio: ['ignore', output === 'inherit' ? 'inherit' : 'pipe', output === 'inherit' ? 'inherit' : 'pipe'],
		});
		let text = '';
		child.stdout?.on('data', (chunk: Buffer) => {
			text += chunk.toString();
		});
		child.stderr?.on('data', (chunk: Buffer) => {
			text += chunk.toString();
		});
		child.on('error', (error) => resolve({ code: null, output: error.message }));
		child.on('close', (code, signal) => resolve({ code: code ?? (signal === null ? null : 128), output: text }));
	});
}

/** As `run`, but anything else than exit code 0 is an error that carries what was printed. */
export async function mustRun(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
	const { code, output } = await run(command, args, options);
	if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed (${code ?? 'not started'}).\n${output}`.trim());
	return output;
}
