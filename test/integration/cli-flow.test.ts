import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { RunRecord } from '../../src/domain/run-record.ts';
import type { SplitsOverview, TagResult } from '../../src/protocol/curation.ts';
import type { ImportResult } from '../../src/protocol/imports.ts';
import type { ComparisonDetail, ListPage } from '../../src/protocol/lists.ts';
import { type Cli, makeCli, ownRows } from './cli-run.ts';

async function ok<T>(cli: Cli, args: string[], options?: { input?: string }): Promise<T> {
	const { code, document, stderr } = await cli.json(args, options);
	assert.equal(code, 0, `${args.join(' ')}: ${JSON.stringify(document)} ${stderr}`);
	return document as T;
}

async function workspace(t: TestContext, rows: string): Promise<Cli> {
	const cli = makeCli(t);
	const made = await cli.run(['init', cli.dir]);
	assert.equal(made.code, 0, made.stderr);
	await ok(cli, ['import', cli.write('rows.jsonl', rows)]);
	return cli;
}

const list = async (cli: Cli, ...args: string[]) => ok<ListPage>(cli, ['list', '--limit', '0', ...args]);

test('init makes a workspace once', async (t) => {
	const cli = makeCli(t);
	const first = JSON.parse((await cli.run(['init', cli.dir, '--json'])).stdout);
	assert.deepEqual(first, { workspace: cli.dir, created: true });
	assert.deepEqual(JSON.parse((await cli.run(['init', cli.dir, '--json'])).stdout), {
		workspace: cli.dir,
		created: false,
	});
	assert.ok(existsSync(join(cli.dir, '.pairwright', 'config.json')));
	const { stdout, code } = await cli.run(['list'], { cwd: join(cli.dir, '.pairwright') });
	assert.equal(code, 0);
	assert.match(stdout, /No comparison fits/);
});

test('import counts rows, names bad ones with their line, and adds nothing the second time', async (t) => {
	const cli = makeCli(t);
	await cli.run(['init', cli.dir]);
	const good = ownRows(20);
	const path = cli.write(
		'mixed.jsonl',
		`${good}{"prompt": "torn\n{"prompt":"p","response_a":"same","response_b":"same"}\n`,
	);
	const mixed = await cli.json(['import', path]);
	assert.equal(mixed.code, 2);
	const done = mixed.document as ImportResult;
	assert.deepEqual([done.files[0]!.imported, done.files[0]!.rejected, done.comparisons], [20, 2, 20]);
	assert.deepEqual(
		done.rejected.map((r) => r.line),
		[21, 22],
	);
	assert.ok(done.rejected.every((r) => r.path.endsWith('mixed.jsonl') && r.reason !== ''));

	assert.match(mixed.stderr, /^$/);
	const again = await cli.run(['import', path, '--workspace', cli.dir]);
	assert.match(again.stdout, /20 comparisons of 20 prompts/);
	assert.equal((await list(cli)).total, 20);

	const worse = cli.write('worse.jsonl', `${good}not json\n`);
	const printed = await cli.run(['import', worse, '--workspace', cli.dir]);
	assert.equal(printed.code, 2);
	assert.match(printed.stderr, /worse\.jsonl, line 21: /);

	const useless = cli.write('useless.jsonl', 'no json\nnot this either\n');
	const refused = await cli.json(['import', useless]);
	assert.equal(refused.code, 1);
	const missing = await cli.json(['import', cli.write('unread.jsonl', ownRows(25)), join(cli.dir, 'missing.jsonl')]);
	assert.equal(missing.code, 1);
	assert.match((missing.document as { error: { message: string } }).error.message, /missing\.jsonl/);
	assert.equal((await list(cli)).total, 20);
});

