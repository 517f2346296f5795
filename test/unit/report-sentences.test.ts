import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTitle, orderedChecks, passesTitle } from '../../src/domain/check-list.ts';
import { inSolution, lambdaChoices, lambdaRange, solutions } from '../../src/domain/frontier.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { orderedSlices } from '../../src/domain/slice-order.ts';
import { checkKey, checkNumbers, factLines, remedyOf } from '../../webview/report/check-words.ts';
import { claimWords, divergenceName } from '../../webview/report/claim-words.ts';
import { coverageCaption, coverageTable } from '../../webview/report/coverage-words.ts';
import {
	count,
	fixed,
	lambda,
	listed,
	percent,
	range,
	signed,
	spread,
	withInterval,
} from '../../webview/report/format.ts';
import {
	claimSentence,
	differencesSentence,
	facetSentence,
	frontierSentence,
	leftOutSentence,
	longerSentence,
	notAskedFor,
	openedSentence,
	reliabilitySentence,
	runsSentence,
	sideOfZero,
	unscoredWords,
} from '../../webview/report/sentences.ts';
import { shiftSentence } from '../../webview/report/shift-words.ts';
import { slicesSentence } from '../../webview/report/slice-words.ts';
import {
	decidedFixture,
	insufficientFixture,
	metricsFixture,
	recordFixture,
	reportFixture,
} from '../fixtures/run-report.ts';

const interval = (value: number | null, low: number | null, high: number | null) => ({ value, low, high });

test('a number that is not there is a dash, and minus zero is zero', () => {
	assert.deepEqual(
		[null, undefined, Number.NaN, Number.POSITIVE_INFINITY].map((value) => fixed(value)),
		['–', '–', '–', '–'],
	);
	assert.equal(fixed(-0.0001), '0.000');
	assert.equal(fixed(-0.0123), '−0.012');
	assert.equal(signed(0.0123), '+0.012');
	assert.equal(signed(0.0001), '0.000');
	assert.equal(percent(0.784), '78\u00a0%');
	assert.equal(count(3412), '3,412');
	assert.equal(lambda(0.1 + 0.2), '0.3');
});

test('an interval with a minus sign is not written with a dash', () => {
	assert.equal(range(0.085, 0.171), '0.085–0.171');
	assert.equal(range(-0.012, 0.031), '−0.012 to 0.031');
	assert.equal(withInterval(interval(0.1, null, null)), '0.100 (interval: insufficient)');
});

test('± stands only where the interval is symmetric', () => {
	assert.equal(spread(interval(0.742, 0.723, 0.761)), '±.019');
	assert.equal(spread(interval(0.98, 0.94, 1)), '(0.940–1.000)');
	assert.equal(spread(interval(0.98, null, null)), '');
});

test('lists read as people write them', () => {
	assert.deepEqual([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed), ['', 'a', 'a and b', 'a, b and c']);
});

test('over-confidence is claimed only when its interval lies above zero', () => {
	assert.equal(sideOfZero(interval(0.1, 0.01, 0.2)), 'above');
	assert.equal(sideOfZero(interval(0.1, -0.01, 0.2)), 'around');
	assert.equal(sideOfZero(interval(-0.1, -0.2, -0.01)), 'below');
	assert.equal(sideOfZero(interval(0.1, null, null)), 'unknown');
	const metrics = metricsFixture(406, 0.6, 3);
	const at = (low: number | null, high: number | null) =>
		reliabilitySentence({ ...metrics, overconfidence: { ...metrics.overconfidence, low, high } });
	assert.match(at(0.01, 0.2), /^Over-confident: says 63.%, right 58.%/);
	assert.match(at(-0.2, -0.01), /^Under-confident/);
	assert.match(at(-0.01, 0.1), /^Confidence equals accuracy within noise/);
	assert.match(at(null, null), /^Insufficient for an interval \(311.clusters\)/);
	assert.match(reliabilitySentence(null), /^Insufficient: no scored pairs/);
});

test('the worst bin is the one that adds most to the gap, not the emptiest', () => {
	const metrics = metricsFixture(400, 0.6, 3);
	const bin = (low: number, n: number, confidence: number, accuracy: number) => ({
		low,
		high: low + 1 / 30,
		n,
		confidence,
		accuracy,
	});
	const sentence = reliabilitySentence({
		...metrics,
		overconfidence: { value: 0.1, low: 0.05, high: 0.15 },
		reliability: [bin(0.5, 300, 0.52, 0.51), bin(0.8, 90, 0.82, 0.6), bin(0.96, 2, 0.97, 0)],
	});
	assert.match(sentence, /Most of it at 0\.82: right 0\.60 of the time/);
});

