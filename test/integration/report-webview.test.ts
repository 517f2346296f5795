import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { Slice } from '../../src/domain/run-record.ts';
import type { ReportState } from '../../src/protocol/report.ts';
import type { RunReport } from '../../src/protocol/runs.ts';
import { renderReportHtml } from '../../src/workspace/html-report.ts';
import { SLICES } from '../fixtures/report-parts.ts';
import { decidedFixture, insufficientFixture, oldRecordFixture, reportFixture } from '../fixtures/run-report.ts';
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

describe('the report webview', { skip }, () => {
	let browser: Browser;
	let folder: string;
	let bundleDir: string;

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'pairwright-report-'));
		bundleDir = join(folder, 'webview');
		await buildReportView(bundleDir);
		browser = await launch();
	});

	after(async () => {
		await browser?.close();
		await rm(folder, { recursive: true, force: true });
	});

	const open = (state: ReportState | null, options: Partial<Parameters<typeof openReportView>[1]> = {}) =>
		openReportView(browser, { state, bundleDir, ...options });

	for (const theme of Object.keys(THEMES) as ThemeName[]) {
		test(`is drawn in ${theme} without breaking its CSP or hindering anybody`, async () => {
			const { page, violations } = await open(shown(decidedFixture(true)), { theme, width: 1000 });
			await page.locator('details summary').nth(-1).click();
			assert.deepEqual(await violations(), []);
			assert.deepEqual(await seriousFindings(page), []);
			await page.context().close();
		});
	}

	test('does not scroll sideways from 360 to 2560 px, with charts or with tables', async () => {
		const base = decidedFixture(true);
		const name = 'a-check-of-another-version-with-a-very-long-name-that-nothing-breaks-by-itself'.repeat(2);
		const { record } = base;
		const slices = Array.from(
			{ length: 60 },
			(_, i): Slice => ({ ...SLICES[i % SLICES.length]!, name: `${name}${i}` }),
		);
		const health = [{ ...record.health[1]!, check: name, message: name }, ...record.health];
		const { page } = await open(shown({ ...base, record: { ...record, slices, health } }));
		for (const summary of ['Calibration details', '7 checks pass', 'How to read this'])
			await page.getByText(summary).click();
		for (const check of await page.locator('.check summary').elementHandles()) await check.click();
		const fits = async () => {
			for (const width of [360, 640, 990, 1030, 2560]) {
				await page.setViewportSize({ width, height: 900 });
				assert.equal(await pageScrollsSideways(page), false, `${width} px`);
			}
		};
		await fits();
		for (const button of await page.getByRole('button', { name: 'table', exact: true }).elementHandles()) {
			await button.click();
		}
		await fits();
		await page.context().close();
	});

	test('says first, in words, what was scored and what came of it', async () => {
		const { page } = await open(shown(reportFixture()));
		const verdict = page.getByRole('region', { name: /^Verdict: fails/ });
		assert.match(await verdict.innerText(), /does not carry to held-out prompts.*No language model was scored\./s);
		const order = (await page.evaluate(
			'[...document.querySelectorAll("main .verdict, main table, main figure")].map((e) => e.className)',
		)) as string[];
		assert.match(order[0] ?? '', /verdict/);
		await page.context().close();
	});

	test('gives every chart its sentence and its table', async () => {
		const { page } = await open(shown(decidedFixture()));
		const figures = await page.locator('figure').all();
		assert.equal(figures.length, 12);
		for (const figure of figures) {
			assert.match(await figure.locator('figcaption').innerText(), /\w+.*\.$/s);
			if ((await figure.locator('table').count()) === 0) {
				const drawing = figure.getByRole('img');
				const described = await drawing.getAttribute('aria-describedby');
				assert.equal(described, await figure.locator('figcaption').getAttribute('id'));
				await figure.getByRole('button', { name: 'table' }).click();
			}
			assert.ok((await figure.locator('table tbody tr').count()) > 0);
		}
		await page.context().close();
	});

	test('puts all reliability panels on one scale', async () => {
		const { page } = await open(shown(decidedFixture()));
		const ticks = await page.locator('.panels svg').evaluateAll((all) =>
			all.map((svg) =>
				[
					...(svg as unknown as { querySelectorAll(q: string): Iterable<{ textContent: string }> }).querySelectorAll(
						'text.tick',
					),
				]
					.map((t) => t.textContent)
					.filter((text) => /^\d\.\d$/.test(text))
					.join(' '),
			),
		);
		assert.equal(ticks.length, 4);
		assert.equal(new Set(ticks).size, 1);
		await page.context().close();
	});

	test('shows one locked row for the sealed half until a decision, then its numbers and how they were come by', async () => {
		const sealed = await open(shown(reportFixture()));
		const row = sealed.page.locator('.splits').getByRole('row', { name: /sealed half/ });
		assert.match(await row.innerText(), /sealed until you decide — scored, not shown/);
		assert.equal(await sealed.page.locator('.panels figure').count(), 3);
		await sealed.page.context().close();
		const opened = await open(shown(decidedFixture(true)));
		const openRow = opened.page.locator('.splits').getByRole('row', { name: /sealed half/ });
		assert.match(await openRow.innerText(), /chosen after seeing E.*2.openings/s);
		assert.match(await openRow.innerText(), /0\.\d{3}/);
		assert.match(await opened.page.getByRole('region', { name: 'Decision' }).innerText(), /mara · 22 Nov 2026/);
		await opened.page.context().close();
	});

	test('records a decision only with a choice and a reason', async () => {
		const { page, calls } = await open(shown(reportFixture()));
		const decided = async () => (await calls()).filter(({ method }) => method === 'decide');
		const record = page.getByRole('button', { name: 'Record decision and open the seal' });
		await page.getByLabel('Choice').selectOption('none');
		await record.click();
		await page.locator('.problem').waitFor();
		assert.match(await page.locator('.problem').innerText(), /needs a reason/);
		assert.deepEqual(await decided(), []);
		await page.getByLabel('Reason').fill('  too over-confident on law ');
		await record.click();
		assert.deepEqual(await decided(), [
			{ method: 'decide', args: [{ lambda: null, checkpoint: null, reason: 'too over-confident on law' }] },
		]);
		await page.context().close();
	});

	test('offers one choice for each distinct solution, the recommended one named', async () => {
		const { page } = await open(shown(reportFixture()));
		const options = await page.getByLabel('Choice').locator('option').allInnerTexts();
		assert.equal(options.length, 6 + 2);
		assert.ok(options.some((text) => /^λ 0\.25 — recommended, used in this run/.test(text)));
		await page.context().close();
	});

	test('opens pairs, runs and queues through the editor, never with a score', async () => {
		const report = reportFixture();
		const { page, calls } = await open(shown(report));
		await page.getByRole('button', { name: /verbal side agreement/ }).click();
		await page.getByRole('button', { name: 'Re-judge 24 + 24 pairs, blind' }).click();
		await page.locator('.check summary', { hasText: 'Leakage' }).click();
		await page.getByRole('button', { name: 'Show 3 prompts side by side in Splits' }).click();
		const made = (await calls()).filter(({ method }) => method !== 'ready');
		assert.deepEqual(made, [
			{ method: 'openPair', args: [report.mistakes[1]?.comparison] },
			{ method: 'rejudge', args: [] },
			{ method: 'openSplits', args: [] },
		]);
		await page.context().close();
	});

	test('shows what fails first, folds what passes, and tells all about a check on a click', async () => {
		const { page, calls } = await open(shown(reportFixture()), { width: 1000 });
		const titles = await page.locator('.checks > li b').allInnerTexts();
		assert.deepEqual(titles.slice(0, 3), ['Over-confident held out', 'Length hack', 'Confidence hack']);
		assert.equal(await page.getByText('7 checks pass').count(), 1);
		assert.equal(await page.getByText('Held-out is out of distribution').count(), 0);
		const row = page.locator('.check', { hasText: 'Length hack' });
		assert.doesNotMatch(await row.innerText(), /adjusted/);
		await row.locator('summary').first().click();
		// What a check unfolds is drawn after the click, not with it.
		await row.getByText('adjusted for all checks').waitFor();
		const text = await row.innerText();
		assert.match(text, /−0\.410 logits per standard deviation \(95 % interval −0\.620 to −0\.200\)/);
		assert.match(text, /p < 0\.001; p = 0\.006 adjusted for all checks/);
		assert.match(text, /To see 0\.35 logit takes about 310 pairs/);
		assert.match(text, /Add train pairs where the shorter response/);
		await row.getByRole('button', { name: 'Open the first pair' }).click();
		assert.deepEqual((await calls()).at(-1), { method: 'openPair', args: ['0000001f'.repeat(8)] });
		await row.getByText('How this check works').click();
		await row.getByText('Assumed (H0)').waitFor();
		assert.match(await row.innerText(), /Assumed \(H0\)\s+At equal margin/);
		await page.getByText('7 checks pass').click();
		await page.locator('.check summary', { hasText: 'Held-out is out of distribution' }).click();
		assert.deepEqual(await seriousFindings(page), []);
		await page.context().close();
	});

	test('claims against pooled training right under the frontier, and says where it has nothing to claim', async () => {
		const { page } = await open(shown(reportFixture()));
		const claim = page.locator('section[aria-labelledby=frontier-title] .claim');
		assert.match(
			await claim.innerText(),
			/GDPO − pooled, loss on held-out, tuning half: −0\.018 nats \(paired, −0\.033 to −0\.004\)/,
		);
		assert.equal(await claim.locator('.status').getAttribute('title'), 'beats it');
		const base = reportFixture();
		const around = {
			...base.record.claim!,
			low: -0.03,
			high: 0.01,
			sentence: 'GDPO does not beat pooled training here.',
		};
		const other = await open(shown({ ...base, record: { ...base.record, claim: around } }));
		const words = other.page.locator('.claim');
		assert.match(await words.innerText(), /does not beat pooled training here/);
		assert.equal(await words.locator('.status').getAttribute('title'), 'not distinguishable');
		await page.context().close();
		await other.page.context().close();
	});

	test('lists slices as a look, the flagged ones first, and asks before it shows them all', async () => {
		const { page } = await open(shown(reportFixture()));
		const slices = page.getByRole('region', { name: 'Slices exploratory' }).first();
		const names = () => slices.locator('tbody th .slice-name').allInnerTexts();
		assert.deepEqual((await names()).slice(0, 2), ['domain:law', 'domain:medicine']);
		assert.equal((await names()).length, 8);
		await slices.getByRole('button', { name: 'Show all 12' }).click();
		assert.equal((await names()).at(-1), 'time:after-2024');
		assert.match(await slices.innerText(), /Benjamini–Hochberg/);
		await page.context().close();
	});

	test('an old record is shown with what it has', async () => {
		const { page, violations } = await open(shown(reportFixture(oldRecordFixture())));
		const text = await page.locator('main').innerText();
		assert.doesNotMatch(text, /NaN|undefined|null|Infinity/);
		assert.match(text, /None: not in this version\./);
		assert.equal(await page.locator('.claim').count(), 0);
		assert.equal(await page.getByText('Is held-out really out of distribution?').count(), 0);
		assert.match(await page.locator('.splits').innerText(), /0\.96/);
		assert.deepEqual(await violations(), []);
		await page.context().close();
	});

	test('paints the record before the lists, keeps what was there, and says when they cannot be read', async () => {
		const report = reportFixture();
		const alone: RunReport = {
			record: report.record,
			ordinal: report.ordinal,
			outOfDate: null,
			mistakes: [],
			history: [],
			rejudge: { mistakes: 0, controls: 0 },
			pending: true,
		};
		const full = shown({ ...report, outOfDate: { changed: 3 } });
		const { page, calls, tell } = await open(shown(alone), { details: full });
		await page.getByText('Out of date.').waitFor();
		assert.equal((await calls()).filter(({ method }) => method === 'details').length, 1);
		assert.equal(await page.locator('.mistakes li').count(), 4);
		await tell('update', shown({ ...alone, record: decidedFixture().record }));
		await page.getByText('mara ·').waitFor();
		assert.equal(await page.locator('.mistakes li').count(), 4);
		await page.context().close();
		const broken = await open(shown(alone), { refuse: { details: 'scores.jsonl.gz cannot be read' } });
		await broken.page.getByText('Not read: scores.jsonl.gz cannot be read').first().waitFor();
		assert.match(await broken.page.locator('.verdict').innerText(), /does not carry/);
		await broken.page.context().close();
	});

	test('says when it is out of date, and re-runs with one click', async () => {
		const { page, calls, tell } = await open(shown(reportFixture()));
		assert.equal(await page.getByText('Out of date.').count(), 0);
		await tell('update', shown({ ...reportFixture(), outOfDate: { changed: 3 } }));
		const banner = page.locator('.banner.warn');
		assert.match(await banner.innerText(), /Out of date\. 3.comparisons changed/);
		await banner.getByRole('button', { name: 'Re-run' }).click();
		assert.equal((await calls()).at(-1)?.method, 'rerun');
		await tell('running', { phase: 'fitting the path', done: 4, total: 12, unit: 'steps', eta: 8 });
		await page
			.getByText(/Fitting the path · 4 of 12/)
			.first()
			.waitFor();
		assert.equal(await page.getByRole('button', { name: 'Re-run' }).first().isDisabled(), true);
		await page.getByRole('button', { name: 'Cancel', exact: true }).click();
		assert.equal((await calls()).at(-1)?.method, 'cancelRun');
		await page.context().close();
	});

	test('shows what the editor refused, in its words', async () => {
		const { page } = await open(shown(reportFixture()), { refuse: { rerun: 'Another run is going on.' } });
		await page.getByRole('button', { name: 'Re-run' }).click();
		assert.match(
			await page.locator('[role=alert]').first().innerText(),
			/Could not run again: Another run is going on\./,
		);
		await page.context().close();
	});

	test('says in words what little data cannot tell, and never NaN', async () => {
		const { page, violations } = await open(shown(insufficientFixture()), { theme: 'light' });
		await page.locator('details summary').first().click();
		const text = await page.locator('main').innerText();
		assert.doesNotMatch(text, /NaN|undefined|null|Infinity/);
		assert.match(text, /Insufficient for an interval \(6.clusters\)/);
		assert.match(text, /No frontier: no held-out pairs/);
		assert.match(text, /Missing numbers and intervals: no pair has a strict majority; fewer than 8 clusters/);
		assert.deepEqual(await violations(), []);
		assert.deepEqual(await seriousFindings(page), []);
		await page.context().close();
	});

	test('keeps open tables, the picked λ and the place after a reload', async () => {
		const first = await open(shown(reportFixture()));
		await first.page.locator('figure').first().getByRole('button', { name: 'table' }).click();
		await first.page.getByRole('slider').fill('20');
		await first.page.evaluate('window.scrollTo(0, 400)');
		await until(async () => (await first.kept())?.view?.scroll === 400);
		const kept = await first.kept();
		await first.page.context().close();
		assert.equal(kept?.folder, 'file:///workspace');
		assert.doesNotMatch(JSON.stringify(kept), /Germany|lease/);
		const second = await open(shown(reportFixture()), { kept });
		assert.equal(await second.page.locator('figure').first().locator('table').count(), 1);
		assert.match(await second.page.locator('#picker-label').innerText(), /^λ = 1:/);
		await until(async () => Math.abs(((await second.page.evaluate('window.scrollY')) as number) - 400) < 2);
		await second.page.context().close();
	});

	test('is read while the view is on its way, which then takes its place', async () => {
		const hold = Promise.withResolvers<void>();
		const { page, tell, violations } = await open(null, { hold: hold.promise });
		const report = { ...decidedFixture(true), outOfDate: { changed: 3 } };
		await tell('update', shown(report));
		await page.locator('.verdict').waitFor();
		const head = () => page.locator('header, .banner, .verdict').evaluateAll((all) => all.map((e) => e.outerHTML));
		const first = await head();
		assert.match(first.join(''), /GDPO run \d.*Out of date.*No language model was scored/s);
		assert.equal(await page.locator('#decision, .splits').count(), 0);
		await tell('update', shown({ ...report, outOfDate: null }));
		await tell('update', shown(report));
		hold.resolve();
		await page.locator('#decision').waitFor();
		assert.deepEqual(await head(), first, 'nothing moves');
		assert.deepEqual(await violations(), []);
		await page.context().close();
	});

	test('stays to be read where the view does not come, and says so', async () => {
		const hold = Promise.withResolvers<void>();
		const { page, tell, violations } = await open(null, { hold: hold.promise, lost: true });
		await tell('update', shown(decidedFixture(true)));
		await page.locator('.verdict').waitFor();
		hold.resolve();
		const line = 'The rest of the report could not be loaded. Close it and open it again.';
		await page.locator('main').getByRole('alert').getByText(line).waitFor();
		assert.equal(await page.locator('[inert]').count(), 0);
		assert.equal(await page.getByRole('button', { disabled: false }).count(), 0, 'no button that does nothing');
		assert.deepEqual(await violations(), []);
		assert.deepEqual(await seriousFindings(page), []);
		await page.context().close();
		const unread = await open(null, { lost: true });
		await unread.page.getByRole('alert').getByText(line).waitFor();
		await unread.page.context().close();
	});

	test('leaves a record that it cannot read to the view, which says what is wrong', async () => {
		const hold = Promise.withResolvers<void>();
		const { page, tell, calls } = await open(null, { hold: hold.promise });
		const { record, ...rest } = reportFixture();
		await tell(
			'update',
			shown({ ...rest, record: { ...record, verdict: { status: 'pass' } as typeof record.verdict } }),
		);
		await page.waitForTimeout(150);
		assert.equal(await page.locator('main').count(), 0);
		hold.resolve();
		await page.getByText(/cannot be shown: record\.verdict\.sentence/).waitFor();
		assert.deepEqual(
			(await calls()).map(({ method }) => method),
			['ready'],
		);
		await page.context().close();
	});

	test('has designed states while loading, for a run that is gone and a record it cannot read', async () => {
		const loading = await open(null);
		await loading.page.getByText('Reading the run…').waitFor();
		await loading.page.context().close();
		const gone = await open({ status: 'vanished', run: 'r-1', latest: 'r-2' });
		assert.match(await gone.page.locator('main').innerText(), /Run r-1 is no longer in/);
		await gone.page.getByRole('button', { name: 'Open the latest run' }).click();
		assert.deepEqual((await gone.calls()).at(-1), { method: 'openRun', args: ['r-2'] });
		assert.deepEqual(await seriousFindings(gone.page), []);
		await gone.page.context().close();
		const report = reportFixture();
		const broken = { ...report, record: { ...report.record, frontier: 'none' } } as unknown as RunReport;
		const unreadable = await open(shown(broken));
		assert.match(await unreadable.page.locator('main').innerText(), /cannot be shown: record\.frontier/);
		await unreadable.page.context().close();
	});

	test('hides what an untrusted workspace may not do', async () => {
		const { page } = await open(shown(reportFixture(), { actions: 'untrusted' }));
		assert.equal(await page.getByRole('button', { name: 'Re-run' }).isDisabled(), true);
		await page.context().close();
	});

	test('is the same view in one exported file, that needs and may load nothing else', async () => {
		const report = decidedFixture();
		const html = await renderReportHtml(report, { texts: false, bundleDir });
		assert.doesNotMatch(html, /Germany, contract|entitled to cancel/);
		const file = join(folder, 'report.html');
		await writeFile(file, html);
		for (const colorScheme of ['light', 'dark'] as const) {
			const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, colorScheme });
			const page = await context.newPage();
			const requests: string[] = [];
			const problems: string[] = [];
			page.on('request', (request) => requests.push(request.url()));
			page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
			page.on('pageerror', (error) => problems.push(String(error)));
			await page.goto(`file://${file}`);
			await page.getByRole('heading', { name: /GDPO run 14/ }).waitFor();
			await page.locator('figure').first().getByRole('button', { name: 'table' }).click();
			assert.deepEqual(problems, []);
			assert.deepEqual(requests, [`file://${file}`]);
			assert.equal(await page.getByRole('button', { name: /Re-run|Export|Re-judge|Record/ }).count(), 0);
			assert.match(await page.locator('main').innerText(), /Prompts and responses are left out of this file/);
			assert.deepEqual(await seriousFindings(page), []);
			await context.close();
		}
	});

	test('an exported record cannot break out of the page', async () => {
		const report = reportFixture();
		const evil = '</script><script>globalThis.broken = true</script><!-- \u2028 <img src=x onerror=alert(1)>';
		const mistakes = report.mistakes.map((mistake) => ({ ...mistake, preview: evil }));
		const file = join(folder, 'evil.html');
		await writeFile(file, await renderReportHtml({ ...report, mistakes }, { texts: true, bundleDir }));
		const page = await browser.newPage();
		await page.goto(`file://${file}`);
		await page.getByRole('heading', { name: /GDPO run 14/ }).waitFor();
		assert.equal(await page.evaluate('globalThis.broken'), undefined);
		assert.match(await page.locator('.mistakes li p').first().innerText(), /<\/script><script>globalThis/);
		await page.close();
	});
});
