import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ComparisonDetail, ListFilter } from '../../src/protocol/lists.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { makeCli } from './cli-run.ts';
import { folder, job, openAt } from './workspace-support.ts';

const PLACES = [
	{ split: 'train' },
	{ split: 'train' },
	{ split: 'eval' },
	{ split: 'heldout', half: 'R', tags: ['domain:law'] },
	{ split: 'heldout', half: 'E', tags: ['domain:tax', 'format:table'] },
	{ split: 'retention' },
];

/** Pairs of every place, from two sources, some judged by one or two people, some flagged; E judged like the rest. */
async function filled(t: TestContext): Promise<{ dir: string; workspace: Workspace; all: ComparisonDetail[] }> {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	for (const source of ['letters', 'reviews']) {
		const rows = Array.from({ length: 48 }, (_, i) => ({
			prompt: `${source} ${i}: ${'why so long '.repeat(i % 7)}?`,
			response_a: `Answer ${i} ${'and more '.repeat(i % 5)}`,
			response_b: `No idea ${i}, zebra ${i % 3 === 0 ? 'stripes' : 'spots'}`,
			...PLACES[i % 6],
		}));
		const path = join(dir, `${source}.jsonl`);
		writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
		await workspace.importFiles([path], { format: 'pairwright' }, job());
	}
	const { comparisons } = await workspace.list({ limit: 1000 });
	const verdicts = ['a', 'b', 'tie', 'both_bad'] as const;
	const judged = comparisons.flatMap(({ id }, i) =>
		i % 3 === 0
			? []
			: [{ type: 'judged', comparison: id, verdict: verdicts[i % 4]!, kind: 'first', blind: true } as const],
	);
	await workspace.context.store.append(judged, 'ana');
	await workspace.context.store.append(
		judged.filter((_, i) => i % 2 === 0).map((event, i) => ({ ...event, verdict: i % 3 === 0 ? 'a' : 'b' }) as const),
		'bo',
	);
	for (const { id } of comparisons.filter((_, i) => i % 10 === 0)) await workspace.flag({ comparison: id });
	await workspace.settled();
	const all = await Promise.all(comparisons.map(({ id }) => workspace.show(id)));
	return { dir, workspace, all };
}

/** The same question put to a whole comparison, one by one. */
function fits(c: ComparisonDetail, q: ListFilter, flagged: ReadonlySet<string>): boolean {
	const words = (messages: ComparisonDetail['response_a']) => messages.map((m) => m.content ?? '').join(' ');
	const prompt = words(c.prompt.messages);
	const sides = [words(c.response_a), words(c.response_b)];
	const length = q.lengthOf === 'response' ? Math.max(...sides.map((s) => s.length)) : prompt.length;
	const own = c.judgments.findLast((j) => j.annotator === q.annotator)?.verdict;
	const asksOpinion = q.annotator ?? q.verdict ?? (q.status === 'flagged' ? undefined : q.status);
	return (
		(q.split === undefined || c.split === q.split) &&
		(q.half === undefined || c.half === q.half) &&
		(q.tag === undefined || c.tags.includes(q.tag)) &&
		(q.facet === undefined || c.tags.some((tag) => tag === q.facet || tag.startsWith(`${q.facet}:`))) &&
		(q.source === undefined || c.sources.some(({ name }) => name === q.source)) &&
		(q.minLength === undefined || length >= q.minLength) &&
		(q.maxLength === undefined || length <= q.maxLength) &&
		(q.search === undefined || `${prompt} ${sides.join(' ')}`.includes(q.search)) &&
		(asksOpinion === undefined || c.half !== 'E') &&
		(q.annotator === undefined || own !== undefined) &&
		(q.verdict === undefined || (q.annotator === undefined ? c.resolution : own) === q.verdict) &&
		(q.status !== 'flagged' || flagged.has(c.id)) &&
		(q.status !== 'open' || c.resolution === 'open') &&
		(q.status !== 'judged' || c.resolution !== 'open') &&
		(q.status !== 'disputed' || c.resolution === 'disputed')
	);
}

