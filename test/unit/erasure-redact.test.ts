import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Erasures, erasuresOf, personKey, redact, sourceNow, type Tombstone } from '../../src/domain/erasure.ts';
import type { EventBody, JournalEvent } from '../../src/domain/events.ts';
import { canonicalComparison, contentId, stableJson } from '../../src/domain/identity.ts';
import { parseEventLine } from '../../src/store/event-schema.ts';
import { stampEvents } from '../../src/store/journal.ts';
import { personFolder } from '../../src/store/state-dir.ts';
import { scrubbedJournals, scrubJournal } from '../../src/workspace/erase/journal-text.ts';
import { joinLines } from '../../src/workspace/sync/journal-text.ts';

const id = (n: number) => contentId(['thing', n]);
const PEOPLE = ['ana', 'bo', 'cleo "the" judge'];
const texts = [0, 1, 2].map((n) =>
	canonicalComparison(
		{ messages: [{ role: 'user', content: `q${n}` }] },
		[{ role: 'assistant', content: 'x' }],
		[{ role: 'assistant', content: 'y' }],
	),
);

function event(body: EventBody, person: string, seq: number): JournalEvent {
	return stampEvents([body], {
		firstSeq: seq,
		time: '2026-01-01T00:00:00.000Z',
		person,
		device: 'd',
	})[0] as JournalEvent;
}

const few = fc.integer({ min: 0, max: 3 }).map(id);
const person = fc.constantFrom(...PEOPLE);
const body: fc.Arbitrary<EventBody> = fc.oneof(
	fc.record({ comparison: few, note: fc.constantFrom('secret', '') }).map(
		({ comparison, note }): EventBody => ({
			type: 'judged',
			comparison,
			verdict: 'a',
			kind: 'first',
			blind: true,
			...(note === '' ? {} : { note }),
		}),
	),
	few.map((comparison): EventBody => ({ type: 'adjudicated', comparison, verdict: 'b', reason: 'secret' })),
	fc.array(few, { minLength: 1, maxLength: 3 }).map(
		(prompts): EventBody => ({
			type: 'tagged',
			prompts,
			facet: 'domain:x',
			reason: 'secret',
			query: 'secret',
			moves: prompts,
		}),
	),
	fc.tuple(fc.constantFrom(0, 1, 2), person).map(([n, by]): EventBody => {
		const { prompt, a, b } = texts[n]!.comparison;
		return { type: 'authored', comparison: { prompt, a, b }, written_by: by };
	}),
	few.map((of): EventBody => ({ type: 'retracted', event: of })),
	fc.constant<EventBody>({ type: 'renamed', name: 'A Name' }),
	fc.constant<EventBody>({ type: 'search-saved', name: 'people', query: { search: 'secret' } }),
	few.map((comparison): EventBody => ({ type: 'skipped', comparison, cannot: 'secret' })),
	fc.constant<EventBody>({ type: 'leak-accepted', clusters: ['x'], reason: 'secret' }),
	few.map((proposal): EventBody => ({ type: 'proposal-answered', proposal, accepted: true, reason: 'secret' })),
	few.map((prompt): EventBody => ({ type: 'suggestions-dismissed', prompts: [prompt], reason: 'secret' })),
	few.map(
		(sha256): EventBody => ({
			type: 'imported',
			source: { sha256, name: 'n', format: 'trl', bytes: 1, stored: 'copy', path: 'p' },
			options: { rows: 5 },
		}),
	),
);
const line = fc.tuple(body, person, fc.integer({ min: 1, max: 70 })).map(([what, who, seq]) => event(what, who, seq));
const tombstone: fc.Arbitrary<Tombstone> = fc.oneof(
	fc.record({ things: fc.array(few, { maxLength: 2 }), written: fc.subarray([0, 1, 2]) }).map(({ things, written }) =>
		event(
			{
				type: 'erased',
				comparisons: [...things, ...written.map((n) => texts[n]!.comparison.id)],
				gone: things,
				reason: 'r',
			},
			'ana',
			60,
		),
	),
	fc
		.tuple(person, fc.boolean())
		.map(([who, work]) =>
			event(
				{ type: 'person-removed', subject: personKey(who), as: `person-${contentId(who).slice(0, 8)}`, work },
				'ana',
				61,
			),
		),
	fc.tuple(few, fc.integer({ min: 10, max: 11 }).map(id)).map(([from, to]) =>
		event(
			{
				type: 'erased',
				comparisons: [],
				reason: 'r',
				sources: [{ from, to, path: to.slice(0, 8), bytes: 2, rows: [1] }],
			},
			'ana',
			62,
		),
	),
) as fc.Arbitrary<Tombstone>;