test('points of the frontier with the same solution are one', () => {
	const path = solutions(recordFixture());
	assert.deepEqual(path.map(lambdaRange), ['λ 0–0.05', 'λ 0.1–0.15', 'λ 0.2', 'λ 0.25–0.35', 'λ 0.4–0.55', 'λ 0.6–1']);
	assert.equal(inSolution(path[5]!, 0.8), true);
	assert.equal(inSolution(path[5]!, null), false);
	assert.deepEqual(solutions(insufficientFixture().record), []);
});

test('a decision is offered once for each solution, under the recommended λ where there is one', () => {
	const choices = lambdaChoices(recordFixture());
	assert.deepEqual(
		choices.map((choice) => choice.lambda),
		[0, 0.1, 0.2, 0.25, 0.4, 0.6],
	);
	assert.match(choices[3]!.detail, /^recommended, used in this run, same solution as λ 0\.25–0\.35$/);
	const record = recordFixture();
	const later = lambdaChoices({ ...record, recommended: { ...record.recommended, lambda: 0.5 } });
	assert.deepEqual([later[4]!.lambda, later[4]!.detail.split(',')[0]], [0.5, 'recommended']);
	assert.deepEqual(
		lambdaChoices(insufficientFixture().record).map((choice) => choice.lambda),
		[0],
	);
});

test('the frontier says what the λ in use costs and where the path goes flat', () => {
	const record = recordFixture();
	assert.match(
		frontierSentence(record),
		/^λ = 0\.25 has a held-out loss of 0\.651: 0\.061 below DPO \(paired, −0\.089 to −0\.032\) and 0\.018 below pooled training \(paired, −0\.033 to −0\.004\)\. Its train loss \(out of fold\) is 0\.621, DPO's 0\.609\..* Flat from λ = 0\.6 on: the same solution\.$/,
	);
	assert.doesNotMatch(frontierSentence({ ...record, differences: [] }), /below|above|lower|higher|better|worse/);
	assert.match(frontierSentence({ ...record, differences: [] }), /DPO has 0\.712 and pooled training has 0\.669/);
	assert.match(frontierSentence(insufficientFixture().record), /^No frontier: no held-out pairs/);
});

test('the claim is against pooled training, and none without an interval clear of zero', () => {
	const what = 'GDPO − pooled: loss on held-out, tuning half (out of fold)';
	const claim = (low: number | null, high: number | null) => claimSentence([{ what, value: 0.01, low, high }]);
	assert.match(
		claimSentence([{ what, value: -0.018, low: -0.03, high: -0.004 }]),
		/^GDPO beats pooled training.*−0\.030 to −0\.004/,
	);
	assert.match(claim(0.001, 0.02), /^Pooled training does better/);
	assert.match(claim(-0.01, 0.02), /^No difference from pooled training can be told/);
	assert.match(claim(null, null), /nothing is claimed/);
	assert.match(claimSentence([]), /no difference could be computed/);
	const sealed = { what: 'choice − pooled: loss on held-out, sealed half', value: 0, low: -0.1, high: 0.1 };
	assert.match(claimSentence([{ what, value: -0.018, low: -0.03, high: -0.004 }, sealed]), /includes 0/);
});

test('an opened half is compared with DPO by its own paired interval', () => {
	const { opened } = decidedFixture().record;
	assert.match(
		openedSentence(opened!, 'The choice'),
		/0\.666 \(0\.616–0\.716\) on the sealed half, below DPO \(paired difference −0\.071 to −0\.015\)/,
	);
	assert.match(openedSentence({ ...opened!, differences: [] }, 'The choice'), /without an interval/);
});

test('a trend needs two runs, and the bars are named for what they are', () => {
	const { history } = reportFixture();
	assert.match(runsSentence(history.slice(-1), 'nll'), /in the one run that has it/);
	assert.match(
		runsSentence(history, 'nll'),
		/in run 9 and is .* in run 14\. Bars are 95 % intervals of each run alone/,
	);
	assert.match(runsSentence([], 'overconfidence'), /no run has a number yet/);
});