test('judge, show and retract: a verdict by a beginning of the id, taken back again', async (t) => {
	const cli = await workspace(
		t,
		ownRows(12, () => ({ judgments: [] })),
	);
	const { comparisons } = await list(cli);
	const id = comparisons[0]!.id;
	const judged = await ok<{ judgment: { comparison: string; verdict: string; annotator: string } }>(cli, [
		'judge',
		id.slice(0, 8),
		'b',
		'--strength',
		'2',
		'--reason',
		'clear',
		'correct',
		'--note',
		'ok',
	]);
	assert.deepEqual([judged.judgment.comparison, judged.judgment.verdict, judged.judgment.annotator], [id, 'b', 'ada']);
	const shown = await ok<ComparisonDetail>(cli, ['show', id]);
	assert.equal(shown.resolution, 'b');
	assert.ok(Array.isArray(shown.prompt));
	assert.equal(shown.judgments[0]!.strength, 2);
	assert.equal((await list(cli, '--status', 'judged')).total, 1);
	await ok(cli, ['retract', id.slice(0, 10)]);
	assert.equal((await ok<ComparisonDetail>(cli, ['show', id])).resolution, 'open');
	assert.equal((await list(cli, '--status', 'judged')).total, 0);

	const other = comparisons[1]!.id;
	assert.match((await ok<{ event: string }>(cli, ['skip', other, '--cannot', 'language'])).event, /^[0-9a-f]{64}$/);
	await ok(cli, ['flag', other, '--note', 'odd']);
	assert.equal((await list(cli, '--status', 'flagged')).total, 1);
	await ok(cli, ['adjudicate', other, 'tie', '--reason', 'both right']);
	assert.equal((await ok<ComparisonDetail>(cli, ['show', other])).resolution, 'tie');

	const unknown = await cli.json(['show', 'ffffffffffff']);
	assert.equal(unknown.code, 1);
	assert.equal((unknown.document as { error: { reason: string } }).error.reason, 'not-found');
	const short = await cli.json(['show', id.slice(0, 4)]);
	assert.equal(short.code, 1);
});

test('author and improve make new comparisons; bad lines are named', async (t) => {
	const cli = await workspace(t, ownRows(5));
	const file = cli.write(
		'mine.jsonl',
		'\ufeff{"prompt":"Mine","response_a":"one","response_b":"two","verdict":"a"}\n{"prompt":"x","response_a":1,"response_b":"y"}\n{"prompt":[{"role":"user","content":"Chat"}],"response_a":"yes","response_b":"no"}',
	);
	const { code, document } = await cli.json(['author', file]);
	const done = document as { authored: string[]; rejected: { line: number; reason: string }[] };
	assert.equal(code, 2);
	assert.equal(done.authored.length, 2);
	assert.equal(done.rejected[0]!.line, 2);
	assert.match(done.rejected[0]!.reason, /response_a: expected text/);

	const better = cli.write('better.txt', 'two, but better\n');
	const improved = await ok<{ authored: string[] }>(cli, ['improve', done.authored[0]!, 'b', '--text-file', better]);
	const shown = await ok<ComparisonDetail>(cli, ['show', improved.authored[0]!]);
	const texts = [...shown.response_a, ...shown.response_b].map((m) => m.content);
	assert.ok(texts.includes('two, but better'));
	assert.equal(shown.derived_from, done.authored[0]);
});

test('tags move prompts to held-out, by id, search and standard input; split shows and moves', async (t) => {
	const cli = await workspace(t, ownRows(60));
	const { comparisons } = await list(cli);
	const one = await ok<TagResult>(cli, ['tag', comparisons[0]!.prompt_id.slice(0, 12), '--facet', 'domain:one']);
	assert.deepEqual([one.tagged, one.prompts], [1, [comparisons[0]!.prompt_id]]);
	const piped = await ok<TagResult>(cli, ['tag', '--stdin', '--facet', 'domain:two', '--reason', 'other'], {
		input: `${comparisons[1]!.prompt_id}\n ${comparisons[2]!.prompt_id}\n`,
	});
	assert.equal(piped.tagged, 2);
	const found = await ok<TagResult>(cli, ['tag', '--search', '"subject 5"', '--facet', 'domain:three']);
	assert.ok(found.tagged >= 3, String(found.tagged));
	const overview = await ok<SplitsOverview & { heldout: { reference: object; sealed: object } }>(cli, ['split']);
	assert.ok(overview.splits.heldout.prompts >= 5);
	assert.ok('reference' in overview.heldout && 'sealed' in overview.heldout);

	const moved = await ok<{ splits: SplitsOverview['splits'] }>(cli, [
		'split',
		'--assign',
		'retention',
		'--ids',
		comparisons[3]!.prompt_id,
	]);
	assert.equal(moved.splits.retention.prompts, 1);
	const frozen = await ok<{ frozen: Record<string, { manifest: string; prompts: number }> }>(cli, [
		'split',
		'--freeze',
		'eval',
	]);
	assert.deepEqual(Object.keys(frozen.frozen), ['eval']);
	assert.ok(frozen.frozen.eval!.prompts > 0 && frozen.frozen.eval!.manifest !== '');

	const removed = await ok<TagResult>(cli, ['tag', comparisons[0]!.prompt_id, '--facet', 'domain:one', '--remove']);
	assert.equal(removed.tagged, 1);
	const unknown = await cli.json(['tag', comparisons[0]!.prompt_id, '--facet', 'planet:mars']);
	assert.equal(unknown.code, 1);
});

