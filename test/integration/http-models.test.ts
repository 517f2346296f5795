import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Message } from '../../src/domain/comparison.ts';
import type { EnginePair } from '../../src/scoring/engines/engine.ts';
import { type ScoringServer, startScoringServer } from '../fixtures/scoring-server-process.ts';
import { engineFor, scoreAll } from './http-support.ts';

const models = fileURLToPath(new URL('../../../shared/models/', import.meta.url));
const skip = existsSync(join(models, 'ref.gguf')) ? false : '../shared/models is not here';
/** Tolerance of the f16 files' README for a summed log-probability, nats. */
const TORCH = 0.1;

function rows<T>(name: string): T[] {
	return readFileSync(join(models, name), 'utf8')
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line));
}

interface Tokens {
	readonly id: string;
	readonly prompt_ids: readonly number[];
	readonly chosen_ids: readonly number[];
	readonly rejected_ids: readonly number[];
}
interface Logps {
	readonly id: string;
	readonly chosen_logps: number;
	readonly rejected_logps: number;
}

describe('engine http over real checkpoints', { skip }, () => {
	const names = ['ref', 'dpo-step400'];
	let server: ScoringServer;
	let pairs: EnginePair[];
	let tokens: Map<string, Tokens>;
	before(async () => {
		server = await startScoringServer({
			gguf: Object.fromEntries(names.map((name) => [name, join(models, `${name}.gguf`)])),
		});
		tokens = new Map(rows<Tokens>('tokens.sample.jsonl').map((row) => [row.id, row]));
		pairs = rows<{ id: string; prompt: Message[]; chosen: Message[]; rejected: Message[] }>('pairs.jsonl')
			.filter(({ id }) => tokens.has(id))
			.slice(0, 30)
			.map(({ id, prompt, chosen, rejected }) => ({
				comparison: id,
				prompt: { messages: prompt },
				a: chosen,
				b: rejected,
			}));
	});
	after(() => server.close());

	for (const name of names) {
		it(`${name}: sums and token counts are those of torch`, async (t) => {
			const told = await scoreAll(server.url, pairs, { model: name });
			const torch = new Map(rows<Logps>(`logps.${name}.jsonl`).map((row) => [row.id, row]));
			let worst = 0;
			for (const { comparison } of pairs) {
				const outcome = told.get(comparison);
				assert.ok(outcome !== undefined && 'score' in outcome, comparison);
				const { a, b } = outcome.score;
				const expected = torch.get(comparison)!;
				worst = Math.max(worst, Math.abs(a.logp - expected.chosen_logps), Math.abs(b.logp - expected.rejected_logps));
				assert.equal(a.tokens, tokens.get(comparison)!.chosen_ids.length);
				assert.equal(b.tokens, tokens.get(comparison)!.rejected_ids.length);
			}
			t.diagnostic(`${pairs.length} pairs, largest difference from torch ${worst.toFixed(4)} nats`);
			assert.ok(worst <= TORCH, `${worst}`);
		});
	}

	it('passes its self-test', async () => {
		const engine = engineFor(server.url);
		const open = await engine.open('ref', 'reference');
		const items = await open.selfTest(pairs);
		await engine.close();
		assert.deepEqual(
			items.filter((item) => item.status === 'fail'),
			[],
		);
	});
});
