import type { Points } from './points.ts';

/** Below this bandwidth the grid, not the data, would speak. */
const MIN_SIGMA = 0.001;
const BISECTIONS = 10;
/** Kernel beyond so many bandwidths is below 1e-16 of its height. */
const REACH = 9;

/**
 * What a point at exactly 0 or 1 weighs. relplot's reflection does not repeat the end nodes, so that it counts half (`half`);
 * `full` doubles them, as the reflected kernel of the paper has it.
 */
export type SmoothBoundary = 'half' | 'full';

/** Residuals and mass of the points, spread linearly onto grid nodes; reused for every bandwidth with as many nodes. */
interface Grid {
	readonly residual: Float64Array;
	readonly mass: Float64Array;
}

function spread(points: Points, nodes: number, boundary: SmoothBoundary): Grid {
	const residual = new Float64Array(nodes);
	const mass = new Float64Array(nodes);
	for (let i = 0; i < points.p.length; i++) {
		const p = points.p[i]!;
		const w = points.weight[i]!;
		const gap = w * (p - points.y[i]!);
		const at = p * (nodes - 1);
		const left = Math.min(Math.floor(at), nodes - 2);
		const right = at - left;
		residual[left] = residual[left]! + gap * (1 - right);
		residual[left + 1] = residual[left + 1]! + gap * right;
		mass[left] = mass[left]! + w * (1 - right);
		mass[left + 1] = mass[left + 1]! + w * right;
	}
	if (boundary === 'full') {
		for (const grid of [residual, mass]) {
			grid[0] = 2 * grid[0]!;
			grid[nodes - 1] = 2 * grid[nodes - 1]!;
		}
	}
	return { residual, mass };
}

/** Values at −last … 2·last: reflected at 0 and 1 without repeating the end nodes. */
function reflect(grid: Float64Array): Float64Array {
	const last = grid.length - 1;
	return Float64Array.from({ length: 3 * last + 1 }, (_, j) => grid[last - Math.abs(last - Math.abs(j - last))]!);
}

/** Gaussian density sampled on so many nodes over ±½. */
function gaussian(nodes: number, sigma: number): Float64Array {
	return Float64Array.from({ length: nodes }, (_, j) => {
		const t = j / (nodes - 1) - 0.5;
		return Math.exp((-t * t) / (2 * sigma * sigma)) / (sigma * Math.sqrt(2 * Math.PI));
	});
}

/** Σ grid[at − k]·kernel[k] for both grids: apart, because sums that a closure holds are no machine numbers. */
function convolveAt(
	at: number,
	from: number,
	to: number,
	residual: Float64Array,
	mass: Float64Array,
	kernel: Float64Array,
	out: Float64Array,
): void {
	let r = 0;
	let d = 0;
	for (let k = from; k <= to; k++) {
		const weight = kernel[k]!;
		r += residual[at - k]! * weight;
		d += mass[at - k]! * weight;
	}
	out[0] = r;
	out[1] = d;
}

/** A function of the bandwidth: smECE_σ = Σ|r(t)| / Σ(d(t) + 1e-4), r and d the smoothed residuals and density (relplot). */
export function smoothEceOf(points: Points, boundary: SmoothBoundary = 'half'): (sigma: number) => number {
	const grids = new Map<number, Grid>();
	return (sigma) => {
		const nodes = Math.floor(Math.max(2000, Math.round(20 / sigma)) / 2) + 1;
		const last = nodes - 1;
		let grid = grids.get(nodes);
		if (grid === undefined) {
			const { residual, mass } = spread(points, nodes, boundary);
			grid = { residual: reflect(residual), mass: reflect(mass) };
			grids.set(nodes, grid);
		}
		const { residual, mass } = grid;
		const kernel = gaussian(nodes, sigma);
		const centre = Math.floor(last / 2);
		const reach = Math.ceil(REACH * sigma * last) + 1;
		const from = Math.max(0, centre - reach);
		const to = Math.min(last, centre + reach);
		// Only the nodes beside a step are convolved: with wide kernels that is a fraction of them.
		const steps = Math.max(200, Math.round(10 / sigma));
		let node = -1;
		const smooth = new Float64Array(2);
		const convolve = (i: number): void => {
			node = i;
			convolveAt(last + i + centre, from, to, residual, mass, kernel, smooth);
		};
		let above = 0;
		let below = 0;
		for (let k = 0; k < steps; k++) {
			const position = (k / (steps - 1)) * last;
			const left = Math.min(Math.floor(position), last - 1);
			const right = position - left;
			if (node !== left) convolve(left);
			const leftR = smooth[0]!;
			const leftD = smooth[1]!;
			convolve(left + 1);
			above += Math.abs(leftR + right * (smooth[0]! - leftR));
			below += leftD + right * (smooth[1]! - leftD) + 1e-4;
		}
		return above / below;
	};
}

export interface SmoothEce {
	readonly value: number;
	readonly sigma: number;
}

/** Smooth ECE (Błasiok & Nakkiran 2023): its value at the smallest bandwidth σ with smECE_σ ≤ σ, by ten bisections of [0, 1], never below 0.001. */
export function smoothEce(points: Points, boundary: SmoothBoundary = 'half'): SmoothEce | null {
	if (points.p.length === 0) return null;
	const at = smoothEceOf(points, boundary);
	let low = 0;
	let high = 1;
	for (let i = 0; i < BISECTIONS; i++) {
		const middle = (low + high) / 2;
		if (middle >= MIN_SIGMA && at(middle) <= middle) high = middle;
		else low = middle;
	}
	return { value: at(high), sigma: high };
}
