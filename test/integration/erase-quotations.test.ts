import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/protocol/errors.ts';
import { resetTables } from '../../src/store/database.ts';
import { dump } from '../../src/store/dump.ts';
import { keepErasures, unfoldedErasures } from '../../src/store/erasures.ts';
import { appendLines, stampEvents } from '../../src/store/journal.ts';
import { listJournalFiles } from '../../src/store/journal-files.ts';
import { Projector } from '../../src/store/project.ts';
import { type JournalChange, LONG, syncJournals } from '../../src/store/sync-journal.ts';
import { erase } from '../../src/workspace/erase/erase.ts';
import { quotationsOf, withLate } from '../../src/workspace/erase/quotes.ts';
import { eraseText } from '../../src/workspace/erase/words.ts';
import { holding, idOf } from './erase-support.ts';
import { folder, job, openAt } from './workspace-support.ts';

const SECRET = 'my neighbour Mr. Ashdown of Birch Lane 17 keeps four rusty bicycles';
const REFUSAL = "I'm sorry, but I can't assist with that request.";

function write(dir: string, rows: readonly object[]): string {
	const path = join(dir, 'rows.jsonl');
	writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
	return path;
}

test('of a prompt that waits, and of a response in no pair, the quotations are found too', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	t.after(() => workspace.close());
	const path = write(dir, [
		{ prompt: `Say what: ${SECRET}?`, response: 'Ask a lawyer who lives in that town of his.' },
		{ prompt: 'Another question', response: 'Well.' },
	]);
	await workspace.importFiles([path], { as: 'prompts' }, job());
	await workspace.settled();
	const { rows } = await workspace.waiting({ limit: 10 });
	const [secret, other] = ['Ashdown', 'Another'].map((word) => rows.find((each) => each.preview.includes(word))!.id);
	await workspace.tag({ ids: [other!] }, { facet: 'free:x', reason: `unlike “${SECRET.toUpperCase()}”` });
	await workspace.tag({ ids: [other!] }, { facet: 'free:y', reason: 'no “lawyer who lives in that town”' });
	await workspace.tag({ ids: [other!] }, { facet: 'free:z', reason: 'in words of my own' });
	await assert.rejects(workspace.erase([secret!], { reason: `it says ${SECRET}` }, job()), /quotes the text/u);
	const done = await workspace.erase([secret!], { reason: 'asked for' }, job());
	assert.equal(done.quoting, 2);
	const journal = join(dir, 'work', '.pairwright', 'journal');
	for (const words of ['Ashdown', 'ASHDOWN', 'lawyer']) assert.deepEqual(holding(journal, words), [], words);
	assert.equal(holding(journal, 'in words of my own').length, 1);
});

test('words about texts that stay are left alone, and those that leave are listed', async (t) => {
	const dir = folder(t);
	const opened = await openAt(dir);
	const { workspace } = opened;
	t.after(() => workspace.close());
	const path = write(dir, [
		{ prompt: `Tell me: ${SECRET}`, chosen: REFUSAL, rejected: 'No idea at all.' },
		{ prompt: 'How to bake bread?', chosen: 'Flour and water.', rejected: REFUSAL },
		{ prompt: 'How to boil eggs?', chosen: 'Eight minutes.', rejected: 'Never.' },
	]);
	await workspace.importFiles([path], {}, job());
	await workspace.settled();
	const [secret, bread, eggs] = await Promise.all(['Ashdown', 'bread', 'eggs'].map((word) => idOf(opened, word)));
	const note = 'b says “I’m sorry, but I can’t assist with that request” to a harmless question';
	await workspace.judge({ comparison: bread!, verdict: 'a', note });
	const { event: skipped } = await workspace.skip({ comparison: eggs!, cannot: `like ${SECRET}: I know him` });
	await workspace.saveSearch('refusals', { search: "I'm sorry, but I can't assist" });
	await workspace.saveSearch('people', { search: 'bread' });
	const { event: saved } = await workspace.saveSearch('people', { search: 'Ashdown of Birch Lane' });
	const { event: named } = await workspace.saveSearch('Ashdown of Birch Lane', { search: 'eggs' });
	const plan = await workspace.erase([secret!], { preview: true }, job());
	const expected = [skipped, saved, named].sort();
	assert.deepEqual(
		plan.quotations.map(({ event }) => event),
		expected,
	);
	for (const event of expected) assert.ok(eraseText(plan).includes(event.slice(0, 12)), 'the preview names it');
	assert.match(eraseText(plan), /Files that exports and bundles wrote are not touched/u);
	await workspace.erase([secret!], { reason: 'asked for' }, job());
	assert.deepEqual(holding(join(dir, 'work', '.pairwright'), 'Ashdown'), []);
	const { judgments } = await workspace.show(bread!);
	assert.ok(judgments.some((each) => each.note === note));
	assert.deepEqual(
		(await workspace.searches()).map(({ name }) => name),
		['refusals'],
		'no older search comes back under the name of one that quoted',
	);
	const passed = ({ context }: typeof workspace) =>
		context.db.value(
			'SELECT count(*) FROM standing s JOIN comparisons c ON c.n = s.comparison WHERE c.id = ? AND s.cannot = 1',
			eggs,
		);
	assert.equal(passed(workspace), 1, 'who cannot judge it still cannot');
});

