import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { useEditor } from './harness/editor.ts';
import { makeDemo } from './harness/folder.ts';
import { answerDialog, openContainer, pick, pickAfter } from './harness/workbench.ts';

const editor = useEditor({ prepare: makeDemo });

/** The command up to its message; every answer but the format and the folder as offered. */
async function exported(format: string, folder: string): Promise<void> {
	const { page, workspace } = editor();
	mkdirSync(join(workspace, folder));
	await pickAfter(page, 'Pairwright: Export…', format);
	await page.locator('.quick-input-title', { hasText: 'splits' }).waitFor();
	await page.keyboard.press('Enter');
	// The demo has disputed pairs.
	await pick(page, 'Leave disputed pairs out');
	await answerDialog(page, 'into which folder', join(workspace, folder));
	await page
		.locator('.notification-list-item-message', { hasText: /Exported/ })
		.first()
		.waitFor();
}

test('the list says what each format is; after an export its configuration is open and can be copied', async () => {
	const { page, command, workspace, screenshot, violations } = editor();
	await openContainer(page, 'Pairwright');
	await command('Pairwright: Export…');
	await page.locator('.quick-input-title', { hasText: 'format' }).waitFor();
	await page.getByText('A folder that load_dataset reads').waitFor();
	await screenshot('export-formats');
	await page.keyboard.press('Escape');

	await exported('LLaMA-Factory', 'factory');
	await page.locator('.view-lines', { hasText: 'pairwright_train' }).first().waitFor();
	await page.getByRole('button', { name: 'Copy Configuration' }).waitFor();
	await screenshot('export-configuration');
	assert.ok(existsSync(join(workspace, 'factory/train.jsonl')));
	await command('Notifications: Clear All Notifications');
	await command('View: Close All Editors');

	await exported('Hugging Face dataset', 'dataset');
	await page.locator('.view-lines', { hasText: 'load_dataset(' }).first().waitFor();
	await page.getByRole('button', { name: 'Open the Data Card' }).click();
	await page.locator('.tab', { hasText: 'README.md' }).waitFor();
	assert.match(readFileSync(join(workspace, 'dataset/README.md'), 'utf8'), /dataset_info:/u);
	await screenshot('export-data-card');
	assert.deepEqual(violations, []);
});
