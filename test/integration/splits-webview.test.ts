/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import type { Inspection } from '../../src/domain/inspection.ts';
import { chromiumPath, launch, type ThemeName, until } from './report-page.ts';
import { buildSplits, type FakeHost, fakeHost, type OpenSettings, openSplits } from './splits-page.ts';
import { inspectionFixture, promptRow, splitsState } from './splits-rows.ts';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const skip = chromiumPath === null ? 'no Chromium: install it, or name it in PAIRWRIGHT_CHROMIUM' : false;

let browser: Browser;
let bundleDir: string;
before(async () => {
	if (skip !== false) return;
	[browser, bundleDir] = await Promise.all([launch(), buildSplits()]);
});
after(async () => {
	await browser?.close();
	if (bundleDir !== undefined) await rm(bundleDir, { recursive: true, force: true });
});

async function open(fake: FakeHost, settings: Partial<OpenSettings> = {}) {
	const view = await openSplits(browser, { host: fake.host, bundleDir, ...settings });
	return { ...view, close: () => view.page.context().close() };
}

function row(page: Page, index: number) {
	return page.locator(`#row-${index}:not(.loading)`);
}

function last(fake: FakeHost, method: string): readonly unknown[] | undefined {
	return fake.calls.findLast((call) => call.method === method)?.args;
}

async function untilThat(holds: () => boolean): Promise<void> {
	return until(async () => holds());
}

/** The latest call of a method comes to have these arguments: the view asks after it has drawn what was clicked. */
async function lastIs(fake: FakeHost, method: string, args: readonly unknown[]): Promise<void> {
	for (let attempt = 0; attempt < 600 && !isDeepStrictEqual(last(fake, method), args); attempt++) {
		await new Promise((done) => setTimeout(done, 50));
	}
	assert.deepEqual(last(fake, method), args);
}

