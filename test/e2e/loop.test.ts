/** The whole loop on real human preferences: import → tag → score → report → mistake → re-judge → re-run → decide → sealed half. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { Locator } from 'playwright-core';
import { useEditor } from './harness/editor.ts';
import { journalEvents } from './harness/folder.ts';
import {
	answer,
	openContainer,
	pick,
	pickAfter,
	pressUntil,
	untilUnlocked,
	webview,
	wordsAround,
} from './harness/workbench.ts';

const real = resolve(import.meta.dirname, '../../../shared/data/harmless.jsonl');
const RUN = 120_000;

if (!existsSync(real)) {
	test('the loop on real preferences', { skip: 'the real data set is not beside this clone' }, () => {});
} else {
	const editor = useEditor({
		prepare: (workspace) => copyFileSync(real, join(workspace, 'harmless.jsonl')),
		viewport: { width: 1500, height: 950 },
		settings: { 'files.simpleDialog.enable': true },
	});

	const events = (type: string) =>
		journalEvents<{ readonly type: string; readonly [field: string]: unknown }>(editor().workspace, type);
	const score = async (): Promise<void> => {
		await pickAfter(editor().page, 'Pairwright: Run GDPO Scoring…', 'Run with the usual settings');
	};
	const sealedRow = (report: { locator(selector: string): Locator }): Locator =>
		report.locator('.splits').getByRole('row', { name: /sealed half/ });

	test('a folder is set up and a file of 2,303 real pairs imported from its menu', async () => {
		const { page, command, screenshot } = editor();
		await openContainer(page, 'Pairwright');
		await screenshot('loop-welcome');
		await command('Pairwright: Set Up in This Folder');
		await page.getByRole('button', { name: 'Import Preference Data' }).first().waitFor();
		await pickAfter(page, 'Pairwright: Import Preference Data…', 'harmless.jsonl');
		await pick(page, 'As the rows say, else by default');
		await page.getByText(/2,303/).first().waitFor({ timeout: 60_000 });
		await screenshot('loop-imported');
		assert.equal(events('imported').length, 1);
	});

	test('an out-of-distribution topic is found by search and tagged: its clusters move to held-out', async () => {
		const { page, command, screenshot } = editor();
		await command('Pairwright: Open Splits');
		const splits = await webview(page, 'splits');
		await splits.locator('input[type=search]').fill('drugs OR weapon OR weapons OR gun OR kill OR steal');
		await splits
			.getByText(/^\d{3} of 2,301 prompts/)
			.first()
			.waitFor();
		await screenshot('loop-search');
		await splits.getByRole('button', { name: /^Select all \d+ that match/ }).click();
		await splits.locator('vscode-button', { hasText: /^\s*Tag/ }).click();
		await page.locator('.quick-input-title', { hasText: 'Outside scope' }).waitFor();
		await page.locator('.quick-input-widget input').first().fill('domain:crime');
		await pick(page, 'domain:crime');
		await page.locator('.quick-input-title', { hasText: 'domain:crime' }).waitFor();
		await answer(page, 'a topic apart', 'Why does it lie outside?');
		await splits.getByText('Tagged').waitFor();
		await screenshot('loop-tagged');
		const [{ prompts, moves }] = events('tagged') as unknown as [{ prompts: string[]; moves: string[] }];
		assert.ok(prompts.length > 100);
		assert.ok(moves.length >= prompts.length, 'whole clusters move');
		assert.equal(events('half-drawn').length, 1);
	});

	test('a run ends in its report, with the sealed half locked', async () => {
		const { page, screenshot } = editor();
		await score();
		const report = await webview(page, 'report', RUN);
		await report.getByRole('heading', { name: /^GDPO run 1 · probe/ }).waitFor();
		assert.match(await sealedRow(report).innerText(), /sealed until you decide/);
		await screenshot('loop-report');
	});

	test('a mistake opens without its score, is judged again, and the report asks for a new run', async () => {
		const { page, command } = editor();
		const report = await webview(page, 'report');
		await report.locator('.mistakes .link').first().click();
		const annotate = await webview(page, 'annotate');
		assert.doesNotMatch(await wordsAround(annotate), /% sure|held-out/);
		await annotate.locator('.side.left .scroll').click();
		await untilUnlocked(annotate);
		await pressUntil(page, '3', () => events('judged').length > 0);
		await annotate
			.getByText(/Saved: tie/)
			.first()
			.waitFor();
		assert.equal(events('judged').length, 1);
		await command('Pairwright: Open the Latest Calibration Report');
		const again = await webview(page, 'report');
		await again.getByText('Out of date.').waitFor();
		await again.locator('.banner').getByRole('button', { name: 'Re-run' }).click();
		await again.getByRole('heading', { name: /^GDPO run 2/ }).waitFor({ timeout: RUN });
	});

	test('a decision with a reason opens the sealed half', async () => {
		const { page, screenshot, violations } = editor();
		const report = await webview(page, 'report');
		await report.getByLabel('Choice').selectOption({ index: 1 });
		await report.getByLabel('Reason').fill('No loss on eval, none held out.');
		await report.getByRole('button', { name: 'Record decision and open the seal' }).click();
		await report.getByText(/seen for the first time/).waitFor();
		assert.match(await sealedRow(report).innerText(), /0\.\d{3}/);
		await sealedRow(report).scrollIntoViewIfNeeded();
		await screenshot('loop-decided');
		assert.equal(events('decided').length, 1);
		assert.equal(events('seal-opened').length, 1);
		assert.deepEqual(violations, []);
	});
}
