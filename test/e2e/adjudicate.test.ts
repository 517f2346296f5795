import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { useEditor } from './harness/editor.ts';
import { journalEvents, runCli } from './harness/folder.ts';
import { openContainer, pressUntil, treeRow, untilUnlocked, webview, wordsAround } from './harness/workbench.ts';

/** Three pairs on which two people differ, and one on which they agree. */
function prepare(workspace: string): void {
	const rows = Array.from({ length: 4 }, (_, n) => ({
		prompt: `How do I descale kettle number ${n}?`,
		response_a: `Use vinegar, wait ${n + 10} minutes, rinse twice.`,
		response_b: `Use citric acid, ${n + 1} spoons, and rinse.`,
		judgments: [
			{ annotator: 'ana', verdict: 'a', note: 'it says how long' },
			{ annotator: 'bo', verdict: n === 3 ? 'a' : 'b' },
		],
	}));
	const file = join(workspace, 'pairs.jsonl');
	writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
	runCli(workspace, 'init');
	runCli(workspace, 'import', file);
}

const editor = useEditor({ prepare });

interface Line {
	readonly type: string;
	readonly comparison?: string;
	readonly verdict?: string;
	readonly reason?: string;
}

const decisions = () => journalEvents<Line>(editor().workspace, 'adjudicated');

test('a disputed pair is settled with keys: on disk with its reason, and the tree counts one less', async () => {
	const { page, screenshot } = editor();
	await openContainer(page, 'Pairwright');
	const row = treeRow(page, 'Disputed');
	await page.locator('.sidebar .monaco-list-row', { hasText: /Disputed\s*3/ }).waitFor();
	await row.click();
	const frame = await webview(page, 'adjudicate');
	await frame.getByRole('heading', { name: 'Adjudicate: 3 pairs left' }).waitFor();
	assert.doesNotMatch(await wordsAround(frame), /\bana\b|\bbo\b/);
	await screenshot('adjudicate-first');
	// The screen has the focus without a click.
	await untilUnlocked(frame);
	await pressUntil(page, '1', () => frame.locator('#reason:focus').isVisible());
	await page.keyboard.type('2 sources agree, u see');
	await page.keyboard.press('Enter');
	await frame.getByText('Saved: left', { exact: true }).waitFor();
	await frame.getByRole('heading', { name: 'Adjudicate: 2 pairs left' }).waitFor();
	assert.deepEqual(
		decisions().map(({ reason }) => reason),
		['2 sources agree, u see'],
	);
	await page.locator('.sidebar .monaco-list-row', { hasText: /Disputed\s*2/ }).waitFor();
	await untilUnlocked(frame);
	// Back: the same pair, now with names.
	await pressUntil(page, 'ArrowLeft', () => frame.getByText('Decided by you: left').isVisible());
	await frame.locator('.said .who', { hasText: /^ana$/ }).first().waitFor();
	await screenshot('adjudicate-decided');
});

test('a decided pair that somebody flags comes back while it is looked at, says what stands, and is decided anew', async () => {
	const { page, workspace, screenshot, violations } = editor();
	const frame = await webview(page, 'adjudicate');
	const pair = decisions()[0]?.comparison ?? '';
	runCli(workspace, 'flag', pair, '--annotator', 'bo', '--note', 'the maker has changed its manual since');
	await frame.getByText('flagged again', { exact: true }).waitFor();
	await frame.getByRole('heading', { name: 'Adjudicate: 3 pairs left' }).waitFor();
	const marks = await frame.locator('.said.neither').innerText();
	assert.match(marks, /Decided before: left[\s\S]*stands until it is decided anew[\s\S]*2 sources agree, u see/);
	assert.match(marks, /Person \d[\s\S]*flagged[\s\S]*the maker has changed its manual since/);
	// Settled by somebody who does not see first who said what.
	assert.doesNotMatch(await wordsAround(frame), /\bana\b|\bbo\b/);
	await screenshot('adjudicate-standing');
	await untilUnlocked(frame);
	await pressUntil(page, '2', () => frame.locator('#reason:focus').isVisible());
	await page.keyboard.type('the new manual says so');
	await page.keyboard.press('Enter');
	await frame.getByText('Saved: right', { exact: true }).waitFor();
	await frame.getByRole('heading', { name: 'Adjudicate: 2 pairs left' }).waitFor();
	const [first, second] = decisions();
	assert.equal(second?.comparison, pair);
	assert.notEqual(second?.verdict, first?.verdict);
	assert.deepEqual(violations, []);
});