function both(what: JournalEvent, first: Erasures, then: Erasures): string {
	const once = redact(what, first);
	const twice = once === null ? null : redact(once, then);
	return twice === null ? 'gone' : stableJson(twice);
}

test('a line comes to the same whenever a clone hears of an erasure, keeps its id, and can be read', () => {
	fc.assert(
		fc.property(
			line,
			fc.array(tombstone, { maxLength: 3 }),
			fc.array(tombstone, { maxLength: 3 }),
			fc.constantFrom('no', 'early', 'late'),
			fc.boolean(),
			(what, first, more, named, search) => {
				const ids = { words: [what.id], ...(search ? { searches: [what.id] } : {}) };
				const words = event({ type: 'erased', comparisons: [], reason: 'r', ...ids }, 'ana', 63) as Tombstone;
				const some = named === 'early' ? [...first, words] : first;
				const early = erasuresOf(some);
				const all = erasuresOf([...some, ...more, ...(named === 'late' ? [words] : [])]);
				const after = redact(what, all);
				if (named !== 'no') assert.ok(after === null || !stableJson(after).includes('secret'), 'its words are out');
				assert.equal(both(what, early, all), after === null ? 'gone' : stableJson(after), 'in two steps as in one');
				if (after === null) return;
				assert.equal(redact(after, all), after, 'a second time changes nothing');
				assert.equal(after.id, what.id);
				assert.ok('event' in parseEventLine(stableJson(after)));
			},
		),
		{ seed: 1, numRuns: 400 },
	);
});

test('a search that quotes leaves its name, as a deleted one does, unless that quotes too; why somebody cannot judge turns neutral', () => {
	const saved = event({ type: 'search-saved', name: 'people', query: { search: 'secret' } }, 'bo', 3);
	const stone = (more: { searches?: string[] }) =>
		event({ type: 'erased', comparisons: [id(1)], reason: 'r', words: [saved.id], ...more }, 'ana', 9) as Tombstone;
	const emptied = redact(saved, erasuresOf([stone({ searches: [saved.id] })]));
	assert.deepEqual([emptied?.type, (emptied as { name?: string; query?: null }).name], ['search-saved', 'people']);
	assert.equal((emptied as { query?: null }).query, null);
	assert.equal(redact(saved, erasuresOf([stone({})])), null);
	assert.equal(redact(saved, erasuresOf([stone({ searches: [saved.id] }), stone({})])), null, 'the stricter counts');
	const cannot = (comparison: string, why: string) => event({ type: 'skipped', comparison, cannot: why }, 'bo', 4);
	const said = (what: JournalEvent) => (redact(what, erasuresOf([stone({})])) as { cannot?: string }).cannot;
	assert.deepEqual([cannot(id(1), 'secret'), cannot(id(1), 'language'), cannot(id(2), 'secret')].map(said), [
		'[erased]',
		'language',
		'secret',
	]);
});

test('a rewritten line that was edited afterwards is refused', () => {
	const gone = erasuresOf([event({ type: 'erased', comparisons: [id(1)], reason: 'r' }, 'ana', 9) as Tombstone]);
	const judged = event(
		{ type: 'judged', comparison: id(1), verdict: 'a', kind: 'first', blind: true, note: 'secret' },
		'bo',
		3,
	);
	const after = stableJson(redact(judged, gone));
	assert.ok(!after.includes('secret'));
	assert.ok('event' in parseEventLine(after));
	assert.ok('problem' in parseEventLine(after.replace('"verdict":"a"', '"verdict":"b"')));
});

