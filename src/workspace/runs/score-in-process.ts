import { basename } from 'node:path';
import type { Dataset } from '../../domain/dataset.ts';
import { RUN_POLICY } from '../../domain/label-policy.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { EvaluationSplit } from '../../domain/split.ts';
import type { RejectedRows } from '../../protocol/runs.ts';
import { runProbe } from '../../scoring/run-probe.ts';
import type { RunHooks, ScoringRun } from '../../scoring/scoring-run.ts';
import type { RunLabel } from '../../store/attachments.ts';
import { runLinesFiles } from '../../store/run-lines.ts';
import { readOwnFeatures } from './own-features-file.ts';
import type { ReviewedLabels } from './port.ts';
import { previousRun } from './previous-run.ts';
import { type StoredScore, writeRun } from './run-files.ts';
import {
	CHECKPOINT_BETA,
	type CheckpointHooks,
	type CheckpointWorkspace,
	scoreCheckpoints,
} from './score-checkpoints.ts';
import type { ScoreRequest } from './score-messages.ts';
import { unscoredFiles } from './unscored.ts';

/** What a run reads, and files that belong beside it (the labels it scored with). */
export interface ScoringInput extends Partial<CheckpointWorkspace> {
	readonly runs: string;
	readonly dataset: Dataset;
	readonly reviewed: ReviewedLabels;
	readonly evalRise: number;
	/** Train pairs whose verdict came by active order. */
	readonly activelyJudged?: number;
	/** What people reach on the same pairs, per split; the sealed half's goes into sealed.bin alone. */
	readonly human?: NonNullable<RunRecord['human']>;
	/** Labels of eval, R and E; those of the pairs that were scored are kept: a run freezes and opens no others. */
	readonly labels?: readonly RunLabel[];
	readonly extra: Readonly<Record<string, string | Buffer>>;
}

/** What a run is asked; without an engine it is the probe's. */
export type RunRequest = Pick<ScoreRequest, 'run' | 'created' | 'lambda' | 'margin' | 'seed'> &
	Partial<Omit<ScoreRequest, 'type' | 'root' | 'stateDir' | 'run' | 'created' | 'lambda' | 'margin' | 'seed'>>;

async function probe(
	input: ScoringInput,
	request: RunRequest,
	hooks: RunHooks,
): Promise<ScoringRun & { readonly rejected?: RejectedRows }> {
	const { features } = request;
	const { own, rejected } =
		features === undefined
			? {}
			: await readOwnFeatures(features.path, features.mode, input.dataset.pairs, {
					signal: hooks.signal,
					shown: basename(features.path),
				});
	const run = await runProbe(
		input.dataset,
		{
			lambda: request.lambda,
			margin: request.margin,
			seed: request.seed,
			evalRise: input.evalRise,
			reviewed: input.reviewed,
			...(own === undefined ? {} : { own }),
			previous: previousRun(input.runs, {
				engine: 'probe',
				lambda: request.lambda,
				margin: request.margin,
				labels: input.dataset.labels ?? RUN_POLICY,
				own: own?.facts.mode ?? null,
				dataset: input.dataset.sha256,
			}),
		},
		hooks,
	);
	return rejected === undefined ? run : { ...run, rejected };
}

function isComplete(input: ScoringInput): input is ScoringInput & CheckpointWorkspace {
	return input.index !== undefined && input.cache !== undefined && input.exports !== undefined;
}

/** Of the splits that were scored; the record may hold nothing of the sealed half. */
function humanOf({ human = {} }: ScoringInput, splits?: readonly EvaluationSplit[]): Pick<RunRecord, 'human'> {
	const scored = Object.entries(human).filter(
		([split]) => split !== 'heldout_sealed' && splits?.includes(split as EvaluationSplit) !== false,
	);
	return scored.length === 0 ? {} : { human: Object.fromEntries(scored) };
}

/** The labels of the pairs that were scored, as files of the run's folder. */
export function labelFiles(run: string, labels: readonly RunLabel[], scored: ReadonlySet<string>) {
	const kept = labels.filter(({ comparison }) => scored.has(comparison));
	const open = kept.filter(({ place }) => place !== 'E');
	return runLinesFiles(run, 'labels', { open, sealed: kept.filter(({ place }) => place === 'E') });
}

/** Scores and writes the run's folder: whole, or not at all. */
export async function scoreAndWrite(
	input: ScoringInput,
	request: RunRequest,
	hooks: CheckpointHooks = {},
): Promise<{ readonly rejected?: RejectedRows }> {
	const started = performance.now();
	const { engine = 'probe' } = request;
	let done: ScoringRun & { readonly rejected?: RejectedRows };
	if (engine === 'probe') done = await probe(input, request, hooks);
	else if (isComplete(input))
		done = await scoreCheckpoints(input, { beta: CHECKPOINT_BETA, ...request, engine }, hooks);
	else throw new Error(`engine ${engine}: the workspace was not read for it`);
	const { record, scores, sealed, rejected } = done;
	const lines: StoredScore[] = scores.map((line) => {
		const reviewed = input.reviewed.get(line.comparison);
		return reviewed === undefined ? line : { ...line, reviewed };
	});
	const durations = { total: Math.round(performance.now() - started) };
	const splits: readonly EvaluationSplit[] | undefined = record.settings.splits;
	const scored = new Set([...lines, ...(sealed?.lines ?? [])].map(({ comparison }) => comparison));
	const { labels } = input;
	const kept = labels === undefined ? {} : labelFiles(request.run, labels, scored);
	const unscored = unscoredFiles(
		request.run,
		splits === undefined ? input.dataset.pairs : input.dataset.pairs.filter((pair) => splits.includes(pair.split)),
		scored,
		input.reviewed,
	);
	const human = humanOf(input, splits);
	const active = Math.min(input.activelyJudged ?? 0, record.dataset.splits.train.pairs);
	const dataset = active === 0 ? {} : { dataset: { ...record.dataset, actively_judged: active } };
	const people = input.human?.heldout_sealed;
	writeRun(
		input.runs,
		{ run: request.run, created: request.created, ...record, ...dataset, ...human, durations },
		{ scores: lines, sealed: sealed === null || people === undefined ? sealed : { ...sealed, human: people } },
		{ ...input.extra, ...kept, ...unscored },
	);
	return rejected === undefined ? {} : { rejected };
}
