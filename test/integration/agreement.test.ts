import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AgreementReport } from '../../src/domain/agreement.ts';
import type { LabelPolicy } from '../../src/domain/label-policy.ts';
import { agreementOrApart } from '../../src/workspace/agreement.ts';
import { readDataset } from '../../src/workspace/dataset.ts';
import { humanReferences } from '../../src/workspace/human-references.ts';
import { labelFiles } from '../../src/workspace/runs/score-in-process.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { makeCli } from './cli-run.ts';
import { folder, job, openAt, realData } from './workspace-support.ts';

interface Row {
	readonly said: Readonly<Record<string, string>>;
	readonly at?: string;
	readonly [column: string]: unknown;
}

/** One prompt a row; `said` = verdicts of named people. */
function rows(list: readonly Row[], from = 0): string {
	return list
		.map(({ said, at, ...extra }, i) =>
			JSON.stringify({
				prompt: `Prompt ${from + i}`,
				response_a: `answer one ${from + i}`,
				response_b: `answer two ${from + i}`,
				judgments: Object.entries(said).map(([annotator, verdict]) => ({
					annotator,
					verdict,
					...(at === undefined ? {} : { at }),
				})),
				...extra,
			}),
		)
		.join('\n');
}

async function withRows(dir: string, text: string): Promise<Workspace> {
	const { workspace } = await openAt(dir);
	const path = join(dir, 'rows.jsonl');
	writeFileSync(path, text);
	await workspace.importFiles([path], {}, job());
	return workspace;
}

async function idOf(workspace: Workspace, prompt: string): Promise<string> {
	const row = (await workspace.list({ search: `"${prompt}"` })).comparisons[0];
	assert.ok(row !== undefined, prompt);
	return row.id;
}

const withBo = ({ pairs }: AgreementReport) => pairs.find(({ a, b }) => a === 'ana' && b === 'bo');

test('a correction replaces, a repeat and a verdict changed after others were seen do not; both are told apart', async (t) => {
	const dir = folder(t);
	const train = { split: 'train' };
	const workspace = await withRows(
		dir,
		rows([
			{ said: { bo: 'a' }, ...train },
			{ said: { bo: 'b' }, ...train },
			{ said: { bo: 'a' }, ...train },
		]),
	);
	const ids = await Promise.all([0, 1, 2].map((i) => idOf(workspace, `Prompt ${i}`)));
	const bo = async (id: string) =>
		(await workspace.context.db.get<{ v: string }>(
			'SELECT s.verdict AS v FROM standing s JOIN comparisons c ON c.n = s.comparison WHERE c.id = ? AND s.annotator = ?',
			id,
			'bo',
		))!.v as 'a' | 'b';
	const other = (side: 'a' | 'b') => (side === 'a' ? 'b' : 'a');
	for (const id of ids) await workspace.judge({ comparison: id, verdict: other(await bo(id)), shown_first: 'a' });
	assert.deepEqual([withBo(await workspace.agreement())?.n, withBo(await workspace.agreement())?.agreement], [3, 0]);

	await workspace.judge({ comparison: ids[0]!, verdict: await bo(ids[0]!) });
	assert.equal(withBo(await workspace.agreement())?.agreement, 1 / 3, 'a correction made blind replaces');

	await workspace.judge({ comparison: ids[1]!, verdict: await bo(ids[1]!), kind: 'repeat' });
	const repeated = await workspace.agreement();
	assert.equal(withBo(repeated)?.agreement, 1 / 3, 'a scheduled repeat is no verdict beside those of others');
	assert.deepEqual([repeated.self_consistency.n, repeated.self_consistency.value], [1, 0]);

	await workspace.others(ids[2]!);
	await workspace.judge({ comparison: ids[2]!, verdict: await bo(ids[2]!) });
	const seen = await workspace.agreement();
	assert.equal(withBo(seen)?.agreement, 1 / 3, 'the blind verdict stands');
	assert.equal(seen.left_out.not_blind, 1);
	assert.equal(seen.position_bias.n, 3, 'first blind verdicts alone');

	const mine = await workspace.retract(ids[0]!);
	assert.ok(mine.retracted);
	assert.equal(
		withBo(await workspace.agreement())?.agreement,
		0,
		'what was retracted is gone, what it corrected is back',
	);
	await workspace.close();
});

