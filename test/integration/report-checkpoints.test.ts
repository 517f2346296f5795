import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { judgeCheckpoints } from '../../src/domain/checkpoint-choice.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import type { ReportState } from '../../src/protocol/report.ts';
import { renderReportHtml } from '../../src/workspace/html-report.ts';
import {
	allVoidReport,
	checkpointReport,
	comparisonFixture,
	decidedCheckpointReport,
	fewClustersReport,
	manyCheckpointsReport,
	oneCheckpointReport,
	unknownStepsReport,
} from '../fixtures/checkpoint-report.ts';
import { checkpointRun, MADE_CHECKPOINTS, madeDataset } from '../fixtures/checkpoint-run.ts';
import {
	buildReportView,
	chromiumPath,
	launch,
	openReportView,
	pageScrollsSideways,
	seriousFindings,
	shown,
	THEMES,
	type ThemeName,
	until,
} from './report-page.ts';

const skip =
	chromiumPath === null ? 'no Chromium on this machine (apt-get install chromium, or PAIRWRIGHT_CHROMIUM)' : false;

/** Everything that a click draws. */
async function openAll(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Compare', exact: true }).click();
	await page.locator('.compared .flips').waitFor();
	await page.locator('.turned summary').last().click();
	await page.locator('.turned .evidence').first().waitFor();
	await page.locator('section[aria-labelledby=checkpoint-checks-title] summary').last().click();
	await page.locator('.nested .check').first().waitFor();
	await page.getByText('Models, self-test and skipped pairs').click();
	await page.getByText('Skipped pairs', { exact: true }).waitFor();
	await page.getByLabel('fit on its own training pairs').check();
}

