import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { canonicalComparison, sha256 } from '../../src/domain/identity.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { logprobsName, namesOfFiles } from '../../src/scoring/engines/checkpoint-names.ts';
import type { LogprobsIndex } from '../../src/scoring/engines/logprobs.ts';
import { readLogprobs } from '../../src/workspace/runs/logprobs-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'pairwright-logprobs-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const text = (role: string, content: string) => [{ role, content }];
/** `good` is the chosen response of row i; which canonical side it is differs from row to row. */
const made = [0, 1, 2, 3].map((i) => {
	const { comparison, swapped } = canonicalComparison(
		{ messages: text('user', `question ${i}`) },
		text('assistant', `good ${i * 7}`),
		text('assistant', `bad ${i}`),
	);
	return { i, id: comparison.id, chosen: swapped ? ('b' as const) : ('a' as const) };
});
const [one, two, three, four] = made as [(typeof made)[0], (typeof made)[0], (typeof made)[0], (typeof made)[0]];
const rowTexts = (i: number) => ({ prompt: `question ${i}`, chosen: `good ${i * 7}`, rejected: `bad ${i}` });

const index: LogprobsIndex = {
	comparisons: made.map(({ id }) => id).sort(),
	sources: new Map([
		['row-1', [{ comparison: one.id, side: one.chosen }]],
		['7', [{ comparison: two.id, side: two.chosen }]],
		['same', [one, two].map(({ id, chosen }) => ({ comparison: id, side: chosen }))],
		['unlabelled', [{ comparison: four.id, side: null }]],
	]),
	// Nobody agrees on the fourth.
	preferred: new Map([one, two, three].map(({ id, chosen }) => [id, chosen])),
};
const wanted = made.map(({ id }) => id);
const logps = (x: number) => ({
	chosen_logps: -x,
	rejected_logps: -x - 1,
	ref_chosen_logps: -x - 2,
	ref_rejected_logps: -x - 3,
});

function write(name: string, rows: readonly (object | string)[]): string {
	const path = join(folder, name);
	const lines = rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join('');
	writeFileSync(path, name.endsWith('.gz') ? gzipSync(lines) : lines);
	return path;
}

async function read(rows: readonly (object | string)[], name = 'logps.made-step30.jsonl') {
	return readLogprobs([write(name, rows)], { index, wanted, root: '/elsewhere' });
}

/** The one row is rejected with this message; a good one beside it goes on. */
async function rejects(row: object | string, message: RegExp): Promise<void> {
	const { input, rejected } = await read([{ id: three.id, ...logps(1) }, row]);
	assert.equal(rejected.total, 1, JSON.stringify(row));
	assert.match(rejected.rows[0]!.reason, message);
	assert.equal(rejected.rows[0]!.line, 2);
	assert.ok(input.checkpoints[0]!.scores.some(({ comparison }) => comparison === three.id));
}

test('a row is turned to canonical sides by its texts, by the imported row’s label, or by the labels there are', async () => {
	for (const own of [
		{ ...rowTexts(0), ...logps(5) },
		{ id: 'row-1', ...logps(5) },
		{ id: one.id, ...logps(5) },
		{ id: one.id.slice(0, 8), ...logps(5) },
		{ metadata: { pairwright: { id: one.id } }, ...logps(5) },
	]) {
		const { input, rejected } = await read([own]);
		assert.equal(rejected.total, 0);
		const [score] = input.checkpoints[0]!.scores;
		assert.equal(score!.comparison, one.id);
		const other = one.chosen === 'a' ? 'b' : 'a';
		assert.deepEqual(score!.policy[one.chosen], { logp: -5, tokens: null });
		assert.deepEqual(score!.policy[other], { logp: -6, tokens: null });
		assert.deepEqual(score!.reference[one.chosen], { logp: -7, tokens: null });
		assert.deepEqual(score!.source, { path: 'logps.made-step30.jsonl', line: 1 });
	}
	const { input } = await read([{ id: 7, ...logps(2) }]);
	assert.equal(input.checkpoints[0]!.scores[0]!.comparison, two.id);
});

