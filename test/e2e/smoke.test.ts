import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useEditor } from './harness/editor.ts';
import { openContainer, viewContainer } from './harness/workbench.ts';

const editor = useEditor();

test('the packed extension is installed and has its place in the activity bar', async () => {
	const { page, screenshot } = editor();
	await viewContainer(page, 'Pairwright').waitFor({ state: 'visible', timeout: 30_000 });
	await openContainer(page, 'Pairwright');
	await screenshot('smoke-container');
	assert.ok(await page.locator('.sidebar').isVisible());
});

test('it activates without an error and breaks no security policy', async () => {
	const { page, violations, log } = editor();
	await page.waitForTimeout(1000);
	assert.deepEqual(violations, []);
	assert.doesNotMatch(log('remoteexthost'), /pairwright\.pairwright.*(failed|error)/i);
});
