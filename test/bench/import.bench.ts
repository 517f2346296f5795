/**
 * Import of 100,000 pairs against a floor measured in the same run: read, JSON.parse, hash, insert texts into SQLite and
 * into a full-text index, in one plain loop that stores nothing else. Beside it, how long a judgment waits meanwhile.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Workspace } from '../../src/workspace/workspace.ts';
import { writePairs } from './synthetic.ts';

const PAIRS = Number(process.env.PAIRWRIGHT_BENCH_PAIRS ?? 100_000);
const folder = mkdtempSync(join(tmpdir(), 'pairwright-bench-'));
const file = join(folder, 'pairs.jsonl');

function floor(): number {
	const started = performance.now();
	const db = new Database(join(folder, 'floor.db'));
	db.pragma('journal_mode = WAL');
	db.pragma('synchronous = NORMAL');
	db.exec(
		"CREATE TABLE rows(n INTEGER PRIMARY KEY, id TEXT UNIQUE, prompt TEXT, a TEXT, b TEXT); CREATE VIRTUAL TABLE fts USING fts5(text, content='');",
	);
	const row = db.prepare('INSERT OR IGNORE INTO rows(id, prompt, a, b) VALUES (?, ?, ?, ?)');
	const fts = db.prepare('INSERT INTO fts(rowid, text) VALUES (?, ?)');
	const lines = readFileSync(file, 'utf8').split('\n');
	for (let i = 0; i < lines.length; i += 500) {
		db.transaction(() => {
			for (const line of lines.slice(i, i + 500)) {
				if (line === '') continue;
				const { prompt, chosen, rejected } = JSON.parse(line) as Record<
					'prompt' | 'chosen' | 'rejected',
					{ content: string }[]
				>;
				const texts = [prompt, chosen, rejected].map((side) => JSON.stringify(side)) as [string, string, string];
				const id = createHash('sha256').update(texts.join()).digest('hex');
				const { lastInsertRowid } = row.run(id, ...texts);
				fts.run(
					lastInsertRowid,
					[prompt, chosen, rejected].map((side) => side.map((m) => m.content).join('\n')).join('\n'),
				);
			}
		}).immediate();
	}
	db.close();
	return performance.now() - started;
}

async function importOnce(): Promise<{ rows: number; indexed: number; judged: number[] }> {
	const root = join(folder, 'workspace');
	mkdirSync(root);
	const workspace = await Workspace.open(root, {
		stateDir: join(folder, 'state'),
		annotator: 'bench',
		events: { progress() {}, changed() {}, notice() {} },
	});
	await workspace.init({});
	const started = performance.now();
	const judged: number[] = [];
	let importing = true;
	const judging = (async () => {
		while (importing) {
			await new Promise((done) => setTimeout(done, 100));
			const { pairs } = await workspace.queue('judge', { count: 1 });
			const [pair] = pairs;
			if (pair === undefined) continue;
			const asked = performance.now();
			await workspace.judge({ comparison: pair.comparison, verdict: 'a' });
			judged.push(performance.now() - asked);
		}
	})();
	await workspace.importFiles([file], { link: true }, { job: 'bench' });
	const rows = performance.now() - started;
	importing = false;
	await judging;
	while (!(await workspace.info()).index.ready) await new Promise((done) => setTimeout(done, 50));
	const indexed = performance.now() - started;
	await workspace.close();
	return { rows, indexed, judged };
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const quantile = (values: readonly number[], q: number): number =>
	[...values].sort((x, y) => x - y)[Math.floor(q * (values.length - 1))] ?? Number.NaN;
try {
	await writePairs(file, PAIRS);
	console.log(`${PAIRS.toLocaleString('en')} pairs, ${(statSync(file).size / 1e6).toFixed(0)} MB`);
	const base = floor();
	const { rows, indexed, judged } = await importOnce();
	console.log(`floor (read, parse, hash, insert, full-text): ${seconds(base)}`);
	console.log(
		`rows usable after ${seconds(rows)}, ${Math.round((PAIRS / rows) * 1000).toLocaleString('en')} rows/s; searchable after ${seconds(indexed)}`,
	);
	console.log(`ratio to the floor: rows ${(rows / base).toFixed(2)}, with index ${(indexed / base).toFixed(2)}`);
	console.log(
		`a judgment during the import: median ${quantile(judged, 0.5).toFixed(0)} ms, p95 ${quantile(judged, 0.95).toFixed(0)} ms, longest ${Math.max(...judged).toFixed(0)} ms (${judged.length} judged)`,
	);
	console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
