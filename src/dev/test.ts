/**
 * `npm test`: lint, types, layers, then unit, integration and end-to-end tests in one run of node's test runner. With arguments,
 * only those parts (`npm run test:unit`); further arguments are test files.
 */
import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runNodeTests, type TestGroup } from './node-tests.ts';
import { root } from './paths.ts';
import { prepareEndToEnd } from './prerequisites.ts';
import { mustRun, script, took } from './steps.ts';

const parts = ['lint', 'types', 'layers', 'unit', 'integration', 'e2e'] as const;
type Part = (typeof parts)[number];

const checks: Readonly<Record<'lint' | 'types' | 'layers', () => Promise<unknown>>> = {
	lint: () =>
		mustRun(process.execPath, [script('@biomejs/biome/bin/biome'), 'ci', '--error-on-warnings', '--colors=off', '.']),
	types: async () => {
		for (const project of globSync('{,webview/,test/e2e/}tsconfig.json', { cwd: root })) {
			await mustRun(process.execPath, [script('typescript/bin/tsc'), '-p', join(root, project)]);
		}
	},
	layers: () => mustRun(process.execPath, [join(root, 'src/dev/layers.ts')]),
};

const minute = 60_000;
const groups: Readonly<Record<'unit' | 'integration' | 'e2e', Omit<TestGroup, 'files'>>> = {
	// Seconds on an idle machine, more than a minute on one that does much else.
	unit: { parallel: true, timeout: 10 * minute, together: true },
	// The training round trip loads Python's libraries four times: a minute or two on its own, several beside others.
	integration: { parallel: true, timeout: 20 * minute },
	e2e: { parallel: false, timeout: 20 * minute },
};

async function main(args: readonly string[]): Promise<number> {
	const named = args.filter((arg): arg is Part => (parts as readonly string[]).includes(arg));
	const files = args.filter((arg) => !(named as readonly string[]).includes(arg)).map((file) => resolve(root, file));
	const wanted = named.length === 0 ? parts : named;
	let failed = false;

	for (const part of ['lint', 'types', 'layers'] as const) {
		if (!wanted.includes(part)) continue;
		const started = performance.now();
		try {
			await checks[part]();
			process.stdout.write(`✔ ${part} (${took(started)})\n`);
		} catch (error) {
			failed = true;
			process.stdout.write(`✖ ${part} (${took(started)})\n${(error as Error).message}\n`);
		}
	}

	const suites = (['unit', 'integration', 'e2e'] as const).filter((part) => wanted.includes(part));
	if (failed) return 1;
	if (suites.length === 0) return 0;
	if (suites.includes('e2e')) {
		try {
			await prepareEndToEnd();
		} catch (error) {
			process.stdout.write(`✖ prerequisites of the end-to-end tests\n${(error as Error).message}\n`);
			return 1;
		}
	}
	const passed = await runNodeTests(
		suites.map((part) => ({
			...groups[part],
			files: globSync(`test/${part}/**/*.test.ts`, { cwd: root })
				.map((file) => join(root, file))
				.filter((file) => files.length === 0 || files.includes(file))
				.sort(),
		})),
	);
	return passed ? 0 : 1;
}

const code = await main(process.argv.slice(2));
// Ended here: what a unit test left running would keep the process; the last line is out first.
process.stdout.write('', () => process.exit(code));
