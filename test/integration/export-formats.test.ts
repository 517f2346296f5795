import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Ajv } from 'ajv';
import {
	EXPORT_FORMAT_FACTS,
	EXPORT_FORMATS,
	type ExportFormat,
	exportExtension,
} from '../../src/domain/export-format.ts';
import { sha256 } from '../../src/domain/identity.ts';
import type { Split } from '../../src/domain/split.ts';
import { UserError } from '../../src/protocol/errors.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { DATASET_INFO_SCHEMA, ROW_SCHEMAS } from '../fixtures/export-schemas.ts';
import { runPython, trainingPython } from '../fixtures/python.ts';
import { folder, job, openAt } from './workspace-support.ts';

type Json = Record<string, unknown>;

const SECRET = 'zeugma';
const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });
const calls = [{ id: '1', type: 'function', function: { name: 'look_up', arguments: '{"case":1}' } }];

/** Verdicts and shapes in turn: each split has every kind. */
function row(i: number, split: string, half?: string): object {
	const tools = i % 10 === 7 ? { tools: [{ type: 'function', function: { name: 'look_up', parameters: {} } }] } : {};
	const question = `Question ${i} of ${split} ${half ?? ''}: “${'é😀'.repeat(i % 3)}” what about case ${(i * 7919) % 1009}?`;
	// Each with a first turn of its own: a shared one would make them a cluster across splits.
	const opening = user(`${split} ${half ?? ''} ${i}`);
	const before = i % 10 === 5 ? [{ role: 'system', content: 'Be brief.' }, opening, assistant('Yes?')] : [];
	const called =
		i % 10 === 6 ? [opening, { role: 'assistant', tool_calls: calls }, { role: 'tool', content: 'seen' }] : [];
	const verdict = ['a', 'b', 'a', 'b', 'a', 'b', 'a', 'a', 'tie', 'both_bad'][i % 10];
	return {
		prompt: [...before, ...called, user(question)],
		response_a:
			i % 10 === 4 ? [assistant(`Step ${i}`), user('And?'), assistant('Rest.')] : `Take step ${i},\nthen rest.`,
		response_b: i % 20 === 3 ? '' : `Nothing about ${i} helps.`,
		...tools,
		split,
		...(half === undefined ? {} : { half, tags: [`domain:${half === 'R' ? 'law' : SECRET}`] }),
		judgments: [{ annotator: half === 'E' ? SECRET : 'ben', verdict, strength: 3 }],
		metadata: half === 'E' ? { score: SECRET } : { shelf: i },
	};
}

async function filled(t: TestContext): Promise<{ dir: string; workspace: Workspace }> {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const rows: object[] = [];
	for (const [split, n, half] of [
		['train', 40],
		['eval', 20],
		['heldout', 20, 'R'],
		['heldout', 20, 'E'],
		['retention', 10],
	] as const) {
		for (let i = 0; i < n; i++) rows.push(row(i, split, half));
	}
	rows.push({ ...row(991, 'train'), judgments: [] });
	writeFileSync(join(dir, 'rows.jsonl'), rows.map((each) => `${JSON.stringify(each)}\n`).join(''));
	await workspace.importFiles([join(dir, 'rows.jsonl')], { format: 'pairwright' }, job());
	return { dir, workspace };
}

function rowsOf(path: string): Json[] {
	const text = readFileSync(path, 'utf8');
	if (path.endsWith('.json')) return JSON.parse(text) as Json[];
	return text
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as Json);
}

