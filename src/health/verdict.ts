import { MIN_CLUSTERS } from '../calibration/jackknife.ts';
import type { HealthCheck, Metrics, RunVerdict } from '../domain/run-record.ts';
import { LEAKAGE } from './leakage.ts';
import { OVERCONFIDENT_HELDOUT } from './overconfident-heldout.ts';

/** What the sentence speaks of. */
export interface VerdictInput {
	readonly health: readonly HealthCheck[];
	/** Metrics of R; null where R is empty. */
	readonly heldout: Metrics | null;
	/** Every scored pair is a tie. */
	readonly onlyTies: boolean;
	/** What was scored, as the subject of "… is 78 % sure". */
	readonly scored: string;
	/** Ends every sentence: whose numbers these are. */
	readonly disclaimer: string;
	/** Every candidate is void (checkpoints only). */
	readonly allVoid?: boolean;
}

export const PROBE_SCORED = 'a text probe fitted to them';
export const PROBE_DISCLAIMER = 'No language model was scored.';

/** Checks that fail a run, first cause first (rules.md, Intervals and checks). */
const FATAL = [OVERCONFIDENT_HELDOUT, 'forgetting', LEAKAGE, 'not-ood'];

function percent(share: number | null): string {
	return share === null ? 'unknown' : `${(100 * share).toFixed(0)} %`;
}

function sureAndRight({ heldout, scored }: VerdictInput): string {
	return `${scored} is ${percent(heldout?.mean_confidence ?? null)} sure and ${percent(heldout?.mean_correct ?? null)} right`;
}

function cause(check: HealthCheck, input: VerdictInput): string {
	switch (check.check) {
		case OVERCONFIDENT_HELDOUT:
			return check.status === 'fail'
				? `What these pairs teach does not carry to held-out prompts: ${sureAndRight(input)}.`
				: `What these pairs teach may not carry to held-out prompts: ${sureAndRight(input)}.`;
		case LEAKAGE:
			return check.status === 'fail'
				? `Train prompts stand in eval or held-out as well, so these numbers flatter: ${check.message}`
				: `Some prompts stand in more than one split: ${check.message}`;
		default:
			return `${check.check}: ${check.message}`;
	}
}

/** The run's verdict: `insufficient` if R is; else the first failing or warning cause; else a pass that says what was seen. */
export function composeVerdict(input: VerdictInput): RunVerdict {
	const { heldout, health, disclaimer } = input;
	const end = (sentence: string): string => `${sentence} ${disclaimer}`;
	const clusters = heldout?.groups ?? 0;
	if (clusters < MIN_CLUSTERS) {
		const what =
			clusters === 0
				? 'There are no judged held-out prompts, so nothing can be said about prompts unlike the training ones. Tag prompts that lie outside the training distribution and judge them.'
				: `The held-out tuning half has ${clusters} independent prompt${clusters === 1 ? '' : 's'}; ${MIN_CLUSTERS} are needed before anything can be said about prompts unlike the training ones. Tag and judge more.`;
		return { status: 'insufficient', sentence: end(what) };
	}
	if (input.onlyTies) {
		return {
			status: 'insufficient',
			sentence: end('Every judged pair is a tie: nobody prefers a side, so these pairs teach nothing yet.'),
		};
	}
	if (input.allVoid === true) return { status: 'fail', sentence: end('Every candidate is void.') };
	for (const name of FATAL) {
		const failed = health.find((check) => check.check === name && check.status === 'fail');
		if (failed !== undefined) return { status: 'fail', sentence: end(cause(failed, input)) };
	}
	const warned = health.find((check) => check.status === 'fail') ?? health.find((check) => check.status === 'warn');
	if (warned !== undefined) return { status: 'warn', sentence: end(cause(warned, input)) };
	return {
		status: 'pass',
		sentence: end(`No sign that what these pairs teach breaks on held-out prompts: ${sureAndRight(input)}.`),
	};
}
