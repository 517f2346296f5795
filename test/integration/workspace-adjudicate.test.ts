import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folder, job, openAt } from './workspace-support.ts';

/** Own rows with judgments of several people, a label of the import, and a machine judge. */
function writeDisputed(dir: string, count: number): string {
	const path = join(dir, 'team.jsonl');
	const rows = Array.from({ length: count }, (_, n) => ({
		prompt: `Question ${n}?`,
		response_a: `Answer one of ${n}.`,
		response_b: `Answer two of ${n}.`,
		judgments: [
			{ annotator: 'ana', verdict: 'a', strength: 3, note: 'says why' },
			{ annotator: 'bo', verdict: n % 2 === 0 ? 'b' : 'a' },
			{ annotator: 'source:archive', verdict: 'b' },
			{ annotator: 'model:judge', verdict: 'b' },
		],
	}));
	writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
	return path;
}

test('what differs or is flagged waits in the one order, without names, and leaves with the decision', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir, 'mara');
	await workspace.importFiles([writeDisputed(dir, 8)], {}, job());
	const disputed = (await workspace.list({ status: 'disputed' })).comparisons.map(({ id }) => id);
	assert.equal(disputed.length, 4);
	const agreed = (await workspace.list({})).comparisons.find(({ id }) => !disputed.includes(id))?.id as string;
	await workspace.flag({ comparison: agreed, note: 'needs adjudication' });

	const page = await workspace.adjudicationQueue({ count: 10 });
	assert.deepEqual([page.total, page.onlyFlagged], [5, 1]);
	const ids = page.items.map(({ comparison }) => comparison);
	const order = workspace.context.db.all<{ id: string }>('SELECT id FROM comparisons ORDER BY order_key, id');
	assert.deepEqual(
		ids,
		order.map(({ id }) => id).filter((id) => disputed.includes(id) || id === agreed),
	);
	assert.deepEqual(
		(await workspace.adjudicationQueue({ count: 2, after: ids.slice(0, 2) })).items.map(({ comparison }) => comparison),
		ids.slice(2, 4),
	);
	const marked = page.items.find(({ comparison }) => comparison === agreed);
	assert.deepEqual([marked?.disputed, marked?.flags[0]?.note], [false, 'needs adjudication']);

	const [first] = page.items.filter(({ disputed: differs }) => differs);
	assert.ok(first !== undefined);
	// Nothing that is sent holds a name while names are hidden.
	assert.doesNotMatch(JSON.stringify(first), /"ana"|"bo"/);
	assert.deepEqual(
		first.verdicts.map(({ who, as }) => [who, as]),
		[
			['Person 1', 'person'],
			['Person 2', 'person'],
			['judge', 'model'],
			['archive', 'source'],
		],
	);
	assert.deepEqual([first.counts, first.names, first.decided], [{ a: 1, b: 1, tie: 0, both_bad: 0 }, 'hidden', null]);
	assert.equal(first.verdicts.find(({ note }) => note === 'says why')?.strength, 3);

	const { event } = await workspace.adjudicate({ comparison: first.comparison, verdict: 'b', reason: 'it is true' });
	const after = await workspace.adjudicationQueue({ count: 10 });
	assert.equal(after.total, 4);
	assert.ok(after.items.every(({ comparison }) => comparison !== first.comparison));
	const [decided] = (await workspace.adjudicationQueue({ count: 1, ids: [first.comparison] })).items;
	assert.deepEqual([decided?.names, decided?.decided?.reason, decided?.decided?.mine], ['shown', 'it is true', true]);
	assert.deepEqual(
		decided?.verdicts
			.slice(0, 2)
			.map(({ who }) => who)
			.sort(),
		['ana', 'bo'],
	);
	assert.equal((await workspace.show(first.comparison)).resolution, 'b');

	await workspace.retract(event);
	assert.equal((await workspace.adjudicationQueue({ count: 0 })).total, 5);
	// Whoever saw others' verdicts here does not judge blind any more.
	const { judgment } = await workspace.judge({ comparison: first.comparison, verdict: 'a' });
	assert.equal(judgment.blind, false);
	await workspace.close();
});

test('a pair flagged after it was decided waits again, names hidden, until it is decided anew', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir, 'mara');
	await workspace.importFiles([writeDisputed(dir, 2)], {}, job());
	const [{ comparison } = assert.fail()] = (await workspace.adjudicationQueue({ count: 1 })).items;
	await workspace.flag({ comparison, note: 'unclear' });
	const item = async () => (await workspace.adjudicationQueue({ count: 1, ids: [comparison] })).items[0];
	const waiting = async () => (await workspace.adjudicationQueue({ count: 0 })).total;
	const flagged = async () => (await workspace.list({ status: 'flagged' })).total;
	await workspace.adjudicate({ comparison, verdict: 'b', reason: 'it is true' });
	assert.deepEqual([await waiting(), await flagged()], [0, 0], 'the decision answers the flag before it');

	const { workspace: late } = await openAt(dir, 'late', 'two');
	await late.judge({ comparison, verdict: 'a' });
	await workspace.judge({ comparison, verdict: 'a' });
	await workspace.reload();
	assert.equal((await item())?.counts.a, 3, 'most people now say otherwise');
	assert.deepEqual([await waiting(), (await workspace.show(comparison)).resolution], [0, 'b'], 'it stands');
	await late.close();

	const again = await workspace.flag({ comparison, note: 'the source was withdrawn' });
	assert.deepEqual([await waiting(), await flagged()], [1, 1]);
	const [shown] = (await workspace.adjudicationQueue({ count: 10 })).items;
	assert.deepEqual(
		[shown?.comparison, shown?.decided, shown?.names, shown?.disputed, shown?.earlier?.verdict, shown?.earlier?.reason],
		[comparison, null, 'hidden', false, 'b', 'it is true'],
	);
	assert.doesNotMatch(JSON.stringify(shown), /"(?:ana|bo|mara)"/);
	assert.equal((await workspace.show(comparison)).resolution, 'b', 'until then it stands');

	await workspace.adjudicate({ comparison, verdict: 'a', reason: 'the other one holds' });
	assert.equal(await waiting(), 0);
	const after = await item();
	assert.deepEqual([after?.decided?.verdict, after?.earlier, after?.names], ['a', undefined, 'shown']);
	await workspace.retract(again.event);
	assert.equal(await waiting(), 0);
	await workspace.close();
});

test('the settings can show names', async (t) => {
	const dir = folder(t);
	const { workspace: first } = await openAt(dir, 'mara');
	await first.importFiles([writeDisputed(dir, 2)], {}, job());
	await first.close();
	const path = join(dir, 'work', '.pairwright', 'config.json');
	const config = JSON.parse(readFileSync(path, 'utf8')) as object;
	writeFileSync(path, JSON.stringify({ ...config, adjudication: { hide_names: false } }));
	const { workspace } = await openAt(dir, 'mara');
	const [item] = (await workspace.adjudicationQueue({ count: 1 })).items;
	assert.equal(item?.names, 'shown');
	assert.ok(item?.verdicts.some(({ who }) => who === 'ana'));
	await workspace.close();
});
