/**
 * The gate: thresholds against intervals, never against point values. A threshold is kept (`pass`) where the whole 95 % interval lies on
 * its right side, broken (`fail`) where the whole interval lies on its wrong side, and `insufficient` where it reaches over or there is
 * none (under 8 clusters). For a bound on a change against a baseline that is the non-inferiority test.
 * Error rates: a value that breaks one threshold passes it in 2.5 % of runs at most, and all thresholds have to hold at once, so the
 * gate as a whole passes wrongly in 2.5 % at most, without a correction; of k thresholds that are kept, one fails wrongly in up to
 * k·2.5 %.
 */
import type { GateConfig, GateMetric, GateSplitName } from '../domain/gate.ts';
import { GATE_METRICS, GATE_SPLITS } from '../domain/gate.ts';
import type { HealthCheck, Interval, Metrics } from '../domain/run-record.ts';
import { type EvaluationSplit, SPLIT_LABELS } from '../domain/split.ts';
import type { GateCheck, GateResult, RunComparison } from '../protocol/runs.ts';

/** What a run or checkpoint has to show; nothing of E. */
export interface GateFacts {
	readonly metrics: Readonly<Partial<Record<EvaluationSplit, Metrics | null>>>;
	/** NLL on R above the in-distribution one, nats. */
	readonly gap: Interval;
	/** Why R is no held-out set for this checkpoint, or null. */
	readonly voided: string | null;
	/** Changes by the policy alone on the retention split, or null where they were not measured. */
	readonly forgetting: { readonly loss: Interval; readonly accuracy: Interval } | null;
	readonly health: readonly HealthCheck[];
	/** The run recommends just this checkpoint. */
	readonly recommended: boolean;
	/** Paired differences this − baseline, or null without a baseline. */
	readonly differences: RunComparison['differences'] | null;
}

const PLACE: Readonly<Record<GateSplitName, Exclude<EvaluationSplit, 'heldout_sealed' | 'train'>>> = {
	eval: 'eval',
	heldout: 'heldout_reference',
	retention: 'retention',
};

const NAMES: Readonly<Record<GateMetric, string>> = {
	accuracy: 'accuracy',
	nll: 'NLL',
	brier: 'Brier score',
	overconfidence: 'over-confidence',
};

type Estimate = Pick<Interval, 'value' | 'low' | 'high' | 'reason'>;

function number(x: number): string {
	const text = Math.abs(x).toFixed(3);
	return x < 0 && Number(text) !== 0 ? `−${text}` : text;
}

const sentence = (text: string): string => text[0]!.toUpperCase() + text.slice(1);

interface Threshold {
	readonly check: string;
	/** Subject of the sentence, e.g. "NLL on eval". */
	readonly what: string;
	readonly threshold: number;
	readonly side: 'max' | 'min';
	/** "12 pairs in 9 clusters", where it is known. */
	readonly size?: string;
}

function judge({ check, what, threshold, side, size }: Threshold, { value, low, high, reason }: Estimate): GateCheck {
	const bound = `${side === 'max' ? 'at most' : 'at least'} ${threshold}`;
	const asked = `${what} must be ${bound}`;
	const there = size === undefined ? '' : ` (${size})`;
	const parts = { check, value, low, high, threshold, bound: side };
	if (value === null || low === null || high === null) {
		const why = reason ?? 'it was not measured';
		const point = value === null ? '' : ` It is ${number(value)}, without an interval.`;
		return { ...parts, status: 'insufficient', message: sentence(`${asked}: ${why}${there}.${point}`) };
	}
	const kept = side === 'max' ? high <= threshold : low >= threshold;
	const broken = side === 'max' ? low > threshold : high < threshold;
	const status = kept ? 'pass' : broken ? 'fail' : 'insufficient';
	const said = {
		pass: 'the whole interval keeps to it',
		fail: 'the whole interval lies beyond it',
		insufficient: 'the interval reaches over it, so more judged pairs are needed to tell',
	}[status];
	const range = `(95 % interval ${number(low)} to ${number(high)}${size === undefined ? '' : `; ${size}`})`;
	return { ...parts, status, message: sentence(`${what} is ${number(value)} ${range}; it must be ${bound}: ${said}.`) };
}

function voidedCheck(check: string, threshold: number, why: string): GateCheck {
	const message = `The held-out tuning half is void for this checkpoint, so nothing held out can be shown: ${why}`;
	return { check, status: 'fail', value: null, low: null, high: null, threshold, message };
}

const negated = ({ value, low, high, reason }: Estimate): Estimate => ({
	value: value === null ? null : -value,
	low: high === null ? null : -high,
	high: low === null ? null : -low,
	...(reason === undefined ? {} : { reason }),
});

const sized = (pairs: number, clusters: number): string =>
	`${Math.round(pairs)} ${Math.round(pairs) === 1 ? 'pair' : 'pairs'} in ${clusters} ${clusters === 1 ? 'cluster' : 'clusters'}`;

const NOTHING: Estimate = { value: null, low: null, high: null, reason: 'there is no judged pair' };

function absolute(facts: GateFacts, split: GateSplitName, metric: GateMetric, side: 'max' | 'min', threshold: number) {
	const metrics = facts.metrics[PLACE[split]] ?? null;
	const size =
		metrics === null
			? undefined
			: metric === 'accuracy'
				? `${metrics.n_accuracy} with a majority`
				: sized(metrics.n, metrics.groups);
	const what = `${NAMES[metric]} on ${SPLIT_LABELS[PLACE[split]]}`;
	const check = `${split}.${metric}`;
	return judge({ check, what, threshold, side, ...(size === undefined ? {} : { size }) }, metrics?.[metric] ?? NOTHING);
}