test('reasons, facets and entries of mappings that quote go too; a note of another row is named', async (t) => {
	const dir = folder(t);
	const opened = await openAt(dir);
	const { workspace } = opened;
	t.after(() => workspace.close());
	const said = 'neighbour Mr. Ashdown of Birch Lane 17';
	const judged = (note: string) => [{ annotator: 'zoe', verdict: 'a', rationale: note }];
	const path = write(dir, [
		{ prompt: 'Who lives there?', response_a: SECRET, response_b: 'No idea at all.' },
		{ prompt: 'How to bake bread?', response_a: 'Flour.', response_b: 'Water.', judgments: judged('short') },
		{ prompt: 'How to boil eggs?', response_a: 'Eight.', response_b: 'Never.', judgments: judged(`as ${said}`) },
	]);
	await workspace.importFiles([path], {}, job());
	await workspace.settled();
	const [secret, bread] = await Promise.all(['lives', 'bread'].map((word) => idOf(opened, word)));
	const [usual = ''] = workspace.context.config.reasons;
	await workspace.judge({ comparison: bread!, verdict: 'a', reasons: [usual, said] });
	await workspace.judge({ comparison: secret!, verdict: 'a', reasons: [said] });
	const prompts = await Promise.all([secret!, bread!].map(async (id) => (await workspace.show(id)).prompt_id));
	await workspace.tag({ ids: prompts }, { facet: `free:${said}` });
	await workspace.tag({ ids: [prompts[0]!] }, { facet: `free:${said} again` });
	await workspace.tag({ ids: [prompts[1]!] }, { facet: 'domain:law' });
	const mapping = {
		columns: { prompt: 'q', a: 'x', b: 'y', best: 'z' },
		entries: { [SECRET.toLowerCase()]: 'a', 'the longer one of the two': 'b' },
	} as const;
	await workspace.context.append({ type: 'mapping-saved', name: 'mine', mapping, table: ['q', 'x', 'y', 'z'] });
	const table = join(dir, 'table.csv');
	writeFileSync(table, `q,x,y,z\nWhich is best?,This one.,That one.,the longer one of the two\n`);
	await workspace.importFiles([table], { mapping }, job());
	await workspace.settled();
	const before = await workspace.show(bread!);
	assert.equal(before.tags.length, 2);

	const plan = await workspace.erase([secret!], { preview: true }, job());
	assert.deepEqual(
		plan.left.map(({ why }) => /note of an imported verdict quotes it \(line 3\)/u.test(why)),
		[true],
	);
	const done = await workspace.erase([secret!], { reason: 'asked for' }, job());
	await workspace.settled();
	assert.deepEqual(holding(join(dir, 'work', '.pairwright', 'journal'), 'shdown of'), []);
	assert.deepEqual(
		done.left.map((file) => file.path),
		holding(join(dir, 'work'), 'shdown of').filter((file) => file.includes('sources')),
		'the copy as it is called now',
	);
	const after = await workspace.show(bread!);
	assert.deepEqual(
		after.judgments.flatMap(({ annotator, reasons }) => (annotator === 'zoe' ? [] : [reasons])),
		[[usual]],
	);
	assert.deepEqual([after.split, after.tags.length, after.tags.includes('domain:law')], [before.split, 2, true]);
	assert.match(after.tags.find((tag) => tag !== 'domain:law') ?? '', /^free:erased-[\da-f]{8}$/u);
	const read = await idOf(opened, 'Which is best');
	assert.equal((await workspace.show(read!)).judgments[0]?.verdict !== undefined, true, 'the table reads as it did');
	const state = dump(workspace.context.db);
	await workspace.rebuild(job());
	assert.equal(dump(workspace.context.db), state);
});

