/** Checkpoints from files of log-probabilities, and a run that somebody else made, whose record does not say where its files are. */
import assert from 'node:assert/strict';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Locator } from 'playwright-core';
import { useEditor } from './harness/editor.ts';
import { makeSmall, runCli } from './harness/folder.ts';
import { openContainer, pick, pickAfter, treeRow, webview } from './harness/workbench.ts';

const RUN = 120_000;
const NAMES = ['dpo-step50', 'dpo-step100'];

const logs = (workspace: string): string => join(workspace, '../logs');

/** What a trainer would have written: one file a checkpoint, the second surer than the first; its last row is broken. */
function writeLogs(workspace: string): void {
	const { comparisons } = JSON.parse(runCli(workspace, 'list', '--limit', '1000', '--json')) as {
		comparisons: { id: string }[];
	};
	mkdirSync(logs(workspace));
	for (const [k, name] of NAMES.entries()) {
		const rows = comparisons.map(({ id }, i) => {
			const margin = (k + 1) * (i % 3 === 0 ? -2 : 4);
			const logps = {
				chosen_logps: -40 + margin,
				rejected_logps: -40,
				ref_chosen_logps: -41,
				ref_rejected_logps: -40.5,
			};
			return JSON.stringify({ id, chosen_side: 'a', ...logps });
		});
		if (k === 1) rows.push('{"id": "00000000", "chosen_logps": 3}');
		writeFileSync(join(logs(workspace), `logps.${name}.jsonl`), `${rows.join('\n')}\n`);
	}
}

const editor = useEditor({
	prepare(workspace) {
		makeSmall(workspace);
		writeLogs(workspace);
	},
	viewport: { width: 1500, height: 950 },
});

const input = (): Locator => editor().page.locator('.quick-input-widget input.input').first();
const title = (text: string | RegExp): Locator => editor().page.locator('.quick-input-title', { hasText: text });
const runs = (): number => globSync('.pairwright/runs/*/run.json', { cwd: editor().workspace }).length;

test('a typed glob is read; a row that cannot be used is counted and named in the log', async () => {
	const { page, screenshot, workspace, log } = editor();
	await openContainer(page, 'Pairwright');
	await pickAfter(page, 'Pairwright: Run GDPO Scoring…', 'Score checkpoints instead');
	await pick(page, 'Files of log-probabilities');
	await title('which files (2/3)').waitFor();
	await input().fill(join(logs(workspace), 'logps.*.jsonl'));
	await page.getByText('2 Selected').waitFor();
	await screenshot('logprobs-1-files');
	await page.keyboard.press('Enter');
	await title('settings (3/3)').waitFor();
	await pick(page, 'Read them');
	const report = await webview(page, 'report', RUN);
	await report.getByRole('heading', { name: 'Checkpoints', exact: true }).waitFor();
	await page.getByText('1 row was left out of the run').first().waitFor();
	await screenshot('logprobs-2-report');
	assert.match(log('Pairwright'), /logps\.dpo-step100\.jsonl:\d+ /);
	await treeRow(page, 'Run 1 · 2 checkpoints').waitFor();
});

test('what is remembered starts again at once; the folder itself holds no path', async () => {
	const { page, workspace } = editor();
	const report = await webview(page, 'report');
	await report.getByRole('button', { name: 'Re-run', exact: true }).click();
	await report.getByRole('heading', { name: /run 2/ }).waitFor({ timeout: RUN });
	const files = globSync('.pairwright/**/*.json', { cwd: workspace });
	for (const file of files)
		assert.equal(readFileSync(join(workspace, file), 'utf8').includes(logs(workspace)), false, file);
});

test('a run made elsewhere is run again after its files are named, with its settings', async () => {
	const { page, command, screenshot, workspace } = editor();
	const files = NAMES.map((name) => join(logs(workspace), `logps.${name}.jsonl`));
	try {
		runCli(workspace, 'score', '--engine', 'logprobs', '--logprobs', ...files, '--beta', '0.3', '--seed', '9');
	} catch (error) {
		// 2: a row was left out.
		assert.equal((error as { status?: number }).status, 2);
	}
	await treeRow(page, 'Run 3').waitFor();
	await command('Pairwright: Open the Latest Calibration Report');
	const report = await webview(page, 'report');
	await report.getByRole('heading', { name: /run 3/ }).waitFor();
	await report.getByRole('button', { name: 'Re-run', exact: true }).click();
	await title('This run’s record names its models, not where they are').waitFor();
	await screenshot('logprobs-3-made-elsewhere');
	await input().fill(logs(workspace));
	await page.getByText('2 Selected').waitFor();
	await page.keyboard.press('Enter');
	await page.getByText('β 0.3 · sigmoid · λ 1 · margin 0 · seed 9').waitFor();
	await pick(page, 'Read them');
	await report.getByRole('heading', { name: /run 4/ }).waitFor({ timeout: RUN });
	assert.equal(runs(), 4);
});
