import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/protocol/errors.ts';
import { checkAddress, originOf } from '../../src/protocol/server-address.ts';

function refused(url: string, hasKey = false): string {
	let message = '';
	assert.throws(
		() => checkAddress(url, hasKey),
		(error: unknown) => {
			assert.ok(UserError.is(error, 'usage'));
			message = error.message;
			return true;
		},
	);
	return message;
}

test('an address is scheme, host, port and path; /v1 and slashes at its end are left out', () => {
	for (const url of ['http://127.0.0.1:8000', 'http://127.0.0.1:8000/', ' http://127.0.0.1:8000/v1/ ']) {
		assert.deepEqual(checkAddress(url, true), {
			base: 'http://127.0.0.1:8000',
			origin: 'http://127.0.0.1:8000',
			loopback: true,
		});
	}
	assert.equal(checkAddress('https://gpu.example:443/team/vllm/v1', true).base, 'https://gpu.example/team/vllm');
	assert.equal(originOf('https://gpu.example:8443/team/vllm/v1'), 'https://gpu.example:8443');
});

test('this machine is 127.0.0.0/8, ::1 and localhost, not a name that looks like it', () => {
	for (const host of ['127.0.0.1', '127.8.9.1', '[::1]', 'localhost', 'LOCALHOST', 'api.localhost']) {
		assert.equal(checkAddress(`http://${host}:8000`, true).loopback, true, host);
	}
	for (const host of [
		'127.0.0.1.example.com',
		'localhost.example.com',
		'10.0.0.1',
		'0.0.0.0',
		'[::2]',
		'mylocalhost',
	]) {
		assert.equal(checkAddress(`http://${host}:8000`, false).loopback, false, host);
	}
});

test('a key goes over https or to this machine', () => {
	assert.match(refused('http://10.0.0.7:8000', true), /10\.0\.0\.7:8000 is plain http.*ssh -L/);
	assert.equal(checkAddress('http://10.0.0.7:8000', false).loopback, false);
	assert.equal(checkAddress('https://10.0.0.7:8000', true).loopback, false);
});

test('credentials, queries and other schemes are refused, and not repeated', () => {
	const credentials = refused('https://alice:s3cret@gpu.example/');
	assert.match(credentials, /user name or password/);
	assert.doesNotMatch(credentials, /alice|s3cret/);
	assert.doesNotMatch(refused('https://gpu.example/?token=s3cret'), /s3cret/);
	assert.match(refused('file:///etc/passwd'), /http:\/\/ or https:\/\//);
	assert.match(refused('127.0.0.1:8000'), /cannot be read|begins with/);
	assert.match(refused('not an address'), /cannot be read/);
});
