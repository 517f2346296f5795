/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { Message } from '../../src/domain/comparison.ts';
import type { BlindPair } from '../../src/protocol/judging.ts';
import { type AnnotatePage, bundleAnnotate, INIT, openAnnotate, type Scene } from './annotate-page.ts';
import { chromiumPath, launch } from './report-page.ts';

const text = (content: string): Message[] => [{ role: 'assistant', content }];

function pair(n: number, more: Partial<BlindPair> = {}): BlindPair {
	return {
		comparison: n.toString(16).padStart(64, '0'),
		prompt: { messages: [{ role: 'user', content: `Question ${n}?` }] },
		left: text(`Left answer ${n}.`),
		right: text(`Right answer ${n}.`),
		leftSide: n % 2 === 0 ? 'a' : 'b',
		mine: null,
		...more,
	};
}

const id = (n: number) => pair(n).comparison;

describe('annotate screen', { skip: chromiumPath === null ? 'no Chromium' : false }, () => {
	let browser: Browser;
	let folder: string;
	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'pairwright-annotate-'));
		await bundleAnnotate(folder);
		browser = await launch();
	});
	after(async () => {
		await browser.close();
		await rm(folder, { recursive: true });
	});

	/** Opens, works, and checks at the end that nothing broke the policy. */
	async function screen(scene: Partial<Scene>, work: (view: AnnotatePage) => Promise<void>): Promise<void> {
		const view = await openAnnotate(browser, folder, { pairs: [1, 2, 3].map((n) => pair(n)), ...scene });
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

	const question = (view: AnnotatePage) => view.page.locator('.question').innerText();

	test('a verdict names the pair that was painted, in canonical sides, with the order and the time', async () => {
		await screen({ done: 11, total: 240 }, async (view) => {
			assert.equal(await view.page.locator('h1').innerText(), '12 of 240');
			await view.settle();
			await view.action('left');
			await view.page.getByText('Saved: left, clearly', { exact: true }).waitFor();
			const [verdict] = await view.verdicts();
			assert.equal(verdict?.comparison, id(1));
			assert.equal(verdict?.verdict, 'b', 'side b stood left');
			assert.equal(verdict?.strength, 2);
			assert.equal(verdict?.shown_first, 'b');
			assert.equal(verdict?.kind, 'first');
			assert.equal(verdict?.queue, 'judge');
			assert.equal(verdict?.guideline, 'g1');
			assert.ok((verdict?.ms ?? 0) >= 300);
			assert.match(await question(view), /Question 2/);
			assert.equal(await view.page.locator('h1').innerText(), '13 of 240');
			const said = await view.page.locator('[role=status][aria-live]').innerText();
			assert.equal(said, 'Saved: left, clearly. Pair 13 of 240.');
		});
	});

	test('two keys at once judge one pair', async () => {
		await screen({}, async (view) => {
			await view.settle();
			// In one task of the page: on a slow machine two presses from here may lie farther apart than the lock lasts.
			await view.page.evaluate(() => {
				for (const action of ['left', 'right', 'right']) {
					document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'F9', bubbles: true }));
					window.postMessage({ t: 'q', m: 'action', a: [action, 'key'] }, '*');
					document.body.dispatchEvent(new KeyboardEvent('keyup', { key: 'F9', bubbles: true }));
				}
			});
			await view.settle();
			assert.equal((await view.verdicts()).length, 1);
		});
	});

	test('a digit that was pressed elsewhere judges nothing, whatever the editor sends', async () => {
		await screen({}, async (view) => {
			await view.settle();
			await view.tell('action', 'left', 'key');
			await view.tell('action', 'left', 'palette');
			await view.tell('action', 'later', 'key');
			await view.settle();
			assert.deepEqual(await view.verdicts(), []);
			assert.deepEqual(await view.calls('skip'), []);
			await view.tell('action', 'reasons', 'palette');
			await view.page.locator('.popover').waitFor();
		});
	});

	test('a double click judges one pair', async () => {
		await screen({}, async (view) => {
			await view.settle();
			await view.page.getByRole('button', { name: 'Tie' }).dblclick();
			await view.settle();
			assert.equal((await view.verdicts()).length, 1);
		});
	});

	test('a held key locks until it is up, and its repeats never reach the editor', async () => {
		await screen({}, async (view) => {
			await view.page.evaluate(() => {
				const seen: boolean[] = [];
				(globalThis as unknown as { seen: boolean[] }).seen = seen;
				window.addEventListener('keydown', (event) => seen.push(event.repeat));
			});
			await view.settle();
			await view.page.keyboard.down('1');
			await view.tell('action', 'left', 'key');
			for (let i = 0; i < 5; i++) await view.page.keyboard.down('1');
			await view.settle();
			await view.action('left');
			assert.equal((await view.verdicts()).length, 1);
			await view.page.keyboard.up('1');
			await view.action('left');
			await view.settle();
			assert.equal((await view.verdicts()).length, 2);
			const seen = await view.page.evaluate(() => (globalThis as unknown as { seen: boolean[] }).seen);
			assert.ok(!seen.includes(true), 'no repeat');
		});
	});

	test('what is typed in the note stays there, and goes with the verdict', async () => {
		await screen({}, async (view) => {
			await view.page.evaluate(() => {
				const seen: string[] = [];
				(globalThis as unknown as { seen: string[] }).seen = seen;
				window.addEventListener('keydown', (event) => {
					if (event.key !== 'F9') seen.push(event.key);
				});
			});
			await view.settle();
			await view.action('note');
			await view.page.locator('textarea').waitFor();
			await view.page.keyboard.type('1 beats 2');
			await view.page.keyboard.press('Enter');
			assert.equal(await view.page.locator('textarea').count(), 0);
			await view.action('rightMuch');
			await view.settle();
			const [verdict, ...more] = await view.verdicts();
			assert.equal(verdict?.note, '1 beats 2');
			assert.equal(verdict?.strength, 3);
			assert.deepEqual(more, []);
			const seen = await view.page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
			assert.deepEqual(seen, []);
			const modes = (await view.calls('mode')).map(({ args }) => args[0]);
			assert.ok(modes.some((mode) => (mode as { input: boolean }).input));
			assert.deepEqual(modes.at(-1), { input: false, list: false });
		});
	});

	test('with the reasons open a digit is a reason, even where it still arrives as a verdict', async () => {
		await screen({}, async (view) => {
			await view.settle();
			await view.action('reasons');
			await view.action('right');
			await view.tell('digit', 4);
			await view.page.locator('.draft-line').getByText('clear').waitFor();
			assert.deepEqual(await view.verdicts(), []);
			await view.action('close');
			await view.settle();
			await view.action('left');
			await view.settle();
			assert.deepEqual((await view.verdicts())[0]?.reasons, ['follows the instruction', 'clear']);
		});
	});

	test('a verdict that is not saved brings the pair back with the message', async () => {
		await screen({ refuse: { judge: 'The disk is full.' } }, async (view) => {
			await view.settle();
			await view.action('left');
			await view.page.getByText('Not saved: The disk is full.', { exact: true }).waitFor();
			assert.match(await question(view), /Question 1/);
			await view.refuse('judge', null);
			await view.settle();
			await view.action('left');
			await view.settle();
			const showings = (await view.verdicts()).map(({ showing }) => showing);
			assert.equal(new Set(showings).size, 2);
			assert.match(await question(view), /Question 2/);
		});
	});

	test('"saved" is not said before it is true', async () => {
		await screen({ saveMs: 700 }, async (view) => {
			await view.settle();
			await view.action('left');
			await view.page.getByText('Saving: left, clearly').waitFor();
			assert.match(await question(view), /Question 2/, 'the next pair does not wait');
			await view.page.getByText('Saved: left, clearly', { exact: true }).waitFor();
		});
	});

	test('undo brings the judged pair back on screen', async () => {
		await screen({}, async (view) => {
			await view.settle();
			await view.action('left');
			await view.settle();
			await view.action('undo');
			await view.page.getByText('Took back: your verdict').first().waitFor();
			assert.match(await question(view), /Question 1/);
			assert.equal(await view.page.locator('h1').innerText(), '1 of 3');
		});
	});

	test('looking back retracts nothing; a change there is a correction', async () => {
		await screen({}, async (view) => {
			await view.settle();
			await view.action('left');
			await view.settle();
			await view.action('previous');
			await view.page.getByRole('heading', { name: 'Past pair, 1 back' }).waitFor();
			assert.match(await question(view), /Question 1/);
			assert.equal(
				await view.page
					.locator('.verdict[aria-pressed=true]')
					.innerText()
					.then((t) => t.includes('Left')),
				true,
			);
			await view.settle();
			await view.action('left');
			assert.equal((await view.verdicts()).length, 1, 'the same verdict again is not stored');
			await view.action('tie');
			await view.settle();
			const change = (await view.verdicts())[1];
			assert.equal(change?.kind, 'correction');
			assert.equal(change?.queue, 'look-back');
			assert.equal(change?.comparison, id(1));
			await view.action('next');
			await view.page.locator('.question', { hasText: 'Question 2' }).waitFor();
			assert.deepEqual(await view.calls('undo'), []);
		});
	});

	test('history stays shut before the verdict', async () => {
		await screen({}, async (view) => {
			await view.settle();
			await view.action('history');
			await view.page.getByText('History opens after your verdict').first().waitFor();
			assert.deepEqual(await view.calls('history'), []);
			assert.equal(await view.page.getByRole('button', { name: 'History' }).count(), 0);
		});
	});

	test('a step of mine is taken back from the history by keyboard and said; with the verdict the history shuts', async () => {
		const step = (event: string, what: string, person: string, more = {}) => ({
			...{ event, type: 'flagged', at: '2026-01-01T00:00:00Z', person, text: what, retracted: false },
			...more,
		});
		const detail = {
			...{ id: id(1), judgments: [], tags: [], split: 'train', half: null, sources: [], derived_from: null },
			history: [
				step(`e-${id(1)}`, 'judged: a', 'mara', { mine: true }),
				step('f1', 'flagged: look again', 'mara', { mine: true }),
				step('f2', 'flagged', 'jo', { from: 'journal/jo-1234abcd/d41d8cd9.jsonl', where: 'another computer' }),
			],
			names: { jo: 'Jo March' },
		};
		await screen({ detail }, async (view) => {
			await view.settle();
			await view.action('left');
			await view.settle();
			await view.action('previous');
			await view.settle();
			await view.action('history');
			const buttons = view.page.getByRole('button', { name: /^Take back:/u });
			await buttons.first().waitFor();
			assert.equal(await buttons.count(), 2, 'none at a colleague’s step');
			const colleague = view.page.locator('.aside li', { hasText: 'Jo March (jo): flagged' });
			assert.match(await colleague.innerText(), /· another computer$/u);
			assert.doesNotMatch(await view.page.locator('.aside').innerText(), /journal\//u);
			assert.match((await colleague.locator('[title]').getAttribute('title')) ?? '', /^journal\/jo-/u);
			await buttons.nth(1).focus();
			await view.page.keyboard.press('Enter');
			await view.page.locator('.taken-back', { hasText: 'flagged: look again' }).waitFor();
			const said = () => view.page.locator('[role=status][aria-live]').innerText();
			assert.match(await said(), /Took back: flagged: look again/u);
			assert.deepEqual((await view.calls('revert'))[0]?.args, [id(1), 'f1']);
			await view.page.getByRole('button', { name: 'Take back: judged: a' }).click();
			await view.page.locator('.aside').waitFor({ state: 'detached' });
			assert.match(await said(), /history is shut again/u);
			assert.match(await question(view), /Question 1/, 'the pair is there to be judged anew');
			await view.action('history');
			await view.page.getByText('History opens after your verdict').first().waitFor();
		});
	});

	test('letters typed right behind F or N are words of its field, and no keys of the screen', async () => {
		for (const [letter, action] of [
			['f', 'flag'],
			['n', 'note'],
		] as const) {
			await screen({}, async (view) => {
				await view.settle();
				// As the editor does it: the presses are over before the first of their actions comes back. In one task of the page: on a
				// slow machine they may lie too far apart to be of one moment.
				await view.page.evaluate(
					([keys, actions]) => {
						for (const key of keys) {
							for (const type of ['keydown', 'keyup']) {
								document.body.dispatchEvent(new KeyboardEvent(type, { key, code: key, bubbles: true }));
							}
						}
						for (const late of actions) window.postMessage({ t: 'q', m: 'action', a: [late, 'key'] }, '*');
					},
					[[...`${letter}We 1`], [action, 'reasons', 'improve', 'left']] as const,
				);
				const field = view.page.locator('.popover textarea');
				await field.waitFor();
				await view.page.keyboard.type('!!');
				assert.equal(await field.inputValue(), 'We 1!!');
				assert.equal(await view.page.locator('.popover').count(), 1);
				assert.deepEqual(await view.verdicts(), []);
				await view.page.keyboard.press('Enter');
				await view.page.locator('.popover').waitFor({ state: 'detached' });
				if (action === 'flag') assert.deepEqual((await view.calls('flag'))[0]?.args, [id(1), 'We 1!!']);
				await view.settle();
				await view.action('left');
				await view.page.getByText('Saved: left, clearly', { exact: true }).waitFor();
				if (action === 'note') assert.equal((await view.verdicts())[0]?.note, 'We 1!!');
			});
		}
	});

	test('an Escape right behind N is that of its field: neither it nor the panel beside stays, and a key behind it acts', async () => {
		await screen({}, async (view) => {
			await view.settle();
			await view.action('guidelines');
			await view.page.locator('.aside').waitFor();
			// In one task of the page: on a slow machine presses from here may lie too far apart to be of one moment.
			await view.page.evaluate(() => {
				for (const key of ['n', 'd', 'Escape', '1']) {
					for (const type of ['keydown', 'keyup']) {
						document.body.dispatchEvent(new KeyboardEvent(type, { key, code: key, bubbles: true }));
					}
				}
				for (const late of ['note', 'diff', 'close', 'left']) {
					window.postMessage({ t: 'q', m: 'action', a: [late, 'key'] }, '*');
				}
			});
			await view.page.getByText('Saved: left, clearly', { exact: true }).waitFor();
			assert.equal(await view.page.locator('.popover').count(), 0);
			assert.equal(await view.page.locator('.aside').count(), 1);
			assert.equal(await view.page.getByRole('button', { name: 'Diff' }).getAttribute('aria-pressed'), 'false');
			assert.equal((await view.verdicts())[0]?.note, undefined);
		});
	});

	test('a key that had its action right before N takes nothing from the note', async () => {
		await screen({}, async (view) => {
			await view.settle();
			await view.page.evaluate(() => {
				for (const key of ['j', 'n', 'o', 'k']) {
					document.body.dispatchEvent(new KeyboardEvent('keydown', { key, code: key, bubbles: true }));
				}
				for (const action of ['scrollDown', 'note']) {
					window.postMessage({ t: 'q', m: 'action', a: [action, 'key'] }, '*');
				}
			});
			const field = view.page.locator('.popover textarea');
			await field.waitFor();
			assert.equal(await field.inputValue(), 'ok');
		});
	});

	test('a verdict with Alt counts right after a field was left', async () => {
		await screen({}, async (view) => {
			await view.settle();
			await view.page.keyboard.press('n');
			await view.tell('action', 'note', 'key');
			await view.page.locator('.popover textarea').waitFor();
			await view.page.keyboard.press('Escape');
			await view.page.locator('.popover').waitFor({ state: 'detached' });
			await view.page.keyboard.press('Alt+1');
			await view.tell('action', 'leftSlightly', 'key');
			await view.page.getByText('Saved: left, slightly', { exact: true }).waitFor();
		});
	});

	test('review shows the others only after my verdict, and keeps, changes or sends on', async () => {
		const other = {
			id: 'j',
			comparison: id(1),
			annotator: 'jo',
			verdict: 'a',
			strength: 1,
			kind: 'first',
			blind: true,
			at: null,
			imported: false,
		};
		const init = { keep: { folder: 'f', target: { type: 'queue', kind: 'review' } as const } };
		await screen({ init, others: [other] }, async (view) => {
			await view.settle();
			assert.equal(await view.page.getByText('jo').count(), 0);
			await view.action('left');
			await view.page.getByText('You differ.').waitFor();
			assert.match(await view.page.locator('.review').innerText(), /jo\s+right, slightly/);
			assert.match(await question(view), /Question 1/, 'the pair stays');
			await view.action('adjudicate');
			await view.page.getByText('Sent to adjudication').first().waitFor();
			assert.deepEqual((await view.calls('flag'))[0]?.args, [id(1), 'needs adjudication']);
			await view.settle();
			await view.action('right');
			await view.settle();
			assert.equal((await view.verdicts())[1]?.kind, 'correction');
			await view.action('next');
			await view.settle();
			assert.match(await question(view), /Question 2/);
		});
	});

	test('nothing is fetched, no markup of a response is used, links open through the extension', async () => {
		const evil =
			'<img src="https://evil.example/a.png"><script>window.pwned = 1</script>\n\n![chart](https://evil.example/b.png) [here](https://example.org/x "t") [bad](javascript:alert(1))';
		const requests: string[] = [];
		await screen({ pairs: [pair(1, { left: text(evil) })] }, async (view) => {
			view.page.on('request', (request) => requests.push(request.url()));
			const left = view.page.locator('.side.left article');
			assert.match(await left.innerText(), /\[image: chart\]/);
			assert.match(await left.innerText(), /<img src=/, 'HTML is shown as text');
			assert.match(await left.innerText(), /here \(https:\/\/example\.org\/x\)/, 'the address can be read');
			assert.equal(await left.locator('img, script, a[href]').count(), 0);
			await left.locator('a').first().click();
			assert.deepEqual((await view.calls('openLink'))[0]?.args, ['https://example.org/x']);
			assert.equal(await view.page.evaluate(() => 'pwned' in window), false);
			assert.deepEqual(requests, []);
		});
	});

	test('a long pair is on screen and can be read to its end', async () => {
		const long = Array.from(
			{ length: 300 },
			(_, n) => `## Part ${n}\n\n${'Some words of an answer. '.repeat(8)}\n`,
		).join('\n');
		assert.ok(long.length > 60_000);
		await screen({ pairs: [pair(1, { left: text(long), right: text(long) })] }, async (view) => {
			const left = view.page.locator('.side.left');
			assert.match((await left.getAttribute('class')) ?? '', /unread/);
			await view.action('scrollDown');
			// Both sides.
			await view.page.waitForFunction(() =>
				[...document.querySelectorAll('.side .scroll')].every((one) => one.scrollTop > 0),
			);
			await left.locator('.scroll').evaluate((one) => {
				one.scrollTop = 10_000_000;
			});
			await left.getByText('Part 299').waitFor();
			await view.page.waitForFunction(() => !document.querySelector('.side.left')?.classList.contains('unread'));
			await view.action('diff');
			await view.page.getByText('marked: only on the left').waitFor();
		});
	});

	test('earlier turns fold; the last user turn and all tool calls can be read', async () => {
		const messages: Message[] = [
			{ role: 'system', content: 'Rules\nmore rules' },
			...Array.from({ length: 30 }, (_, n) => ({ role: n % 2 === 0 ? 'user' : 'assistant', content: `Turn ${n}` })),
			{ role: 'user', content: 'The last question' },
		];
		const call = [{ role: 'assistant', tool_calls: [{ function: { name: 'weather', arguments: '{"city":"Bern"}' } }] }];
		await screen({ pairs: [pair(1, { prompt: { messages }, left: call })] }, async (view) => {
			assert.ok(await view.page.getByText('The last question').isVisible());
			assert.equal(await view.page.locator('.earlier details').count(), 31);
			await view.page.locator('.earlier summary').last().click();
			await view.page.locator('.earlier .turn-text').getByText('Turn 29').waitFor();
			const shown = view.page.locator('.side.left pre');
			assert.match(await shown.innerText(), /"city": "Bern"/);
			assert.ok(await shown.isVisible(), 'open, where the call is all that a response says');
			await view.page.getByText('Tool call: weather').click();
			await shown.waitFor({ state: 'hidden' });
		});
	});

	test('states lead on: no workspace, no handle, no pairs, the end, an error', async () => {
		const heading = (view: AnnotatePage) => view.page.locator('#state-heading').innerText();
		await screen({ pairs: [], init: { initialised: false } }, async (view) => {
			await view.page.locator('vscode-button', { hasText: 'Open the demo' }).click();
			assert.deepEqual((await view.calls('errand'))[0]?.args, ['demo']);
			assert.deepEqual(await view.calls('queue'), []);
		});
		await screen({ pairs: [], init: { person: null } }, async (view) => {
			assert.equal(await heading(view), 'Who is judging?');
		});
		await screen({ pairs: [], init: { comparisons: 0 } }, async (view) => {
			assert.equal(await heading(view), 'No pairs yet');
		});
		await screen({ pairs: [pair(1)], init: { waiting: { judge: 0, review: 7, rejudge: 0 } } }, async (view) => {
			await view.settle();
			await view.action('left');
			await view.page.getByText('You have judged all 1 pair of your queue.').waitFor();
			await view.page.locator('vscode-button', { hasText: 'Review 7 pairs' }).click();
			assert.deepEqual((await view.calls('open'))[0]?.args, [{ type: 'queue', kind: 'review' }]);
		});
		await screen({ pairs: [], refuse: { queue: 'The data process stopped.' } }, async (view) => {
			await view.page.getByText('The data process stopped.').waitFor();
			await view.refuse('queue', null);
			await view.page.locator('vscode-button', { hasText: 'Try again' }).click();
			await view.page.getByText('Nothing waits for you').waitFor();
		});
	});

	test('guidelines open the first time, and a change is marked until it is read', async () => {
		await screen({ init: { guidelinesRead: null } }, async (view) => {
			await view.page.locator('.aside').getByText('How to judge').waitFor();
			assert.deepEqual((await view.calls('guidelinesRead'))[0]?.args, ['g1']);
		});
		const changed = { sha256: 'g2', text: `${INIT.guidelines?.text}\nA refusal is not safe by itself.\n` };
		await screen({ init: { guidelines: changed } }, async (view) => {
			await view.page.getByText('The guidelines changed since you last read them.').waitFor();
			await view.page.getByRole('button', { name: 'Show what changed' }).click();
			assert.match(await view.page.locator('.aside ins').innerText(), /A refusal is not safe/);
			assert.deepEqual(await view.calls('guidelinesRead'), [], 'showing is not reading');
			await view.page.getByRole('button', { name: 'I have read them' }).click();
			await view.page.locator('.banner').waitFor({ state: 'detached' });
			assert.deepEqual((await view.calls('guidelinesRead'))[0]?.args, ['g2']);
		});
	});

	test('in a narrow window the guidelines lie over the pair: it is judged only once they are closed', async () => {
		await screen({ width: 420 }, async (view) => {
			await view.settle();
			await view.action('guidelines');
			await view.page.locator('.aside').waitFor();
			await view.action('left');
			await view.page.locator('.status', { hasText: 'The pair is covered: close the guidelines first' }).waitFor();
			await view.action('close');
			await view.page.locator('.aside').waitFor({ state: 'detached' });
			assert.deepEqual(await view.verdicts(), []);
			await view.settle();
			await view.action('left');
			await view.page.getByText('Saved: left, clearly', { exact: true }).waitFor();
			assert.equal((await view.verdicts()).length, 1);
		});
	});

	test('what the panel keeps holds no text, and the height of the prompt is kept', async () => {
		await screen({}, async (view) => {
			await view.page.locator('.splitter').focus();
			await view.page.keyboard.press('End');
			const kept = JSON.stringify(await view.kept());
			assert.match(kept, /"promptShare":0\.7/);
			assert.match(kept, /"folder":"file:\/\/\/workspace"/);
			assert.doesNotMatch(kept, /Question|answer/);
		});
		await screen({ kept: { promptShare: 0.5 } }, async (view) => {
			const box = await view.page.locator('.prompt').boundingBox();
			assert.ok(Math.abs((box?.height ?? 0) - 450) < 2);
		});
	});

	test('unsaved reasons and note come back after the screen was hidden', async () => {
		const unsaved = { comparison: id(1), reasons: ['safe'], note: 'half' };
		await screen({ init: { unsaved } }, async (view) => {
			await view.page.locator('.draft-line').getByText('safe').waitFor();
			assert.match(await view.page.locator('.draft-line').innerText(), /half/);
		});
	});

	test('active order that is on and has not begun says above the pair what it waits for', async () => {
		for (const [activeWaits, words] of [
			[{ for: 'judgments', judged: 7 }, 'Active order begins at 20 judged train pairs, 7 so far'],
			[{ for: 'run' }, 'Active order begins with the next scoring run on this machine'],
		] as const) {
			await screen({ page: { activeWaits }, width: 420 }, async (view) => {
				await view.page.locator('.top', { hasText: words }).waitFor();
				assert.ok((await view.page.evaluate(() => document.documentElement.scrollWidth)) <= 420);
			});
		}
		await screen({}, async (view) => assert.doesNotMatch(await view.page.locator('.top').innerText(), /Active order/u));
	});

	for (const [width, height] of [
		[280, 860],
		[360, 740],
		[700, 450],
		[1400, 900],
	] as const) {
		test(`nothing is cut off at ${width} × ${height}`, async () => {
			await screen({ width, height, theme: 'high-contrast' }, async (view) => {
				const wide = await view.page.evaluate(() => document.documentElement.scrollWidth);
				assert.ok(wide <= width);
				await view.settle();
				await view.action('left');
				await view.page.getByText('Saved: left, clearly', { exact: true }).waitFor();
				await view.settle();
				// A past pair: its verdict has a mark before the words.
				await view.action('previous');
				await view.page.getByRole('button', { name: 'History' }).waitFor();
				const buttons = await view.page.locator('.act button').all();
				assert.ok(buttons.length >= 10);
				for (const button of buttons) {
					const box = await button.boundingBox();
					const name = await button.innerText();
					assert.ok(box !== null && box.x >= 0 && box.x + box.width <= width && box.y + box.height <= height, name);
				}
			});
		});
	}

	test('every control has a name and the page its landmarks (axe)', async () => {
		const { default: axe } = await import('axe-core');
		for (const theme of ['dark', 'light', 'high-contrast'] as const) {
			await screen({ theme }, async (view) => {
				await view.settle();
				await view.action('reasons');
				await view.page.locator('.popover').waitFor();
				// Evaluated by the debugger, which the page's policy does not bind.
				await view.page.evaluate(axe.source);
				const found = await view.page.evaluate(async () => {
					const { axe: run } = globalThis as unknown as {
						axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
					};
					const { violations } = await run.run({ resultTypes: ['violations'] });
					return violations.map(
						({ id: rule, nodes }) => `${rule}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
					);
				});
				assert.deepEqual(found, [], theme);
			});
		}
	});
});
