import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { UserError } from '../../src/protocol/errors.ts';
import { ScoreCache } from '../../src/store/score-cache.ts';
import { scoreModels } from '../../src/workspace/runs/score-models.ts';
import { type ScoringServer, startScoringServer } from '../fixtures/scoring-server-process.ts';
import { engineFor, pairOf } from './http-support.ts';

const PAIRS = Array.from({ length: 40 }, (_, i) => pairOf(`p${i}`, `prompt ${i >> 1}`, `reply ${i}`, `other ${i}`));

it('after a server died amid a run and came back, nothing is scored again', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'pairwright-http-'));
	const cache = await ScoreCache.open(join(folder, 'scores.db'));
	let server: ScoringServer = await startScoringServer();
	try {
		const input = {
			reference: { model: 'base', name: 'base' },
			checkpoints: [{ model: 'policy-step50', name: 'policy-step50' }],
			...{ pairs: PAIRS, testPairs: PAIRS, cache, fresh: false },
		};
		const { url } = server;
		let killed = false;
		const dying = engineFor(url);
		const onProgress = ({ phase, done }: { phase: string; done: number }) => {
			if (killed || !phase.startsWith('scoring policy-step50') || done < 15) return;
			killed = true;
			void server.kill();
		};
		await assert.rejects(scoreModels(dying, input, { onProgress }), (error: unknown) => {
			assert.ok(UserError.is(error, 'environment'));
			assert.match(error.message, /what is scored is kept and not scored twice/);
			return true;
		});
		await dying.close();

		server = await startScoringServer({ port: Number(new URL(url).port) });
		const again = engineFor(url);
		const { checkpoints, work } = await scoreModels(again, input);
		await again.close();
		assert.equal(checkpoints[0]?.scores.length, PAIRS.length);
		assert.equal(work.scored + work.reused, 2 * PAIRS.length);
		assert.ok(work.reused >= PAIRS.length + 15, `${work.reused}`);
		const asked = (await server.stats()).requests['/v1/completions'] ?? 0;

		const third = engineFor(url);
		assert.deepEqual((await scoreModels(third, input)).work, { scored: 0, reused: 2 * PAIRS.length });
		await third.close();
		// Opening and self-tests ask the same every time; beyond that, two responses for each pair that was missing.
		const always = (await server.stats()).requests['/v1/completions'] ?? 0;
		assert.equal(asked - always, 2 * work.scored);
	} finally {
		cache.close();
		await server.close();
		rmSync(folder, { recursive: true });
	}
});
