/** Every question and action of the Splits view over 100,000 prompts, each first asked, then asked again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ListFilter } from '../../src/protocol/lists.ts';
import { Workspace } from '../../src/workspace/workspace.ts';
import { writePairs } from './synthetic.ts';

const PAIRS = Number(process.env.PAIRWRIGHT_BENCH_PAIRS ?? 100_000);
const dir = mkdtempSync(join(tmpdir(), 'pairwright-splits-bench-'));

const QUERIES: Readonly<Record<string, ListFilter>> = {
	all: {},
	split: { split: 'train' },
	'sealed half': { half: 'E' },
	'kind of shift': { facet: 'domain' },
	verdict: { verdict: 'b' },
	'judged by': { annotator: 'ana' },
	'judged by, verdict': { annotator: 'ana', verdict: 'b' },
	disputed: { status: 'disputed' },
	'prompt length': { minLength: 120 },
	'response length': { lengthOf: 'response', minLength: 300 },
	search: { search: 'w1a' },
	'search of a common word': { search: 'question' },
	'five together': { split: 'train', verdict: 'b', search: 'w1a', minLength: 100, facet: 'domain' },
};

const busy = (): number => {
	const { user, system } = process.threadCpuUsage();
	return (user + system) / 1000;
};

/**
 * Milliseconds by the clock and of processor time, which is what a quiet machine would take; and the longest time in which nobody else
 * would have been answered.
 */
async function timed(work: () => Promise<unknown>): Promise<string> {
	const [clock, cpu] = [performance.now(), busy()];
	let [last, longest, done] = [cpu, 0, false];
	const look = (): void => {
		const now = busy();
		longest = Math.max(longest, now - last);
		last = now;
		if (!done) setImmediate(look);
	};
	setImmediate(look);
	await work();
	done = true;
	look();
	return `${(performance.now() - clock).toFixed(0)} ms (cpu ${(busy() - cpu).toFixed(0)}, at a time ${longest.toFixed(0)})`;
}

try {
	await writePairs(join(dir, 'pairs.jsonl'), PAIRS, { heldoutShare: 0.1 });
	const workspace = await Workspace.open(dir, { stateDir: join(dir, 'state'), annotator: 'ana' });
	await workspace.init({});
	await workspace.importFiles([join(dir, 'pairs.jsonl')], {}, { job: 'import' });
	await workspace.settled();
	const { comparisons } = await workspace.list({ limit: 5000 });
	const verdicts = comparisons.map(
		({ id }, i) =>
			({ type: 'judged', comparison: id, verdict: i % 7 === 0 ? 'b' : 'a', kind: 'first', blind: true }) as const,
	);
	await workspace.context.store.append(verdicts, 'ana');
	await workspace.context.store.append(
		verdicts.slice(0, 2000).map((event, i) => ({ ...event, verdict: i % 20 === 0 ? 'b' : 'a' }) as const),
		'bo',
	);
	process.stdout.write(`${PAIRS.toLocaleString('en')} prompts\n`);
	for (const [name, query] of Object.entries(QUERIES)) {
		const page = () => workspace.listPrompts({ ...query, limit: 250 });
		const { total } = await page();
		// A write makes every remembered answer void: what follows is asked for the first time.
		await workspace.flag({ comparison: (comparisons[0] as { id: string }).id });
		const first = await timed(page);
		const again = await timed(() => workspace.listPrompts({ ...query, limit: 250, after: '60000' }));
		const jump = await timed(() => workspace.promptCursors(query, 250));
		const preview = await timed(() => workspace.previewMove({ query }, 'retention'));
		// As the view asks it: all that match, right after somebody else's verdict came in.
		await workspace.flag({ comparison: (comparisons[0] as { id: string }).id });
		const anew = await timed(() => workspace.previewMove({ query }, 'retention'));
		process.stdout.write(
			`${name} (${total.toLocaleString('en')}): first page ${first}, far page ${again}, jump ${jump}, preview ${preview}, first of all ${anew}\n`,
		);
	}
	const query: ListFilter = { split: 'train', search: 'w3ud' };
	const chosen = (await workspace.listPrompts(query)).total;
	/** An action, then what the view reads after it, then its undo. */
	const acted = async (what: string, act: () => Promise<{ readonly event: string | null }>) => {
		let event = '';
		const done = await timed(async () => {
			event = (await act()).event as string;
		});
		const overview = await timed(() => workspace.splits());
		const page = await timed(() => workspace.listPrompts({ ...query, limit: 250 }));
		const undo = await timed(() => workspace.retract(event));
		process.stdout.write(`${what} of ${chosen}: ${done}; overview after it ${overview}, page ${page}; undo ${undo}\n`);
	};
	await acted('move', () => workspace.assign({ query }, { split: 'retention' }));
	await acted('tag', () => workspace.tag({ query }, { facet: 'domain:bench' }));
	await workspace.flag({ comparison: (comparisons[0] as { id: string }).id });
	const dialog = () => Promise.all([workspace.facets(), workspace.about(), workspace.previewTag({ query: {} })]);
	process.stdout.write(
		`what the tag question shows, of all prompts: ${await timed(dialog)}, again ${await timed(dialog)}\n`,
	);
	// Everything: the question is answered at once, the work is said to be under way meanwhile.
	let event = '';
	const everything = async () => {
		event = (await workspace.assign({ query: {} }, { split: 'retention' })).event as string;
	};
	process.stdout.write(
		`move of all: ${await timed(everything)}, undo ${await timed(() => workspace.retract(event))}, overview ${await timed(() => workspace.splits())}\n`,
	);
	await workspace.saveSearch('bench', query);
	process.stdout.write(
		`saved searches ${await timed(() => workspace.searches())}, overview ${await timed(() => workspace.splits())}, coverage ${await timed(() => workspace.coverage())}\n`,
	);
	await workspace.freeze('train');
	// As the view does when it hears of the manifest.
	const overview = await timed(() => workspace.splits());
	const frozen = () => workspace.previewMove({ query: {} }, 'retention');
	process.stdout.write(
		`with train frozen: overview ${overview}, preview of all ${await timed(frozen)}, again ${await timed(frozen)}\n`,
	);
	const job = { job: 'inspect' };
	process.stdout.write(
		`shift, novelty and topics, in a process of their own: ${await timed(() => workspace.inspect(job))}, again ${await timed(() => workspace.inspect(job))}\n`,
	);
	await workspace.close();
} finally {
	rmSync(dir, { recursive: true, force: true });
}
