import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTooFast, paceOf } from '../../src/domain/progress.ts';

const now = Date.parse('2026-03-10T15:00:00Z');

test('the pace is what was judged on the last seven active days over all days since the first of these', () => {
	const days = new Map([
		['2026-01-01', 900],
		['2026-02-27', 10],
		['2026-02-28', 10],
		['2026-03-02', 10],
		['2026-03-04', 10],
		['2026-03-05', 10],
		['2026-03-06', 10],
		['2026-03-08', 12],
	]);
	// 27 February to 10 March: 12 days, 72 verdicts; the day in January is the eighth.
	assert.deepEqual(paceOf(days, now, 25), { active_days: 8, per_day: 6, done_by: '2026-03-15' });
	assert.deepEqual(paceOf(days, now, null), { active_days: 8, per_day: 6, done_by: null });
	const slower = paceOf(days, now + 12 * 24 * 3600 * 1000, 25);
	assert.equal(slower.per_day, 3, 'idle days slow it down');
});

test('a date that cannot be told is null, with the reason', () => {
	const of = (days: [string, number][], left: number) => paceOf(new Map(days), now, left);
	assert.match(of([], 5).reason ?? '', /no verdict has a date yet/u);
	assert.match(of([['2026-03-09', 5]], 5).reason ?? '', /one day only/u);
	assert.match(of([['2026-03-08', 5]], 0).reason ?? '', /nothing is left/u);
	const far = of(
		[
			['2026-03-08', 1],
			['2026-03-09', 1],
		],
		10_000,
	);
	assert.ok(far.per_day !== null && far.done_by === null && far.reason !== undefined);
	// A clock elsewhere that runs ahead.
	assert.ok(
		(of(
			[
				['2026-03-08', 4],
				['2026-03-14', 3],
			],
			5,
		).per_day as number) === 1,
	);
});

test('too fast is under a second, or than long texts can be glanced over; ten seconds are enough for any', () => {
	assert.deepEqual([isTooFast(999, 10), isTooFast(1000, 10)], [true, false]);
	assert.deepEqual([isTooFast(3999, 800), isTooFast(4000, 800)], [true, false]);
	assert.deepEqual([isTooFast(4000, 1000), isTooFast(5000, 1000)], [true, false]);
	assert.deepEqual([isTooFast(9_999, 1e6), isTooFast(10_000, 1e6)], [true, false]);
});
