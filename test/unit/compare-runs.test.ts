import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceSentence } from '../../src/domain/difference-words.ts';
import { UserError } from '../../src/protocol/errors.ts';
import type { RunComparison } from '../../src/protocol/runs.ts';
import { flippedPairs, matchScores, type SideScore, scoreDifferences } from '../../src/scoring/compare-scores.ts';
import type { Sealed } from '../../src/scoring/sealed.ts';
import { compareRuns } from '../../src/workspace/runs/compare.ts';
import { recordFixture } from '../fixtures/run-report.ts';
import {
	firstMargin,
	linesOf,
	type MadePair,
	madeCheckpoint,
	makePairs,
	makeRunStore,
	placesOf,
	runId,
	secondMargin,
} from '../fixtures/stored-runs.ts';

const sideOf = (pairs: readonly MadePair[], margin: (i: number) => number): SideScore[] =>
	pairs.map(({ comparison, split, y, side = 'a' }, i) => ({
		...{ comparison, split, y, decided: y > 0.5, chosenSide: side, margin: margin(i) },
	}));

/**
 * value, low, high, pairs, clusters of second − first over `makePairs(60)`: numpy 2 and scipy 1.17.1 (expit, log_expit, stats.t), each
 * cluster deleted in turn and the mean taken anew.
 */
const SCIPY: Readonly<Record<string, readonly number[]>> = {
	nll: [0.0005746165259031862, -0.052929602386988815, 0.05407883543879519, 60, 21],
	brier: [0.00021570082139036502, -0.02171604630050285, 0.02214744794328358, 60, 21],
	accuracy: [-0.03125, -0.12075174895079495, 0.05825174895079495, 48, 21],
	overconfidence: [0.006345085706628136, -0.07018428115206267, 0.08287445256531893, 60, 21],
};

test('paired differences and their intervals equal an independent computation', () => {
	const pairs = makePairs(60);
	const matched = matchScores(sideOf(pairs, firstMargin), sideOf(pairs, secondMargin), placesOf(pairs));
	const differences = scoreDifferences(matched.pairs);
	assert.deepEqual(
		differences.map(({ what }) => what),
		['nll', 'brier', 'accuracy', 'overconfidence'],
	);
	for (const { what, value, low, high, pairs: n, clusters } of differences) {
		for (const [i, x] of [value, low, high, n, clusters].entries()) {
			assert.ok(Math.abs(x! - SCIPY[what]![i]!) < 1e-12, `${what} ${i}: ${x} and ${SCIPY[what]![i]}`);
		}
	}
	const flips = flippedPairs(matched.pairs);
	assert.deepEqual(
		flips.slice(0, 3).map(({ comparison }) => comparison),
		['p041', 'p019', 'p024'],
	);
	assert.deepEqual([flips.length, flips.filter(({ now }) => now === 'right').length], [6, 2]);
});

test('only pairs with the same label, the same split and a place outside the seal are compared', () => {
	const pairs = makePairs(40);
	const first = sideOf(pairs, firstMargin);
	const second = sideOf(pairs, secondMargin).map((score, i) => {
		if (i === 0) return { ...score, y: 0.75 };
		if (i === 1) return { ...score, chosenSide: 'b' as const };
		if (i === 2) return { ...score, split: 'heldout_reference' as const };
		if (i === 5) return { ...score, seen: true };
		return score;
	});
	const places = placesOf(pairs);
	places.set('p003', { cluster: 'x', split: 'heldout_sealed' });
	places.delete('p004');
	const { pairs: kept, left } = matchScores(first.slice(0, 38), second.slice(1).concat(second[0]!), places);
	assert.deepEqual(left, { labels: 2, moved: 1, seen: 1, sealed: 1, gone: 1, onlyFirst: 0, onlySecond: 2 });
	assert.deepEqual(
		kept.map(({ comparison }) => comparison),
		pairs.slice(6, 38).map(({ comparison }) => comparison),
	);
});

test('an even vote keeps side a; a label seen from the other side is the same label', () => {
	const pair: MadePair = { comparison: 'x', cluster: 'c', split: 'eval', y: 0.5 };
	const one: SideScore = { ...pair, decided: false, chosenSide: 'a', margin: 2 };
	const other: SideScore = { ...one, chosenSide: 'b', margin: 3 };
	const { pairs } = matchScores([one], [other], placesOf([pair]));
	assert.deepEqual([pairs[0]!.first, pairs[0]!.second], [-2, 3]);
	assert.deepEqual(flippedPairs(pairs), []);
});

const SEALED_PAIRS = makePairs(30, 'heldout_sealed', 's');

function sealedOf(margin: (i: number) => number): Sealed {
	const lines = linesOf(SEALED_PAIRS, margin).map(({ delta, p: _, ...line }) => ({ ...line, deltas: [delta] }));
	const none = { value: null, low: null, high: null, reason: 'made up' };
	return {
		...{ version: 1, pairs: lines.length, by_lambda: [], own: 0, dpo: 0, pooled: null, lines },
		solutions: [
			{
				...{ s: 0, ridge: 1, loss: none, band: none, over_dpo: none, over_pooled: none },
				metrics: recordFixture().metrics.eval!,
			},
		],
	};
}

