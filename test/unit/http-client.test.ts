import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterOf } from '../../src/scoring/engines/http/client.ts';
import { serverSaid, transportWords } from '../../src/scoring/engines/http/failures.ts';
import { byPrompt } from '../../src/scoring/engines/http/score.ts';
import { sumOf } from '../../src/scoring/engines/http/sequences.ts';

test('Retry-After is seconds or a date; anything else is none', () => {
	const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');
	assert.equal(retryAfterOf('2', now), 2000);
	assert.equal(retryAfterOf('Wed, 21 Oct 2026 07:28:05 GMT', now), 5000);
	assert.equal(retryAfterOf('Wed, 21 Oct 2026 07:27:00 GMT', now), 0);
	assert.equal(retryAfterOf('soon', now), null);
	assert.equal(retryAfterOf(null, now), null);
});

test("a server's sentence is found in the common forms, cleaned, cut and without the key", () => {
	const say = (body: unknown) => serverSaid(typeof body === 'string' ? body : JSON.stringify(body), 's3cret');
	assert.deepEqual(say({ error: { message: 'too\nlong', type: 'BadRequestError' } }), {
		type: 'BadRequestError',
		said: 'too long',
	});
	assert.equal(say({ message: 'no' }).said, 'no');
	assert.equal(say({ error: 'Unauthorized' }).said, 'Unauthorized');
	assert.equal(say({ detail: 'Not Found' }).said, 'Not Found');
	assert.equal(say('<html><body>x</body></html>').said, 'an HTML page');
	assert.equal(say('key s3cret is bad').said, 'key [key] is bad');
	assert.equal(say('x'.repeat(1000)).said.length, 300);
});

test('a failed fetch is put into words; certificates are not tried again', () => {
	const failed = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) });
	assert.match(transportWords(failed('ECONNREFUSED')).words, /refuses connections/);
	assert.equal(transportWords(failed('ECONNRESET')).lasting, false);
	assert.equal(transportWords(failed('DEPTH_ZERO_SELF_SIGNED_CERT')).lasting, true);
	assert.match(transportWords(failed('ERR_SSL_WRONG_VERSION_NUMBER')).words, /does not speak https/);
	assert.match(transportWords(new Error('?')).words, /loses the connection/);
});

test('pairs of one prompt stand side by side, in the order of their first', () => {
	const pair = (comparison: string, content: string) => ({
		comparison,
		prompt: { messages: [{ role: 'user', content }] },
		a: [],
		b: [],
	});
	const pairs = [pair('1', 'x'), pair('2', 'y'), pair('3', 'x'), pair('4', 'z'), pair('5', 'y')];
	assert.deepEqual(
		byPrompt(pairs).map((one) => one.comparison),
		['1', '3', '2', '5', '4'],
	);
});

test('a sum is over the response alone, in float64; an empty prompt leaves the first token out', () => {
	const logprobs = [null, -1, -0.1, -0.2, -1e-17];
	const reading = { logprobs, extra: 1, fingerprint: null };
	const ids = [1, 2, 3, 4, 5];
	const { logp, tokens } = sumOf({ ids, start: 2, prefix: true }, reading);
	assert.equal(tokens, 3);
	assert.ok(Math.abs(logp + 0.3) < 1e-15);
	assert.deepEqual(sumOf({ ids, start: 0, prefix: true }, reading).tokens, 4);
	// Rounding above 0 is no probability above 1.
	assert.equal(sumOf({ ids: [1, 2], start: 1, prefix: true }, { ...reading, logprobs: [null, 5e-5] }).logp, 0);
});
