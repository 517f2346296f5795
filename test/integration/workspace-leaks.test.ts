import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashText } from '../../src/domain/tokens.ts';
import { dump } from '../../src/store/dump.ts';
import { readDataset } from '../../src/workspace/dataset.ts';
import { findLeaks } from '../../src/workspace/leaks.ts';
import { folder, job, openAt, realData } from './workspace-support.ts';

const WORDS = 'amber birch cedar delta ember fjord grove heron iris jade kelp larch maple north olive pearl'.split(' ');

/** A prompt of many words, as unlike others as its number says; `tail` changes its last word. */
function prompt(n: number, tail = 'end'): string {
	const word = (i: number) => `${WORDS[hashText(`${n} ${i}`, 1) % WORDS.length]}${hashText(`${n} ${i}`, 2) % 97}`;
	return `${Array.from({ length: 24 }, (_, i) => word(i)).join(' ')} case ${n} ${tail}`;
}

interface Row {
	readonly prompt: string;
	readonly split?: string;
	readonly half?: string;
	readonly response_a?: string;
}

let files = 0;
function write(dir: string, rows: readonly Row[]): string {
	const path = join(dir, `rows-${++files}.jsonl`);
	const lines = rows.map((row, i) =>
		JSON.stringify({
			response_a: `one ${files}.${i}`,
			response_b: `two ${files}.${i}`,
			judgments: [{ annotator: 'bo', verdict: 'a' }],
			...row,
		}),
	);
	writeFileSync(path, lines.join('\n'));
	return path;
}

const kinds = (leaks: readonly { kind: string; splits: readonly string[] }[]) =>
	leaks.map(({ kind, splits }) => `${kind}: ${[...splits].sort().join(' ')}`).sort();

test('a near-copy found across splits is a leak of one cluster: it moves nothing, and only protected members are scored', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const rows = [
		{ prompt: prompt(1), split: 'train' },
		{ prompt: prompt(1, 'other'), split: 'eval' },
		{ prompt: prompt(2), split: 'train' },
		{ prompt: prompt(3), split: 'eval' },
	];
	await workspace.importFiles([write(dir, rows)], {}, job());
	const { leakage, leaks, spanning, splits } = await workspace.splits();
	assert.deepEqual(kinds(leakage), ['prompt-near: eval train']);
	assert.ok((leakage[0]?.similarity ?? 0) >= 0.8 && (leakage[0]?.similarity ?? 1) < 1);
	assert.deepEqual(leaks, [{ kind: 'prompt-near', splits: ['eval', 'train'], standing: 1, accepted: 0 }]);
	assert.deepEqual([spanning.length, splits.train.prompts, splits.eval.prompts], [1, 2, 2]);
	const { dataset } = readDataset(workspace.context);
	assert.deepEqual([dataset.leftOut.train.spanning, dataset.pairs.length], [1, 3]);
	// A tag moves both.
	const near = leakage[0]!.a;
	assert.deepEqual(await workspace.previewTag({ ids: [near] }), { prompts: 1, clusters: 1, moves: 2, proposals: 0 });
	assert.equal((await workspace.tag({ ids: [near] }, { facet: 'domain:law' })).moved, 2);
	const held = (await workspace.listPrompts({ split: 'heldout' })).prompts;
	assert.equal(new Set(held.map((p) => p.half)).size, 1, 'one draw for the cluster');
	assert.deepEqual(kinds((await workspace.splits()).leakage), []);
	await workspace.close();
});

