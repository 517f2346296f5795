import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Frame, Page } from 'playwright-core';
import { useEditor } from './harness/editor.ts';
import { makeDemo } from './harness/folder.ts';
import { answer, openContainer, pick, treeRow, untilKept, webview, wordsAround } from './harness/workbench.ts';

const editor = useEditor({ prepare: makeDemo });

/** All events of the folder's journals. */
function events(workspace: string): { type: string; [key: string]: unknown }[] {
	const journal = join(workspace, '.pairwright/journal');
	if (!existsSync(journal)) return [];
	return readdirSync(journal, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.jsonl'))
		.flatMap((name) => readFileSync(join(journal, name), 'utf8').split('\n'))
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line));
}

async function splits(page: Page): Promise<Frame> {
	const view = await webview(page, 'splits');
	await view.locator('.rows .row:not(.loading)').first().waitFor();
	return view;
}

/** Until the list is that of the filters: some of the prompts, or all. */
async function untilFound(view: Frame, which: 'some' | 'all'): Promise<void> {
	await view.locator('.found', { hasText: which === 'all' ? /^All / : /^[\d,]+ of/ }).waitFor();
}

/** "16 of 422 prompts" → 16. */
async function found(view: Frame): Promise<number> {
	return Number((await view.locator('.found').innerText()).replace(/^All /, '').split(' ')[0]?.replaceAll(',', ''));
}

test('a place in the side bar opens the view with its prompts', async () => {
	const { page, screenshot, violations } = editor();
	await openContainer(page, 'Pairwright');
	await treeRow(page, 'Held-out, tuning half').click();
	const view = await splits(page);
	assert.equal(await view.getByLabel('Split').inputValue(), 'heldout_reference');
	const shown = await found(view);
	assert.match(await treeRow(page, 'Held-out, tuning half').innerText(), new RegExp(`${shown} prompts`));
	await screenshot('splits-place');
	assert.deepEqual(violations, []);
});

test('a topic is searched, tagged as a whole and taken back', async () => {
	const { page, workspace, screenshot } = editor();
	const view = await splits(page);
	await view.getByRole('button', { name: 'Clear all' }).click();
	await untilFound(view, 'all');
	await view.getByRole('searchbox').fill('battery');
	await untilFound(view, 'some');
	const total = await found(view);
	assert.ok(total > 1);
	await view.getByRole('grid').focus();
	await page.keyboard.press('Control+a');
	await view.getByText(`${total} prompts selected`).waitFor();
	await page.keyboard.press('t');
	await page.locator('.quick-input-title', { hasText: `${total} prompts` }).waitFor();
	await screenshot('splits-tag');
	await page.locator('.quick-input-widget input').first().fill('domain:batteries');
	await pick(page, 'domain:batteries');
	await page.locator('.quick-input-title', { hasText: 'domain:batteries' }).waitFor();
	await answer(page, 'Not in the training data', 'Why does it lie outside?');
	await view.getByText('Tagged').waitFor();
	await view.locator('.rows .chip', { hasText: 'domain:batteries' }).first().waitFor();
	const tagged = events(workspace).filter(({ type }) => type === 'tagged');
	assert.equal(tagged.at(-1)?.reason, 'Not in the training data');
	await view.getByRole('button', { name: 'Undo' }).click();
	await view.getByText('Undone.').waitFor();
	await view.locator('.rows .chip', { hasText: 'domain:batteries' }).first().waitFor({ state: 'detached' });
	assert.equal(events(workspace).at(-1)?.type, 'retracted');
});

test('letters typed into the search act on nothing', async () => {
	const { page, workspace } = editor();
	const view = await splits(page);
	const before = events(workspace).length;
	await view.locator('.rows .row .cell-check').first().click();
	await view.getByRole('searchbox').fill('');
	await view.getByRole('searchbox').click();
	await page.keyboard.type('mixt');
	await page.waitForTimeout(500);
	assert.equal(await page.locator('.quick-input-widget').isVisible(), false);
	assert.equal(events(workspace).length, before);
	await view.getByRole('searchbox').fill('');
	await untilFound(view, 'all');
});

test('two prompts move to another split after the count was confirmed, and the tree follows', async () => {
	const { page, screenshot } = editor();
	const view = await splits(page);
	await view.getByLabel('Split').selectOption('train');
	await untilFound(view, 'some');
	const before = await found(view);
	await view.locator('#row-3 .cell-check').click();
	await view.locator('#row-4 .cell-check').click({ modifiers: ['Shift'] });
	await view.getByText('2 prompts selected').waitFor();
	await view.locator('vscode-button', { hasText: 'Move…' }).click();
	await pick(page, 'must not forget');
	const dialog = page.locator('.monaco-dialog-box');
	await dialog.getByText('Move 2 prompts to must not forget?').waitFor();
	await screenshot('splits-move');
	await dialog.getByRole('button', { name: 'Move' }).click();
	await view.getByText('Moved 2 prompts to must not forget.').waitFor();
	await view.waitForFunction((n) => document.querySelector('.found')?.textContent?.startsWith(`${n} of`), before - 2);
	await treeRow(page, `${before - 2} prompts`).waitFor();
});

test('freezing asks first and the card says when', async () => {
	const { page, workspace, screenshot } = editor();
	const view = await splits(page);
	await view.getByRole('button', { name: 'Freeze… Eval' }).click();
	const dialog = page.locator('.monaco-dialog-box');
	await dialog.getByText(/Freeze eval with \d+ prompts\?/).waitFor();
	await dialog.getByRole('button', { name: 'Freeze' }).click();
	// By case: "Not frozen" stands there before.
	await view.locator('.card.eval .frozen', { hasText: /Frozen \d/ }).waitFor();
	assert.equal(events(workspace).at(-1)?.type, 'frozen');
	await screenshot('splits-frozen');
});

