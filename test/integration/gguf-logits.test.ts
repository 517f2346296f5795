/** KL(policy ‖ reference) per token over the full vocabulary, by the engine for GGUF files. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TokenKl } from '../../src/domain/checkpoint.ts';
import { UserError } from '../../src/protocol/errors.ts';
import type { Engine, EnginePair, OpenModel } from '../../src/scoring/engines/engine.ts';
import { positionsEach, sampledPositions } from '../../src/scoring/engines/gguf/logits.ts';
import { createGgufEngine } from '../../src/scoring/engines/gguf.ts';
import { type TinyGguf, tinyDistributions, writeTinyGguf } from '../fixtures/tiny-gguf.ts';

const reference: TinyGguf = { seed: 3 };
const policy: TinyGguf = { seed: 3, nudge: { seed: 9, scale: 0.1 } };
const folder = mkdtempSync(join(tmpdir(), 'pairwright-gguf-logits-'));
const path = (name: string): string => join(folder, `${name}.gguf`);
let engine: Engine;

before(() => {
	writeTinyGguf(path('reference'), reference);
	writeTinyGguf(path('policy'), policy);
	writeTinyGguf(path('wider'), { ...reference, unused: 40 });
	writeTinyGguf(path('plain'), { ...reference, template: null });
	engine = createGgufEngine({ threads: 1, gpu: false });
});
after(async () => {
	await engine.close();
	rmSync(folder, { recursive: true, force: true });
});

function pair(comparison: string, prompt: string, a: string, b: string): EnginePair {
	const reply = (content: string) => [{ role: 'assistant', content }];
	return { comparison, prompt: { messages: [{ role: 'user', content: prompt }] }, a: reply(a), b: reply(b) };
}
const pairs = [
	pair('one', 'Say the thing in the house', 'the house is there', 'No.'),
	pair('two', 'Où est la maison ?', 'Là-bas — derrière 🏠.', 'the the the the the'),
	pair('three', 'Say the thing in the house', 'it is out in the sun', 'I will not say'),
];

async function open<T>(name: string, work: (model: OpenModel) => Promise<T>): Promise<T> {
	const model = await engine.open(path(name), 'checkpoint');
	try {
		return await work(model);
	} finally {
		await model.close();
	}
}

async function klOf(name: string): Promise<Map<string, TokenKl | null>> {
	const kept = await open('reference', (model) => model.logits!.keep(pairs, {}));
	const found = new Map<string, TokenKl | null>();
	try {
		await open(name, (model) => model.logits!.compare(pairs, kept, { onKl: (at, kl) => found.set(at, kl) }));
	} finally {
		kept.close();
	}
	return found;
}

interface Inside {
	readonly conversation: { sequences(pair: EnginePair): Record<'a' | 'b', { ids: number[]; prompt: number }> };
}

test('KL equals that of the same models computed in 64-bit numbers; its direction is policy ‖ reference', async () => {
	const found = await klOf('policy');
	const turned: number[] = [];
	await open('reference', async (model) => {
		for (const one of pairs) {
			let [sum, back, positions] = [0, 0, 0];
			for (const { ids, prompt } of Object.values((model as unknown as Inside).conversation.sequences(one))) {
				const own = tinyDistributions(policy, ids);
				const other = tinyDistributions(reference, ids);
				for (let at = prompt - 1; at < ids.length - 1; at++) {
					for (const [v, logp] of own[at]!.entries()) {
						sum += Math.exp(logp) * (logp - other[at]![v]!);
						back += Math.exp(other[at]![v]!) * (other[at]![v]! - logp);
					}
					positions++;
				}
			}
			const kl = found.get(one.comparison)!;
			assert.equal(kl.positions, positions);
			// llama.cpp multiplies in f16.
			assert.ok(Math.abs(kl.sum - sum) / positions < 2e-3, `${kl.sum / positions}, ${sum / positions}`);
			assert.ok(sum / positions > 0.02, `${sum / positions} would tell nothing`);
			turned.push(Math.abs(kl.sum - back) / positions);
		}
	});
	assert.ok(Math.max(...turned) > 4e-3, `${turned}: the other direction is as near`);
});

test('a model has no KL from itself, and none where vocabulary or tokens differ', async () => {
	for (const kl of (await klOf('reference')).values()) assert.equal(kl!.sum, 0);
	for (const name of ['wider', 'plain']) assert.deepEqual([...(await klOf(name)).values()], [null, null, null], name);
});

test('reading logits moves no score, and leaves nothing on disk', async () => {
	// A place of its own for what is put off to the disk: other tests put theirs beside each other.
	const { TMPDIR: usual } = process.env;
	process.env.TMPDIR = mkdtempSync(join(folder, 'kept-'));
	const kept = () => readdirSync(tmpdir()).filter((name) => name.startsWith('pairwright-logits-'));
	const scores = async (model: OpenModel): Promise<unknown[]> => {
		const found: unknown[] = [];
		await model.score(pairs, { onPair: (outcome) => found.push(outcome) });
		return found;
	};
	await open('policy', async (model) => {
		const first = await scores(model);
		(await model.logits!.keep(pairs, {})).close();
		assert.deepEqual(await scores(model), first);
	});
	const controller = new AbortController();
	const onRead = (): void => controller.abort();
	await assert.rejects(
		open('policy', (model) => model.logits!.keep(pairs, { signal: controller.signal, onRead })),
		(error) => UserError.is(error, 'cancelled'),
	);
	assert.deepEqual(kept(), []);
	if (usual === undefined) delete process.env.TMPDIR;
	else process.env.TMPDIR = usual;
});

test('positions of long responses are a sample in which each is as likely as any other', () => {
	assert.deepEqual(sampledPositions(3, 5, 'x'), [0, 1, 2]);
	assert.deepEqual([positionsEach(2048), positionsEach(128_256), positionsEach(2 ** 30)], [163, 2, 1]);
	const [count, most, draws] = [11, 4, 4000];
	const times = new Array<number>(count).fill(0);
	for (let i = 0; i < draws; i++) {
		const drawn = sampledPositions(count, most, `pair ${i}`);
		assert.equal(new Set(drawn).size, most);
		assert.deepEqual(drawn, sampledPositions(count, most, `pair ${i}`));
		for (const at of drawn) times[at]!++;
	}
	for (const seen of times) assert.ok(Math.abs(seen / draws - most / count) < 0.04, `${times}`);
});
