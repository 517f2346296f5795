import { CHECK_FACTS, type CheckFact } from './check-facts.ts';
import type { HealthCheck, HealthStatus } from './run-record.ts';

/** What a check tests; null for one that this version does not know. */
export function checkFact(check: string): CheckFact | null {
	return CHECK_FACTS.find((fact) => fact.check === check) ?? null;
}

/** "overconfident-heldout" → "Over-confident held out"; a check that this version does not know by its own name. */
export function checkTitle(check: string): string {
	const title = checkFact(check)?.title ?? check.replaceAll(/[-_]/g, ' ');
	return title.charAt(0).toUpperCase() + title.slice(1);
}

const URGENCY: Readonly<Record<HealthStatus, number>> = { fail: 0, warn: 1, insufficient: 2, pass: 3 };

/** Worst first, then what cannot be told; what passes last. Equal ones stay in the record's order. */
export function orderedChecks(checks: readonly HealthCheck[]): HealthCheck[] {
	return checks.toSorted((a, b) => URGENCY[a.status] - URGENCY[b.status]);
}

/** "8 checks pass". */
export function passesTitle(n: number): string {
	return n === 1 ? '1 check passes' : `${n} checks pass`;
}
