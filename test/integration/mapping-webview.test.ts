/// <reference lib="dom" />
/** The mapping screen's bundle in Chromium, in the page that the extension makes and under its CSP, over real previews of a table. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import type { ColumnMapping } from '../../src/domain/column-mapping.ts';
import { orderReading } from '../../src/formats/column-mapping-guess-several.ts';
import { previewRows } from '../../src/formats/preview.ts';
import type { SavedMapping } from '../../src/protocol/imports.ts';
import type { MappingHost } from '../../src/protocol/mapping.ts';
import { chromiumPath, launch, THEMES, type ThemeName, until } from './report-page.ts';

const ORIGIN = 'http://webview.test';
const ROOT = resolve(import.meta.dirname, '../..');
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const skip = chromiumPath === null ? 'no Chromium: install it, or name it in PAIRWRIGHT_CHROMIUM' : false;
const folder = mkdtempSync(join(tmpdir(), 'pairwright-mapping-view-'));

let browser: Browser;
before(async () => {
	if (skip !== false) return;
	const bundled = build({
		absWorkingDir: ROOT,
		bundle: true,
		minify: true,
		platform: 'browser',
		target: 'chrome134',
		format: 'iife',
		jsx: 'automatic',
		jsxImportSource: 'preact',
		define: { 'process.env.NODE_ENV': '"production"' },
		entryPoints: ['main.tsx', 'style.css'].map((file) => ({ in: `webview/mapping/${file}`, out: 'mapping' })),
		outdir: folder,
	});
	[browser] = await Promise.all([launch(), bundled]);
});
after(async () => {
	await browser?.close();
	rmSync(folder, { recursive: true, force: true });
});

interface Fake {
	imported: { mapping: ColumnMapping; name: string | null }[];
	closed: number;
	/** What the values mean is told after this. */
	held: Promise<void>;
}

interface View {
	readonly page: Page;
	readonly fake: Fake;
	violations(): Promise<string[]>;
	shot(name: string): Promise<void>;
	close(): Promise<void>;
}

const SAVED: readonly SavedMapping[] = [
	{
		name: 'earlier ratings',
		mapping: { columns: { prompt: 'q', a: 'one', b: 'two', note: 'gone' } },
		table: ['q', 'one', 'two', 'gone'],
		by: 'ana',
		at: '2026-01-01T00:00:00.000Z',
	},
];

/** Opens the screen on a table, answered by the real reader. */
async function open(
	content: string,
	{
		theme = 'dark',
		width = 1200,
		saved = [],
	}: { theme?: ThemeName; width?: number; saved?: readonly SavedMapping[] } = {},
): Promise<View> {
	const path = join(folder, `table-${Math.random().toString(36).slice(2)}.csv`);
	writeFileSync(path, content);
	const preview = async (mapping?: ColumnMapping) => ({
		path,
		...(await previewRows(path, { sourceName: 'table', mapping }, 20)),
	});
	const first = await preview();
	const fake: Fake = { imported: [], closed: 0, held: Promise.resolve() };
	const host: MappingHost = {
		ready: async () => ({
			files: ['ratings.csv'],
			target: 'as the rows say, else by default',
			preview: first,
			mapping: first.suggestion,
			saved,
			name: '',
			keep: { folder: 'file:///folder', files: ['/folder/ratings.csv'], target: '', options: {} },
		}),
		preview,
		reading: async (mapping) => {
			await fake.held;
			return orderReading(first.columns, mapping).reading;
		},
		naming: async () => {},
		import: async (mapping, name) => {
			fake.imported.push({ mapping, name });
			return true;
		},
		close: async () => {
			fake.closed++;
		},
	};
	const { webviewHtml } = await import('../../src/editor/webview-html.ts');
	type Given = Parameters<typeof webviewHtml>;
	const webview = { asWebviewUri: (uri: unknown) => uri, cspSource: ORIGIN };
	const html = webviewHtml(webview as unknown as Given[0], ORIGIN as unknown as Given[1], 'mapping', 'Map columns');
	const context = await browser.newContext({ viewport: { width, height: 900 } });
	const page = await context.newPage();
	await page.exposeFunction('callHost', async (method: keyof MappingHost, args: unknown[]) => {
		try {
			return { r: await (host[method] as (...all: unknown[]) => Promise<unknown>)(...args) };
		} catch (error) {
			return { e: { name: 'UserError', reason: 'usage', message: (error as Error).message } };
		}
	});
	await page.route('**/*', async (route) => {
		const name = new URL(route.request().url()).pathname.split('/').at(-1) ?? '';
		if (name === '') return route.fulfill({ contentType: 'text/html', body: html });
		if (!['mapping.js', 'mapping.css'].includes(name)) return route.fulfill({ status: 404, body: '' });
		const contentType = name.endsWith('.js') ? 'text/javascript' : 'text/css';
		return route.fulfill({ contentType, body: await readFile(join(folder, name), 'utf8') });
	});
	await page.addInitScript(() => {
		const scope = globalThis as unknown as Record<string, unknown> & {
			callHost(method: string, args: unknown[]): Promise<object>;
		};
		const violations: string[] = [];
		scope.testViolations = violations;
		document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));
		scope.acquireVsCodeApi = () => ({
			getState: () => undefined,
			setState: () => {},
			postMessage: (message: { t: string; i?: string; m?: string; a?: unknown[] }) => {
				if (message.t !== 'q' || message.m === undefined) return;
				void scope.callHost(message.m, message.a ?? []).then((reply) => {
					window.postMessage({ t: 's', i: message.i, ...reply }, '*');
				});
			},
		});
	});
	await page.goto(`${ORIGIN}/`);
	const colours = Object.entries(THEMES[theme]).map(([name, value]) => `--vscode-${name}: ${value};`);
	await page.evaluate(
		([css, name]) => {
			document.documentElement.style.cssText = css ?? '';
			document.body.classList.add(`vscode-${name}`, 'vscode-reduce-motion');
		},
		[colours.join(''), theme],
	);
	await page.waitForSelector('main');
	return {
		page,
		fake,
		violations: () => page.evaluate(() => (globalThis as unknown as { testViolations: string[] }).testViolations),
		shot: async (name) => {
			const shots = process.env.PAIRWRIGHT_SHOTS;
			if (shots === undefined) return;
			mkdirSync(shots, { recursive: true });
			await page.screenshot({ path: join(shots, `${name}.png`) });
		},
		close: () => context.close(),
	};
}

