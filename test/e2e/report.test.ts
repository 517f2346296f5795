import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { useEditor } from './harness/editor.ts';
import { makeDemo } from './harness/folder.ts';
import { pickAfter, untilUnlocked, webview, wordsAround } from './harness/workbench.ts';

const editor = useEditor({ prepare: makeDemo, viewport: { width: 1500, height: 950 } });

/** Long enough for a run on a busy machine. */
const RUN = 120_000;

/** The editor's own file dialog is up and proposes a file of this name. */
async function untilSaveDialog(page: Page, name: string): Promise<void> {
	const input = page.locator('.quick-input-widget input').first();
	for (let attempt = 0; attempt < 600; attempt++) {
		if ((await input.isVisible()) && (await input.inputValue()).endsWith(name)) return;
		await page.waitForTimeout(100);
	}
	assert.fail(`no dialog proposed ${name}`);
}

test('a run started from the palette ends in its report, which says first what was scored', async () => {
	const { page, screenshot, violations } = editor();
	await pickAfter(page, 'Run GDPO Scoring…', 'Run with the usual settings');
	const report = await webview(page, 'report', RUN);
	await report.getByRole('heading', { name: /^GDPO run 1 · probe/ }).waitFor();
	assert.match(await report.locator('.verdict').innerText(), /No language model was scored\./);
	assert.match(
		await report
			.locator('.splits')
			.getByRole('row', { name: /sealed half/ })
			.innerText(),
		/sealed until you decide — scored, not shown/,
	);
	await screenshot('report-first');
	await report.locator('#frontier-title').scrollIntoViewIfNeeded();
	await screenshot('report-frontier');
	assert.deepEqual(violations, []);
});

test('a mistake opens as a pair that shows nothing of its score', async () => {
	const { page, screenshot } = editor();
	const report = await webview(page, 'report');
	await report.locator('.mistakes .link').first().click();
	const annotate = await webview(page, 'annotate');
	await screenshot('report-to-pair');
	assert.doesNotMatch(await wordsAround(annotate), /\d+.% sure|held-out|confiden/i);
});

test('a decision needs a reason, opens the seal and is kept over a reload', async () => {
	const { page, command, screenshot, reload, workspace } = editor();
	await command('Open the Latest Calibration Report');
	let report = await webview(page, 'report');
	await report.getByLabel('Choice').selectOption('none');
	await report.getByLabel('Reason').fill('It does not carry over; more held-out pairs first.');
	await report.getByRole('button', { name: 'Record decision and open the seal' }).click();
	await report.getByRole('region', { name: 'Decision' }).getByText('None: not to be used.').waitFor();
	assert.match(
		await report
			.locator('.splits')
			.getByRole('row', { name: /sealed half/ })
			.innerText(),
		/seen for the first time.*0\.\d{3}/s,
	);
	await report.locator('#decision').scrollIntoViewIfNeeded();
	await screenshot('report-decided');
	const journals = readdirSync(join(workspace, '.pairwright/journal'), { recursive: true, encoding: 'utf8' });
	const events = journals
		.filter((file) => file.endsWith('.jsonl'))
		.map((file) => readFileSync(join(workspace, '.pairwright/journal', file), 'utf8'))
		.join('');
	assert.match(events, /"seal-opened"/);
	await reload();
	// The editor may bring another tab to the front; the report is restored when its own is shown.
	await page.locator('.tabs-container .tab', { hasText: 'Report: run 1' }).click();
	report = await webview(page, 'report', 60_000);
	await report.getByText('None: not to be used.').waitFor();
});

test('the report is exported as one file without texts', async () => {
	const { page, workspace } = editor();
	await pickAfter(page, 'Export a Calibration Report…', 'Without prompts and responses');
	await untilSaveDialog(page, 'pairwright-run-1.html');
	// The dialog drops an Enter that comes while it still looks the path up.
	const written = page.getByText('Report written to pairwright-run-1.html.').first();
	for (let attempt = 0; attempt < 60 && !(await written.isVisible()); attempt++) {
		if (await page.locator('.quick-input-widget').isVisible()) await page.keyboard.press('Enter');
		await page.waitForTimeout(500);
	}
	await written.waitFor();
	assert.ok(existsSync(join(workspace, 'pairwright-run-1.html')));
	assert.match(readFileSync(join(workspace, 'pairwright-run-1.html'), 'utf8'), /Content-Security-Policy/);
});

test('re-judging opens the queue blind, and a verdict makes the report out of date', async () => {
	const { page, command, screenshot } = editor();
	await command('Open the Latest Calibration Report');
	const report = await webview(page, 'report');
	await report.getByRole('button', { name: /^Re-judge \d+ \+ \d+ pairs, blind$/ }).click();
	const annotate = await webview(page, 'annotate');
	await screenshot('report-rejudge');
	assert.doesNotMatch(await wordsAround(annotate), /mistake|\d+.% sure/i);
	await untilUnlocked(annotate);
	await annotate.getByRole('button', { name: /^Tie/ }).click();
	await annotate.getByText(/Saved/).first().waitFor();
	await command('Open the Latest Calibration Report');
	const again = await webview(page, 'report');
	await again.getByText('Out of date.').waitFor();
	await screenshot('report-out-of-date');
	await again.locator('.banner').getByRole('button', { name: 'Re-run' }).click();
	await again.getByRole('heading', { name: /^GDPO run 2/ }).waitFor({ timeout: RUN });
	assert.equal(await again.getByText('Out of date.').count(), 0);
});