test('a leak is shown side by side and mended', async () => {
	const { page, screenshot } = editor();
	const view = await splits(page);
	await view.locator('.attention summary', { hasText: 'leak' }).click();
	await view.locator('.side-by-side mark').nth(1).waitFor();
	const before = await view.locator('.attention').first().locator('.side-by-side').count();
	await screenshot('splits-leak');
	await view.getByText(/A near-copy, \d\d % of word 5-grams shared/).waitFor();
	await view.locator('.item-actions .btn').first().click();
	await view.waitForFunction(
		(n) => document.querySelectorAll('.side-by-side').length < n && document.querySelector('.notice button') !== null,
		before,
	);
});

test('a leak is accepted with a reason, on record', async () => {
	const { page, workspace, screenshot } = editor();
	const view = await splits(page);
	await view.getByRole('button', { name: 'Accept with a reason…' }).first().click();
	await page.locator('.quick-input-title', { hasText: 'Accept this leak' }).waitFor();
	await answer(page, 'The same customer wrote twice');
	await view.getByText('Accepted the leak: no longer counted.').waitFor();
	await view.locator('.attention summary', { hasText: '1 accepted leak' }).click();
	await view.getByText('The same customer wrote twice').waitFor();
	const accepted = events(workspace).filter(({ type }) => type === 'leak-accepted');
	assert.deepEqual([accepted.length, accepted[0]?.reason], [1, 'The same customer wrote twice']);
	await screenshot('splits-accepted');
	await view.locator('.attention summary', { hasText: '1 accepted leak' }).click();
});

test('shift and novelty are computed when opened; a suggestion is tagged and moves to held-out', async () => {
	const { page, workspace, screenshot } = editor();
	const view = await splits(page);
	const part = view.locator('.inspection');
	await part.locator('summary').click();
	await part.locator('.suggestions > li').first().waitFor();
	assert.match(await part.innerText(), /Prompt text\s+different/);
	await part.scrollIntoViewIfNeeded();
	await screenshot('splits-inspection');
	// Eval is frozen by now: a tag there would only propose.
	const first = part.locator('.suggestions > li', { has: view.locator('.chip', { hasText: 'train' }) }).first();
	await first.scrollIntoViewIfNeeded();
	await screenshot('splits-suggestions');
	await first.getByRole('button', { name: 'Tag as OOD…' }).click();
	await page.locator('.quick-input-widget input').first().fill('domain:parcels');
	await pick(page, 'domain:parcels');
	await page.locator('.quick-input-title', { hasText: 'domain:parcels' }).waitFor();
	await answer(page, 'Nothing like it in training', 'Why does it lie outside?');
	await view.getByText('Tagged').waitFor();
	const tagged = events(workspace).findLast(({ type }) => type === 'tagged');
	assert.equal(tagged?.facet, 'domain:parcels');
	// Some of the topic may stand in eval, which is frozen by now: that is only proposed.
	assert.ok(((tagged?.moves as string[] | undefined)?.length ?? 0) >= 1);
	await part.getByText('Prompts moved or came in since this was computed.').waitFor();
	await part.getByRole('button', { name: 'Look again' }).click();
	const next = part.locator('.suggestions > li').first();
	await next.getByRole('button', { name: 'Not out of distribution' }).click();
	await view.getByText('not suggested any more').waitFor();
	assert.equal(events(workspace).at(-1)?.type, 'suggestions-dismissed');
	await part.getByText('dismissed earlier').waitFor();
	await part.locator('summary').click();
});

test('what held-out covers is told with the pairs that a precision takes; a search is saved for the team', async () => {
	const { page, workspace, screenshot, violations } = editor();
	const view = await splits(page);
	await view.locator('.coverage summary').click();
	await view.getByText('± 3 points of accuracy').waitFor();
	await view.locator('.coverage').scrollIntoViewIfNeeded();
	await screenshot('splits-coverage');
	await view.locator('.coverage summary').click();
	await view.getByLabel('Split').selectOption('train');
	await view.getByLabel('Verdict').selectOption('tie');
	await view.getByRole('button', { name: 'Save search…' }).click();
	await answer(page, 'ties in train');
	await view.getByText('Saved “ties in train” for the team.').waitFor();
	assert.deepEqual(events(workspace).at(-1)?.query, { split: 'train', verdict: 'tie' });
	await view.getByRole('button', { name: 'Clear all', exact: true }).click();
	await view.getByLabel('Saved').selectOption('ties in train');
	await untilFound(view, 'some');
	assert.equal(await view.getByLabel('Verdict').inputValue(), 'tie');
	await screenshot('splits-saved');
	await view.getByRole('button', { name: 'Clear all', exact: true }).click();
	assert.deepEqual(violations, []);
});

test('a click opens the pair of a prompt, blind', async () => {
	const { page } = editor();
	const view = await splits(page);
	await view.locator('#row-1 .cell-preview').click();
	const annotate = await webview(page, 'annotate');
	assert.doesNotMatch(await wordsAround(annotate), /held-out|train\b|judged by/i);
});

test('the view comes back after a reload with its filters', async () => {
	const { page, reload, command } = editor();
	await command('Pairwright: Open Splits');
	const view = await splits(page);
	await view.getByLabel('Split').selectOption('eval');
	await untilFound(view, 'some');
	await untilKept(page, '"split":"eval"');
	await reload();
	const again = await splits(page);
	assert.equal(await again.getByLabel('Split').inputValue(), 'eval');
});
