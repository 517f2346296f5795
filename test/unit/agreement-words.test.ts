import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peoplePairs, sharesOf } from '../../src/calibration/agreement/people.ts';
import { agreementOf, type RatedPair } from '../../src/calibration/agreement/summary.ts';
import { agreementText } from '../../src/cli/agreement.ts';
import type { AgreementReport } from '../../src/domain/agreement.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { agreementMarkdown } from '../../src/workspace/agreement-markdown.ts';
import { peopleSentence } from '../../webview/report/sentences.ts';

const terminal = { width: 80, paint: (_: unknown, text: string) => text };

function reportOf(pairs: readonly RatedPair[]): AgreementReport {
	const none = { value: null, low: null, high: null, reason: 'no scheduled repeat was judged yet' };
	const shares = sharesOf([], () => true, 'no scheduled repeat was judged yet');
	const listed = peoplePairs(pairs, 200);
	const group = (name: string) => ({ name, ...agreementOf(pairs) });
	return {
		...agreementOf(pairs),
		pairs: listed.pairs,
		pairs_total: listed.total,
		self_consistency: { ...shares, kappa: none },
		position_bias: shares,
		human_reference: { accuracy: none, pairs: 0, clusters: 0, people: 0 },
		by: {
			split: [group('heldout_reference')],
			source: [group('one|two'), group('a name that is longer than what is left of a line of eighty columns')],
			facet: [],
			time: [group('2026-11')],
		},
		left_out: { sealed: { judgments: 9 }, not_blind: 1, judged_once: 0 },
	};
}

const same = Array.from({ length: 12 }, (_, i) => ({
	cluster: `c${i}`,
	verdicts: ['ana\u001b[2J', 'bo'].map((annotator) => ({ annotator, verdict: 'a' as const, strength: null })),
}));

test('at 80 columns agreement fits, says what is undefined and why, and names nothing that moves the cursor', () => {
	const text = agreementText(terminal, reportOf(same));
	assert.ok(
		text.split('\n').every((line) => [...line].length <= 80),
		text,
	);
	assert.match(text, /Missing: undefined: unanimous/u);
	assert.match(text, /held-out, tuning half/u);
	assert.match(text, /9 verdicts\s+on\s+the\s+sealed\s+half/u);
	assert.ok(!text.includes('\u001b'));
	assert.match(agreementText(terminal, reportOf([])), /nothing to compare/u);
});

test('the page says the same, and a name cannot end a cell of its tables', () => {
	const page = agreementMarkdown(reportOf(same));
	assert.match(page, /\| Krippendorff's α \| undefined: unanimous \|/u);
	assert.match(page, /\| one\\\|two \|/u);
	assert.ok(!page.includes('### By month'), 'one month is all there is');
	assert.match(page, /9 verdicts on the sealed half/u);
});

test('a report says what people reach on the same pairs, and nothing where nobody can be compared', () => {
	const accuracy = { value: 0.712, low: 0.661, high: 0.763 };
	const human: RunRecord['human'] = { eval: { accuracy, pairs: 140, clusters: 90, people: 5 } };
	const words = peopleSentence(human).replaceAll('\u00a0', ' ');
	assert.equal(
		words,
		'People agree with the majority of the others in 0.71 (0.66–0.76) of 140 eval pairs that three or more judged; a model may exceed it.',
	);
	assert.equal(peopleSentence(undefined), '');
	assert.equal(
		peopleSentence({ eval: { accuracy: { value: null, low: null, high: null }, pairs: 0, clusters: 0, people: 0 } }),
		'',
	);
});
