import { MIN_CLUSTERS } from '../calibration/jackknife.ts';
import type { HealthCheck, Metrics, RunVerdict } from '../domain/run-record.ts';
import { SPLIT_LABELS } from '../domain/split.ts';
import { CONFIDENCE_HACK } from './confidence-hack.ts';
import { DRIFT } from './drift.ts';
import { FORGETTING } from './forgetting.ts';
import { FORMAT_HACK } from './format-hack.ts';
import { GENERALIZATION_GAP } from './generalization-gap.ts';
import { INSUFFICIENT_DATA } from './insufficient-data.ts';
import { LABEL_NOISE } from './label-noise.ts';
import { LEAKAGE } from './leakage.ts';
import { LENGTH_HACK } from './length-hack.ts';
import { NOT_OOD } from './not-ood.ts';
import { OVERCONFIDENT_HELDOUT } from './overconfident-heldout.ts';
import { POSITION_BIAS } from './position-bias.ts';
import { REFERENCE_MEMORISED } from './reference-memorised.ts';
import { TRAIN_MEMORISED } from './train-memorised.ts';

/** What the sentence speaks of. */
export interface VerdictInput {
	readonly health: readonly HealthCheck[];
	/** Metrics of R; null where R is empty. */
	readonly heldout: Metrics | null;
	/** Every scored pair is a tie. */
	readonly onlyTies: boolean;
	/** What was scored, as the subject of "… is 78 % sure". */
	readonly scored: string;
	/** Ends every sentence: whose numbers these are. Empty over checkpoints, whose `lead` says it. */
	readonly disclaimer: string;
	/** Stands before the sentence: what is recommended, of how many. */
	readonly lead?: string;
	/** `scored` is a checkpoint: what it learnt is spoken of, not what the pairs teach. */
	readonly checkpoint?: boolean;
	/** Every candidate is void (checkpoints only). */
	readonly allVoid?: boolean;
}

export const PROBE_SCORED = 'a text probe fitted to them';
export const PROBE_DISCLAIMER = 'No language model was scored.';

/** Checks that fail a run, first cause first (rules.md, Intervals and checks). */
const FATAL = [OVERCONFIDENT_HELDOUT, FORGETTING, LEAKAGE, NOT_OOD];
/** Then the others, from what makes the numbers wrong to what makes them uncertain. */
const ORDER = [
	...FATAL,
	REFERENCE_MEMORISED,
	GENERALIZATION_GAP,
	LENGTH_HACK,
	CONFIDENCE_HACK,
	FORMAT_HACK,
	DRIFT,
	TRAIN_MEMORISED,
	POSITION_BIAS,
	LABEL_NOISE,
	INSUFFICIENT_DATA,
];

function percent(share: number | null): string {
	return share === null ? 'unknown' : `${(100 * share).toFixed(0)} %`;
}

function sureAndRight({ heldout, scored }: VerdictInput): string {
	return `${scored} is ${percent(heldout?.mean_confidence ?? null)} sure and ${percent(heldout?.mean_correct ?? null)} right`;
}

function learnt({ checkpoint = false, scored }: VerdictInput): string {
	return checkpoint ? `what ${scored} learnt` : 'what these pairs teach';
}

