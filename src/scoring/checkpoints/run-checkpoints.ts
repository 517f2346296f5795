import { computeMetrics, type MetricsOptions } from '../../calibration/metrics.ts';
import { recordsFromMargins } from '../../calibration/records.ts';
import type { Dataset } from '../../domain/dataset.ts';
import { RUN_POLICY } from '../../domain/label-policy.ts';
import type { Metrics, RunRecord, ScoreLine, Shift } from '../../domain/run-record.ts';
import type { EvaluationSplit } from '../../domain/split.ts';
import { longerWins } from '../../health/longer-wins.ts';
import { counted } from '../../health/phrases.ts';
import { composeVerdict } from '../../health/verdict.ts';
import { promptItems, shiftOf } from '../domain-classifier.ts';
import { usesSmoothing } from '../dpo-losses.ts';
import { inThreads, labelsOf } from '../probe.ts';
import { flatFrom } from '../probe-frontier.ts';
import { leftOutOf, OPEN_SPLITS, splitSizes } from '../run-parts.ts';
import type { NewRecord, RunHooks, ScoringRun } from '../scoring-run.ts';
import type { Threads } from '../threads.ts';
import { type CheckpointChoice, checkpointFrontier, chooseCheckpoint } from './choose.ts';
import { checkpointDifferences, checkpointTemperature, claimAgainstReference } from './contrasts.ts';
import { type CheckpointFamily, openFamily } from './family.ts';
import { checkpointHealth, checkpointSlices } from './health.ts';
import type { CheckpointInput, CheckpointSettings } from './input.ts';
import { baselinesOf, resultOf } from './results.ts';
import { retentionOf } from './retention.ts';
import { scoreLines } from './score-lines.ts';
import { sealCheckpoints } from './seal.ts';
import { checkCheckpointSettings } from './settings.ts';
import { called } from './wording.ts';

type SplitMetrics = Partial<Record<EvaluationSplit, Metrics | null>>;

/**
 * Turns the scores of checkpoints into a run: regrets, J(λ), checks, recommendation, verdict (design.md §§6–7, rules.md).
 * Reads nothing but its arguments. Same dataset, input and settings, same record, on one machine and Node version.
 * @throws UserError `usage` for settings, `unusable-input` where no pair was scored by all or a score is no number, `cancelled`
 */
export async function runCheckpoints(
	dataset: Dataset,
	input: CheckpointInput,
	settings: CheckpointSettings,
	hooks: RunHooks = {},
): Promise<ScoringRun> {
	checkCheckpointSettings(settings);
	const work = dataset.pairs.length * input.checkpoints.length;
	return inThreads(work, hooks, (threads) => compose(dataset, input, settings, { ...hooks, threads }));
}

type Hooks = RunHooks & { readonly threads: Threads };

function metricsOptions(family: CheckpointFamily, split: EvaluationSplit, member: number): MetricsOptions {
	const pairs = family.pairs(split, member);
	const { unscored, seen } = family.leftOut(split, member);
	return {
		leftOut: {
			...leftOutOf(family.dataset, split),
			...(unscored > 0 ? { unscored } : {}),
			...(seen > 0 ? { seen } : {}),
		},
		seed: family.settings.seed,
		...(pairs.length === 0 ? {} : { longerWins: longerWins(pairs) }),
	};
}

/** Metrics of every checkpoint on every split that may be shown, and E's, sealed. */
async function measure(family: CheckpointFamily, choice: CheckpointChoice, { threads, onProgress }: Hooks) {
	const total = family.members.length * (OPEN_SPLITS.length + 1);
	let done = 0;
	const step = (by: number): void => {
		done += by;
		onProgress?.({ phase: 'measuring', done, total });
	};
	step(0);
	const metrics = family.members.map(async (_, k): Promise<SplitMetrics> => {
		const bySplit = OPEN_SPLITS.map(async (split) => {
			const options = metricsOptions(family, split, k);
			const empty = family.pairs(split, k).length === 0 && Object.values(options.leftOut).every((n) => n === 0);
			const found = empty ? null : await threads.measure(family.records(split, k), options);
			step(1);
			return [split, found] as const;
		});
		return Object.fromEntries(await Promise.all(bySplit));
	});
	const sealed = sealCheckpoints(family, choice, threads).finally(() => step(family.members.length));
	// Together: where one fails, none of the others is left without anyone to hear of it.
	const [bySplit, ofE] = await Promise.all([Promise.all(metrics), sealed]);
	return { metrics: bySplit, sealed: ofE };
}