test('nothing of the sealed half is in any number before an opening; groups are by split, source, facet, month', async (t) => {
	const dir = folder(t);
	const law = { split: 'heldout', tags: ['domain:law'] };
	const workspace = await withRows(
		dir,
		[
			rows([
				{ said: { bo: 'a', cy: 'a' }, split: 'train', at: '2026-03-02T10:00:00Z' },
				{ said: { bo: 'a', cy: 'b' }, split: 'eval', at: '2026-04-30T10:00:00Z' },
				{ said: { bo: 'a' }, split: 'train' },
			]),
			rows([{ said: { bo: 'b', cy: 'b' }, ...law, half: 'R' }], 10),
			rows(
				[
					{ said: { bo: 'a', cy: 'b', di: 'b' }, ...law, half: 'E' },
					{ said: { bo: 'a' }, ...law, half: 'E' },
				],
				20,
			),
			rows([{ said: { bo: 'a', cy: 'b' }, split: 'excluded' }], 30),
		].join('\n'),
	);
	const sealed = await workspace.agreement();
	assert.deepEqual(sealed.left_out, { sealed: { judgments: 4 }, not_blind: 0, judged_once: 1 });
	assert.equal(sealed.comparisons, 3);
	assert.deepEqual(
		sealed.by.split.map(({ name, comparisons }) => [name, comparisons]),
		[
			['train', 1],
			['eval', 1],
			['heldout_reference', 1],
		],
	);
	assert.deepEqual(
		sealed.by.facet.map(({ name, comparisons }) => [name, comparisons]),
		[['domain:law', 1]],
	);
	assert.deepEqual(
		sealed.by.time.map(({ name }) => name),
		['2026-03', '2026-04', 'no date'],
	);
	assert.equal(sealed.by.source.length, 1);
	assert.ok(!JSON.stringify(sealed).includes('"di"'));
	// As a decision's opening leaves it.
	workspace.context.db.run("UPDATE comparisons SET opened = 1 WHERE place = 'E'");
	const opened = await workspace.agreement();
	assert.equal(opened.comparisons, 4);
	assert.ok(opened.by.split.some(({ name }) => name === 'heldout_sealed'));
	assert.equal(opened.left_out.sealed.judgments, 0);
	await workspace.close();
});

test("one's own position bias is one's own to see, unless the settings show everybody's", async (t) => {
	const dir = folder(t);
	const first = await withRows(dir, rows(Array.from({ length: 6 }, () => ({ said: {}, split: 'train' }))));
	const ids = (await first.list({})).comparisons.map(({ id }) => id);
	const judgeAs = async (person: string, workspace: Workspace) => {
		for (const comparison of ids)
			await workspace.judge({ comparison, verdict: 'a', shown_first: person === 'bo' ? 'b' : 'a' });
	};
	await judgeAs('ana', first);
	await first.close();
	for (const person of ['bo', 'cy']) {
		const { workspace } = await openAt(dir, person, person);
		await judgeAs(person, workspace);
		await workspace.close();
	}
	const { workspace } = await openAt(dir, 'bo', 'bo');
	const { position_bias: own } = await workspace.agreement();
	assert.deepEqual([own.n, own.people, own.value], [18, 3, 12 / 18]);
	assert.deepEqual(
		own.by_person.map(({ annotator, value }) => [annotator, value]),
		[['bo', 0]],
	);
	const path = workspace.context.paths.config;
	const config = JSON.parse(readFileSync(path, 'utf8')) as object;
	writeFileSync(path, JSON.stringify({ ...config, people: { show_individuals: true } }));
	await workspace.reload();
	assert.deepEqual(
		(await workspace.agreement()).position_bias.by_person.map(({ annotator }) => annotator),
		['ana', 'bo', 'cy'],
	);
	await workspace.close();
});

test('many verdicts are counted in a process of their own, to the same figures', async (t) => {
	const dir = folder(t);
	const workspace = await withRows(
		dir,
		rows(Array.from({ length: 10 }, (_, i) => ({ said: { bo: i % 3 === 0 ? 'a' : 'b', cy: 'b' }, split: 'train' }))),
	);
	const [first] = (await workspace.list({})).comparisons;
	await workspace.judge({ comparison: first!.id, verdict: 'a', shown_first: 'a' });
	const here = await workspace.agreement();
	assert.equal(here.position_bias.by_person.length, 1);
	assert.deepEqual(await agreementOrApart(workspace.context, 21), here);
	assert.deepEqual(await agreementOrApart(workspace.context, 22), here);
	await workspace.close();
});

