/** What a check says beside its message: its numbers, and what can be done about it. */

import type { CheckFact } from '../../src/domain/check-facts.ts';
import { checkFact } from '../../src/domain/check-list.ts';
import type { HealthCheck, HealthStatus } from '../../src/domain/run-record.ts';
import { SPLIT_LABELS } from '../../src/domain/split.ts';
import { count, counted, fixed, range } from './format.ts';

export const STATUS_WORDS: Readonly<Record<HealthStatus, string>> = {
	pass: 'pass',
	warn: 'warning',
	fail: 'fails',
	insufficient: 'insufficient data',
};

/** Names a row among several of the same check, one for each split. */
export function checkKey({ check, split }: HealthCheck): string {
	return split === undefined ? check : `${check} ${split}`;
}

function p(value: number): string {
	return value < 0.001 ? 'p < 0.001' : `p = ${fixed(value)}`;
}

/** Name and value of each number behind a check. */
export function checkNumbers(check: HealthCheck): [string, string][] {
	const { name = '', unit = '' } = checkFact(check.check)?.value ?? {};
	const rows: [string, string][] = [];
	if (check.statistic !== null && check.statistic !== undefined) {
		const { low = null, high = null } = check;
		const bounds = low === null || high === null ? '' : ` (95 % interval ${range(low, high)})`;
		// A list's statistic is how many there are.
		const value = Number.isInteger(check.statistic) && bounds === '' ? count(check.statistic) : fixed(check.statistic);
		rows.push([name || 'Statistic', `${value}${unit === '' ? '' : ` ${unit}`}${bounds}`]);
	}
	if (check.p !== null) {
		const { p_adjusted: adjusted } = check;
		rows.push([
			'p',
			adjusted === null || adjusted === undefined
				? p(check.p)
				: `${p(check.p)}; ${p(adjusted)} adjusted for all checks`,
		]);
	}
	const size = check.sample_size ?? (check.n_needed === null ? '' : `${counted(check.n_needed, 'pair')} needed.`);
	if (size !== '' && !check.message.includes(size)) rows.push(['Sample size', size]);
	return rows;
}

/** Where a remedy can begin in this product. */
export type Remedy = 'rejudge' | 'splits' | 'pair';

/** Checks whose remedy is a second, blind look at labels. */
const REJUDGE = new Set(['overconfident-heldout', 'label-noise', 'generalization-gap']);
/** Checks whose remedy is done on prompts and their splits. */
const SPLITS = /^(leak|response-leak|prompt-|not-ood|insufficient|forgetting|reference-memorised|train-memorised)/;

/** The action that a check's remedy begins with, or null where nothing is wrong or nothing can be done from here. */
export function remedyOf(check: HealthCheck, rejudge: { readonly mistakes: number }): Remedy | null {
	if (check.status === 'pass') return null;
	if (check.evidence_kind === 'prompt' || SPLITS.test(check.check)) return 'splits';
	if (check.status === 'insufficient') return null;
	if (REJUDGE.has(check.check) && rejudge.mistakes > 0) return 'rejudge';
	return check.evidence.length > 0 && (check.evidence_kind ?? 'comparison') === 'comparison' ? 'pair' : null;
}

/** Which split a check speaks of; empty for one that speaks of all. */
export function checkPlace({ split }: HealthCheck): string {
	return split === undefined ? '' : SPLIT_LABELS[split];
}

/** "How this check works", line by line. */
export function factLines(fact: CheckFact): [string, string][] {
	const power =
		fact.power === null || fact.effect === null || fact.n === null
			? null
			: `${fact.effect}: found in ${Math.round(fact.power * 100)} % of simulated runs with ${fact.n}`;
	const planned = power === null && fact.effect !== null && fact.n !== null ? `${fact.effect}, with ${fact.n}` : null;
	const rows: [string, string | null][] = [
		['Assumed (H0)', fact.h0],
		['Sought (H1)', fact.h1],
		['How', fact.statistic],
		['Unit', fact.unit],
		['Needs', fact.minimum === 'none' ? null : fact.minimum],
		['Power', power],
		['Made to find', planned],
		[
			'False alarms',
			fact.false_alarms === null ? null : `${fixed(fact.false_alarms * 100, 1)} % of simulated runs without any effect`,
		],
	];
	return rows.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
}