test('what is left out is counted in words, and nothing is said where nothing is', () => {
	const metrics = metricsFixture(100, 0, 1);
	const left = (counts: Partial<typeof metrics.left_out>) =>
		leftOutSentence({ ...metrics, left_out: { unresolved: 0, both_bad: 0, waiting: 0, ...counts } });
	assert.equal(left({}), '');
	assert.equal(
		left({ unresolved: 12, both_bad: 1, spanning: 2 }),
		'12 tied or unresolved (not in accuracy), 1 both bad and 2 in clusters that span splits',
	);
});

test('length is a fact about the data, told for each split that has it', () => {
	assert.match(
		longerSentence(recordFixture().metrics),
		/train 0\.68 .* held-out, tuning half 0\.49 .* A fact about the data, not an alarm\./,
	);
	assert.match(longerSentence({}), /^Insufficient/);
});

test('checks stand worst first under names that people read', () => {
	const statuses = orderedChecks(recordFixture().health).map(({ status }) => status);
	assert.deepEqual([...new Set(statuses)], ['fail', 'warn', 'insufficient', 'pass']);
	assert.equal(checkTitle('overconfident-heldout'), 'Over-confident held out');
	assert.equal(checkTitle('some-new_check'), 'Some new check');
	assert.equal(passesTitle(1), '1 check passes');
	const keys = recordFixture().health.map(checkKey);
	assert.equal(new Set(keys).size, keys.length);
});

test('a check shows its numbers with interval, adjustment and size, and each of them once', () => {
	const [gap, over] = recordFixture().health;
	assert.deepEqual(checkNumbers(over!), [
		['Over-confidence', '0.128 (95 % interval 0.085–0.171)'],
		['p', 'p < 0.001; p < 0.001 adjusted for all checks'],
		['Sample size', over!.sample_size!],
	]);
	assert.equal(checkNumbers({ ...gap!, message: `So. ${gap!.sample_size}` }).length, 2);
	const leak = recordFixture().health.find(({ check }) => check === 'leakage')!;
	assert.deepEqual(checkNumbers(leak), [['Found', '3']]);
});

test('a remedy leads to where it is done, and a pass to nowhere', () => {
	const remedies = Object.fromEntries(
		recordFixture().health.map((check) => [checkKey(check), remedyOf(check, { mistakes: 24 })]),
	);
	assert.equal(remedies['overconfident-heldout heldout_reference'], 'rejudge');
	assert.equal(remedies['length-hack heldout_reference'], 'pair');
	assert.equal(remedies['label-noise'], 'rejudge');
	assert.equal(remedies.leakage, 'splits');
	assert.equal(remedies['forgetting retention'], 'splits');
	assert.equal(remedies.drift, null);
	assert.equal(remedies['position-bias'], null);
	const passes = recordFixture().health.filter(({ status }) => status === 'pass');
	assert.deepEqual(new Set(passes.map((check) => remedies[checkKey(check)])), new Set([null]));
	assert.equal(remedyOf(recordFixture().health[1]!, { mistakes: 0 }), 'pair');
});

test('how a check works names its power only where it was measured', () => {
	const fact = {
		...{ check: 'x', title: 'X', h0: 'none', h1: 'some', statistic: 't', value: { name: '', unit: '' } },
		...{ unit: 'cluster', minimum: '8 clusters', effect: '10 points', n: '400 pairs', power: null, false_alarms: null },
	};
	const names = (of: typeof fact | { power: number }) => factLines({ ...fact, ...of }).map(([name]) => name);
	assert.deepEqual(names(fact), ['Assumed (H0)', 'Sought (H1)', 'How', 'Unit', 'Needs', 'Made to find']);
	const measured = factLines({ ...fact, power: 0.93, false_alarms: 0.047 });
	assert.deepEqual(measured.slice(-2), [
		['Power', '10 points: found in 93 % of simulated runs with 400 pairs'],
		['False alarms', '4.7 % of simulated runs without any effect'],
	]);
});

test('a claim against pooled training stands only where its interval does', () => {
	const claim = (low: number | null, high: number | null) =>
		claimWords({ on: 'eval', value: -0.01, low, high, sentence: '' }).word;
	assert.equal(claim(-0.02, -0.001), 'beats it');
	assert.equal(claim(0.001, 0.02), 'does not beat it');
	assert.equal(claim(-0.02, 0.001), 'not distinguishable');
	assert.equal(claim(0, 0), 'not distinguishable');
	assert.equal(claim(null, null), 'insufficient data');
	const said = claimWords({ on: 'eval', value: -0.01, low: -0.02, high: 0, sentence: 'Lower by 0.010 nats.' });
	assert.equal(said.detail, '');
	assert.equal(divergenceName('preference-kl-vs-pooled'), 'pooled (DPO on train and tuning half)');
	assert.equal(divergenceName('log-ratio-drift'), 'log ratio drift');
});

