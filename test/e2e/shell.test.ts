import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { useEditor } from './harness/editor.ts';
import { notifications, openContainer, pick, pickAfter, treeRow } from './harness/workbench.ts';

const ROWS = 40;

/** Rows of the own format, one of them broken, one without a verdict. */
function rows(): string {
	const lines = Array.from({ length: ROWS }, (_, n) =>
		JSON.stringify({
			prompt: `Which tea goes with dish number ${n}?`,
			response_a: `Green tea, because dish ${n} is light.`,
			response_b: `Black tea suits dish ${n}.`,
			judgments: n % 2 === 0 ? [{ annotator: 'mira', verdict: 'a' }] : [],
		}),
	);
	lines.splice(7, 0, '{"prompt": "This line is torn');
	return `${lines.join('\n')}\n`;
}

const editor = useEditor({ prepare: (workspace) => writeFileSync(join(workspace, 'tea.jsonl'), rows()) });

test('a folder without data is offered setting up, and a click does it', async () => {
	const { page, workspace, screenshot } = editor();
	await openContainer(page, 'Pairwright');
	const button = page.locator('.sidebar .welcome-view-content').getByRole('button', { name: 'Set Up Here' });
	await button.waitFor();
	await screenshot('shell-welcome');
	await button.click();
	await page
		.locator('.sidebar .welcome-view-content')
		.getByRole('button', { name: 'Import Preference Data' })
		.waitFor({ timeout: 30_000 });
	assert.ok(existsSync(join(workspace, '.pairwright/config.json')));
	assert.ok(existsSync(join(workspace, '.pairwright/guidelines.md')));
	await screenshot('shell-empty');
});

test('an import says what came in and names the rejected row', async () => {
	const { page, command, screenshot } = editor();
	await command('Notifications: Clear All Notifications');
	await pickAfter(page, 'Pairwright: Import Preference Data…', 'tea.jsonl');
	await pick(page, 'As the rows say');
	const message = page.locator('.notification-list-item', { hasText: `Imported ${ROWS} pairs; 1 row rejected` });
	await message.waitFor({ timeout: 30_000 });
	await screenshot('shell-imported');
	await message.getByRole('button', { name: 'Show Rejected Rows' }).click();
	const text = page.locator('.editor-instance .view-lines');
	await text.filter({ hasText: 'tea.jsonl:8' }).waitFor();
	await screenshot('shell-rejected');
});

test('trees and status bar count what is there', async () => {
	const { page } = editor();
	// Half of the rows came with mira's verdict; two of those ask for a second one (queue.overlap).
	const waiting = new RegExp(`To judge\\s*${ROWS / 2 + 2}$`);
	await page.locator('.sidebar .monaco-list-row', { hasText: waiting }).waitFor();
	assert.match(await treeRow(page, 'Train').innerText(), /\d+ prompts · \d+ % judged|all judged/);
	assert.match(await treeRow(page, 'Held-out, sealed half').innerText(), /empty/);
	// Of one's own part, which is shared with mira.
	const status = page.locator('.statusbar-item', { hasText: /0 of \d+ judged/ });
	await status.waitFor();
});

test('importing the same file again adds nothing and says so', async () => {
	const { page, command } = editor();
	await command('Notifications: Clear All Notifications');
	await pickAfter(page, 'Pairwright: Import Preference Data…', 'tea.jsonl');
	await pick(page, 'As the rows say');
	await page
		.locator('.notification-list-item', { hasText: `Nothing new was imported; ${ROWS} pairs were there already` })
		.waitFor({ timeout: 30_000 });
});

test('guidelines and checks open as texts', async () => {
	const { page, command } = editor();
	await command('Pairwright: Open Annotation Guidelines');
	await page.locator('.tab.active', { hasText: 'guidelines.md' }).waitFor();
	await command('Pairwright: Check Environment and Folder');
	await page.locator('.tab.active', { hasText: 'Pairwright check' }).waitFor();
});

test('the database is rebuilt from journals and sources', async () => {
	const { page, command } = editor();
	await command('Notifications: Clear All Notifications');
	await command('Pairwright: Rebuild the Database');
	await page
		.locator('.notification-list-item', { hasText: `${ROWS} pairs of ${ROWS} prompts` })
		.waitFor({ timeout: 30_000 });
});

test('a broken config is marked by the editor, and the view goes on', async () => {
	const { page, command, screenshot } = editor();
	await command('Pairwright: Open Folder Settings (config.json)');
	await page.locator('.tab.active', { hasText: 'config.json' }).waitFor();
	await screenshot('shell-config');
	await command('Pairwright: Open Splits');
	await page.locator('.tab.active', { hasText: 'Splits' }).waitFor();
});

test('the window starts quickly and logs no error', async () => {
	const { log } = editor();
	assert.match(log('Pairwright'), /Activated in \d+ ms/);
	assert.doesNotMatch(log('Pairwright'), /\[error\]/);
	assert.deepEqual(await notifications(editor().page).then((all) => all.filter((text) => /went wrong/.test(text))), []);
});
