/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { AdjudicationItem } from '../../src/protocol/judging.ts';
import { type AdjudicatePage, bundleAdjudicate, openAdjudicate, type Scene } from './adjudicate-page.ts';
import { chromiumPath, launch } from './report-page.ts';

function item(n: number, more: Partial<AdjudicationItem> = {}): AdjudicationItem {
	return {
		comparison: n.toString(16).padStart(64, '0'),
		prompt: { messages: [{ role: 'user', content: `How do I descale kettle ${n}?` }] },
		left: [{ role: 'assistant', content: `Use **vinegar**, wait ${n} minutes, and rinse twice.` }],
		right: [{ role: 'assistant', content: 'Use citric acid and rinse.' }],
		leftSide: 'b',
		verdicts: [
			{
				...{ who: 'Person 1', as: 'person', verdict: 'b', strength: 3, blind: true, at: '2026-01-01T10:00:00Z' },
				...{ reasons: ['complete', 'clear'], note: 'It says how long.', earlier: ['tie'] },
			},
			{ who: 'Person 2', as: 'person', verdict: 'a', blind: false, at: '2026-01-01T11:00:00Z', earlier: [] },
			{ who: 'Person 3', as: 'person', verdict: 'tie', blind: true, at: null, earlier: [] },
			{ who: 'archive', as: 'source', verdict: 'a', blind: null, at: null, earlier: [] },
			{ who: 'judge-7b', as: 'model', verdict: 'a', blind: null, at: null, earlier: [] },
		],
		counts: { a: 1, b: 1, tie: 1, both_bad: 0 },
		disputed: true,
		flags: [{ who: 'Person 2', note: 'needs adjudication', at: '2026-01-01T12:00:00Z' }],
		names: 'hidden',
		decided: null,
		...more,
	};
}

