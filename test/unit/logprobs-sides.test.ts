import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LogprobsIndex, LogprobsTable, type RowPair } from '../../src/scoring/engines/logprobs.ts';
import { LogprobsProblem, readLogprobsRow } from '../../src/scoring/engines/logprobs-row.ts';

const [known, disputed] = ['1'.repeat(64), '2'.repeat(64)];
const index: LogprobsIndex = {
	comparisons: [known, disputed],
	sources: new Map([['row-1', [{ comparison: known, side: 'b' }]]]),
	// The label prefers side b, and nobody agrees on the other.
	preferred: new Map([[known, 'b']]),
};
const sides = { a_logps: -1, b_logps: -2, ref_a_logps: -3, ref_b_logps: -4, a_tokens: 5, b_tokens: 6 };
const at = { path: 'scores.jsonl', line: 1 };

function scored(row: object, id: string, wanted: string, pair: RowPair | null = null) {
	const table = new LogprobsTable(index);
	table.add(readLogprobsRow(row as Record<string, unknown>), { pair, id, name: 'made', at });
	const { policy, reference } = table.finish([wanted]).checkpoints[0]!.scores[0]!;
	return { policy, reference };
}

const expected = {
	policy: { a: { logp: -1, tokens: 5 }, b: { logp: -2, tokens: 6 } },
	reference: { a: { logp: -3, tokens: 5 }, b: { logp: -4, tokens: 6 } },
};

test('columns by canonical side need no label, and none turns them', () => {
	assert.deepEqual(scored(sides, known, known), expected);
	assert.deepEqual(scored(sides, disputed, disputed), expected);
	assert.deepEqual(scored(sides, disputed.slice(0, 8), disputed), expected);
	// Not by the imported row's label either, nor by the texts' chosen.
	assert.deepEqual(scored(sides, 'row-1', known), expected);
	assert.deepEqual(scored(sides, known, known, { comparison: known, chosen: 'b' }), expected);
	const { a_tokens: _, b_tokens: __, ...bare } = sides;
	assert.equal(scored(bare, known, known).policy.a.tokens, null);
});

test('half of the columns, or some of both kinds, are refused by name', () => {
	const refused = (row: object, message: RegExp) =>
		assert.throws(
			() => readLogprobsRow(row as Record<string, unknown>),
			(error) => error instanceof LogprobsProblem && message.test(error.message),
		);
	refused({ ...sides, ref_b_logps: undefined }, /^ref_b_logps: expected a summed log-probability.*found nothing/);
	refused({ ...sides, chosen_logps: -1 }, /^chosen_logps: expected either a_logps.*found some of both/);
	refused({ ...sides, a_logps: 0.5 }, /^a_logps/);
	refused({ ...sides, b_tokens: 0 }, /^b_tokens/);
});
