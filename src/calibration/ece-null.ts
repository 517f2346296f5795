import { binsOf } from './ece.ts';
import type { ConfidenceForm } from './proper.ts';
import { quantileSorted, wordStream } from './random.ts';
import type { Records } from './records.ts';

/** What ECE a perfectly calibrated model would show on these confidences and this many pairs. */
export interface EceNull {
	readonly mean: number;
	readonly q95: number;
	/** Share of calibrated draws with an ECE at least as large, with the usual +1. */
	readonly p: number;
	/** 95 % band of a bin's mean correctness under calibration; NaN where the bin is empty. */
	readonly bandLow: Float64Array;
	readonly bandHigh: Float64Array;
	readonly draws: number;
}

/** Draws for n records: 1,000, fewer where that would cost seconds; a rule, so that the same data give the same bytes. */
export function drawCount(size: number, full = 1000): number {
	return Math.max(200, Math.min(full, Math.floor(1e8 / Math.max(1, size))));
}

/** Labels are drawn for so many draws at once, one bit each. */
const LANES = 32;

/** Records whose label adds the same to the same bin: a draw needs only how many of them came out on the upper side. */
interface Groups {
	readonly of: Int32Array;
	readonly bin: number[];
	readonly jump: number[];
	/** Bits that count a group's records. */
	readonly planes: number[];
}

/**
 * Consistency resampling (Bröcker & Smith 2007): confidences and bins stay, labels are redrawn as if p were true.
 * Every pair draws one uniform number that all its records share, since fold models score the same label.
 * The label keeps the observed split of votes where that can have mean p: it is y or 1−y. Where p is more extreme than
 * the votes, it is 1 or 0, which is the widest a label of mean p can be: p-values err on the cautious side there.
 * Pairs are drawn independently of each other: dependence inside clusters is left to the intervals of NLL and O.
 *
 * 32 draws are made at a time. A pair's 32 uniforms are compared with a threshold bit by bit, highest first, until every one is
 * decided, which takes about seven random words; the resulting 32 labels are added to the counters of the record's group, which
 * hold one bit of 32 counts in each word.
 */
export function eceNull(
	records: Records,
	form: ConfidenceForm,
	observed: number,
	options: { readonly bins: number; readonly seed: number; readonly draws?: number },
): EceNull {
	const { bins, seed } = options;
	const { size, pairs } = records;
	const draws = options.draws ?? drawCount(size);
	const bin = binsOf(form, bins);
	const weights = new Float64Array(bins);
	const confidence = new Float64Array(bins);
	// What a bin's correctness is if every label falls on the lower side.
	const floor = new Float64Array(bins);
	const threshold = new Float64Array(size);
	const jump = new Float64Array(size);
	let total = 0;
	for (let i = 0; i < size; i++) {
		const p = records.p[i]!;
		const w = records.weight[i]!;
		const b = bin[i]!;
		const top = Math.max(records.y[i]!, 1 - records.y[i]!);
		const within = p <= top && p >= 1 - top;
		const win = within ? top : 1;
		const cut = within ? (top === 0.5 ? 1 : (p - (1 - top)) / (2 * top - 1)) : p;
		threshold[i] = Math.round(Math.min(1, Math.max(0, cut)) * 2 ** 32);
		const flip = form.form === 'pair' && p < 0.5;
		const even = form.form === 'pair' && p === 0.5;
		jump[i] = even ? 0 : w * (flip ? 1 - 2 * win : 2 * win - 1);
		floor[b] = floor[b]! + w * (even ? 0.5 : flip ? win : 1 - win);
		weights[b] = weights[b]! + w;
		confidence[b] = confidence[b]! + w * form.confidence[i]!;
		total += w;
	}
	const groups = groupRecords(bin, jump, bins);
	const { start, order } = recordsByPair(records);
	const groupStart = new Int32Array(groups.bin.length + 1);
	groups.planes.forEach((planes, g) => {
		groupStart[g + 1] = groupStart[g]! + planes;
	});
	const counters = new Int32Array(groupStart.at(-1)!);
	const eces = new Float64Array(draws);
	const perBin = Array.from({ length: bins }, () => new Float64Array(draws));
	const sums = new Float64Array(bins * LANES);
	const fill = wordStream(seed);
	const words = new Int32Array(4096);
	const state = { at: words.length };
	for (let from = 0; from < draws; from += LANES) {
		counters.fill(0);
		countLabels(pairs, start, order, threshold, groups.of, groupStart, counters, words, state, fill);
		for (let b = 0; b < bins; b++) sums.fill(floor[b]!, b * LANES, (b + 1) * LANES);
		for (let g = 0; g < groups.bin.length; g++) {
			const base = groups.bin[g]! * LANES;
			for (let at = groupStart[g]!, unit = groups.jump[g]!; at < groupStart[g + 1]!; at++, unit *= 2) {
				const word = counters[at]!;
				for (let lane = 0; lane < LANES; lane++) sums[base + lane] = sums[base + lane]! + unit * ((word >>> lane) & 1);
			}
		}
		for (let lane = 0; lane < Math.min(LANES, draws - from); lane++) {
			let sum = 0;
			for (let b = 0; b < bins; b++) {
				const correct = sums[b * LANES + lane]!;
				sum += Math.abs(confidence[b]! - correct);
				perBin[b]![from + lane] = correct / weights[b]!;
			}
			eces[from + lane] = sum / total;
		}
	}
	let asLarge = 0;
	let mean = 0;
	for (const ece of eces) {
		// Equal up to rounding counts as equal: the same sums come in another order.
		if (ece >= observed - 1e-12) asLarge++;
		mean += ece / draws;
	}
	const bandLow = new Float64Array(bins).fill(Number.NaN);
	const bandHigh = new Float64Array(bins).fill(Number.NaN);
	for (let b = 0; b < bins; b++) {
		if (weights[b] === 0) continue;
		const sorted = perBin[b]!.sort();
		bandLow[b] = quantileSorted(sorted, 0.025);
		bandHigh[b] = quantileSorted(sorted, 0.975);
	}
	return { mean, q95: quantileSorted(eces.sort(), 0.95), p: (asLarge + 1) / (draws + 1), bandLow, bandHigh, draws };
}

