import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Frame } from 'playwright-core';
import { useEditor } from './harness/editor.ts';
import { journalEvents } from './harness/folder.ts';
import { answer, pressUntil, untilThat, untilUnlocked, webview } from './harness/workbench.ts';

const PAIRS = 12;

/** A folder with pairs of its own. */
function prepare(workspace: string): void {
	const rows = Array.from({ length: PAIRS }, (_, n) => ({
		prompt: `How do I descale kettle number ${n}?`,
		response_a: `Use vinegar, wait ${n + 10} minutes, rinse twice.`,
		response_b: `Use citric acid, ${n + 1} spoons, and rinse.`,
	}));
	const file = join(workspace, 'pairs.jsonl');
	writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
	const cli = join(import.meta.dirname, '../../src/cli.ts');
	const env = { ...process.env, PAIRWRIGHT_ANNOTATOR: 'tester', PAIRWRIGHT_STATE: join(workspace, '..', 'cli-state') };
	for (const args of [['init'], ['import', file]]) {
		execFileSync(process.execPath, [cli, ...args, '--workspace', workspace, '--quiet'], { env });
	}
}

const editor = useEditor({ prepare });

interface Line {
	readonly type: string;
	readonly verdict?: string;
	readonly shown_first?: string;
	readonly ms?: number;
	readonly blind?: boolean;
	readonly kind?: string;
	readonly facet?: string;
	readonly [key: string]: unknown;
}

const journal = (type: string) => journalEvents<Line>(editor().workspace, type);

const judged = () => journal('judged').length;
const settle = () => editor().page.waitForTimeout(450);

async function open(): Promise<Frame> {
	await editor().command('Pairwright: Start Judging');
	const frame = await webview(editor().page, 'annotate');
	await frame.locator('.side.left').waitFor();
	return frame;
}

/** Into the screen, where a person would click to read on, and until its keys reach it. */
async function focusScreen(frame: Frame): Promise<void> {
	const { page } = editor();
	await frame.locator('.side.left .scroll').click();
	const raw = frame.getByRole('button', { name: /^Raw/ });
	for (const pressed of ['true', 'false']) {
		await pressUntil(page, 'r', async () => (await raw.getAttribute('aria-pressed')) === pressed);
	}
	await untilUnlocked(frame);
}

/** Presses a verdict's key once it counts, and waits until it is on disk. */
async function judge(frame: Frame, key: string, saved: string): Promise<void> {
	const before = judged();
	await untilUnlocked(frame);
	await pressUntil(editor().page, key, () => judged() > before);
	await frame.getByText(`Saved: ${saved}`, { exact: true }).waitFor();
}

test('one command opens the first pair, and 1 judges it: on disk, with order and time', async () => {
	const { screenshot } = editor();
	const frame = await open();
	await frame.getByRole('heading', { name: `1 of ${PAIRS}` }).waitFor();
	await screenshot('annotate-first');
	// The screen has the focus without a click.
	await judge(frame, '1', 'left, clearly');
	await frame.getByRole('heading', { name: `2 of ${PAIRS}` }).waitFor();
	const [line, ...more] = journal('judged');
	assert.deepEqual(more, []);
	assert.equal(line?.verdict, line?.shown_first, 'left is the side that was shown first');
	assert.ok((line?.ms ?? 0) >= 300);
	assert.equal(line?.blind, true);
	assert.equal(line?.kind, 'first');
	await screenshot('annotate-saved');
});

test('a held key judges once', async () => {
	const { page } = editor();
	const frame = await open();
	await focusScreen(frame);
	const before = judged();
	await page.keyboard.down('3');
	for (let i = 0; i < 25; i++) {
		await page.waitForTimeout(30);
		await page.keyboard.down('3');
	}
	await page.keyboard.up('3');
	await untilThat(page, () => judged() > before);
	await settle();
	assert.equal(judged(), before + 1);
});

test('digits typed in the palette, Search, the tree or a note judge nothing', async () => {
	const { page } = editor();
	const frame = await open();
	await focusScreen(frame);
	const before = judged();

	await page.keyboard.press('F1');
	await page.locator('.quick-input-widget input').first().waitFor();
	await page.keyboard.type('1234', { delay: 40 });
	await page.keyboard.press('Escape');
	await settle();
	assert.equal(judged(), before, 'palette');

	await page.keyboard.press('Control+Shift+F');
	await page.locator('.search-view textarea').first().waitFor();
	await page.keyboard.type('1234', { delay: 40 });
	await settle();
	assert.equal(judged(), before, 'Search');

	await page.keyboard.press('Control+Shift+E');
	await page
		.locator('.explorer-folders-view .monaco-list.focused, .explorer-folders-view .monaco-list')
		.first()
		.waitFor();
	await page.keyboard.type('1234', { delay: 40 });
	await settle();
	assert.equal(judged(), before, 'tree');

	const again = await webview(page, 'annotate');
	await focusScreen(again);
	await page.keyboard.press('n');
	await again.locator('textarea:focus').waitFor();
	await page.keyboard.type('1 of 4 steps, wrong; see 2', { delay: 15 });
	assert.equal(await again.locator('textarea').inputValue(), '1 of 4 steps, wrong; see 2');
	await page.keyboard.press('Enter');
	await settle();
	assert.equal(judged(), before);

	await judge(again, 'Shift+Digit2', 'right, much');
	const last = journal('judged').at(-1);
	assert.equal(last?.note, '1 of 4 steps, wrong; see 2');
	assert.equal(last?.strength, 3);
});

