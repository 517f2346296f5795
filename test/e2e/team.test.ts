/**
 * Two people, two clones, two editors, one bare repository: each judges, they sync, one settles what they differ on, freezes, scores and
 * decides, and the other reads the report and exports.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Editor, useEditor } from './harness/editor.ts';
import { journalEvents, runCli, writeSmall } from './harness/folder.ts';
import {
	answerDialog,
	documentWith,
	openContainer,
	pickAfter,
	pressUntil,
	untilUnlocked,
	webview,
} from './harness/workbench.ts';

const RUN = 120_000;
const NEW = 4;
const root = mkdtempSync(join(tmpdir(), 'pairwright-team-'));
const server = join(root, 'server.git');
after(() => rmSync(root, { recursive: true, force: true }));

function git(cwd: string, ...args: string[]): string {
	const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
	return execFileSync('git', [...identity, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** 78 pairs on which two colleagues agree, and four of the tuning half that wait for ana and bo. */
function fillServer(workspace: string): void {
	git(root, 'init', '-q', '--bare', '-b', 'main', server);
	git(root, 'clone', '-q', server, workspace);
	git(workspace, 'checkout', '-q', '-b', 'main');
	runCli(workspace, 'init');
	const config = join(workspace, '.pairwright/config.json');
	const settings = JSON.parse(readFileSync(config, 'utf8')) as { queue?: object };
	writeFileSync(
		config,
		JSON.stringify({ ...settings, queue: { ...settings.queue, people: ['ana', 'bo'] } }, null, '\t'),
	);
	runCli(workspace, 'import', writeSmall(root, ['mira', 'noor']));
	const open = Array.from({ length: NEW }, (_, n) => ({
		prompt: `Is it allowed to keep bees on balcony number ${n}?`,
		response_a: 'Ask the landlord first, then the city: both have a say.',
		response_b: 'Bees go where they like.',
		...{ split: 'heldout', half: 'R' },
	}));
	const file = join(root, 'bees.jsonl');
	writeFileSync(file, open.map((row) => `${JSON.stringify(row)}\n`).join(''));
	runCli(workspace, 'import', file);
	git(workspace, 'add', '.pairwright/config.json', '.pairwright/guidelines.md', '.pairwright/.gitignore');
	git(workspace, 'commit', '-q', '-m', 'Settings');
	git(workspace, 'push', '-q', '-u', 'origin', 'main');
	runCli(workspace, 'sync');
}

const viewport = { width: 1400, height: 900 };
const settings = { 'files.simpleDialog.enable': true };
const ana = useEditor({ prepare: fillServer, person: 'ana', viewport, settings });
const bo = useEditor({
	prepare: (workspace) => void git(root, 'clone', '-q', server, workspace),
	person: 'bo',
	viewport,
	settings,
});

async function sync({ page, command }: Editor, said: RegExp): Promise<void> {
	await command('Pairwright: Sync');
	const message = page.locator('.notification-list-item-message', { hasText: said }).first();
	await message.waitFor({ timeout: 30_000 });
	await command('Notifications: Clear All Notifications');
}

const waiting = (page: Page, count: RegExp) => page.locator('.statusbar-item', { hasText: count });

/** Judges the queue, always for the response that holds `text`. */
async function judgeAll(editor: Editor, name: string, text: string): Promise<void> {
	const { page, command } = editor;
	await openContainer(page, 'Pairwright');
	await command('Pairwright: Start Judging');
	const frame = await webview(page, 'annotate');
	for (let n = 1; n <= NEW; n++) {
		const left = frame.locator('.side.left .scroll');
		await left.waitFor();
		if (n === 1) await left.click();
		await untilUnlocked(frame);
		const key = (await left.innerText()).includes(text) ? '1' : '2';
		await pressUntil(page, key, () => events(editor, 'judged').filter(({ person }) => person === name).length === n);
	}
}

interface Line {
	readonly type: string;
	readonly person: string;
}

const events = ({ workspace }: Editor, type: string) => journalEvents<Line>(workspace, type);

test('ana judges her queue and sends it', async () => {
	const { page, screenshot } = ana();
	await judgeAll(ana(), 'ana', 'Ask the landlord');
	await waiting(page, /4 not sent/).waitFor();
	await screenshot('team-ana-judged');
	await sync(ana(), /4 events of yours sent/);
	await waiting(page, /not sent/).waitFor({ state: 'detached' });
});