test('every format: one file a split, the same bytes twice, and lines to paste that name the files', async (t) => {
	const { dir, workspace } = await filled(t);
	for (const format of EXPORT_FORMATS) {
		const out = join(dir, format);
		const first = await workspace.exportData({ format, splits: ['train', 'eval'], out });
		const bytes = first.files.map(({ path }) => readFileSync(path));
		assert.deepEqual(
			first.files.map(({ sha256 }) => sha256),
			bytes.map((each) => sha256(each)),
		);
		const again = await workspace.exportData({ format, splits: ['train', 'eval'], out });
		assert.deepEqual(again, first, format);
		assert.deepEqual(
			again.files.map(({ path }) => readFileSync(path)),
			bytes,
		);
		assert.deepEqual(
			readdirSync(out, { recursive: true }).filter((name) => String(name).includes('tmp')),
			[],
		);
		const written = first.files.reduce((sum, { written }) => sum + written, 0);
		assert.equal(written + Object.values(first.dropped).reduce((sum, n) => sum + n, 0), 61, format);
		const lines = first.config.map(({ text }) => text).join('\n');
		for (const { path } of first.files) assert.ok(lines.includes(format === 'hf' ? out : path), `${format}: ${lines}`);
		assert.ok(format === 'hf' || first.files.every(({ path }) => path.endsWith(`.${exportExtension(format)}`)));
		// Argilla refuses records with metadata that a data set has not declared, and `pairwright` holds a JSON object.
		if (format === 'argilla') assert.match(lines, /allow_extra_metadata=True/);
		assert.equal(first.files[0]?.rows, format === 'kto' ? 2 * first.files[0]!.written : undefined);
	}
});

test('each pair of a page comes out with its own judgments and metadata', async (t) => {
	const { dir, workspace } = await filled(t);
	const again = [row(3, 'train'), row(8, 'eval'), row(9, 'eval')].map((each) => ({
		...each,
		judgments: [{ annotator: 'dee', verdict: 'a' }],
		metadata: { later: true },
	}));
	writeFileSync(join(dir, 'again.jsonl'), again.map((each) => `${JSON.stringify(each)}\n`).join(''));
	await workspace.importFiles([join(dir, 'again.jsonl')], { format: 'pairwright', source: 'second' }, job());
	const { comparisons } = await workspace.list({ split: 'eval', limit: 200 });
	for (const [i, { id }] of comparisons.entries()) {
		const { judgment } = await workspace.judge({ comparison: id, verdict: i % 2 === 0 ? 'tie' : 'both_bad' });
		if (i % 4 === 0) await workspace.retract(judgment.id);
		if (i % 5 === 0) await workspace.adjudicate({ comparison: id, verdict: 'b', reason: 'It says less.' });
	}
	const splits = ['train', 'eval'] as const;
	const out = await workspace.exportData({ format: 'pairwright', splits, out: join(dir, 'own') });
	const rows = out.files.flatMap(({ path }) => rowsOf(path)) as {
		readonly id: string;
		readonly judgments: readonly { readonly annotator: string; readonly verdict: string }[];
		readonly metadata: unknown;
	}[];
	assert.equal(rows.length, 61);
	const said = (judgments: (typeof rows)[number]['judgments']) =>
		judgments.map(({ annotator, verdict }) => `${annotator}: ${verdict}`).sort();
	for (const { id, judgments, metadata } of rows) {
		const alone = await workspace.show(id);
		assert.deepEqual([said(judgments), metadata], [said(alone.judgments), alone.metadata]);
	}
	assert.deepEqual([...new Set(rows.flatMap(({ judgments }) => judgments.map((j) => j.annotator)))].sort(), [
		'ana',
		'ben',
		'dee',
	]);
});

test('held-out goes out where named alone: its tuning half; the sealed one as texts, to no trainer', async (t) => {
	const { dir, workspace } = await filled(t);
	for (const format of EXPORT_FORMATS) {
		const { training } = EXPORT_FORMAT_FACTS[format];
		const both = await workspace.exportData({ format, splits: ['train', 'eval'], out: join(dir, `${format}-two`) });
		assert.deepEqual(
			both.files.map(({ split }) => split),
			['train', 'eval'],
		);
		const held = await workspace.exportData({ format, splits: ['heldout'], out: join(dir, `${format}-held`) });
		const text = readFileSync(held.files[0]!.path, 'utf8');
		assert.equal(held.dropped.sealed, undefined);
		assert.equal(held.seen, 0);
		if (training) assert.ok(held.files[0]!.written <= 20 && !text.includes('heldout E'), format);
		else if (format !== 'pairwright') assert.ok(text.includes('heldout E') && !text.includes(SECRET), format);
		// Own files keep the facets of sealed rows, by which they come back to their place; nothing else that came with them.
		else {
			const sealed = rowsOf(held.files[0]!.path).filter(({ sealed }) => sealed === true);
			assert.equal(sealed.length, 20);
			for (const { tags, judgments, source, metadata } of sealed) {
				assert.deepEqual([tags, judgments, source, metadata], [[`domain:${SECRET}`], null, undefined, undefined]);
			}
		}
		for (const { path } of both.files) assert.ok(!readFileSync(path, 'utf8').includes('heldout'), path);
	}
});

