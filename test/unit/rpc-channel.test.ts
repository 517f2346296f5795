import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/protocol/errors.ts';
import { createRpc, type RpcChannel } from '../../src/protocol/rpc.ts';

/** Two ends of a channel that carries JSON, as node's IPC and a webview do. */
function pair() {
	const listeners: Set<(message: unknown) => void>[] = [new Set(), new Set()];
	const end = (mine: number): RpcChannel => ({
		post(message) {
			const text = JSON.stringify(message);
			queueMicrotask(() => {
				for (const listener of listeners[1 - mine]!) listener(JSON.parse(text));
			});
		},
		on(listener) {
			listeners[mine]!.add(listener);
			return () => listeners[mine]!.delete(listener);
		},
	});
	return { left: end(0), right: end(1), listeners };
}

class Counter {
	#count = 0;
	add(by: number, options?: { times: number }) {
		this.#count += by * (options?.times ?? 1);
		return this.#count;
	}
	nothing() {}
	async fail() {
		throw new UserError('sealed', 'The seal is closed.');
	}
	defect() {
		throw new TypeError('x is not a function');
	}
	undefinedThrow() {
		throw undefined;
	}
	circular() {
		const value: { self?: unknown } = {};
		value.self = value;
		return value;
	}
	never() {
		return new Promise<void>(() => {});
	}
}

function counter(options: Parameters<typeof createRpc>[2] = {}, clientOptions: Parameters<typeof createRpc>[2] = {}) {
	const { left, right, listeners } = pair();
	const server = createRpc(left, new Counter(), options);
	const client = createRpc<Counter>(right, {}, clientOptions);
	return { server, client, left, right, listeners };
}

test('a call runs the method of a class instance with its arguments and returns its result', async () => {
	const { client } = counter();
	assert.equal(await client.remote.add(2), 2);
	assert.equal(await client.remote.add(3, { times: 2 }), 8);
	assert.equal(await client.remote.add(1, undefined), 9);
	assert.equal(await client.remote.nothing(), undefined);
});

test('both sides can call each other over one channel', async () => {
	const { left, right } = pair();
	const one = createRpc<{ greet(name: string): string }, Counter>(left, new Counter());
	const two = createRpc<Counter, { greet(name: string): string }>(right, { greet: (name) => `hello ${name}` });
	assert.equal(await one.remote.greet('you'), 'hello you');
	assert.equal(await two.remote.add(1), 1);
});

test('a UserError arrives as a UserError with its reason', async () => {
	const { client } = counter();
	const error = await client.remote.fail().then(
		() => assert.fail('resolved'),
		(e: unknown) => e,
	);
	assert.ok(UserError.is(error, 'sealed'));
	assert.equal(error.message, 'The seal is closed.');
});

test('a throwing handler is an error reply, keeps its name, and is reported as a defect where it happened', async () => {
	const defects: string[] = [];
	const { client } = counter({ onError: (method) => defects.push(method) });
	await assert.rejects(client.remote.defect(), { name: 'TypeError', message: 'x is not a function' });
	await assert.rejects(client.remote.fail(), UserError);
	assert.deepEqual(defects, ['defect']);
});

test('a handler that throws undefined does not look like success', async () => {
	const { client } = counter();
	await assert.rejects(client.remote.undefinedThrow(), { message: 'undefined' });
});

test('a result that the channel cannot carry is an error reply', async () => {
	const { client } = counter();
	await assert.rejects(client.remote.circular(), /circular/i);
	assert.equal(await client.remote.add(1), 1);
});

test('unknown and inherited methods are refused', async () => {
	const { client } = counter();
	const call = (method: string) => (client.remote as unknown as Record<string, () => Promise<unknown>>)[method]!();
	for (const method of ['missing', 'constructor', 'valueOf']) {
		await assert.rejects(call(method), { reason: 'usage', message: new RegExp(`no method "${method}"`) });
	}
});

test('validation happens on the receiving side and its result replaces the arguments', async () => {
	const { client } = counter({
		validate(method, args) {
			if (typeof args[0] !== 'number') throw new UserError('usage', `${method}: argument 1 is not a number`);
			return [args[0] * 10];
		},
	});
	assert.equal(await client.remote.add(1), 10);
	await assert.rejects(client.remote.add('1' as unknown as number), { reason: 'usage', message: /add: argument 1/ });
});

test('dispose rejects pending and later calls with the reason and removes the listener', async () => {
	const { client, server, listeners } = counter();
	const pending = client.remote.never();
	client.dispose(new UserError('environment', 'The data process ended.'));
	await assert.rejects(pending, { reason: 'environment' });
	await assert.rejects(client.remote.add(1), { reason: 'environment' });
	client.notify.add(1);
	server.dispose();
	assert.deepEqual(
		listeners.map((l) => l.size),
		[0, 0],
	);
});

test('a call whose message cannot be posted rejects', async () => {
	const client = createRpc<Counter>(
		{
			post() {
				throw new Error('channel closed');
			},
			on: () => () => {},
		},
		{},
	);
	await assert.rejects(client.remote.add(1), /channel closed/);
	client.notify.add(1);
});

test('a timeout rejects, names the method, and leaves the connection usable', async () => {
	const { client } = counter({}, { timeoutMs: 20 });
	// The timer of a call does not hold the process; this one does.
	const hold = setTimeout(() => {}, 1000);
	await assert.rejects(client.remote.never(), /"never" had no reply after 20 ms/);
	clearTimeout(hold);
	assert.equal(await client.remote.add(1), 1);
});

test('notify runs the method and reports nothing back, not even a failure', async () => {
	const defects: string[] = [];
	const { client } = counter({ onError: (method) => defects.push(method) });
	client.notify.add(5);
	client.notify.defect();
	assert.equal(await client.remote.add(0), 5);
	assert.deepEqual(defects, ['defect']);
});

test('foreign and malformed messages on the channel are ignored', async () => {
	const { client, left, right } = counter();
	for (const message of [
		null,
		1,
		'q',
		[],
		{},
		{ t: 'q' },
		{ t: 'q', m: 'add' },
		{ t: 's' },
		{ t: 's', i: 'none', r: 1 },
	]) {
		left.post(message);
		right.post(message);
	}
	assert.equal(await client.remote.add(1), 1);
});

test('the remote is not thenable, so it can be returned from an async function', async () => {
	const { client } = counter();
	const remote = await (async () => client.remote)();
	assert.equal(await remote.add(4), 4);
	assert.equal(remote.add, remote.add);
});
