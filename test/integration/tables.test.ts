import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { ColumnMapping } from '../../src/domain/column-mapping.ts';
import type { ImportPreview, ImportResult } from '../../src/protocol/imports.ts';
import { dump } from '../../src/store/dump.ts';
import { makeCli } from './cli-run.ts';
import { folder, job, openAt } from './workspace-support.ts';

const ROWS = Array.from({ length: 40 }, (_, i) => ({
	question: `How do I clean pan ${i}?`,
	one: `Soak it, then "scrub" it ${i} times.`,
	two: `Throw it away, ${i}.`,
	mark: ['2', '1', '0'][i % 3]!,
	who: `w${i % 4}`,
	topic: i % 2 === 0 ? 'iron' : 'steel',
}));
const HEADER = Object.keys(ROWS[0]!);
const csv = (rows: readonly Record<string, string>[]) =>
	`${[HEADER, ...rows.map((row) => HEADER.map((name) => `"${row[name]!.replaceAll('"', '""')}"`))].join('\r\n')}\r\n`;

const MAPPING: ColumnMapping = {
	columns: { prompt: 'question', a: 'one', b: 'two', verdict: 'mark', annotator: 'who', domain: 'topic' },
	verdicts: { 0: 'tie', 1: 'a 2', 2: 'b' },
};

test('a mapped table is the same after a rebuild, from any kind of file, and in any order of columns', async (t) => {
	const dir = folder(t);
	const states: string[] = [];
	const writers = {
		'table.csv': () => csv(ROWS),
		'table.jsonl': () => ROWS.map((row) => `${JSON.stringify(row)}\n`).join(''),
		'table.parquet': () =>
			new Uint8Array(
				parquetWriteBuffer({
					columnData: HEADER.toReversed().map((name) => ({
						name,
						data: ROWS.map((row) => row[name as 'who']),
						type: 'STRING',
					})),
				}),
			),
	};
	for (const [name, content] of Object.entries(writers)) {
		const path = join(dir, name);
		writeFileSync(path, content());
		const { workspace, notices } = await openAt(dir, 'ana', 'one', `work-${name}`);
		// As a workspace has it that was made before Parquet was read.
		const attributes = join(dir, `work-${name}`, '.pairwright/.gitattributes');
		writeFileSync(attributes, 'sources/*.gz binary');
		const result = await workspace.importFiles([path], { mapping: MAPPING }, job());
		assert.deepEqual(
			[result.files[0]?.format, result.files[0]?.imported, result.files[0]?.ties, result.files[0]?.rejected],
			['columns', 40, 13, 0],
		);
		// The copy alone is left to read again.
		rmSync(path);
		const before = dump(workspace.context.db);
		await workspace.rebuild(job());
		assert.equal(dump(workspace.context.db), before);
		assert.deepEqual(notices, []);
		const { comparisons } = await workspace.list({ limit: 100 });
		states.push(JSON.stringify(comparisons.map(({ id, verdict, tags, split }) => [id, verdict, tags, split]).sort()));
		const [copy] = readdirSync(join(dir, `work-${name}`, '.pairwright/sources'));
		assert.match(copy ?? '', { csv: /\.csv\.gz$/u, jsonl: /\.jsonl\.gz$/u, parquet: /\.parquet$/u }[name.slice(6)]!);
		const parquet = name.endsWith('.parquet') ? '\nsources/*.parquet binary\n' : '';
		assert.equal(readFileSync(attributes, 'utf8'), `sources/*.gz binary${parquet}`);
		await workspace.close();
	}
	assert.equal(new Set(states).size, 1);
});

test('a second import of the same table with the same mapping adds nothing; with another one it is another import', async (t) => {
	const dir = folder(t);
	const path = join(dir, 'table.csv');
	writeFileSync(path, csv(ROWS));
	const { workspace } = await openAt(dir);
	await workspace.importFiles([path], { mapping: MAPPING }, job());
	const again = await workspace.importFiles([path], { mapping: MAPPING }, job());
	assert.deepEqual([again.files[0]?.imported, again.files[0]?.duplicates], [0, 40]);
	const turned = { ...MAPPING, verdicts: { 0: 'tie', 1: 'b', 2: 'a' } } as const;
	const other = await workspace.importFiles([path], { mapping: turned }, job());
	assert.equal(other.files[0]?.imported, 27);
	assert.equal(other.comparisons, 40);
	await workspace.close();
});

