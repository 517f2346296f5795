/**
 * Folding journals: events a second when a clone is opened for the first time (journals, sources and all), the memory it takes, and
 * how long a pull of a colleague's day takes. `npm run bench fold [-- --events N]`, 200,000 events of ten people if left out.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventBody } from '../../src/domain/events.ts';
import { appendLines, stampEvents } from '../../src/store/journal.ts';
import { personFolder } from '../../src/store/state-dir.ts';
import { Workspace } from '../../src/workspace/workspace.ts';
import { writePairs } from './synthetic.ts';

const at = process.argv.indexOf('--events');
const EVENTS = at < 0 ? 200_000 : Number(process.argv[at + 1]);
const PAIRS = Math.min(Math.max(20_000, EVENTS / 10), EVENTS);
const PEOPLE = 10;
const DAY = 1_000;
const print = (text: string): void => {
	process.stdout.write(`${text}\n`);
};
const number = (n: number): string => Math.round(n).toLocaleString('en');

/** Wall clock, and seconds of a core: what other processes do beside it slows the first alone. */
async function timed(work: () => Promise<unknown>): Promise<{ readonly wall: number; readonly cpu: number }> {
	const [started, used] = [performance.now(), process.cpuUsage()];
	await work();
	const { user, system } = process.cpuUsage(used);
	return { wall: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}

const folder = mkdtempSync(join(tmpdir(), 'pairwright-fold-'));
const root = join(folder, 'work');
mkdirSync(root);
const file = join(folder, 'pairs.jsonl');
await writePairs(file, PAIRS);
const open = () => Workspace.open(root, { stateDir: join(folder, 'state'), annotator: 'me' });
let workspace = await open();
await workspace.init({});
await workspace.importFiles([file], { copyLarge: true }, { job: 'import' });
await workspace.settled();
const { paths } = workspace.context;
const ids = workspace.context.db.all<{ id: string }>('SELECT id FROM comparisons').map(({ id }) => id);
await workspace.close();

/** Verdicts of one person from the pair at `from` on. */
function verdicts(person: number, from: number, count: number): void {
	const bodies = Array.from({ length: count }, (_, i): EventBody => {
		const verdict = (i * 7 + person) % 3 === 0 ? 'b' : 'a';
		return {
			type: 'judged',
			comparison: ids[(from + i) % ids.length]!,
			verdict,
			kind: 'first',
			blind: true,
			ms: 4000 + i,
		};
	});
	const header = { firstSeq: 10 + from, time: new Date(Date.UTC(2026, 0, 1) + from).toISOString() };
	const events = stampEvents(bodies, { ...header, person: `p${person}`, device: `d${person}` });
	appendLines(join(paths.journal, personFolder(`p${person}`), `d${person}.jsonl`), events);
}

const forget = () => {
	for (const ending of ['', '-wal', '-shm']) rmSync(paths.db + ending, { force: true });
};
const openAll = async () => {
	workspace = await open();
	await workspace.settled();
};

forget();
const sources = await timed(openAll);
await workspace.close();
print(`${number(ids.length)} pairs without a verdict, opened for the first time: ${sources.wall.toFixed(1)} s`);

const each = EVENTS / PEOPLE;
for (let person = 0; person < PEOPLE; person++) {
	for (let from = 0; from < each; from += 10_000) verdicts(person, from, Math.min(10_000, each - from));
}
forget();
globalThis.gc?.();
const before = process.memoryUsage.rss();
const whole = await timed(openAll);
const [wall, cpu] = [whole.wall - sources.wall, whole.cpu - sources.cpu];
print(
	`with ${number(EVENTS)} events of ${PEOPLE} people: ${whole.wall.toFixed(1)} s; for the events ${wall.toFixed(1)} s, ` +
		`${number(EVENTS / wall)} a second (${number(EVENTS / cpu)} a second of a core)`,
);
print(`memory: ${number(before / 2 ** 20)} MB before, at most ${number(process.resourceUsage().maxRSS / 2 ** 10)} MB`);

verdicts(0, each, DAY);
const day = await timed(() => workspace.reload());
print(`${number(DAY)} more in one journal file: ${number(day.wall * 1000)} ms, all told`);
verdicts(1, each, 1);
const one = await timed(() => workspace.reload());
print(`1 more: ${number(one.wall * 1000)} ms`);
await workspace.close();
rmSync(folder, { recursive: true, force: true });