test('no trainer gets a pair of a cluster that a more protected split shares: each says so, and how many', async (t) => {
	const { dir, workspace } = await filled(t);
	const splits = ['train', 'eval', 'heldout', 'retention'] as const;
	const before = new Map<ExportFormat, Awaited<ReturnType<Workspace['exportData']>>>();
	for (const format of EXPORT_FORMATS) {
		before.set(format, await workspace.exportData({ format, splits, out: join(dir, format) }));
	}
	const first = (i: number, of: string) =>
		`Question ${i} of ${of}: “${'é😀'.repeat(i % 3)}” what about case ${i * 7919}?`;
	const shared = [
		[first(0, 'heldout E'), 'heldout', 'E'],
		[first(0, 'heldout E').toUpperCase(), 'heldout', 'R'],
		[first(1, 'eval'), 'eval'],
	] as const;
	const rows = [
		...shared.map(([prompt, split, half], i) => ({ ...row(2000 + i, split, half), prompt })),
		// Another case, another system turn, another second turn.
		{ ...row(2010, 'train'), prompt: first(0, 'heldout E').toLowerCase() },
		{ ...row(2011, 'train'), prompt: [{ role: 'system', content: 'Be kind.' }, user(first(1, 'eval'))] },
		{ ...row(2012, 'eval'), prompt: [user(first(0, 'heldout E')), assistant('It depends.'), user('On what?')] },
	];
	writeFileSync(join(dir, 'near.jsonl'), rows.map((each) => `${JSON.stringify(each)}\n`).join(''));
	await workspace.importFiles([join(dir, 'near.jsonl')], { format: 'pairwright' }, job());
	const { left_out } = await workspace.exportBundle({ out: join(dir, 'bundle') });
	assert.equal(left_out.spanning, 4);
	for (const format of EXPORT_FORMATS) {
		const now = await workspace.exportData({ format, splits, out: join(dir, format) });
		const was = before.get(format)!;
		const added = now.files.map(({ split, written }, i) => [split, written - was.files[i]!.written]);
		const { training } = EXPORT_FORMAT_FACTS[format];
		assert.deepEqual(
			[now.dropped.spanning, Object.fromEntries(added)],
			training
				? [4, { train: 0, eval: 1, heldout: 0, retention: 0 }]
				: [undefined, { train: 2, eval: 2, heldout: 2, retention: 0 }],
			format,
		);
		const again = await workspace.exportData({ format, splits, out: join(dir, format) });
		assert.deepEqual(again, now, format);
	}
});

test('every export is recorded; a trainer’s makes prompts of train and eval seen, no other does', async (t) => {
	const { dir, workspace } = await filled(t);
	const records = (): string[] => readdirSync(join(dir, 'work/.pairwright/exports'));
	const at = async (format: ExportFormat, splits: readonly Split[]) => {
		const done = await workspace.exportData({ format, splits, out: join(dir, 'out') });
		const text = readFileSync(join(dir, 'work/.pairwright/exports', `${done.export}.json`), 'utf8');
		assert.equal(sha256(text), done.export);
		return { ...done, record: JSON.parse(text) as { splits: Json; others?: Json } };
	};
	const tool = await at('argilla', ['train', 'heldout']);
	assert.deepEqual(
		[tool.seen, Object.keys(tool.record.splits), Object.keys(tool.record.others ?? {}).sort()],
		[0, [], ['heldout', 'train']],
	);
	const held = await at('trl', ['heldout']);
	assert.deepEqual([held.seen, Object.keys(held.record.others ?? {})], [0, ['heldout']]);
	const trained = await at('openai', ['train', 'heldout']);
	assert.deepEqual([trained.seen > 0, Object.keys(trained.record.splits)], [true, ['train']]);
	assert.equal(records().length, 3);
	await at('openai', ['train', 'heldout']);
	assert.equal(records().length, 3);
	const { findings } = (await workspace.doctor({})) as unknown as { findings?: readonly { status: string }[] };
	assert.deepEqual(
		(findings ?? []).filter(({ status }) => status === 'error'),
		[],
	);
	const { markdown } = await workspace.card();
	assert.match(markdown, /Exports for training so far: 1 under/u);
});