test('a policy decides which pairs are scored and with which label; frozen votes stay frozen under all of them', async (t) => {
	const dir = folder(t);
	const evaluation = { split: 'eval' };
	const workspace = await withRows(
		dir,
		rows([
			{ said: { bo: 'a', cy: 'a', di: 'b' }, ...evaluation },
			{ said: { bo: 'a', cy: 'b' }, ...evaluation },
			{ said: { bo: 'tie', cy: 'tie', di: 'a' }, ...evaluation },
			{ said: { bo: 'a', cy: 'b' }, ...evaluation },
			{ said: { bo: 'both_bad', cy: 'both_bad' }, ...evaluation },
		]),
	);
	const ids = await Promise.all([0, 1, 2, 3].map((i) => idOf(workspace, `Prompt ${i}`)));
	const adjudicate = (i: number) => workspace.adjudicate({ comparison: ids[i]!, verdict: 'a', reason: 'it is right' });
	await adjudicate(3);
	const labels = (policy: LabelPolicy) => {
		const { dataset } = readDataset(workspace.context, policy);
		return ids.map((id) => {
			const pair = dataset.pairs.find((each) => each.comparison === id);
			return pair === undefined ? null : Number(pair.y.toFixed(3));
		});
	};
	assert.deepEqual(labels('vote-share'), [0.667, 0.5, 0.667, 1]);
	assert.deepEqual(labels('strict-majority'), [1, null, 0.5, 1]);
	assert.deepEqual(labels('adjudicated-only'), [null, null, null, 1]);
	const strict = readDataset(workspace.context, 'strict-majority');
	assert.deepEqual(
		[strict.dataset.leftOut.eval.policy, strict.dataset.leftOut.eval.both_bad, strict.dataset.labels],
		[1, 1, 'strict-majority'],
	);
	const share = readDataset(workspace.context);
	assert.equal('policy' in share.dataset.leftOut.eval, false);
	assert.equal('labels' in share.dataset, false);

	// A first run by strict majority freezes the votes, not what it made of them.
	const run = '20260101T000000Z-abcdef';
	mkdirSync(join(workspace.context.paths.runs, run), { recursive: true });
	const scored = new Set(strict.labels.map(({ comparison }) => comparison));
	for (const [name, data] of Object.entries(labelFiles(run, strict.labels, scored))) {
		writeFileSync(join(workspace.context.paths.runs, run, name), data);
	}
	await workspace.context.append({ type: 'run-recorded', run, engine: 'probe' });
	assert.deepEqual(labels('vote-share'), [0.667, 0.5, 0.667, 1]);
	await workspace.adjudicate({ comparison: ids[0]!, verdict: 'b', reason: 'on second thoughts' });
	assert.deepEqual(labels('strict-majority'), [1, null, 0.5, 1], 'the headline keeps its label');
	assert.deepEqual(readDataset(workspace.context, 'strict-majority').reviewed.get(ids[0]!), { y: 0, decided: true });
	assert.equal(readDataset(workspace.context, 'adjudicated-only').dataset.pairs.length, 2);
	await workspace.close();
});

