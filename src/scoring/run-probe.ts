import { computeMetrics, type MetricsOptions } from '../calibration/metrics.ts';
import { recordsFromMargins, sigmoid } from '../calibration/records.ts';
import type { Dataset } from '../domain/dataset.ts';
import { RUN_POLICY } from '../domain/label-policy.ts';
import type { Metrics, RunRecord, ScoreLine } from '../domain/run-record.ts';
import type { EvaluationSplit } from '../domain/split.ts';
import { longerWins } from '../health/longer-wins.ts';
import { composeVerdict, PROBE_DISCLAIMER, PROBE_SCORED } from '../health/verdict.ts';
import { claimAgainstPooled } from './claim.ts';
import { DENSE_FEATURES } from './dense-features.ts';
import { promptItems, shiftOf } from './domain-classifier.ts';
import { HASH_BITS } from './grams.ts';
import type { OwnInput } from './own-features.ts';
import { fitProbe, inThreads, labelsOf, type ProbeFamily, type ProbeHooks } from './probe.ts';
import { appliedTemperature, lossDifferences, preferenceDivergences } from './probe-contrasts.ts';
import { baselines, type Choice, choose, flatFrom, frontier, objective } from './probe-frontier.ts';
import { type PreviousRun, probeHealth, probeSlices } from './probe-health.ts';
import { checkRunSettings, leftOutOf, OPEN_SPLITS, splitSizes } from './run-parts.ts';
import type { NewRecord, ScoringRun } from './scoring-run.ts';
import { meanMargins, type Sealed, sealE } from './sealed.ts';
import { taughtFeatures } from './taught-features.ts';
import type { Threads } from './threads.ts';

export interface ProbeSettings {
	/** null = recommended.lambda, else 0. */
	readonly lambda: number | null;
	/** Nats. */
	readonly margin: number | 'auto';
	readonly seed: number;
	/** Largest rise of eval loss that a recommended λ may cost, nats. */
	readonly evalRise?: number;
	/**
	 * Today's labels where they differ from the dataset's frozen ones (eval and R), turned to the dataset's chosen side:
	 * a second row of metrics, "after outcome-dependent review, optimistic".
	 */
	readonly reviewed?: ReadonlyMap<string, { readonly y: number; readonly decided: boolean }>;
	/** The run that drift is measured against; null = there is none, absent = drift is not looked at. */
	readonly previous?: PreviousRun | null;
	/** Features that the user brought, one row a pair of the dataset. */
	readonly own?: OwnInput;
}

function scoreLines(family: ProbeFamily, point: number): ScoreLine[] {
	return OPEN_SPLITS.flatMap((split) => {
		const margins = meanMargins(family.margins(split, point));
		return family.pairs(split).map((pair, i) => ({
			comparison: pair.comparison,
			checkpoint: null,
			delta: margins[i]!,
			p: sigmoid(margins[i]!),
			y: pair.y,
			decided: pair.decided,
			chosen_side: pair.chosenSide,
			split,
			source: pair.source,
		}));
	});
}

function afterReview(
	family: ProbeFamily,
	point: number,
	dataset: Dataset,
	{ reviewed, seed }: ProbeSettings,
): RunRecord['metrics_after_review'] | undefined {
	if (reviewed === undefined || reviewed.size === 0) return undefined;
	const out: Partial<Record<EvaluationSplit, Metrics>> = {};
	for (const split of ['eval', 'heldout_reference'] as const) {
		const pairs = family.pairs(split);
		if (!pairs.some((pair) => reviewed.has(pair.comparison))) continue;
		const labels = labelsOf(pairs).map((label, i) => ({ ...label, ...reviewed.get(pairs[i]!.comparison) }));
		const records = recordsFromMargins(labels, family.margins(split, point));
		out[split] = computeMetrics(records, { leftOut: leftOutOf(dataset, split), seed });
	}
	return out;
}

/**
 * One GDPO scoring run with the built-in probe: path, regrets, s(λ), recommendation, metrics, checks, verdict
 * (design.md §§6–7, rules.md). Same dataset and settings, same record, on one machine and Node version.
 * @throws UserError `too-little-data` below two scored train clusters, `usage` for settings, `cancelled`
 */
export async function runProbe(dataset: Dataset, settings: ProbeSettings, hooks: ProbeHooks = {}): Promise<ScoringRun> {
	checkRunSettings(settings);
	return inThreads(dataset.pairs.length, hooks, (threads) => scoreWith(dataset, settings, { ...hooks, threads }));
}