describe('the report of a checkpoint run', { skip }, () => {
	let browser: Browser;
	let folder: string;
	let bundleDir: string;

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'pairwright-checkpoints-'));
		bundleDir = join(folder, 'webview');
		await buildReportView(bundleDir);
		browser = await launch();
	});

	after(async () => {
		await browser?.close();
		await rm(folder, { recursive: true, force: true });
	});

	const open = (state: ReportState, options: Partial<Parameters<typeof openReportView>[1]> = {}) =>
		openReportView(browser, { state, bundleDir, answers: { compare: comparisonFixture() }, ...options });

	/** Its text in one line. */
	const line = async (of: Locator): Promise<string> =>
		(await of.textContent()) === null ? '' : (await of.innerText()).replaceAll(/\s+/g, ' ');

	const rowOf = (page: Page, name: string) =>
		page.locator('.checkpoints tbody tr').filter({ has: page.locator(`.checkpoint-name:text-is("${name}")`) });

	test('is drawn in every theme without breaking its CSP or hindering anybody', async () => {
		const { page, violations } = await open(shown(decidedCheckpointReport()), { width: 1000 });
		await openAll(page);
		for (const theme of Object.keys(THEMES) as ThemeName[]) {
			await page.evaluate(
				([css, name]) => {
					const { document } = globalThis as unknown as {
						document: { documentElement: { style: { cssText: string } }; body: { className: string } };
					};
					document.documentElement.style.cssText = css ?? '';
					document.body.className = `vscode-${name} vscode-reduce-motion`;
				},
				[
					Object.entries(THEMES[theme])
						.map(([name, value]) => `--vscode-${name}: ${value};`)
						.join(''),
					theme,
				],
			);
			assert.deepEqual(await seriousFindings(page), [], theme);
		}
		assert.deepEqual(await violations(), []);
		await page.context().close();
	});

	test('does not scroll sideways from 360 to 2560 px, however long the names and however many', async () => {
		for (const report of [unknownStepsReport(), manyCheckpointsReport()]) {
			const { page } = await open(shown(report));
			await page.getByRole('button', { name: 'Compare', exact: true }).click();
			await page.locator('.compared').waitFor();
			for (const width of [360, 640, 660, 1030, 2560]) {
				await page.setViewportSize({ width, height: 900 });
				assert.equal(await pageScrollsSideways(page), false, `${width} px`);
			}
			await page.context().close();
		}
	});

	test('a split that was not asked for is told from one that is empty', async () => {
		const report = checkpointReport();
		const { eval: inDistribution } = report.record.metrics;
		const nothing = { pairs: 0, prompts: 0, clusters: 0 };
		const { train, eval: size } = report.record.dataset.splits;
		const { page } = await open(
			shown({
				...report,
				record: {
					...report.record,
					settings: { ...report.record.settings, splits: ['train', 'eval', 'retention'] },
					metrics: inDistribution === undefined ? {} : { eval: inDistribution },
					dataset: {
						...report.record.dataset,
						splits: { train, eval: size, heldout_reference: nothing, heldout_sealed: nothing, retention: nothing },
					},
				},
			}),
			{ width: 900 },
		);
		const rows = page.locator('table.splits tbody tr');
		const words = (await rows.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));
		const asked = /– not asked for: this run scored train, eval and must not forget alone$/;
		assert.match(words.find((text) => text.startsWith('held-out tuning half')) ?? '', asked);
		assert.match(words.find((text) => text.startsWith('held-out sealed half')) ?? '', asked);
		assert.match(words.find((text) => text.startsWith('train')) ?? '', /insufficient: none of its pairs was scored$/);
		assert.equal(words.length, 4, 'a split to keep that holds nothing has no row');
		assert.match(await page.getByRole('region', { name: /^Verdict/ }).innerText(), /tuning half: not asked for/);
		await page.context().close();
	});

	test('says what was scored, what is recommended and what is vetoed, then lists all checkpoints', async () => {
		const { page } = await open(shown(checkpointReport()));
		assert.match(
			await line(page.locator('.head')),
			/7.checkpoints · λ 1 7.checkpoints against ref · β 0\.1 · sigmoid loss/,
		);
		const verdict = await page.getByRole('region', { name: /^Verdict/ }).innerText();
		assert.match(verdict, /Recommended: dpo-lr1e4-step50: lowest J/);
		assert.match(
			verdict,
			/Vetoed \(held-out void, the tuning half is memorised\): gdpo-step50, gdpo-step100 and gdpo-step400\./,
		);
		assert.match(
			verdict,
			/Fit on its own training pairs, dpo-lr1e4-step50: loss 0\.432, in sample; it enters no criterion/,
		);
		assert.doesNotMatch(verdict, /No language model was scored/);
		// In order of step, void ones after, the recommended one in words, with intervals.
		assert.deepEqual(await page.locator('.checkpoints .checkpoint-name').allInnerTexts(), [
			'dpo-lr1e4-step50',
			'dpo-step50',
			'dpo-step100',
			'dpo-step400',
			'gdpo-step50',
			'gdpo-step100',
			'gdpo-step400',
			'ref',
		]);
		const best = await line(rowOf(page, 'dpo-lr1e4-step50'));
		assert.match(best, /recommended/);
		assert.match(best, /0\.677 ±\.055/);
		assert.match(best, /yes\s+not distinguishable/);
		const gone = await line(rowOf(page, 'gdpo-step100'));
		assert.match(gone, /held-out void/);
		assert.match(gone, /0\.088 void/);
		assert.match(gone, /cannot be told/);
		// Earlier probe runs are not drawn in one line with runs over checkpoints.
		assert.match(
			await page.locator('section[aria-labelledby=history-title]').innerText(),
			/4.runs of the probe stand apart/,
		);
		assert.match(
			await page.locator('section[aria-labelledby=checkpoints-title] .left-out').innerText(),
			/Held-out void, gdpo-step50, gdpo-step100, gdpo-step400: reference-memorised/,
		);
		assert.match(await page.locator('.checkpoints thead').innerText(), /Log-ratio drift/);
		await page.context().close();
	});

	test('λ moves the checkpoint with the lowest J: in the sentence, the table and the trend', async () => {
		const { page, kept } = await open(shown(manyCheckpointsReport()));
		const tagged = page.locator('.checkpoints tr.best .checkpoint-name');
		assert.equal(await tagged.innerText(), 'dpo-checkpoint-425');
		assert.equal(
			await page.locator('.trend-region, figure .label', { hasText: 'dpo-checkpoint-425: λ 0.5, recommended' }).count(),
			1,
		);
		const slider = page.getByRole('slider');
		await slider.focus();
		await page.keyboard.press('Home');
		await page.getByText(/^λ = 0:/).waitFor();
		assert.equal(await tagged.innerText(), 'dpo-checkpoint-600');
		assert.match(
			await page.locator('#lambda-says').innerText(),
			/^dpo-checkpoint-600 has the lowest J at λ = 0, 0\.000/,
		);
		assert.match(await page.locator('.checkpoints thead').innerText(), /J at λ 0\b/);
		assert.equal(await slider.getAttribute('aria-valuetext'), 'λ 0: dpo-checkpoint-600');
		assert.equal(await page.locator('figure .label', { hasText: 'dpo-checkpoint-600: λ 0' }).count(), 1);
		// Far down in a table that scrolls by itself, it is brought into sight.
		const [row, region] = [
			await page.locator('.checkpoints tr.best').boundingBox(),
			await page.locator('.scroll.tall').boundingBox(),
		];
		assert.ok(row && region && row.y >= region.y && row.y + row.height <= region.y + region.height);
		await until(async () => JSON.stringify(await kept()).includes('"viewed":0'));
		await page.context().close();
	});

	test('shows one number over training, eval and held-out together, the fit on training pairs only when asked', async () => {
		const { page } = await open(shown(checkpointReport()));
		const trend = page.locator('section[aria-labelledby=trend-title]');
		const own = trend.locator('svg.plot g.own');
		assert.equal(await own.count(), 0);
		assert.ok(
			(await trend.locator('svg.plot g.in').count()) > 0 && (await trend.locator('svg.plot g.out').count()) > 0,
		);
		assert.match(
			await trend.locator('figcaption').innerText(),
			/lowest at dpo-lr1e4-step50, 0\.650 \(0\.\d{3}–0\.\d{3}\)/,
		);
		assert.match(
			await trend.locator('figcaption').innerText(),
			/Hollow, void held out: gdpo-step50, gdpo-step100 and gdpo-step400/,
		);
		assert.equal(await trend.locator('.label', { hasText: 'gdpo-step400: void' }).count(), 1);
		assert.ok((await trend.locator('svg.plot g.out .few').count()) >= 3);
		assert.match((await trend.locator('svg.plot').textContent()) ?? '', /the reference: ln 2/);
		await trend.getByLabel('fit on its own training pairs').check();
		await own.first().waitFor({ state: 'attached' });
		await trend.getByRole('radio', { name: 'Over-confidence' }).check();
		await trend.getByRole('heading', { name: 'Over-confidence' }).waitFor();
		await page.keyboard.press('ArrowRight');
		await trend.getByRole('heading', { name: 'Reward margin' }).waitFor();
		await trend.getByRole('button', { name: 'table' }).click();
		const table = trend.getByRole('table');
		await table.waitFor();
		assert.equal(await table.locator('tbody tr').count(), 7);
		assert.match(await table.innerText(), /Its own training pairs, in sample/);
		await page.context().close();
	});

	test('draws no line where steps are not known, and says so', async () => {
		const { page } = await open(shown(unknownStepsReport()));
		const trend = page.locator('section[aria-labelledby=trend-title] svg.plot');
		assert.equal(await trend.locator('.series, .trend-band').count(), 0);
		assert.equal(await trend.locator('.whisker').count(), 6);
		assert.match((await trend.textContent()) ?? '', /steps not known: in the order of the table/);
		assert.match(
			await page.locator('section[aria-labelledby=forgetting-title]').innerText(),
			/Not measured: no judged pair is in “must not forget”/,
		);
		await page.context().close();
	});

	test('sets up to four checkpoints side by side on the same axes; their checks and lists follow', async () => {
		const { page } = await open(shown(checkpointReport()));
		const columns = page.locator('.parallel-column');
		const add = page.getByLabel('Put a checkpoint beside them');
		assert.equal(await columns.count(), 2);
		await add.selectOption('gdpo-step50');
		await page.getByText('Held-out, tuning half: void').waitFor();
		await add.selectOption('dpo-step100');
		await columns.nth(3).waitFor();
		assert.equal(await add.isDisabled(), true);
		const ticks: string[] = [];
		for (const svg of await columns.locator('svg').all()) {
			const texts = await svg.locator('text.tick').allTextContents();
			ticks.push(texts.filter((text) => /^\d\.\d$/.test(text)).join(' '));
		}
		assert.equal(ticks.length, 8);
		assert.equal(new Set(ticks).size, 1);
		assert.match(await columns.nth(3).innerText(), /^gdpo-step50/);
		assert.match(await columns.nth(3).innerText(), /Void, it was trained on these pairs/);
		await page.getByRole('button', { name: 'Take dpo-lr1e4-step50 out' }).click();
		await until(async () => (await columns.count()) === 3);
		const checks = page.locator('section[aria-labelledby=checkpoint-checks-title]');
		assert.deepEqual(await checks.locator('.check b').allInnerTexts(), ['dpo-step100', 'dpo-step400', 'gdpo-step50']);
		await checks.locator('summary', { hasText: 'gdpo-step50' }).click();
		await checks.getByText('it was trained on.').first().waitFor();
		// What one checkpoint's check unfolds is not unfolded in another's.
		assert.match(await checks.locator('summary', { hasText: 'dpo-step400' }).innerText(), /2 fail, 1 warns, 1 passes/);
		await page.context().close();
	});

	test('lists what was forgotten and gained, each pair one click away', async () => {
		const { page, calls } = await open(shown(checkpointReport()));
		const section = page.locator('section[aria-labelledby=forgetting-title]');
		assert.match(await section.innerText(), /6 of 7 have a higher loss than the baseline/);
		await section.locator('summary', { hasText: 'dpo-step400' }).click();
		await section.getByText('Lost, right before and wrong now: 14').waitFor();
		await section.locator('.evidence button').first().click();
		assert.deepEqual((await calls()).at(-1), { method: 'openPair', args: ['0000012c'.repeat(8)] });
		await page.context().close();
	});

	test('compares two: paired differences with intervals, and the pairs that turned one click away', async () => {
		const report = checkpointReport();
		const { page, calls } = await open(shown(report));
		const section = page.locator('section[aria-labelledby=compare-title]');
		await section.getByLabel('From').selectOption({ label: 'dpo-step50' });
		await section.getByRole('button', { name: 'Compare' }).click();
		await section.locator('.flips li').first().waitFor();
		const { run } = report.record;
		assert.deepEqual((await calls()).at(-1), {
			method: 'compare',
			args: [
				{ run, checkpoint: 'dpo-step50' },
				{ run, checkpoint: 'dpo-step400' },
			],
		});
		const text = await section.innerText();
		assert.match(
			text,
			/dpo-step400 against dpo-step50: on eval higher loss and higher over-confidence; on held-out, tuning half higher loss and higher over-confidence\..* 59.pairs outside the sealed half turned: 31 lost, 28 gained/s,
		);
		assert.match(text, /lost, wrong now · held-out, tuning half/);
		assert.match(text, /3 pairs were not scored by both/);
		await section.getByRole('button', { name: 'table' }).click();
		await section.getByRole('table').waitFor();
		assert.match(
			await section.getByRole('table').innerText(),
			/loss, eval\s+0\.688 \(0\.478–0\.898\)\s+↑ higher\s+250\s+232/,
		);
		assert.match(
			await section.getByRole('table').innerText(),
			/loss, must not forget \(by log-ratios\)\s+\+0\.310\s+insufficient/,
		);
		await section.getByRole('button', { name: /signed 1 weeks ago/ }).click();
		assert.equal((await calls()).at(-1)?.method, 'openPair');
		await page.context().close();
	});

	test('compares with the reference from the record alone, and shows why a comparison failed', async () => {
		const { page, calls } = await open(shown(checkpointReport()), {
			refuse: { compare: 'scores.jsonl.gz is damaged' },
		});
		const section = page.locator('section[aria-labelledby=compare-title]');
		await section.getByLabel('To').selectOption({ label: 'ref (reference)' });
		await section.getByRole('button', { name: 'Compare' }).click();
		await section.getByText('no pair can turn').waitFor();
		await section.getByRole('button', { name: 'table' }).click();
		await section.getByRole('table').waitFor();
		// Second minus first: the reference's loss lies above.
		assert.match(
			await section.getByRole('table').innerText(),
			/loss, eval\s+0\.016 \(−0\.039 to 0\.071\)\s+includes 0/,
		);
		assert.equal(
			(await calls()).some(({ method }) => method === 'compare'),
			false,
		);
		await section.getByLabel('To').selectOption({ label: 'dpo-step100' });
		await section.getByRole('button', { name: 'Compare' }).click();
		await page.getByText('Could not compare the two: scores.jsonl.gz is damaged').waitFor();
		await page.context().close();
	});

	test('records a checkpoint or none, and shows the sealed half for the choice with bands for the others', async () => {
		const { page, calls } = await open(shown(checkpointReport()));
		const choice = page.getByLabel('Choice');
		const options = await choice.locator('option').allInnerTexts();
		assert.equal(options.length, 7 + 2);
		assert.match(options[1] ?? '', /^dpo-lr1e4-step50 — recommended, step 50/);
		await choice.selectOption('checkpoint dpo-step100');
		await page.getByLabel('Reason').fill('steady on both');
		await page.getByRole('button', { name: 'Record decision and open the seal' }).click();
		await until(async () => (await calls()).some(({ method }) => method === 'decide'));
		assert.deepEqual((await calls()).find(({ method }) => method === 'decide')?.args, [
			{ lambda: null, checkpoint: 'dpo-step100', reason: 'steady on both' },
		]);
		assert.equal(await page.getByText('Loss on the sealed half').count(), 0);
		await page.context().close();
		const decided = await open(shown(decidedCheckpointReport()));
		const sealed = decided.page.locator('figure', { hasText: 'Loss on the sealed half' });
		assert.match(
			await sealed.locator('figcaption').innerText(),
			/dpo-lr1e4-step50 \(choice\) has a loss of 0\.680 .*not distinguishable from the reference.*6.other checkpoints hold for all of them at once/s,
		);
		await sealed.getByRole('button', { name: 'table' }).click();
		await sealed.getByRole('table').waitFor();
		assert.match(await sealed.innerText(), /ref \(reference\)\s+0\.693\s+a constant/);
		assert.match(await sealed.innerText(), /dpo-step400\s+1\.386\s+1\.266–1\.506, simultaneous/);
		assert.match(
			await decided.page.getByRole('region', { name: 'Decision' }).innerText(),
			/^DECISION\s+dpo-lr1e4-step50/,
		);
		await decided.page.context().close();
	});

	test('says in words what one candidate, void ones and few clusters cannot tell, and never NaN', async () => {
		const cases = [
			[
				oneCheckpointReport(),
				[
					/Ship none\. dpo-step50 does not beat/,
					/is the only candidate: J = 0, nothing to compare with/,
					/does not beat the reference on both/,
				],
			],
			[
				allVoidReport(),
				[
					/Ship none\. The held-out tuning half is void for every checkpoint/,
					/No checkpoint can be weighed at any λ: every candidate is void/,
					/Held-out, tuning half, gdpo-step400 \(void: trained on\)/,
				],
			],
			[
				fewClustersReport(),
				[
					/No checkpoint can be weighed at any λ: no eval: it has 6 clusters/,
					/no interval/,
					/Insufficient for intervals: fewer than 8 clusters/,
				],
			],
		] as const;
		for (const [report, expected] of cases) {
			const { page, violations } = await open(shown(report), { theme: 'light', width: 900 });
			const text = await page.locator('main').innerText();
			assert.doesNotMatch(text, /NaN|undefined|null|Infinity/);
			for (const words of expected) assert.match(text, words);
			assert.deepEqual(await violations(), []);
			await page.context().close();
		}
	});

	test('draws the record of a real run, and chooses at every λ what the run chose', async () => {
		const { record } = await checkpointRun(MADE_CHECKPOINTS, madeDataset(40));
		const base = checkpointReport();
		const run = {
			...record,
			run: base.record.run,
			created: base.record.created,
			...{ decision: null, seal: { openings: 0 } },
		} as RunRecord;
		assert.ok(run.frontier.length > 20 && new Set(run.frontier.map(({ checkpoint }) => checkpoint)).size > 1);
		for (const { lambda, checkpoint, value } of run.frontier) {
			const { best, judged } = judgeCheckpoints(run.checkpoints ?? [], lambda, run.settings.margin);
			assert.equal(best, checkpoint, `λ ${lambda}`);
			assert.ok(Math.abs((judged.get(best ?? '')?.value ?? 1) - (value ?? 0)) < 1e-12);
		}
		const { page, violations } = await open(shown({ ...base, record: run }));
		const text = await page.locator('main').innerText();
		assert.doesNotMatch(text, /NaN|undefined|null|Infinity/);
		const says = page.locator('#lambda-says');
		await page.getByRole('slider').fill('0');
		await page.getByText(/^λ = 0:/).waitFor();
		assert.ok((await says.innerText()).startsWith(`${run.frontier[0]?.checkpoint} has the lowest J`));
		await page.getByRole('slider').fill('20');
		await page.getByText(/^λ = 1( \(used\))?:/).waitFor();
		assert.ok((await says.innerText()).startsWith(`${run.frontier[20]?.checkpoint} has the lowest J`));
		assert.deepEqual(await violations(), []);
		await page.context().close();
	});

	test('gives every chart its sentence and its table', async () => {
		const { page } = await open(shown(decidedCheckpointReport()));
		await openAll(page);
		const figures = await page.locator('figure').all();
		assert.ok(figures.length >= 12, `${figures.length} figures`);
		for (const figure of figures) {
			assert.match(await figure.locator('figcaption').innerText(), /\w+.*\.$/s);
			if ((await figure.getByRole('table').count()) > 0) continue;
			const described = await figure.getByRole('img').getAttribute('aria-describedby');
			assert.equal(described, await figure.locator('figcaption').getAttribute('id'));
			await figure.getByRole('button', { name: 'table' }).click();
			await figure.getByRole('table').waitFor();
			assert.ok((await figure.locator('tbody tr').count()) > 0);
		}
		await page.context().close();
	});

	test('is one exported file without prompts, where what needs the scores says so', async () => {
		const html = await renderReportHtml(decidedCheckpointReport(), { texts: false, bundleDir });
		assert.doesNotMatch(html, /Germany, contract|entitled to cancel/);
		const file = join(folder, 'report.html');
		await writeFile(file, html);
		const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
		const requests: string[] = [];
		const problems: string[] = [];
		page.on('request', (request) => requests.push(request.url()));
		page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
		page.on('pageerror', (error) => problems.push(String(error)));
		await page.goto(`file://${file}`);
		await page.getByRole('heading', { name: /GDPO run 15/ }).waitFor();
		await page.getByRole('slider').fill('0');
		await page.getByText(/^λ = 0:/).waitFor();
		assert.match(
			await page.locator('section[aria-labelledby=compare-title]').innerText(),
			/computed from the scores, which this file does not hold/,
		);
		assert.equal(await page.getByRole('button', { name: /Compare|Re-run|Record/ }).count(), 0);
		await page.locator('.turned summary').last().click();
		await page.getByText('Lost, right before and wrong now').waitFor();
		assert.equal(await page.locator('.turned button').count(), 0);
		assert.deepEqual(problems, []);
		assert.deepEqual(requests, [`file://${file}`]);
		assert.deepEqual(await seriousFindings(page), []);
		await page.close();
	});
});
