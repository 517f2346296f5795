import type { Dataset } from '../../domain/dataset.ts';
import type { ProbeHooks } from '../../scoring/probe.ts';
import { runProbe } from '../../scoring/run-probe.ts';
import { readOwnFeatures } from './own-features-file.ts';
import type { ReviewedLabels } from './port.ts';
import { previousRun } from './previous-run.ts';
import { type StoredScore, writeRun } from './run-files.ts';
import type { ScoreRequest } from './score-messages.ts';

/** What a run reads, and files that belong beside it (the labels it scored with). */
export interface ScoringInput {
	readonly runs: string;
	readonly dataset: Dataset;
	readonly reviewed: ReviewedLabels;
	readonly evalRise: number;
	readonly extra: Readonly<Record<string, string | Buffer>>;
}

/** Scores and writes the run's folder: whole, or not at all. */
export async function scoreAndWrite(
	input: ScoringInput,
	request: Pick<ScoreRequest, 'run' | 'created' | 'lambda' | 'margin' | 'seed' | 'features'>,
	hooks: ProbeHooks = {},
): Promise<void> {
	const started = performance.now();
	const { features } = request;
	const own =
		features === undefined
			? undefined
			: await readOwnFeatures(features.path, features.mode, input.dataset.pairs, hooks.signal);
	const { record, scores, sealed } = await runProbe(
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
				own: own?.facts.mode ?? null,
				dataset: input.dataset.sha256,
			}),
		},
		hooks,
	);
	const lines: StoredScore[] = scores.map((line) => {
		const reviewed = input.reviewed.get(line.comparison);
		return reviewed === undefined ? line : { ...line, reviewed };
	});
	const durations = { total: Math.round(performance.now() - started) };
	writeRun(
		input.runs,
		{ run: request.run, created: request.created, ...record, durations },
		{ scores: lines, sealed },
		input.extra,
	);
}