test('files stand whole or not at all; a dataset folder replaces no README of somebody else', async (t) => {
	const { dir, workspace } = await filled(t);
	const out = join(dir, 'mine');
	mkdirSync(out);
	writeFileSync(join(out, 'README.md'), '# My project\n');
	await assert.rejects(workspace.exportData({ format: 'hf', splits: ['train'], out }), (error) =>
		UserError.is(error, 'usage'),
	);
	assert.deepEqual(readdirSync(out), ['README.md']);
	await assert.rejects(
		workspace.exportData({ format: 'hf', splits: ['train'], out: join(dir, 'one.parquet') }),
		(error) => UserError.is(error, 'usage'),
	);
	// Where one split's file cannot be put in place, nothing was written there before it.
	mkdirSync(join(out, 'eval.jsonl.x'), { recursive: true });
	const done = await workspace.exportData({ format: 'trl', splits: ['train'], out: join(out, 'only.jsonl') });
	assert.equal(existsSync(join(out, 'only.jsonl')), true);
	assert.equal(done.files.length, 1);
});

test('an export never replaces an imported file that is read where it lies', async (t) => {
	const { dir, workspace } = await filled(t);
	const home = join(dir, 'work');
	const source = join(home, 'train.jsonl');
	writeFileSync(source, `${JSON.stringify(row(5000, 'train'))}\n`);
	await workspace.importFiles([source], { format: 'pairwright' }, job());
	const before = readFileSync(source);
	for (const out of [home, source]) {
		await assert.rejects(
			workspace.exportData({ format: 'trl', splits: ['train'], out }),
			(error) =>
				UserError.is(error, 'usage') && /train\.jsonl was imported and is read where it lies/u.test(error.message),
		);
		assert.deepEqual(readFileSync(source), before);
	}
	await workspace.exportData({ format: 'trl', splits: ['eval'], out: home });
});

test('rows are as the pages of those who read them say', async (t) => {
	const { dir, workspace } = await filled(t);
	const ajv = new Ajv({ strict: false });
	for (const [format, schema] of Object.entries(ROW_SCHEMAS) as [ExportFormat, object][]) {
		const check = ajv.compile(schema);
		const done = await workspace.exportData({ format, splits: ['train', 'eval', 'heldout'], out: join(dir, format) });
		let rows = 0;
		for (const { path } of done.files) {
			for (const each of rowsOf(path)) {
				assert.ok(check(each), `${format}: ${ajv.errorsText(check.errors)} in ${JSON.stringify(each)}`);
				rows++;
			}
		}
		assert.ok(rows > 30, `${format}: ${rows}`);
		if (format === 'llama-factory') {
			const info = JSON.parse(done.config[0]!.text) as Json;
			assert.ok(ajv.validate(DATASET_INFO_SCHEMA, info), ajv.errorsText());
			assert.deepEqual(Object.keys(info), ['pairwright_train', 'pairwright_eval', 'pairwright_heldout']);
		}
	}
});

test('what was written comes back from another workspace with the same ids', async (t) => {
	const { dir, workspace } = await filled(t);
	const splits = ['train', 'eval', 'heldout', 'retention'] as const;
	const all = new Set((await workspace.list({ limit: 500 })).comparisons.map(({ id }) => id));
	for (const format of EXPORT_FORMATS.filter((name) => name !== 'kto')) {
		const done = await workspace.exportData({ format, splits, out: join(dir, format) });
		const { workspace: other } = await openAt(dir, 'bo', 'two', `again-${format}`);
		const [report] = (
			await other.importFiles(
				done.files.map(({ path }) => path),
				{},
				job(),
			)
		).files;
		assert.equal(report?.rejected, 0, format);
		const listed = (await other.list({ limit: 500 })).comparisons;
		await other.close();
		assert.equal(
			listed.length,
			done.files.reduce((sum, { written }) => sum + written, 0),
			format,
		);
		assert.ok(
			listed.every(({ id }) => all.has(id)),
			format,
		);
	}
});

