import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Frame } from 'playwright-core';
import { useEditor } from './harness/editor.ts';
import { makeDemo, runCli } from './harness/folder.ts';
import { answer, pick, pressUntil, untilThat, untilUnlocked, webview } from './harness/workbench.ts';

const editor = useEditor({
	prepare: (workspace) => {
		makeDemo(workspace);
		runCli(workspace, 'score');
	},
});

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
	return frame;
}

/** Judges the pair on screen by a key, and looks back at it. */
async function judgeAndLookBack(frame: Frame, key: string, saved: string): Promise<void> {
	const { page } = editor();
	const before = events('judged').length;
	await untilUnlocked(frame);
	await pressUntil(page, key, () => events('judged').length > before);
	await frame.getByText(`Saved: ${saved}`, { exact: true }).waitFor();
	await pressUntil(page, 'ArrowLeft', () => frame.getByRole('heading', { name: /^Past pair/ }).isVisible());
	await untilUnlocked(frame);
}

test('a step is taken back from the history by keyboard, and said; with the verdict the history shuts', async () => {
	const { page, screenshot } = editor();
	const frame = await open();
	await judgeAndLookBack(frame, '1', 'left, clearly');
	await page.keyboard.press('f');
	await frame.locator('textarea:focus').waitFor();
	await page.keyboard.type('look at this again');
	await page.keyboard.press('Enter');
	await frame.getByText('Flagged this pair').first().waitFor();
	assert.ok(events('flagged')[0]?.includes('"note":"look at this again"'), events('flagged')[0]);
	const takeBack = frame.getByRole('button', { name: /Take back: flagged/u });
	await pressUntil(page, 'h', () => takeBack.isVisible());
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
	await judgeAndLookBack(frame, '2', 'right, clearly');
	const text = (await frame.locator('.side.left .scroll').innerText()).trim().split('\n')[0]?.slice(0, 40) ?? '';
	assert.ok(text.length > 10);
	const eraseIt = frame.getByRole('button', { name: 'Erase this text…' });
	await pressUntil(page, 'h', () => eraseIt.isVisible());
	await eraseIt.click();
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
	await untilThat(page, async () => (await drawn.count()) > (await lineNumbers.count()));
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