test('a remembered mapping reads the next table with the same columns, on another machine too, until it is forgotten', async (t) => {
	const dir = folder(t);
	const path = join(dir, 'table.csv');
	writeFileSync(path, csv(ROWS));
	const { workspace } = await openAt(dir);
	await assert.rejects(workspace.importFiles([path], {}, job()), /not surely recognised/u);
	await workspace.saveMapping(' pan  ratings ', MAPPING, HEADER);
	const preview = await workspace.previewImport(path, {});
	assert.deepEqual([preview.remembered, preview.doubts], ['pan ratings', []]);
	await workspace.close();
	const { workspace: second } = await openAt(dir, 'bo', 'two');
	assert.deepEqual(
		(await second.mappings()).map(({ name, by, mapping }) => [name, by, mapping]),
		[['pan ratings', 'ana', MAPPING]],
	);
	assert.equal((await second.importFiles([path], {}, job())).files[0]?.imported, 40);
	await second.saveMapping('pan ratings', null, []);
	assert.deepEqual(await second.mappings(), []);
	await second.close();
});

test('the command line shows, corrects, remembers and imports', async (t) => {
	const cli = makeCli(t);
	await cli.run(['init', cli.dir]);
	const path = cli.write('table.csv', csv([...ROWS, { ...ROWS[0]!, mark: '9' }]));
	const seen = await cli.json(['import', path, '--preview', '--map', 'verdict=mark', '--workspace', cli.dir]);
	assert.equal(seen.code, 0);
	const [preview] = (seen.document as { files: ImportPreview[] }).files;
	assert.equal(preview?.format, 'columns');
	assert.equal(preview?.columns.length, HEADER.length);
	assert.equal(preview?.looked.rows, 41);

	const map = ['prompt=question', 'a=one', 'b=two', 'verdict=mark', 'verdict:0=tie', 'verdict:1=a 2', 'verdict:2=b'];
	const args = ['import', path, '--map', ...map, 'annotator=who', 'domain=topic', '--remember', 'pans'];
	const done = await cli.json([...args, '--workspace', cli.dir]);
	assert.equal(done.code, 2);
	const result = done.document as ImportResult;
	assert.deepEqual([result.files[0]?.imported, result.files[0]?.rejected], [40, 1]);
	assert.match(result.rejected[0]?.reason ?? '', /mark: expected one of 0, 1, 2, found the text "9"/u);

	const next = cli.write('next.csv', csv(ROWS.map((row) => ({ ...row, question: `${row.question} Again?` }))));
	const plain = await cli.json(['import', next, '--workspace', cli.dir]);
	assert.deepEqual([plain.code, (plain.document as ImportResult).files[0]?.imported], [0, 40]);
	const file = cli.write('map.json', JSON.stringify(MAPPING));
	const text = await cli.run(['import', next, '--preview', '--mapping', file, '--workspace', cli.dir]);
	assert.match(text.stdout, /prompt=question {2}a=one/u);
	assert.match(text.stdout, /Of all 40 rows: 40 pairs, 0 rejected\. Nothing was imported\./u);
	const failed = await cli.run(['import', next, '--map', 'prompt=nowhere', '--workspace', cli.dir]);
	assert.equal(failed.code, 1);
	assert.match(failed.stderr, /has no column "nowhere"/u);
	assert.equal(readFileSync(next, 'utf8'), csv(ROWS.map((row) => ({ ...row, question: `${row.question} Again?` }))));
});

