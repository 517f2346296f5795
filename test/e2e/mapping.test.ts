import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { useEditor } from './harness/editor.ts';
import { runCli } from './harness/folder.ts';
import { pick, pickAfter, untilKept, untilThat, webview } from './harness/workbench.ts';

const LONG = 'Fill the kettle halfway, add two spoons of citric acid, bring it to the boil and wait. '.repeat(30);

/** A table as people send it: quotes, line ends in cells, a ragged row, verdicts as numbers. */
function table(from: number): string {
	const rows = Array.from({ length: 24 }, (_, i) => {
		const n = from + i;
		const long = i === 3 ? LONG : `Use vinegar, then rinse ""twice"" (${n}).`;
		return `"How do I descale kettle ${n}?\nIt is old.","${long}",Use citric acid ${n}.,${i % 3},w${i % 4},kitchen,${i % 2 === 0 ? 'train' : 'val'}`;
	});
	const header = 'question,answer_1,answer_2,preference,worker,topic,split';
	return `${[header, ...rows, 'ragged,row', `"Same ${from}?",alike,alike,1,w1,kitchen,train`].join('\r\n')}\r\n`;
}

/** Four answers in columns of their own, ranked in numbers that may mean two things. */
function ranked(from: number): string {
	const rows = Array.from({ length: 12 }, (_, i) => {
		const n = from + i;
		const last = i === 5 ? '' : `Leave it ${n}.`;
		return `How do I bake loaf ${n}?,Bake it long ${n}.,"Bake it hot, ${n}.",Ask the baker ${n}.,${last},${i % 2 === 0 ? '3 1 2 4' : '2 3 1 4'},bread`;
	});
	return `${['Question,Answer 1,Answer 2,Answer 3,Answer 4,Ranking,Topic', ...rows].join('\n')}\n`;
}

const editor = useEditor({
	prepare: (workspace) => {
		runCli(workspace, 'init');
		writeFileSync(join(workspace, 'ratings.csv'), table(0));
		writeFileSync(join(workspace, 'more.csv'), table(100));
		writeFileSync(join(workspace, 'ranked.csv'), ranked(0));
		writeFileSync(join(workspace, 'ranked-more.csv'), ranked(50));
	},
});

interface Line {
	readonly type: string;
	readonly name?: string;
	readonly source?: { readonly format: string };
	readonly options?: { readonly mapping?: string };
}

function journal(): Line[] {
	const { workspace } = editor();
	return globSync('.pairwright/journal/*/*.jsonl', { cwd: workspace })
		.flatMap((file) => readFileSync(join(workspace, file), 'utf8').split('\n'))
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as Line);
}

