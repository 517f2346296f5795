/** A training bundle from the palette: a folder with data, scripts of the packed extension, and its README as a page. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { useEditor } from './harness/editor.ts';
import { makeDemo } from './harness/folder.ts';
import { answerDialog, openContainer, pick, pickAfter } from './harness/workbench.ts';

const editor = useEditor({ prepare: makeDemo });

test('the palette makes a bundle, says what is in it, and opens its README', async () => {
	const { page, workspace, screenshot } = editor();
	const folder = join(workspace, '../training');
	mkdirSync(folder);
	await openContainer(page, 'Pairwright');
	await pickAfter(page, 'Pairwright: Export Training Bundle…', 'Chats');
	// The demo has disputed pairs.
	await pick(page, 'Leave disputed pairs out');
	await answerDialog(page, 'Training bundle', folder);
	const message = page.locator('.notification-toast', { hasText: 'The bundle has' });
	await message.waitFor();
	const said = await message.locator('.notification-list-item-message').innerText();
	await screenshot('bundle-made');
	const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
	assert.match(said, new RegExp(`${manifest.files['data/train.jsonl'].pairs} pairs to train on`));
	assert.ok(said.includes(manifest.export.slice(0, 12)));
	assert.ok(existsSync(join(workspace, '.pairwright/exports', `${manifest.export}.json`)));
	for (const name of ['train_gdpo.py', 'score_hf.py', 'launch/fsdp.yaml'])
		assert.ok(existsSync(join(folder, name)), name);

	await message.getByRole('button', { name: 'Open Its README' }).click();
	const title = page.locator('.tab', { hasText: 'README.md' });
	await title.waitFor();
	await screenshot('bundle-readme');
});