test('where no label says what "chosen" is, the row has to', async () => {
	await rejects({ id: four.id, ...logps(1) }, /^chosen_side: expected "a" or "b".*found nothing$/);
	await rejects({ id: 'unlabelled', ...logps(1) }, /^chosen_side/);
	for (const side of ['a', 'b'] as const) {
		const { input } = await read([{ id: four.id, chosen_side: side, ...logps(4) }]);
		assert.equal(input.checkpoints[0]!.scores[0]!.policy[side].logp, -4);
	}
	const flipped = one.chosen === 'a' ? 'b' : 'a';
	await rejects(
		{ id: 'row-1', chosen_side: flipped, ...logps(1) },
		/^chosen_side: expected "[ab]", the side that the imported row/,
	);
	await rejects(
		{ ...rowTexts(0), chosen_side: flipped, ...logps(1) },
		/^chosen_side: expected "[ab]" by the row's own texts/,
	);
});

test('hostile rows are named by line and field, the others go on', async () => {
	const id = one.id;
	await rejects({ id, ...logps(1), chosen_logps: 0.5 }, /^chosen_logps: expected .*0 or below, found the number 0\.5$/);
	await rejects({ id, ...logps(1), rejected_logps: null }, /^rejected_logps: .*found null$/);
	await rejects({ id, ...logps(1), ref_chosen_logps: '-3' }, /^ref_chosen_logps: .*found the text "-3"$/);
	await rejects({ id, ...logps(1), ref_rejected_logps: [-1, -2] }, /^ref_rejected_logps: .*found a list of 2$/);
	await rejects({ id, chosen_logps: -1, rejected_logps: -1 }, /^ref_chosen_logps: .*found nothing$/);
	await rejects(`{"id":"${id}","chosen_logps":NaN,"rejected_logps":-1}`, /NaN, which JSON does not have/);
	await rejects(`{"id":"${id}","chosen_logps":-1e999,"rejected_logps":-1}`, /expected a number that fits/);
	await rejects('{"id":', /^row: expected a JSON object/);
	await rejects('[1,2]', /^row: expected a JSON object, found a list of 2/);
	await rejects({ ...logps(1) }, /^id: .*found nothing$/);
	await rejects({ id: 'nobody', ...logps(1) }, /^id: expected the id of a comparison of this workspace.*"nobody"$/);
	await rejects({ id: sha256('x'), ...logps(1) }, /^id: /);
	await rejects({ id: { deep: 1 }, ...logps(1) }, /^id: .*found an object$/);
	await rejects(
		{ id: 'same', ...logps(1) },
		/^id: expected the id of one imported pair.*"same", which several carried$/,
	);
	await rejects(
		{ id: two.id, ...rowTexts(0), ...logps(1) },
		/^id: expected [0-9a-f]{12}…, the id of this pair of texts/,
	);
	await rejects(
		{ ...rowTexts(9), ...logps(1) },
		/^row: expected a pair of this workspace, found one that was never imported/,
	);
	await rejects(
		{ prompt: 'p', chosen: 'x', rejected: 'x', ...logps(1) },
		/^rejected: expected another response than chosen/,
	);
	await rejects({ id, ...logps(1), step: -1 }, /^step: expected a whole number/);
	await rejects({ id, ...logps(1), checkpoint: 'a\nb' }, /^checkpoint: expected a name/);
	await rejects({ id, ...logps(1), chosen_tokens: 1.5 }, /^chosen_tokens: expected the number of response tokens/);
	await rejects({ id, ...logps(1), chosen_side: 'left' }, /^chosen_side: expected "a" or "b"/);
});