test('joining versions of a journal and taking out what was erased may happen in either order', () => {
	fc.assert(
		fc.property(
			fc.array(line, { maxLength: 6 }),
			fc.array(line, { maxLength: 4 }),
			fc.array(tombstone, { maxLength: 3 }),
			fc.boolean(),
			(common, mine, stones, named) => {
				const words = [...common, ...mine].slice(-1).map((each) => each.id);
				const last = event({ type: 'erased', comparisons: [], reason: 'r', words }, 'ana', 63) as Tombstone;
				const erasures = erasuresOf(named ? [...stones, last] : stones);
				const bytes = (events: readonly JournalEvent[]) =>
					Buffer.from(events.map((e) => `${stableJson(e)}\n`).join(''));
				const lines = (buffer: Buffer) =>
					buffer
						.toString()
						.split('\n')
						.filter((text) => text !== '')
						.sort();
				const whole = bytes([...common, ...mine]);
				const sent = scrubJournal(bytes(common), erasures);
				const joined = scrubJournal(joinLines(whole, sent), erasures);
				assert.deepEqual([...new Set(lines(joined))], [...new Set(lines(scrubJournal(whole, erasures)))]);
				const anew = lines(joined).filter((text) => text.includes('"check":'));
				assert.equal(new Set(anew).size, anew.length, 'a rewritten line stands once');
			},
		),
		{ seed: 1, numRuns: 150 },
	);
});

test('rows of a cancelled import are counted on through every rewriting of its copy', () => {
	const sources = [
		{ from: 'a', to: 'b', path: 'b', bytes: 1, rows: [0, 4, 9] },
		{ from: 'b', to: 'c', path: 'c', bytes: 1, rows: [2] },
	];
	const erasures = erasuresOf([{ type: 'erased', comparisons: [], reason: '', sources } as unknown as Tombstone]);
	assert.deepEqual(sourceNow(erasures, 'a', 5), { source: sources[1], rows: 2 });
	assert.equal(sourceNow(erasures, 'c', 5), null);
});

test('the folder of a removed person goes, what is in it joins the neutral one', () => {
	const stone = event(
		{ type: 'person-removed', subject: personKey('bo'), as: 'person-1', work: true },
		'ana',
		9,
	) as Tombstone;
	const files = new Map([
		['bo-9e1ff5b1/d.jsonl', Buffer.from(`${stableJson(event({ type: 'retracted', event: id(1) }, 'bo', 2))}\n`)],
	]);
	const [path] = [...files.keys()];
	const folder = `bo-${personKey('bo').slice(0, 8)}`;
	const named = new Map([[`${folder}/d.jsonl`, files.get(path as string) as Buffer]]);
	const changes = scrubbedJournals([...named.keys()], (name) => named.get(name) ?? null, erasuresOf([stone]));
	assert.equal(changes.get(`${folder}/d.jsonl`), null);
	const [, moved] = [...changes].find(([, bytes]) => bytes !== null) ?? [];
	assert.match(String(moved), /"person":"person-1"/u);
});

test('of two removals of one person the stricter counts, whoever was first; a copy that became itself was not rewritten', () => {
	const stone = (subject: string, as: string, work: boolean, seq: number) =>
		event({ type: 'person-removed', subject: personKey(subject), as, work }, 'ana', seq) as Tombstone;
	const said = (who: string) =>
		event({ type: 'judged', comparison: id(1), verdict: 'a', kind: 'first', blind: true }, who, 3);
	for (const stones of [
		[stone('bo', 'person-1', true, 8), stone('bo', 'person-2', false, 9)],
		[stone('bo', 'person-1', false, 8), stone('bo', 'person-2', true, 9)],
		[stone('bo', 'person-1', true, 8), stone('bo', 'person-1', false, 9), stone('bo', 'person-2', true, 10)],
		[stone('bo', 'person-1', true, 7), stone('person-1', 'person-2', true, 8), stone('bo', 'person-2', false, 9)],
	]) {
		const erasures = erasuresOf(stones);
		for (const who of ['bo', 'person-1', 'person-2']) assert.equal(redact(said(who), erasures), null, who);
		const names = [...erasures.people.values()].map(({ as }) => as);
		assert.equal(new Set(names).size, 1, 'one name in the end');
	}
	const loop = { from: id(1), to: id(1), path: 'p', bytes: 1, rows: [] };
	const self = event({ type: 'erased', comparisons: [], reason: 'r', sources: [loop] }, 'ana', 9) as Tombstone;
	assert.equal(sourceNow(erasuresOf([self]), id(1)), null);
});

