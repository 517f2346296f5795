import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
	appendFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sha256 } from '../../src/domain/identity.ts';
import { UserError } from '../../src/protocol/errors.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { plainPython, runPython } from '../fixtures/python.ts';
import { folder, job, openAt } from './workspace-support.ts';

type Row = Readonly<Record<string, unknown>>;

/** Where a label stands in E: side, strength, words, people. None of it may be in a bundle. */
const SECRET = 'because-of-the-zeugma';

function row(i: number, split: string, half?: string): object {
	return {
		prompt: `Question ${i} of ${split} ${half ?? ''}: what to do about case ${(i * 7919) % 1009}?`,
		response_a: `Take step ${i}, then rest.`,
		response_b: `Nothing ${i} helps.`,
		split,
		...(half === undefined
			? {}
			: { half, tags: [`domain:${half === 'R' ? ['law', 'physics'][i % 2] : 'sealed-facet'}`] }),
		judgments: [
			{
				annotator: half === 'E' ? 'secretary' : 'ben',
				verdict: i % 10 === 9 ? 'tie' : i % 3 === 0 ? 'b' : 'a',
				...(half === 'E' ? { strength: 3, rationale: SECRET } : {}),
			},
		],
		metadata: half === 'E' ? { score_chosen: SECRET } : { shelf: i },
	};
}

const range = (n: number, from = 0): number[] => Array.from({ length: n }, (_, k) => from + k);

async function filled(t: TestContext, reference = 40): Promise<{ dir: string; workspace: Workspace }> {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const rows = [
		...range(60).map((i) => row(i, 'train')),
		...range(20).map((i) => row(i, 'eval')),
		...range(reference).map((i) => row(i, 'heldout', 'R')),
		...range(30).map((i) => row(i, 'heldout', 'E')),
		...range(10).map((i) => row(i, 'retention')),
		{ ...row(999, 'eval'), judgments: [] },
	];
	await importRows(dir, workspace, 'rows.jsonl', rows);
	return { dir, workspace };
}

async function importRows(dir: string, workspace: Workspace, name: string, rows: readonly object[]): Promise<void> {
	writeFileSync(join(dir, name), rows.map((each) => `${JSON.stringify(each)}\n`).join(''));
	await workspace.importFiles([join(dir, name)], { format: 'pairwright' }, job());
}

function filesBelow(dir: string): Map<string, string> {
	const found = new Map<string, string>();
	for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort()) {
		if (statSync(join(dir, name)).isFile())
			found.set(name.replaceAll('\\', '/'), readFileSync(join(dir, name), 'utf8'));
	}
	return found;
}

const rowsOf = (text: string): Row[] =>
	text
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as Row);

test('the same workspace gives the same bytes; every pair is where the manifest says', async (t) => {
	const { dir, workspace } = await filled(t);
	const first = await workspace.exportBundle({ out: join(dir, 'one') });
	await workspace.exportBundle({ out: join(dir, 'two') });
	const files = filesBelow(join(dir, 'one'));
	assert.deepEqual(filesBelow(join(dir, 'two')), files);
	const manifest = JSON.parse(files.get('manifest.json')!);
	assert.equal(manifest.export, first.export);
	assert.deepEqual(
		Object.keys(manifest.files).sort(),
		[...files.keys()].filter((name) => name !== 'manifest.json').sort(),
	);
	for (const [name, { sha256: hash }] of Object.entries<{ sha256: string }>(manifest.files)) {
		assert.equal(hash, sha256(files.get(name)!), name);
	}
	for (const [name, ids] of Object.entries<string[]>(manifest.ids)) {
		assert.deepEqual(
			rowsOf(files.get(name)!).map(({ id }) => id),
			ids,
		);
		assert.deepEqual([...ids].sort(), ids);
	}
	const all = Object.values<string[]>(manifest.ids).flat();
	assert.equal(new Set(all).size, all.length, 'a pair is in one file');
	const of = (name: string) => rowsOf(files.get(name)!);
	// Ties: 6 of train, 2 of eval, 4 of R; one of eval that nobody has judged.
	assert.equal(of('data/train.jsonl').length, 54);
	assert.equal(of('data/eval.jsonl').length, 18);
	assert.equal(
		manifest.reference.parts.reduce((sum: number, { file }: { file: string }) => sum + of(file).length, 0),
		36,
	);
	assert.equal(of('score/unlabelled.jsonl').length, 13);
	assert.equal(of('score/sealed.jsonl').length, 30);
	assert.equal(of('score/retention.jsonl').length, 10);
	assert.deepEqual(first.left_out, { ties: 12, unresolved: 1 });
	for (const { prompt } of of('data/train.jsonl')) assert.match(JSON.stringify(prompt), /of train /);
	for (const { chosen, rejected, chosen_side } of of('data/train.jsonl')) {
		const [a, b] = [chosen, rejected].map((side) => JSON.stringify(side));
		assert.equal(chosen_side, a! < b! ? 'a' : 'b');
	}
	assert.equal(manifest.reference.note, undefined);
	assert.match(files.get('README.md')!, new RegExp(`--trained-on ${first.export.slice(0, 12)}`));
});

