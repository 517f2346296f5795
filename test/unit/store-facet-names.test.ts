import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFacet } from '../../src/domain/assignment.ts';
import type { EventBody } from '../../src/domain/events.ts';
import { stableJson } from '../../src/domain/identity.ts';
import type { Database } from '../../src/store/database.ts';
import { stampEvents } from '../../src/store/journal.ts';
import { Projector } from '../../src/store/project.ts';
import { addLine, fresh, history, prompts, settings, settle } from '../fixtures/fold-histories.ts';

// A text cut in the middle of an emoji.
const CUT = 'free:a\ud83d';
const WHOLE = 'free:a\ufffd';

function line(seq: number, body: EventBody): string {
	const time = new Date(Date.UTC(2026, 0, 1) + seq).toISOString();
	return stableJson(stampEvents([body], { firstSeq: seq, time, person: 'bo', device: 'bo' })[0]);
}

/** The old marks are taken within a few transactions, or never. */
function drained(db: Database): boolean {
	const transactions = new Projector(db, settings).drain();
	for (let i = 0; i < 20; i++) if (transactions.next().done === true) return true;
	return false;
}

test('half a surrogate pair in a facet of a journal is U+FFFD: it is folded, and goes to E as it was drawn', async () => {
	const db = await fresh();
	addLine(db, stableJson(history([])[0]), 1);
	settle(db);
	addLine(db, line(2, { type: 'tagged', prompts, facet: CUT, moves: prompts }), 1);
	const facets = [{ facet: CUT, sealed_only: true }];
	addLine(db, line(3, { type: 'half-drawn', draws: [{ prompts, half: 'R' }], facets }), 1);
	assert.ok(drained(db));
	const state = () => [
		...db.all<{ half: string }>('SELECT DISTINCT half FROM prompts').map(({ half }) => half),
		...db
			.all<{ facet: string }>("SELECT DISTINCT facet FROM prompt_tags WHERE facet LIKE 'free:%'")
			.map((t) => t.facet),
	];
	assert.deepEqual(state(), ['E', WHOLE]);
	assert.deepEqual(db.all('SELECT facet FROM facets'), [{ facet: WHOLE }]);
	addLine(db, line(4, { type: 'tagged', prompts, facet: CUT, remove: true }), 1);
	assert.ok(drained(db));
	assert.deepEqual(state(), ['R']);
	db.close();
});

test('a mark of half a surrogate pair that an earlier version left in the database is taken off', async () => {
	const db = await fresh();
	db.raw.exec("INSERT INTO dirty VALUES ('facet free:a' || CAST(x'eda0bd' AS TEXT))");
	assert.ok(drained(db));
	assert.deepEqual(db.all('SELECT * FROM dirty'), []);
	db.close();
});

test('a facet is taken as text that has bytes', () => {
	assert.deepEqual(parseFacet(CUT), { kind: 'free', value: 'a\ufffd' });
});
