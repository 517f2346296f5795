import { seededRandom, wordStream } from './random.ts';

/** Resamples drawn and summed at a time: their sums fit the processor's registers, and every total is read once for all of them. */
export const LANES = 4;

/** Sets `out[LANES·g + lane]` to how often resample `draw + lane` takes cluster g; the counts of a lane sum to the number of clusters. */
export type Resample = (out: Uint8Array, draw: number) => void;

const SLOTS = 256;
/** Marks a slot whose count is drawn apart. */
const ESCAPE = 64;
const ESCAPES = 0x40404040;

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
		const packed = new Int32Array(out.buffer, out.byteOffset, clusters);
		do {
			fill(words);
			countSlots(words, table, packed, total, rare);
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

/** Clusters whose counts can be added up in 16 bits. */
const BLOCK = 1000;

/** One random word a cluster, one byte of it a lane; the four counts go into one word, and their sums are kept two to a word. */
function countSlots(
	words: Int32Array,
	table: Uint8Array,
	packed: Int32Array,
	total: Float64Array,
	rare: () => number,
): void {
	total.fill(0);
	for (let from = 0; from < words.length; from += BLOCK) {
		const to = Math.min(words.length, from + BLOCK);
		let even = 0;
		let odd = 0;
		for (let g = from; g < to; g++) {
			const word = words[g]!;
			let counts =
				table[word & 255]! |
				(table[(word >>> 8) & 255]! << 8) |
				(table[(word >>> 16) & 255]! << 16) |
				(table[word >>> 24]! << 24);
			if ((counts & ESCAPES) !== 0) {
				for (let shift = 0; shift < 32; shift += 8) {
					if (((counts >>> shift) & 255) === ESCAPE) counts = (counts & ~(255 << shift)) | (rare() << shift);
				}
			}
			packed[g] = counts;
			even = (even + (counts & 0x00ff00ff)) | 0;
			odd = (odd + ((counts >>> 8) & 0x00ff00ff)) | 0;
		}
		total[0] = total[0]! + (even & 0xffff);
		total[1] = total[1]! + (odd & 0xffff);
		total[2] = total[2]! + (even >>> 16);
		total[3] = total[3]! + (odd >>> 16);
	}
}
