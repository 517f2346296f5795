import { pairLoss, type Records, sigmoid } from './records.ts';

export interface Platt {
	/** σ(a·z + b). */
	readonly a: number;
	readonly b: number;
	/** Mean loss there, nats. */
	readonly nll: number;
}

const STEPS = 100;

function meanLoss(records: Records, a: number, b: number): number {
	let sum = 0;
	let size = 0;
	for (let i = 0; i < records.size; i++) {
		sum += records.weight[i]! * pairLoss(a * records.margin[i]! + b, records.y[i]!);
		size += records.weight[i]!;
	}
	return sum / size;
}

/**
 * Platt scaling without prior or penalty, by damped Newton steps. For the binary form only: with b ≠ 0 it breaks P(a ≻ b) = 1 − P(b ≻ a).
 * @returns null without a finite optimum: an infinite margin, margins that are all equal, labels that a threshold separates
 */
export function fitPlatt(records: Records): Platt | null {
	if (!records.margin.every(Number.isFinite)) return null;
	let a = 0;
	let b = 0;
	let nll = meanLoss(records, a, b);
	for (let step = 0; step < STEPS; step++) {
		let ga = 0;
		let gb = 0;
		let haa = 0;
		let hab = 0;
		let hbb = 0;
		let size = 0;
		for (let i = 0; i < records.size; i++) {
			const w = records.weight[i]!;
			const z = records.margin[i]!;
			const q = sigmoid(a * z + b);
			const h = w * q * (1 - q);
			const g = w * (q - records.y[i]!);
			ga += g * z;
			gb += g;
			haa += h * z * z;
			hab += h * z;
			hbb += h;
			size += w;
		}
		const determinant = haa * hbb - hab * hab;
		// Relative: with margins that are all equal it is rounding alone, and where labels separate it runs to 0.
		if (!(determinant > 1e-12 * haa * hbb) || hbb < 1e-10 * size) return null;
		const da = (hbb * ga - hab * gb) / determinant;
		const db = (haa * gb - hab * ga) / determinant;
		// The decrement is the loss still to be gained, doubled. From here on rounding alone would decide whether a step is a gain; Newton's
		// last one, which squares what is left, is taken as it is.
		if ((da * ga + db * gb) / size < 1e-14) return { a: a - da, b: b - db, nll: meanLoss(records, a - da, b - db) };
		let reach = 1;
		let next = meanLoss(records, a - da, b - db);
		while (!(next <= nll) && reach > 1e-10) {
			reach /= 2;
			next = meanLoss(records, a - reach * da, b - reach * db);
		}
		a -= reach * da;
		b -= reach * db;
		nll = next;
	}
	return null;
}
