/** Chats of one message a row: gathered whole, in their order, whatever the order of rows. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLog } from '../../src/formats/open-log.ts';
import type { LoggedRow } from '../../src/formats/types.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { lines, readContent } from './formats-support.ts';

async function read(content: string): Promise<{ rows: LoggedRow[]; rejected: string[] }> {
	const folder = mkdtempSync(join(tmpdir(), 'pairwright-conversations-'));
	try {
		const path = join(folder, 'log');
		writeFileSync(path, content);
		const rows: LoggedRow[] = [];
		const rejected: string[] = [];
		for await (const batch of (await openLog(path)).batches) {
			rows.push(...batch.rows);
			rejected.push(...batch.rejected.map(({ line, reason }) => `${line}: ${reason}`));
		}
		return { rows, rejected };
	} finally {
		rmSync(folder, { recursive: true });
	}
}

const said = ({ prompt, response }: LoggedRow) => [
	...prompt.messages.map(({ role, content }) => `${role}: ${content}`),
	`→ ${response?.map(({ content }) => content).join(' | ') ?? ''}`,
];

const ROWS = [
	{ conversation_id: 'x', turn: 2, role: 'user', content: 'And why?', lang: 'en' },
	{ conversation_id: 'y', turn: 1, role: 'user', content: 'Alone.', lang: 'de' },
	{ conversation_id: 'x', turn: 1, role: 'user', content: 'What?', lang: 'en' },
	{ conversation_id: 'x', turn: 2, role: 'assistant', content: 'Because.', lang: 'en', model: 'tiny', rating: 4 },
	{ conversation_id: 'x', turn: 1, role: 'assistant', content: 'That.', lang: 'en', model: 'tiny', rating: 1 },
];

test('messages are gathered by their chat and put in order; what all or the last of them say stays with it', async () => {
	const { rows, rejected } = await read(lines(...ROWS));
	assert.deepEqual(rejected, []);
	const [y, x] = rows.toSorted((one, two) => one.prompt.messages.length - two.prompt.messages.length);
	assert.deepEqual(said(y!), ['user: Alone.', '→ ']);
	assert.deepEqual(said(x!), ['user: What?', 'assistant: That.', 'user: And why?', '→ Because.']);
	assert.deepEqual([x!.line, x!.lines, x!.model], [1, [1, 3, 4, 5], 'tiny']);
	assert.deepEqual(x!.metadata, { conversation_id: 'x', lang: 'en', rating: 4, turn: 2 });
});

test('times order messages where nothing counts them, else their rows do; tables and other names are read too', async () => {
	const rows = [
		{ chat_id: 7, from: 'gpt', value: 'Second.', timestamp: '2026-01-01T10:00:05Z' },
		{ chat_id: 7, from: 'human', value: 'First.', timestamp: '2026-01-01T10:00:00Z' },
	];
	assert.deepEqual((await read(lines(...rows))).rows.map(said), [['user: First.', '→ Second.']]);
	const csv = await read('session_id,speaker,text\ns,User,"Hello, you"\ns,assistant,Hi\nt,user,Bye\n');
	assert.deepEqual(csv.rows.map(said), [
		['user: Hello, you', '→ Hi'],
		['user: Bye', '→ '],
	]);
});

test('a chat that cannot be read is refused whole; rows of no chat are refused by their line', async () => {
	const { rows, rejected } = await read(
		lines(
			{ conversation_id: 'x', role: 'user', content: 'What?' },
			{ conversation_id: 'x', role: 'assistant', content: ['parts'] },
			{ conversation_id: null, role: 'user', content: 'Whose?' },
			{ conversation_id: 'z', role: 'user', content: 'Good.' },
		),
	);
	assert.deepEqual(rows.map(said), [['user: Good.', '→ ']]);
	assert.equal(rejected.length, 2);
	assert.match(rejected.join('\n'), /^1: messages\[1\]\.content: expected text/mu);
	assert.match(rejected.join('\n'), /^3: row: expected messages/mu);
});

test('as pairs they are refused with what to do', async () => {
	const csv = 'conversation_id,role,content\nx,user,What?\nx,assistant,That.\n';
	for (const content of [lines(...ROWS), csv]) {
		await assert.rejects(
			readContent(content),
			(error) => UserError.is(error, 'unusable-input') && /one message of a chat: .*--as prompts/u.test(error.message),
		);
	}
});