const SINGLE: readonly ListFilter[] = [
	{ split: 'train' },
	{ split: 'heldout' },
	{ half: 'E' },
	{ tag: 'domain:law' },
	{ facet: 'domain' },
	{ facet: 'format:table' },
	{ annotator: 'ana' },
	{ annotator: 'bo' },
	{ annotator: 'ana', verdict: 'tie' },
	{ verdict: 'b' },
	{ verdict: 'both_bad' },
	{ status: 'open' },
	{ status: 'judged' },
	{ status: 'disputed' },
	{ status: 'flagged' },
	{ minLength: 40 },
	{ maxLength: 40 },
	{ lengthOf: 'response', minLength: 35 },
	{ search: 'stripes' },
];

test('filters combine, and find what a look at every comparison finds; pages and cursors agree', async (t) => {
	const { workspace, all } = await filled(t);
	const sources = [...new Set(all.flatMap((c) => c.sources.map(({ name }) => name)))];
	const flagged = new Set((await workspace.list({ status: 'flagged', limit: 1000 })).comparisons.map(({ id }) => id));
	assert.equal(flagged.size, 10);
	const queries = [...SINGLE, { source: sources[0]! }];
	for (const one of queries) {
		for (const two of [{}, ...queries]) {
			const query: ListFilter = { ...one, ...two };
			const expected = all.filter((c) => fits(c, query, flagged));
			const page = await workspace.list({ ...query, limit: 1000 });
			const told = JSON.stringify(query);
			assert.deepEqual(page.comparisons.map(({ id }) => id).sort(), expected.map(({ id }) => id).sort(), told);
			assert.equal(page.total, expected.length, told);
			const prompts = new Set(expected.map((c) => c.prompt_id));
			const walked: string[] = [];
			let after: string | null = null;
			do {
				const found = await workspace.listPrompts({ ...query, limit: 7, ...(after === null ? {} : { after }) });
				assert.equal(found.total, prompts.size, told);
				walked.push(...found.prompts.map(({ id }) => id));
				after = found.next;
			} while (after !== null);
			assert.deepEqual([...walked].sort(), [...prompts].sort(), told);
			const cursors = await workspace.promptCursors(query, 7);
			assert.equal(cursors.length, Math.floor(prompts.size / 7), told);
			if (cursors[0] !== undefined && prompts.size > 7) {
				const second = await workspace.listPrompts({ ...query, limit: 7, after: cursors[0] });
				assert.deepEqual(
					second.prompts.map(({ id }) => id),
					walked.slice(7, 14),
					told,
				);
			}
		}
	}
	await assert.rejects(workspace.list({ minLength: 5, maxLength: 4 }), /at least 5 and at most 4/);
	await workspace.close();
});

test('no filter on what people said tells anything of the sealed half; how much is left out is said', async (t) => {
	const { workspace } = await filled(t);
	const asks: ListFilter[] = [
		{ annotator: 'ana' },
		{ annotator: 'bo', verdict: 'a' },
		...(['a', 'b', 'tie', 'both_bad'] as const).map((verdict) => ({ verdict })),
		...(['open', 'judged', 'disputed'] as const).map((status) => ({ status })),
	];
	for (const ask of asks) {
		for (const base of [{}, { half: 'E' as const }, { tag: 'domain:tax' }, { split: 'heldout' as const }]) {
			const told = JSON.stringify({ ...ask, ...base });
			const page = await workspace.list({ ...ask, ...base, limit: 1000 });
			assert.equal(page.comparisons.filter(({ half }) => half === 'E').length, 0, told);
			// The same number whatever was said of them.
			assert.equal(page.sealedOut, 16, told);
			const prompts = await workspace.listPrompts({ ...ask, ...base, limit: 1000 });
			assert.equal(prompts.prompts.filter(({ half }) => half === 'E').length, 0, told);
			assert.equal(prompts.sealedOut, 16, told);
			if ('half' in base || 'tag' in base) assert.deepEqual([page.total, prompts.total], [0, 0], told);
			const preview = await workspace.previewMove({ query: { ...ask, ...base } }, 'train');
			assert.equal(preview.prompts, prompts.total, told);
			const ids = await workspace.promptCursors({ ...ask, ...base }, 1);
			assert.equal(ids.length, prompts.total, told);
		}
	}
	for (const plain of [
		{},
		{ half: 'E' as const },
		{ search: 'zebra' },
		{ minLength: 1 },
		{ status: 'flagged' as const },
	]) {
		const { comparisons, sealedOut } = await workspace.list({ ...plain, limit: 1000 });
		assert.equal(sealedOut, undefined);
		for (const row of comparisons.filter(({ half }) => half === 'E')) {
			assert.deepEqual([row.verdict, row.judgments, row.sealed], [null, null, true]);
		}
		const { prompts } = await workspace.listPrompts({ ...plain, limit: 1000 });
		for (const row of prompts.filter(({ half }) => half === 'E')) {
			assert.deepEqual([row.judged, row.disputed, row.sealed], [null, null, true]);
		}
	}
	await workspace.close();
});