test('what is said while the texts go by is found before the tombstone, and nothing is looked at twice where nobody wrote', async (t) => {
	const dir = folder(t);
	const opened = await openAt(dir);
	const { workspace } = opened;
	t.after(() => workspace.close());
	const path = write(dir, [
		{ prompt: `Tell me: ${SECRET}`, chosen: 'Yes.', rejected: 'No.' },
		{ prompt: 'How to bake bread?', chosen: 'Flour and water.', rejected: 'Never.' },
	]);
	await workspace.importFiles([path], {}, job());
	await workspace.settled();
	const secret = await idOf(opened, 'Ashdown');
	const bread = await idOf(opened, 'bread');
	const { prompt_id } = await workspace.show(secret!);
	const { event: before } = await workspace.flag({ comparison: bread!, note: `like ${SECRET}` });
	const leaving = { comparisons: [secret!], prompts: [prompt_id] };
	const looked = await quotationsOf(workspace.context, leaving);
	assert.deepEqual(looked.fields.words, [before]);
	assert.equal(withLate(workspace.context, leaving, looked), looked);
	const { event: late } = await workspace.flag({ comparison: bread!, note: `again: ${SECRET}` });
	await workspace.flag({ comparison: bread!, note: 'about bread alone' });
	const all = withLate(workspace.context, leaving, looked);
	assert.deepEqual(all.fields.words, [before, late].sort());
	assert.deepEqual(
		all.found.map(({ event }) => event),
		[before, late].sort(),
	);
});

test('cancelled before the tombstone, an erasure has changed nothing', async (t) => {
	const dir = folder(t);
	const opened = await openAt(dir);
	const { workspace } = opened;
	t.after(() => workspace.close());
	// From outside the workspace: a copy, of which an erasure writes a draft first.
	await workspace.importFiles(
		[write(dir, [{ prompt: `Tell me: ${SECRET}`, chosen: 'Yes.', rejected: 'No.' }])],
		{},
		job(),
	);
	await workspace.settled();
	const secret = await idOf(opened, 'Ashdown');
	const files = () =>
		['journal', 'sources'].flatMap((name) => {
			const root = join(dir, 'work', '.pairwright', name);
			return readdirSync(root, { recursive: true, withFileTypes: true })
				.filter((entry) => entry.isFile())
				.map(({ parentPath, name: file }) => [file, readFileSync(join(parentPath, file), 'base64')]);
		});
	const before = files();
	assert.ok(before.length >= 2);
	const steps = {
		reload: () => workspace.reload(),
		sync: () => assert.fail('there is nobody to sync with'),
		// As soon as the draft of a copy lies there.
		signal: {
			get aborted() {
				return files().length > before.length;
			},
		} as AbortSignal,
	};
	await assert.rejects(erase(workspace.context, [secret!], { reason: 'asked for' }, steps), (error) =>
		UserError.is(error, 'cancelled'),
	);
	assert.deepEqual(files(), before);
	assert.equal((await workspace.list({})).total, 1);
	const done = await workspace.erase([secret!], { reason: 'asked for' }, job());
	assert.equal(done.comparisons.length, 1);
});

