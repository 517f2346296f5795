/** Runs the real command line in a folder of its own, with a state folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

const cli = join(import.meta.dirname, '../../src/cli.ts');

export interface Result {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface Cli {
	readonly dir: string;
	/** `input` goes to standard input; without an annotator of its own the environment has none. */
	run(args: readonly string[], options?: { input?: string; env?: NodeJS.ProcessEnv; cwd?: string }): Promise<Result>;
	/** Runs with `--json` and parses the one document; asserts nothing about the exit code. */
	json(
		args: readonly string[],
		options?: { input?: string },
	): Promise<{ code: number | null; document: never; stderr: string }>;
	start(args: readonly string[]): ChildProcess;
	write(name: string, content: string | Uint8Array): string;
}

export function makeCli(t: TestContext, annotator: string | null = 'ada'): Cli {
	const home = realpathSync(mkdtempSync(join(tmpdir(), 'pairwright-cli-')));
	const dir = join(home, 'work');
	t.after(() => rmSync(home, { recursive: true, force: true }));
	const environment = (): NodeJS.ProcessEnv => {
		const { PAIRWRIGHT_ANNOTATOR: _a, FORCE_COLOR: _f, ...env } = process.env;
		return {
			...env,
			PAIRWRIGHT_STATE: join(home, 'state'),
			// No git name of this machine's user.
			HOME: home,
			XDG_CONFIG_HOME: home,
			GIT_CONFIG_NOSYSTEM: '1',
			COLUMNS: '120',
			...(annotator === null ? {} : { PAIRWRIGHT_ANNOTATOR: annotator }),
		};
	};
	const self: Cli = {
		dir,
		start: (args) =>
			spawn(process.execPath, [cli, ...args], { cwd: dir, env: environment(), stdio: ['pipe', 'pipe', 'pipe'] }),
		run(args, { input = '', env = {}, cwd = home } = {}) {
			return new Promise((resolve, reject) => {
				const child = spawn(process.execPath, [cli, ...args], { cwd, env: { ...environment(), ...env } });
				let stdout = '';
				let stderr = '';
				child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
					stdout += chunk;
				});
				child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
					stderr += chunk;
				});
				child.on('error', reject);
				child.on('close', (code) => resolve({ code, stdout, stderr }));
				child.stdin.on('error', () => {});
				child.stdin.end(input);
			});
		},
		async json(args, options) {
			const { code, stdout, stderr } = await self.run(['--workspace', dir, ...args, '--json'], options);
			try {
				return { code, document: JSON.parse(stdout) as never, stderr };
			} catch {
				throw new Error(`${args.join(' ')}: not one JSON document: ${JSON.stringify(stdout)} ${stderr}`);
			}
		},
		write(name, content) {
			const path = join(home, name);
			writeFileSync(path, content);
			return path;
		},
	};
	return self;
}

/** Own-format rows: topics, two people who mostly agree, the longer response mostly better; `heldout` rows in tuning half. */
export function ownRows(count: number, extra: (i: number) => object = () => ({})): string {
	const rows = Array.from({ length: count }, (_, i) => {
		const good = `Answer ${i}: first do this, then that, because it follows from rule ${i % 13}.`;
		const bad = `No idea ${i}.`;
		const flip = i % 2 === 0;
		const best = (i * 7) % 10 < 8 === flip ? 'a' : 'b';
		return {
			prompt: `Question number ${i} about subject ${i % 17}: what should one do in case ${(i * 31) % 101}?`,
			response_a: flip ? good : bad,
			response_b: flip ? bad : good,
			judgments: [
				{ annotator: 'ada', verdict: best },
				...(i % 3 === 0 ? [{ annotator: 'ben', verdict: i % 9 === 0 ? 'tie' : best }] : []),
			],
			...extra(i),
		};
	});
	return `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
}
