import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Progress } from '../../src/protocol/workspace-api.ts';
import { dump } from '../../src/store/dump.ts';
import { Workspace } from '../../src/workspace/workspace.ts';
import { holding } from './erase-support.ts';
import { folder, job, openAt } from './workspace-support.ts';

/** One tree as a flat table has it: a question and three ranked answers, some of them before it. */
function tree(name: string): object[] {
	const row = (id: string, text: string, more: object) => ({
		...{ message_id: `${name}-${id}`, message_tree_id: `${name}-q`, lang: 'en', text },
		...more,
	});
	return [
		row('a', `${name} says yes.`, { parent_id: `${name}-q`, role: 'assistant', rank: 0 }),
		row('q', `What does ${name} say?`, { parent_id: null, role: 'prompter', rank: null }),
		row('b', `${name} says no.`, { parent_id: `${name}-q`, role: 'assistant', rank: 1 }),
		row('c', `${name} says nothing.`, { parent_id: `${name}-q`, role: 'assistant', rank: 2 }),
	];
}

test('a flat table of messages: pairs of one prompt, nothing twice, the same after a rebuild, and erased with every line', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const path = join(dir, 'messages.jsonl');
	const [one, two, three] = ['Ada', 'Bo', 'Cy'].map(tree) as [object[], object[], object[]];
	// Trees do not lie together.
	const rows = one.flatMap((row, i) => [row, two[i], three[i]]);
	writeFileSync(path, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
	const done = await workspace.importFiles([path], {}, job());
	assert.deepEqual([done.comparisons, done.prompts, done.rejected], [9, 3, []]);
	assert.equal((await workspace.importFiles([path], {}, job())).files[0]?.imported, 0);
	await workspace.settled();
	const { comparisons: list } = await workspace.list({ limit: 9 });
	const bo = list.filter(({ preview }) => preview.includes('What does Bo say?')).map(({ id }) => id);
	assert.equal(bo.length, 3);

	// A tree of which some pairs stay is left whole and named; with all of its pairs every line of it goes.
	const some = await workspace.erase(bo.slice(0, 1), { reason: 'asked to' }, job());
	assert.match(some.left[0]?.why ?? '', /also holds pairs that stay/u);
	assert.deepEqual((await workspace.erase(bo.slice(1), { reason: 'asked to' }, job())).left, []);
	await workspace.settled();
	assert.deepEqual(holding(join(dir, 'work'), 'Bo says'), []);
	assert.ok(holding(join(dir, 'work'), 'Cy says').length > 0);
	const before = dump(workspace.context.db);
	await workspace.rebuild(job());
	assert.equal(dump(workspace.context.db), before);
	assert.equal((await workspace.list({ limit: 1 })).total, 6);
});

test('a flat table of messages as prompts: every question waits with its answers, in either order of rows, redacted or not', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const ada = tree('Ada') as { message_id: string; text: string }[];
	const more = { message_tree_id: 'Ada-q', lang: 'en' };
	const follow = {
		...more,
		message_id: 'Ada-f',
		parent_id: 'Ada-b',
		role: 'prompter',
		text: 'Why not? Write to ada@mail.example',
	};
	const alone = {
		...more,
		message_id: 'Bo-q',
		message_tree_id: 'Bo-q',
		parent_id: null,
		role: 'prompter',
		text: 'Who is Bo?',
	};
	const orphan = { ...alone, message_id: 'Bo-x', parent_id: 'Bo-gone', text: 'Lost' };
	const gone = { ...more, message_id: 'Ada-d', parent_id: 'Ada-q', role: 'assistant', text: 'Spam', deleted: true };
	const files = [
		[...ada, follow, alone, orphan, gone],
		[gone, follow, orphan, ...ada.toReversed(), alone],
	].map((rows, i) => {
		const path = join(dir, `flat-${i}.jsonl`);
		writeFileSync(path, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
		return path;
	});
	const [first, second] = files as [string, string];
	const done = await workspace.importFiles([first], { as: 'prompts', redact: ['email'] }, job());
	// Three answers to one question are pairs at once; the others wait.
	assert.deepEqual([done.waiting?.prompts, done.paired, done.redacted], [2, 1, { email: 1 }]);
	assert.match(done.rejected[0]?.reason ?? '', /parent_id: expected a message of the tree/u);
	assert.equal(done.rejected[0]?.line, 7);
	const waiting = (await workspace.waiting({ order: 'arrival' })).rows.map(({ preview }) => preview).sort();
	assert.equal(waiting.length, 2);
	assert.match(waiting.join(), /Who is Bo/u);
	assert.ok(!dump(workspace.context.db).includes('Spam'), 'what was deleted is no response');
	assert.deepEqual(holding(join(dir, 'work'), 'ada@mail.example'), []);
	const again = await workspace.importFiles([second], { as: 'prompts', redact: ['email'] }, job());
	assert.deepEqual([again.files[0]?.imported, again.waiting?.prompts], [0, 2]);
	await workspace.settled();
	const before = dump(workspace.context.db);
	await workspace.rebuild(job());
	await workspace.settled();
	assert.equal(dump(workspace.context.db), before);
	// A prompt of a tree whose others stay is left in the copy and named; alone it goes.
	const [bo] = (await workspace.waiting({ order: 'arrival' })).rows.filter(({ preview }) => preview.includes('Bo'));
	assert.deepEqual((await workspace.erase([bo!.id], { reason: 'asked to' }, job())).left, []);
	await workspace.settled();
	assert.deepEqual(holding(join(dir, 'work'), 'Who is Bo'), []);
});

