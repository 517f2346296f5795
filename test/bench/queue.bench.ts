/** Latency of the judging queue over 100,000 pairs and five people: first look, next page, a page after each verdict. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Workspace } from '../../src/workspace/workspace.ts';
import { writePairs } from './synthetic.ts';

const PAIRS = Number(process.env.PAIRWRIGHT_BENCH_PAIRS ?? 100_000);
const PAGES = 200;
const dir = mkdtempSync(join(tmpdir(), 'pairwright-queue-bench-'));

function line(what: string, times: readonly number[]): string {
	const sorted = [...times].sort((x, y) => x - y);
	const at = (q: number): string => (sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN).toFixed(1);
	return `${what}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms\n`;
}

try {
	await writePairs(join(dir, 'pairs.jsonl'), PAIRS);
	const options = { stateDir: join(dir, 'state'), annotator: 'ana' };
	const workspace = await Workspace.open(dir, options);
	await workspace.init({});
	await workspace.importFiles([join(dir, 'pairs.jsonl')], {}, { job: 'import' });
	await workspace.settled();
	const path = join(dir, '.pairwright', 'config.json');
	const config = JSON.parse(readFileSync(path, 'utf8')) as object;
	writeFileSync(path, JSON.stringify({ ...config, queue: { people: ['ana', 'bo', 'cy', 'dee', 'eve'] } }));
	await workspace.reload();

	let started = performance.now();
	const first = await workspace.queue('judge', { count: 5 });
	process.stdout.write(`${PAIRS.toLocaleString('en')} pairs, ${first.total.toLocaleString('en')} of them my part\n`);
	process.stdout.write(`first look: ${(performance.now() - started).toFixed(0)} ms\n`);
	const [pages, after, verdicts]: number[][] = [[], [], []];
	for (let i = 0; i < PAGES; i++) {
		started = performance.now();
		const { pairs } = await workspace.queue('judge', { count: 5 });
		pages!.push(performance.now() - started);
		started = performance.now();
		await workspace.judge({ comparison: pairs[0]!.comparison, verdict: 'a' });
		verdicts!.push(performance.now() - started);
		started = performance.now();
		await workspace.queue('judge', { count: 5 });
		after!.push(performance.now() - started);
	}
	process.stdout.write(line('page of 5, nothing changed', pages!) + line('page of 5 after a verdict', after!));
	process.stdout.write(line('verdict on disk and folded', verdicts!));

	// My part done: what is left is far apart.
	const db = workspace.context.db;
	const mine = (await workspace.queue('judge', { count: 0 })).total - PAGES;
	const bodies = [];
	const skip = new Set<string>();
	while (bodies.length < Math.min(mine, 5_000)) {
		const { pairs } = await workspace.queue('judge', { count: 200, after: [...skip] });
		for (const { comparison } of pairs) {
			skip.add(comparison);
			bodies.push({ type: 'judged', comparison, verdict: 'a', kind: 'first', blind: true } as const);
		}
	}
	await workspace.context.store.append(bodies, 'ana');
	const rest: number[] = [];
	for (let i = 0; i < PAGES; i++) {
		started = performance.now();
		await workspace.queue('judge', { count: 5 });
		rest.push(performance.now() - started);
	}
	process.stdout.write(line(`page of 5 behind ${db.value('SELECT count(*) FROM standing')} verdicts`, rest.slice(1)));
	await workspace.close();
} finally {
	rmSync(dir, { recursive: true, force: true });
}
