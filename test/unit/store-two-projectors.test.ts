import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventBody } from '../../src/domain/events.ts';
import { stableJson } from '../../src/domain/identity.ts';
import type { Database } from '../../src/store/database.ts';
import { removeFileEvents } from '../../src/store/fold-events.ts';
import { stampEvents } from '../../src/store/journal.ts';
import { Projector } from '../../src/store/project.ts';
import { addLine, fresh, history, prompts, settings, settle } from '../fixtures/fold-histories.ts';

/** One prompt a transaction: what happens between two of them can be put there. */
const ONE = { rows: 1, ms: 1000 };

function line(seq: number, body: EventBody): string {
	const time = new Date(Date.UTC(2026, 0, 1) + seq).toISOString();
	return stableJson(stampEvents([body], { firstSeq: seq, time, person: 'bo', device: 'bo' })[0]);
}

async function imported(): Promise<Database> {
	const db = await fresh();
	addLine(db, stableJson(history([])[0]), 1);
	settle(db);
	return db;
}

test('a facet that is drawn between two transactions of another action holds for the rest of that action', async () => {
	const db = await imported();
	addLine(db, line(2, { type: 'split-assigned', prompts, split: 'heldout' }), 1);
	addLine(db, line(3, { type: 'half-drawn', draws: [{ prompts, half: 'R' }], facets: [] }), 1);
	addLine(db, line(4, { type: 'tagged', prompts, facet: 'format:code' }), 1);
	const first = new Projector(db, settings, ONE).drain();
	first.next();
	addLine(db, line(5, { type: 'half-drawn', draws: [], facets: [{ facet: 'format:code', sealed_only: true }] }), 1);
	new Projector(db, settings, ONE).drain().next();
	for (const _ of first);
	assert.deepEqual(db.all('SELECT half, count(*) AS n FROM prompts GROUP BY half'), [{ half: 'E', n: prompts.length }]);
	db.close();
});

test('an event that got the key of one that is gone is read, not taken for it', async () => {
	const db = await imported();
	addLine(db, line(2, { type: 'split-assigned', prompts, split: 'excluded' }), 2);
	const key = () => db.value<number>("SELECT n FROM events WHERE type = 'split-assigned'");
	const before = key();
	const first = new Projector(db, settings, ONE).drain();
	first.next();
	db.write(() => removeFileEvents(db, 2, 5));
	addLine(db, line(2, { type: 'split-assigned', prompts, split: 'retention' }), 2);
	assert.equal(key(), before);
	for (const _ of first);
	assert.deepEqual(db.all('SELECT DISTINCT split FROM prompts'), [{ split: 'retention' }]);
	db.close();
});