test('W opens the reasons, digits pick them, Enter closes, the numpad judges', async () => {
	const { page, screenshot } = editor();
	const frame = await open();
	await focusScreen(frame);
	const before = judged();
	await page.keyboard.press('w');
	await frame.locator('.popover').waitFor();
	await page.waitForTimeout(150);
	await page.keyboard.press('1');
	await page.keyboard.press('4');
	await frame.locator('.draft-line').getByText('correct').waitFor();
	await frame.locator('.draft-line').getByText('clear').waitFor();
	await screenshot('annotate-reasons');
	assert.equal(judged(), before);
	await page.keyboard.press('Enter');
	await frame.locator('.popover').waitFor({ state: 'detached' });
	await settle();
	// As with NumLock on; the browser driver's own Numpad4 is the arrow.
	const keys = await page.context().newCDPSession(page);
	const numpad4 = { code: 'Numpad4', key: '4', windowsVirtualKeyCode: 100, location: 3, isKeypad: true };
	await keys.send('Input.dispatchKeyEvent', { type: 'keyDown', text: '4', ...numpad4 });
	await keys.send('Input.dispatchKeyEvent', { type: 'keyUp', ...numpad4 });
	await frame.getByText('Saved: both bad', { exact: true }).waitFor();
	assert.deepEqual(journal('judged').at(-1)?.reasons, ['correct', 'clear']);
	assert.equal(journal('judged').at(-1)?.verdict, 'both_bad');
});

test('U takes the last verdict back and the pair returns; ← looks back without retracting', async () => {
	const { page } = editor();
	const frame = await open();
	await focusScreen(frame);
	const question = () => frame.locator('.question').innerText();
	const asked = await question();
	await judge(frame, '1', 'left, clearly');
	const retracted = journal('retracted').length;
	await page.keyboard.press('u');
	await frame.getByText('Took back: your verdict').first().waitFor();
	await untilThat(page, async () => (await question()) === asked);
	assert.equal(journal('retracted').length, retracted + 1);
	await settle();
	await page.keyboard.press('ArrowLeft');
	await frame.getByRole('heading', { name: 'Past pair, 1 back' }).waitFor();
	await page.keyboard.press('h');
	await frame.locator('.aside').getByText('Belongs to').waitFor();
	await page.keyboard.press('Escape');
	await frame.locator('.aside').waitFor({ state: 'detached' });
	await page.keyboard.press('ArrowRight');
	await frame.getByRole('heading', { name: `of ${PAIRS}` }).waitFor();
	assert.equal(journal('retracted').length, retracted + 1);
});

test('O asks facet and reason and tags the prompt on screen', async () => {
	const { page, screenshot } = editor();
	const frame = await open();
	await focusScreen(frame);
	const before = judged();
	await page.keyboard.press('o');
	await page.locator('.quick-input-widget input').first().waitFor();
	await page.keyboard.type('domain:law', { delay: 20 });
	await page.locator('.quick-input-list .monaco-list-row', { hasText: 'new facet' }).waitFor();
	await screenshot('annotate-tag');
	await page.keyboard.press('Enter');
	await answer(page, 'not about kettles', 'Why does it lie outside?');
	await frame
		.getByText(/Tagged 1 prompt domain:law/)
		.first()
		.waitFor();
	assert.equal(journal('tagged').at(-1)?.facet, 'domain:law');
	assert.equal(journal('tagged').at(-1)?.reason, 'not about kettles');
	assert.equal(judged(), before);
});

test('E writes a rewrite as a real file; adding it makes a new comparison', async () => {
	const { page, screenshot } = editor();
	const frame = await open();
	await focusScreen(frame);
	await page.keyboard.press('e');
	await frame.locator('.popover').waitFor();
	await page.waitForTimeout(150);
	await page.keyboard.press('1');
	await page.locator('.tab.active', { hasText: '.pair.md' }).waitFor();
	await page.locator('.codelens-decoration a').first().waitFor();
	await screenshot('draft-improve');
	await page.keyboard.press('Control+End');
	await page.keyboard.type(' Then boil plain water once.');
	await page.locator('.codelens-decoration a', { hasText: 'Add rewrite' }).first().waitFor();
	await page.waitForTimeout(500);
	await editor().command('Pairwright: Add Pair');
	await page.locator('.tab.active', { hasText: '.pair.md' }).waitFor({ state: 'detached' });
	assert.equal(journal('improved').length, 1);
	await untilThat(page, () => globSync('.pairwright/drafts/*', { cwd: editor().workspace }).length === 0);
});

test('the screen survives a reload of the window, with its next pair', async () => {
	const { page, violations } = editor();
	const before = judged();
	await editor().reload();
	// A tab behind another is restored when it is shown.
	await page.locator('.tab', { hasText: 'Annotate' }).click();
	const frame = await webview(page, 'annotate', 30_000);
	await frame.locator('.side.left').waitFor();
	await focusScreen(frame);
	await judge(frame, '2', 'right, clearly');
	assert.equal(judged(), before + 1);
	assert.deepEqual(violations, []);
});
