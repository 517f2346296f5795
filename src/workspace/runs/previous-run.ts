import type { ComparisonScore } from '../../domain/checkpoint.ts';
import { headlineCheckpoint } from '../../domain/headline.ts';
import { type LabelPolicy, labelPolicy, RUN_POLICY } from '../../domain/label-policy.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { DRIFT } from '../../health/drift.ts';
import type { PreviousRun } from '../../health/drift-run.ts';
import { UserError } from '../../protocol/errors.ts';
import type { CheckpointInput, CheckpointSettings } from '../../scoring/checkpoints/input.ts';
import { readRecord, readScores, runIds, type StoredRecord, type StoredScore } from './run-files.ts';

/** What two runs must share for drift between them to mean something: same engine, same settings that were asked for. */
export interface ComparedRun {
	readonly engine: string;
	readonly lambda: number | null;
	readonly margin: RunRecord['settings']['margin_requested'];
	readonly labels: LabelPolicy;
	/** How own features took part, null without any. */
	readonly own: string | null;
	/** SHA-256 of the dataset: a repeat on the same data is no new look, so that its record has the same bytes. */
	readonly dataset: string;
}

function ownMode(engine: StoredRecord['engine']): string | null {
	const features = engine.features as { readonly own?: { readonly mode?: string } } | undefined;
	return features?.own?.mode ?? null;
}

/** A damaged earlier run must not stop a new one; reading that run itself says what is wrong with it. */
function readable<T>(read: () => T): T | null {
	try {
		return read();
	} catch (error) {
		if (UserError.is(error)) return null;
		throw error;
	}
}

const hasLooked = ({ health }: StoredRecord): boolean =>
	health.some((check) => check.check === DRIFT && check.p !== null);

/** The latest earlier probe run of the same settings on other data, with how many looks at drift came before; null = none. */
export function previousRun(runs: string, now: ComparedRun): PreviousRun | null {
	let latest: string | null = null;
	const looked = new Set<string>();
	for (const id of runIds(runs)) {
		const record = readable(() => readRecord(runs, id));
		if (record === null) continue;
		const { engine, settings, dataset } = record;
		if (engine.name !== now.engine || ownMode(engine) !== now.own || dataset.sha256 === now.dataset) continue;
		if (settings.lambda_requested !== now.lambda || settings.margin_requested !== now.margin) continue;
		if (labelPolicy(settings.labels.policy) !== now.labels) continue;
		latest = id;
		if (hasLooked(record)) looked.add(dataset.sha256);
	}
	const scores = latest === null ? null : readable(() => readScores(runs, latest));
	return scores === null ? null : { scores, look: looked.size + 1 };
}

/** Log-probabilities of one reference may differ so much between two ways of computing them, nats over a response. */
const SAME_REFERENCE = 0.1;

function hashes(models: NonNullable<RunRecord['engine']['models']>, role: 'reference' | 'checkpoint'): string {
	const found = models.filter((model) => model.role === role).map((model) => model.hash);
	return found.toSorted().join(' ');
}

/** What was scored, on what: the same again is no new look. */
function lookOf({ models = [] }: Pick<RunRecord['engine'], 'models'>, dataset: string): string {
	return `${dataset} ${hashes(models, 'checkpoint')}`;
}

/**
 * Whether a stored run's reference said the same of common pairs. Log-probability files name no reference model, so its numbers
 * have to tell.
 */
function agrees(scores: readonly StoredScore[], now: ReadonlyMap<string, ComparisonScore>): boolean {
	let common = 0;
	for (const { comparison, chosen_side, ref_chosen_logps, ref_rejected_logps } of scores) {
		const reference = now.get(comparison);
		if (reference === undefined || ref_chosen_logps === undefined || ref_rejected_logps === undefined) continue;
		const [chosen, rejected] = chosen_side === 'a' ? [reference.a, reference.b] : [reference.b, reference.a];
		const apart = Math.max(Math.abs(chosen.logp - ref_chosen_logps), Math.abs(rejected.logp - ref_rejected_logps));
		if (!(apart <= SAME_REFERENCE)) return false;
		common++;
	}
	return common > 0;
}

/**
 * The latest earlier run over checkpoints to look back to: same engine, loss, β, ε, λ, margin and reference, and other checkpoints or
 * other data. Its headline stands for it, as this run's headline does for this one.
 * @param dataset SHA-256 of this run's dataset
 * @returns null = there is none
 */
export function previousCheckpointRun(
	runs: string,
	input: Pick<CheckpointInput, 'engine' | 'checkpoints'>,
	settings: Pick<CheckpointSettings, 'lambda' | 'margin' | 'beta' | 'loss' | 'labelSmoothing'>,
	dataset: string,
	labels: LabelPolicy = RUN_POLICY,
): PreviousRun | null {
	const reference = hashes(input.engine.models, 'reference');
	const here = lookOf(input.engine, dataset);
	const earlier: StoredRecord[] = [];
	for (const id of runIds(runs)) {
		const record = readable(() => readRecord(runs, id));
		if (record === null || record.checkpoints === undefined || record.engine.name !== input.engine.name) continue;
		const then = record.settings;
		if (then.lambda_requested !== settings.lambda || then.margin_requested !== settings.margin) continue;
		if (then.beta !== settings.beta || (then.loss ?? 'sigmoid') !== settings.loss) continue;
		if ((then.label_smoothing ?? 0) !== settings.labelSmoothing) continue;
		if (labelPolicy(then.labels.policy) !== labels) continue;
		if (hashes(record.engine.models ?? [], 'reference') !== reference) continue;
		if (lookOf(record.engine, record.dataset.sha256) !== here) earlier.push(record);
	}
	const looks = new Set(earlier.filter(hasLooked).map((record) => lookOf(record.engine, record.dataset.sha256)));
	const scoresNow = new Map<string, ComparisonScore>();
	if (reference === '') {
		for (const { scores } of input.checkpoints)
			for (const score of scores) scoresNow.set(score.comparison, score.reference);
	}
	for (const record of earlier.reverse()) {
		const headline = headlineCheckpoint(record);
		const invalid = record.checkpoints?.find((each) => each.name === headline)?.void !== undefined;
		// What it was trained on, it has not been tested on.
		const scores = readable(() => readScores(runs, record.run))?.filter(
			({ checkpoint, seen, split }) =>
				checkpoint === headline && seen !== true && !(invalid && split === 'heldout_reference'),
		);
		if (scores === undefined || (reference === '' && !agrees(scores, scoresNow))) continue;
		return {
			scores: scores.map((line) => ({ ...line, delta: record.settings.beta * line.delta })),
			look: looks.size + 1,
		};
	}
	return null;
}
