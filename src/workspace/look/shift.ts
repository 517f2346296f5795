import type { Inspection } from '../../domain/inspection.ts';
import type { ShiftAuc } from '../../domain/run-record.ts';
import type { Context } from '../context.ts';
import type { LookProgress } from './child.ts';
import type { InspectedPrompt } from './reading.ts';

const NOT_YET = 'not in this version';
const NONE: ShiftAuc = {
	auc: null,
	low: null,
	high: null,
	heldout: { n: 0, clusters: 0 },
	train: { n: 0, clusters: 0 },
	status: 'insufficient',
	reason: NOT_YET,
};
export async function shiftPart(
	_ctx: Context,
	_prompts: readonly InspectedPrompt[],
	_onProgress: (progress: LookProgress) => void,
): Promise<Inspection['shift']> {
	return {
		auc: null,
		low: null,
		high: null,
		status: 'insufficient',
		reason: NOT_YET,
		pairs: 0,
		message: NOT_YET,
		prompts: NONE,
		responses: NONE,
	};
}