test('nothing of a label on the sealed half is in any file, and its rows say two texts and no more', async (t) => {
	const { dir, workspace } = await filled(t);
	for (const labels of ['strict-majority', 'vote-share'] as const) {
		await workspace.exportBundle({ out: join(dir, labels), labels });
		for (const [name, text] of filesBelow(join(dir, labels))) {
			assert.ok(!text.includes(SECRET), name);
			assert.ok(!text.includes('secretary'), name);
			assert.ok(!text.includes('sealed-facet'), name);
			if (name === 'score/sealed.jsonl') continue;
			assert.ok(!/of heldout E/.test(text), name);
		}
		for (const name of ['score/sealed.jsonl', 'score/unlabelled.jsonl', 'score/retention.jsonl']) {
			for (const each of rowsOf(readFileSync(join(dir, labels, name), 'utf8'))) {
				assert.deepEqual(Object.keys(each), ['id', 'prompt', 'response_a', 'response_b']);
				assert.ok(JSON.stringify(each.response_a) < JSON.stringify(each.response_b), 'canonical sides');
			}
		}
	}
	// Turning every label of E leaves every byte as it is.
	const other = folder(t);
	const { workspace: turned } = await openAt(other);
	t.after(() => turned.close());
	await importRows(other, turned, 'e.jsonl', [
		...range(20).map((i) => row(i, 'train')),
		...range(20).map((i) => row(i, 'heldout', 'E')),
	]);
	await turned.exportBundle({ out: join(other, 'before') });
	const list = (await turned.list({ split: 'heldout', limit: 100 })).comparisons;
	for (const { id } of list) await turned.judge({ comparison: id, verdict: 'a', blind: true } as never);
	await turned.exportBundle({ out: join(other, 'after') });
	assert.deepEqual(filesBelow(join(other, 'after')), filesBelow(join(other, 'before')));
});

test('the record says what was trained on: train, and the parts of R that the penalty may read', async (t) => {
	const { dir, workspace } = await filled(t);
	const done = await workspace.exportBundle({ out: join(dir, 'b') });
	const again = await workspace.exportBundle({ out: join(dir, 'c') });
	assert.equal(again.export, done.export);
	const path = join(dir, 'work/.pairwright/exports', `${done.export}.json`);
	const text = readFileSync(path, 'utf8');
	assert.equal(sha256(text), done.export);
	const record = JSON.parse(text);
	assert.deepEqual(Object.keys(record.splits), ['train']);
	const penalty = record.reference_parts.filter(({ use }: { use: string }) => use === 'penalty');
	assert.equal(penalty.length, 2);
	assert.deepEqual(record.reference_used, penalty.flatMap(({ prompts }: { prompts: string[] }) => prompts).sort());
	const kept = record.reference_parts
		.filter(({ use }: { use: string }) => use === 'monitoring')
		.flatMap(({ prompts }: { prompts: string[] }) => prompts);
	assert.ok(kept.every((prompt: string) => !record.reference_used.includes(prompt)));
	// What a penalty read was trained on: it moves to eval by a proposal alone.
	const moved = (ids: readonly string[]) => workspace.previewMove({ ids }, 'eval');
	assert.ok((await moved(record.reference_used)).exported > 0);
	assert.equal((await moved(kept)).exported, 0);
	assert.equal(readdirSync(join(dir, 'work/.pairwright/exports')).length, 1);
});

