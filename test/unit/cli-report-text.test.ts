import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextSteps } from '../../src/cli/next-steps.ts';
import { mergeFrontier, reportText } from '../../src/cli/report-text.ts';
import { createTerminal, displayWidth } from '../../src/cli/terminal.ts';
import {
	decidedFixture,
	insufficientFixture,
	metricsFixture,
	recordFixture,
	reportFixture,
} from '../fixtures/run-report.ts';

const terminal = (columns: number) => createTerminal({ isTTY: true, columns }, false, {});

test('the verdict comes first, the next step last', () => {
	const report = reportFixture();
	const text = reportText(terminal(120), report);
	const sentence = report.record.verdict.sentence.split(' ').slice(0, 8).join(' ');
	assert.ok(text.startsWith(`▲ ${sentence}`));
	assert.ok(text.indexOf('\nNext\n') > text.indexOf('\nChecks\n'));
});

test('each split has its row; what is known of the sealed half is how large it is', () => {
	const report = reportFixture();
	const lines = reportText(terminal(132), report).split('\n');
	const head = lines.find((line) => line.startsWith('split'))!;
	assert.match(head, /pairs +clusters +accuracy +NLL +Brier +over-confidence +ECE15 +if calibrated +T\*/);
	const eval_ = report.record.metrics.eval!;
	const row = lines.find((line) => line.startsWith('eval'))!;
	for (const x of [eval_.accuracy, eval_.nll, eval_.brier, eval_.overconfidence, eval_.ece]) {
		assert.ok(row.includes(x.value!.toFixed(3)), `${x.value} in ${row}`);
	}
	const sealed = lines.filter((line) => line.includes('sealed half'))[0]!;
	assert.match(sealed, /402 {2}🔒 sealed until you decide: scored, not shown$/);
});

test('after a decision the sealed half is a row like the others, and the reason is there', () => {
	const text = reportText(terminal(120), decidedFixture(true));
	assert.doesNotMatch(text, /sealed until you decide/);
	assert.match(text, /^held-out, sealed half +\d+ +\d+ +0\.\d+ ±/m);
	assert.match(text, /\nDecision\n {2}λ 0\.25, by mara/);
	assert.match(text, /Chosen after seeing E/);
});

test('too little data is said in words: no NaN, null or undefined anywhere', () => {
	for (const report of [insufficientFixture(), reportFixture(), decidedFixture()]) {
		const text = reportText(terminal(100), report);
		assert.doesNotMatch(text, /NaN|null|undefined|Infinity/);
	}
	assert.match(reportText(terminal(100), insufficientFixture()), /eval +0 {2}no judged pairs/);
});

test('no table line is wider than the terminal', () => {
	for (const width of [72, 80, 100, 132]) {
		for (const line of reportText(terminal(width), decidedFixture()).split('\n')) {
			// A command to copy is one line, whatever its length.
			if (!line.includes('pairwright ')) assert.ok(displayWidth(line) <= width, `${width}: ${line}`);
		}
	}
});

test('checks are ordered by urgency and told apart by shape', () => {
	const text = reportText(terminal(120), reportFixture());
	const marks = [...text.slice(text.indexOf('\nChecks\n')).matchAll(/^ {2}([▲●✓○]) /gm)].map((m) => m[1]);
	const order = ['▲', '●', '○', '✓'];
	assert.ok(marks.length >= 3);
	assert.deepEqual(
		marks,
		marks.toSorted((a, b) => order.indexOf(a!) - order.indexOf(b!)),
	);
});

test('frontier points with one solution share a row that keeps every λ', () => {
	const { frontier } = recordFixture();
	const rows = mergeFrontier(frontier);
	assert.equal(rows.flatMap((row) => row.values).length, frontier.length);
	assert.equal(rows.length, frontier.filter((p) => !p.same_as_previous).length);
	assert.match(rows.at(-1)!.lambdas, /^0\.6–1$/);
});

test('people’s text in a report cannot steer the terminal', () => {
	const report = reportFixture();
	const mistake = { ...report.mistakes[0]!, preview: 'x\u001b[2Jy\nz' };
	const text = reportText(terminal(120), { ...report, mistakes: [mistake] });
	assert.ok(!text.includes('\u001b'));
	assert.match(text, /xy z/);
});

test('next steps: what changed first, at most three, the decision by its command', () => {
	const stale = nextSteps({ ...reportFixture(), outOfDate: { changed: 12 } });
	assert.match(stale[0]!, /pairwright score/);
	assert.equal(stale.length, 3);
	const record = { ...recordFixture(), health: [], metrics: { eval: metricsFixture(100, 0, 1) } };
	assert.match(nextSteps({ ...reportFixture(), record }).join('\n'), new RegExp(`decide ${record.run} --lambda 0.25`));
	const none = { ...record, recommended: { ...record.recommended, lambda: null } };
	assert.match(nextSteps({ ...reportFixture(), record: none }).join('\n'), /--none/);
	assert.match(nextSteps(decidedFixture()).join('\n'), /pairwright export/);
	assert.match(nextSteps(insufficientFixture())[0]!, /pairwright tag/);
});
