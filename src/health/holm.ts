import type { HealthCheck } from '../domain/run-record.ts';
import { REFERENCE_MEMORISED } from './reference-memorised.ts';

/** Holm's step-down adjusted p-values (Holm 1979), in the order given: whatever the dependence, 5 % for the family. */
export function holm(ps: readonly number[]): number[] {
	const order = ps.map((p, i) => ({ p, i })).sort((x, y) => x.p - y.p || x.i - y.i);
	const adjusted = new Array<number>(ps.length);
	let running = 0;
	order.forEach(({ p, i }, rank) => {
		running = Math.max(running, Math.min(1, (ps.length - rank) * p));
		adjusted[i] = running;
	});
	return adjusted;
}

/** Benjamini–Hochberg adjusted p-values (1995), in the order given: the share of false ones among those flagged. */
export function benjaminiHochberg(ps: readonly number[]): number[] {
	const order = ps.map((p, i) => ({ p, i })).sort((x, y) => y.p - x.p || y.i - x.i);
	const adjusted = new Array<number>(ps.length);
	let running = 1;
	order.forEach(({ p, i }, from) => {
		running = Math.min(running, (ps.length / (ps.length - from)) * p);
		adjusted[i] = running;
	});
	return adjusted;
}

/** Worst status that a check may reach; generalization-gap is at most a warning (rules.md). */
const AT_MOST_WARN = new Set(['generalization-gap']);
/** Judged by its own p (rules.md, Checkpoints). */
const OUTSIDE = new Set([REFERENCE_MEMORISED]);

/**
 * Gives the p-value checks of one run their final status, as one family at 5 %: `fail` = adjusted p < 0.05, `warn` = only the
 * unadjusted one. Checks without p pass through.
 */
export function adjustFamily(checks: readonly HealthCheck[]): HealthCheck[] {
	const family = checks.filter((check) => check.p !== null && !OUTSIDE.has(check.check));
	const adjusted = holm(family.map((check) => check.p!));
	return checks.map((check) => {
		const at = family.indexOf(check);
		if (at < 0) return check;
		const p = adjusted[at]!;
		const status = p < 0.05 && !AT_MOST_WARN.has(check.check) ? 'fail' : check.p! < 0.05 ? 'warn' : 'pass';
		return { ...check, p_adjusted: p, status };
	});
}
