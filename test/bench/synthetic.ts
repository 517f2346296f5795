/** Made-up preference pairs for benchmarks: words drawn from a Zipf-like list, about 800 bytes a row, the longer response preferred in 7 of 10. */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

const WORDS = 5_000;

/** Writes `pairs` TRL rows to `path`; the same bytes for the same seed. `heldoutShare` of the rows carry split and facet. */
export async function writePairs(path: string, pairs: number, { seed = 1, heldoutShare = 0 } = {}): Promise<void> {
	const random = xoroshiro128plus(seed);
	const word = (): string => {
		const u = uniformInt(random, 1, 1_000_000) / 1_000_000;
		return `w${Math.floor(WORDS * u * u * u).toString(36)}`;
	};
	const text = (words: number): string => Array.from({ length: words }, word).join(' ');
	const out = createWriteStream(path);
	for (let i = 0; i < pairs; i++) {
		const long = text(uniformInt(random, 50, 80));
		const short = text(uniformInt(random, 20, 45));
		const longWins = uniformInt(random, 0, 9) < 7;
		const heldout = uniformInt(random, 0, 9_999) < heldoutShare * 10_000;
		const row = {
			prompt: [{ role: 'user', content: `Question ${i}: ${text(18)}?` }],
			chosen: [{ role: 'assistant', content: longWins ? long : short }],
			rejected: [{ role: 'assistant', content: longWins ? short : long }],
			...(heldout ? { split: 'heldout', tags: ['domain:other'] } : {}),
		};
		if (!out.write(`${JSON.stringify(row)}\n`)) await once(out, 'drain');
	}
	out.end();
	await once(out, 'finish');
}
