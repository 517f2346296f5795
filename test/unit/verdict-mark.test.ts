import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdictMark } from '../../src/domain/headline.ts';
import { runProbe } from '../../src/scoring/run-probe.ts';
import { makeDataset, SHIFTED } from './scoring-support.ts';

test('a run that recommends no checkpoint has no tick; a probe’s run and a recommended checkpoint have', () => {
	const mark = (status: 'pass' | 'fail', checkpoint: string | null, ...checkpoints: readonly (readonly [])[]) =>
		verdictMark({
			verdict: { status, sentence: '' },
			recommended: { lambda: null, checkpoint, sentence: '', vetoes: [] },
			...(checkpoints[0] === undefined ? {} : { checkpoints: checkpoints[0] }),
		});
	assert.deepEqual(mark('pass', null), { status: 'pass', word: null });
	assert.deepEqual(mark('pass', 'step-50', []), { status: 'pass', word: null });
	assert.deepEqual(mark('pass', null, []), { status: 'insufficient', word: 'none recommended' });
	assert.deepEqual(mark('fail', null, []), { status: 'fail', word: null });
});

test('where every judged pair is a tie no λ is recommended', async () => {
	const dataset = makeDataset(SHIFTED);
	const tied = { ...dataset, pairs: dataset.pairs.map((pair) => ({ ...pair, y: 0.5 })) };
	const { record } = await runProbe(tied, { lambda: null, margin: 0, seed: 1 });
	assert.equal(record.recommended.lambda, null);
	assert.match(record.recommended.sentence, /every judged pair is a tie/i);
	assert.equal(record.verdict.status, 'insufficient');
});
