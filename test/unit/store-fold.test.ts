import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stableJson } from '../../src/domain/identity.ts';
import type { Split } from '../../src/domain/split.ts';
import { settleClusters } from '../../src/store/clusters.ts';
import { type Database, resetTables } from '../../src/store/database.ts';
import { dump } from '../../src/store/dump.ts';
import { removeFileEvents } from '../../src/store/fold-events.ts';
import { codesOfSplit, placementOf } from '../../src/store/placement.ts';
import type { Slice } from '../../src/store/sync-journal.ts';
import {
	addLine,
	assertOneState,
	bulkSteps,
	clocks,
	fold,
	foldInTurns,
	fresh,
	history,
	prompts,
	settle,
	steps,
} from '../fixtures/fold-histories.ts';

test('a fold does not depend on the order, duplication or files of its events, nor on torn lines or clocks', async () => {
	const db = await fresh();
	fc.assert(
		fc.property(
			steps(6, 14),
			clocks,
			fc.infiniteStream(fc.nat(1000)),
			fc.integer({ min: 1, max: 9 }),
			(list, wrong, noise, every) => {
				assertOneState(db, history(list, wrong), () => noise.next().value as number, every);
			},
		),
		{ numRuns: 50, seed: 1 },
	);
	db.close();
});

test('taking a file out leaves the state that never had it', async () => {
	await fc.assert(
		fc.asyncProperty(steps(8, 30), fc.nat(20), async (list, at) => {
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

let runs = 0;

/** State and counts after `work`, which leaves no trace; what is kept in memory knows of every move. */
function stateAfter(db: Database, work: (look: () => void) => void): string {
	const look = () => {
		const { codes } = placementOf(db);
		for (const { n, split } of db.all<{ n: number; split: Split }>('SELECT n, split FROM prompts')) {
			assert.equal(codesOfSplit(split)[codes[n] as number], 1, `prompt ${n} is in ${split}`);
		}
	};
	db.raw.exec('BEGIN');
	try {
		// What is kept is named after the tables, and these are new ones as far as it goes.
		db.run("UPDATE meta SET value = ? WHERE key = 'epoch'", `run ${++runs}`);
		work(look);
		look();
		const counted = db.all('SELECT place, prompts, pairs FROM counts WHERE prompts <> 0 OR pairs <> 0 ORDER BY place');
		const there = db.all(
			`SELECT place, count(*) AS prompts, sum((SELECT count(*) FROM comparisons c WHERE c.prompt = p.n AND c.place = p.place))
			AS pairs FROM prompts p GROUP BY place ORDER BY place`,
		);
		assert.deepEqual(counted, there);
		return dump(db);
	} finally {
		db.raw.exec('ROLLBACK');
	}
}

// A transaction of few subjects: then an action on some prompts is a large one.
const FEW: Slice = { rows: 2, ms: 1000 };

test('bulk moves, tags and their undo, folded as they come, give the state of a rebuild', async () => {
	const db = await fresh();
	fc.assert(
		fc.property(bulkSteps(8, 20), (list) => {
			const lines = history(list, [0], true).map((e) => stableJson(e));
			const asTheyCome = stateAfter(db, (look) => {
				for (const line of lines) {
					fold(db, [line], 1, 1, FEW);
					look();
				}
				settle(db, true, FEW);
			});
			const rebuilt = stateAfter(db, () => {
				fold(db, lines, 1, 1000);
				settle(db);
			});
			assert.equal(asTheyCome, rebuilt);
		}),
		{ numRuns: 40, seed: 5 },
	);
	db.close();
});

test('two projectors that take turns while events come in give the state of a rebuild', async () => {
	const db = await fresh();
	fc.assert(
		fc.property(bulkSteps(8, 20), (list) => {
			const lines = history(list, [0], true).map((e) => stableJson(e));
			const inTurns = stateAfter(db, () => {
				for (const line of lines.slice(0, 2)) addLine(db, line, 1);
				settle(db);
				foldInTurns(db, lines.slice(2), FEW);
				settle(db);
			});
			const rebuilt = stateAfter(db, () => {
				fold(db, lines, 1, 1000);
				settle(db);
			});
			assert.equal(inTurns, rebuilt);
		}),
		{ numRuns: 40, seed: 6 },
	);
	db.close();
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

test('clusters that were worked out for tables that are gone are not written into the new ones', async () => {
	const db = await fresh();
	fold(db, [stableJson(history([])[0])], 1, 1);
	settle(db);
	db.raw.exec("DELETE FROM merged_turns; DELETE FROM meta WHERE key = 'clusters'");
	const steps = settleClusters(db);
	// What it has to write is read by then: templates, and the one edge.
	for (let i = 0; i < 2; i++) steps.next();
	resetTables(db);
	for (const _ of steps);
	const written = db.all("SELECT first_turn FROM merged_turns UNION SELECT value FROM meta WHERE key = 'clusters'");
	assert.deepEqual(written, []);
	db.close();
});

test('clusters that were worked out before a newer look are not written over it', async () => {
	const db = await fresh();
	fold(db, [stableJson(history([])[0])], 1, 1);
	settle(db);
	db.raw.exec(
		"UPDATE prompts SET cluster = first_turn; DELETE FROM merged_turns; DELETE FROM meta WHERE key = 'clusters'",
	);
	const late = settleClusters(db);
	// Its edge is read by then.
	for (let i = 0; i < 2; i++) late.next();
	db.raw.exec("DELETE FROM near_edges; UPDATE meta SET value = value || ' later' WHERE key = 'near'");
	for (const _ of settleClusters(db));
	const settled = dump(db);
	late.next();
	assert.equal(placementOf(db).clusters.length, 0);
	for (const _ of late);
	assert.equal(dump(db), settled);
	db.close();
});

test('a look at clusters that stopped half-way leaves no prompt with a cluster that is no more', async () => {
	const db = await fresh();
	fold(db, [stableJson(history([])[0])], 1, 1);
	settle(db);
	db.raw.exec(
		"UPDATE prompts SET cluster = first_turn; DELETE FROM merged_turns; DELETE FROM meta WHERE key = 'clusters'",
	);
	const moved = () => db.value('SELECT count(*) FROM prompts WHERE cluster <> first_turn');
	const late = settleClusters(db);
	while (moved() === 0) assert.equal(late.next().done, false);
	db.raw.exec("DELETE FROM near_edges; UPDATE meta SET value = value || ' later' WHERE key = 'near'");
	for (const _ of settleClusters(db));
	assert.equal(moved(), 0);
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
