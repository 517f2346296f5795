/** A chat log becomes prompts that need a second response; a chat server writes them; they are judged without knowing who wrote what. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { type ChatServer, startChatServer } from '../fixtures/chat-server-process.ts';
import { useEditor } from './harness/editor.ts';
import { makeSmall } from './harness/folder.ts';
import { answerDialog, openContainer, pick, pickAfter, treeRow, webview, wordsAround } from './harness/workbench.ts';

const LOG = [
	['Which notice period does a tenancy without an end date have?', 'Three months, as a rule.'],
	['Can my landlord enter the flat while I am away? Write to me at renter@mail.example.', 'Only with your consent.'],
	['My kettle makes a noise, what can I do?', 'Descale it.'],
	['How do I translate a birth certificate for a wedding abroad?', null],
	['Which notice period does a tenancy without an end date have?', 'Three months, as a rule.'],
] as const;

let server: ChatServer;
before(async () => {
	server = await startChatServer({ models: ['small-chat', 'large-chat'], delay: 30 });
});
after(() => server.close());

const editor = useEditor({
	prepare(workspace) {
		makeSmall(workspace);
		const rows = LOG.map(([asked, answered]) => {
			const messages = [{ role: 'user', content: asked }];
			return JSON.stringify({
				messages: answered === null ? messages : [...messages, { role: 'assistant', content: answered }],
				model: 'production-7',
			});
		});
		writeFileSync(join(workspace, 'chats.jsonl'), `${rows.join('\n')}\n`);
	},
	// Whoever judged the pairs that are there: what comes into the queue is new.
	person: 'mira',
	viewport: { width: 1400, height: 900 },
	settings: { 'files.simpleDialog.enable': true },
});

const title = (page: Page, text: string | RegExp): Locator => page.locator('.quick-input-title', { hasText: text });
const rows = (page: Page): Locator => page.locator('.quick-input-list .monaco-list-row');
const input = (page: Page): Locator => page.locator('.quick-input-widget input.input').first();

/** A line of the tree with its count. */
const counted = (page: Page, label: string, count: number): Locator =>
	page.locator('.sidebar .monaco-list-row', { hasText: new RegExp(`${label}\\s*${count}\\b`) });

function events(workspace: string, type: string): Record<string, unknown>[] {
	const journal = join(workspace, '.pairwright/journal');
	return readdirSync(journal, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.jsonl'))
		.flatMap((name) => readFileSync(join(journal, name), 'utf8').split('\n'))
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as Record<string, unknown>)
		.filter((event) => event.type === type);
}

test('a chat log is imported as prompts, redacted, and waits in the queue', async () => {
	const { page, command, screenshot, workspace } = editor();
	await openContainer(page, 'Pairwright');
	await treeRow(page, 'To judge').waitFor();
	await command('Pairwright: Import Chat Logs as Prompts…');
	await answerDialog(page, 'Import chat logs as prompts', join(workspace, 'chats.jsonl'));
	await title(page, 'Replace before anything is stored').waitFor();
	assert.equal(
		(await page
			.locator(
				'.quick-input-list .monaco-list-row input:checked, .quick-input-list .monaco-list-row [aria-checked="true"]',
			)
			.count()) >= 4,
		true,
	);
	await screenshot('second-1-redact');
	await page.keyboard.press('Enter');
	const toast = page.locator('.notification-list-item', { hasText: 'need a second response' });
	await toast.waitFor();
	assert.match(
		await toast.innerText(),
		/1 row was there already.*Replaced: 1 email.*4 prompts need a second response/s,
	);
	await screenshot('second-2-imported');
	await counted(page, 'Needs a second response', 4).waitFor();
	const [imported] = events(workspace, 'imported').filter(
		(event) => (event.options as { as?: string } | undefined)?.as === 'prompts',
	);
	assert.equal((imported!.options as { redact: string }).redact, 'email,phone,iban,card');
	assert.ok(!JSON.stringify(events(workspace, 'imported')).includes('renter@mail'));
});