test('score, report, decide: nothing of the sealed half before the decision, its figures after', async (t) => {
	const held = (i: number) =>
		i % 4 === 0
			? { split: 'heldout', half: i % 8 === 0 ? 'R' : 'E', tags: ['domain:other'] }
			: { split: i % 4 === 1 ? 'eval' : 'train' };
	const cli = await workspace(t, ownRows(200, held));
	const record = await ok<RunRecord>(cli, ['score', '--lambda', '0.3', '--seed', '1']);
	assert.equal(record.settings.lambda, 0.3);
	assert.equal(record.dataset.splits.heldout_reference.pairs + record.dataset.splits.heldout_sealed.pairs, 50);
	assert.ok(!('heldout_sealed' in record.metrics));

	const scores = join(cli.dir, 'scores.jsonl');
	const latest = await ok<RunRecord>(cli, ['report', 'latest', '--scores', scores]);
	assert.equal(latest.run, record.run);
	const lines = readFileSync(scores, 'utf8')
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line));
	assert.ok(lines.length > 100);
	assert.ok(lines.every((line) => line.split !== 'heldout_sealed'));
	assert.ok(lines.every((line) => Object.keys(line).slice(0, 4).join() === 'comparison,checkpoint,delta,p'));

	const screen = await cli.run(['report', 'latest', '--workspace', cli.dir]);
	assert.equal(screen.code, 0);
	assert.match(screen.stdout, /^[▲●✓○] /);
	assert.match(screen.stdout, /sealed until you decide/);
	assert.match(screen.stdout, new RegExp(`pairwright decide ${record.run}`));
	assert.ok(!screen.stdout.includes('\u001b'));

	const decided = await ok<{
		decision: { lambda: number };
		openings: number;
		metrics: { heldout_sealed: { n: number } };
	}>(cli, ['decide', 'latest', '--lambda', '0.3', '--reason', 'a test']);
	assert.equal(decided.decision.lambda, 0.3);
	assert.ok(decided.metrics.heldout_sealed.n > 0);
	const after = await ok<RunRecord>(cli, ['report', record.run]);
	assert.equal(after.decision!.reason, 'a test');
	assert.equal(after.metrics.heldout_sealed!.n, decided.metrics.heldout_sealed.n);

	const runs = await ok<{ runs: RunRecord[] }>(cli, ['runs']);
	assert.deepEqual(
		runs.runs.map((run) => run.run),
		[record.run],
	);
	const unknown = await cli.json(['report', 'nothing']);
	assert.equal(unknown.code, 1);
});

test('too little data exits 1 and says how many are judged', async (t) => {
	const cli = await workspace(
		t,
		ownRows(3, () => ({ judgments: [], split: 'train' })),
	);
	const { code, document } = await cli.json(['score']);
	assert.equal(code, 1);
	assert.equal((document as { error: { reason: string } }).error.reason, 'too-little-data');
});