test('more held-out pairs: what monitored goes on monitoring, what the penalty read is never believed again', async (t) => {
	const { dir, workspace } = await filled(t);
	await workspace.exportBundle({ out: join(dir, 'first') });
	const before = JSON.parse(readFileSync(join(dir, 'first/manifest.json'), 'utf8'));
	await importRows(
		dir,
		workspace,
		'more.jsonl',
		range(30, 500).map((i) => row(i, 'heldout', 'R')),
	);
	await workspace.exportBundle({ out: join(dir, 'second') });
	const after = JSON.parse(readFileSync(join(dir, 'second/manifest.json'), 'utf8'));
	for (const { file } of before.reference.parts) {
		for (const id of before.ids[file]) assert.ok(after.ids[file].includes(id), `${file} keeps ${id}`);
		assert.ok(after.ids[file].length > before.ids[file].length);
	}
	// Dealt anew: what was trained on stays with the penalty.
	await workspace.exportBundle({ out: join(dir, 'third'), parts: 3, penaltyParts: 1, seed: 7 });
	const third = JSON.parse(readFileSync(join(dir, 'third/manifest.json'), 'utf8'));
	const read = before.reference.parts
		.filter(({ use }: { use: string }) => use === 'penalty')
		.flatMap(({ file }: { file: string }) => before.ids[file]);
	for (const id of read) assert.ok(third.ids['data/reference-part-01.jsonl'].includes(id));
});

test('a tuning half too small to be divided is all for monitoring, and says so', async (t) => {
	const { dir, workspace } = await filled(t, 12);
	const done = await workspace.exportBundle({ out: join(dir, 'b') });
	assert.match(done.note!, /each needs 8/);
	assert.ok(done.files.every(({ role }) => role !== 'penalty'));
	const record = JSON.parse(readFileSync(join(dir, 'work/.pairwright/exports', `${done.export}.json`), 'utf8'));
	assert.deepEqual(record.reference_used, []);
});

test('a bundle is replaced file by file; anything else is left alone and refused', async (t) => {
	const { dir, workspace } = await filled(t);
	const out = join(dir, 'b');
	const refuses = (message: RegExp, options: object = {}) =>
		assert.rejects(
			workspace.exportBundle({ out, ...options }),
			(error) => UserError.is(error, 'usage') && message.test(error.message),
		);
	mkdirSync(out);
	writeFileSync(join(out, 'thesis.txt'), 'mine');
	await refuses(/holds something else/);
	assert.deepEqual(readdirSync(out), ['thesis.txt']);
	writeFileSync(join(dir, 'plain.txt'), '');
	await assert.rejects(workspace.exportBundle({ out: join(dir, 'plain.txt') }), /is a file/);

	const bundle = join(dir, 'bundle');
	await workspace.exportBundle({ out: bundle });
	mkdirSync(join(bundle, 'out/checkpoint-10'), { recursive: true });
	writeFileSync(join(bundle, 'out/checkpoint-10/model.safetensors'), 'weights');
	await importRows(
		dir,
		workspace,
		'more.jsonl',
		range(5, 900).map((i) => row(i, 'train')),
	);
	const done = await workspace.exportBundle({ out: bundle, parts: 3 });
	assert.equal(readFileSync(join(bundle, 'out/checkpoint-10/model.safetensors'), 'utf8'), 'weights');
	assert.ok(!existsSync(join(bundle, 'data/reference-part-04.jsonl')), 'a file of the earlier bundle is gone');
	assert.equal(rowsOf(readFileSync(join(bundle, 'data/train.jsonl'), 'utf8')).length, done.files[0]!.pairs);

	appendFileSync(join(bundle, 'axolotl.yml'), 'base_model: mine\n');
	const before = filesBelow(bundle);
	await assert.rejects(workspace.exportBundle({ out: bundle }), /axolotl\.yml was changed/);
	assert.deepEqual(filesBelow(bundle), before);
	assert.ok(readdirSync(dir).every((name) => !name.endsWith('.tmp')));
	await refuses(/2 to 20 parts/, { out: join(dir, 'x'), parts: 1 });
	await refuses(/at least monitors/, { out: join(dir, 'x'), parts: 3, penaltyParts: 3 });
});

