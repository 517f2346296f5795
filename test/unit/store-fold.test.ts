import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultSplit } from '../../src/domain/assignment.ts';
import type { EventBody, JournalEvent } from '../../src/domain/events.ts';
import { canonicalComparison, stableJson } from '../../src/domain/identity.ts';
import type { ImportedRow } from '../../src/formats/types.ts';
import { settleAttachments } from '../../src/store/attachments.ts';
import { settleClusters } from '../../src/store/clusters.ts';
import { copiesSlice } from '../../src/store/copies.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { dump, recount } from '../../src/store/dump.ts';
import { addEvent, removeFileEvents } from '../../src/store/fold-events.ts';
import { stampEvents } from '../../src/store/journal.ts';
import { parseJournal } from '../../src/store/journal-files.ts';
import { findEdges, readPromptTexts, storeEdges } from '../../src/store/near-edges.ts';
import { workspacePaths } from '../../src/store/paths.ts';
import { Projector } from '../../src/store/project.ts';
import { pendingSources, SourceFolder, settleSource } from '../../src/store/source-rows.ts';

const paths = workspacePaths(join(tmpdir(), 'pairwright-no-such-workspace'));
const settings = { seed: 's', defaultSplit: (key: string) => defaultSplit(key, 's') };

const texts = (content: string, role = 'assistant') => [{ role, content }];
// The first two questions are near-copies.
const question = (i: number) =>
	i < 2 ? `why is it that the sky over the sea looks blue at noon but red in the evening, case ${i}` : `question ${i}`;
const pairs = [0, 1, 2, 3, 4, 5].map(
	(i) =>
		canonicalComparison({ messages: texts(question(i % 4), 'user') }, texts(`yes ${i}`), texts(`no ${i}`)).comparison,
);
const ids = pairs.map((p) => p.id);
const prompts = [...new Set(pairs.map((p) => p.promptId))];
const people = ['ana', 'bo', 'cy'];

const rows: ImportedRow[] = pairs.map((comparison, i) => ({
	line: i + 1,
	comparison,
	judgments: [
		{ annotator: i % 2 === 0 ? 'source:file' : 'bo', verdict: i % 3 === 0 ? 'tie' : 'a' },
		...(i === 1 ? [{ annotator: 'bo', verdict: 'a' as const }] : []),
	],
	tags: i === 2 ? ['domain:law'] : [],
	warnings: [],
	...(i === 3 ? { split: 'heldout' as const } : {}),
}));

const imported: EventBody = {
	type: 'imported',
	source: { sha256: '0'.repeat(64), name: 'file', format: 'pairwright', bytes: 1, stored: 'link', path: 'file.jsonl' },
};

const sides = fc.constantFrom('a', 'b', 'tie', 'both_bad');
// Few subjects, so that events meet on one.
const anId = fc.constantFrom(...ids.slice(1, 4));
const somePrompts = fc.uniqueArray(fc.constantFrom(...prompts.slice(1)), { minLength: 1, maxLength: 2 });
const facet = fc.constantFrom('domain:law', 'language:de', 'format:code');
const body: fc.Arbitrary<EventBody | { undo: number } | { answer: number; accepted: boolean }> = fc.oneof(
	fc.record({
		type: fc.constant('judged'),
		comparison: anId,
		verdict: sides,
		kind: fc.constant('first'),
		blind: fc.boolean(),
	}),
	fc.record({
		type: fc.constant('skipped'),
		comparison: anId,
		cannot: fc.option(fc.constant('language'), { nil: undefined }),
	}),
	fc.record({ type: fc.constant('flagged'), comparison: anId }),
	fc.record({ type: fc.constant('adjudicated'), comparison: anId, verdict: sides, reason: fc.constant('why') }),
	fc.record({ type: fc.constant('tagged'), prompts: somePrompts, facet, moves: somePrompts }),
	fc.record({ type: fc.constant('tagged'), prompts: somePrompts, facet, remove: fc.constant(true) }),
	fc.record({
		type: fc.constant('split-assigned'),
		prompts: somePrompts,
		split: fc.constantFrom('train', 'eval', 'heldout', 'retention', 'excluded'),
	}),
	fc.record({
		type: fc.constant('half-drawn'),
		draws: somePrompts.map((list) => list.map((id, i) => ({ prompts: [id], half: i % 2 === 0 ? 'R' : 'E' }))),
		facets: facet.map((name) => [{ facet: name, sealed_only: name === 'format:code' }]),
	}),
	fc.record({
		type: fc.constant('proposed'),
		prompts: somePrompts,
		split: fc.constant('heldout'),
		because: fc.constant('frozen'),
	}),
	fc.constant<EventBody>({
		type: 'authored',
		comparison: { prompt: { messages: texts('own question', 'user') }, a: texts('one'), b: texts('two') },
		written_by: 'ana',
	}),
	fc.record({ undo: fc.nat(40) }),
	fc.record({ answer: fc.nat(40), accepted: fc.boolean() }),
) as never;

/** Makes a history: events by several people, some naming earlier ones; equal seqs happen, as between machines. */
function history(
	steps: readonly { person: number; body: EventBody | { undo: number } | { answer: number; accepted: boolean } }[],
) {
	const events: JournalEvent[] = [];
	const add = (person: string, one: EventBody, seq: number) =>
		events.push(...stampEvents([one], { firstSeq: seq, time: '2026-01-01T00:00:00.000Z', person, device: person }));
	add('ana', imported, 1);
	for (const [i, step] of steps.entries()) {
		const person = people[step.person % people.length] as string;
		const seq = 2 + Math.floor(i / 2);
		if ('undo' in step.body) {
			add(person, { type: 'retracted', event: (events[step.body.undo % events.length] as JournalEvent).id }, seq);
		} else if ('answer' in step.body) {
			const proposal = (events[step.body.answer % events.length] as JournalEvent).id;
			add(person, { type: 'proposal-answered', proposal, accepted: step.body.accepted }, seq);
		} else {
			add(person, step.body, seq);
		}
	}
	return events;
}

