import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ensureHostPackage, hostTarget } from '../../src/dev/package.ts';
import { listZip } from '../../src/dev/zip-list.ts';
import { writeTinyGguf } from '../fixtures/tiny-gguf.ts';

const skip = spawnSync('unzip', ['-v']).status !== 0 && 'skipped: no unzip on this machine';
let folder: string;
let vsix: string;

before(async () => {
	folder = mkdtempSync(join(tmpdir(), 'pairwright-gguf-package-'));
	vsix = await ensureHostPackage(() => {});
});
after(() => rmSync(folder, { recursive: true, force: true }));

function pairLine(i: number): string {
	return JSON.stringify({
		prompt: `Question ${i}: what is ${i} plus one?`,
		response_a: `It is ${i + 1}.`,
		response_b: `I will not say, ${i}.`,
		judgments: [{ annotator: 'ann', verdict: i % 3 === 0 ? 'b' : 'a' }],
		split: i < 12 ? 'train' : i < 24 ? 'eval' : 'heldout',
		...(i < 24 ? {} : { half: i % 2 === 0 ? 'R' : 'E' }),
	});
}

test('a package scores GGUF files with what it holds, and a second run scores nothing again', { skip }, () => {
	const extension = join(folder, 'extension');
	execFileSync('unzip', ['-q', vsix, '-d', folder]);
	for (const name of ['ref', 'tiny-step10', 'tiny-step20']) {
		const step = Number(/\d+$/.exec(name)?.[0] ?? 0);
		writeTinyGguf(join(folder, `${name}.gguf`), step === 0 ? {} : { nudge: { seed: step, scale: step / 200 } });
	}
	const workspace = join(folder, 'workspace');
	const state = Object.fromEntries(
		['XDG_STATE_HOME', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'HOME'].map((name) => [name, join(folder, name)]),
	);
	const run = (...args: string[]): string => {
		const command = [join(extension, 'dist/cli.cjs'), ...args, '--annotator', 'ann', '--json'];
		const done = spawnSync(process.execPath, command, {
			cwd: folder,
			encoding: 'utf8',
			env: { ...process.env, ...state },
		});
		assert.equal(done.status, 0, done.stderr);
		return done.stdout;
	};
	run('init', workspace);
	writeFileSync(join(folder, 'pairs.jsonl'), `${Array.from({ length: 40 }, (_, i) => pairLine(i)).join('\n')}\n`);
	run('import', 'pairs.jsonl', '--workspace', workspace);
	const score = () =>
		JSON.parse(
			run(
				...['score', '--engine', 'gguf', '--reference', 'ref.gguf', '--checkpoint', 'tiny-step*.gguf'],
				...['--workspace', workspace],
			),
		) as {
			readonly engine: { readonly name: string; readonly self_test: readonly { readonly status: string }[] };
			readonly checkpoints: readonly { readonly name: string; readonly step: number }[];
			readonly work: { readonly scored: number; readonly reused: number };
		};
	const first = score();
	assert.equal(first.engine.name, 'gguf');
	assert.equal(first.engine.self_test.length, 21);
	assert.ok(first.engine.self_test.every(({ status }) => status === 'pass'));
	assert.deepEqual(
		first.checkpoints.map(({ name, step }) => [name, step]),
		[
			['tiny-step10', 10],
			['tiny-step20', 20],
		],
	);
	assert.deepEqual(first.work, { scored: 120, reused: 0 });
	assert.deepEqual(score().work, { scored: 0, reused: 120 });
});

test('of the engine a package holds one platform, nothing to build with, and every licence', { skip }, () => {
	const names = listZip(vsix).map(({ name }) => name);
	const platforms = new Set(names.flatMap((name) => /@node-llama-cpp\/([^/]+)\//.exec(name)?.[1] ?? []));
	assert.equal(platforms.size, hostTarget().startsWith('alpine') ? 0 : 1);
	const unwanted = names.filter((name) => /gitRelease\.bundle|\/cli\/cli\.js|\.d\.ts$|\.map$|templates\//.test(name));
	assert.deepEqual(
		unwanted.filter((name) => name.includes('dist/node_modules/')),
		[],
	);
	const text = execFileSync('unzip', ['-p', vsix, 'extension/ThirdPartyNotices.txt'], { encoding: 'utf8' });
	for (const name of ['node-llama-cpp 3.22.1', 'The ggml authors', '@huggingface/jinja', 'better-sqlite3']) {
		assert.ok(text.includes(name), name);
	}
	const shipped = join(folder, 'extension/dist/node_modules');
	for (const name of existsSync(shipped) ? readdirSync(shipped).filter((each) => !each.startsWith('@')) : []) {
		assert.ok(text.includes(`\n${name} `), `no licence of ${name}`);
	}
});