/** Metrics of every split that may be shown, and E's, sealed: measured side by side. */
async function measure(
	{ family, dataset, choice, seed }: { family: ProbeFamily; dataset: Dataset; choice: Choice; seed: number },
	{ threads, onProgress }: ProbeHooks & { readonly threads: Threads },
): Promise<{ metrics: Partial<Record<EvaluationSplit, Metrics | null>>; sealed: Sealed | null }> {
	const total = OPEN_SPLITS.length + 1;
	let done = 0;
	const step = (): void => onProgress?.({ phase: 'measuring', done: done++, total });
	step();
	const optionsOf = (split: EvaluationSplit): MetricsOptions => {
		const pairs = family.pairs(split);
		return {
			leftOut: leftOutOf(dataset, split),
			seed,
			...(pairs.length === 0 ? {} : { longerWins: longerWins(pairs) }),
		};
	};
	const open = OPEN_SPLITS.map(async (split) => {
		const options = optionsOf(split);
		const empty = family.pairs(split).length === 0 && Object.values(options.leftOut).every((n) => n === 0);
		const metrics = empty ? null : await threads.measure(family.records(split, choice.point), options);
		step();
		return [split, metrics] as const;
	});
	const sealed = sealE(family, { lambdas: choice.lambdas, own: choice.point }, optionsOf('heldout_sealed'), threads);
	// Both at once: where one fails, the other's failure must not go unheard.
	const [metrics, sealedE] = await Promise.all([Promise.all(open), sealed]);
	return { metrics: Object.fromEntries(metrics), sealed: sealedE };
}

async function scoreWith(
	dataset: Dataset,
	settings: ProbeSettings,
	hooks: ProbeHooks & { readonly threads: Threads },
): Promise<ScoringRun> {
	const { own, seed } = settings;
	const wordsLeftOut = dataset.searched ?? [];
	const fitting = fitProbe(dataset, seed, own === undefined ? hooks : { ...hooks, own: own.features });
	fitting.catch(() => {});
	const { items, sampled } = promptItems(dataset.pairs, seed);
	// It needs no fit, and keeps a thread busy where the path leaves one idle.
	const prompts = hooks.threads.promptShift(items, { seed, wordsLeftOut, sampled });
	prompts.catch(() => {});
	const family = await fitting;
	const onlyTies = dataset.pairs.every((pair) => pair.y === 0.5);
	const choice = choose(family, { ...settings, onlyTies });
	const { point } = choice;
	const measured = measure({ family, dataset, choice, seed }, hooks);
	// Awaited below; without this, a cancelled run would count as unhandled as well.
	measured.catch(() => {});
	const scores = scoreLines(family, point);
	const { previous, reviewed } = settings;
	const shift = shiftOf(dataset.pairs, { seed, x: family.x, wordsLeftOut, prompts: await prompts });
	const health = probeHealth({
		...{ family, point, scores, dataset, onlyTies, shift },
		...(previous === undefined ? {} : { previous }),
		...(reviewed === undefined ? {} : { reviewed }),
	});
	const divergences = preferenceDivergences(family, point);
	const review = afterReview(family, point, dataset, settings);
	const told = {
		objective: objective(family, choice),
		baselines: baselines(family, choice.reason),
		frontier: frontier(family, choice),
		differences: lossDifferences(family, point),
		slices: probeSlices(family, point),
		features: taughtFeatures(family, point),
		claim: claimAgainstPooled(family, point, choice.lambda, choice.reason),
	};
	// Nothing that takes long comes after this: the threads measure beside it.
	const { metrics, sealed } = await measured;
	const record: NewRecord = {
		engine: {
			name: 'probe',
			version: '1',
			reference: 'uninformed',
			features: {
				...(own?.features.mode === 'replace' ? {} : { hash_bits: HASH_BITS, named: DENSE_FEATURES.length }),
				...(own === undefined ? {} : { own: own.facts }),
			},
			// Nats by which a reported solution may miss its minimum.
			certificate: Math.max(...family.points.map((each) => each.gap)),
		},
		settings: {
			lambda: choice.lambda,
			lambda_requested: settings.lambda,
			margin: choice.margin,
			margin_requested: settings.margin,
			beta: 1,
			seed: settings.seed,
			folds: family.folds,
			labels: { policy: dataset.labels ?? RUN_POLICY },
		},
		dataset: {
			sha256: dataset.sha256,
			manifest: dataset.manifest,
			splits: splitSizes(dataset),
		},
		...told,
		flat: flatFrom(choice),
		recommended: choice.recommended,
		calibration: appliedTemperature(family, point),
		metrics,
		...(review === undefined ? {} : { metrics_after_review: review }),
		divergence: divergences[0],
		divergences,
		shift,
		health,
		verdict: composeVerdict({
			health,
			heldout: metrics.heldout_reference ?? null,
			onlyTies,
			scored: PROBE_SCORED,
			disclaimer: PROBE_DISCLAIMER,
		}),
	};
	hooks.onProgress?.({ phase: 'measuring', done: OPEN_SPLITS.length + 1, total: OPEN_SPLITS.length + 1 });
	return { record, scores, sealed };
}