test('a row said twice alike counts once; said twice otherwise, neither is used and both lines are named', async () => {
	const { input, rejected } = await read([
		{ id: one.id, ...logps(1) },
		{ id: 'row-1', ...logps(1) },
		{ id: two.id, ...logps(1) },
		{ id: two.id, ...logps(2) },
	]);
	assert.deepEqual([rejected.total, rejected.rows[0]!.line], [1, 4]);
	assert.match(rejected.rows[0]!.reason, /made-step30\.jsonl, line 3, .*neither row is used/);
	const [checkpoint] = input.checkpoints;
	assert.deepEqual(
		checkpoint!.scores.map(({ comparison }) => comparison),
		[one.id],
	);
	assert.deepEqual(checkpoint!.skipped, [
		{ comparison: two.id, reason: 'rows with different values' },
		{ comparison: three.id, reason: 'no row in the log-probability files' },
		{ comparison: four.id, reason: 'no row in the log-probability files' },
	]);
});

test('checkpoints by column or by file, steps by column or by name, tokens under both names; gzip reads alike', async () => {
	const { input } = await read(
		[
			{ id: one.id, checkpoint: 'x', step: 9, ...logps(1), chosen_tokens: 3, rejected_length: 4 },
			{ id: two.id, checkpoint: 'x', step: 9, ...logps(1) },
			{ id: one.id, ...logps(2) },
		],
		'logps.dpo-step70.jsonl.gz',
	);
	assert.deepEqual(
		input.checkpoints.map(({ name, step, scores }) => [name, step, scores.length]),
		[
			['x', 9, 2],
			['dpo-step70', 70, 1],
		],
	);
	const other = one.chosen === 'a' ? 'b' : 'a';
	assert.deepEqual(
		[input.checkpoints[0]!.scores[0]!.policy[one.chosen].tokens, input.checkpoints[0]!.scores[0]!.policy[other].tokens],
		[3, 4],
	);
	const steps = await read([
		{ id: one.id, step: 4, ...logps(1) },
		{ id: two.id, step: 5, ...logps(1) },
	]);
	assert.match(steps.rejected.rows[0]!.reason, /^step: expected 4 as in .*line 1, found the number 5$/);
});

test('the hash of a checkpoint tells its numbers, not their order or the file', async () => {
	const rows = [
		{ id: one.id, ...logps(1) },
		{ id: two.id, ...logps(2) },
	];
	const hash = async (of: readonly object[], name: string) => (await read(of, name)).input.engine.models[0]!.hash;
	const first = await hash(rows, 'logps.a.jsonl');
	assert.equal(await hash(rows.toReversed(), 'logps.b.jsonl'), first);
	assert.notEqual(await hash([rows[0]!, { id: two.id, ...logps(3) }], 'logps.a.jsonl'), first);
});

test('a file of which nothing can be used, or that is about other pairs, ends the run and says what is wrong', async () => {
	await assert.rejects(read([{ id: 'x', ...logps(1) }, { id: one.id }]), (error) => {
		return (
			UserError.is(error, 'unusable-input') &&
			/none of its 2 rows.*line 1: id: .*line 2: chosen_logps/.test(error.message)
		);
	});
	await assert.rejects(read(['']), (error) => UserError.is(error, 'unusable-input') && /empty/.test(error.message));
	await assert.rejects(
		readLogprobs([write('logps.c.jsonl', [{ id: one.id, ...logps(1) }])], { index, wanted: [two.id], root: '/' }),
		(error) =>
			UserError.is(error, 'unusable-input') &&
			/none of its 1 rows is about a pair that this run scores/.test(error.message),
	);
});

test('names of files: base names, folders only where they have to tell two apart', () => {
	const names = (...paths: string[]) => namesOfFiles(paths, logprobsName);
	assert.deepEqual(names('/x/logps.a.jsonl', '/y/b.jsonl.gz', 'logps-c.json'), ['a', 'b', 'c']);
	assert.deepEqual(names('/x/1/logps.jsonl', '/x/2/logps.jsonl', '/z/q.jsonl'), ['1/logps', '2/logps', 'q']);
	assert.deepEqual(names('/r1/out/a.jsonl', '/r2/out/a.jsonl'), ['r1/out/a', 'r2/out/a']);
});
