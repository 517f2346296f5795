import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Frame } from 'playwright-core';
import { useEditor } from './harness/editor.ts';
import { makeDemo, runCli } from './harness/folder.ts';
import { answer, pick, webview } from './harness/workbench.ts';

const editor = useEditor({
	prepare: (workspace) => {
		makeDemo(workspace);
		runCli(workspace, 'score');
	},
});

const settle = () => editor().page.waitForTimeout(450);

function lines(): string[] {
	const { workspace } = editor();
	return globSync('.pairwright/journal/*/*.jsonl', { cwd: workspace }).flatMap((file) =>
		readFileSync(join(workspace, file), 'utf8').split('\n'),
	);
}

const events = (type: string) => lines().filter((line) => line.includes(`"type":"${type}"`));

async function open(): Promise<Frame> {
	await editor().command('Pairwright: Start Judging');
	const frame = await webview(editor().page, 'annotate');
	await frame.locator('.side.left').waitFor();
	await frame.locator('.side.left .scroll').click();
	await settle();
	return frame;
}

test('a step is taken back from the history by keyboard, and said; with the verdict the history shuts', async () => {
	const { page, screenshot } = editor();
	const frame = await open();
	await page.keyboard.press('1');
	await frame.getByText('Saved: left, clearly', { exact: true }).waitFor();
	await settle();
	await page.keyboard.press('ArrowLeft');
	await settle();
	await page.keyboard.press('f');
	// Not waiting for the field: until the editor has answered, letters reach the screen.
	await page.keyboard.type('look at this again');
	await frame.locator('textarea:focus').waitFor();
	await page.keyboard.press('Enter');
	await frame.getByText('Flagged this pair').first().waitFor();
	assert.ok(events('flagged')[0]?.includes('"note":"look at this again"'), events('flagged')[0]);
	await settle();
	await page.keyboard.press('h');
	const takeBack = frame.getByRole('button', { name: /Take back: flagged/u });
	await takeBack.waitFor();
	await screenshot('history-steps');
	await takeBack.focus();
	await page.keyboard.press('Enter');
	await frame.locator('[aria-live]', { hasText: 'Took back: flagged' }).first().waitFor();
	await frame.locator('.taken-back').first().waitFor();
	await screenshot('history-taken-back');
	assert.equal(events('retracted').length, 1);
	await frame.getByRole('button', { name: /Take back: judged/u }).click();
	await frame.locator('[aria-live]', { hasText: 'The history is shut again' }).first().waitFor();
	await frame.locator('.aside').waitFor({ state: 'detached' });
	await screenshot('history-shut');
	assert.equal(events('retracted').length, 2);
});

test('a text is erased from its pair after a modal question, and no file holds it', async () => {
	const { page, screenshot, workspace } = editor();
	const frame = await open();
	await page.keyboard.press('2');
	await frame.getByText('Saved: right, clearly', { exact: true }).waitFor();
	await settle();
	await page.keyboard.press('ArrowLeft');
	await settle();
	const text = (await frame.locator('.side.left .scroll').innerText()).trim().split('\n')[0]?.slice(0, 40) ?? '';
	assert.ok(text.length > 10);
	await page.keyboard.press('h');
	await frame.getByRole('button', { name: 'Erase this text…' }).click();
	await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
	await screenshot('erase-reach');
	await pick(page, 'The prompt with everything on it');
	await answer(page, 'asked for by the person quoted', 'Erase: why?');
	const dialog = page.locator('.monaco-dialog-box');
	await dialog.waitFor();
	await screenshot('erase-question');
	assert.equal(events('erased').length, 0, 'nothing before the last question');
	await dialog.getByRole('button', { name: 'Erase' }).click();
	await page.getByText('A tombstone with the ids').first().waitFor();
	await screenshot('erase-done');
	// The tombstone's line and the advice are wider than the editor: they wrap.
	const result = page.locator('.editor-instance[data-mode-id="pairwright-result"], .editor-instance').last();
	const lineNumbers = result.locator('.margin .line-numbers');
	const drawn = result.locator('.view-lines .view-line');
	assert.ok((await drawn.count()) > (await lineNumbers.count()), 'fewer numbered lines than drawn ones');
	// What the advice names is there.
	await page.keyboard.press('F1');
	await page.locator('.quick-input-widget input').first().fill('>Local History: Delete All');
	await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Local History: Delete All' }).first().waitFor();
	await page.keyboard.press('Escape');
	assert.equal(events('erased').length, 1);
	for (const file of globSync('.pairwright/{journal,sources}/**/*.*', { cwd: workspace })) {
		const bytes = readFileSync(join(workspace, file));
		assert.ok(!(file.endsWith('.gz') ? gunzipSync(bytes) : bytes).includes(text), file);
	}
	const log = editor().log('Pairwright');
	assert.ok(log.length > 0);
	assert.doesNotMatch(log, /\[(?:warning|error)\]|UNIQUE/u);
});

test('the data card is a page, and stands in the report', async () => {
	const { page, screenshot } = editor();
	await editor().command('Pairwright: Open the Latest Calibration Report');
	const report = await webview(page, 'report');
	const card = report.locator('details.fold', { hasText: 'Data card' }).first();
	await card.locator('summary').click();
	await card.getByRole('table').first().waitFor();
	await card.scrollIntoViewIfNeeded();
	await screenshot('report-card');
	assert.match(await card.innerText(), /P1/u);
	await card.getByRole('button', { name: 'Open as a page' }).click();
	await page.locator('.tab', { hasText: 'Data card' }).first().waitFor();
	await page.waitForTimeout(2500);
	await screenshot('data-card');
});
