/**
 * Every pair of the model family in ../shared/models against log-probabilities that torch computed. By default a sample of
 * each file, most of the reference and of the checkpoint furthest from it (half a minute where nothing else runs);
 * `PAIRWRIGHT_ALL_PAIRS=1 npm run test:integration -- test/integration/gguf-models.test.ts` takes all pairs of all files. Of texts
 * nothing is printed.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Message } from '../../src/domain/comparison.ts';
import type { Engine, EnginePair } from '../../src/scoring/engines/engine.ts';
import { createGgufEngine } from '../../src/scoring/engines/gguf.ts';

const MODELS = join(import.meta.dirname, '../../../shared/models');
const options = existsSync(MODELS) ? {} : { skip: 'skipped: ../shared/models is not here' };
const everything = process.env.PAIRWRIGHT_ALL_PAIRS === '1';
/** Nats: what llama.cpp's f16 arithmetic may differ from float32 by, and what a model in 8 bits may differ from the same in 16. */
const F16 = 0.1;
const Q8 = 1.5;

interface Row {
	readonly id: string;
	readonly prompt: readonly Message[];
	readonly chosen: readonly Message[];
	readonly rejected: readonly Message[];
}
interface Logps {
	readonly id: string;
	readonly chosen_logps: number;
	readonly rejected_logps: number;
}
interface Ids {
	readonly id: string;
	readonly prompt_ids: number[];
	readonly chosen_ids: number[];
	readonly rejected_ids: number[];
}

function rows<T>(name: string): T[] {
	const text = readFileSync(join(MODELS, name), 'utf8').trim();
	return text.split('\n').map((line) => JSON.parse(line) as T);
}

const files: readonly { readonly file: string; readonly against: string; readonly every: number }[] = [
	{ file: 'ref', against: 'ref', every: 4 },
	{ file: 'dpo-lr1e4-step50', against: 'dpo-lr1e4-step50', every: 40 },
	{ file: 'dpo-step50', against: 'dpo-step50', every: 40 },
	{ file: 'dpo-step100', against: 'dpo-step100', every: 40 },
	{ file: 'dpo-step400', against: 'dpo-step400', every: 10 },
	{ file: 'gdpo-step50', against: 'gdpo-step50', every: 40 },
	{ file: 'gdpo-step100', against: 'gdpo-step100', every: 40 },
	{ file: 'gdpo-step400', against: 'gdpo-step400', every: 40 },
	{ file: 'ref-q8_0', against: 'ref', every: 40 },
];

let engine: Engine;
before(() => {
	engine = createGgufEngine({ gpu: false });
});
after(() => engine.close());

function pairOf({ id, prompt, chosen, rejected }: Row): EnginePair {
	return { comparison: String(id), prompt: { messages: prompt }, a: chosen, b: rejected };
}

test('tokens are those that training used, for every pair of the sample', options, async () => {
	const known = new Map(rows<Row>('pairs.jsonl').map((row) => [row.id, row]));
	const open = await engine.open(join(MODELS, 'ref.gguf'), 'reference');
	const { conversation } = open as unknown as {
		conversation: { sequences(pair: EnginePair): Record<'a' | 'b', { ids: number[]; prompt: number }> };
	};
	const sample = rows<Ids>('tokens.sample.jsonl');
	assert.equal(sample.length, 61);
	for (const { id, prompt_ids: prompt, chosen_ids: chosen, rejected_ids: rejected } of sample) {
		const { a, b } = conversation.sequences(pairOf(known.get(id)!));
		assert.ok(
			[...prompt, ...chosen].join() === a.ids.join() && [...prompt, ...rejected].join() === b.ids.join(),
			`other tokens in pair ${id}`,
		);
		assert.deepEqual([a.prompt, b.prompt], [prompt.length, prompt.length]);
	}
	await open.close();
});

for (const { file, against, every } of files) {
	const step = everything ? 1 : every;
	const tolerance = file.endsWith('q8_0') ? Q8 : F16;
	const which = step === 1 ? 'every pair' : `every ${step}th pair`;
	test(`${file}: ${which} within ${tolerance} nats of torch`, options, async (t) => {
		const expected = new Map(rows<Logps>(`logps.${against}.jsonl`).map((row) => [String(row.id), row]));
		const pairs = rows<Row>('pairs.jsonl')
			.filter((_, i) => i % step === 0)
			.map(pairOf);
		const open = await engine.open(join(MODELS, `${file}.gguf`), 'checkpoint');
		let largest = 0;
		let seen = 0;
		const started = performance.now();
		await open.score(pairs, {
			onPair(outcome) {
				assert.ok('score' in outcome, `skipped: ${outcome.comparison}`);
				const { chosen_logps: chosen, rejected_logps: rejected } = expected.get(outcome.comparison)!;
				const off = Math.max(Math.abs(outcome.score.a.logp - chosen), Math.abs(outcome.score.b.logp - rejected));
				assert.ok(Number.isFinite(off));
				largest = Math.max(largest, off);
				seen++;
			},
		});
		const rate = (1000 * seen) / (performance.now() - started);
		await open.close();
		t.diagnostic(`${file}: ${seen} pairs, largest difference ${largest.toFixed(4)} nats, ${rate.toFixed(0)} pairs/s`);
		assert.equal(seen, pairs.length);
		assert.ok(largest <= tolerance, `${largest} nats`);
		// Weights in 8 bits are another model: were they the same numbers, the wrong file was read.
		if (file.endsWith('q8_0')) assert.ok(largest > 0.01);
	});
}