test('a verdict shows in lists at once: nothing remembered outlives a write', async (t) => {
	const { dir, workspace } = await filled(t);
	const total = async () => (await workspace.list({ split: 'train', status: 'open' })).total;
	const before = await total();
	const { comparisons } = await workspace.list({ split: 'train', status: 'open', limit: 2 });
	await workspace.judge({ comparison: comparisons[0]!.id, verdict: 'a' });
	assert.equal(await total(), before - 1);
	// Another process on the same database.
	const other = await openAt(dir, 'bo', 'two');
	await other.workspace.judge({ comparison: comparisons[1]!.id, verdict: 'b' });
	await workspace.reload();
	assert.equal(await total(), before - 2);
	await other.workspace.close();
	await workspace.close();
});

test('a search is saved for the team, replaced, deleted and brought back', async (t) => {
	const { dir, workspace } = await filled(t);
	await workspace.saveSearch('long  train', { split: 'train', minLength: 40 });
	await workspace.saveSearch('mine', { annotator: 'ana', verdict: 'b' });
	assert.deepEqual(
		(await workspace.searches()).map(({ name, query, by }) => ({ name, query, by })),
		[
			{ name: 'long train', query: { split: 'train', minLength: 40 }, by: 'ana' },
			{ name: 'mine', query: { annotator: 'ana', verdict: 'b' }, by: 'ana' },
		],
	);
	const other = await openAt(dir, 'bo', 'two');
	assert.equal((await other.workspace.searches()).length, 2, 'another person has it too');
	const { event } = await other.workspace.saveSearch('mine', null);
	await workspace.reload();
	assert.deepEqual(
		(await workspace.searches()).map(({ name }) => name),
		['long train'],
	);
	await other.workspace.retract(event);
	await workspace.reload();
	assert.equal((await workspace.searches()).length, 2);
	await assert.rejects(workspace.saveSearch('nothing', {}), /nothing to save/);
	await assert.rejects(workspace.saveSearch(' ', { split: 'train' }), /1 to 80 characters/);
	await assert.rejects(workspace.saveSearch('unknown', null), /There are "long train", "mine"/);
	await other.workspace.close();
	await workspace.close();
});

test('a bulk move tells beforehand what it does, does that, and is one undo, proposals and all', async (t) => {
	const { workspace } = await filled(t);
	const query: ListFilter = { split: 'train', search: 'stripes' };
	await workspace.freeze('eval');
	const preview = await workspace.previewMove({ query }, 'retention');
	const before = (await workspace.splits()).splits;
	const done = await workspace.assign({ query }, { split: 'retention' });
	assert.equal(done.moved, preview.moves);
	const after = (await workspace.splits()).splits;
	assert.equal(after.retention.prompts - before.retention.prompts, preview.moves);
	await workspace.retract(done.event as string);
	assert.deepEqual((await workspace.splits()).splits, before);
	// A frozen split: nothing but proposals, which one undo takes back as well.
	const frozen = await workspace.previewMove({ query: { split: 'eval' } }, 'excluded');
	assert.deepEqual([frozen.moves, frozen.frozen, frozen.proposals], [0, 16, 16]);
	const proposed = await workspace.assign({ query: { split: 'eval' } }, { split: 'excluded' });
	assert.deepEqual([proposed.moved, proposed.proposed], [0, 16]);
	assert.equal((await workspace.splits()).proposals.length, frozen.proposed);
	await workspace.retract(proposed.event as string);
	assert.equal((await workspace.splits()).proposals.length, 0);
	// Mixed: some move, some are proposed.
	const ids = [
		...(await workspace.listPrompts({ split: 'eval', limit: 2 })).prompts,
		...(await workspace.listPrompts({ split: 'train', limit: 3 })).prompts,
	];
	const both = await workspace.assign({ ids: ids.map(({ id }) => id) }, { split: 'excluded' });
	assert.deepEqual([both.moved, both.proposed], [3, 2]);
	await workspace.undo();
	assert.deepEqual((await workspace.splits()).splits, before);
	assert.equal((await workspace.splits()).proposals.length, 0);
	await workspace.close();
});