test('several responses on the command line: bare numbers import nothing, the way out reads them, and so does a remembered name', async (t) => {
	const cli = makeCli(t);
	await cli.run(['init', cli.dir]);
	const line = (n: number) => `Pan ${n}?,iron ${n},steel ${n},any ${n},2 3 1,ana`;
	const path = cli.write('ranked.csv', `${['question,gpt,llama,qwen,places,who', line(1), line(2)].join('\n')}\n`);
	const map = ['prompt=question', 'a=gpt', 'b=llama', 'c=qwen', 'ranking=places', 'annotator=who'];
	const at = ['--workspace', cli.dir];
	const refused = await cli.run(['import', path, '--map', ...map, ...at]);
	assert.equal(refused.code, 1);
	assert.match(refused.stderr, /places: .*Say it \(order=best-first, order=ranks or order=scores\)/u);
	const seen = await cli.run(['import', path, '--map', ...map, 'order=best-first', '--preview', ...at]);
	assert.match(seen.stdout, /ranking: best-first\n {2}ranking: 1 → a, 2 → b, 3 → c/u);
	assert.match(seen.stdout, /llama: steel 1 +qwen: any 1 +a ana/u);
	const done = await cli.json(['import', path, '--map', ...map, 'order=ranks', '--remember', 'places', ...at]);
	assert.deepEqual([done.code, (done.document as ImportResult).files[0]?.imported], [0, 6]);
	const next = cli.write('next.csv', `${['question,gpt,llama,qwen,places,who', line(3)].join('\n')}\n`);
	assert.equal(((await cli.json(['import', next, ...at])).document as ImportResult).files[0]?.imported, 3);
});

test('several mapped responses are the same after a rebuild, and imported twice they add nothing', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const path = join(dir, 'ranked.csv');
	writeFileSync(path, 'question,gpt,llama,qwen,best\nPan?,iron,steel,any,llama\nOil?,seed,,palm,nobody\n');
	const columns = { prompt: 'question', a: 'gpt', b: 'llama', c: 'qwen', best: 'best' };
	const options = { mapping: { columns, entries: { nobody: 'both_bad' } } } as const;
	const done = await workspace.importFiles([path], options, job());
	assert.deepEqual([done.comparisons, done.prompts, done.rejected], [3, 2, []]);
	assert.equal((await workspace.importFiles([path], options, job())).files[0]?.imported, 0);
	await workspace.settled();
	const before = dump(workspace.context.db);
	await workspace.rebuild(job());
	assert.equal(dump(workspace.context.db), before);
});

test('columns that are named by hand are not read while their values may mean two things: it is said, or the guess is taken', async (t) => {
	const cli = makeCli(t);
	await cli.run(['init', cli.dir]);
	const at = ['--workspace', cli.dir];
	const table = (header: string, ...rows: string[]) => [header, ...rows, ''].join('\n');
	// 1 = the first is better, which the usual reading of 0 and 1 turns around.
	const shp = cli.write('shp.csv', table('history,ref_A,ref_B,labels', 'q1,good,bad,1', 'q2,poor,fine,0'));
	const named = ['prompt=history', 'a=ref_A', 'b=ref_B', 'verdict=labels'];
	const refused = await cli.run(['import', shp, '--map', ...named, ...at]);
	assert.equal(refused.code, 1);
	assert.match(refused.stderr, /labels: 0 is read as a, 1 as b\. Say it \(numbers=…, or verdict:1=… verdict:0=…\)/u);
	const half = await cli.run(['import', shp, '--map', ...named, 'verdict:1=a', ...at]);
	assert.match(half.stderr, /Say it \(numbers=…, or verdict:0=…\)/u, 'what is not said is no proposal either');
	const seen = await cli.run(['import', shp, '--map', ...named, '--preview', ...at]);
	assert.match(seen.stdout, /\? labels: 0 is read as a, 1 as b/u);
	const said = ['import', shp, '--map', ...named, 'verdict:1=a', 'verdict:0=b', '--remember', 'shp', ...at];
	assert.equal((await cli.run(said)).code, 0);
	const listed = await cli.json(['import', shp, '--preview', ...at]);
	const [preview] = (listed.document as { files: ImportPreview[] }).files;
	assert.deepEqual(
		preview?.rows.map((row) => ('pairs' in row ? row.pairs[0]?.judgments[0]?.verdict : row)),
		['a', 'b'],
	);
	assert.equal(
		(await cli.run(['import', shp, '--map', 'note=', ...at])).code,
		0,
		'somebody looked at what is remembered',
	);

	const three = cli.write('lab.csv', table('prompt,x,y,label', 'q1,x1,y1,1', 'q2,x2,y2,2', 'q3,x3,y3,3'));
	const unknown = await cli.run(['import', three, '--map', 'a=x', 'b=y', 'verdict=label', ...at]);
	assert.match(unknown.stderr, /label: it is not known what its numbers mean/u);
	assert.equal((await cli.run(['import', shp, '--map', 'guess', ...named, ...at])).code, 0);
});
