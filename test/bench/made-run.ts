import { seededRandom } from '../../src/calibration/random.ts';
import type { Dataset, ScoredPair } from '../../src/domain/dataset.ts';
import { NOTHING_LEFT_OUT } from '../unit/scoring-support.ts';

const WORDS = 30_000;

/**
 * Made-up pairs with a Zipf vocabulary and a held-out shift: 70 % train, 10 % each of eval, R and E. Responses of 15 to 54 words;
 * people like and dislike words, held-out people other ones.
 */
export function madeRun(n: number): Dataset {
	const random = seededRandom(5);
	const names = Array.from({ length: WORDS + 1 }, (_, w) => `w${w}`);
	const word = (): number => Math.floor(WORDS ** random.unit());
	const taste = Float64Array.from(
		{ length: WORDS + 1 },
		() => (random.unit() + random.unit() + random.unit() - 1.5) * 1.2,
	);
	const response = (shifted: boolean): { text: string; value: number } => {
		const words = Array.from({ length: 15 + random.index(40) }, word);
		const value = words.reduce((sum, w) => sum + taste[shifted && w > 200 ? WORDS - w : w]!, 0);
		return { text: words.map((w) => names[w]!).join(' '), value: value / Math.sqrt(words.length) };
	};
	const say = (content: string) => [{ role: 'assistant', content }];
	const splits = ['eval', 'heldout_reference', 'heldout_sealed'] as const;
	const pairs = Array.from({ length: n }, (_, i): ScoredPair => {
		const split = splits[i % 10] ?? 'train';
		const shifted = split.startsWith('heldout');
		const [one, two] = [response(shifted), response(shifted)];
		const first = random.unit() < 1 / (1 + Math.exp(2 * (two.value - one.value)));
		return {
			comparison: String(i).padStart(64, '0'),
			prompt: `p${i}`,
			cluster: `c${i}`,
			split,
			facets: [],
			turns: { messages: [{ role: 'user', content: response(false).text }] },
			chosen: say(first ? one.text : two.text),
			rejected: say(first ? two.text : one.text),
			chosenSide: 'a',
			y: 1,
			decided: true,
			weight: 1,
			source: null,
		};
	});
	// As a dataset is read: by split, then by id.
	pairs.sort((x, y) => (x.split < y.split ? -1 : x.split > y.split ? 1 : x.comparison < y.comparison ? -1 : 1));
	const leftOut = NOTHING_LEFT_OUT;
	return {
		pairs,
		leftOut: { train: leftOut, eval: leftOut, heldout_reference: leftOut, heldout_sealed: leftOut, retention: leftOut },
		leakage: [],
		sha256: '',
		manifest: null,
	};
}