test('the sealed half is compared once both runs are decided, and none of its pairs is ever listed', (t) => {
	const store = makeRunStore(t);
	const open = makePairs(30);
	for (const { comparison, cluster, split } of [...open, ...SEALED_PAIRS])
		store.places.set(comparison, { cluster, split });
	store.write(runId(1), {}, linesOf(open, firstMargin), sealedOf(firstMargin));
	store.write(
		runId(2),
		{},
		linesOf(open, secondMargin),
		sealedOf((i) => -firstMargin(i)),
	);
	const sides = [{ run: runId(1) }, { run: 'latest' }] as const;
	const splitsOf = (comparison: RunComparison) => [...new Set(comparison.differences.map(({ split }) => split))];
	for (const decide of [[], [runId(1)], [runId(2)]]) {
		store.decided.splice(0, 9, ...decide);
		const closed = compareRuns(store.port, ...sides);
		assert.deepEqual(splitsOf(closed), ['eval']);
		assert.ok(closed.notes.some((note) => /sealed half: compared once both runs are decided/.test(note)));
		assert.ok(!JSON.stringify(closed).includes('"s0'));
	}
	store.decided.splice(0, 9, runId(1), runId(2));
	const opened = compareRuns(store.port, ...sides);
	assert.deepEqual(splitsOf(opened), ['eval', 'heldout_sealed']);
	assert.ok(opened.flipped.length > 0 && opened.flipped.every(({ comparison }) => comparison.startsWith('p')));
});

test('checkpoints of one run or of two are compared by name, at the run’s β', (t) => {
	const store = makeRunStore(t);
	const pairs = makePairs(60);
	for (const [id, place] of placesOf(pairs)) store.places.set(id, place);
	const { settings } = recordFixture();
	store.write(
		runId(1),
		{
			settings: { ...settings, beta: 0.1 },
			checkpoints: [madeCheckpoint('a:1'), madeCheckpoint('b')],
			best: { by_eval_nll: 'b', by_heldout_nll: 'b', last: 'b' },
			recommended: { lambda: null, checkpoint: null, sentence: 'None.', vetoes: [] },
		},
		[
			...linesOf(pairs, firstMargin, { beta: 0.1, checkpoint: 'a:1' }),
			...linesOf(pairs, secondMargin, { beta: 0.1, checkpoint: 'b' }),
		],
	);
	// Without a name it is the headline: what is recommended, else the last.
	const within = compareRuns(store.port, { run: 'latest', checkpoint: 'a:1' }, { run: 'latest' });
	assert.deepEqual(within.other, { run: runId(1), checkpoint: 'b' });
	assert.ok(Math.abs(within.differences[0]!.value! - SCIPY.nll![0]!) < 1e-12);
	assert.deepEqual(within.flippedTotal, { lost: 4, gained: 2 });
	assert.equal(within.flipped[0]!.preview, 'Prompt of p041');
	assert.throws(
		() => compareRuns(store.port, { run: 'latest', checkpoint: 'c' }, { run: 'latest' }),
		(error) => UserError.is(error, 'usage') && /no checkpoint "c". It has a:1, b/.test((error as Error).message),
	);
	store.write(runId(2), {}, linesOf(pairs, firstMargin));
	const across = compareRuns(store.port, { run: runId(2) }, { run: runId(1), checkpoint: 'b' });
	assert.ok(across.notes.some((note) => /text probe/.test(note)));
	assert.ok(across.notes.some((note) => /β is 1 and 0.1/.test(note)));
	assert.ok(Math.abs(across.differences[0]!.value! - SCIPY.nll![0]!) < 1e-12);
});

test('held out, a checkpoint whose tuning half is void is not compared', (t) => {
	const store = makeRunStore(t);
	const pairs = makePairs(60, 'heldout_reference');
	for (const [id, place] of placesOf(pairs)) store.places.set(id, place);
	const void_ = { what: 'heldout_reference', reason: 'learnt by heart' } as const;
	store.write(runId(1), { checkpoints: [madeCheckpoint('a'), madeCheckpoint('b', { void: void_ })] }, [
		...linesOf(pairs, firstMargin, { checkpoint: 'a' }),
		...linesOf(pairs, secondMargin, { checkpoint: 'b' }),
	]);
	const { differences } = compareRuns(
		store.port,
		{ run: 'latest', checkpoint: 'a' },
		{ run: 'latest', checkpoint: 'b' },
	);
	assert.ok(
		differences.length === 4 && differences.every(({ value, reason }) => value === null && /void/.test(reason!)),
	);
});

test('the sentence names a direction only where an interval leaves 0 out', () => {
	const at = (what: 'nll' | 'accuracy', value: number, half: number | null, split: 'eval' | 'train' = 'eval') => ({
		...{ what, split, value, pairs: 9, clusters: 9 },
		low: half === null ? null : value - half,
		high: half === null ? null : value + half,
	});
	assert.match(differenceSentence({ differences: [] }), /nothing to compare/);
	assert.match(differenceSentence({ differences: [at('nll', 1, null)] }), /Too few clusters/);
	assert.match(
		differenceSentence({ differences: [at('nll', 1, 2)] }),
		/^Not distinguishable: every interval includes 0/,
	);
	assert.equal(
		differenceSentence({ differences: [at('accuracy', 0.1, 0.05), at('nll', -0.2, 0.1), at('nll', 1, 2, 'train')] }),
		'Distinguishable: NLL on eval lower by 0.200; accuracy on eval higher by 10.0 points.',
	);
});
