/** Checkpoints from a scoring server: picked, stopped, gone on with, read, compared, decided; a key for one origin alone. */
import assert from 'node:assert/strict';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { startScoringServer } from '../fixtures/scoring-server-process.ts';
import { useEditor } from './harness/editor.ts';
import { makeSmall } from './harness/folder.ts';
import { answer, openContainer, pick, pickAfter, treeRow, webview, wordsAround } from './harness/workbench.ts';

const RUN = 180_000;
const KEY = 'a-key-of-this-test';
/** Slow enough that a person could stop it. */
const server = await startScoringServer({ key: KEY, slow: 120, maxModelLen: 16_384 });
after(() => server.close());

const editor = useEditor({
	prepare(workspace) {
		makeSmall(workspace);
		// Servers belong to the machine. What a folder says of them is not read.
		const machine = join(workspace, '../profile/user/Machine');
		mkdirSync(machine, { recursive: true });
		const servers = [{ name: 'Test box', url: server.url }];
		writeFileSync(join(machine, 'settings.json'), JSON.stringify({ 'pairwright.servers': servers }));
		mkdirSync(join(workspace, '.vscode'));
		const others = [{ name: 'Elsewhere', url: 'http://192.0.2.1:8000' }];
		writeFileSync(join(workspace, '.vscode/settings.json'), JSON.stringify({ 'pairwright.servers': others }));
	},
	viewport: { width: 1500, height: 950 },
	settings: { 'files.simpleDialog.enable': true },
});

interface Stored {
	readonly work: { readonly scored: number; readonly reused: number };
	readonly checkpoints: readonly { readonly name: string; readonly step: number | null }[];
	readonly settings: { readonly beta: number; readonly seed: number };
}

/** The run records of the folder, in the order they were made. */
function records(): Stored[] {
	const { workspace } = editor();
	return globSync('.pairwright/runs/*/run.json', { cwd: workspace })
		.sort()
		.map((path) => JSON.parse(readFileSync(join(workspace, path), 'utf8')) as Stored);
}

const title = (text: string | RegExp): Locator => editor().page.locator('.quick-input-title', { hasText: text });

/** Ticks a line of a list of many. */
async function tick(text: string): Promise<void> {
	await editor().page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
}

test('a server of this machine’s settings is offered; its key is asked for when it wants one', async () => {
	const { page, command, screenshot } = editor();
	await openContainer(page, 'Pairwright');
	await command('Pairwright: Score Checkpoints…');
	await title('Score checkpoints (1/4)').waitFor();
	await screenshot('checkpoints-1-engine');
	await pick(page, 'vLLM, SGLang');
	await title('server (2/5)').waitFor();
	assert.equal(await page.getByText('Elsewhere').count(), 0, 'a folder’s settings name no server');
	await screenshot('checkpoints-2-server');
	await pick(page, 'Test box');
	await page.getByText('wants a key').first().waitFor();
	await screenshot('checkpoints-3-key-wanted');
	await pick(page, 'Set a key for');
	await title('Key for http://127.0.0.1').waitFor();
	await answer(page, KEY);
	await title('reference model (3/5)').waitFor();
	await pick(page, 'base');
	await title('which ones (4/5)').waitFor();
	await tick('policy-step50');
	await tick('policy-step100');
	await screenshot('checkpoints-4-served');
	await page.keyboard.press('Enter');
	await title('settings (5/5)').waitFor();
	await screenshot('checkpoints-5-settings');
});

test('back and forth keeps what was chosen, and a setting is one line', async () => {
	const { page } = editor();
	await page.locator('.quick-input-titlebar').getByRole('button', { name: /^Back/ }).click();
	await title('which ones (4/5)').waitFor();
	await page.getByText('2 Selected').waitFor();
	await page.keyboard.press('Enter');
	await title('settings (5/5)').waitFor();
	// The list is longer than the window: typing finds the line.
	await page.locator('.quick-input-widget input.input').first().fill('permutations');
	await pick(page, 'Of permutations and resampling');
	await title(/^Seed$/).waitFor();
	await answer(page, '5');
	await title('settings (5/5)').waitFor();
	await page.getByText('β 0.1 · sigmoid · λ 1 · margin 0 · seed 5').waitFor();
	await pick(page, 'Fewer splits are scored sooner');
	await title('Score which splits?').waitFor();
	await tick('Train');
	await page.getByText('3 Selected').waitFor();
	await page.keyboard.press('Enter');
	await title('settings (5/5)').waitFor();
	await page.getByText('Eval, Held-out, Must not forget', { exact: true }).waitFor();
	await page.getByText('seed 5 · Eval, Held-out, Must not forget alone').waitFor();
});

let stopped = 0;

test('the first send to an address is asked about; a run that is stopped keeps what it has scored', async () => {
	const { page, screenshot } = editor();
	await pick(page, 'Score them');
	const question = page.locator('.monaco-dialog-box');
	await question.getByText(/Send up to \d+ pairs to http:\/\/127\.0\.0\.1:\d+\?/).waitFor();
	await screenshot('checkpoints-6-consent');
	assert.match(await question.innerText(), /once for each of 3 models/);
	await question.getByRole('button', { name: 'Send' }).click();
	const toast = page.locator('.notification-list-item', { hasText: 'Scoring 2 checkpoints' });
	await toast.getByText(/scoring policy-step50 \(1 of 2\) · \d+ of \d+ pairs/).waitFor({ timeout: RUN });
	// Long before the last pair, however long the editor takes to draw and to stop.
	await server.pace(5_000);
	await page.waitForTimeout(1_500);
	await screenshot('checkpoints-7-progress');
	await toast.hover();
	await toast.getByRole('button', { name: 'Cancel' }).click();
	await page.getByText('Finished scores are kept').first().waitFor();
	await screenshot('checkpoints-8-stopped');
	assert.equal(records().length, 0);
	stopped = (await server.stats()).requests['/v1/completions'] ?? 0;
	assert.ok(stopped > 0);
});