const long = 'A very long answer that goes on about kettles and their cleaning. '.repeat(20);
const TABLE = [
	'question,answer_1,answer_2,preference,worker,a_column_with_a_very_long_name_that_nobody_would_write_by_hand,split',
	...Array.from(
		{ length: 22 },
		(_, i) =>
			`How do I descale kettle ${i}?,${i === 1 ? long : 'Vinegar.'},"Acid ""${i}""",${i % 3},w${i % 3},x,${i % 2 === 0 ? 'train' : 'val'}`,
	),
	'ragged,row',
	'',
].join('\n');

/** What axe finds in the page, with where. */
async function accessibility(page: Page): Promise<string[]> {
	await page.evaluate(await readFile(axePath, 'utf8'));
	const found = await page.evaluate(
		async () =>
			(
				await (
					globalThis as unknown as {
						axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
					}
				).axe.run()
			).violations,
	);
	return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
}

test('roles, values and rows follow what is chosen; the import gets what is on screen', { skip }, async () => {
	const view = await open(TABLE);
	const { page, fake } = view;
	await page.getByText('preference: 0 is read as a tie, 1 as a, 2 as b').waitFor();
	await page.getByText('Of 23 rows: 22 pairs, 1 refused.').waitFor();
	// The refused row is shown although it is the last one.
	await page.locator('.refused', { hasText: 'expected 7 cells as in the header, found 2' }).waitFor();
	// Another choice settles nothing; choosing what the values mean does.
	await page.getByLabel('worker').selectOption('note');
	await page.locator('tbody tr').first().locator('q', { hasText: 'w0' }).waitFor();
	assert.equal(await page.getByText('0 is read as a tie').count(), 1);
	const zero = page.locator('.value', { hasText: /^0/ }).locator('select');
	await zero.selectOption('b 3');
	await page.locator('tbody tr').first().getByText('b, much').waitFor();
	assert.equal(await page.getByText('0 is read as a tie').count(), 0);
	await zero.selectOption('');
	await page.getByText('Of 23 rows: 14 pairs, 9 refused.').waitFor();
	await zero.selectOption('tie');
	await page.getByLabel('Numbers are').selectOption('negative-a');
	await page.locator('tbody tr').nth(1).getByText('b, slightly').waitFor();
	await page.getByRole('button', { name: 'Import 22 pairs' }).waitFor();
	await page.getByLabel('Remember as').fill('  mine ');
	await page.keyboard.press('Control+Enter');
	await until(async () => fake.imported.length > 0);
	assert.deepEqual(fake.imported, [
		{
			mapping: {
				columns: {
					a: 'answer_1',
					b: 'answer_2',
					prompt: 'question',
					verdict: 'preference',
					note: 'worker',
					split: 'split',
				},
				numbers: 'negative-a',
				splits: { val: 'eval' },
			},
			name: 'mine',
		},
	]);
	assert.deepEqual(await view.violations(), []);
	await view.close();
});