test('taken out by another window while copies are looked at, a pair leaves no draft of a copy behind', async (t) => {
	const dir = folder(t);
	const opened = await openAt(dir);
	const { workspace } = opened;
	t.after(() => workspace.close());
	await workspace.importFiles(
		[write(dir, [{ prompt: `Tell me: ${SECRET}`, chosen: 'Yes.', rejected: 'No.' }])],
		{},
		job(),
	);
	await workspace.settled();
	const other = await openAt(dir, 'bo', 'two');
	t.after(() => other.workspace.close());
	const secret = await idOf(opened, 'Ashdown');
	const drafts = () =>
		readdirSync(join(dir, 'work', '.pairwright', 'sources')).filter((name) => name.endsWith('.erase.tmp'));
	await other.workspace.flag({ comparison: secret!, note: 'seen' });
	const journal = join(dir, 'work', '.pairwright', 'journal');
	const file = listJournalFiles(journal).find((path) => path.startsWith('bo'))!;
	// Without a pause, the first half of what the other window does: its lines are folded again, its pairs are not yet there.
	const theirs = (): void => {
		const { db } = other.workspace.context;
		const bodies = [
			{ type: 'flagged', comparison: 'f'.repeat(64), note: 'said meanwhile' },
			{ type: 'erased', comparisons: [secret!], reason: 'asked for' },
		] as const;
		const header = { firstSeq: 900, time: '2026-01-01T00:00:00.000Z', person: 'bo', device: 'two' };
		appendLines(join(journal, file), stampEvents(bodies, header));
		const fold = (): void => {
			const change = { added: 0, removed: 0, types: new Set<string>(), problems: [] };
			for (const _ of syncJournals(db, journal, change as JournalChange, LONG));
		};
		fold();
		const erased = unfoldedErasures(db)!;
		resetTables(db);
		keepErasures(db, erased);
		fold();
	};
	let sent = false;
	const steps = {
		reload: () => workspace.reload(),
		sync: () => assert.fail('there is nobody to sync with'),
		signal: {
			// Read once the draft lies there, and before the tombstone is written.
			get aborted() {
				if (!sent && drafts().length > 0) {
					sent = true;
					theirs();
				}
				return false;
			},
		} as AbortSignal,
	};
	const done = await erase(workspace.context, [secret!], { reason: 'asked for' }, steps).catch(
		(error: unknown) => error,
	);
	assert.ok(sent);
	assert.deepEqual(drafts(), []);
	assert.ok(!(done instanceof Error), String(done));
	await workspace.reload();
	assert.deepEqual(holding(join(dir, 'work', '.pairwright'), 'Ashdown'), []);
});

test('a pair that comes on the prompt while copies are looked at keeps the prompt, and what was said of it', async (t) => {
	const dir = folder(t);
	const opened = await openAt(dir);
	const { workspace } = opened;
	const { context } = workspace;
	t.after(() => workspace.close());
	const path = write(dir, [
		{ prompt: 'How to prune a quince tree of eighty years?', chosen: `Ask ${SECRET}.`, rejected: 'No.' },
		{ prompt: 'How to bake bread?', chosen: 'Flour and water.', rejected: 'Never.' },
	]);
	await workspace.importFiles([path], {}, job());
	await workspace.settled();
	const [secret, bread] = await Promise.all(['quince', 'bread'].map((word) => idOf(opened, word)));
	const { prompt_id, prompt } = await workspace.show(secret!);
	await workspace.tag({ ids: [prompt_id] }, { facet: 'free:trees', reason: 'about trees' });
	await workspace.flag({ comparison: bread!, note: 'unlike “prune a quince tree of eighty years”' });
	await workspace.flag({ comparison: bread!, note: `unlike ${SECRET}` });
	const journal = join(dir, 'work', '.pairwright', 'journal');
	const sources = join(dir, 'work', '.pairwright', 'sources');
	let came = false;
	const steps = {
		reload: () => workspace.reload(),
		sync: () => assert.fail('there is nobody to sync with'),
		signal: {
			// Once the draft of a copy lies there, and before the tombstone is written.
			get aborted() {
				if (came || !readdirSync(sources).some((name) => name.endsWith('.erase.tmp'))) return false;
				came = true;
				const side = (content: string) => [{ role: 'assistant' as const, content }];
				const comparison = { prompt, a: side('In winter.'), b: side('In June.') };
				const body = { type: 'authored', comparison, written_by: 'ana' } as const;
				const header = { firstSeq: 900, time: '2026-01-01T00:00:00.000Z', person: 'ana', device: 'two' };
				appendLines(join(journal, listJournalFiles(journal)[0]!), stampEvents([body], header));
				const change: JournalChange = { added: 0, removed: 0, types: new Set(), problems: [] };
				for (const _ of syncJournals(context.db, journal, change, LONG));
				for (const _ of new Projector(context.db, context.store.settings).drain());
				return false;
			},
		} as AbortSignal,
	};
	const plan = await workspace.erase([secret!], { preview: true }, job());
	assert.equal(plan.quoting, 2, 'nothing would be left of the prompt');
	const done = await erase(context, [secret!], { reason: 'asked for' }, steps);
	assert.ok(came);
	assert.equal(done.quoting, 1);
	assert.equal(context.events('erased')[0]!.gone, undefined);
	assert.equal(holding(journal, 'about trees').length, 1);
	assert.equal(holding(journal, 'quince tree of eighty').length, 1);
	assert.deepEqual(holding(join(dir, 'work', '.pairwright'), 'Ashdown'), []);
});