test('a preview of any selection comes to what the move then does', async (t) => {
	const { workspace } = await filled(t);
	for (const split of ['train', 'eval', 'heldout', 'excluded'] as const) {
		for (const query of [
			{ source: 'letters.jsonl' },
			{ facet: 'domain' },
			{ split: 'train' as const, minLength: 30 },
		]) {
			const preview = await workspace.previewMove({ query }, split);
			const done = await workspace.assign({ query }, { split });
			assert.deepEqual([done.moved, done.proposed], [preview.moves, preview.proposals], JSON.stringify([split, query]));
			if (done.event !== null) await workspace.retract(done.event);
		}
	}
	const { tags } = await workspace.previewMove({ query: { half: 'E' } }, 'heldout');
	assert.deepEqual(tags, [
		{ facet: 'domain:tax', prompts: 16 },
		{ facet: 'format:table', prompts: 16 },
	]);
	await workspace.close();
});

test('the command line filters, saves, previews and moves with the same filters', async (t) => {
	const cli = makeCli(t);
	const made = await cli.run(['init', cli.dir]);
	assert.equal(made.code, 0, made.stderr);
	const rows = Array.from({ length: 12 }, (_, i) => ({
		prompt: `Case ${i}: ${'long '.repeat(i)}?`,
		response_a: 'Yes, because.',
		response_b: `No ${i}.`,
		...(i < 3 ? { split: 'heldout', half: 'E', tags: ['domain:law'] } : { split: 'train' }),
		judgments: [{ annotator: 'bo', verdict: i % 2 === 0 ? 'a' : 'b' }],
	}));
	const at = ['--workspace', cli.dir];
	const read = await cli.run([
		'import',
		cli.write('rows.jsonl', rows.map((row) => JSON.stringify(row)).join('\n')),
		...at,
	]);
	assert.equal(read.code, 0, read.stderr + read.stdout);
	type List = { comparisons: { split: string }[]; total: number; sealed_out?: number };
	const listed = (await cli.json(['list', '--judged-by', 'bo', '--save', 'by bo', ...at])).document as List;
	assert.deepEqual([listed.total, listed.sealed_out], [9, 3]);
	const saved = (await cli.json(['list', '--saved', 'by bo', '--min-length', '40', ...at])).document as List;
	assert.ok(saved.total > 0 && saved.total < 9);
	assert.match(
		(await cli.run(['list', '--tag', 'domain:law', '--verdict', 'a', ...at])).stdout,
		/No comparison fits\.\n3 comparisons of the sealed half are left out/,
	);
	assert.match((await cli.run(['searches', ...at])).stdout, /by bo\s+--judged-by bo/);
	const dry = await cli.run([
		'split',
		'--assign',
		'retention',
		'--split',
		'train',
		'--min-length',
		'40',
		'--dry-run',
		...at,
	]);
	assert.match(dry.stdout, /would move to must not forget.*\nNothing was changed/);
	const moved = (await cli.json(['split', '--assign', 'retention', '--saved', 'by bo', '--min-length', '40', ...at]))
		.document as {
		assigned: { moved: number };
	};
	assert.equal(moved.assigned.moved, saved.total);
	const tagged = (await cli.json(['tag', '--split', 'train', '--facet', 'format:short', ...at])).document as {
		tagged: number;
	};
	assert.equal(tagged.tagged, 9 - saved.total);
	const removed = (await cli.json(['tag', '--tagged', 'format', '--facet', 'format:short', '--remove', ...at]))
		.document as { tagged: number };
	assert.equal(removed.tagged, tagged.tagged);
	assert.equal((await cli.run(['tag', '--facet', 'domain:x', ...at])).code, 1, 'never everything by accident');
	assert.equal((await cli.run(['split', '--assign', 'train', ...at])).code, 1);
	assert.match((await cli.run(['list', '--saved', 'nobody', ...at])).stderr, /There are "by bo"/);
});
