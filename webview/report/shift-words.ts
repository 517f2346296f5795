/** The three-way answer to "is held-out out of distribution?", from the bounds of two AUCs. */
import type { Shift, ShiftAuc } from '../../src/domain/run-record.ts';
import { fixed, range } from './format.ts';

export const AUC_NAMES = { prompts: 'prompt text', responses: 'response differences' } as const;

export const SHIFT_WORDS: Readonly<Record<ShiftAuc['status'], string>> = {
	pass: 'out of distribution',
	fail: 'not out of distribution',
	insufficient: 'insufficient to tell',
};

function one(name: keyof typeof AUC_NAMES, auc: ShiftAuc): string {
	if (auc.auc === null) return `By ${AUC_NAMES[name]}: ${auc.reason ?? 'insufficient'}.`;
	const bounds = auc.low === null ? '' : ` (${range(auc.low, auc.high, 2)})`;
	return `By ${AUC_NAMES[name]}: ${SHIFT_WORDS[auc.status]}, AUC ${fixed(auc.auc, 2)}${bounds}.`;
}

export function shiftSentence({ prompts, responses }: Shift): string {
	const inputs = prompts.status === 'pass' || responses.status === 'pass' ? 'Inputs differ; whether' : 'Whether';
	return `${one('prompts', prompts)} ${one('responses', responses)} ${inputs} preferences differ is the generalization check.`;
}
