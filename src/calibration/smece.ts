import type { Points } from './equal-mass.ts';

/** Below this bandwidth the grid, not the data, would speak. */
const MIN_SIGMA = 0.001;
const BISECTIONS = 10;
/** Kernel beyond so many bandwidths is below 1e-16 of its height. */
const REACH = 9;

/**
 * Gaussian smoothing of values at positions on [0, 1], as relplot (Błasiok & Nakkiran 2023) computes it: spread linearly onto M
 * nodes, convolved with a density sampled on M nodes over ±½, reflected at 0 and 1 without repeating the end nodes.
 */
function smooth(position: ArrayLike<number>, values: Float64Array, sigma: number): Float64Array {
	const nodes = Math.floor(Math.max(2000, Math.round(20 / sigma)) / 2) + 1;
	const grid = new Float64Array(nodes);
	for (let i = 0; i < values.length; i++) {
		const at = position[i]! * (nodes - 1);
		const left = Math.min(Math.floor(at), nodes - 2);
		grid[left] = grid[left]! + values[i]! * (1 - (at - left));
		grid[left + 1] = grid[left + 1]! + values[i]! * (at - left);
	}
	const centre = Math.floor((nodes - 1) / 2);
	const kernel = Float64Array.from({ length: nodes }, (_, j) => {
		const t = j / (nodes - 1) - 0.5;
		return Math.exp((-t * t) / (2 * sigma * sigma)) / (sigma * Math.sqrt(2 * Math.PI));
	});
	const reach = Math.ceil(REACH * sigma * (nodes - 1)) + 1;
	const from = Math.max(0, centre - reach);
	const to = Math.min(nodes - 1, centre + reach);
	const last = nodes - 1;
	const out = new Float64Array(nodes);
	for (let m = 0; m < nodes; m++) {
		const value = grid[m]!;
		if (value === 0) continue;
		// The node itself and its images at −m and 2·last − m; the kernel is shorter than the interval, so no further ones.
		for (const image of m === 0 || m === last ? [m] : [m, -m, 2 * last - m]) {
			const low = Math.max(0, image + from - centre);
			const high = Math.min(last, image + to - centre);
			for (let i = low; i <= high; i++) out[i] = out[i]! + value * kernel[i - image + centre]!;
		}
	}
	return out;
}

function interpolate(values: Float64Array, t: number): number {
	const at = t * (values.length - 1);
	const left = Math.min(Math.floor(at), values.length - 2);
	return values[left]! + (at - left) * (values[left + 1]! - values[left]!);
}

/** smECE at a fixed bandwidth: Σ|r(t)| / Σ(d(t) + 1e-4), r and d the smoothed residuals and density. */
export function smoothEceAt(points: Points, sigma: number): number {
	const n = points.p.length;
	const residual = new Float64Array(n);
	const mass = new Float64Array(n);
	for (let i = 0; i < n; i++) {
		residual[i] = points.weight[i]! * (points.p[i]! - points.y[i]!);
		mass[i] = points.weight[i]!;
	}
	const r = smooth(points.p, residual, sigma);
	const d = smooth(points.p, mass, sigma);
	const steps = Math.max(200, Math.round(10 / sigma));
	let above = 0;
	let below = 0;
	for (let k = 0; k < steps; k++) {
		const t = k / (steps - 1);
		above += Math.abs(interpolate(r, t));
		below += interpolate(d, t) + 1e-4;
	}
	return above / below;
}

/** Smooth ECE: its value at the smallest bandwidth σ with smECE_σ ≤ σ, by ten bisections of [0, 1], never below 0.001. */
export function smoothEce(points: Points): { readonly value: number; readonly sigma: number } | null {
	if (points.p.length === 0) return null;
	let low = 0;
	let high = 1;
	for (let i = 0; i < BISECTIONS; i++) {
		const middle = (low + high) / 2;
		if (middle >= MIN_SIGMA && smoothEceAt(points, middle) <= middle) high = middle;
		else low = middle;
	}
	return { value: smoothEceAt(points, high), sigma: high };
}