test('what a killed export left beside the bundle is removed by the next; what others write, or is none of it, stays', async (t) => {
	const { dir, workspace } = await filled(t);
	const host = sha256(hostname()).slice(0, 8);
	const dead = spawnSync(process.execPath, ['-e', '']).pid;
	const abandoned = [
		`.b.${host}-${dead}-0.tmp`,
		`.b.${host}-${process.pid}-77.tmp`,
		'.b.4242.tmp',
		`.b.01234567-${dead}-0.tmp`,
	];
	const kept = [
		`.b.${host}-${process.ppid}-0.tmp`,
		`.b.76543210-${dead}-0.tmp`,
		`.c.${host}-${dead}-0.tmp`,
		'.b.notes.tmp',
	];
	for (const name of [...abandoned, ...kept]) {
		mkdirSync(join(dir, name, 'data'), { recursive: true });
		writeFileSync(join(dir, name, 'data/train.jsonl'), 'texts');
	}
	const old = new Date(Date.now() - 3 * 24 * 60 * 60 * 1000);
	for (const name of abandoned.slice(2)) utimesSync(join(dir, name), old, old);
	await workspace.exportBundle({ out: join(dir, 'b') });
	assert.deepEqual(
		readdirSync(dir).filter((name) => name.endsWith('.tmp')),
		[...kept].sort(),
	);
});

test('standard rows are texts; chats that three texts cannot say are counted', async (t) => {
	const { dir, workspace } = await filled(t);
	await importRows(dir, workspace, 'chat.jsonl', [
		{
			...row(7000, 'train'),
			prompt: [
				{ role: 'system', content: 'Be brief.' },
				{ role: 'user', content: 'Question 7000 of train: what now?' },
			],
		},
	]);
	const done = await workspace.exportBundle({ out: join(dir, 'b'), format: 'trl-standard' });
	assert.equal(done.left_out.multi_turn_prompt, 1);
	const [first] = rowsOf(readFileSync(join(dir, 'b/data/train.jsonl'), 'utf8'));
	assert.deepEqual([typeof first!.prompt, typeof first!.chosen], ['string', 'string']);
	const [sealed] = rowsOf(readFileSync(join(dir, 'b/score/sealed.jsonl'), 'utf8'));
	assert.deepEqual([typeof sealed!.prompt, typeof sealed!.response_a], ['string', 'string']);
});

test('a training pair of a cluster that a held-out one shares stays out, as it stays out of runs', async (t) => {
	const { dir, workspace } = await filled(t);
	const before = await workspace.exportBundle({ out: join(dir, 'before') });
	const opening = `Question 3 of heldout E: what to do about case ${(3 * 7919) % 1009}?`;
	await importRows(dir, workspace, 'near.jsonl', [
		{
			...row(8000, 'train'),
			prompt: [
				{ role: 'user', content: opening },
				{ role: 'assistant', content: 'It depends.' },
				{ role: 'user', content: 'On what?' },
			],
		},
	]);
	const done = await workspace.exportBundle({ out: join(dir, 'after') });
	assert.equal(done.left_out.spanning, 1);
	assert.equal(done.files[0]!.pairs, before.files[0]!.pairs);
	assert.ok(!readFileSync(join(dir, 'after/data/train.jsonl'), 'utf8').includes('On what?'));
});

const python = plainPython();
test('the scripts compile, and say what they take without any package', {
	skip: python === null && 'no Python',
}, async (t) => {
	const dir = folder(t);
	const from = join(import.meta.dirname, '../../media/bundle');
	cpSync(from, join(dir, 'b'), { recursive: true });
	const scripts = readdirSync(join(dir, 'b')).filter((name) => name.endsWith('.py'));
	assert.ok(scripts.length >= 4);
	const check = 'import sys; [compile(open(name, encoding="utf-8").read(), name, "exec") for name in sys.argv[1:]]';
	const compiled = await runPython(python!, ['-c', check, ...scripts], join(dir, 'b'));
	assert.equal(compiled.code, 0, compiled.stderr);
	for (const [script, option] of [
		['train_gdpo.py', '--lambda'],
		['score_hf.py', '--reference'],
	] as const) {
		const help = await runPython(python!, [`b/${script}`, '--help'], dir);
		assert.equal(help.code, 0, help.stderr);
		assert.ok(help.stdout.includes(option));
	}
	const wrong = await runPython(python!, ['b/train_gdpo.py', '--model', 'm', '--output', 'o', '--lambda', '2'], dir);
	assert.equal(wrong.code, 2);
	assert.match(wrong.stderr, /--lambda lies between 0 and 1/);
	const bare = await runPython(python!, ['b/train_gdpo.py', '--model', 'm', '--output', 'o'], dir);
	assert.equal(bare.code, 1);
	assert.match(bare.stderr, /^error: .*manifest\.json cannot be read/);
});