test('an export writes under its policy and records it; the default one is as it was', async (t) => {
	const dir = folder(t);
	const train = { split: 'train' };
	const workspace = await withRows(
		dir,
		rows([
			{ said: { bo: 'a', cy: 'a', di: 'b' }, ...train },
			{ said: { bo: 'a', cy: 'b' }, ...train },
			{ said: { bo: 'a', cy: 'a', di: 'tie', ed: 'b' }, ...train },
			{ said: { bo: 'tie', cy: 'tie' }, ...train },
		]),
	);
	await workspace.adjudicate({ comparison: await idOf(workspace, 'Prompt 1'), verdict: 'b', reason: 'it is right' });
	const out = (name: string) => join(dir, `${name}.jsonl`);
	const plain = await workspace.exportData({ format: 'trl', splits: ['train'], out: out('plain') });
	const record = (id: string | null) =>
		JSON.parse(readFileSync(join(workspace.context.paths.exports, `${id}.json`), 'utf8')) as { labels?: string };
	assert.deepEqual(
		[plain.files[0]?.written, plain.labels, plain.dropped],
		[2, 'strict-majority', { disputed: 1, ties: 1 }],
	);
	assert.deepEqual(Object.keys(record(plain.export)).sort(), ['format', 'splits']);
	assert.ok(!readFileSync(out('plain'), 'utf8').includes('vote_share'));
	const named = await workspace.exportData({
		format: 'trl',
		splits: ['train'],
		out: out('named'),
		labels: 'strict-majority',
	});
	assert.deepEqual([named.export, named.files[0]?.sha256], [plain.export, plain.files[0]?.sha256]);

	const share = await workspace.exportData({
		format: 'trl',
		splits: ['train'],
		out: out('share'),
		labels: 'vote-share',
	});
	assert.deepEqual([share.files[0]?.written, share.dropped], [3, { ties: 1 }]);
	assert.equal(record(share.export).labels, 'vote-share');
	const shares = readFileSync(out('share'), 'utf8')
		.trim()
		.split('\n')
		.map(
			(line) =>
				(JSON.parse(line) as { metadata: { pairwright: { vote_share: string } } }).metadata.pairwright.vote_share,
		);
	assert.deepEqual(shares.sort(), ['0.625', String(2 / 3), '1']);
	const settled = await workspace.exportData({
		format: 'trl',
		splits: ['train'],
		out: out('settled'),
		labels: 'adjudicated-only',
	});
	assert.deepEqual([settled.files[0]?.written, settled.dropped], [1, { not_adjudicated: 3 }]);
	assert.deepEqual(
		workspace.context.events('exported').map(({ labels }) => labels),
		['strict-majority', 'vote-share', 'adjudicated-only'],
	);
	await assert.rejects(
		workspace.exportData({ format: 'pairwright', splits: ['train'], out: out('own'), labels: 'vote-share' }),
		/keeps pairs without a verdict/u,
	);
	// What a share chose comes back as the same comparison on import.
	const { workspace: again } = await openAt(dir, 'ana', 'one', 'again');
	const { comparisons, rejected } = await again.importFiles([out('share')], {}, job());
	assert.deepEqual([comparisons, rejected.length], [3, 0]);
	await again.close();
	await workspace.close();
});

test('what people reach is over the pairs that are scored; of the sealed half it stays in the sealed file until a decision', async (t) => {
	const dir = folder(t);
	const three = (count: number, split: object, from: number) =>
		rows(
			Array.from({ length: count }, (_, i) => ({ said: { bo: 'a', cy: 'a', di: i === 0 ? 'b' : 'a' }, ...split })),
			from,
		);
	const sealed = { split: 'heldout', half: 'E' };
	const workspace = await withRows(
		dir,
		[
			three(3, { split: 'eval' }, 0),
			three(4, sealed, 10),
			rows(
				Array.from({ length: 12 }, (_, i) => ({ said: { bo: i % 2 === 0 ? 'a' : 'b' }, split: 'train' })),
				20,
			),
		].join('\n'),
	);
	const { dataset } = readDataset(workspace.context);
	const human = humanReferences(workspace.context, dataset.pairs);
	// di alone against two; nobody else has a majority of two others there. On the other two all three are right.
	assert.deepEqual([human.eval?.pairs, human.eval?.accuracy.value], [3, 2 / 3]);
	assert.deepEqual(Object.keys(human).sort(), ['eval', 'heldout_sealed']);

	const { run } = await workspace.score({ engine: 'probe', lambda: null, margin: 0, beta: 1, seed: 0 }, job());
	const before = (await workspace.report(run)).record;
	assert.deepEqual(Object.keys(before.human ?? {}), ['eval']);
	const stored = readFileSync(join(workspace.context.paths.runs, run, 'run.json'), 'utf8');
	assert.deepEqual(Object.keys((JSON.parse(stored) as { human: object }).human), ['eval']);
	await workspace.decide(run, { lambda: null, checkpoint: null, reason: 'to see' });
	const after = (await workspace.report(run)).record;
	assert.deepEqual([after.human?.heldout_sealed?.pairs, after.human?.heldout_sealed?.accuracy.value], [4, 0.75]);
	await workspace.close();
});

const people = realData('multi-annotator.jsonl');
const debates = realData('multi-annotator.debates.jsonl');

