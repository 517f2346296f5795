/** Gold pairs and active order: nothing tells them from other pairs before the verdict; Progress and the report say them afterwards. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { useEditor } from './harness/editor.ts';
import { journalEvents, runCli, writeSmall } from './harness/folder.ts';
import {
	documentWith,
	openContainer,
	pickAfter,
	pressUntil,
	runCommand,
	untilUnlocked,
	webview,
	wordsAround,
} from './harness/workbench.ts';

const RUN = 120_000;
const GOLD = 2;
const SETTLED = 3;
/** With the others enough for an active order. */
const AGREED = 4;
const WAITING = 4;

/** Pairs in every split that two colleagues judged; in train three that were settled, two of these gold, and four that wait. */
function prepare(workspace: string): void {
	runCli(workspace, 'init');
	const config = join(workspace, '.pairwright/config.json');
	const settings = JSON.parse(readFileSync(config, 'utf8')) as { queue?: object };
	const overlap = { train: 0, eval: 0, heldout: 0, retention: 0 };
	const queue = { ...settings.queue, people: ['tester', 'bo'], overlap, repeats: 0, gold: 1, active: true };
	writeFileSync(config, JSON.stringify({ ...settings, queue }, null, '\t'));
	const disputed = [
		{ annotator: 'bo', verdict: 'a' },
		{ annotator: 'cy', verdict: 'b' },
	];
	const agreed = disputed.map(({ annotator }) => ({ annotator, verdict: 'a' }));
	const kettles = Array.from({ length: SETTLED + AGREED + WAITING }, (_, n) => ({
		prompt: `How do I descale kettle number ${n}?`,
		response_a: `Use vinegar, wait ${n + 10} minutes, rinse twice.`,
		response_b: `Use citric acid, ${n + 1} spoons, and rinse.`,
		split: 'train',
		judgments: n < SETTLED ? disputed : n < SETTLED + AGREED ? agreed : [],
	}));
	const file = join(workspace, 'kettles.jsonl');
	writeFileSync(file, kettles.map((row) => `${JSON.stringify(row)}\n`).join(''));
	runCli(workspace, 'import', writeSmall(workspace, ['bo', 'cy']), file);
	const listed = JSON.parse(runCli(workspace, 'list', '--status', 'disputed', '--json')) as {
		comparisons: { id: string }[];
	};
	const ids = listed.comparisons.map(({ id }) => id);
	for (const id of ids) runCli(workspace, 'adjudicate', id, 'a', '--reason', 'the maker says so');
	runCli(workspace, 'gold', 'add', ...ids.slice(0, GOLD));
}

const editor = useEditor({ prepare });

interface Line {
	readonly type: string;
	readonly person: string;
	readonly comparison?: string;
	readonly verdict?: string | null;
	readonly blind?: boolean;
	readonly order?: string;
}

const events = (type: string) => journalEvents<Line>(editor().workspace, type);

/** Scores, and waits for the report of the nth run. */
async function score(n: number) {
	const { page } = editor();
	await pickAfter(page, 'Pairwright: Run GDPO Scoring…', 'Run with the usual settings');
	await page.locator('.tab.active', { hasText: `Report: run ${n}` }).waitFor({ timeout: RUN });
	const report = await webview(page, 'report', RUN);
	await report.getByRole('heading', { name: new RegExp(`^GDPO run ${n} · probe`) }).waitFor();
	return report;
}