test('a table whose columns can only be guessed is mapped, corrected and imported, and remembered for the next one', async () => {
	const { page, command, screenshot, reload, violations } = editor();
	await pickAfter(page, 'Pairwright: Import Preference Data…', 'ratings.csv');
	await pick(page, 'As the rows say');
	const frame = await webview(page, 'mapping');
	await frame.getByRole('heading', { name: 'ratings.csv' }).waitFor();
	// What was guessed, and why it is asked.
	await frame.getByText('preference: 0 is read as a tie, 1 as a, 2 as b').waitFor();
	// Refused rows are shown although they come last.
	assert.equal(await frame.locator('.refused').count(), 2);
	assert.equal(await frame.getByLabel('question').inputValue(), 'prompt');
	assert.equal(await frame.getByLabel('answer_2').inputValue(), 'b');
	assert.equal(await frame.getByLabel('preference', { exact: true }).inputValue(), 'verdict');
	assert.equal(await frame.getByLabel('topic').inputValue(), '');
	await frame.getByText('Of 26 rows: 24 pairs, 2 refused.').waitFor();
	await screenshot('mapping-guessed-dark');

	// Corrected: 0 means the first here; topics become facets; a role that is taken moves.
	await frame.locator('.value', { hasText: /^0/ }).locator('select').selectOption('a');
	await frame.locator('.value', { hasText: /^1/ }).locator('select').selectOption('b 1');
	await frame.locator('.value', { hasText: /^2/ }).locator('select').selectOption('both_bad');
	await frame.getByLabel('topic').selectOption('domain');
	await frame.locator('tbody tr').first().getByText('domain:kitchen').waitFor();
	await frame.locator('tbody tr').nth(1).getByText('b, slightly').waitFor();
	await frame.getByLabel('question').selectOption('a');
	await frame.getByText('No column is mapped to the prompt.').waitFor();
	assert.equal((await frame.getByRole('button', { name: 'Import' }).getAttribute('disabled')) !== null, true);
	await screenshot('mapping-problem-dark');
	await frame.getByLabel('question').selectOption('prompt');
	await frame.getByLabel('answer_1').selectOption('a');
	await frame.getByRole('button', { name: 'Import 24 pairs' }).waitFor();
	await frame.getByLabel('Remember as').fill('kettle ratings');

	// Hidden and shown again, nothing is lost.
	await command('Pairwright: Open Annotation Guidelines');
	await page.locator('.tab.active', { hasText: 'guidelines.md' }).waitFor();
	await page.locator('.tab', { hasText: 'Map Columns: ratings.csv' }).click();
	const again = await webview(page, 'mapping');
	assert.equal(await again.getByLabel('Remember as').inputValue(), 'kettle ratings');
	assert.equal(await again.getByLabel('topic').inputValue(), 'domain');

	// So it is over a reload of the window.
	await untilKept(page, 'kettle ratings');
	await untilKept(page, '"domain":"topic"');
	await reload();
	const back = await webview(page, 'mapping', 60_000);
	await back.getByRole('button', { name: 'Import 24 pairs' }).waitFor();
	assert.equal(await back.getByLabel('Remember as').inputValue(), 'kettle ratings');
	assert.equal(await back.getByLabel('topic').inputValue(), 'domain');
	await back.locator('tbody tr').nth(1).getByText('b, slightly').waitFor();
	await screenshot('mapping-reloaded-dark');

	// Looked at in other themes and narrow.
	await page.setViewportSize({ width: 620, height: 800 });
	await screenshot('mapping-narrow-dark');
	await page.setViewportSize({ width: 1280, height: 800 });
	for (const [theme, name] of [
		['Light Modern', 'light'],
		['Dark High Contrast', 'high-contrast'],
	] as const) {
		await pickAfter(page, 'Preferences: Color Theme', theme, theme);
		await page.waitForTimeout(800);
		await screenshot(`mapping-${name}`);
	}

	const last = await webview(page, 'mapping');
	await last.getByLabel('Remember as').focus();
	await page.keyboard.press('Control+Enter');
	const message = page.locator('.notification-list-item', {
		hasText: 'Imported 24 pairs; 2 rows rejected (format: columns)',
	});
	await message.waitFor({ timeout: 30_000 });
	await page.locator('.tab', { hasText: 'Map Columns' }).waitFor({ state: 'detached' });
	await screenshot('mapping-imported');
	await untilThat(page, () => journal().some(({ type }) => type === 'mapping-saved'));
	const events = journal();
	const imported = events.find(({ type }) => type === 'imported');
	assert.equal(imported?.source?.format, 'columns');
	assert.match(imported?.options?.mapping ?? '', /"domain":"topic"/u);
	assert.equal(events.find(({ type }) => type === 'mapping-saved')?.name, 'kettle ratings');
	assert.deepEqual(violations, []);
});

test('the next table with the same columns comes in as remembered, without a question', async () => {
	const { page, command } = editor();
	await command('Notifications: Clear All Notifications');
	await pickAfter(page, 'Pairwright: Import Preference Data…', 'more.csv');
	await pick(page, 'As the rows say');
	await page
		.locator('.notification-list-item', { hasText: 'Imported 24 pairs; 2 rows rejected (format: columns)' })
		.waitFor({ timeout: 30_000 });
	const imports = journal().filter(({ type }) => type === 'imported');
	assert.equal(imports.length, 2);
	assert.equal(imports[0]?.options?.mapping, imports[1]?.options?.mapping);
});

