import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ProgressReport } from '../../src/domain/progress.ts';
import { progress } from '../../src/workspace/progress.ts';
import { progressMarkdown } from '../../src/workspace/progress-markdown.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { makeCli, ownRows } from './cli-run.ts';
import { folder, job, openAt } from './workspace-support.ts';

interface Rows {
	readonly split: string;
	readonly half?: string;
	readonly tags?: readonly string[];
	readonly count: number;
}

/** Unlabelled pairs of several splits. */
function write(dir: string, parts: readonly Rows[]): string {
	const path = join(dir, 'rows.jsonl');
	const rows = parts.flatMap(({ count, ...rest }, p) =>
		Array.from({ length: count }, (_, i) => ({
			...{ prompt: `Question ${p}/${i}?`, response_a: `yes ${p}/${i}`, response_b: `no ${p}/${i}` },
			...rest,
		})),
	);
	writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
	return path;
}

function settings(dir: string, change: object): void {
	const path = join(dir, 'work', '.pairwright', 'config.json');
	writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...change }));
}

const inPlace = (workspace: Workspace, place: string): string[] =>
	workspace.context.db
		.all<{ id: string }>('SELECT id FROM comparisons WHERE place = ? ORDER BY order_key', place)
		.map(({ id }) => id);

const numbers = ({ needed, judged, left, nobody, disputed }: ProgressReport['all']) => [
	needed,
	judged,
	left,
	nobody,
	disputed,
];

test('what is asked for, judged, disputed and missing adds up by split, facet and person; nothing tells a verdict of the sealed half', async (t) => {
	const dir = folder(t);
	const { workspace: first } = await openAt(dir, 'ana');
	const heldout = { split: 'heldout', tags: ['domain:law'] };
	await first.importFiles(
		[
			write(dir, [
				{ split: 'train', count: 10 },
				{ ...heldout, half: 'R', count: 4 },
				{ ...heldout, half: 'E', count: 6 },
			]),
		],
		{ format: 'pairwright' },
		job(),
	);
	await first.close();
	settings(dir, { queue: { overlap: { train: 0, heldout: 1 }, people: ['ana', 'bo'] } });
	const [{ workspace: ana }, { workspace: bo }] = [await openAt(dir, 'ana'), await openAt(dir, 'bo')];
	const [train, sealed, tuning] = [inPlace(ana, 'train'), inPlace(ana, 'E'), inPlace(ana, 'R')];
	for (const comparison of train.slice(0, 4)) await ana.judge({ comparison, verdict: 'a', ms: 500, shown_first: 'a' });
	for (const comparison of [...sealed.slice(0, 3), tuning[0]!]) await ana.judge({ comparison, verdict: 'a' });
	await bo.reload();
	for (const comparison of [...sealed.slice(0, 2), tuning[0]!]) await bo.judge({ comparison, verdict: 'b' });
	await bo.skip({ comparison: sealed[2]!, cannot: 'language' });
	await bo.flag({ comparison: train[5]! });

	const report = await bo.progressReport();
	const by = (name: string) => numbers(report.splits.find((split) => split.name === name)!);
	assert.deepEqual(by('train'), [10, 4, 6, 0, 0]);
	assert.deepEqual(by('held-out, tuning half'), [8, 2, 6, 0, 1]);
	// Two differ: that is not told. One waits for a further person, as Bo cannot and Ana has.
	assert.deepEqual(by('held-out, sealed half'), [12, 5, 7, 1, null]);
	assert.deepEqual(numbers(report.all), [30, 11, 19, 1, 1]);
	assert.deepEqual(
		report.facets.map((facet) => [facet.name, ...numbers(facet)]),
		[['domain:law', 20, 7, 13, 1, 1]],
	);
	assert.equal(report.all.flagged, 1);
	// Sizes alone, and nothing to subtract from: held-out holds both halves.
	const { splits, halves, places } = await bo.splits();
	const facts = await bo.info();
	for (const hidden of [splits.heldout, halves.sealed, places.find(({ place }) => place === 'heldout_sealed')!.count]) {
		assert.deepEqual([hidden.judged, hidden.disputed, hidden.judgments], [null, null, null]);
		assert.match(hidden.reason ?? '', /hidden until a decision/u);
	}
	assert.deepEqual([facts.splits.heldout.judged, facts.halves.sealed.judgments], [null, null]);
	assert.deepEqual([splits.heldout.pairs, halves.reference.judged, halves.reference.disputed], [10, 1, 1]);

	const [a, b] = report.people as [ProgressReport['people'][number], ProgressReport['people'][number]];
	assert.deepEqual([a.person, a.judged + a.beyond, a.cannot, a.disputed], ['ana', 8, 0, 1]);
	assert.deepEqual([b.person, b.judged + b.beyond, b.cannot, b.disputed, b.flagged], ['bo', 3, 1, 1, 1]);
	for (const [workspace, part] of [
		[ana, a],
		[bo, b],
	] as const) {
		await workspace.reload();
		const { total, done } = await workspace.queue('judge', { count: 0 });
		assert.deepEqual([part.judged, part.left], [done, total - done], 'the same part as in the queue');
	}
	// Settled before a second person judged it: the verdicts given look as if all had been.
	await bo.adjudicate({ comparison: sealed[2]!, verdict: 'a', reason: 'bo cannot' });
	const settled = (await bo.progressReport()).splits.find(({ name }) => name === 'held-out, sealed half')!;
	assert.deepEqual(numbers(settled), [12, 6, 6, 0, null]);
	await bo.retract(sealed[2]!).catch(() => undefined);
	bo.context.db.run("UPDATE comparisons SET opened = 1 WHERE place = 'E'");
	assert.ok(((await bo.splits()).halves.sealed.disputed ?? 0) > 0, 'after an opening');
	// Speed and position are Ana's own to see.
	assert.deepEqual([a.own, b.own?.median_ms], [null, null]);
	const own = (await ana.progressReport()).people.find(({ person }) => person === 'ana')?.own;
	assert.deepEqual([own?.median_ms, own?.timed, own?.too_fast, own?.position.n], [500, 4, 4, 4]);
	assert.ok(!JSON.stringify(report).includes('too_fast":4'));
	assert.ok(progressMarkdown(report).includes('| held-out, sealed half | 6 | 12 | 5 | 7 | sealed | 0 |'));

	settings(dir, { queue: { people: ['ana', 'bo'] }, people: { show_individuals: true } });
	await bo.reload();
	assert.equal((await bo.progressReport()).people[0]?.own?.too_fast, 4);
	await ana.close();
	await bo.close();
});