test('a table that cannot be guessed begins with its columns and says what is missing; a remembered mapping fills in', {
	skip,
}, async () => {
	const view = await open('q,one,two,zz\nWhy?,yes,no,7\nHow?,so,thus,8\n', { saved: SAVED });
	const { page, fake } = view;
	await page.getByText('Nothing can be imported yet.').waitFor();
	await page.getByText('Rows show here once a prompt and two responses are mapped.').waitFor();
	await view.shot('mapping-empty');
	await page.keyboard.press('Control+Enter');
	assert.equal(fake.imported.length, 0);
	await page.getByLabel('Start from a remembered mapping').selectOption('earlier ratings');
	await page.getByRole('button', { name: 'Import 2 pairs' }).click();
	await until(async () => fake.imported.length > 0);
	const [imported] = view.fake.imported;
	assert.deepEqual(imported?.mapping.columns, { prompt: 'q', a: 'one', b: 'two' });
	await page.getByLabel('zz').selectOption('verdict');
	await page.getByText('refuse these rows').first().waitFor({ state: 'attached' });
	await page.getByText('Of 2 rows: 0 pairs, 2 refused.').waitFor();
	await page.getByRole('button', { name: 'Cancel' }).click();
	await until(async () => fake.closed === 1);
	await view.close();
});

const RANKED = [
	'task,gpt,llama,mistral,qwen,places,pick,topic',
	'Which pan for eggs?,Cast iron.,Steel.,Any.,"A pan that is ""non-stick"".",2 3 1 4,mistral,pans',
	'How do I season it?,Oil.,,Heat it.,Salt.,3 1 2 4,gpt,pans',
	'Who cleans it?,You.,Me.,They.,Nobody.,4 1 3 2,llama,pans',
	'Which oil?,Flaxseed.,Olive.,Any.,None.,broken,,oil',
	'',
].join('\n');

const RANKED_BY_NAME = RANKED.replace('places', 'ranking').replaceAll(
	/gpt|llama|mistral|qwen/gu,
	(model) => `answer_${['gpt', 'llama', 'mistral', 'qwen'].indexOf(model)}`,
);

test('several responses are mapped by hand: the numbers of a ranking are asked, entries are told apart, pairs are shown', {
	skip,
}, async () => {
	const view = await open(RANKED);
	const { page, fake } = view;
	const role = (column: string, value: string) => page.getByLabel(column, { exact: true }).selectOption(value);
	await role('task', 'prompt');
	for (const [i, column] of ['gpt', 'llama', 'mistral', 'qwen'].entries()) await role(column, 'abcd'[i]!);
	// Nobody said which is better: every two are a pair to judge; a blank cell is no response.
	await page.getByText('Of 4 rows: 21 pairs, none refused.').waitFor();
	await role('places', 'ranking');
	await page.locator('.refused').first().getByText('(order=best-first or order=ranks)').waitFor();
	await page.getByText('Of 4 rows: 0 pairs, 4 refused.').waitFor();
	await view.shot('mapping-several-asked');
	await page.getByLabel('Its numbers are').selectOption('ranks');
	await page.getByText('Of 4 rows: 15 pairs, 1 refused.').waitFor();
	const first = page.locator('tbody tr').first();
	assert.deepEqual(await first.locator('.from').allInnerTexts(), ['mistral', 'gpt']);
	assert.match(await first.locator('.num').innerText(), /^2\s+1\/6$/u);
	await page.getByLabel('Its numbers are').selectOption('best-first');
	await page.locator('tbody tr .from').first().getByText('llama').waitFor();
	assert.deepEqual(await accessibility(page), []);
	await view.shot('mapping-several-dark');
	// Entries that are no names of columns get their meaning here; 4 is nobody.
	await page.getByLabel('4', { exact: true }).selectOption('none');
	await page.getByText('Of 4 rows: 7 pairs, 1 refused.').waitFor();
	// Another way to say which is better takes the place of the ranking, with nothing left of it.
	await role('pick', 'best');
	await page.getByText('Of 4 rows: 14 pairs, none refused.').waitFor();
	assert.equal(await page.getByLabel('places', { exact: true }).inputValue(), '');
	await page.getByRole('button', { name: 'Import 14 pairs' }).click();
	await until(async () => fake.imported.length > 0);
	assert.deepEqual(fake.imported[0]?.mapping, {
		columns: { prompt: 'task', a: 'gpt', b: 'llama', c: 'mistral', d: 'qwen', best: 'pick' },
		entries: { mistral: 'c', gpt: 'a', llama: 'b' },
	});
	assert.deepEqual(await view.violations(), []);
	await view.close();
});

