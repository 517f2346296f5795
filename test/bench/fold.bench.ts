/**
 * Folding journals: events a second when a clone is opened for the first time, and how long a pull of a colleague's day takes.
 * `npm run bench fold [-- --events N]`, 200,000 events of ten people over 20,000 pairs if left out.
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
const PAIRS = Math.min(20_000, EVENTS);
const PEOPLE = 10;
const DAY = 1_000;
const print = (text: string): void => {
	process.stdout.write(`${text}\n`);
};
const seconds = (since: number): number => (performance.now() - since) / 1000;

const folder = mkdtempSync(join(tmpdir(), 'pairwright-fold-'));
const root = join(folder, 'work');
mkdirSync(root);
const file = join(folder, 'pairs.jsonl');
await writePairs(file, PAIRS);
const workspace = await Workspace.open(root, { stateDir: join(folder, 'state'), annotator: 'me' });
await workspace.init({});
await workspace.importFiles([file], {}, { job: 'import' });
await workspace.settled();
const { db, paths } = workspace.context;
const ids = db.all<{ id: string }>('SELECT id FROM comparisons').map(({ id }) => id);

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

const each = EVENTS / PEOPLE;
for (let person = 0; person < PEOPLE; person++) {
	for (let from = 0; from < each; from += 10_000) verdicts(person, from, Math.min(10_000, each - from));
}
let started = performance.now();
await workspace.reload();
let took = seconds(started);
print(
	`${EVENTS.toLocaleString('en')} events of ${PEOPLE} people over ${ids.length.toLocaleString('en')} pairs: ${took.toFixed(1)} s, ${Math.round(EVENTS / took).toLocaleString('en')} a second`,
);
verdicts(0, each, DAY);
started = performance.now();
await workspace.reload();
took = seconds(started);
print(`${DAY.toLocaleString('en')} more in one journal file: ${Math.round(took * 1000)} ms, all told`);
verdicts(1, each, 1);
started = performance.now();
await workspace.reload();
print(`1 more: ${Math.round(seconds(started) * 1000)} ms`);
await workspace.close();
rmSync(folder, { recursive: true, force: true });