test('bo differs, and both have everything after a sync each', async () => {
	await judgeAll(bo(), 'bo', 'Bees go');
	await bo().screenshot('team-bo-judged');
	await sync(bo(), /4 events of yours sent, 4 events of others received/);
	const { page } = ana();
	await sync(ana(), /4 events of others received/);
	await page.locator('.sidebar .monaco-list-row', { hasText: /Disputed\s*4/ }).waitFor();
	for (const editor of [ana(), bo()]) assert.equal(events(editor, 'judged').length, 2 * NEW);
});

test('ana settles the four with a key and a reason each', async () => {
	const { page, command, screenshot } = ana();
	await command('Pairwright: Adjudicate');
	const frame = await webview(page, 'adjudicate');
	for (let left = NEW; left > 0; left--) {
		await frame.getByRole('heading', { name: `Adjudicate: ${left} pair${left === 1 ? '' : 's'} left` }).waitFor();
		await untilUnlocked(frame);
		const key = (await frame.locator('.side.left').innerText()).includes('Ask the landlord') ? '1' : '2';
		await pressUntil(page, key, () => frame.locator('#reason:focus').isVisible());
		await page.keyboard.type('says whom to ask');
		if (left === NEW) await screenshot('team-adjudicate');
		await page.keyboard.press('Enter');
	}
	await page.locator('.sidebar .monaco-list-row', { hasText: /Disputed\s*[1-9]/ }).waitFor({ state: 'detached' });
	assert.equal(events(ana(), 'adjudicated').length, NEW);
});

test('ana freezes held-out, scores, decides, and sends it all', async () => {
	const { page, screenshot } = ana();
	await pickAfter(page, 'Pairwright: Freeze a Split…', 'held-out');
	await page.getByRole('button', { name: 'Freeze', exact: true }).click();
	await page.locator('.notification-list-item-message', { hasText: /^Froze held-out/ }).waitFor();
	await pickAfter(page, 'Pairwright: Run GDPO Scoring…', 'Run with the usual settings');
	const report = await webview(page, 'report', RUN);
	await report.getByRole('heading', { name: /^GDPO run 1 · probe/ }).waitFor();
	await report.getByLabel('Choice').selectOption({ index: 1 });
	await report.getByLabel('Reason').fill('good enough to try');
	await report.getByRole('button', { name: 'Record decision and open the seal' }).click();
	await report.getByText(/seen for the first time/).waitFor();
	await screenshot('team-decided');
	await sync(ana(), /of yours sent/);
	assert.equal(git(ana().workspace, 'status', '--porcelain', '--', '.pairwright/journal').trim(), '');
});

test('bo reads the same report with its decision, and exports what was trained for', async () => {
	const { page, command, workspace, screenshot } = bo();
	await sync(bo(), /of others received/);
	await command('Pairwright: Open the Latest Calibration Report');
	const report = await webview(page, 'report');
	await report.getByText('good enough to try').first().waitFor();
	await screenshot('team-bo-report');
	mkdirSync(join(workspace, 'out'));
	// A page that has just been opened would take the focus from the dialog.
	await command('View: Close All Editors');
	await pickAfter(page, 'Pairwright: Export…', 'TRL, conversational');
	await page.locator('.quick-input-title', { hasText: 'splits' }).waitFor();
	await page.keyboard.press('Enter');
	await answerDialog(page, 'into which folder', join(workspace, 'out'));
	await page
		.locator('.notification-list-item-message', { hasText: /Exported|Wrote/ })
		.first()
		.waitFor();
	await screenshot('team-exported');
	const written = globSync('**/train.jsonl', { cwd: workspace });
	assert.equal(written.length, 1);
});

test('progress, agreement and the data card open as documents, in both clones alike', async () => {
	for (const [title, text] of [
		['Show Progress', /Held-out/i],
		['Show Agreement', /Krippendorff/],
		['Show the Data Card', /size_categories/],
	] as const) {
		const { page, command, screenshot } = bo();
		await command(`Pairwright: ${title}`);
		await documentWith(page, text);
		await screenshot(`team-${title.toLowerCase().replaceAll(' ', '-')}`);
		await command('View: Close All Editors');
	}
	for (const { violations } of [ana(), bo()]) assert.deepEqual(violations, []);
});