function afterReview(
	family: CheckpointFamily,
	member: number,
	{ reviewed, seed }: CheckpointSettings,
): RunRecord['metrics_after_review'] | undefined {
	if (reviewed === undefined || reviewed.size === 0) return undefined;
	const out: SplitMetrics = {};
	for (const split of ['eval', 'heldout_reference'] as const) {
		const pairs = family.pairs(split, member);
		if (!pairs.some((pair) => reviewed.has(pair.comparison))) continue;
		const labels = labelsOf(pairs).map((label, i) => ({ ...label, ...reviewed.get(pairs[i]!.comparison) }));
		const records = recordsFromMargins(labels, [family.records(split, member).margin]);
		out[split] = computeMetrics(records, { leftOut: leftOutOf(family.dataset, split), seed });
	}
	return out;
}

async function shiftIn({ pairs, searched = [] }: Dataset, seed: number, threads: Threads): Promise<Shift> {
	const { items, sampled } = promptItems(pairs, seed);
	const prompts = await threads.promptShift(items, { seed, wordsLeftOut: searched, sampled });
	return shiftOf(pairs, { seed, wordsLeftOut: searched, prompts });
}

/** What is recommended, and whose numbers the verdict speaks of: before its cause. */
function whose(family: CheckpointFamily, { recommended, headline }: CheckpointChoice): string {
	const name = called(family.members[headline]!);
	const all = counted(family.members.length, 'checkpoint');
	if (recommended !== null) return `Recommended of ${all}: ${name}.`;
	return family.members.length === 1
		? `Not recommended: ${name}.`
		: `None of ${all} is recommended; these are the numbers of the last, ${name}.`;
}

async function compose(
	dataset: Dataset,
	input: CheckpointInput,
	settings: CheckpointSettings,
	hooks: Hooks,
): Promise<ScoringRun> {
	const family = openFamily(dataset, input, settings);
	const choice = chooseCheckpoint(family);
	const { headline } = choice;
	const measured = measure(family, choice, hooks);
	// Awaited below; without this, a cancelled run would count as unhandled as well.
	measured.catch(() => {});
	const retention = family.members.map((member, k) => retentionOf(family, k, called(member)));
	const shift = await shiftIn(dataset, settings.seed, hooks.threads);
	const health = checkpointHealth(family, retention, shift, headline);
	const { metrics, sealed } = await measured;
	const checkpoints = family.members.map((_, k) =>
		resultOf(family, choice, k, { metrics: metrics[k]!, health: health.own[k]!, retention: retention[k]! }),
	);
	const review = afterReview(family, headline, settings);
	const topHealth = [...health.own[headline]!, ...health.run];
	const top = checkpoints[headline]!;
	const { seed, beta, loss } = settings;
	const record: NewRecord = {
		engine: { ...input.engine },
		settings: {
			lambda: choice.lambda,
			lambda_requested: settings.lambda,
			margin: choice.margin,
			margin_requested: settings.margin,
			beta,
			seed,
			folds: 0,
			labels: { policy: dataset.labels ?? RUN_POLICY },
			loss,
			...(settings.forgetting === undefined ? {} : { forgetting: settings.forgetting }),
			...(usesSmoothing(loss) ? { label_smoothing: settings.labelSmoothing } : {}),
		},
		dataset: { sha256: dataset.sha256, manifest: dataset.manifest, splits: splitSizes(dataset) },
		objective: choice.reason?.startsWith('no eval') ? null : top.objective,
		baselines: baselinesOf(family, headline),
		frontier: checkpointFrontier(family, choice),
		flat: flatFrom(choice),
		recommended: choice.words,
		calibration: checkpointTemperature(family, headline),
		metrics: top.metrics,
		...(review === undefined ? {} : { metrics_after_review: review }),
		differences: checkpointDifferences(family, headline),
		divergence: top.divergence,
		...(top.divergences === undefined ? {} : { divergences: top.divergences }),
		slices: checkpointSlices(family, headline),
		shift,
		claim: claimAgainstReference(family, headline),
		health: topHealth,
		checkpoints,
		best: choice.best,
		verdict: composeVerdict({
			health: topHealth,
			heldout: top.metrics.heldout_reference ?? null,
			onlyTies: dataset.pairs.every((pair) => pair.y === 0.5),
			scored: called(family.members[headline]!),
			checkpoint: true,
			allVoid: family.valid.length === 0,
			lead: whose(family, choice),
			disclaimer: '',
		}),
		work: input.work,
	};
	const scores: ScoreLine[] = scoreLines(family);
	return { record, scores, sealed };
}
