/** What the bundle's scripts decide before a model is loaded: any Python does, no package is needed. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { plainPython, runPython } from '../fixtures/python.ts';
import { folder } from './workspace-support.ts';

const python = plainPython();
const skip = python === null && 'no Python';

const NOW = 'a'.repeat(64);
const EARLIER = 'b'.repeat(64);
const RULES = join(import.meta.dirname, '../fixtures/bundle_rules.py');

const OBJECTIVE = { beta: 0.1, lambda: 1, margin: 0.02, smoothing: 0.9, loss: 'sigmoid' };

function bundleAt(t: TestContext): string {
	const dir = folder(t);
	cpSync(join(import.meta.dirname, '../../media/bundle'), join(dir, 'bundle'), { recursive: true });
	const manifest = {
		...{ kind: 'pairwright-training-bundle', format: 1, export: NOW, dataset: { sha256: 'd' } },
		files: { 'data/penalty.jsonl': { role: 'penalty', sha256: 'e' } },
	};
	writeFileSync(join(dir, 'bundle/manifest.json'), JSON.stringify(manifest));
	return dir;
}

function run(dir: string, name: string, more: object = {}): string {
	mkdirSync(join(dir, name, 'checkpoint-5'), { recursive: true });
	const record = {
		...{ kind: 'pairwright-training-run', export: NOW, bundle: 'd', objective: OBJECTIVE, model: 'base' },
		settings: { seed: 0, lora: false, max_length: 2048 },
		...more,
	};
	const text = JSON.stringify(record);
	writeFileSync(join(dir, name, 'run.json'), text);
	return text;
}

test('pairs that the trainer would cut are left out beside reference scores of whole responses; a run names its own export', {
	skip,
}, async (t) => {
	const dir = bundleAt(t);
	run(dir, 'now');
	run(dir, 'earlier', { export: EARLIER });
	run(dir, 'plain', { objective: { ...OBJECTIVE, lambda: 0 } });
	run(dir, 'more/now', { export: EARLIER });
	mkdirSync(join(dir, 'axolotl/checkpoint-5'), { recursive: true });
	const { code, stdout, stderr } = await runPython(python!, [RULES, join(dir, 'bundle'), dir], dir);
	assert.equal(code, 0, stderr);
	const said = JSON.parse(stdout);
	const none = [null, null];
	assert.deepEqual(said.cut, [[none, none, none], ['1', '2', '2'], { too_long: 1, without_reference: 0 }]);
	assert.deepEqual(said.beside_reference, [
		[
			[-2, -1],
			[-3, -4],
		],
		['1', '2'],
		{ too_long: 2, without_reference: 0 },
	]);
	assert.deepEqual(said.not_in_reference, [[[-3, -4]], ['2'], { too_long: 2, without_reference: 1 }]);
	assert.deepEqual(said.limited, [[[-2, -1]], ['1'], { too_long: 0, without_reference: 0 }]);

	const [now, earlier] = [NOW.slice(0, 12), EARLIER.slice(0, 12)];
	assert.deepEqual(said.same, [[now], '']);
	assert.deepEqual(said.earlier[0], [earlier], 'not what the bundle has become since');
	assert.match(said.earlier[1], new RegExp(`trained on export ${earlier}; the bundle has since become ${now}`));
	assert.deepEqual(said.plain, [[`${now}:train`], '']);
	assert.deepEqual(said.several[0], [`checkpoint-5=${earlier}`, `plain-step*=${now}:train`, `now-step*=${now}`]);
	assert.deepEqual(said.another_trainer[0], [now]);
	assert.match(said.another_trainer[1], /axolotl has no run\.json/);
	assert.match(said.two_of_a_name[0], /two runs are called now-step\* and read different exports/);
});

test('a run is gone on with as what it was begun, or not at all', { skip }, async (t) => {
	const dir = bundleAt(t);
	const resume = async (...more: string[]): Promise<string> => {
		const args = ['bundle/train_gdpo.py', '--model', 'there/base', '--output', 'out', '--resume', ...more];
		const { code, stderr } = await runPython(python!, args, dir);
		assert.equal(code, 1, stderr);
		return stderr;
	};
	assert.match(await resume(), /out holds no run to go on with/);
	for (const [record, options, message] of [
		[{ export: EARLIER }, [], /begun otherwise: export \(was 'b+', is 'a+'\)\./],
		[{ bundle: 'other' }, [], /otherwise: bundle/],
		[{}, ['--lambda', '0.5'], /otherwise: objective/],
		[{}, ['--seed', '7'], /otherwise: seed \(was 0, is 7\)/],
		[{}, ['--lora'], /otherwise: lora/],
	] as const) {
		const text = run(dir, 'out', record);
		assert.match(await resume(...options), message);
		assert.equal(readFileSync(join(dir, 'out/run.json'), 'utf8'), text, 'its record stays');
	}
});
