/**
 * Runs several groups of test files with node's own test runner and ends with one summary over all of them, in the form that
 * `node --test` prints. Groups, because unit tests may share the cores, and tests that drive an editor should not.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { run } from 'node:test';
import { spec, type TestEvent } from 'node:test/reporters';
import { pathToFileURL } from 'node:url';
import { cloneCache, root } from './paths.ts';

export interface TestGroup {
	readonly files: readonly string[];
	/** Whether files may run beside each other. */
	readonly parallel: boolean;
	/** Of one file, in milliseconds. */
	readonly timeout: number;
	/** Files in as many processes as there are cores: starting one for each took longer than most unit tests. */
	readonly together?: boolean;
}

/** A file a core, each of which runs its part of `files`, one after the other: what the tests of one file share must not be torn. */
function parts(files: readonly string[]): string[] {
	const folder = join(cloneCache, 'unit');
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const count = Math.min(availableParallelism(), files.length);
	return Array.from({ length: count }, (_, part) => {
		const path = join(folder, `part-${part + 1}.test.ts`);
		const own = files.filter((_file, i) => i % count === part).map((file) => pathToFileURL(resolve(root, file)).href);
		writeFileSync(path, own.map((url) => `await import(${JSON.stringify(url)});\n`).join(''));
		return path;
	});
}

const counted = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo', 'duration_ms'] as const;

function totalOf(message: string): { readonly name: string; readonly value: number } | null {
	const [name = '', value = ''] = message.split(' ');
	return (counted as readonly string[]).includes(name) && /^[\d.]+$/.test(value)
		? { name, value: Number(value) }
		: null;
}

/** Runs the groups one after the other; resolves to whether every test passed and at least one ran. */
export async function runNodeTests(groups: readonly TestGroup[]): Promise<boolean> {
	const sums = new Map<string, number>(counted.map((name) => [name, 0]));

	async function* events(): AsyncGenerator<TestEvent> {
		for (const { files, parallel, timeout, together = false } of groups) {
			if (files.length === 0) continue;
			const stream = run({
				cwd: root,
				files: together ? parts(files) : [...files],
				concurrency: parallel ? availableParallelism() : 1,
				timeout,
				isolation: 'process',
				execArgv: ['--disable-warning=ExperimentalWarning'],
			});
			for await (const event of stream as AsyncIterable<TestEvent>) {
				const total = event.type === 'test:diagnostic' && event.data.nesting === 0 ? totalOf(event.data.message) : null;
				if (total === null) yield event;
				else sums.set(total.name, (sums.get(total.name) ?? 0) + total.value);
			}
		}
		for (const name of counted) {
			const message = `${name} ${sums.get(name) ?? 0}`;
			yield { type: 'test:diagnostic', data: { nesting: 0, message, level: 'info' } } as TestEvent;
		}
	}

	const report = Readable.from(events()).compose(new spec() as unknown as NodeJS.ReadWriteStream);
	for await (const text of report as AsyncIterable<string | Buffer>) process.stdout.write(text);
	return (sums.get('fail') ?? 0) + (sums.get('cancelled') ?? 0) === 0 && (sums.get('tests') ?? 0) > 0;
}