test('differences are counted by what their intervals say', () => {
	assert.match(differencesSentence(recordFixture().differences), / 2 of 4\sintervals lie clear of 0\.$/);
	assert.match(differencesSentence(insufficientFixture().record.differences), /^Insufficient/);
});

test('slices are a look: flagged first, those too small last', () => {
	const { slices } = recordFixture();
	assert.ok(Array.isArray(slices));
	const ordered = orderedSlices(slices);
	assert.deepEqual(
		ordered.map(({ flagged }) => flagged),
		ordered.map((_, i) => i < 2),
	);
	assert.equal(ordered.at(-1)!.p, null);
	assert.match(slicesSentence(slices), /^2 of the 11 slices that can be tested stand out/);
	assert.match(
		slicesSentence(ordered.slice(2)),
		/^None of the 9 slices that can be tested stands out as over-confident/,
	);
	assert.equal(
		slicesSentence(ordered.slice(2, 3)),
		'The one slice that can be tested does not stand out as over-confident.',
	);
	assert.match(slicesSentence(ordered.slice(-1)), /^Insufficient/);
});

test('the shift is told in three ways, and inputs differ only where one was told apart', () => {
	const { shift } = recordFixture();
	assert.match(
		shiftSentence(shift!),
		/^By prompt text: out of distribution, AUC 0\.91 \(0\.8\d–0\.9\d\)\. By response differences: insufficient to tell, .*\. Inputs differ; whether preferences differ is the generalization check\.$/,
	);
	const none = { ...shift!.responses, status: 'fail' as const };
	assert.doesNotMatch(shiftSentence({ prompts: none, responses: none }), /Inputs differ/);
	const empty = { ...none, auc: null, low: null, high: null, reason: 'fewer than 8 clusters' };
	assert.match(shiftSentence({ prompts: empty, responses: none }), /^By prompt text: fewer than 8 clusters\./);
});

test('seen and unseen facets are two intervals, not a difference', () => {
	const rows = decidedFixture().record.opened!.by_facet!;
	assert.match(
		facetSentence(rows),
		/0\.651 \(0\.601–0\.701\) on facets that the tuning half has too .* not of a difference\.$/,
	);
	assert.match(facetSentence([]), /^Insufficient/);
});

test('coverage is told by number of clusters, and what misses its promise is marked', () => {
	const row = (clusters: number, calibrated: number | null, miscalibrated: number) =>
		({ metric: 'nll', clusters, calibrated, miscalibrated, repetitions: 400 }) as const;
	assert.deepEqual(
		coverageTable([row(2000, 0.951, 0.949), row(8, 0.92, 0.935), { ...row(8, null, 0.4), metric: 'ece' }]),
		{
			head: ['Clusters', '8', '2,000'],
			rows: [
				['loss (NLL)', '92.0* / 93.5', '95.1 / 94.9'],
				['ECE15 (approximate)', '– / 40.0*', '–'],
			],
		},
	);
	assert.match(coverageCaption([row(8, 0.9, 0.9)]), /From 400 simulated sets each, so ±2\.1 is noise/);
});

test('a split without numbers says whether it was asked for, is empty, or could not be scored', () => {
	const size = { pairs: 0, prompts: 0, clusters: 0 };
	const splits = { train: size, eval: size, heldout_reference: size, heldout_sealed: size, retention: size };
	const record = (settings: object, pairs: number) =>
		({ settings, dataset: { splits: { ...splits, eval: { ...size, pairs } } } }) as unknown as RunRecord;
	const some = { splits: ['train', 'heldout_reference', 'heldout_sealed'] };
	assert.equal(unscoredWords(record(some, 0), 'eval'), 'not asked for: this run scored train and held-out alone');
	assert.equal(unscoredWords(record({ splits: ['eval'] }, 0), 'eval'), 'nothing there: no judged pairs');
	assert.equal(unscoredWords(record({}, 0), 'eval'), 'nothing there: no judged pairs');
	assert.equal(unscoredWords(record({}, 3), 'eval'), 'insufficient: none of its pairs was scored');
	assert.equal(notAskedFor(record({}, 0), 'eval'), false);
});
