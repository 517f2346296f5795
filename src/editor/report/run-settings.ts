import { labelPolicy, RUN_POLICY } from '../../domain/label-policy.ts';
import type { RunSettings } from '../../domain/run-record.ts';
import type { ScoreOptions } from '../../protocol/scoring.ts';

export const DEFAULT_RUN: ScoreOptions = { engine: 'probe', lambda: null, margin: 0, beta: 1, seed: 0 };

/** What a run's record says was asked for, so that it can be asked for again. */
export function optionsOf(settings: RunSettings): ScoreOptions {
	const labels = labelPolicy(settings.labels?.policy);
	return {
		engine: 'probe',
		lambda: settings.lambda_requested,
		margin: settings.margin_requested,
		beta: settings.beta,
		seed: settings.seed,
		...(labels === RUN_POLICY ? {} : { labels }),
	};
}

/** @returns null where the text is a number in [low, high] */
export function numberProblem(text: string, low: number, high: number, whole = false): string | null {
	const number = Number(text.trim().replace(',', '.'));
	if (text.trim() === '' || !Number.isFinite(number)) return 'Enter a number.';
	if (whole && !Number.isSafeInteger(number)) return 'Enter a whole number.';
	if (number < low || number > high) {
		return high === Number.POSITIVE_INFINITY
			? `Enter a number from ${low} up.`
			: `Enter a number from ${low} to ${high}.`;
	}
	return null;
}

/** The number in a text that `numberProblem` has accepted. */
export function numberOf(text: string): number {
	return Number(text.trim().replace(',', '.'));
}
