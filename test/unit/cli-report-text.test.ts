import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextSteps } from '../../src/cli/next-steps.ts';
import { mergeFrontier } from '../../src/cli/report-frontier.ts';
import { reportText } from '../../src/cli/report-text.ts';
import { createTerminal, displayWidth } from '../../src/cli/terminal.ts';
import {
	decidedFixture,
	insufficientFixture,
	metricsFixture,
	oldRecordFixture,
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
	assert.match(head, /pairs +clusters +accuracy +NLL +Brier +over-confidence +ECE15 +if calibrated +1\/T\*/);
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
	const none = insufficientFixture();
	const text = (record: Partial<typeof none.record>): string =>
		reportText(terminal(100), { ...none, record: { ...none.record, ...record } });
	const asked = { ...none.record.settings, splits: ['retention' as const] };
	assert.match(text({ settings: asked }), /eval +0 {2}not asked for in this run/);
	assert.match(
		text({ checkpoints: [], metrics: { train: null } }),
		/train.* 0 {2}no judged pair is known to be its own/,
	);
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
	const list = text.slice(text.indexOf('\nChecks\n'), text.indexOf('\nMost confident'));
	const marks = [...list.matchAll(/^ {2}([▲●✓○]) /gm)].map((m) => m[1]);
	const order = ['▲', '●', '○', '✓'];
	assert.ok(marks.length >= 3);
	assert.deepEqual(
		marks,
		marks.toSorted((a, b) => order.indexOf(a!) - order.indexOf(b!)),
	);
});

test('a check that fails says its numbers and its remedy; what passes is one line', () => {
	const text = reportText(terminal(132), reportFixture()).replaceAll(/\n {4}/g, ' ');
	assert.match(
		text,
		/▲ Length hack \(held-out, tuning half\): Held out, .* p < 0\.001, p = 0\.006 adjusted\. To see 0\.35 logit .* Add train pairs where the shorter/s,
	);
	const { health } = recordFixture();
	const said = { ...health[1]!, message: `${health[1]!.message} ${health[1]!.sample_size}` };
	const once = reportText(terminal(132), reportFixture({ ...recordFixture(), health: [said] })).replaceAll(/\s+/g, ' ');
	assert.equal(once.split('takes about 900 pairs').length, 2);
	assert.match(text, /✓ 7 checks pass: Generalization gap \(held-out, tuning half\); Format hack/);
});

test('what was added to the record is told in the same order as in the view', () => {
	const text = reportText(terminal(120), decidedFixture());
	const titles = [
		'What generalization costs',
		'Checks',
		'Most confident',
		'Slices, exploratory',
		'What the pairs teach',
		'Is held-out',
	];
	const places = titles.map((title) => text.indexOf(`\n${title}`));
	assert.ok(places.every((place) => place > 0));
	assert.deepEqual(
		places,
		places.toSorted((a, b) => a - b),
	);
	assert.match(
		text,
		/✓ GDPO has a lower held-out loss .* Loss on held-out, tuning half,\s+GDPO\s−\s+pooled:\s+−0\.018 \(−0\.033 to −0\.004\)\./,
	);
	assert.match(text, /words and word pairs: prefers certainly \+0\.25, .*; avoids it depends −0\.17/);
	assert.match(text, /by response differences: insufficient to tell, AUC 0\.62 \(0\.58–0\.66\)/);
	assert.match(text, /Unseen facets: NLL 0\.684/);
	const slices = text.slice(text.indexOf('Slices, exploratory'));
	assert.ok(slices.indexOf('domain:law') < slices.indexOf('domain:medicine'));
	assert.ok(slices.indexOf('domain:medicine') < slices.indexOf('language:de'));
});

test('an old record has none of it, and says nothing of it', () => {
	const text = reportText(terminal(100), reportFixture(oldRecordFixture()));
	assert.doesNotMatch(text, /NaN|null|undefined|Slices|Is held-out|GDPO − pooled, held-out|further measures/);
	assert.match(text, /0\.96$/m);
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
