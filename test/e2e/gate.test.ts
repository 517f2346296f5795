/** The gate from the palette: first without thresholds, then as a page. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Frame, Page } from 'playwright-core';
import { useEditor } from './harness/editor.ts';
import { makeDemo, runCli } from './harness/folder.ts';
import { openContainer } from './harness/workbench.ts';

const editor = useEditor({
	prepare(workspace) {
		makeDemo(workspace);
		runCli(workspace, 'score');
	},
});

/** The inner frame of the Markdown preview once it says `text`. */
async function preview(page: Page, text: string): Promise<Frame> {
	const deadline = Date.now() + 30_000;
	while (Date.now() < deadline) {
		for (const frame of page.frames()) {
			if (frame.parentFrame() === null) continue;
			const said = await frame
				.locator('body')
				.innerText({ timeout: 500 })
				.catch(() => '');
			if (said.includes(text)) return frame;
		}
		await page.waitForTimeout(100);
	}
	throw new Error(`No page says "${text}".`);
}

test('without thresholds the way to the settings is offered, with them the gate is a page', async () => {
	const { page, command, workspace, screenshot } = editor();
	const title = 'Pairwright: Check a Run Against the Gate…';
	await openContainer(page, 'Pairwright');
	await command(title);
	const message = page.locator('.notification-toast', { hasText: 'holds no threshold for the gate' });
	await message.waitFor({ timeout: 30_000 });
	await message.getByRole('button', { name: 'Open Settings of the Folder' }).click();
	await page.locator('.tab.active', { hasText: 'config.json' }).waitFor();

	const path = join(workspace, '.pairwright', 'config.json');
	const config = JSON.parse(readFileSync(path, 'utf8')) as object;
	const gate = { engine: 'probe', heldout: { nll: { max: 9 }, accuracy: { min: 0.99 } } };
	writeFileSync(path, JSON.stringify({ ...config, gate }, null, '\t'));
	await command(title);
	const shown = await preview(page, 'Pairwright gate');
	const rows = await shown.locator('tbody tr').allInnerTexts();
	assert.deepEqual(
		rows.map((row) => row.split('\t').slice(0, 2)),
		[
			['heldout.accuracy', '❌ fail'],
			['heldout.nll', '✅ pass'],
		],
	);
	await screenshot('gate');
});
