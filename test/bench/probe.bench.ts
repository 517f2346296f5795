/**
 * Time and memory of whole runs on made-up pairs with a Zipf vocabulary and a held-out shift:
 * `PAIRWRIGHT_BENCH_PAIRS=10000,100000 npm run bench probe`.
 */
import { seededRandom } from '../../src/calibration/random.ts';
import type { Dataset, ScoredPair } from '../../src/domain/dataset.ts';
import { runProbe } from '../../src/scoring/run-probe.ts';
import { NOTHING_LEFT_OUT } from '../unit/scoring-support.ts';

const WORDS = 30_000;

function makeRun(n: number): Dataset {
	const random = seededRandom(5);
	const word = (): number => Math.floor(WORDS ** random.unit());
	const taste = Float64Array.from(
		{ length: WORDS + 1 },
		() => (random.unit() + random.unit() + random.unit() - 1.5) * 1.2,
	);
	const response = (shifted: boolean): { text: string; value: number } => {
		const words = Array.from({ length: 15 + random.index(40) }, word);
		const value = words.reduce((sum, w) => sum + taste[shifted && w > 200 ? WORDS - w : w]!, 0);
		return { text: words.map((w) => `w${w}`).join(' '), value: value / Math.sqrt(words.length) };
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
	const leftOut = NOTHING_LEFT_OUT;
	return {
		pairs,
		leftOut: { train: leftOut, eval: leftOut, heldout_reference: leftOut, heldout_sealed: leftOut, retention: leftOut },
		leakage: [],
		sha256: '',
		manifest: null,
	};
}

for (const n of (process.env.PAIRWRIGHT_BENCH_PAIRS ?? '10000').split(',').map(Number)) {
	const dataset = makeRun(n);
	const phases = new Map<string, number>();
	let phase = '';
	let since = performance.now();
	const started = performance.now();
	const cpu = process.cpuUsage();
	const close = (next: string): void => {
		if (phase !== '') phases.set(phase, (performance.now() - since) / 1000);
		phase = next;
		since = performance.now();
	};
	const { record } = await runProbe(
		dataset,
		{ lambda: 1, margin: 0, seed: 0 },
		{ onProgress: (progress) => progress.phase !== phase && close(progress.phase) },
	);
	close('');
	const { user } = process.cpuUsage(cpu);
	const parts = [...phases].map(([name, seconds]) => `${name} ${seconds.toFixed(1)} s`).join(', ');
	process.stdout.write(
		`${n} pairs: ${((performance.now() - started) / 1000).toFixed(1)} s (processor ${(user / 1e6).toFixed(1)} s; ${parts}), at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MB; held-out loss ${record.objective!.heldout_loss!.toFixed(3)} against DPO's ${record.baselines.dpo.heldout_loss!.toFixed(3)}\n`,
	);
}
