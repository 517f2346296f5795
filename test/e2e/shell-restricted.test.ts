import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useEditor } from './harness/editor.ts';
import { makeDemo } from './harness/folder.ts';
import { openContainer, treeRow, webview } from './harness/workbench.ts';

const editor = useEditor({ prepare: makeDemo, workspaceTrust: true });

test('in Restricted Mode one browses and judges, and no run is offered', async () => {
	const { page, command, screenshot } = editor();
	await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
	await openContainer(page, 'Pairwright');
	await treeRow(page, 'To judge').waitFor();
	await page.locator('.sidebar').getByText('Scoring runs need a trusted folder.').waitFor();
	assert.equal(await page.locator('.sidebar').getByRole('button', { name: 'Run GDPO Scoring' }).count(), 0);
	await screenshot('restricted');
	await command('Pairwright: Open Splits');
	await (await webview(page, 'splits')).locator('.rows .row:not(.loading)').first().waitFor();
	await command('Pairwright: Start Judging');
	await webview(page, 'annotate');
});

test('the palette hides scoring there', async () => {
	const { page } = editor();
	await page.keyboard.press('F1');
	for (const title of ['Run GDPO Scoring', 'Score Checkpoints']) {
		await page.locator('.quick-input-widget input').first().fill(`>Pairwright: ${title}`);
		await page.waitForTimeout(800);
		const rows = await page.locator('.quick-input-list .monaco-list-row').allInnerTexts();
		assert.equal(
			rows.some((row) => row.includes(title)),
			false,
		);
	}
	await page.keyboard.press('Escape');
});

test('a link that calls scoring all the same is refused in words', async () => {
	const { page, command, screenshot } = editor();
	await command('Pairwright: Open the Walkthrough');
	const steps = page.locator('.gettingStartedContainer');
	await steps.getByText('Score and read the calibration').click();
	await steps.getByText('Score Checkpoints', { exact: true }).click();
	await page.getByText('Pairwright does not score in a folder you have not trusted').first().waitFor();
	assert.equal(await page.locator('.quick-input-widget').isVisible(), false);
	await screenshot('restricted-refused');
});