test('chats of one message a row as prompts: one waits for each, the same after a rebuild, and erased with every line', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const chat = (name: string) => [
		{ conversation_id: name, turn: 1, role: 'user', content: `Who is ${name}? Ask ${name}@mail.example` },
		{ conversation_id: name, turn: 2, role: 'assistant', content: `${name} is somebody.` },
	];
	const [ada, bo] = ['Ada', 'Bo'].map(chat) as [object[], object[]];
	const path = join(dir, 'chats.jsonl');
	// Chats do not lie together, and answers stand before questions.
	writeFileSync(path, [ada[1], bo[0], bo[1], ada[0]].map((row) => `${JSON.stringify(row)}\n`).join(''));
	const options = { as: 'prompts', redact: ['email'] } as const;
	const done = await workspace.importFiles([path], options, job());
	assert.deepEqual([done.waiting?.prompts, done.rejected, done.redacted], [2, [], { email: 2 }]);
	assert.equal((await workspace.importFiles([path], options, job())).files[0]?.imported, 0);
	await workspace.settled();
	const before = dump(workspace.context.db);
	await workspace.rebuild(job());
	await workspace.settled();
	assert.equal(dump(workspace.context.db), before);
	const [gone] = (await workspace.waiting({ order: 'arrival' })).rows.filter(({ preview }) => preview.includes('Bo'));
	assert.deepEqual((await workspace.erase([gone!.id], { reason: 'asked to' }, job())).left, []);
	await workspace.settled();
	assert.deepEqual(holding(join(dir, 'work'), 'Bo is somebody'), []);
	assert.ok(holding(join(dir, 'work'), 'Ada is somebody').length > 0);
	assert.deepEqual(holding(join(dir, 'work'), '@mail.example'), []);
});

test('the first reading of a flat table tells rows and bytes, and is cancelled without leaving an import behind', async (t) => {
	const dir = folder(t);
	const progress: Progress[] = [];
	let stop: (() => void) | null = null;
	const heard = (each: Progress) => {
		progress.push(each);
		if (each.phase === 'looking for trees') stop?.();
	};
	const root = join(dir, 'work');
	mkdirSync(root);
	const events = { progress: heard, changed() {}, notice() {} };
	const workspace = await Workspace.open(root, { stateDir: join(dir, 'state'), annotator: 'ana', events });
	await workspace.init({});
	t.after(() => workspace.close());
	const path = join(dir, 'messages.jsonl');
	const rows = Array.from({ length: 800 }, (_, i) => tree(`Somebody ${i}`)).flat();
	writeFileSync(path, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
	const looked = () => progress.filter(({ phase }) => phase === 'looking for trees');
	for (const options of [{}, { as: 'prompts' }] as const) {
		const named = job();
		stop = () => void workspace.cancel(named.job);
		progress.length = 0;
		const done = await workspace.importFiles([path], options, named);
		const rows = done.files.reduce((sum, file) => sum + file.rows, 0);
		assert.deepEqual([done.cancelled, rows, done.comparisons], [true, 0, 0]);
		const told = looked();
		assert.ok(told.length > 0 && told.every(({ done, total }) => done > 0 && done <= (total ?? 0)));
		assert.match(told[0]?.message ?? '', /rows read/u);
		stop = null;
		await workspace.rebuild(job());
		assert.equal((await workspace.list({ limit: 1 })).total, 0);
	}
	progress.length = 0;
	const whole = await workspace.importFiles([path], {}, job());
	assert.deepEqual([whole.cancelled, whole.comparisons], [false, 2_400]);
	// The trees are counted once, although a good row is looked for before the file is folded.
	const done = looked().map((each) => each.done);
	assert.deepEqual(
		done,
		done.toSorted((x, y) => x - y),
	);
});

test('every message of a flat table is in a tree or counted as left out', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const path = join(dir, 'messages.jsonl');
	const loop = (id: string, parent: string) => ({
		...{
			message_id: id,
			message_tree_id: 'Ada-q',
			lang: 'en',
			text: id,
			role: 'assistant',
			rank: 0,
			parent_id: parent,
		},
	});
	const doubled = tree('Bo') as { message_id: string }[];
	const rows = [...tree('Ada'), loop('x', 'y'), loop('y', 'x'), ...doubled, doubled[2]!];
	writeFileSync(path, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
	const done = await workspace.importFiles([path], {}, job());
	assert.equal(done.comparisons, 3);
	assert.deepEqual(
		done.rejected.map(({ line, reason }) => [
			line,
			/leads to the first one|once, found "Bo-b" twice/u.exec(reason)?.[0],
		]),
		[
			...[5, 6].map((line) => [line, 'leads to the first one']),
			...[7, 8, 9, 10, 11].map((line) => [line, 'once, found "Bo-b" twice']),
		],
	);
});
