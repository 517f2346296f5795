import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { servedModels } from '../../src/scoring/engines/http/served-models.ts';

const asked: { url: string | undefined; key: string | undefined }[] = [];
let answer: RequestListener = (_, response) => response.end();
const server = createServer((request, response) => {
	asked.push({ url: request.url, key: request.headers.authorization });
	answer(request, response);
});
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
after(() => server.close());
const { port } = server.address() as AddressInfo;
const url = `http://127.0.0.1:${port}`;
const json =
	(body: unknown): RequestListener =>
	(_, response) =>
		response.end(JSON.stringify(body));

test('the names of what is served, once each, whether or not the address ends in /v1', async () => {
	answer = json({ object: 'list', data: [{ id: 'base' }, { id: 'dpo-step50', parent: 'base' }, { id: 'base' }] });
	assert.deepEqual(await servedModels(url, undefined), ['base', 'dpo-step50']);
	assert.deepEqual(await servedModels(`${url}/v1/`, 'sekret'), ['base', 'dpo-step50']);
	assert.deepEqual(asked.splice(0), [
		{ url: '/v1/models', key: undefined },
		{ url: '/v1/models', key: 'Bearer sekret' },
	]);
});

test('a server without a model offers none', async () => {
	answer = json({ object: 'list', data: null });
	assert.deepEqual(await servedModels(url, undefined), []);
	asked.length = 0;
});

test('a redirect is not followed, so that the key stays with its origin', async () => {
	answer = (_, response) => response.writeHead(307, { location: `${url}/elsewhere` }).end();
	await assert.rejects(servedModels(url, 'sekret'), /points to another address/);
	assert.equal(asked.splice(0).length, 1);
});

test('what is no list of models is said in words', async () => {
	answer = (_, response) => response.writeHead(401).end();
	await assert.rejects(servedModels(url, undefined), /wants a key/);
	await assert.rejects(servedModels(url, 'wrong'), /wants another key/);
	answer = (_, response) => response.writeHead(404).end();
	await assert.rejects(servedModels(url, undefined), /no list of models \(status 404\)/);
	answer = (_, response) => response.end('<html>');
	await assert.rejects(servedModels(url, undefined), /does not answer as a server of models/);
	answer = (request) => request.socket.destroy();
	await assert.rejects(servedModels(url, undefined), /cannot be reached/);
});

test('an address that must not be sent a key is refused before anything is asked', async () => {
	asked.length = 0;
	await assert.rejects(servedModels('http://gpu.example:8000', 'sekret'), /plain http/);
	await assert.rejects(servedModels('file:///etc/passwd', undefined), /begins with http/);
	assert.equal(asked.length, 0);
});