test('gold pairs and pairs in active order look like any other until they are judged', async () => {
	const { page, command, screenshot } = editor();
	await openContainer(page, 'Pairwright');
	const report = await score(1);
	assert.doesNotMatch(await report.locator('body').innerText(), /active order/);
	await command('View: Close All Editors');
	await command('Pairwright: Start Judging');
	const frame = await webview(page, 'annotate');
	await frame.locator('.side.left .scroll').click();
	const around = new Set<string>();
	for (let n = 1; n <= GOLD + WAITING; n++) {
		await frame.locator('.question', { hasText: 'kettle' }).waitFor();
		// What was saved last is said by then: it may not differ between pairs.
		if (n > 1) await frame.getByText('Saved: left, clearly', { exact: true }).first().waitFor();
		await untilUnlocked(frame);
		const shown = await wordsAround(frame);
		assert.doesNotMatch(shown, /\bgold\b|\btrain\b|adjudicat|active order|\bcy\b/i);
		// All around the pair, whether it is gold or not; counts, whose part it is and what was saved last aside.
		const frames = await frame.locator('.top, .foot').allInnerTexts();
		around.add(
			frames
				.join('\n')
				.replace(/\d+ of \d+|Others. part|✓|Saved: left, clearly/g, '')
				.replace(/\s+/g, ' '),
		);
		if (n === 1) await screenshot('gold-unannounced');
		await pressUntil(page, '1', () => events('gold-answered').length + events('judged').length === n);
	}
	assert.equal(around.size, 1, [...around].join('\n'));
	assert.deepEqual(
		events('gold-answered').map(({ person, blind }) => [person, blind]),
		Array(GOLD).fill(['tester', true]),
	);
	assert.deepEqual(
		events('judged').map(({ order }) => order),
		Array(WAITING).fill('active'),
	);
	await frame.getByText(/^You have judged all/).waitFor();
	await screenshot('gold-queue-done');
});

test('afterwards the history of a gold pair says what it was', async () => {
	const { page, screenshot } = editor();
	const frame = await webview(page, 'annotate');
	// The first judged is the furthest back.
	for (let n = 1; n <= GOLD + WAITING; n++) {
		const heading = frame.getByRole('heading', { name: `Past pair, ${n} back` });
		await pressUntil(page, 'ArrowLeft', () => heading.isVisible());
	}
	const history = frame.locator('.aside');
	await pressUntil(page, 'h', () => history.isVisible());
	await history.getByText('gold, the answer is known: a').waitFor();
	await history.getByText(/judged as gold, no vote/).waitFor();
	await screenshot('gold-history');
});

test('Progress shows my share of right gold answers and my speed, and nobody else’s', async () => {
	const { page, command, screenshot } = editor();
	await command('Pairwright: Show Progress');
	const text = await documentWith(page, /Your own figures, shown to you alone/);
	const [everybody = '', own = ''] = text.split('Your own figures, shown to you alone');
	assert.match(everybody, /\bbo\b[\s\S]*\btester\b/);
	assert.match(own, /s a verdict \(median of 4\)[\s\S]* of 2 gold pairs right/);
	assert.doesNotMatch(own, /\bbo\b|\bcy\b/);
	assert.doesNotMatch(everybody, /gold|median/);
	await screenshot('gold-progress');
	await command('View: Close All Editors');
});

test('the next report says how much of train came in active order', async () => {
	const { screenshot } = editor();
	const report = await score(2);
	await report.getByText(new RegExp(`^${WAITING} of \\d+ train pairs were judged in active order`)).waitFor();
	await screenshot('gold-active-order');
});

test('gold pairs are chosen with their answers in words; whoever reads them is not asked', async () => {
	const { page, screenshot, violations } = editor();
	const before = events('gold-marked').length;
	await runCommand(page, 'Pairwright: Choose Gold Pairs…');
	const rows = page.locator('.quick-input-list .monaco-list-row', { hasText: 'kettle' });
	await rows.nth(GOLD).waitFor();
	const texts = await rows.allInnerTexts();
	assert.equal(texts.length, GOLD + 1);
	for (const text of texts) assert.match(text, /kettle number \d[\s\S]*Answer: “Use /);
	assert.equal(texts.filter((text) => /gold, answered by 1 person/.test(text)).length, GOLD);
	await screenshot('gold-choose');
	const ticked = (n: number) => page.locator('.quick-input-count', { hasText: `${n} Selected` }).waitFor();
	await rows.filter({ hasText: 'adjudicated' }).click();
	await ticked(GOLD + 1);
	await rows.filter({ hasText: 'answered by 1 person' }).first().click();
	await ticked(GOLD);
	await page.keyboard.press('Enter');
	await page.locator('.notification-list-item-message', { hasText: '2 gold pairs now.' }).waitFor();
	const marked = events('gold-marked').filter(({ person }) => person === 'tester');
	assert.equal(events('gold-marked').length, before + 2);
	assert.deepEqual(marked.map(({ verdict }) => verdict).sort(), ['a', null].sort());
	assert.deepEqual(violations, []);
});
