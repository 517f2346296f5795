/**
 * Export of 20,000 pairs in every format, against a floor measured in the same run: the texts of each pair read from the database by one
 * query, parsed, written as JSON lines and hashed, without what people said of it. A third of the pairs came in a second time, and every
 * pair has two votes. CPU time, since others may share the cores.
 */
import { createHash } from 'node:crypto';
import {
	closeSync,
	createReadStream,
	mkdirSync,
	mkdtempSync,
	openSync,
	rmSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { EXPORT_FORMATS, type ExportFormat } from '../../src/domain/export-format.ts';
import { Workspace } from '../../src/workspace/workspace.ts';
import { writePairs } from './synthetic.ts';

const PAIRS = Number(process.env.PAIRWRIGHT_BENCH_PAIRS ?? 20_000);
const folder = mkdtempSync(join(tmpdir(), 'pairwright-bench-'));
const root = join(folder, 'workspace');

/** CPU seconds of `work` in this process. */
async function cpu(work: () => Promise<void> | void): Promise<number> {
	const before = process.cpuUsage();
	await work();
	const { user, system } = process.cpuUsage(before);
	return (user + system) / 1e6;
}

/** Every pair with a vote of each of two people and metadata; every third of them again in a second file. */
async function writeFiles(): Promise<string[]> {
	const plain = join(folder, 'plain.jsonl');
	await writePairs(plain, PAIRS);
	const [first, second] = [join(folder, 'first.jsonl'), join(folder, 'second.jsonl')];
	const lines: [string[], string[]] = [[], []];
	let n = 0;
	for await (const line of createInterface({ input: createReadStream(plain) })) {
		const { prompt, chosen, rejected } = JSON.parse(line) as Record<string, unknown>;
		const judgments = ['ben', 'cy'].map((annotator) => ({ annotator, verdict: 'a', strength: 2 }));
		const row = { prompt, response_a: chosen, response_b: rejected, judgments, metadata: { shelf: n } };
		lines[0].push(`${JSON.stringify(row)}\n`);
		if (n++ % 3 === 0) lines[1].push(`${JSON.stringify({ ...row, judgments: [] })}\n`);
	}
	writeFileSync(first, lines[0].join(''));
	writeFileSync(second, lines[1].join(''));
	return [first, second];
}

function floor(): void {
	const db = new Database(join(root, '.pairwright', 'pairwright.db'), { readonly: true });
	const hash = createHash('sha256');
	const fd = openSync(join(folder, 'floor.jsonl'), 'w');
	const rows = db.prepare('SELECT c.a, c.b, p.body FROM comparisons c JOIN prompts p ON p.n = c.prompt ORDER BY c.id');
	for (const row of rows.iterate() as IterableIterator<Record<'a' | 'b' | 'body', string>>) {
		const [chosen, rejected, prompt] = [row.a, row.b, row.body].map((text): unknown => JSON.parse(text));
		const line = `${JSON.stringify({ prompt, chosen, rejected })}\n`;
		hash.update(line);
		writeSync(fd, line);
	}
	hash.digest('hex');
	closeSync(fd);
	db.close();
}

try {
	mkdirSync(root);
	const workspace = await Workspace.open(root, {
		stateDir: join(folder, 'state'),
		annotator: 'bench',
		events: { progress() {}, changed() {}, notice() {} },
	});
	await workspace.init({});
	await workspace.importFiles(await writeFiles(), { format: 'pairwright', copyLarge: true }, { job: 'bench' });
	while (!(await workspace.info()).index.ready) await new Promise((done) => setTimeout(done, 50));
	const splits = ['train', 'eval'] as const;
	let written = 0;
	const once = (format: ExportFormat) => async (): Promise<void> => {
		const { files } = await workspace.exportData({ format, splits, out: join(folder, format) });
		written = files.reduce((sum, file) => sum + file.written, 0);
	};
	// Compiled once before it is measured.
	await once('trl')();
	const base = await cpu(floor);
	const seconds = new Map<ExportFormat, number>();
	for (const format of EXPORT_FORMATS) {
		seconds.set(format, await cpu(once(format)));
		const rate = Math.round(written / seconds.get(format)!).toLocaleString('en');
		console.log(`${format.padEnd(13)} ${written.toLocaleString('en')} pairs, ${rate} pairs/s of CPU time`);
	}
	console.log(`floor ${base.toFixed(2)} s; peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
	const trl = seconds.get('trl')!;
	console.log(
		`FIGURE ${JSON.stringify({
			work: `export ${PAIRS.toLocaleString('en')} pairs with two votes each, TRL`,
			ours: `${trl.toFixed(2)} s of CPU, ${Math.round(written / trl).toLocaleString('en')} pairs/s`,
			floor: `${base.toFixed(2)} s: the texts read, parsed, written and hashed in one loop`,
			ratio: trl / base,
			aim: 'none set',
		})}`,
	);
	await workspace.close();
} finally {
	rmSync(folder, { recursive: true, force: true });
}