async function fresh(): Promise<Database> {
	return (await openDatabase(paths)).db;
}

function settle(db: Database): void {
	const projector = new Projector(db, settings);
	for (const _ of projector.drain());
	for (const _ of settleAttachments(db, paths));
	for (const source of pendingSources(db)) {
		const folder = new SourceFolder(db, source, settings);
		folder.fold(rows.slice(source.rows), 1000);
		settleSource(db, source.n, 'done', null);
	}
	for (const _ of projector.drain());
	while (copiesSlice(db, 1000));
	for (const _ of storeEdges(db, findEdges(readPromptTexts(db))));
	for (const _ of settleClusters(db));
}

function fold(db: Database, lines: readonly string[], file: number, settleEvery: number): void {
	const bytes = Buffer.from(lines.join('\n'));
	for (const [i, line] of [...parseJournal(bytes, 0, 1)].entries()) {
		if (line.event !== null) db.write(() => addEvent(db, line.event as JournalEvent, line.text, file));
		if (i % settleEvery === 0) settle(db);
	}
}

const steps = fc.array(fc.record({ person: fc.nat(2), body }), { minLength: 8, maxLength: 30 });

test('a fold does not depend on the order, duplication or files of its events, nor on torn lines', async () => {
	await fc.assert(
		fc.asyncProperty(
			steps,
			fc.infiniteStream(fc.nat(1000)),
			fc.integer({ min: 1, max: 9 }),
			async (list, noise, every) => {
				const events = history(list);
				const lines = events.map((e) => stableJson(e));
				const straight = await fresh();
				fold(straight, lines, 1, 1000);
				settle(straight);
				const shuffled = lines
					.flatMap((line) => ((noise.next().value as number) % 3 === 0 ? [line, line] : [line]))
					.map((line) => ({ line, key: noise.next().value as number }))
					.sort((x, y) => x.key - y.key)
					.flatMap(({ line }) =>
						(noise.next().value as number) % 5 === 0 ? [line.slice(0, line.length / 2), line] : [line],
					);
				const mixed = await fresh();
				const cut = (noise.next().value as number) % (shuffled.length + 1);
				fold(mixed, shuffled.slice(cut), 1, every);
				fold(mixed, [...shuffled.slice(0, cut), ...shuffled.slice(cut, cut + 2)], 2, every);
				settle(mixed);
				assert.equal(dump(mixed), dump(straight));
				assert.deepEqual(
					mixed.all('SELECT place, pairs, judged FROM counts WHERE pairs <> 0 ORDER BY place'),
					recount(mixed).map((row) => ({ ...row })),
				);
				straight.close();
				mixed.close();
			},
		),
		{ numRuns: 16, seed: 7 },
	);
});

test('taking a file out leaves the state that never had it', async () => {
	await fc.assert(
		fc.asyncProperty(steps, fc.nat(20), async (list, at) => {
			const lines = history(list).map((e) => stableJson(e));
			const keep = lines.filter((_, i) => i === 0 || i % 3 !== at % 3);
			const without = await fresh();
			fold(without, keep, 1, 1000);
			settle(without);
			const both = await fresh();
			fold(both, lines, 2, 4);
			fold(both, keep, 1, 4);
			while (both.write(() => removeFileEvents(both, 2, 5)) === 5);
			settle(both);
			settle(both);
			assert.equal(dump(both), dump(without));
			without.close();
			both.close();
		}),
		{ numRuns: 10, seed: 11 },
	);
});

test('near-copies are one cluster, and apart again once one of them is gone', async () => {
	const db = await fresh();
	fold(db, [stableJson(history([])[0])], 1, 1);
	settle(db);
	const clusters = () => db.all<{ cluster: string }>('SELECT DISTINCT cluster FROM prompts').length;
	assert.deepEqual([db.value('SELECT count(*) FROM prompts'), clusters()], [4, 3]);
	const near = db.get<{ similarity: number }>('SELECT similarity FROM near_edges');
	assert.ok((near?.similarity ?? 0) >= 0.8 && (near?.similarity ?? 1) < 1);
	while (db.write(() => removeFileEvents(db, 1, 5)) === 5);
	settle(db);
	settle(db);
	assert.equal(db.value('SELECT count(*) FROM near_edges'), 0);
	db.close();
});

test('one prompt cannot stand in two splits, nor in a split that does not exist', async () => {
	const db = await fresh();
	fold(db, [stableJson(history([])[0])], 1, 1);
	settle(db);
	const id = prompts[0];
	assert.throws(() => db.raw.exec(`UPDATE prompts SET split = 'both' WHERE id = '${id}'`), /CHECK constraint/u);
	assert.throws(
		() => db.raw.exec(`UPDATE prompts SET split = 'train', half = 'E' WHERE id = '${id}'`),
		/CHECK constraint/u,
	);
	assert.throws(
		() =>
			db.raw.exec(
				`INSERT INTO prompts(id, body, first_turn, cluster, fallback, split, preview, turns, chars)
				SELECT id, body, first_turn, cluster, fallback, 'eval', preview, turns, chars FROM prompts WHERE id = '${id}'`,
			),
		/UNIQUE constraint/u,
	);
	db.close();
});
