/**
 * P(Z > z) for a standard normal Z, absolute error below 1e-15: Marsaglia's series (2004) near the middle, Laplace's continued
 * fraction in the tails.
 */
export function normalUpperTail(z: number): number {
	if (Number.isNaN(z)) return Number.NaN;
	const x = Math.abs(z);
	let upper: number;
	if (x < 5) {
		let term = x;
		let sum = x;
		for (let n = 3; term > 1e-17 * sum && n < 400; n += 2) {
			term *= (x * x) / n;
			sum += term;
		}
		upper = 0.5 - sum * density(x);
	} else {
		let fraction = x;
		for (let n = 60; n > 0; n--) fraction = x + n / fraction;
		upper = density(x) / fraction;
	}
	return z >= 0 ? upper : 1 - upper;
}

function density(x: number): number {
	return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}
