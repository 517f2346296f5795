import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { numberOf, numberProblem, optionsOf } from '../../src/editor/report/run-settings.ts';
import { UserError } from '../../src/protocol/errors.ts';
import {
	parsePanelState,
	parseReportState,
	type ReportState,
	validateReportCall,
	validateReportEvent,
} from '../../src/protocol/report.ts';
import { renderReportHtml } from '../../src/workspace/html-report.ts';
import { placeLabels } from '../../webview/charts/labels.ts';
import { decidedFixture, insufficientFixture, oldRecordFixture, reportFixture } from '../fixtures/run-report.ts';

const state = (report = reportFixture()): ReportState => ({
	status: 'report',
	report,
	actions: 'all',
	texts: true,
	draft: null,
});

function refused(method: string, ...args: unknown[]): string {
	try {
		validateReportCall(method, args);
	} catch (error) {
		assert.ok(UserError.is(error));
		return error.message;
	}
	assert.fail(`${method} was accepted`);
}

test('a call from the view is taken only with the arguments it may have', () => {
	const id = 'ab'.repeat(32);
	assert.deepEqual(validateReportCall('openPair', [id]), [id]);
	assert.deepEqual(validateReportCall('rerun', []), []);
	assert.deepEqual(validateReportCall('decide', [{ lambda: 0.25, checkpoint: null, reason: ' why ' }]), [
		{ lambda: 0.25, checkpoint: null, reason: 'why' },
	]);
	assert.match(refused('decide', { lambda: 0.25, checkpoint: null, reason: '  ' }), /needs a reason/);
	refused('decide', { lambda: 1.5, checkpoint: null, reason: 'why' });
	refused('openPair', '../../etc/passwd');
	refused('openRun', '../other');
	refused('rerun', 'anything');
	assert.match(refused('constructor'), /no action/);
	assert.match(refused('toString'), /no action/);
});

test('what a panel kept is used only when it names a folder and a run', () => {
	assert.deepEqual(parsePanelState({ folder: 'file:///w', run: '20261122T140203Z-a1b2c3', view: {} }), {
		folder: 'file:///w',
		run: '20261122T140203Z-a1b2c3',
	});
	for (const bad of [null, {}, { folder: 'file:///w' }, { folder: 1, run: 'x' }, { folder: 'f', run: '../x' }]) {
		assert.equal(parsePanelState(bad), null);
	}
});

test('every designed state of a report passes its own check', () => {
	for (const report of [
		reportFixture(),
		decidedFixture(true),
		insufficientFixture(),
		reportFixture(oldRecordFixture()),
	]) {
		assert.equal(parseReportState(state(report)).status, 'report');
	}
	assert.equal(parseReportState({ status: 'vanished', run: 'r', latest: null }).status, 'vanished');
});

test('a record that cannot be shown is an error that names the field', () => {
	const report = reportFixture();
	const record = { ...report.record, verdict: { status: 'fine', sentence: 'x' } } as unknown as typeof report.record;
	const parsed = parseReportState(state({ ...report, record }));
	assert.equal(parsed.status, 'error');
	assert.match(parsed.status === 'error' ? parsed.message : '', /record\.verdict\.status/);
	const infinite = { ...report.record, frontier: [{ ...report.record.frontier[0]!, gap: Number.POSITIVE_INFINITY }] };
	assert.equal(parseReportState(state({ ...report, record: infinite })).status, 'error');
	assert.equal(parseReportState('anything').status, 'error');
});

test('progress that is not progress does not reach the view', () => {
	const progress = { phase: 'path', done: 1, total: null, unit: 'steps', eta: null };
	assert.deepEqual(validateReportEvent('running', [progress]), [progress]);
	assert.deepEqual(validateReportEvent('running', [null]), [null]);
	assert.throws(() => validateReportEvent('running', [{ phase: 3 }]), UserError);
	assert.throws(() => validateReportEvent('other', []), UserError);
});

test('an export holds no text unless asked, and its data cannot end its element', async () => {
	const bundleDir = await mkdtemp(join(tmpdir(), 'pairwright-export-'));
	try {
		await writeFile(join(bundleDir, 'report.js'), 'const a = "</script>";\r\n//# sourceMappingURL=report.js.map');
		await writeFile(join(bundleDir, 'report.css'), 'p{}');
		const report = reportFixture();
		const mistakes = [{ ...report.mistakes[0]!, preview: 'My </script><b> prompt', prefers: 'My response' }];
		const without = await renderReportHtml({ ...report, mistakes }, { texts: false, bundleDir });
		assert.doesNotMatch(without, /prompt<|My response|My \\u003c/);
		const html = await renderReportHtml({ ...report, mistakes }, { texts: true, bundleDir });
		assert.match(html, /My \\u003c\/script>\\u003cb> prompt/);
		assert.equal(html.match(/<\/script>/g)?.length, 3);
		assert.doesNotMatch(html, /sourceMappingURL|\r/);
		assert.match(html, /default-src 'none'; script-src 'sha256-[^']+' 'sha256-[^']+'; style-src 'sha256-[^']+';/);
		assert.doesNotMatch(html, /unsafe-/);
		await assert.rejects(renderReportHtml(report, { texts: false, bundleDir: join(bundleDir, 'none') }), (error) =>
			UserError.is(error, 'environment'),
		);
	} finally {
		await rm(bundleDir, { recursive: true, force: true });
	}
});

test('a run is repeated with what was asked for, not with what came of it', () => {
	const { settings } = reportFixture().record;
	assert.deepEqual(
		optionsOf({ ...settings, lambda: 0.25, lambda_requested: null, margin: 0.02, margin_requested: 'auto' }),
		{
			engine: 'probe',
			lambda: null,
			margin: 'auto',
			beta: 1,
			seed: 7,
		},
	);
	assert.equal(optionsOf({ ...settings, labels: { policy: 'strict-majority' } }).labels, 'strict-majority');
	assert.equal('labels' in optionsOf({ ...settings, labels: { policy: 'vote-share' } }), false);
});

test('a setting says what is wrong with it', () => {
	assert.equal(numberProblem('0,25', 0, 1), null);
	assert.equal(numberOf(' 0,25 '), 0.25);
	assert.match(numberProblem('', 0, 1) ?? '', /Enter a number/);
	assert.match(numberProblem('2', 0, 1) ?? '', /from 0 to 1/);
	assert.match(numberProblem('-1', 0, Number.POSITIVE_INFINITY) ?? '', /from 0 up/);
	assert.match(numberProblem('1.5', 0, 10, true) ?? '', /whole/);
});

test('labels keep clear of each other, of marks and of the edge', () => {
	const box = { left: 0, right: 300, top: 0, bottom: 200 };
	const points = [
		{ text: 'λ 0–0.05', x: 20, y: 20, radius: 5 },
		{ text: 'DPO', x: 21, y: 21, radius: 5 },
		{ text: 'pooled', x: 30, y: 30, radius: 5 },
		{ text: 'λ 1 (used)', x: 290, y: 190, radius: 7 },
	];
	const rects = placeLabels(points, points, box).map((label) => {
		const width = label.text.length * 6;
		const left = label.anchor === 'start' ? label.x : label.anchor === 'end' ? label.x - width : label.x - width / 2;
		return { left, right: left + width, top: label.y - 10, bottom: label.y + 2 };
	});
	for (const [i, a] of rects.entries()) {
		assert.ok(a.left >= 0 && a.right <= 300 && a.top >= 0 && a.bottom <= 200, `label ${i} leaves the box`);
		for (const b of rects.slice(i + 1)) {
			const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
			assert.ok(apart, `labels ${i} and another overlap`);
		}
	}
});