test('near-copies that come in together are drawn as one; one that comes later keeps what was drawn', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const twins = Array.from({ length: 12 }, (_, n) => [{ prompt: prompt(n) }, { prompt: prompt(n, 'other') }]).flat();
	await workspace.importFiles([write(dir, twins)], { split: 'heldout' }, job());
	const halves = async () =>
		new Map((await workspace.listPrompts({ limit: 100 })).prompts.map((p) => [p.id, `${p.cluster} ${p.half}`]));
	const drawn = await halves();
	assert.equal(new Set(drawn.values()).size, 12, 'one half for each cluster of two');
	assert.equal(new Set([...drawn.values()].map((place) => place.at(-1))).size, 2, 'both halves were drawn');
	assert.deepEqual(findLeaks(workspace.context), []);
	// R and E of two clusters turn out to be near: nobody is redrawn, and it is a leak.
	await workspace.importFiles([write(dir, [{ prompt: prompt(30), split: 'heldout', half: 'R' }])], {}, job());
	await workspace.importFiles([write(dir, [{ prompt: prompt(30, 'e'), split: 'heldout', half: 'E' }])], {}, job());
	const later = await halves();
	for (const [id, place] of drawn) assert.equal(later.get(id), place);
	assert.deepEqual(kinds(findLeaks(workspace.context)), ['prompt-near: heldout_reference heldout_sealed']);
	// A third one that waits for a draw goes where it is safest.
	await workspace.importFiles([write(dir, [{ prompt: prompt(30, 'f'), split: 'heldout' }])], {}, job());
	const [third] = [...(await halves())].filter(([id]) => !later.has(id));
	assert.match(third?.[1] ?? '', / E$/u);
	const state = dump(workspace.context.db);
	await workspace.rebuild(job());
	assert.equal(dump(workspace.context.db), state);
	await workspace.close();
});

test('a template in front of every prompt chains nothing; near-copies under it are still found', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const template = Array.from({ length: 240 }, (_, i) => `rule${i}`).join(' ');
	const family = Array.from({ length: 70 }, (_, n) => ({
		prompt: `${template} ${prompt(n)}`,
		split: n % 2 === 0 ? 'train' : 'eval',
	}));
	const copy = { prompt: `${template} ${prompt(1, 'other')}`, split: 'train' };
	const others = Array.from({ length: 40 }, (_, n) => ({ prompt: prompt(100 + n), split: 'train' }));
	await workspace.importFiles([write(dir, [...family, copy, ...others])], {}, job());
	const { prompts } = await workspace.listPrompts({ limit: 200 });
	assert.equal(new Set(prompts.map((p) => p.cluster)).size, prompts.length - 1);
	const { leakage } = await workspace.splits();
	assert.deepEqual(kinds(leakage), ['prompt-near: eval train']);
	assert.ok((leakage[0]?.similarity ?? 0) > 0.95);
	await workspace.close();
});

test('the same long response under prompts of different splits is a leak; short and stock answers are not', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const long = `${prompt(50)} ${prompt(51)}`;
	const stock = `${prompt(60)} ${prompt(61)}`;
	const rows = [
		{ prompt: prompt(1), split: 'train', response_a: long },
		{ prompt: prompt(2), split: 'heldout', half: 'R', response_a: long.toUpperCase() },
		{ prompt: prompt(3), split: 'train', response_a: 'I cannot help with that.' },
		{ prompt: prompt(4), split: 'eval', response_a: 'I cannot help with that.' },
		// The prompt is the leak there.
		{ prompt: prompt(5), split: 'train', response_a: `${long} five` },
		{ prompt: prompt(5, 'other'), split: 'eval', response_a: `${long} five` },
		...Array.from({ length: 60 }, (_, n) => ({
			prompt: prompt(100 + n),
			split: n % 2 === 0 ? 'train' : 'eval',
			response_a: stock,
		})),
	];
	await workspace.importFiles([write(dir, rows)], {}, job());
	assert.deepEqual(kinds(findLeaks(workspace.context)), [
		'prompt-near: eval train',
		'response-copy: heldout_reference train',
	]);
	await workspace.close();
});

