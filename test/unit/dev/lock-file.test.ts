import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../../src/dev/paths.ts';

interface LockEntry {
	readonly version?: string;
	readonly resolved?: string;
	readonly os?: readonly string[];
	readonly cpu?: readonly string[];
	readonly optional?: boolean;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
	readonly packages: Readonly<Record<string, LockEntry>>;
};
const prefix = 'node_modules/@node-llama-cpp/';

/** Platform and architecture → the one package of binaries that an installation there gets. */
const hosts: Readonly<Record<string, readonly [string, string]>> = {
	'linux-arm64': ['linux', 'arm64'],
	'linux-x64': ['linux', 'x64'],
	'mac-arm64-metal': ['darwin', 'arm64'],
	'mac-x64': ['darwin', 'x64'],
	'win-arm64': ['win32', 'arm64'],
	'win-x64': ['win32', 'x64'],
};

test("an installation gets the engine binaries of its own platform and no other: neither CUDA's, Vulkan's nor another's", () => {
	const found = Object.keys(lock.packages).filter((path) => path.startsWith(prefix));
	assert.deepEqual(
		found.map((path) => path.slice(prefix.length)),
		Object.keys(hosts),
		'run `npm install` with an unpruned lock file? Leave only these packages of binaries in it, and under node-llama-cpp',
	);
	const engine = lock.packages['node_modules/node-llama-cpp'];
	assert.ok(engine?.optional);
	assert.deepEqual(
		Object.keys(engine.optionalDependencies ?? {}),
		Object.keys(hosts).map((host) => `@node-llama-cpp/${host}`),
	);
	for (const [host, [os, cpu]] of Object.entries(hosts)) {
		const entry = lock.packages[`${prefix}${host}`];
		assert.deepEqual([entry?.os, entry?.cpu, entry?.optional], [[os], [cpu], true], host);
		assert.equal(entry?.version, engine.version, `${host} is of the engine's own version`);
	}
});

test('the lock file names no registry', () => {
	const named = Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined);
	assert.deepEqual(
		named.map(([path]) => path),
		[],
	);
});
