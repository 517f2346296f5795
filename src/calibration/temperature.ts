import { pairLoss, type Records, sigmoid } from './records.ts';

/**
 * `t_to_zero`: every nonzero margin has the sign of a hard label, no minimiser. `t_to_infinity`: the margins do not help.
 * `unidentified`: all margins are 0. `clamped`: a minimiser exists outside the range.
 */
export type TemperatureStatus = 'ok' | 't_to_zero' | 't_to_infinity' | 'unidentified' | 'clamped';

export interface Temperature {
	readonly t: number;
	/** Mean loss of σ(margin/t), nats. */
	readonly nll: number;
	readonly status: TemperatureStatus;
}

export const T_MIN = 0.01;
export const T_MAX = 1000;

/** Mean loss at inverse temperature a. */
function meanLoss(records: Records, a: number): number {
	let sum = 0;
	let size = 0;
	for (let i = 0; i < records.size; i++) {
		const w = records.weight[i]!;
		sum += w * pairLoss(a * records.margin[i]!, records.y[i]!);
		size += w;
	}
	return sum / size;
}

/** First and second derivative of the mean NLL in 1/T, at inverse temperature a: mean z·(σ(az) − y) and mean z²σ(az)(1 − σ(az)). */
export function temperatureDerivatives(
	records: Records,
	a: number,
): { readonly slope: number; readonly curvature: number } {
	let slope = 0;
	let curvature = 0;
	let size = 0;
	for (let i = 0; i < records.size; i++) {
		const w = records.weight[i]!;
		const z = records.margin[i]!;
		size += w;
		if (z === 0) continue;
		const q = sigmoid(a * z);
		slope += w * z * (q - records.y[i]!);
		curvature += w * z * z * q * (1 - q);
	}
	return { slope: slope / size, curvature: curvature / size };
}

/** d NLL / d(1/T); at T = 1 it is the IRMv1 gradient (Arjovsky 2019). */
export function temperatureSlope(records: Records, a: number): number {
	return temperatureDerivatives(records, a).slope;
}

/**
 * T* = argmin_T mean NLL of σ(z/T) (Guo 2017): antisymmetric, so P(a ≻ b) = 1 − P(b ≻ a) survives. Convex in 1/T: the root
 * of the slope by Newton steps, halving the bracket where one leaves it. Outside [0.01, 1000] it is clamped and flagged; a flagged
 * T* is never applied.
 * @returns null without records, or where a margin is infinite
 */
export function fitTemperature(records: Records): Temperature | null {
	if (records.size === 0) return null;
	let any = false;
	let separable = true;
	for (let i = 0; i < records.size; i++) {
		const z = records.margin[i]!;
		const y = records.y[i]!;
		if (!Number.isFinite(z)) return null;
		if (z === 0) continue;
		any = true;
		if (!(z > 0 ? y === 1 : y === 0)) separable = false;
	}
	const at = (t: number, status: TemperatureStatus): Temperature => ({ t, nll: meanLoss(records, 1 / t), status });
	if (!any) return at(1, 'unidentified');
	if (separable) return at(T_MIN, 't_to_zero');
	if (temperatureSlope(records, 0) >= 0) return at(T_MAX, 't_to_infinity');
	if (temperatureSlope(records, 1 / T_MAX) >= 0) return at(T_MAX, 'clamped');
	if (temperatureSlope(records, 1 / T_MIN) <= 0) return at(T_MIN, 'clamped');
	let low = 1 / T_MAX;
	let high = 1 / T_MIN;
	let a = 1;
	for (let i = 0; i < 200; i++) {
		const { slope, curvature } = temperatureDerivatives(records, a);
		if (slope === 0) break;
		if (slope < 0) low = a;
		else high = a;
		const newton = a - slope / curvature;
		// In the logarithm: the range spans five decades.
		const next = newton > low && newton < high ? newton : Math.sqrt(low * high);
		if (Math.abs(next - a) <= 1e-15 * a) break;
		a = next;
	}
	return at(1 / a, 'ok');
}
