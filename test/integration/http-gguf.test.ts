import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import type { PairOutcome } from '../../src/scoring/engines/engine.ts';
import { createGgufEngine } from '../../src/scoring/engines/gguf.ts';
import { startScoringServer } from '../fixtures/scoring-server-process.ts';
import { writeTinyGguf } from '../fixtures/tiny-gguf.ts';
import { PAIRS, pairOf, scoreAll } from './http-support.ts';

/** The same arithmetic in two processes, and the way over JSON, nats. */
const SAME = 1e-3;

it('a model file behind a server has the sums that the engine gguf gives it', async (t) => {
	const folder = mkdtempSync(join(tmpdir(), 'pairwright-http-'));
	const path = join(folder, 'tiny.gguf');
	writeTinyGguf(path, { context: 512 });
	const server = await startScoringServer({ gguf: { tiny: path } });
	const engine = createGgufEngine({ threads: 1, gpu: false });
	try {
		const pairs = [...PAIRS, pairOf('long', 'a longer question '.repeat(9), 'a longer answer '.repeat(10), '')];
		const told = await scoreAll(server.url, pairs, { model: 'tiny' });
		const own = new Map<string, PairOutcome>();
		const open = await engine.open(path, 'checkpoint');
		await open.score(pairs, { onPair: (outcome) => own.set(outcome.comparison, outcome) });
		let apart = 0;
		for (const { comparison } of pairs) {
			const one = told.get(comparison);
			const other = own.get(comparison);
			assert.ok(one !== undefined && 'score' in one && other !== undefined && 'score' in other, comparison);
			for (const side of ['a', 'b'] as const) {
				apart = Math.max(apart, Math.abs(one.score[side].logp - other.score[side].logp));
				assert.equal(one.score[side].tokens, other.score[side].tokens);
			}
		}
		t.diagnostic(`largest difference ${apart.toExponential(1)} nats`);
		assert.ok(apart <= SAME, `${apart}`);
	} finally {
		await engine.close();
		await server.close();
		rmSync(folder, { recursive: true });
	}
});