test('a date follows from the pace of the judgments in the journals', async (t) => {
	const dir = folder(t);
	const { workspace: ana } = await openAt(dir, 'ana');
	await ana.importFiles([write(dir, [{ split: 'eval', count: 30 }])], { format: 'pairwright' }, job());
	for (const comparison of inPlace(ana, 'eval').slice(0, 20)) await ana.judge({ comparison, verdict: 'a' });
	assert.match((await ana.progressReport()).all.pace.reason ?? '', /one day only/u);
	const journal = ana.context.db.value<string>('SELECT path FROM journal_files') as string;
	await ana.close();
	const path = join(dir, 'work', '.pairwright', 'journal', journal);
	const { stampEvents } = await import('../../src/store/journal.ts');
	const lines = readFileSync(path, 'utf8')
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as Record<string, unknown>);
	let judged = 0;
	const dated = lines.flatMap((line) => {
		const {
			id: _id,
			v: _v,
			seq,
			time,
			person,
			device,
			...body
		} = line as never as { id: string; v: 1; seq: number; time: string; person: string; device: string };
		const at =
			(body as { type?: string }).type === 'judged'
				? judged++ < 10
					? '2026-03-01T10:00:00.000Z'
					: '2026-03-04T10:00:00.000Z'
				: time;
		return stampEvents([body as never], { firstSeq: seq, time: at, person, device });
	});
	writeFileSync(path, dated.map((event) => `${JSON.stringify(event)}\n`).join(''));
	const { workspace } = await openAt(dir, 'ana');
	// 20 in five days; at 15 % overlap some wait for a second person, whom nobody dates.
	const { all } = progress(workspace.context, Date.parse('2026-03-05T12:00:00Z'));
	assert.deepEqual([all.left - all.nobody, all.pace.per_day, all.pace.done_by], [10, 4, '2026-03-08']);
	await workspace.close();
});

test('the command prints it, writes it as Markdown, and gives it as JSON', async (t) => {
	const cli = makeCli(t);
	const rows = cli.write(
		'rows.jsonl',
		ownRows(12, () => ({ split: 'eval' })),
	);
	await cli.json(['init']);
	await cli.json(['import', rows, '--format', 'pairwright']);
	const markdown = join(cli.dir, 'out', 'progress.md');
	const { code, stdout } = await cli.run(['--workspace', cli.dir, 'progress', '--markdown', markdown]);
	assert.deepEqual([code, /eval +12 +15 +13 +2 +2 /u.test(stdout)], [0, true], stdout);
	assert.ok(readFileSync(markdown, 'utf8').startsWith('# Progress\n'));
	const { document } = await cli.json(['progress']);
	assert.equal((document as ProgressReport).splits[0]?.comparisons, 12);
});