test('verdicts of the journal that come back with an own export are no second ones: taken back, they are gone', async (t) => {
	const { dir, workspace } = await filled(t);
	const { comparisons } = await workspace.list({ split: 'train', status: 'open' });
	const { comparisons: judged } = await workspace.list({ split: 'eval', limit: 2 });
	const ids = [...comparisons, ...judged].map(({ id }) => id);
	assert.equal(ids.length, 3);
	const verdicts = [];
	for (const comparison of ids) {
		const { judgment } = await workspace.judge({ comparison, verdict: 'a', strength: 3, note: 'It says more.' });
		verdicts.push(judgment.id);
	}
	const own = await workspace.exportData({ format: 'pairwright', splits: ['train', 'eval'], out: join(dir, 'own') });
	// One stays, one is corrected, one is taken back: whether before its copy comes in or after is all the same.
	await workspace.judge({ comparison: ids[1]!, verdict: 'b' });
	const states = async () =>
		await Promise.all(
			ids.map(async (id) => {
				const { judgments } = await workspace.show(id);
				return judgments.map(({ annotator, verdict, imported }) => [annotator, verdict, imported]);
			}),
		);
	const before = await states();
	const files = own.files.map(({ path }) => path);
	const { files: reports } = await workspace.importFiles(files, {}, job());
	assert.deepEqual(
		reports.map(({ imported, duplicates }) => [imported, duplicates]),
		own.files.map(({ written }) => [0, written]),
	);
	assert.deepEqual(await states(), before);
	await workspace.retract(verdicts[0]!);
	assert.deepEqual((await states())[0], []);
	const open = (await workspace.list({ split: 'train', status: 'open' })).comparisons;
	assert.deepEqual(
		open.map(({ id }) => id),
		[ids[0]],
	);
	const folded = [await states(), (await workspace.show(ids[1]!)).history];
	await workspace.rebuild(job());
	assert.deepEqual([await states(), (await workspace.show(ids[1]!)).history], folded);
	// Where the journal does not have them, they count.
	const { workspace: other } = await openAt(dir, 'bo', 'two', 'other');
	t.after(() => other.close());
	await other.importFiles(files, {}, job());
	assert.deepEqual(
		(await other.show(ids[0]!)).judgments.map(({ annotator, verdict }) => [annotator, verdict]),
		[['ana', 'a']],
	);
	// Until it comes: what was taken back there is gone here.
	const journal = '.pairwright/journal';
	cpSync(join(workspace.context.paths.root, journal), join(other.context.paths.root, journal), { recursive: true });
	await other.reload();
	assert.deepEqual((await other.show(ids[0]!)).judgments, []);
});

/** What test/fixtures/export_check.py found of one format. */
interface Consumed {
	readonly rows: Readonly<Record<string, number>>;
	readonly DPO?: { readonly rows: number };
	readonly KTO?: { readonly rows: number };
	readonly cut?: number;
	readonly features_as_declared?: boolean;
	readonly declared?: Readonly<Record<string, number>>;
}

const python = trainingPython();

test('datasets and TRL read the files: every row, the features of the card, and a training step', {
	skip: python === null ? 'skipped: no Python with the packages of media/bundle/requirements.txt' : false,
}, async (t) => {
	const { dir, workspace } = await filled(t);
	const out = join(dir, 'files');
	const written: Record<string, Record<string, number>> = {};
	for (const format of EXPORT_FORMATS) {
		if (format === 'pairwright') continue;
		const done = await workspace.exportData({ format, splits: ['train', 'eval'], out: join(out, format) });
		written[format] = Object.fromEntries(done.files.map(({ split, written, rows }) => [split, rows ?? written]));
	}
	const script = join(import.meta.dirname, '../fixtures/export_check.py');
	const { code, stdout, stderr } = await runPython(python!, [script, out], dir);
	assert.equal(code, 0, stderr.slice(-3000));
	const read = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, Consumed>;
	for (const [format, rows] of Object.entries(written)) assert.deepEqual(read[format]?.rows, rows, format);
	assert.equal(read.hf?.features_as_declared, true);
	assert.deepEqual(read.hf?.declared, written.hf);
	for (const format of ['trl', 'trl-standard', 'parquet', 'hf']) {
		assert.equal(read[format]?.DPO?.rows, written[format]?.train, format);
	}
	assert.equal(read.kto?.KTO?.rows, written.kto?.train);
	assert.equal(read.axolotl?.cut, 2 * (written.axolotl?.train ?? 0));
});
