import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { seededRandom } from '../../src/calibration/random.ts';
import { ensureBuild } from '../../src/dev/build.ts';
import type { ListPage } from '../../src/protocol/lists.ts';
import { runProbe } from '../../src/scoring/run-probe.ts';
import type { RunLabel } from '../../src/store/attachments.ts';
import { readRunLines } from '../../src/store/run-lines.ts';
import { DataProcess } from '../../src/workspace/client.ts';
import { readSealed } from '../../src/workspace/runs/run-files.ts';
import { readUnscored } from '../../src/workspace/runs/unscored.ts';
import { makeDataset, makePairs, SHIFTED } from '../unit/scoring-support.ts';
import { makeCli } from './cli-run.ts';
import { leaksInBytes, leaksInFolder, leaksInText, needlesOf } from './seal-search.ts';

/** Sizes without common factors, so that a share of E is no share of another split. */
const PARTS = [
	['train', 83, { split: 'train' }],
	['eval', 29, { split: 'eval' }],
	['heldout_reference', 41, { split: 'heldout', half: 'R', tags: ['domain:law'] }],
	['heldout_sealed', 23, { split: 'heldout', half: 'E', tags: ['domain:law'] }],
	['heldout_sealed', 14, { split: 'heldout', half: 'E', tags: ['domain:medicine'] }],
] as const;
const SEALED = 37;

/** Rows of Pairwright's own format in which no two responses have the same words: equal margins would be taken for leaks. */
function rows(): string {
	const random = seededRandom(11);
	const name = (): string => Array.from({ length: 6 }, () => String.fromCharCode(97 + random.index(26))).join('');
	return PARTS.flatMap(([split, pairs, where], part) =>
		makePairs(split, { pairs }, part + 1).map(({ chosen, rejected }, i) => ({
			prompt: `Say something about ${name()} and ${name()} in case ${name()} of ${name()}.`,
			response_a: `${chosen[0]!.content} ${name().repeat(1 + (i % 3))}`,
			response_b: `${rejected[0]!.content} ${name().repeat(1 + (i % 5))}`,
			judgments: [{ annotator: 'ada', verdict: i % 7 === 0 ? 'b' : 'a' }],
			...where,
		})),
	)
		.map((row) => `${JSON.stringify(row)}\n`)
		.join('');
}