test('four answers with a ranking in numbers: the screen asks what they mean, shows the pairs, and remembers', async () => {
	const { page, command, screenshot, violations } = editor();
	await command('Notifications: Clear All Notifications');
	await pickAfter(page, 'Pairwright: Import Preference Data…', 'ranked.csv');
	await pick(page, 'As the rows say');
	const frame = await webview(page, 'mapping');
	await frame
		.getByText('Ranking: its numbers may be the responses, the best first, or a rank or a score for each')
		.waitFor();
	assert.equal(await frame.getByLabel('Answer 4', { exact: true }).inputValue(), 'd');
	await frame.getByText('Of 12 rows: 0 pairs, 12 refused.').waitFor();
	await screenshot('mapping-several-asked-dark');
	// By keyboard: the second choice of the list.
	const numbers = frame.getByLabel('Its numbers are');
	await numbers.focus();
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('ArrowDown');
	assert.equal(await numbers.inputValue(), 'ranks');
	await frame.getByText('Of 12 rows: 69 pairs, none refused.').waitFor();
	const first = frame.locator('tbody tr').first();
	assert.deepEqual(await first.locator('.from').allInnerTexts(), ['Answer 2', 'Answer 3']);
	await frame.getByLabel('Topic', { exact: true }).selectOption('domain');
	await first.getByText('domain:bread').waitFor();
	await frame.getByLabel('Remember as').fill('ranked answers');
	await screenshot('mapping-several-dark');
	await page.setViewportSize({ width: 620, height: 800 });
	await screenshot('mapping-several-narrow');
	await page.setViewportSize({ width: 1280, height: 800 });
	await pickAfter(page, 'Preferences: Color Theme', 'Light Modern', 'Light Modern');
	await page.waitForTimeout(800);
	await screenshot('mapping-several-light');
	await (await webview(page, 'mapping')).getByRole('button', { name: 'Import 69 pairs' }).click();
	await page
		.locator('.notification-list-item', { hasText: 'Imported 69 pairs (format: columns)' })
		.waitFor({ timeout: 30_000 });
	await page.locator('.tab', { hasText: 'Map Columns' }).waitFor({ state: 'detached' });
	assert.deepEqual(violations, []);
	await command('Notifications: Clear All Notifications');
	await pickAfter(page, 'Pairwright: Import Preference Data…', 'ranked-more.csv');
	await pick(page, 'As the rows say');
	await page
		.locator('.notification-list-item', { hasText: 'Imported 69 pairs (format: columns)' })
		.waitFor({ timeout: 30_000 });
	const mapping = journal().findLast(({ type }) => type === 'imported')?.options?.mapping ?? '';
	assert.match(mapping, /"order":"ranks"/u);
	assert.match(mapping, /"d":"Answer 4"/u);
});

test('a recognised file can be mapped by hand too', async () => {
	const { page, workspace } = editor();
	writeFileSync(join(workspace, 'plain.jsonl'), `${JSON.stringify({ prompt: 'Q?', chosen: 'yes', rejected: 'no' })}\n`);
	await pickAfter(page, 'Pairwright: Import Table with Column Mapping…', 'plain.jsonl');
	await pick(page, 'As the rows say');
	const frame = await webview(page, 'mapping');
	await frame.getByRole('heading', { name: 'plain.jsonl' }).waitFor();
	assert.equal(await frame.getByLabel('chosen').inputValue(), 'chosen');
	await frame.getByRole('button', { name: 'Cancel' }).click();
	await page.locator('.tab', { hasText: 'Map Columns' }).waitFor({ state: 'detached' });
});