test('what is chosen while meanings are still told stays, and so do meanings that other columns do not change', {
	skip,
}, async () => {
	const view = await open(RANKED_BY_NAME);
	const { page, fake } = view;
	const role = (column: string, value: string) => page.getByLabel(column, { exact: true }).selectOption(value);
	await role('task', 'prompt');
	let tell = () => {};
	fake.held = new Promise((done) => {
		tell = done;
	});
	await role('pick', 'best');
	await role('topic', 'domain');
	tell();
	await page.getByText('Of 4 rows: 14 pairs, none refused.').waitFor();
	assert.equal(await page.getByLabel('topic', { exact: true }).inputValue(), 'domain');
	await page.getByRole('button', { name: 'Import 14 pairs' }).click();
	await until(async () => fake.imported.length > 0);
	assert.deepEqual(
		[fake.imported[0]?.mapping.columns.domain, fake.imported[0]?.mapping.columns.best],
		['topic', 'pick'],
	);
	assert.notEqual(fake.imported[0]?.mapping.entries, undefined);
	await view.close();

	const marked = await open('question,answer_1,answer_2,preference,other\nWhy?,x,y,0,z\nHow?,x,y,1,z\n');
	await marked.page.locator('.value', { hasText: /^0/ }).locator('select').selectOption('tie');
	await marked.page.getByLabel('other').selectOption('b');
	await marked.page.locator('tbody tr').first().getByText('z', { exact: true }).waitFor();
	assert.equal(await marked.page.locator('.value', { hasText: /^0/ }).locator('select').inputValue(), 'tie');
	await marked.close();
});

test('columns that say different things are chosen between before anything is imported', { skip }, async () => {
	const table = 'question,answer_1,answer_2,winner,preference\nWhy?,x,y,A,A\nHow?,u,v,A,B\n';
	const view = await open(table);
	const { page, fake } = view;
	await page.getByText('winner and preference say different things of 1 of 2 rows.').waitFor();
	await page.getByText('Say first which columns hold.').waitFor();
	await page.locator('footer vscode-button[disabled]', { hasText: 'Import 2 pairs' }).waitFor();
	assert.deepEqual(await accessibility(page), []);
	await view.shot('mapping-rivals-dark');
	await page.getByRole('button', { name: 'Use preference', exact: true }).click();
	await page.locator('footer vscode-button:not([disabled])', { hasText: 'Import 2 pairs' }).waitFor();
	assert.equal(await page.getByLabel('preference', { exact: true }).inputValue(), 'verdict');
	assert.equal(await page.getByText('say different things').count(), 0);
	await page.getByRole('button', { name: 'Import 2 pairs' }).click();
	await until(async () => fake.imported.length > 0);
	assert.equal(fake.imported[0]?.mapping.columns.verdict, 'preference');
	await view.close();

	// What was proposed can be kept, and a role that is chosen by hand is an answer.
	for (const choose of [
		(other: Page) => other.getByRole('button', { name: 'Use winner', exact: true }).click(),
		(other: Page) => other.getByLabel('preference', { exact: true }).selectOption('verdict'),
	]) {
		const again = await open(table);
		await again.page.getByText('Say first which columns hold.').waitFor();
		await choose(again.page);
		await again.page.locator('footer vscode-button:not([disabled])', { hasText: 'Import 2 pairs' }).waitFor();
		await again.close();
	}
});

for (const theme of ['dark', 'light', 'high-contrast'] as const) {
	test(`in the theme ${theme} nothing is inaccessible, wide or narrow`, { skip }, async () => {
		for (const width of theme === 'dark' ? [1200, 340] : [1200]) {
			const view = await open(TABLE, { theme, width, saved: SAVED });
			await view.page.getByText('Of 23 rows: 22 pairs, 1 refused.').waitFor();
			assert.deepEqual(await accessibility(view.page), []);
			const wider = await view.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
			assert.ok(wider <= 0, `${wider} px too wide at ${width}`);
			await view.shot(`mapping-view-${theme}-${width}`);
			await view.close();
			const several = await open(RANKED_BY_NAME, {
				theme,
				width,
			});
			await several.page.getByLabel('Its numbers are').selectOption('best-first');
			await several.page.locator('.from').first().waitFor();
			assert.deepEqual(await accessibility(several.page), []);
			await several.shot(`mapping-several-${theme}-${width}`);
			await several.close();
		}
	});
}
