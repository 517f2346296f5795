/** Checkpoints as GGUF files, through the engine in the packed extension: a clone alone runs it, on tiny models that the test writes. */
import assert from 'node:assert/strict';
import { globSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Locator } from 'playwright-core';
import { writeTinyGguf } from '../fixtures/tiny-gguf.ts';
import { useEditor } from './harness/editor.ts';
import { makeSmall } from './harness/folder.ts';
import { openContainer, pick, treeRow, webview, wordsAround } from './harness/workbench.ts';

const RUN = 240_000;
const STEPS = [50, 100, 400];

/** Beside the folder that is open, as models usually are. */
const models = (workspace: string): string => join(workspace, '../models');

const editor = useEditor({
	prepare(workspace) {
		makeSmall(workspace);
		const folder = models(workspace);
		mkdirSync(folder);
		// Wide and deep enough that a person could stop a run over them.
		const shape = { context: 4096, layers: 4, width: 96 };
		writeTinyGguf(join(folder, 'ref.gguf'), shape);
		for (const step of STEPS) {
			const nudge = { seed: step, scale: step / 4000 };
			writeTinyGguf(join(folder, `dpo-step${step}.gguf`), { ...shape, nudge });
		}
	},
	viewport: { width: 1500, height: 950 },
	settings: { 'files.simpleDialog.enable': true },
});

interface Stored {
	readonly settings: { readonly kl?: false };
	readonly work: { readonly scored: number; readonly reused: number };
	readonly checkpoints: readonly { readonly name: string; readonly step: number | null }[];
	readonly engine: { readonly self_test: readonly { readonly status: string }[] };
}

function records(): Stored[] {
	const { workspace } = editor();
	return globSync('.pairwright/runs/*/run.json', { cwd: workspace })
		.sort()
		.map((path) => JSON.parse(readFileSync(join(workspace, path), 'utf8')) as Stored);
}

const input = (): Locator => editor().page.locator('.quick-input-widget input.input').first();
const title = (text: string | RegExp): Locator => editor().page.locator('.quick-input-title', { hasText: text });
const row = (text: string): Locator =>
	editor().page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();

test('a reference is typed as a path, checkpoints as a glob', async () => {
	const { page, command, screenshot, workspace } = editor();
	await openContainer(page, 'Pairwright');
	await command('Pairwright: Score Checkpoints…');
	await pick(page, 'GGUF files on this machine');
	await title('reference model (2/4)').waitFor();
	await input().fill(join(models(workspace), 'ref.gguf'));
	await row('ref.gguf').waitFor();
	await screenshot('gguf-1-reference');
	await page.keyboard.press('Enter');
	await title('which ones (3/4)').waitFor();
	await row('dpo-step400.gguf').waitFor();
	await input().fill(join(models(workspace), 'dpo-step*.gguf'));
	await page.getByText('3 Selected').waitFor();
	await screenshot('gguf-2-checkpoints');
	await page.keyboard.press('Enter');
	await title('settings (4/4)').waitFor();
	await page.getByText('3 checkpoints against ref.gguf').waitFor();
	await screenshot('gguf-3-settings');
});

test('a run is stopped at the second checkpoint, and gone on with: nothing is scored twice', async () => {
	const { page, screenshot } = editor();
	await pick(page, 'Score them');
	const toast = page.locator('.notification-list-item', { hasText: 'Scoring 3 checkpoints' });
	await toast.getByText(/dpo-step100 \(2 of 3\)/).waitFor({ timeout: RUN });
	await screenshot('gguf-4-progress');
	await toast.hover();
	await toast.getByRole('button', { name: 'Cancel' }).click();
	await page.getByText('Finished scores are kept').first().waitFor({ timeout: 20_000 });
	assert.equal(records().length, 0);
	await page.getByRole('button', { name: 'Go On' }).click();
	const report = await webview(page, 'report', RUN);
	await report.getByRole('heading', { name: 'Checkpoints', exact: true }).waitFor();
	await screenshot('gguf-5-report');
	const [first] = records();
	assert.deepEqual(
		first?.checkpoints.map(({ step }) => step),
		STEPS,
	);
	assert.ok(first.engine.self_test.every(({ status }) => status !== 'fail'));
	// Every pair of the reference and of the first checkpoint was kept.
	const pairs = (first.work.scored + first.work.reused) / 4;
	assert.ok(first.work.reused >= 2 * pairs, `${first.work.reused} of ${pairs} × 4 reused`);
	await treeRow(page, 'Run 1 · 3 checkpoints').waitFor();
});

test('as last time: one step to the same run, without KL, which scores nothing again', async () => {
	const { page, command, screenshot } = editor();
	await command('Pairwright: Score Checkpoints…');
	await row('As last time').waitFor();
	await screenshot('gguf-6-as-last-time');
	await pick(page, 'As last time');
	await title('settings (4/4)').waitFor();
	const kl = row('KL from the reference per token');
	// Among the last of the lines: typing brings it up.
	await input().fill('KL from');
	await kl.getByText('read', { exact: true }).waitFor();
	await screenshot('gguf-7-kl-read');
	await kl.click();
	await row('Score them').getByText('· without KL').waitFor();
	await screenshot('gguf-8-kl-changed');
	await input().fill('KL from');
	await kl.getByText('left out', { exact: true }).waitFor();
	await screenshot('gguf-9-kl-left-out');
	await input().fill('');
	await pick(page, 'Score them');
	const report = await webview(page, 'report', RUN);
	await report.getByRole('heading', { name: /run 2/ }).waitFor({ timeout: RUN });
	assert.deepEqual(
		records().map(({ settings }) => settings.kl ?? true),
		[true, false],
	);
	assert.equal(records()[1]?.work.scored, 0);
	await report
		.getByText(/not computed/)
		.first()
		.waitFor();
	await screenshot('gguf-10-without-kl');
});

test('λ, the trend and a flipped pair', async () => {
	const { page, screenshot } = editor();
	const report = await webview(page, 'report');
	await report.locator('#lambda').focus();
	await page.keyboard.press('Home');
	await report.getByText(/^λ = 0:/).waitFor();
	await report.locator('#trend-title').scrollIntoViewIfNeeded();
	await screenshot('gguf-11-trend');
	const form = report.locator('.compare-form');
	await form.getByLabel('From').selectOption({ label: 'dpo-step50' });
	await form.getByLabel('To').selectOption({ label: 'dpo-step400' });
	await form.getByRole('button', { name: 'Compare' }).click();
	await report.getByRole('heading', { name: /^Pairs that turned: \d+ lost, \d+ gained/ }).waitFor();
	await report.locator('.flips .link').first().click();
	const annotate = await webview(page, 'annotate');
	assert.doesNotMatch(await wordsAround(annotate), /dpo-step|held-out|% sure/);
});

test('a checkpoint is chosen with a reason, and the seal opens', async () => {
	const { page, command, screenshot } = editor();
	await command('Pairwright: Open the Latest Calibration Report');
	const report = await webview(page, 'report');
	await report.getByLabel('Choice').selectOption('checkpoint dpo-step100');
	await report.getByLabel('Reason').fill('In a test of the screen: the middle one.');
	await report.getByRole('button', { name: 'Record decision and open the seal' }).click();
	await report
		.locator('#decision')
		.getByText(/dpo-step100/)
		.first()
		.waitFor();
	await report.locator('#decision').scrollIntoViewIfNeeded();
	await screenshot('gguf-12-decided');
	await treeRow(page, 'decided').waitFor();
});