test('export gives the same bytes twice, one file a split; a file only with one split', async (t) => {
	const cli = await workspace(t, ownRows(40));
	type Exported = {
		files: { split: string; path: string; sha256: string; written: number }[];
		dropped: object;
		export: string;
	};
	const out = join(cli.dir, 'out');
	const first = await ok<Exported>(cli, ['export', '--out', out]);
	assert.deepEqual(first.files.map((f) => f.split).sort(), ['eval', 'train']);
	const bytes = first.files.map((f) => readFileSync(f.path));
	rmSync(out, { recursive: true });
	const second = await ok<Exported>(cli, ['export', '--out', out]);
	assert.deepEqual(
		second.files.map((f) => readFileSync(f.path)),
		bytes,
	);
	const file = join(cli.dir, 'train.jsonl');
	const own = await ok<Exported>(cli, ['export', '--format', 'pairwright', '--split', 'train', '--out', file]);
	assert.equal(own.files[0]!.path, file);
	assert.equal(readFileSync(file, 'utf8').trimEnd().split('\n').length, own.files[0]!.written);
});

test('rebuild gives the identical list; doctor finds nothing wrong', async (t) => {
	const cli = await workspace(t, ownRows(30));
	const before = await list(cli);
	const rebuilt = await ok<{ comparisons: number }>(cli, ['rebuild']);
	assert.equal(rebuilt.comparisons, 30);
	assert.deepEqual(await list(cli), before);
	const doctor = await ok<{ ok: boolean; checks: { check: string; status: string }[] }>(cli, ['doctor']);
	assert.equal(doctor.ok, true);
	assert.equal(doctor.checks[0]!.check, 'node');
});

test('who writes: refused without a name, stored from git, overridden by the option', async (t) => {
	const cli = makeCli(t, null);
	assert.equal((await cli.run(['init', cli.dir])).code, 0);
	const rows = cli.write(
		'rows.jsonl',
		ownRows(3, () => ({ judgments: [] })),
	);
	const refused = await cli.json(['import', rows]);
	assert.equal(refused.code, 1);
	assert.equal((refused.document as { error: { reason: string } }).error.reason, 'no-person');

	await ok(cli, ['import', rows, '--annotator', 'grace']);
	const id = (await list(cli)).comparisons[0]!.id;
	cli.write('.gitconfig', '[user]\n\tname = Ada Lovelace\n');
	const judge = async (...args: string[]) =>
		(await ok<{ judgment: { annotator: string } }>(cli, ['judge', id, 'a', ...args])).judgment.annotator;
	assert.equal(await judge(), 'Ada Lovelace');
	cli.write('.gitconfig', '[user]\n\tname = Somebody Else\n');
	assert.equal(await judge(), 'Ada Lovelace');
	assert.equal(await judge('--annotator', 'linus'), 'linus');
});

test('texts that hold terminal commands are printed without them', async (t) => {
	const cli = await workspace(
		t,
		`${JSON.stringify({ prompt: 'x\u001b[2Jy', response_a: 'a\u001b]0;t\u0007', response_b: 'b' })}\n`,
	);
	const id = (await list(cli)).comparisons[0]!.id;
	for (const args of [['list'], ['show', id]]) {
		const { stdout, code } = await cli.run([...args, '--workspace', cli.dir]);
		assert.equal(code, 0);
		assert.ok(!stdout.includes('\u001b') && !stdout.includes('\u0007'));
		assert.match(stdout, /xy/);
	}
});

const shared = join(import.meta.dirname, '../../../shared/data');
test('real preferences go through the whole way', {
	skip: existsSync(shared) ? false : '../shared/data is not there',
}, async (t) => {
	const cli = makeCli(t);
	await cli.run(['init', cli.dir]);
	const done = await ok<ImportResult>(cli, ['import', join(shared, 'multi-annotator.jsonl')]);
	assert.equal(done.files[0]!.rows, 993);
	const tagged = await ok<TagResult>(cli, ['tag', '--search', 'email', '--facet', 'domain:mail']);
	assert.ok(tagged.moved > 0);
	const record = await ok<RunRecord>(cli, ['score']);
	assert.ok(record.metrics.eval!.nll.value! > 0.3 && record.metrics.eval!.nll.value! < 1);
});