function relative(facts: GateFacts, split: GateSplitName, metric: GateMetric, threshold: number): GateCheck {
	const found = facts.differences?.find((each) => each.split === PLACE[split] && each.what === metric);
	const fall = metric === 'accuracy';
	const what = `${fall ? 'fall' : 'rise'} of ${NAMES[metric]} against the baseline on ${SPLIT_LABELS[PLACE[split]]}`;
	const none: Estimate = { ...NOTHING, reason: 'no pair was scored by both with the same label' };
	const estimate = found === undefined ? none : fall ? negated(found) : found;
	const size = found === undefined ? {} : { size: sized(found.pairs, found.clusters) };
	return judge({ check: `${split}.${metric} vs baseline`, what, threshold, side: 'max', ...size }, estimate);
}

function splitChecks(config: GateConfig, facts: GateFacts, split: GateSplitName): GateCheck[] {
	const asked = config[split];
	if (asked === undefined) return [];
	const checks: GateCheck[] = [];
	for (const metric of GATE_METRICS) {
		if (metric === 'accuracy') {
			const { min, max_fall } = asked.accuracy ?? {};
			if (min !== undefined) checks.push(absolute(facts, split, metric, 'min', min));
			if (max_fall !== undefined) checks.push(relative(facts, split, metric, max_fall));
		} else {
			const { max, max_rise } = asked[metric] ?? {};
			if (max !== undefined) checks.push(absolute(facts, split, metric, 'max', max));
			if (max_rise !== undefined) checks.push(relative(facts, split, metric, max_rise));
		}
	}
	const gap = 'gap' in asked ? asked.gap : undefined;
	if (gap !== undefined) {
		const what = `gap of the NLL on ${SPLIT_LABELS.heldout_reference} over the in-distribution one`;
		checks.push(judge({ check: 'heldout.gap', what, threshold: gap.max, side: 'max' }, facts.gap));
	}
	const { voided } = facts;
	if (split !== 'heldout' || voided === null) return checks;
	return checks.map(({ check, threshold }) => voidedCheck(check, threshold, voided));
}

function forgettingChecks({ forgetting: asked }: GateConfig, { forgetting }: GateFacts): GateCheck[] {
	const none: Estimate = { ...NOTHING, reason: 'forgetting was not measured: no pair of that split was scored' };
	const on = `on ${SPLIT_LABELS.retention}, by the model alone`;
	return [
		...(asked?.loss === undefined
			? []
			: [
					judge(
						{
							check: 'forgetting.loss',
							what: `rise of the loss per token ${on}`,
							threshold: asked.loss.max_rise,
							side: 'max',
						},
						forgetting?.loss ?? none,
					),
				]),
		...(asked?.accuracy === undefined
			? []
			: [
					judge(
						{
							check: 'forgetting.accuracy',
							what: `fall of accuracy ${on}`,
							threshold: asked.accuracy.max_fall,
							side: 'max',
						},
						forgetting === null ? none : negated(forgetting.accuracy),
					),
				]),
	];
}

function healthCheck({ health }: GateFacts): GateCheck {
	const failing = [...new Set(health.filter((each) => each.status === 'fail').map((each) => each.check))];
	const open = health.filter((each) => each.status === 'insufficient').length;
	const rest = open === 0 ? '' : ` ${open} could not be made for want of data.`;
	return {
		check: 'checks',
		status: failing.length === 0 ? 'pass' : 'fail',
		value: failing.length,
		low: null,
		high: null,
		threshold: 0,
		message: failing.length === 0 ? `No check of the run fails.${rest}` : `Failing: ${failing.join(', ')}.${rest}`,
	};
}

function recommendedCheck({ recommended }: GateFacts): GateCheck {
	return {
		check: 'recommended',
		status: recommended ? 'pass' : 'fail',
		value: recommended ? 1 : 0,
		low: null,
		high: null,
		threshold: 1,
		message: recommended ? 'The run recommends this checkpoint.' : 'The run does not recommend this checkpoint.',
	};
}

/** Every threshold of the config, in one order. */
export function gateChecks(config: GateConfig, facts: GateFacts): GateCheck[] {
	return [
		...GATE_SPLITS.flatMap((split) => splitChecks(config, facts, split)),
		...forgettingChecks(config, facts),
		...(config.no_failing_check === true ? [healthCheck(facts)] : []),
		...(config.recommended === true ? [recommendedCheck(facts)] : []),
	];
}

/** No `fail`, and no `insufficient` unless that is allowed. */
export function gateVerdict(
	checks: readonly GateCheck[],
	allowInsufficient: boolean,
): Pick<GateResult, 'passed' | 'sentence'> {
	const named = (status: GateCheck['status']) =>
		checks.filter((each) => each.status === status).map((each) => each.check);
	const [failed, open] = [named('fail'), named('insufficient')];
	const passed = failed.length === 0 && (open.length === 0 || allowInsufficient);
	const untold = open.length === 0 ? '' : ` Cannot be told yet: ${open.join(', ')}.`;
	const all = `${checks.length} ${checks.length === 1 ? 'threshold' : 'thresholds'}`;
	if (failed.length > 0)
		return { passed, sentence: `Failed ${failed.length} of ${all}: ${failed.join(', ')}.${untold}` };
	if (open.length === 0)
		return {
			passed,
			sentence: checks.length === 1 ? 'Passed: the threshold is kept.' : `Passed: all ${all} are kept.`,
		};
	return passed
		? {
				passed,
				sentence: `Passed: ${checks.length - open.length} of ${all} are kept, and none is broken.${untold} The settings allow that.`,
			}
		: { passed, sentence: `Not passed: none of ${all} is broken, but there is too little data.${untold}` };
}