test('an accepted leak is listed with its reason and no longer counted; a prompt that joins later is a new leak', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const rows = [
		{ prompt: prompt(1), split: 'train' },
		{ prompt: prompt(1, 'other'), split: 'eval' },
		{ prompt: prompt(2), split: 'train' },
		{ prompt: prompt(2).toUpperCase(), split: 'eval' },
	];
	await workspace.importFiles([write(dir, rows)], {}, job());
	const { leakage } = await workspace.splits();
	assert.deepEqual(kinds(leakage), ['prompt-copy: eval train', 'prompt-near: eval train']);
	const copy = leakage.find((leak) => leak.kind === 'prompt-copy')!;
	await assert.rejects(workspace.acceptLeak([copy.a], ' '), /with a reason/u);
	const done = await workspace.acceptLeak([copy.a.slice(0, 12), copy.b], 'a greeting, not a question');
	assert.deepEqual([done.accepted, done.prompts], [1, 2]);
	await assert.rejects(workspace.acceptLeak([copy.a], 'again'), /No leak that still counts/u);
	const after = await workspace.splits();
	assert.deepEqual(
		after.leakage.map((leak) => [leak.kind, leak.accepted]),
		[
			['prompt-near', undefined],
			['prompt-copy', 'a greeting, not a question'],
		],
	);
	await workspace.importFiles([write(dir, [{ prompt: prompt(2, 'third'), split: 'eval' }])], {}, job());
	const standing = findLeaks(workspace.context).filter((leak) => leak.accepted === undefined);
	assert.equal(standing.length, 2);
	await workspace.retract(done.event!);
	assert.ok(findLeaks(workspace.context).every((leak) => leak.accepted === undefined));
	const state = dump(workspace.context.db);
	await workspace.rebuild(job());
	assert.equal(dump(workspace.context.db), state);
	await workspace.close();
});

const multi = realData('multi-annotator.jsonl');
const harmless = realData('harmless.jsonl');

test('real prompts form the same clusters whatever the order of import, and after a rebuild', {
	skip: multi.skip || harmless.skip,
}, async (t) => {
	const dir = folder(t);
	const paths = [multi.path, harmless.path];
	const dumps: string[] = [];
	for (const [name, order] of [
		['one', paths],
		['two', paths.toReversed()],
	] as const) {
		const { workspace } = await openAt(dir, 'ana', 'one', name);
		for (const path of order) await workspace.importFiles([path], { link: true }, job());
		await workspace.settled();
		const clusters = (await workspace.listPrompts({ limit: 10_000 })).prompts
			.map((p) => `${p.id} ${p.cluster}`)
			.sort()
			.join('\n');
		dumps.push(clusters);
		if (name === 'two') {
			const state = dump(workspace.context.db);
			await workspace.rebuild(job());
			await workspace.settled();
			assert.equal(dump(workspace.context.db), state);
		}
		await workspace.close();
	}
	assert.equal(dumps[0], dumps[1]);
	assert.ok((dumps[0]?.split('\n').length ?? 0) > 2000);
});

test('the real leak: prompts that one set repeats, held out from the same prompts', { skip: multi.skip }, async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const lines = readFileSync(multi.path, 'utf8').trimEnd().split('\n');
	const half = (at: number) => {
		const path = join(dir, `half-${at}.jsonl`);
		writeFileSync(path, lines.filter((_, i) => i % 2 === at).join('\n'));
		return path;
	};
	await workspace.importFiles([half(0)], { split: 'train' }, job());
	// The same prompts in other letter case: ids differ, the texts do not.
	const shouted = join(dir, 'shouted.jsonl');
	const rows = readFileSync(half(1), 'utf8')
		.split('\n')
		.map((line) => JSON.parse(line) as Record<string, unknown>)
		.map((row) => ({ ...row, prompt: typeof row.prompt === 'string' ? row.prompt.toUpperCase() : row.prompt }));
	writeFileSync(shouted, rows.map((row) => JSON.stringify(row)).join('\n'));
	await workspace.importFiles([shouted], { split: 'eval' }, job());
	const { leaks } = await workspace.splits();
	const copies = leaks?.find((leak) => leak.kind === 'prompt-copy');
	assert.ok((copies?.standing ?? 0) > 50, JSON.stringify(leaks));
	await workspace.close();
});
