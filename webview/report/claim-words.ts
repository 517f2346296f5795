/** What the claim against pooled training comes to, from its interval alone. */
import type { HealthStatus, RunRecord } from '../../src/domain/run-record.ts';
import { SPLIT_LABELS } from '../../src/domain/split.ts';
import { fixed, range } from './format.ts';
import { sideOfZero } from './sentences.ts';

interface ClaimWords {
	readonly status: HealthStatus;
	/** The mark in words, after "GDPO against pooled training:". */
	readonly word: string;
	/** The number, where the record's own sentence does not say it. */
	readonly detail: string;
}

/** Loss of GDPO minus loss of pooled: below zero is in favour of GDPO. */
export function claimWords({ on, value, low, high, sentence }: NonNullable<RunRecord['claim']>): ClaimWords {
	if (value === null) return { status: 'insufficient', word: 'nothing to compare', detail: '' };
	const numbers = `GDPO − pooled, loss on ${SPLIT_LABELS[on]}: ${fixed(value)} nats${low === null ? ', no interval' : ` (paired, ${range(low, high)})`}.`;
	const detail = sentence.includes(fixed(Math.abs(value))) ? '' : numbers;
	switch (low === 0 && high === 0 ? 'around' : sideOfZero({ low, high })) {
		case 'below':
			return { status: 'pass', word: 'beats it', detail };
		case 'above':
			return { status: 'warn', word: 'does not beat it', detail };
		case 'around':
			return { status: 'insufficient', word: 'not distinguishable', detail };
		default:
			return { status: 'insufficient', word: 'insufficient data', detail };
	}
}

const BASELINES: Readonly<Record<string, string>> = {
	dpo: 'DPO (s = 0)',
	pooled: 'pooled (DPO on train and tuning half)',
	uninformed: 'knowing nothing (p = ½)',
};

/** "preference-kl-vs-dpo" → "DPO (s = 0)"; other kinds by their own name. */
export function divergenceName(kind: string): string {
	const baseline = /^preference-kl-vs-(\w+)$/.exec(kind)?.[1];
	return (baseline === undefined ? undefined : BASELINES[baseline]) ?? kind.replaceAll('-', ' ');
}
