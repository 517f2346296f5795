import { seededRandom, wordStream } from './random.ts';

/** Resamples drawn and summed at a time: their sums fit the processor's registers, and every total is read once for all of them. */
export const LANES = 4;

/** Sets `out[LANES·g + lane]` to how often resample `draw + lane` takes cluster g; the counts of a lane sum to the number of clusters. */
export type Resample = (out: Uint8Array, draw: number) => void;

const SLOTS = 256;
/** Marks a slot whose count is drawn apart. */
const ESCAPE = 64;

/**
 * Draws G of G clusters with replacement, exactly multinomial, at a fraction of G random numbers: independent Poisson counts of a rate
 * a little below 1, four to a random word, then single uniform draws for the rest. Independent Poisson counts given their sum are
 * multinomial, and adding uniform draws keeps them so. The rate leaves four standard deviations of room, so that the sum almost
 * never passes G; if it does, those resamples are drawn anew.
 */
export function multinomialResample(clusters: number, seed: number): Resample {
	const fill = wordStream(seed);
	const random = seededRandom(~seed);
	const rate = Math.max(0, 1 - 4 / Math.sqrt(clusters));
	const table = new Uint8Array(SLOTS).fill(ESCAPE);
	const rest: number[] = [];
	for (let k = 0, p = Math.exp(-rate), used = 0; k < 24; p *= rate / ++k) {
		const whole = Math.floor(SLOTS * p);
		table.fill(k, used, used + whole);
		used += whole;
		rest.push(SLOTS * p - whole);
	}
	// What the slots cannot hold of each probability is drawn apart, so that the counts are Poisson to 32 bits.
	const left = rest.reduce((sum, x) => sum + x, 0);
	const rare = (): number => {
		let u = random.unit() * left;
		let k = 0;
		while (k < rest.length - 1 && u >= rest[k]!) u -= rest[k++]!;
		return k;
	};
	const words = new Int32Array(clusters);
	const singles = new Int32Array(256);
	const total = new Float64Array(LANES);
	return (out) => {
		do {
			fill(words);
			countSlots(words, table, out, total, rare);
		} while (total.some((sum) => sum > clusters));
		for (let lane = 0; lane < LANES; lane++) {
			let missing = clusters - total[lane]!;
			while (missing > 0) {
				fill(singles);
				const some = Math.min(singles.length, missing);
				for (let i = 0; i < some; i++) {
					const at = LANES * Math.floor((singles[i]! / 2 ** 32 + 0.5) * clusters) + lane;
					out[at] = out[at]! + 1;
				}
				missing -= some;
			}
		}
	};
}

/** One word a cluster, one byte a lane. */
function countSlots(
	words: Int32Array,
	table: Uint8Array,
	out: Uint8Array,
	total: Float64Array,
	rare: () => number,
): void {
	let s0 = 0;
	let s1 = 0;
	let s2 = 0;
	let s3 = 0;
	for (let g = 0; g < words.length; g++) {
		const word = words[g]!;
		let n0 = table[word & 255]!;
		let n1 = table[(word >>> 8) & 255]!;
		let n2 = table[(word >>> 16) & 255]!;
		let n3 = table[word >>> 24]!;
		if ((n0 | n1 | n2 | n3) >= ESCAPE) {
			if (n0 === ESCAPE) n0 = rare();
			if (n1 === ESCAPE) n1 = rare();
			if (n2 === ESCAPE) n2 = rare();
			if (n3 === ESCAPE) n3 = rare();
		}
		s0 += n0;
		s1 += n1;
		s2 += n2;
		s3 += n3;
		out[LANES * g] = n0;
		out[LANES * g + 1] = n1;
		out[LANES * g + 2] = n2;
		out[LANES * g + 3] = n3;
	}
	total[0] = s0;
	total[1] = s1;
	total[2] = s2;
	total[3] = s3;
}