function groupRecords(bin: Int32Array, jump: Float64Array, bins: number): Groups {
	const known = Array.from({ length: bins }, () => new Map<number, number>());
	const of = new Int32Array(bin.length);
	const groupBin: number[] = [];
	const groupJump: number[] = [];
	const counts: number[] = [];
	for (let i = 0; i < bin.length; i++) {
		const b = bin[i]!;
		let g = known[b]!.get(jump[i]!);
		if (g === undefined) {
			g = groupBin.length;
			known[b]!.set(jump[i]!, g);
			groupBin.push(b);
			groupJump.push(jump[i]!);
			counts.push(0);
		}
		of[i] = g;
		counts[g] = counts[g]! + 1;
	}
	return { of, bin: groupBin, jump: groupJump, planes: counts.map((n) => 32 - Math.clz32(n)) };
}

/** Records of pair j: order[start[j]] … order[start[j + 1] − 1]. */
function recordsByPair({ size, pair, pairs }: Records): { readonly start: Int32Array; readonly order: Int32Array } {
	const start = new Int32Array(pairs + 1);
	for (let i = 0; i < size; i++) start[pair[i]! + 1] = start[pair[i]! + 1]! + 1;
	for (let j = 0; j < pairs; j++) start[j + 1] = start[j + 1]! + start[j]!;
	const next = start.slice();
	const order = new Int32Array(size);
	for (let i = 0; i < size; i++) {
		const j = pair[i]!;
		order[next[j]!] = i;
		next[j] = next[j]! + 1;
	}
	return { start, order };
}

/** Draws 32 labels for every record and adds them to its group's counters. */
function countLabels(
	pairs: number,
	start: Int32Array,
	order: Int32Array,
	threshold: Float64Array,
	group: Int32Array,
	groupStart: Int32Array,
	counters: Int32Array,
	words: Int32Array,
	state: { at: number },
	fill: (out: Int32Array) => void,
): void {
	let at = state.at;
	for (let j = 0; j < pairs; j++) {
		if (at + 32 > words.length) {
			fill(words);
			at = 0;
		}
		let used = 0;
		for (let k = start[j]!; k < start[j + 1]!; k++) {
			const i = order[k]!;
			const cut = threshold[i]!;
			// 2³² has no place in 32 bits: certain, as 0 is impossible.
			let below = cut >= 2 ** 32 ? -1 : 0;
			let undecided = below === 0 && cut > 0 ? -1 : 0;
			const bits = cut | 0;
			let plane = 0;
			while (undecided !== 0 && plane < 32) {
				const word = words[at + plane]!;
				// The threshold's bit in all lanes, instead of a branch that half of the time goes the other way.
				const bit = (bits << plane) >> 31;
				below |= undecided & ~word & bit;
				undecided &= ~(word ^ bit);
				plane++;
			}
			if (plane > used) used = plane;
			let carry = below;
			for (let c = groupStart[group[i]!]!; carry !== 0; c++) {
				const before = counters[c]!;
				counters[c] = before ^ carry;
				carry &= before;
			}
		}
		at += used;
	}
	state.at = at;
}