test('lines of two folders of one device stand in the order of their numbers', () => {
	const stone = event(
		{ type: 'person-removed', subject: personKey('bo'), as: 'person-1', work: true },
		'person-1',
		5,
	) as Tombstone;
	const lines = (...events: JournalEvent[]) => Buffer.from(events.map((each) => `${stableJson(each)}\n`).join(''));
	const old = [1, 2, 4].map((seq) => event({ type: 'retracted', event: id(seq) }, 'bo', seq));
	const now = `${personFolder('person-1')}/d.jsonl`;
	const files = new Map([
		[`bo-${personKey('bo').slice(0, 8)}/d.jsonl`, lines(...old)],
		[now, Buffer.concat([lines(stone), Buffer.from('{"torn')])],
	]);
	const changes = scrubbedJournals([...files.keys()], (name) => files.get(name) ?? null, erasuresOf([stone]));
	const text = String(changes.get(now));
	assert.deepEqual(
		[...text.matchAll(/"seq":(\d+)/gu)].map(([, seq]) => Number(seq)),
		[1, 2, 4, 5],
	);
});

test('a prompt that was gone and is back: what is said of it by somebody who knew stays, what had not heard of it does not', () => {
	const [prompt, other] = [id(1), id(2)];
	const said = (seq: number, device: string, after?: string[]) =>
		stampEvents([{ type: 'tagged', prompts: [prompt], facet: 'domain:x', reason: 'secret', ...(after && { after }) }], {
			firstSeq: seq,
			time: '2026-01-01T00:00:00.000Z',
			person: 'bo',
			device,
		})[0] as JournalEvent;
	const stone = (seq: number, more: object) =>
		event({ type: 'erased', comparisons: [id(3)], reason: 'r', ...more }, 'ana', seq) as Tombstone;
	const first = stone(10, { gone: [prompt, other] });
	const again = stone(20, { gone: [prompt] });
	const stays = (what: JournalEvent, ...stones: Tombstone[]) =>
		stableJson(redact(what, erasuresOf(stones))).includes('secret');
	assert.equal(stays(said(9, 'd'), first), false, 'before it');
	assert.equal(stays(said(11, 'd'), first), true, 'after it, on the device that wrote it');
	assert.equal(stays(said(99, 'elsewhere'), first), false, 'a larger number says nothing of another device');
	assert.equal(stays(said(11, 'elsewhere', [first.id]), first), true, 'it names what it knew');
	for (const stones of [
		[first, again],
		[again, first],
	]) {
		assert.equal(stays(said(11, 'd'), ...stones), false, 'gone once more since');
		assert.equal(stays(said(30, 'elsewhere', [first.id]), ...stones), false, 'knew only the first');
		assert.equal(stays(said(30, 'elsewhere', [first.id, again.id].sort()), ...stones), true);
	}
	assert.equal(
		stays(said(11, 'd'), stone(10, { prompts: [prompt] })),
		false,
		'everything on it is out, also what comes later',
	);
	const planned = { ...first, id: undefined, device: undefined, seq: undefined } as unknown as Tombstone;
	assert.equal(stays(said(99, 'd'), planned), false, 'one that is yet to be written comes after all there is');
	assert.ok('event' in parseEventLine(stableJson(said(11, 'elsewhere', [first.id]))));
});