test('the list shows the prompts, and nothing of their responses', async () => {
	const { page, screenshot } = editor();
	await page.keyboard.press('Escape');
	await treeRow(page, 'Needs a second response').click();
	await title(page, '4 prompts need a second response').waitFor();
	await rows(page).nth(3).waitFor();
	const texts = await rows(page).allInnerTexts();
	assert.equal(texts.length, 4);
	assert.ok(!texts.some((text) => /three months|consent|descale|production/i.test(text)));
	assert.ok(texts.some((text) => text.includes('[email]')));
	await screenshot('second-3-list');
	await page.setViewportSize({ width: 700, height: 800 });
	await screenshot('second-3-list-narrow');
	await page.setViewportSize({ width: 1400, height: 900 });
	await page.keyboard.press('Escape');
});

test('a chat server writes what is missing, after the number of requests is confirmed', async () => {
	const { page, screenshot, workspace } = editor();
	await server.stats();
	await pickAfter(page, 'Pairwright: Generate Responses…', 'A chat server');
	await title(page, 'Generate responses (2/3)').waitFor();
	await input(page).fill(server.url);
	await pick(page, `Use ${server.url}`);
	await title(page, 'Generate responses (3/3)').waitFor();
	await rows(page).filter({ hasText: 'large-chat' }).click();
	await rows(page).filter({ hasText: 'small-chat' }).click();
	await screenshot('second-4-models');
	await page.keyboard.press('Enter');
	const dialog = page.locator('.monaco-dialog-box');
	await dialog.waitFor();
	const said = await dialog.innerText();
	assert.match(said, new RegExp(`Send 5 requests for 4 prompts to ${server.url}`));
	assert.match(said, /on this machine.*Nothing is judged/s);
	assert.equal((await server.stats()).requests, 0, 'nothing is sent before');
	await screenshot('second-5-confirm');
	await dialog.getByRole('button', { name: 'Send' }).click();
	const toast = page.locator('.notification-list-item', { hasText: 'Stored 5 responses' });
	await toast.waitFor();
	await screenshot('second-6-stored');
	assert.equal(events(workspace, 'generated').length, 5);
	assert.equal(events(workspace, 'judged').filter((event) => event.queue !== undefined).length, 0, 'nobody judged');
	await treeRow(page, 'Needs a second response').waitFor({ state: 'detached' });
	await counted(page, 'To judge', 4).waitFor();
});

test('the pair is judged blind: neither log nor model shows before the verdict', async () => {
	const { page, command, screenshot } = editor();
	await command('Notifications: Clear All Notifications');
	await treeRow(page, 'To judge').click();
	const view = await webview(page, 'annotate');
	await view.getByRole('group', { name: 'Your verdict' }).waitFor();
	const text = await wordsAround(view);
	for (const secret of ['small-chat', 'large-chat', 'production-7', 'chats', 'generated']) {
		assert.ok(!text.includes(secret), `${secret} shows before the verdict`);
	}
	await screenshot('second-7-blind');
	await page.setViewportSize({ width: 700, height: 800 });
	await screenshot('second-7-blind-narrow');
	await page.setViewportSize({ width: 1400, height: 900 });
});

test('another pair for the prompt on screen: two more responses', async () => {
	const { page, screenshot, workspace } = editor();
	await pickAfter(page, 'Pairwright: Generate Another Pair for This Prompt…', 'as last time');
	const dialog = page.locator('.monaco-dialog-box');
	await dialog.waitFor();
	assert.match(await dialog.innerText(), /Send 2 requests for 1 prompt/);
	await screenshot('second-8-another');
	await dialog.getByRole('button', { name: 'Send' }).click();
	await page.locator('.notification-list-item', { hasText: 'Stored 2 responses: 1 new pair' }).waitFor();
	assert.equal(events(workspace, 'generated').length, 7);
});

test('after the verdict the history tells who wrote which side', async () => {
	const { page, command, screenshot } = editor();
	await command('Notifications: Clear All Notifications');
	const view = await webview(page, 'annotate');
	await view.getByRole('button', { name: /^Tie/ }).click();
	await view.getByText('Saved: tie', { exact: true }).waitFor();
	await command('Pairwright: Previous of My Pairs');
	await view.getByRole('button', { name: /History/ }).click();
	await view.getByText('Came from').waitFor();
	const text = await view.locator('.aside').innerText();
	assert.match(text, /Left: .*(small-chat|large-chat|chats)/);
	assert.match(text, /Right: .*(small-chat|large-chat|chats)/);
	await screenshot('second-9-history');
});