/** Within what the same formulas in 64-bit numbers, summed in another order, may differ. */
const near = (actual: number | null | undefined, expected: number) =>
	assert.ok(typeof actual === 'number' && Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test('real judgments keep their people; α, κ and a run beside people are those of an independent computation', {
	skip: people.skip,
}, async (t) => {
	const cli = makeCli(t);
	assert.equal((await cli.run(['init', cli.dir])).code, 0);
	const imported = await cli.json(['import', people.path]);
	assert.equal(imported.code, 0, imported.stderr);
	const report = (await cli.json(['agreement'])).document as AgreementReport;
	// 993 rows hold 861 comparisons; of a repeated one each person's last verdict counts. numpy and statsmodels 0.15.0.
	assert.deepEqual([report.comparisons, report.judgments, report.people, report.clusters], [861, 2583, 3, 170]);
	near(report.alpha.value, 0.8615925658474934);
	near(report.alpha.low, 0.8230560842617451);
	near(report.alpha.high, 0.9001290474332417);
	near(report.alpha_ordinal.value, 0.8758668544385522);
	near(report.alpha_ordinal.low, 0.8354934723698701);
	near(report.fleiss_kappa.value, 0.8615389611092471);
	near(report.human_reference.accuracy.value, 0.9040920716112532);
	assert.deepEqual(
		report.pairs.map(({ a, b, n }) => [a, b, n]),
		[
			['annotator1', 'annotator2', 861],
			['annotator1', 'annotator3', 861],
			['annotator2', 'annotator3', 861],
		],
	);
	near(report.pairs[0]?.kappa, 0.8481960580527819);
	near(report.pairs[0]?.weighted_kappa, 0.856928822627262);
	near(report.pairs[1]?.kappa, 0.8754177479882753);
	near(report.pairs[2]?.kappa, 0.8611277523295146);
	near(report.pairs[2]?.agreement, 0.9186991869918699);

	const { stdout } = await cli.run(['--workspace', cli.dir, 'agreement'], { env: { COLUMNS: '80' } });
	assert.match(stdout, /annotator1 – annotator2 {2,}861 {2,}0\.848/u);
	assert.ok(
		stdout.split('\n').every((line) => [...line].length <= 80),
		stdout,
	);

	const scored = await cli.json(['score', '--labels', 'strict-majority']);
	assert.equal(scored.code, 0, scored.stderr);
	const record = scored.document as {
		settings: { labels: { policy: string } };
		metrics: { eval: { accuracy: { value: number } } };
		human: Record<string, { accuracy: { value: number; low: number; high: number }; pairs: number }>;
	};
	assert.equal(record.settings.labels.policy, 'strict-majority');
	assert.deepEqual(Object.keys(record.human).sort(), ['eval', 'train']);
	assert.equal(record.human.train!.pairs + record.human.eval!.pairs, report.human_reference.pairs);
	assert.ok(record.human.eval!.accuracy.low < record.human.eval!.accuracy.value);
	const text = await cli.run(['--workspace', cli.dir, 'report', 'latest']);
	assert.match(
		text.stdout,
		/People agree with the majority of the others in\s+0\.\d\d\s+\(0\.\d\d–\d\.\d\d\)\s+of\s+\d+\s+train\s+pairs/u,
	);
	assert.match(text.stdout, /labels\s+strict-majority/u);
	assert.ok(!/Out of date/u.test(text.stdout), 'read again under its own policy, nothing has changed');
});

test('real judgments of a crowd: 1,838 people keep their names, pairs of people are the 200 with most in common', {
	skip: debates.skip,
}, async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	await workspace.importFiles([debates.path], {}, job());
	const report = await workspace.agreement();
	assert.deepEqual([report.people, report.judgments, report.comparisons], [1838, 7987, 1598]);
	near(report.alpha.value, 0.25194376159100496);
	near(report.alpha_ordinal.value, 0.3569893311493467);
	near(report.fleiss_kappa.value, 0.2506479092664191);
	assert.deepEqual([report.fleiss_kappa.raters, report.fleiss_kappa.comparisons], [5, 1583]);
	near(report.human_reference.accuracy.value, 0.6620651204281849);
	assert.deepEqual([report.pairs.length, report.pairs_total], [200, 11073]);
	assert.deepEqual([report.pairs[0]?.a, report.pairs[0]?.b, report.pairs[0]?.n], ['w0021', 'w0268', 101]);
	near(report.pairs[0]?.kappa, 0.26239809782608686);
	assert.equal(existsSync(join(dir, 'work', '.pairwright', 'journal')), true);
	await workspace.close();
});