function sentenceStart(words: string): string {
	return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function cause(check: HealthCheck, input: VerdictInput): string {
	const failed = check.status === 'fail';
	const place = check.split === undefined ? '' : ` on ${SPLIT_LABELS[check.split]}`;
	const { checkpoint = false, scored } = input;
	const credits = checkpoint
		? `${scored} ${failed ? 'credits' : 'may credit'}`
		: `These pairs ${failed ? 'teach' : 'may teach'}`;
	const teaches = (what: string): string => `${credits} ${what} beyond what people prefer${place}: ${check.message}`;
	switch (check.check) {
		case OVERCONFIDENT_HELDOUT:
			return `${sentenceStart(learnt(input))} ${failed ? 'does' : 'may'} not carry to held-out prompts: ${sureAndRight(input)}.`;
		case FORGETTING:
			return `What must not be forgotten was: ${check.message}`;
		case LEAKAGE:
			return failed
				? `Train prompts stand in eval or held-out as well, so these numbers flatter: ${check.message}`
				: `Something stands in more than one split: ${check.message}`;
		case NOT_OOD:
			return `Held-out is not out of distribution: ${check.message}`;
		case REFERENCE_MEMORISED:
			return `The tuning half was trained on: ${check.message}`;
		case GENERALIZATION_GAP:
			return `Held-out prompts are harder, noisier, or ${learnt(input)} does not carry over; the regrets tell which. ${check.message}`;
		case LENGTH_HACK:
			return teaches('length');
		case CONFIDENCE_HACK:
			return teaches('a tone of certainty');
		case FORMAT_HACK:
			return teaches('formatting');
		case DRIFT:
			return `Loss ${failed ? 'has risen' : 'may have risen'} since the previous run: ${check.message}`;
		case TRAIN_MEMORISED:
			return check.message;
		case POSITION_BIAS:
			return `Verdicts ${failed ? 'depend' : 'may depend'} on which side was shown first: ${check.message}`;
		case LABEL_NOISE:
			return `Some labels look wrong: ${check.message}`;
		case INSUFFICIENT_DATA:
			return `Part of this cannot be told yet. ${check.message}`;
		default:
			return `${check.check}: ${check.message}`;
	}
}

/** Worst first, then first in ORDER; checks that ORDER does not know come last. */
function firstCause(health: readonly HealthCheck[], status: 'fail' | 'warn'): HealthCheck | undefined {
	const rank = ({ check }: HealthCheck): number => {
		const at = ORDER.indexOf(check);
		return at < 0 ? ORDER.length : at;
	};
	return health.filter((check) => check.status === status).sort((x, y) => rank(x) - rank(y))[0];
}

/** The run's verdict: `insufficient` if R is; else the first failing or warning cause; else a pass that says what was seen. */
export function composeVerdict(input: VerdictInput): RunVerdict {
	const { heldout, health, disclaimer, lead = '' } = input;
	const end = (sentence: string): string => `${lead} ${sentence} ${disclaimer}`.trim();
	const clusters = heldout?.groups ?? 0;
	if (clusters < MIN_CLUSTERS) {
		const what =
			clusters === 0
				? `There are no judged ${input.checkpoint ? 'and scored ' : ''}held-out prompts, so nothing can be said about prompts unlike the training ones. Tag prompts that lie outside the training distribution and judge them${input.checkpoint ? ', then score again' : ''}.`
				: `The held-out tuning half has ${clusters} independent prompt${clusters === 1 ? '' : 's'}; ${MIN_CLUSTERS} are needed before anything can be said about prompts unlike the training ones. Tag and judge more.`;
		return { status: 'insufficient', sentence: end(what) };
	}
	if (input.onlyTies) {
		return {
			status: 'insufficient',
			sentence: end(
				`Every judged pair is a tie: nobody prefers a side, so ${input.checkpoint ? 'there is nothing to be right about' : 'these pairs teach nothing'} yet.`,
			),
		};
	}
	if (input.allVoid === true) {
		const what =
			'Every candidate is void: each was trained on the tuning half, so nothing can be told of held-out prompts.';
		return { status: 'fail', sentence: end(what) };
	}
	const fatal = firstCause(
		health.filter((check) => FATAL.includes(check.check)),
		'fail',
	);
	if (fatal !== undefined) return { status: 'fail', sentence: end(cause(fatal, input)) };
	const warned = firstCause(health, 'fail') ?? firstCause(health, 'warn');
	if (warned !== undefined) return { status: 'warn', sentence: end(cause(warned, input)) };
	return {
		status: 'pass',
		sentence: end(`No sign that ${learnt(input)} breaks on held-out prompts: ${sureAndRight(input)}.`),
	};
}