describe('adjudicate screen', { skip: chromiumPath === null ? 'no Chromium' : false }, () => {
	let browser: Browser;
	let folder: string;
	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'pairwright-adjudicate-'));
		await bundleAdjudicate(folder);
		browser = await launch();
	});
	after(async () => {
		await browser.close();
		await rm(folder, { recursive: true });
	});

	/** Opens, works, and checks at the end that nothing broke the policy. */
	async function screen(scene: Partial<Scene>, work: (view: AdjudicatePage) => Promise<void>): Promise<void> {
		const view = await openAdjudicate(browser, folder, { items: [1, 2, 3, 4, 5].map((n) => item(n)), ...scene });
		const errors: string[] = [];
		view.page.on('pageerror', (error) => errors.push(String(error)));
		try {
			await work(view);
			assert.deepEqual(await view.violations(), []);
			assert.deepEqual(errors, []);
		} finally {
			await view.page.context().close();
		}
	}

	test('a key chooses, a reason and Enter record it, and the next pair stands there', async () => {
		await screen({}, async ({ page, action, calls }) => {
			await page.getByRole('heading', { name: 'Adjudicate: 5 pairs left' }).waitFor();
			await action('left');
			const field = page.getByRole('textbox', { name: 'left, because' });
			await field.waitFor();
			// It has the focus: no click between.
			await page.keyboard.press('Enter');
			await page.getByText('A decision needs a reason: it overrules people', { exact: true }).waitFor();
			assert.deepEqual(await calls('decide'), []);
			await page.keyboard.type('1 names the time');
			await page.keyboard.press('Enter');
			await page.getByText('kettle 2?').waitFor();
			await page.getByText('Saved: left', { exact: true }).waitFor();
			await page.getByRole('heading', { name: 'Adjudicate: 4 pairs left' }).waitFor();
			// Left is the canonical side b here.
			const [call] = await calls('decide');
			assert.deepEqual(call?.args, [{ comparison: item(1).comparison, verdict: 'b', reason: '1 names the time' }]);
			// The last reason comes back with one key.
			await action('tie');
			await page.getByRole('textbox', { name: 'tie, because' }).waitFor();
			await page.keyboard.press('ArrowUp');
			await page.keyboard.press('Enter');
			await page.getByText('kettle 3?').waitFor();
			await page.getByRole('heading', { name: 'Adjudicate: 3 pairs left' }).waitFor();
			const repeated = (await calls('decide'))[1]?.args[0] as { reason: string } | undefined;
			assert.equal(repeated?.reason, '1 names the time');
		});
	});

	test('letters typed right behind a choice are its reason, and no keys of the screen', async () => {
		await screen({}, async ({ page, typedAhead, calls }) => {
			// As the editor does it: the presses are over before the first of their actions comes back.
			await typedAhead([...'1dull 2'], ['left', 'diff', 'undo', 'right']);
			const field = page.getByRole('textbox', { name: 'left, because' });
			await field.waitFor();
			await page.keyboard.type('!');
			assert.equal(await field.inputValue(), 'dull 2!');
			assert.equal(await page.getByRole('button', { name: /^Diff/u }).getAttribute('aria-pressed'), 'false');
			assert.deepEqual(await calls('takeBack'), []);
			await page.keyboard.press('Enter');
			await page.getByText('kettle 2?').waitFor();
			const [first] = await calls('decide');
			assert.deepEqual(first?.args, [{ comparison: item(1).comparison, verdict: 'b', reason: 'dull 2!' }]);
			// Escape behind the key closes the field before it is there; the key behind that counts.
			await typedAhead(['1', 'Escape', '3'], ['left', 'tie']);
			await page.getByRole('textbox', { name: 'tie, because' }).waitFor();
		});
	});

	test('verdicts stand beside the side they prefer; labels and machine judges are called what they are', async () => {
		await screen({}, async ({ page }) => {
			const left = await page.locator('.side.left .said').innerText();
			assert.match(left, /1 person prefers this/);
			assert.match(left, /Person 1/);
			assert.match(left, /much · blind · 2026-01-01/);
			assert.match(left, /complete[\s\S]*It says how long\.[\s\S]*before: tie/);
			const right = await page.locator('.side.right .said').innerText();
			assert.match(right, /1 person prefers this/);
			assert.match(right, /Person 2[\s\S]*not blind/);
			assert.match(right, /archive[\s\S]*label of an import/);
			assert.match(right, /judge-7b[\s\S]*machine judge, never a vote/);
			const neither = await page.locator('.said.neither').innerText();
			assert.match(neither, /Person 3[\s\S]*tie/);
			assert.match(neither, /flagged[\s\S]*needs adjudication/);
			// Four verdicts over one text and one over the other: both texts begin on one line.
			const tops = await page
				.locator('.side > .scroll')
				.evaluateAll((all) => all.map((each) => each.getBoundingClientRect().top));
			assert.equal(tops.length, 2);
			assert.equal(tops[0], tops[1]);
		});
	});

	test('a decision that the disk refuses brings its pair back, with choice and reason', async () => {
		await screen({}, async ({ page, action, refuse }) => {
			await refuse('The disk is full.');
			await action('right');
			await page.locator('#reason').waitFor();
			await page.keyboard.type('shorter');
			await page.keyboard.press('Enter');
			await page.getByText('Not saved: The disk is full.', { exact: true }).first().waitFor();
			await page.getByText('kettle 1?').waitFor();
			assert.equal(await page.locator('#reason').inputValue(), 'shorter');
			await page.getByRole('heading', { name: 'Adjudicate: 5 pairs left' }).waitFor();
			await refuse(null);
			await page.keyboard.press('Enter');
			await page.getByText('Saved: right', { exact: true }).waitFor();
			await page.getByText('kettle 2?').waitFor();
		});
	});

	test('back shows the decided pair, and undo takes the decision back', async () => {
		await screen({}, async ({ page, action, calls }) => {
			await action('bothBad');
			await page.locator('#reason').waitFor();
			await page.keyboard.type('neither rinses enough');
			await page.keyboard.press('Enter');
			await page.getByText('Saved: both bad', { exact: true }).waitFor();
			await action('previous');
			await page.getByText('Decided by you: both bad').waitFor();
			await action('left');
			await page.getByText('This pair is decided; U takes the decision back', { exact: true }).waitFor();
			await action('undo');
			await page.getByText('Took back your decision', { exact: true }).waitFor();
			await page.getByRole('heading', { name: 'Adjudicate: 5 pairs left' }).waitFor();
			assert.deepEqual((await calls('takeBack'))[0]?.args, [`e-${item(1).comparison}`]);
			await page.getByText('kettle 1?').waitFor();
		});
	});

	test('what was begun before the panel was hidden is there again; Escape drops it', async () => {
		const begun = { comparison: item(2).comparison, verdict: 'a', reason: 'half a' } as const;
		await screen({ begun }, async ({ page }) => {
			await page.getByText('kettle 2?').waitFor();
			assert.equal(await page.locator('#reason').inputValue(), 'half a');
			await page.locator('#reason').focus();
			await page.keyboard.press('Escape');
			await page.locator('#reason').waitFor({ state: 'detached' });
		});
	});

	test('nothing disputed, and the end of the queue, say so', async () => {
		await screen({ items: [] }, async ({ page }) => {
			await page.getByRole('heading', { name: 'Nothing is disputed' }).waitFor();
		});
		await screen({ items: [item(1)] }, async ({ page, action }) => {
			await action('tie');
			await page.locator('#reason').waitFor();
			await page.keyboard.type('same');
			await page.keyboard.press('Enter');
			await page.getByText('You have settled 1 pair.').waitFor();
		});
	});

	test('no accessibility violation in four themes and at 420 px, and nothing scrolls sideways', async () => {
		const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
		for (const theme of ['dark', 'light', 'high-contrast', 'high-contrast-light'] as const) {
			await screen({ theme, width: theme === 'light' ? 420 : 1400 }, async ({ page, action }) => {
				await action('left');
				await page.locator('#reason').waitFor();
				const source = await (await import('node:fs/promises')).readFile(axe, 'utf8');
				await page.evaluate(source);
				const found = await page.evaluate(async () => {
					const { axe: engine } = globalThis as unknown as {
						axe: { run(o: unknown): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
					};
					const { violations } = await engine.run(document);
					return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
				});
				assert.deepEqual(found, [], theme);
				assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), true);
				const shots = process.env.PAIRWRIGHT_SHOTS;
				if (shots !== undefined) await page.screenshot({ path: join(shots, `adjudicate-${theme}.png`) });
			});
		}
	});
});
