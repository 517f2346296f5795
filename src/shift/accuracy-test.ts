import { logGamma } from '../calibration/student.ts';
import { normalUpperTail } from './normal.ts';

/** Is a classifier right more often than a coin, on as many test cases of either kind (Lopez-Paz & Oquab 2017)? */
export interface AccuracyTest {
	readonly accuracy: number;
	readonly n: number;
	/** (accuracy − ½)·2√n. */
	readonly z: number;
	readonly pNormal: number;
	/** P(Binomial(n, ½) ≥ correct): one-sided. */
	readonly pExact: number;
}

/** @param n independent test cases, half of them of either kind */
export function accuracyTest(correct: number, n: number): AccuracyTest {
	const accuracy = correct / n;
	const z = (accuracy - 0.5) * 2 * Math.sqrt(n);
	let tail = 0;
	for (let k = n; k >= correct; k--) {
		tail += Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) - n * Math.LN2);
	}
	return { accuracy, n, z, pNormal: normalUpperTail(z), pExact: Math.min(1, tail) };
}