test('before a decision nothing of E is in any file, message, page or line; after it, E is there', async (t) => {
	// The HTML report holds the view's bundle.
	await ensureBuild();
	const tap = join(mkdtempSync(join(tmpdir(), 'pairwright-seal-')), 'tap.txt');
	t.after(() => rmSync(join(tap, '..'), { recursive: true, force: true }));
	writeFileSync(tap, '');
	const preload = `--import ${pathToFileURL(join(import.meta.dirname, 'seal-tap.mjs')).href}`;
	const env = { NODE_OPTIONS: preload, TEST_SEAL_TAP: tap };
	const cli = makeCli(t);
	await cli.run(['init', cli.dir]);
	const home = join(cli.dir, '..');
	const imported = await cli.run(['import', cli.write('rows.jsonl', rows()), '--workspace', cli.dir]);
	assert.equal(imported.code, 0, imported.stderr);

	// Through the data process, as the editor does it.
	const said: string[] = [];
	const data = await DataProcess.start({
		root: cli.dir,
		stateDir: join(home, 'state'),
		annotator: 'ada',
		env,
		events: {
			progress: (progress) => said.push(JSON.stringify(progress)),
			changed: (change) => said.push(JSON.stringify(change)),
			notice: (notice) => said.push(JSON.stringify(notice)),
		},
		log: (level, line) => said.push(`${level} ${line}`),
	});
	t.after(() => data.dispose());
	const { api } = data;
	const { run } = await api.score({ engine: 'probe', lambda: 1, margin: 0, beta: 1, seed: 3 }, { job: 'score' });
	const { run: other } = await api.score({ engine: 'probe', lambda: 0, margin: 0, beta: 1, seed: 3 }, { job: 'again' });
	const thresholds = { nll: { max: 1, max_rise: 0.1 }, accuracy: { min: 0.5, max_fall: 0.1 } };
	const gate = { engine: 'probe', eval: thresholds, heldout: thresholds, no_failing_check: true, baseline: run };
	const config = cli.write('gate.json', JSON.stringify({ gate }));
	const everything = (await api.list({ limit: 500 })) as ListPage;
	for (const answer of [
		await api.report(run),
		await api.scores(run),
		await api.runs(),
		await api.info(),
		await api.splits(),
		await api.doctor(),
		await api.rejudge(run),
		await api.compare({ run }, { run: other }),
		await api.gate(other, { config }),
		await api.queue('rejudge', { count: 50 }),
		await api.inspect({ job: 'inspect' }),
		...(await Promise.all(everything.comparisons.slice(0, 20).map(({ id }) => api.show(id)))),
	]) {
		said.push(JSON.stringify(answer));
	}
	await data.dispose();

	// And on the command line.
	const scores = join(home, 'scores.jsonl');
	const page = join(home, 'page.html');
	const [junit, markdown] = [join(home, 'gate.xml'), join(home, 'gate.md')];
	for (const args of [
		['report', 'latest', '--scores', scores, '--html', page, '--texts'],
		['runs', '--json'],
		['compare', run, other],
		['gate', other, '--config', config, '--junit', junit, '--markdown', markdown],
		['list', '--json', '--limit', '0'],
	]) {
		const { code, stdout, stderr } = await cli.run([...args, '--workspace', cli.dir], { env });
		assert.notEqual(code, 1, `${args.join(' ')}: ${stderr}`);
		said.push(stdout, stderr);
	}
	for (const file of [scores, page, junit, markdown, tap]) said.push(readFileSync(file, 'utf8'));

	const folder = join(cli.dir, '.pairwright');
	const sealed = readSealed(join(folder, 'runs'), run)!;
	assert.equal(sealed.pairs, SEALED);
	const needles = needlesOf(sealed);
	assert.ok(needles.digits.size > 200, `${needles.digits.size}`);
	assert.match(readFileSync(tap, 'utf8'), /^message .*"type":"done"/m, 'the scoring process was heard');
	assert.deepEqual(leaksInFolder(folder, needles), []);
	assert.deepEqual(leaksInFolder(join(home, 'state'), needles), []);
	for (const text of said) assert.deepEqual(leaksInText(text, needles), [], text.slice(0, 200));
	// What lists scores names no comparison of E.
	const open = [readFileSync(scores, 'utf8'), readFileSync(join(folder, 'runs', run, 'run.json'), 'utf8')].join('\n');
	for (const { comparison } of sealed.lines) assert.ok(!open.includes(comparison), comparison);

	// Nor does any file of a run say what people think of one, scored or left out.
	const unscored = sealed.lines[0]!.comparison;
	const left = [
		unscored,
		...everything.comparisons
			.filter(({ split }) => split === 'eval')
			.map(({ id }) => id)
			.slice(0, 1),
	];
	const logps = everything.comparisons
		.filter(({ id }) => !left.includes(id))
		.map(({ id }, i) => ({
			id,
			chosen_logps: -30 + Math.sin(i),
			rejected_logps: -32,
			ref_chosen_logps: -30,
			ref_rejected_logps: -32,
			chosen_side: 'a',
		}));
	const logprobs = cli.write('logps.m-step1.jsonl', logps.map((line) => `${JSON.stringify(line)}\n`).join(''));
	const checkpoints = await cli.json(['score', '--engine', 'logprobs', '--logprobs', logprobs]);
	assert.equal(checkpoints.code, 0, checkpoints.stderr);
	const { run: partial } = checkpoints.document as { run: string };
	const kinds = { [run]: ['labels'], [partial]: ['labels', 'unscored'] };
	for (const [id, sealedKinds] of Object.entries(kinds)) {
		const files = readdirSync(join(folder, 'runs', id));
		for (const kind of sealedKinds) assert.ok(files.includes(`${kind}-sealed.bin`), files.join(' '));
		for (const name of files) {
			const raw = readFileSync(join(folder, 'runs', id, name));
			const text = (name.endsWith('.gz') ? gunzipSync(raw) : raw).toString('latin1');
			for (const { comparison } of sealed.lines) assert.ok(!text.includes(comparison), `${name}: ${comparison}`);
		}
	}
	assert.deepEqual(
		readUnscored(join(folder, 'runs'), partial)
			.map(({ comparison }) => comparison)
			.sort(),
		left.toSorted(),
		'they are kept too',
	);
	const labels = readRunLines<RunLabel>(join(folder, 'runs'), run, 'labels');
	assert.equal(labels.filter(({ place }) => place === 'E').length, SEALED, 'yet they are kept');

	// The search finds what it looks for: as text, packed, as doubles.
	const [delta] = sealed.lines[0]!.deltas as [number];
	const { value: loss } = sealed.solutions[0]!.loss;
	assert.equal(leaksInText(`{"delta":${delta},"p":0.5}`, needles).length, 1);
	assert.equal(leaksInText(`loss ${loss!.toPrecision(6)}`, needles).length, 1);
	const planted = mkdtempSync(join(tmpdir(), 'pairwright-seal-'));
	t.after(() => rmSync(planted, { recursive: true, force: true }));
	mkdirSync(join(planted, 'deep'));
	writeFileSync(join(planted, 'deep', 'a.gz'), gzipSync(`x ${loss}\n`));
	const double = Buffer.alloc(19, 7);
	double.writeDoubleBE(delta, 5);
	assert.deepEqual(leaksInBytes(double, needles), [delta]);
	appendFileSync(join(planted, 'b.db'), double);
	assert.equal(leaksInFolder(planted, needles).length, 2);

	// And once decided E is there, in the same places.
	const decided = await cli.run(['decide', run, '--lambda', '1', '--reason', 'as planned', '--workspace', cli.dir]);
	assert.equal(decided.code, 0, decided.stderr);
	assert.match(decided.stdout, /GDPO at λ = 1 .*pooled training/);
	assert.match(decided.stdout, /facets that only the sealed half has \(14 pairs, 14 clusters\)/);
	const report = await cli.json(['report', run]);
	const { opened, claim } = report.document as { opened: { by_facet: { facets: string }[] }; claim: { on: string } };
	assert.ok(leaksInText(JSON.stringify(report.document), needles).length > 10);
	assert.deepEqual(new Set(opened.by_facet.map(({ facets }) => facets)), new Set(['seen', 'unseen']));
	assert.equal(claim.on, 'heldout_sealed');
	assert.ok(readdirSync(join(folder, 'runs', run)).includes('sealed.bin'));
});

test('no verdict and no text of E changes anything in a record or a score line', async () => {
	const dataset = makeDataset({ ...SHIFTED, retention: { pairs: 12 } });
	const settings = { lambda: null, margin: 'auto', seed: 2 } as const;
	const before = await runProbe(dataset, settings);
	const changed = {
		...dataset,
		pairs: dataset.pairs.map((pair, i) =>
			pair.split === 'heldout_sealed'
				? {
						...pair,
						chosen: [{ role: 'assistant', content: `Quite another text, number ${i}.` }],
						rejected: pair.chosen,
						y: i % 2 === 0 ? 0.75 : 1,
					}
				: pair,
		),
	};
	const after = await runProbe(changed, settings);
	assert.deepEqual(after.record, before.record);
	assert.deepEqual(after.scores, before.scores);
	assert.notDeepEqual(after.sealed, before.sealed);
});