/** What axe finds in the page, with where. */
async function accessibility(page: Page): Promise<string[]> {
	await page.evaluate(await (await import('node:fs/promises')).readFile(axePath, 'utf8'));
	return page.evaluate(async () => {
		const axe = (globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }).axe;
		interface Violation {
			id: string;
			nodes: { html: string; failureSummary?: string }[];
		}
		const { violations } = await axe.run();
		return violations.map(
			({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary ?? ''}`,
		);
	});
}

for (const theme of ['dark', 'light', 'high-contrast', 'high-contrast-light'] as const satisfies readonly ThemeName[]) {
	test(`in the ${theme} theme it breaks no policy and axe finds nothing`, { skip }, async () => {
		const view = await open(fakeHost(500), { theme });
		await row(view.page, 3).waitFor();
		await row(view.page, 1).locator('.cell-check').click();
		await view.page.locator('.attention summary').first().click();
		await view.page.locator('.inspection summary').click();
		await view.page.getByText('with 2 more of its cluster').waitFor();
		await view.page.locator('.lengths summary').first().click();
		await view.page.locator('.side-by-side mark').first().waitFor();
		await view.page.locator('.coverage summary').click();
		await view.page.getByText('± 3 points of accuracy').waitFor();
		assert.deepEqual(await accessibility(view.page), []);
		assert.deepEqual(await view.violations(), []);
		await view.close();
	});
}

test('places show prompts, judged share, tags, freeze state; the sealed half shows no share', { skip }, async () => {
	const { page, close } = await open(fakeHost(7000));
	const card = (name: string) => page.locator('.card', { has: page.locator('.card-name', { hasText: name }) });
	assert.match(await card('Train').innerText(), /3,000 prompts[\s\S]*82 % of 6,000 pairs judged/);
	assert.match(await card('Held-out, tuning').innerText(), /domain:law/);
	assert.match(await card('Held-out, sealed').innerText(), /verdicts sealed/);
	assert.equal(await card('Held-out, sealed').locator('progress').count(), 0);
	assert.match(await card('Eval').innerText(), /Frozen 20 Nov 2026 \+3 −1 since/);
	assert.equal(await row(page, 5).locator('.cell-judged').innerText(), 'sealed');
	await close();
});

test('of 100,000 prompts few rows exist, the scroll bar spans all, and a far place is reached', { skip }, async () => {
	const fake = fakeHost(100_000);
	const { page, close } = await open(fake);
	await row(page, 0).waitFor();
	assert.ok((await page.locator('.rows .row').count()) < 80);
	assert.equal(await page.locator('.rows').evaluate((element) => element.clientHeight), 3_200_000);
	await page.getByRole('grid').focus();
	await page.getByRole('grid').focus();
	await page.keyboard.press('End');
	await row(page, 99_999).waitFor();
	assert.match(await row(page, 99_999).innerText(), /100000\./);
	assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), '100001');
	assert.equal(await page.getByRole('grid').getAttribute('aria-activedescendant'), 'row-99999');
	const read = fake.calls.filter(({ method }) => method === 'page').length;
	assert.ok(read <= 5, `${read} pages were read`);
	await page.keyboard.press('Home');
	await row(page, 0).waitFor();
	await close();
});

test('search and filters are combined; a card filters the list', { skip }, async () => {
	const fake = fakeHost(700);
	const { page, close } = await open(fake);
	await page.locator('.card-head', { hasText: 'Held-out, tuning' }).click();
	await page.getByLabel('Tag').selectOption('domain:law');
	await page.waitForFunction(() => document.querySelector('.found')?.textContent?.startsWith('50 of'));
	await page.getByRole('searchbox').fill('33. ');
	await page.waitForFunction(() => document.querySelector('.found')?.textContent?.startsWith('1 of'));
	await lastIs(fake, 'page', [
		{
			split: 'heldout',
			half: 'R',
			tag: 'domain:law',
			search: '33.',
			limit: 250,
		},
	]);
	await page.getByRole('searchbox').fill('nothing has this');
	await page.getByText('No prompt fits these filters.').waitFor();
	await page.getByRole('button', { name: 'Clear all filters' }).click();
	await row(page, 0).waitFor();
	await close();
});

test('rows are selected by keys and ranges, all that match as a query, and undo follows the action', {
	skip,
}, async () => {
	const fake = fakeHost(700);
	const { page, close } = await open(fake);
	await row(page, 0).waitFor();
	await page.getByRole('grid').focus();
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Space');
	await page.keyboard.press('Shift+ArrowDown');
	await page.keyboard.press('Shift+ArrowDown');
	await page.getByText('3 prompts selected').waitFor();
	await page.keyboard.press('t');
	await page.getByText('Moved 2 prompts to eval.').waitFor();
	await lastIs(fake, 'tag', [{ ids: [1, 2, 3].map((n) => promptRow(n).id) }]);
	await page.getByRole('button', { name: 'Undo' }).click();
	await page.getByText('Undone. 2 prompts went from held-out to train.').waitFor();
	await lastIs(fake, 'undo', ['e1']);
	await page.getByLabel('Split').selectOption('train');
	await row(page, 0).waitFor();
	await page.getByRole('grid').focus();
	await page.keyboard.press('Control+a');
	await page.getByText('300 prompts selected').waitFor();
	await page.keyboard.press('x');
	await page.getByText('Moved 2 prompts to eval.').waitFor();
	await lastIs(fake, 'assign', [{ query: { split: 'train' } }, 'excluded']);
	await close();
});

test('while a move is being stored its rows say where they go, and the list goes on', { skip }, async () => {
	const answers: (() => void)[] = [];
	const fake = fakeHost(700, {
		assign: () => new Promise((done) => answers.push(() => done({ text: 'Moved 3 prompts to eval.', event: 'e1' }))),
	});
	const { page, tell, close } = await open(fake);
	await row(page, 0).waitFor();
	await page.getByRole('grid').focus();
	await page.keyboard.press('Space');
	await page.keyboard.press('Shift+ArrowDown');
	await page.keyboard.press('Shift+ArrowDown');
	await page.keyboard.press('Shift+ArrowDown');
	await page.keyboard.press('m');
	// The question is open: nothing is said yet, and what was chosen stays.
	await page.locator('vscode-button[disabled]', { hasText: 'Move…' }).waitFor();
	assert.equal(await page.locator('.going').count(), 0);
	await tell('acting', { text: 'Moving 4 prompts to eval…', split: 'eval' });
	await page.getByText('Moving 4 prompts to eval…').waitFor();
	// The fourth stands in eval already, and is frozen there.
	assert.equal(await page.locator('.going').count(), 3);
	assert.match((await row(page, 1).locator('.cell-split').textContent()) ?? '', /^Train, being moved to → Eval…$/);
	await row(page, 5).locator('.cell-check').click();
	await page.locator('vscode-button:not([disabled])', { hasText: 'Move…' }).waitFor();
	await page.keyboard.press('x');
	await tell('acting', { text: 'Excluding 1 prompt…', split: 'excluded' });
	await page.getByText('Moving 4 prompts to eval… Excluding 1 prompt…').waitFor();
	await untilThat(() => answers.length === 2);
	for (const answer of answers) answer();
	await page.getByText('Moved 3 prompts to eval.').waitFor();
	await page.locator('.going').first().waitFor({ state: 'detached' });
	assert.equal(await page.locator('.doing').count(), 0);
	await close();
});

test('what could not be stored is chosen as before, unless something else is by then or another list is shown', {
	skip,
}, async () => {
	const refusals: (() => void)[] = [];
	const fake = fakeHost(700, {
		assign: () => new Promise((_, refuse) => refusals.push(() => refuse(new Error('The disk is full.')))),
	});
	const { page, tell, close } = await open(fake);
	const chosen = page.locator('[role=row][aria-selected=true]');
	const ids = () => chosen.evaluateAll((rows) => rows.map(({ id }) => id));
	const excluding = async (): Promise<void> => {
		await page.keyboard.press('x');
		await page.locator('vscode-button[disabled]', { hasText: 'Move…' }).waitFor();
		await tell('acting', { text: 'Excluding…', split: 'excluded' });
		await page.locator('.doing').waitFor();
		assert.deepEqual(await ids(), []);
	};
	const refuse = async (): Promise<void> => {
		await untilThat(() => refusals.length > 0);
		refusals.pop()!();
		await page.locator('.doing').waitFor({ state: 'detached' });
	};
	await row(page, 0).locator('.cell-check').click();
	await page.keyboard.press('Shift+ArrowDown');
	await excluding();
	await refuse();
	await page.getByText('The disk is full.').waitFor();
	assert.deepEqual(await ids(), ['row-0', 'row-1']);
	await excluding();
	await row(page, 4).locator('.cell-check').click();
	await refuse();
	assert.deepEqual(await ids(), ['row-4']);
	await excluding();
	await page.locator('.card-head', { hasText: 'Held-out, tuning' }).click();
	await page.waitForFunction(() => / of /u.test(document.querySelector('.found')?.textContent ?? ''));
	await refuse();
	assert.deepEqual(await ids(), []);
	await close();
});

test('a filter chosen right behind the typing of a search stays', { skip }, async () => {
	const fake = fakeHost(700);
	const { page, close } = await open(fake);
	await row(page, 0).waitFor();
	// In one task of the page: before the typing has settled.
	await page.evaluate(() => {
		const search = document.querySelector<HTMLInputElement>('input[type=search]')!;
		search.value = '33. ';
		search.dispatchEvent(new Event('input', { bubbles: true }));
		const split = [...document.querySelectorAll('select')].find((each) => each.innerText.includes('Split'))!;
		split.value = 'train';
		split.dispatchEvent(new Event('change', { bubbles: true }));
	});
	await lastIs(fake, 'page', [{ split: 'train', search: '33.', limit: 250 }]);
	await close();
});

test('tags have a column once one is seen', { skip }, async () => {
	const plain = { page: async () => ({ prompts: [0, 1, 2].map(promptRow), total: 3, next: null }) };
	const { page, close } = await open(fakeHost(3, plain));
	await row(page, 0).waitFor();
	const heading = page.getByRole('columnheader', { name: 'Tags' });
	assert.equal(await heading.count(), 0);
	await close();
	const tagged = await open(fakeHost(700));
	await row(tagged.page, 0).waitFor();
	await tagged.page.getByRole('columnheader', { name: 'Tags' }).waitFor();
	await tagged.close();
});

test('typing into the search does nothing to the list', { skip }, async () => {
	const fake = fakeHost(700);
	const { page, close } = await open(fake);
	await row(page, 0).locator('.cell-check').click();
	await page.getByText('1 prompt selected').waitFor();
	await page.getByRole('searchbox').click();
	await page.keyboard.type('txm');
	assert.equal(
		fake.calls.some(({ method }) => method === 'tag' || method === 'assign'),
		false,
	);
	await close();
});

test('a click opens the pairs of a prompt', { skip }, async () => {
	const fake = fakeHost(70);
	const { page, close } = await open(fake);
	await row(page, 2).locator('.cell-preview').click();
	await lastIs(fake, 'open', [promptRow(2).id]);
	await close();
});

test('verdict, kind of shift and length are filters too; what the seal hides is said', { skip }, async () => {
	const fake = fakeHost(700);
	const { page, close } = await open(fake);
	await page.getByLabel('Tag').selectOption('*domain');
	await page.getByLabel('Verdict').selectOption('tie');
	await page.getByText('16 sealed prompts left out: what people said of them is sealed until a decision').waitFor();
	await page.getByLabel('Length of').selectOption('response');
	await page.getByLabel('At least, characters').fill('400');
	await page.getByLabel('At most, characters').fill('900');
	await page.keyboard.press('Tab');
	await lastIs(fake, 'page', [
		{
			facet: 'domain',
			verdict: 'tie',
			minLength: 400,
			maxLength: 900,
			lengthOf: 'response',
			limit: 250,
		},
	]);
	await page.getByRole('button', { name: 'Clear all', exact: true }).click();
	await row(page, 0).waitFor();
	assert.equal(await page.getByText('sealed prompts left out').count(), 0);
	assert.equal(await page.getByLabel('At least, characters').inputValue(), '');
	await close();
});

test('filters are saved for the team, chosen by name, and deleted', { skip }, async () => {
	const fake = fakeHost(700);
	const { page, close } = await open(fake);
	assert.equal(await page.getByRole('button', { name: 'Save search…' }).count(), 0);
	await page.getByLabel('Saved').selectOption('law in the tuning half');
	await page.waitForFunction(() => document.querySelector('.found')?.textContent?.startsWith('50 of'));
	await lastIs(fake, 'page', [{ split: 'heldout', half: 'R', tag: 'domain:law', limit: 250 }]);
	await page.getByRole('button', { name: 'Delete saved search' }).click();
	await page.getByText('Deleted the saved search').waitFor();
	await lastIs(fake, 'deleteSearch', ['law in the tuning half']);
	await page.getByLabel('Split').selectOption('train');
	await page.getByRole('button', { name: 'Save search…' }).click();
	await page.getByText('Saved “mine” for the team.').waitFor();
	await lastIs(fake, 'saveSearch', [{ split: 'train', tag: 'domain:law' }]);
	await close();
});

test('what a search of the command line asks for stands in the filters', { skip }, async () => {
	const by = { by: 'mira', at: '2026-11-20T10:00:00Z' };
	const searches = [
		{ name: 'whole facet', query: { half: 'R' as const, facet: 'domain:law' }, ...by },
		{ name: 'both of a language', query: { tag: 'domain:law', facet: 'language', annotator: 'source:labels' }, ...by },
	];
	const fake = fakeHost(700, { state: async () => ({ ...splitsState(700), searches }) });
	const { page, close } = await open(fake);
	const chosen = (label: string) =>
		page.getByLabel(label).evaluate((element) => (element as HTMLSelectElement).selectedOptions[0]?.textContent);
	await page.getByLabel('Saved').selectOption('whole facet');
	assert.deepEqual([await chosen('Split'), await chosen('Tag')], ['Held-out, tuning', 'domain:law']);
	await page.getByLabel('Saved').selectOption('both of a language');
	assert.deepEqual([await chosen('Tag'), await chosen('Judged by')], ['domain:law and any language', 'source:labels']);
	await page.getByLabel('Tag').selectOption('language:ar');
	await lastIs(fake, 'page', [{ tag: 'language:ar', annotator: 'source:labels', limit: 250 }]);
	await close();
});

test('a tag is taken from all that match', { skip }, async () => {
	const fake = fakeHost(700);
	const { page, close } = await open(fake);
	await page.getByLabel('Tag').selectOption('domain:law');
	await page.waitForFunction(() => document.querySelector('.found')?.textContent?.startsWith('100 of'));
	await page.getByRole('grid').focus();
	await page.keyboard.press('Control+a');
	await page.locator('vscode-button', { hasText: 'Remove tag…' }).click();
	await page.getByText('Removed domain:law from 2 prompts.').waitFor();
	await lastIs(fake, 'untag', [{ query: { tag: 'domain:law' } }]);
	await close();
});

test('what held-out covers: kinds, facets, halves, and the pairs that a precision takes', { skip }, async () => {
	const fake = fakeHost(700);
	const { page, close } = await open(fake);
	const part = page.locator('.coverage');
	assert.equal(fake.calls.filter(({ method }) => method === 'coverage').length, 0, 'only when opened');
	await part.locator('summary').click();
	await part.getByText('1,068 to 2,136 judged pairs').waitFor();
	const text = await part.innerText();
	assert.match(text, /domain; |domain, language; 60 pairs/);
	assert.match(text, /law\s+20\s+40\s+20\s+20\s+20/);
	assert.match(text, /sealed half only: a new kind of shift/);
	assert.match(text, /adversarial\s+not covered/);
	assert.match(text, /12 pairs of the tuning half are judged; of the sealed half this is not told/);
	await part.getByLabel('Wanted precision, 95 %').selectOption('nll 0.05');
	await part.getByText('known only from a run').waitFor();
	await lastIs(fake, 'coverage', [{ metric: 'nll', width: 0.05 }]);
	await part.getByRole('button', { name: 'language' }).click();
	await lastIs(fake, 'page', [{ split: 'heldout', facet: 'language', limit: 250 }]);
	await close();
});

test('what both texts of a leak say is marked; each kind can be brought together, excluded or accepted', {
	skip,
}, async () => {
	const state = splitsState(500);
	const [near] = state.overview.leakage;
	const leakage = [near!, { ...near!, kind: 'response-copy' as const, similarity: 1, b: promptRow(10).id }];
	const fake = fakeHost(500, { state: async () => ({ ...state, overview: { ...state.overview, leakage } }) });
	const { page, close } = await open(fake);
	await page.getByText('2 leaks', { exact: true }).click();
	const items = page.locator('.attention.leakage > ul > li');
	const marks = items.first().locator('.side-by-side mark');
	await marks.first().waitFor();
	assert.match((await marks.allInnerTexts()).join('|'), /Both say how to water a fern in winter/);
	assert.doesNotMatch((await marks.allInnerTexts()).join('|'), /twice/);
	const answers = items.nth(1).locator('.side-by-side').nth(1).locator('mark');
	await answers.first().waitFor();
	assert.deepEqual(await answers.allInnerTexts(), ['The very same answer.', 'The very same answer.']);
	assert.equal(await items.nth(1).locator('.side-by-side').first().locator('mark').count(), 0);
	for (const item of [items.first(), items.nth(1)]) {
		await item.getByRole('button', { name: 'Exclude the less protected prompt…' }).click();
		await page.getByText('Moved 2 prompts').waitFor();
		await untilThat(() => last(fake, 'mend')?.[1] === 'exclude');
		await item.getByRole('button', { name: 'Bring together in the more protected split' }).click();
		await untilThat(() => last(fake, 'mend')?.[1] === 'together');
	}
	await close();
});

test('leaks, spanning clusters and proposals are mended from their lists', { skip }, async () => {
	const fake = fakeHost(70);
	const { page, close } = await open(fake);
	await page.getByText('1 leak', { exact: false }).first().click();
	await page.getByRole('button', { name: 'Bring together in the more protected split' }).click();
	await page.getByText('Moved 2 prompts').waitFor();
	await lastIs(fake, 'mend', [[promptRow(0).id, promptRow(3).id], 'together']);
	await page.getByText('1 proposal waits').click();
	await page.getByRole('button', { name: 'Decline' }).click();
	await lastIs(fake, 'answer', ['p1', false]);
	await close();
});

test('a leak says how alike its sides are, and can be accepted with a reason', { skip }, async () => {
	const state = splitsState(500);
	const [near] = state.overview.leakage;
	const leakage = [
		{ ...near!, similarity: 0.999 },
		{ ...near!, kind: 'response-copy' as const, similarity: 1, b: promptRow(10).id },
		{ ...near!, kind: 'prompt-copy' as const, similarity: 1, b: promptRow(17).id, accepted: 'a greeting' },
	];
	const leaks = [{ kind: 'prompt-near' as const, splits: ['eval', 'train'] as const, standing: 1234, accepted: 1 }];
	const fake = fakeHost(500, { state: async () => ({ ...state, overview: { ...state.overview, leakage, leaks } }) });
	const { page, close } = await open(fake);
	await page.getByText('1,234 leaks').click();
	await page.getByText('A near-copy, 99 % of word 5-grams shared, in train and eval').waitFor();
	await page.getByText('1,234 between eval and train.').waitFor();
	await page.getByText('The same response, in train and eval').waitFor();
	await page.getByText('and 1,214 more after these are mended.').waitFor();
	await page.getByRole('button', { name: 'Accept with a reason…' }).first().click();
	await lastIs(fake, 'accept', [[near!.a, near!.b]]);
	await page.getByText('1 accepted leak', { exact: true }).click();
	await page.getByText('Accepted: a greeting').waitFor();
	await close();
});

test('shift and novelty are computed when opened, with progress and stop; suggestions are tagged and opened', {
	skip,
}, async () => {
	const waiting: ((found: Inspection | null) => void)[] = [];
	const fake = fakeHost(500, { inspect: () => new Promise((done) => waiting.push(done)) });
	const { page, close, tell } = await open(fake);
	await row(page, 1).waitFor();
	assert.equal(fake.calls.filter(({ method }) => method === 'inspect').length, 0);
	const part = page.locator('.inspection');
	/** The view asks after it has drawn what was clicked. */
	const asked = async () => {
		await untilThat(() => waiting.length > 0);
		return waiting.at(-1)!;
	};
	await part.locator('summary').click();
	await asked();
	await tell('inspecting', { phase: 'shift, prompt text', done: 40, total: 100 });
	await part.getByText('shift, prompt text…').waitFor();
	assert.equal(await part.locator('.looking progress').getAttribute('value'), '0.4');
	await part.getByRole('button', { name: 'Stop' }).click();
	await untilThat(() => last(fake, 'stopInspecting') !== undefined);
	waiting.pop()!(null);
	await part.getByRole('button', { name: 'Look now' }).click();
	(await asked())(inspectionFixture);
	await part.getByText('0.83 (0.78–0.88)').waitFor();
	const text = await part.innerText();
	assert.match(text, /Prompt text\s+without the words searched for: tenant, lease\s+different/);
	assert.match(text, /Response differences\s+cannot be said\s+About 120 held-out clusters would settle it\./);
	assert.match(text, /Inputs differ; whether preferences differ is the generalization check\./);
	assert.match(text, /held-out, tuning half\s+63 % beyond \(30 of 48 prompts, median 0\.900\)/);
	assert.equal(await part.locator('.suggestions > li').count(), 8);
	await part.getByRole('button', { name: 'Show 4 more topics' }).click();
	await part.locator('.suggestions > li').nth(11).waitFor();
	assert.equal(await part.locator('.suggestions > li').count(), 12);
	const group = inspectionFixture.novelty.groups![0]!;
	const ids = group.suggestions.map(({ prompt }) => prompt);
	const first = part.locator('.suggestions > li').first();
	assert.match(
		await first.innerText(),
		/^coffee, sugar, restaurant · 6 suggestions, 8 prompts with their clusters[\s\S]*0\.980[\s\S]*Nearest in train, 21 % alike:\s+8\. How do I repot/,
	);
	assert.equal(await first.locator('.suggestion').count(), 4);
	await first.getByRole('button', { name: 'Show all 6' }).click();
	await first.locator('.suggestion').nth(5).waitFor();
	assert.equal(await first.locator('.suggestion').count(), 6);
	await first.locator('.what > .link').first().click();
	await lastIs(fake, 'open', [ids[0]]);
	// All of it, part of it, none of it.
	await first.getByRole('button', { name: 'Tag as OOD…' }).click();
	await page.getByText('Moved 2 prompts to eval.').waitFor();
	await lastIs(fake, 'tag', [{ ids }, 'domain:coffee']);
	await first.getByRole('checkbox').nth(1).click();
	await first.getByRole('button', { name: 'Tag 5 as OOD…' }).click();
	await lastIs(fake, 'tag', [{ ids: ids.filter((id) => id !== ids[1]) }, 'domain:coffee']);
	await first.getByRole('checkbox').nth(1).click();
	await first.getByRole('button', { name: 'Not out of distribution' }).click();
	await page.getByText('Dismissed 6 suggestions.').waitFor();
	await lastIs(fake, 'dismiss', [ids]);
	await untilThat(() => waiting.length > 0);
	waiting.pop()!(inspectionFixture);
	await tell('changed', 'rows');
	await part.getByText('Prompts moved or came in since this was computed.').waitFor();
	await close();
});

test('a suggestion without a nearest train prompt shares nothing but common words', { skip }, async () => {
	const { novelty } = inspectionFixture;
	const waiting = novelty.waiting!;
	const [first, ...rest] = waiting.suggestions;
	const suggestions = [{ ...first!, nearest: [] }, ...rest];
	const found = { ...inspectionFixture, novelty: { ...novelty, waiting: { ...waiting, suggestions } } };
	const { page, close } = await open(fakeHost(500, { inspect: async () => found }));
	await page.locator('.inspection summary').click();
	const part = page.getByRole('region', { name: 'Waiting for a second response' });
	await part.getByText('Shares no words but common ones with the train prompts it was compared with.').waitFor();
	await close();
});

test('what waits for a second response is suggested beside the topics: read, tagged before it has a pair, dismissed', {
	skip,
}, async () => {
	const fake = fakeHost(500);
	const { page, close } = await open(fake);
	await page.locator('.inspection summary').click();
	const part = page.getByRole('region', { name: 'Waiting for a second response' });
	await part.getByText('210 prompts of logs in train and eval without a pair; 40 unlike train').waitFor();
	assert.match(await page.locator('.inspection summary').innerText(), /40 of logs/);
	const ids = inspectionFixture.novelty.waiting!.suggestions.map(({ prompt }) => prompt);
	assert.equal(await part.locator('.suggestion').count(), 4);
	assert.match(await part.locator('.suggestion').first().innerText(), /0\.990[\s\S]*Nearest in train, 21 % alike/);
	await part.locator('.what > .link').first().click();
	await lastIs(fake, 'open', [ids[0]]);
	await part.getByRole('checkbox').nth(1).click();
	await part.getByRole('button', { name: 'Tag 3 as OOD…' }).click();
	await page.getByText('Moved 2 prompts to eval.').waitFor();
	await lastIs(fake, 'tag', [{ ids: [ids[0], ids[2], ids[3]] }, 'domain:']);
	await part.getByRole('button', { name: 'Show 8 more' }).click();
	await part.getByRole('button', { name: '11 not out of distribution' }).click();
	await page.getByText('Dismissed 11 suggestions.').waitFor();
	await part.getByRole('button', { name: 'Second responses…' }).click();
	await lastIs(fake, 'run', ['waiting']);
	await close();
});

test('too little to say anything about shift is said in words', { skip }, async () => {
	const none = {
		...inspectionFixture.shift.prompts,
		auc: null,
		low: null,
		high: null,
		p: null,
		status: 'insufficient' as const,
	};
	const reason = 'Nothing is held out yet.';
	const fake = fakeHost(500, {
		inspect: async () => ({
			...inspectionFixture,
			shift: { ...inspectionFixture.shift, prompts: { ...none, reason }, responses: { ...none, reason }, message: '' },
			novelty: { threshold: null, k: 5, places: [], suggestions: [], reason: 'There are no train prompts.' },
		}),
	});
	const { page, close } = await open(fake);
	await page.locator('.inspection summary').click();
	await page.getByText('There are no train prompts.').waitFor();
	assert.equal(await page.getByText(reason).count(), 2);
	assert.equal(await page.locator('.inspection .auc').count(), 0);
	await close();
});

test('filters, place and open lists survive a reload', { skip }, async () => {
	const fake = fakeHost(7000);
	const first = await open(fake);
	await first.page.getByLabel('Split').selectOption('eval');
	await row(first.page, 0).waitFor();
	await first.page.locator('.scroller').evaluate((element) => {
		element.scrollTop = 9600;
	});
	await row(first.page, 305).waitFor();
	const kept = await first.kept();
	await first.close();
	const again = await open(fake, { kept });
	await row(again.page, 305).waitFor();
	assert.equal(await again.page.getByLabel('Split').inputValue(), 'eval');
	assert.deepEqual((kept as { folder: string }).folder, 'file:///workspace');
	await again.close();
});

test('what the extension tells filters the list, and a change is read again', { skip }, async () => {
	const fake = fakeHost(700);
	const { page, tell, close } = await open(fake);
	await row(page, 0).waitFor();
	await tell('focus', { status: 'flagged' });
	await page.waitForFunction(() => document.querySelector('.found')?.textContent?.startsWith('54 of'));
	const before = fake.calls.length;
	await tell('changed', 'rows');
	await untilThat(() => fake.calls.length >= before + 2);
	await page.waitForTimeout(200);
	const again = fake.calls.slice(before).map(({ method }) => method);
	assert.deepEqual(again.toSorted(), ['page', 'state']);
	await close();
});

test('no prompts, a failing start and a refused action are said in words', { skip }, async () => {
	const empty = await open(fakeHost(0));
	await empty.page.getByText('No prompts yet').waitFor();
	assert.deepEqual(await accessibility(empty.page), []);
	await empty.close();
	const refuse = async () => {
		throw new Error('The folder is being rebuilt. Try again in a moment.');
	};
	const failing = await open(fakeHost(10, { state: refuse }));
	await failing.page.getByRole('alert').waitFor();
	assert.match(await failing.page.getByRole('alert').innerText(), /being rebuilt/);
	await failing.close();
	const refused = await open(fakeHost(10, { open: refuse }));
	await row(refused.page, 0).click();
	await refused.page.getByText('being rebuilt').waitFor();
	await refused.close();
});

for (const width of [360, 720, 2560]) {
	test(`at ${width} px nothing runs out of the page`, { skip }, async () => {
		const { page, violations, close } = await open(fakeHost(700), { width });
		await row(page, 0).waitFor();
		assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
		assert.deepEqual(await accessibility(page), []);
		assert.deepEqual(await violations(), []);
		await close();
	});
}