test('going on scores what is missing and nothing twice, and ends in the report', async () => {
	const { page, screenshot, violations } = editor();
	await server.pace(0);
	await page.getByRole('button', { name: 'Go On' }).click();
	const report = await webview(page, 'report', RUN);
	await report.getByRole('heading', { name: 'Checkpoints', exact: true }).waitFor();
	await screenshot('checkpoints-9-report');
	const [first] = records();
	assert.deepEqual(
		first?.checkpoints.map(({ name, step }) => [name, step]),
		[
			['policy-step50', 50],
			['policy-step100', 100],
		],
	);
	assert.ok((first?.work.reused ?? 0) > 0, 'scores from before the stop are used');
	assert.equal(first?.settings.seed, 5);
	assert.equal(
		(await server.stats()).keys.every((key) => key === `Bearer ${KEY}`),
		true,
	);
	assert.deepEqual(violations, []);
});

test('run again, nothing is scored: everything comes from the cache', async () => {
	const { page } = editor();
	const report = await webview(page, 'report');
	await report.getByRole('button', { name: 'Re-run', exact: true }).click();
	await report.getByRole('heading', { name: /run 2/ }).waitFor({ timeout: RUN });
	const [first, second] = records();
	assert.equal(second?.work.scored, 0);
	assert.equal(second?.work.reused, (first?.work.scored ?? 0) + (first?.work.reused ?? 0));
	assert.equal(second?.settings.seed, 5);
});

test('the runs view says how many checkpoints were scored and which one ships', async () => {
	const { page, screenshot } = editor();
	const row = treeRow(page, 'Run 2 · 2 checkpoints');
	await row.waitFor();
	assert.match(await row.innerText(), /ship none|recommended/);
	await screenshot('checkpoints-10-tree');
});

test('λ moves over the same checkpoints, and the trend shows another metric', async () => {
	const { page, screenshot } = editor();
	const report = await webview(page, 'report');
	const says = report.locator('#lambda-says');
	const before = await says.innerText();
	await report.locator('#lambda').focus();
	await page.keyboard.press('Home');
	await report.getByText(/^λ = 0:/).waitFor();
	assert.notEqual(await says.innerText(), before);
	await report.locator('#trend-title').scrollIntoViewIfNeeded();
	await report.getByRole('radio', { name: 'Over-confidence' }).check();
	await report.getByText(/^Over-confidence: /).waitFor();
	await screenshot('checkpoints-11-trend');
});

test('a pair that flipped between two checkpoints opens blind', async () => {
	const { page, command, screenshot } = editor();
	const report = await webview(page, 'report');
	const form = report.locator('.compare-form');
	await form.getByLabel('From').selectOption({ label: 'policy-step50' });
	await form.getByLabel('To').selectOption({ label: 'policy-step100' });
	await form.getByRole('button', { name: 'Compare' }).click();
	await report.getByRole('heading', { name: /^Pairs that turned: \d+ lost, \d+ gained/ }).waitFor();
	await report.locator('.compared').scrollIntoViewIfNeeded();
	await screenshot('checkpoints-12-compared');
	await report.locator('.flips .link').first().click();
	const annotate = await webview(page, 'annotate');
	assert.doesNotMatch(await wordsAround(annotate), /policy-step|held-out|% sure|gained|lost/);
	await screenshot('checkpoints-13-pair');
	await command('Pairwright: Open the Latest Calibration Report');
});

test('shipping none is a decision like another, and opens the seal', async () => {
	const { page, screenshot } = editor();
	const report = await webview(page, 'report');
	await report.getByLabel('Choice').selectOption('none');
	await report.getByLabel('Reason').fill('Neither is better than the model it began with.');
	await report.getByRole('button', { name: 'Record decision and open the seal' }).click();
	await report
		.getByText(/None: /)
		.first()
		.waitFor();
	await report.locator('#decision').scrollIntoViewIfNeeded();
	await screenshot('checkpoints-14-decided');
	await treeRow(page, 'decided').waitFor();
});

test('a decision from the palette names checkpoints', async () => {
	const { page, screenshot } = editor();
	await pickAfter(page, 'Pairwright: Record a Decision…', 'Run 1 · 2 checkpoints');
	await title('Decision on run 1').waitFor();
	await page.locator('.quick-input-list .monaco-list-row', { hasText: 'policy-step100' }).waitFor();
	await screenshot('checkpoints-15-palette');
	await page.keyboard.press('Escape');
});

test('the key stands in no file of the folder and in no log', async () => {
	const { workspace, log } = editor();
	const files = globSync('**/*', { cwd: workspace, withFileTypes: true }).filter((entry) => entry.isFile());
	for (const { parentPath, name } of files) {
		assert.equal(readFileSync(join(parentPath, name)).includes(KEY), false, name);
	}
	assert.doesNotMatch(log('Pairwright'), new RegExp(KEY));
});
