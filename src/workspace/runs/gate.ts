import { GATE_METRICS, GATE_SPLITS, type GateConfig } from '../../domain/gate.ts';
import { headlineCheckpoint } from '../../domain/headline.ts';
import type { HealthCheck, Interval } from '../../domain/run-record.ts';
import { DRIFT } from '../../health/drift.ts';
import { FORGETTING } from '../../health/forgetting.ts';
import { type GateFacts, gateChecks, gateVerdict } from '../../health/gate.ts';
import { GENERALIZATION_GAP } from '../../health/generalization-gap.ts';
import { UserError } from '../../protocol/errors.ts';
import type { GateOptions, GateResult, RunSide } from '../../protocol/runs.ts';
import { GATE_EXAMPLE, readGateConfig } from '../gate-config.ts';
import { type FoundSide, findSide, matchSides, notesOf, settingsNotes } from './compare.ts';
import type { RunsPort } from './port.ts';

/** Whose checks depend on the checkpoint; all others are of the data, and stand once in a record. */
const isHeadline = ({ record, checkpoint }: FoundSide): boolean => checkpoint === headlineCheckpoint(record);

/** The checks that speak of one side. One check may stand there more than once, e.g. for a used and an unused part of R: all count. */
function healthOf(side: FoundSide): HealthCheck[] {
	const { record, result } = side;
	const own = result?.health ?? [];
	const elsewhere = new Set((record.checkpoints ?? []).flatMap((each) => each.health.map((check) => check.check)));
	// The record's own list holds the headline's checks too, and what drifted is the headline: of another they say nothing.
	const ofHeadline = (check: HealthCheck): boolean => elsewhere.has(check.check) || check.check === DRIFT;
	return isHeadline(side) ? [...record.health] : [...record.health.filter((check) => !ofHeadline(check)), ...own];
}

/** In NLL, whatever loss the run ranks by: a threshold has one unit. */
function gapOf(health: readonly HealthCheck[]): Interval {
	const check = health.find((each) => each.check === GENERALIZATION_GAP);
	if (check === undefined || check.statistic === null) {
		const reason = check?.reason ?? 'the run has no interval for it';
		return { value: null, low: null, high: null, reason };
	}
	return { value: check.statistic, low: check.low ?? null, high: check.high ?? null };
}

/** What one side has to show. Nothing of E is read, before a decision or after. */
function factsOf(side: FoundSide, differences: GateFacts['differences']): GateFacts {
	const { record, result, checkpoint } = side;
	const health = healthOf(side);
	return {
		metrics: result?.metrics ?? record.metrics,
		gap: gapOf(health),
		voided: result?.void?.reason ?? null,
		forgetting: result?.forgetting ?? null,
		health,
		recommended: checkpoint !== null && record.recommended.checkpoint === checkpoint,
		differences,
	};
}

/** To count the thresholds of a config. */
const NO_FACTS: GateFacts = {
	metrics: {},
	gap: { value: null, low: null, high: null },
	voided: null,
	forgetting: null,
	health: [],
	recommended: false,
	differences: null,
};

function asksBaseline(config: GateConfig): boolean {
	return GATE_SPLITS.some((split) =>
		GATE_METRICS.some((metric) => {
			const asked = config[split]?.[metric];
			return asked !== undefined && ('max_rise' in asked || 'max_fall' in asked);
		}),
	);
}

/** `RUN` or `RUN:CHECKPOINT`: a run's id holds no colon, a checkpoint's name may. */
function baselineSide(text: string): RunSide {
	const at = text.indexOf(':');
	return at === -1 ? { run: text } : { run: text.slice(0, at), checkpoint: text.slice(at + 1) };
}

function refuseKind(side: FoundSide, config: GateConfig, path: string): void {
	const wanted = config.engine ?? 'checkpoints';
	const kind = side.record.checkpoints === undefined ? 'probe' : 'checkpoints';
	if (wanted === kind) return;
	throw new UserError(
		'usage',
		kind === 'probe'
			? `Run ${side.run} is of the text probe: a probe run scores no language model, so it cannot pass thresholds for checkpoints. Gate a run over checkpoints (pairwright score --engine gguf, http or logprobs), or, to gate what the pairs teach, set "engine": "probe" under "gate" in ${path}.`
			: `Run ${side.run} is over checkpoints, but "gate" in ${path} says "engine": "probe": its thresholds are for probe runs. Remove that, or give the run thresholds of its own with --config.`,
	);
}

/** Forgetting is the checkpoint's alone: asked of a probe run, it would be "insufficient" for ever. */
function refuseUnanswerable(config: GateConfig, path: string): void {
	if (config.engine === 'probe' && (config.forgetting !== undefined || config.recommended !== undefined)) {
		throw new UserError(
			'usage',
			`"gate" in ${path} asks for ${config.forgetting === undefined ? '"recommended"' : `"${FORGETTING}"`}, which a probe run has not: it scores no language model. Remove it there.`,
		);
	}
}

/**
 * Thresholds against one run's intervals and, for changes, against a baseline over common pairs with the same labels.
 * @param configPath the workspace's settings file, used unless the options name another
 * @throws UserError usage, unusable-input, not-found: then nothing was decided
 */
export function gateRun(port: RunsPort, id: string, options: GateOptions, configPath: string): GateResult {
	const path = options.config ?? configPath;
	const config = readGateConfig(path);
	if (gateChecks(config, NO_FACTS).length === 0) {
		throw new UserError('usage', `${path} holds no threshold for the gate. For example: ${GATE_EXAMPLE}`);
	}
	const { checkpoint } = options;
	const side = findSide(port, { run: id, ...(checkpoint === undefined ? {} : { checkpoint }) });
	refuseUnanswerable(config, path);
	refuseKind(side, config, path);
	const needed = asksBaseline(config);
	if (needed && config.baseline === undefined) {
		throw new UserError(
			'usage',
			`"gate" in ${path} allows a change (max_rise, max_fall) without saying from what: add "baseline": "RUN" or "RUN:CHECKPOINT".`,
		);
	}
	const baseline = needed && config.baseline !== undefined ? findSide(port, baselineSide(config.baseline)) : null;
	if (baseline !== null) {
		refuseKind(baseline, config, path);
		if (baseline.run === side.run && baseline.checkpoint === side.checkpoint) {
			throw new UserError(
				'usage',
				`${side.checkpoint === null ? `Run ${side.run}` : `${side.checkpoint} of run ${side.run}`} is its own baseline: no change could ever fail. Name another run or checkpoint under "gate.baseline" in ${path}.`,
			);
		}
		const [then, now] = [baseline.record.settings.beta, side.record.settings.beta];
		if (then !== now) {
			throw new UserError(
				'usage',
				`The baseline ${baseline.run} was scored with β = ${then}, run ${side.run} with β = ${now}: NLL and over-confidence follow β, so their change would say nothing of the model. Score one of them with --beta of the other, or name another baseline in ${path}.`,
			);
		}
	}
	const common = baseline === null ? null : matchSides(port, baseline, side, false);
	const checks = gateChecks(config, factsOf(side, common?.differences ?? null));
	const allowInsufficient = config.allow_insufficient === true;
	return {
		run: side.run,
		checkpoint: side.checkpoint,
		created: side.record.created,
		baseline: baseline === null ? null : baselineName(baseline),
		...gateVerdict(checks, allowInsufficient),
		allowInsufficient,
		checks,
		notes: baseline === null || common === null ? [] : [...settingsNotes(baseline, side), ...notesOf(common.left)],
	};
}

const baselineName = ({ run, checkpoint }: FoundSide): string => (checkpoint === null ? run : `${run}:${checkpoint}`);
