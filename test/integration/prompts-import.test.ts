/** Chat logs as prompts: what is stored, what is counted, where the prompts belong before they have a pair, and how they are listed. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { REDACTIONS } from '../../src/domain/redaction.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { dump } from '../../src/store/dump.ts';
import { makeCli } from './cli-run.ts';
import { holding } from './erase-support.ts';
import { folder, job, openAt } from './workspace-support.ts';

function lines(dir: string, name: string, rows: readonly unknown[]): string {
	const path = join(dir, name);
	writeFileSync(path, `${rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n')}\n`);
	return path;
}

const chat = (asked: string, answered?: string) => ({
	messages: [
		{ role: 'system', content: 'Be kind.' },
		{ role: 'user', content: asked },
		...(answered === undefined ? [] : [{ role: 'assistant', content: answered }]),
	],
});

test('shapes of logs come to the same prompts: chats, columns, ShareGPT, CSV', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const csv = join(dir, 'log.csv');
	writeFileSync(csv, 'prompt,response,model\n"Why, then?","Because, so.",m1\nHow?,,m1\n');
	const files = [
		lines(dir, 'a.jsonl', [{ prompt: 'Why, then?', response: 'Because, so.' }]),
		lines(dir, 'b.jsonl', [{ conversations: [{ from: 'human', value: 'How?' }] }]),
		lines(dir, 'c.jsonl', [
			{
				messages: [
					{ role: 'user', content: 'Why, then?' },
					{ role: 'assistant', content: 'Because, so.' },
				],
			},
		]),
		csv,
	];
	const done = await workspace.importFiles(files, { as: 'prompts' }, job());
	assert.deepEqual(
		done.files.map(({ rows, imported, duplicates, rejected }) => [rows, imported, duplicates, rejected]),
		[
			[1, 1, 0, 0],
			[1, 1, 0, 0],
			[1, 0, 1, 0],
			[2, 0, 2, 0],
		],
	);
	const page = await workspace.waiting({ order: 'arrival' });
	assert.deepEqual(
		page.rows.map(({ preview, candidates, times }) => [preview, candidates, times]),
		[
			['Why, then?', 1, 3],
			['How?', 0, 2],
		],
	);
});

test('the stored source is the redacted one, bad rows are named and not stored, and a second import adds nothing', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const secret = 'jane.roe@mail.example';
	const path = lines(dir, 'log.jsonl', [
		chat(`Write to ${secret} or +49 151 23456789`, 'Pay to DE89 3704 0044 0532 0130 00.'),
		`{"broken": "${secret}"`,
		{ prompt: 'Card 4111 1111 1111 1111?', meta: { from: secret } },
	]);
	const options = { as: 'prompts', redact: REDACTIONS } as const;
	const first = await workspace.importFiles([path], options, job());
	assert.deepEqual(first.redacted, { email: 2, phone: 1, iban: 1, card: 1 });
	assert.deepEqual(
		first.rejected.map(({ line }) => line),
		[2],
	);
	const root = join(dir, 'work/.pairwright');
	const stored = readdirSync(join(root, 'sources')).map((name) =>
		gunzipSync(readFileSync(join(root, 'sources', name))).toString('utf8'),
	);
	assert.equal(stored.length, 1);
	for (const text of [...stored, dump(workspace.context.db), JSON.stringify(workspace.context.events('imported'))]) {
		assert.ok(!/jane\.roe|23456789|3704 0044|4111 1111/u.test(text));
	}
	const before = dump(workspace.context.db);
	const again = await workspace.importFiles([path], options, job());
	assert.deepEqual([again.files[0]!.imported, again.files[0]!.duplicates, again.files[0]!.rejected], [0, 2, 1]);
	assert.deepEqual(again.redacted, first.redacted);
	assert.equal(dump(workspace.context.db), before);
	assert.equal(readdirSync(join(root, 'sources')).length, 1);
	await workspace.rebuild(job());
	await workspace.settled();
	assert.equal(dump(workspace.context.db), before);
});

test('a waiting prompt has its split, is tagged with its cluster, keeps half and tag when it gets a pair', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const asked = 'May my landlord raise the rent twice within a year?';
	await workspace.importFiles([lines(dir, 'one.jsonl', [chat(asked, 'No.')])], { as: 'prompts' }, job());
	const [row] = (await workspace.waiting({})).rows;
	assert.ok(row!.split === 'train' || row!.split === 'eval');
	assert.equal((await workspace.info()).splits[row!.split].prompts, 0, 'what waits is in no count of pairs');
	await workspace.tag({ ids: [row!.id] }, { facet: 'domain:law' });
	const [tagged] = (await workspace.waiting({ split: 'heldout' })).rows;
	assert.deepEqual(tagged!.tags, ['domain:law']);
	assert.ok(tagged!.half === 'R' || tagged!.half === 'E');
	const done = await workspace.importFiles([lines(dir, 'two.jsonl', [chat(asked, 'Yes.')])], { as: 'prompts' }, job());
	assert.equal(done.paired, 1);
	const [pair] = (await workspace.list({})).comparisons;
	assert.deepEqual([pair!.split, pair!.half, pair!.tags], ['heldout', tagged!.half, ['domain:law']]);
	assert.equal((await workspace.waiting({})).total, 0);
});

test('prompts unlike train come first', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const things = ['kettle', 'oven', 'lamp', 'radio', 'stove', 'drill'];
	const train = Array.from({ length: 60 }, (_, i) => ({
		prompt: `My ${things[i % 6]} number ${i} makes a noise and will not switch on, what can I do about it?`,
		chosen: `Answer ${i}.`,
		rejected: `Other ${i}.`,
		split: 'train',
	}));
	await workspace.importFiles([lines(dir, 'train.jsonl', train)], {}, job());
	const log = [
		chat('My kettle number 7 makes a noise, what can I do about it?'),
		chat('Translate the third stanza of the ballad into Latin hexameters.'),
	];
	await workspace.importFiles([lines(dir, 'log.jsonl', log)], { as: 'prompts' }, job());
	const { rows } = await workspace.waiting({});
	assert.match(rows[0]!.preview, /^Translate/);
	assert.ok(rows[0]!.novelty! > rows[1]!.novelty!);
});

test('what cannot be is refused before anything is stored', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const pairs = lines(dir, 'pairs.jsonl', [{ prompt: 'Why?', chosen: 'a', rejected: 'b' }]);
	const refused = (pattern: RegExp) => (error: unknown) => UserError.is(error) && pattern.test(error.message);
	await assert.rejects(workspace.importFiles([pairs], { as: 'prompts' }, job()), refused(/found a pair/));
	await assert.rejects(
		workspace.importFiles([pairs], { as: 'prompts', link: true, redact: ['email'] }, job()),
		refused(/--link would leave the file as it is/),
	);
	assert.equal(workspace.context.events('imported').length, 0);
	assert.equal(existsSync(join(dir, 'work/.pairwright/sources')), false);
});

test('the command line imports, lists and plans; it sends nothing without a yes', async (t) => {
	const cli = makeCli(t);
	await cli.run(['init', cli.dir]);
	const log = cli.write(
		'log.jsonl',
		`${JSON.stringify(chat('Where is a@b.example?', 'There.'))}\n{"prompt":"When?"}\n`,
	);
	const imported = await cli.json(['import', log, '--as', 'prompts', '--redact', 'email,phone']);
	assert.equal(imported.code, 0);
	const { redacted, waiting } = imported.document as {
		redacted: object;
		waiting: { prompts: number; answered: number };
	};
	assert.deepEqual(redacted, { email: 1, phone: 0 });
	assert.deepEqual([waiting.prompts, waiting.answered], [2, 1]);
	const listed = await cli.json(['prompts']);
	const { prompts, total } = listed.document as { prompts: { preview: string }[]; total: number };
	assert.deepEqual([total, prompts.length], [2, 2]);
	assert.ok(!JSON.stringify(prompts).includes('There.'));
	const url = ['--url', 'http://127.0.0.1:9', '--model', 'm'];
	const dry = await cli.json(['generate', ...url, '--dry-run']);
	assert.equal((dry.document as { plan: { requests: number } }).plan.requests, 3);
	const said = await cli.run(['--workspace', cli.dir, 'generate', ...url, '--dry-run']);
	assert.match(said.stdout, /3 requests.*\nWhether it has the model cannot be told: .*cannot be reached/u);
	const asked = await cli.run(['--workspace', cli.dir, 'generate', ...url]);
	assert.equal(asked.code, 1);
	assert.match(asked.stderr, /3 requests for 2 prompts.*127\.0\.0\.1:9 on this machine.*Nothing was sent: say --yes/s);
	const wrong = await cli.run(['--workspace', cli.dir, 'import', log, '--redact', 'email']);
	assert.equal(wrong.code, 1);
	assert.match(wrong.stderr, /--redact belongs to --as prompts/);
});

test('a log that is imported again brings back nothing that was erased, redacted or not', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const log = lines(dir, 'log.jsonl', [
		chat('What is my PIN code 7781?', 'I do not know.'),
		chat('How are you?', 'Fine.'),
	]);
	await workspace.importFiles([log], { as: 'prompts' }, job());
	const [row] = (await workspace.waiting({ order: 'arrival' })).rows.filter(({ preview }) => preview.includes('7781'));
	await workspace.erase([row!.id], { reason: 'a secret' }, job());
	const more = lines(dir, 'more.jsonl', [
		chat('What is my PIN code 7781?', 'I do not know.'),
		chat('Who are you?', 'A log.'),
	]);
	for (const options of [{}, { redact: REDACTIONS }]) {
		for (const file of [log, more]) {
			await workspace.importFiles([file], { as: 'prompts', ...options }, job());
			assert.deepEqual(holding(join(dir, 'work'), '7781'), []);
		}
	}
	const left = (await workspace.waiting({ order: 'arrival' })).rows.map(({ preview }) => preview);
	assert.deepEqual(left.sort(), ['How are you?', 'Who are you?']);
	const { length } = workspace.context.events('imported');
	await workspace.importFiles([more], { as: 'prompts' }, job());
	assert.equal(workspace.context.events('imported').length, length, 'the same file is one import');
});
