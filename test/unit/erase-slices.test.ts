import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/protocol/errors.ts';
import { atOnce, inSlices } from '../../src/workspace/erase/slices.ts';

function* counting(to: number, log: (string | number)[]): Generator<void, string> {
	try {
		for (let i = 1; i <= to; i++) {
			log.push(i);
			yield;
		}
		return 'done';
	} finally {
		log.push('closed');
	}
}

test('between slices others have their turn, and the result is that of one pass', async () => {
	const log: (string | number)[] = [];
	const work = inSlices(counting(3, log), undefined, 0);
	setImmediate(() => log.push('other'));
	assert.equal(await work, 'done');
	assert.ok(log.indexOf('other') > 0 && log.indexOf('other') < log.indexOf(3), log.join(' '));
	const whole: (string | number)[] = [];
	assert.equal(atOnce(counting(3, whole)), 'done');
	assert.deepEqual(whole, [1, 2, 3, 'closed']);
});

test('a cancel ends the work between two slices, and closes what it was reading', async () => {
	const log: (string | number)[] = [];
	const controller = new AbortController();
	const work = inSlices(counting(1_000, log), controller.signal, 0);
	setImmediate(() => controller.abort());
	await assert.rejects(work, (error) => UserError.is(error, 'cancelled'));
	assert.equal(log.at(-1), 'closed');
	assert.ok(log.length < 10, String(log.length));
});
