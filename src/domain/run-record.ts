import type { HumanReference } from './agreement.ts';
import type { CheckpointResult, LossName, ModelFacts, SelfTestItem } from './checkpoint.ts';
import type { ForgettingDelta } from './config.ts';
import type { EvaluationSplit } from './split.ts';

/** A number, or null with the reason why there is none. Never NaN, never a made-up value. */
export interface Value {
	readonly value: number | null;
	readonly reason?: string;
}

/** A value with a 95 % interval (delete-one-cluster jackknife, t(G−1)); bounds null with a reason below 8 clusters. */
export interface Interval extends Value {
	readonly low: number | null;
	readonly high: number | null;
}

export interface ReliabilityBin {
	readonly low: number;
	readonly high: number;
	/** Pairs (not twice); out-of-fold records of one pair weigh 1/K. */
	readonly n: number;
	readonly confidence: number | null;
	readonly accuracy: number | null;
	/** 95 % cluster-bootstrap band of accuracy, where enough clusters fall into the bin. */
	readonly accuracy_low?: number | null;
	readonly accuracy_high?: number | null;
	/** 95 % band of accuracy if the confidences were calibrated. */
	readonly null_low?: number | null;
	readonly null_high?: number | null;
}

/** The contract's metrics object; all over the scored set unless said. */
export interface Metrics {
	readonly n: number;
	/** Pairs behind `accuracy`: strict majority a/b only. */
	readonly n_accuracy: number;
	/** Clusters. */
	readonly groups: number;
	readonly left_out: {
		readonly unresolved: number;
		readonly both_bad: number;
		readonly waiting: number;
		readonly open?: number;
		readonly spanning?: number;
		/** Judged, but without a label under the run's label policy. */
		readonly policy?: number;
		/** Checkpoint runs: not scored by every checkpoint of the family. */
		readonly unscored?: number;
		/** Checkpoint runs: in clusters of prompts that a checkpoint was trained on. */
		readonly seen?: number;
	};
	readonly mean_confidence: number | null;
	readonly mean_correct: number | null;
	readonly brier_mean_label: Value;
	readonly accuracy: Interval;
	readonly nll: Interval;
	readonly brier: Interval;
	readonly overconfidence: Interval;
	readonly ece: Interval & {
		readonly approximate: true;
		readonly bins: number;
		readonly null: { readonly mean: number | null; readonly q95: number | null; readonly p: number | null };
	};
	readonly ece_mass: Value;
	readonly mce: Value;
	readonly smece: Value;
	readonly rms_ce_debiased: Value;
	readonly ece_sweep: Value & { readonly bins: number | null };
	readonly temperature: Value & { readonly nll: number | null; readonly status: string };
	readonly reliability: readonly ReliabilityBin[];
	/** P(the longer response is preferred), equal lengths ½: a fact, no alarm. */
	readonly longer_wins?: Interval;
	/** Calibration slope 1/T*: below 1 = margins too wide. Absent in records of earlier versions. */
	readonly slope?: Interval & { readonly status: string };
	/** CORP decomposition of Brier in confidence form (Dimitriadis 2021): MCB − DSC + UNC. */
	readonly corp?: {
		readonly miscalibration: number | null;
		readonly discrimination: number | null;
		readonly uncertainty: number | null;
	};
}

/** One group of pairs of a split, e.g. facet `domain:law`: exploratory, Benjamini–Hochberg at 10 % over all slices of a run. */
export interface Slice {
	readonly kind: 'facet' | 'source' | 'length' | 'turns';
	readonly name: string;
	readonly split: Exclude<EvaluationSplit, 'heldout_sealed'>;
	readonly pairs: number;
	readonly clusters: number;
	readonly accuracy: Interval;
	readonly nll: Interval;
	readonly overconfidence: Interval;
	/** One-sided p of over-confidence in this slice. */
	readonly p: number | null;
	readonly p_adjusted: number | null;
	readonly flagged: boolean;
}

/** One classifier AUC of held-out against train (design.md §5). */
export interface ShiftAuc {
	/** Mean of per-fold AUC; ½ = cannot be told apart. */
	readonly auc: number | null;
	/** 95 %, clustered DeLong. */
	readonly low: number | null;
	readonly high: number | null;
	/** Permutation p over clusters; only where asked for (`inspect`). */
	readonly p?: number | null;
	readonly permutations?: number;
	/** Prompts (or pairs) and clusters on the held-out and the train side. */
	readonly heldout: { readonly n: number; readonly clusters: number };
	readonly train: { readonly n: number; readonly clusters: number };
	/** Upper bound < 0.60: fail; lower bound > 0.60: pass. */
	readonly status: 'pass' | 'fail' | 'insufficient';
	/** Query words of search-made tags, left out of the prompt text. */
	readonly words_left_out?: readonly string[];
	readonly reason?: string;
}

/** "Inputs differ; whether preferences differ is the generalization check." */
export interface Shift {
	readonly prompts: ShiftAuc;
	readonly responses: ShiftAuc;
}

/** Divergence of the fitted preference distribution from a baseline on R: mean KL(Bern(p) ‖ Bern(p_base)), nats. */
export interface Divergence extends Interval {
	readonly kind: string;
	/** What it is of, in words: it is no KL of language models. */
	readonly label?: string;
}

/** What the data teaches: one weight of the fitted probe, in logits per standard deviation (named, own) or per presence (n-gram). */
export interface TaughtFeature {
	readonly name: string;
	readonly weight: number;
	/** Absent = named. */
	readonly kind?: 'named' | 'ngram' | 'own';
	/** Clusters of T and R in which an n-gram stands; rare ones are not shown, so that no text can be read off. */
	readonly clusters?: number;
	/** `weight` in logits per standard deviation, whatever the kind: what the list is ordered by. Absent in earlier versions. */
	readonly standardised?: number;
}

export interface Baseline {
	readonly s: number | null;
	readonly ridge: number | null;
	readonly train_loss: number | null;
	readonly eval_loss: number | null;
	readonly heldout_loss: number | null;
	readonly reason?: string;
}

export interface FrontierPoint {
	readonly lambda: number;
	readonly s: number | null;
	readonly ridge: number | null;
	readonly checkpoint: string | null;
	readonly train_loss: number | null;
	readonly eval_loss: number | null;
	readonly heldout_loss: number | null;
	readonly gap: number | null;
	readonly fit_regret: number | null;
	readonly heldout_regret: number | null;
	readonly value: number | null;
	readonly same_as_previous: boolean;
}

export type HealthStatus = 'pass' | 'warn' | 'fail' | 'insufficient';

export interface HealthCheck {
	readonly check: string;
	readonly status: HealthStatus;
	readonly p: number | null;
	/** Holm-adjusted over the run's family of p-value checks. */
	readonly p_adjusted?: number | null;
	readonly statistic: number | null;
	readonly threshold: number | null;
	readonly n_needed: number | null;
	/** Comparison ids (prompt ids for leakage); never of E. */
	readonly evidence: readonly string[];
	readonly message: string;
	readonly reason?: string;
	/** 95 % interval of `statistic`, in its unit. */
	readonly low?: number | null;
	readonly high?: number | null;
	/** Which split was tested, where a check runs on several. */
	readonly split?: EvaluationSplit;
	/** What to do about it, one sentence; absent where nothing is wrong. */
	readonly remedy?: string;
	/** "To see … takes about N pairs; there are n in G clusters (design effect d)." */
	readonly sample_size?: string;
	/** What evidence ids name; absent = comparisons. */
	readonly evidence_kind?: 'comparison' | 'prompt' | 'annotator';
}

export interface SplitSize {
	readonly pairs: number;
	readonly prompts: number;
	readonly clusters: number;
}

export interface RunSettings {
	readonly lambda: number;
	readonly lambda_requested: number | null;
	/** Nats, resolved from `auto` once. */
	readonly margin: number;
	readonly margin_requested: number | 'auto';
	readonly beta: number;
	readonly seed: number;
	readonly folds: number;
	/** `LabelPolicy`: vote-share, strict-majority or adjudicated-only. */
	readonly labels: { readonly policy: string };
	/** Checkpoint runs: the loss of the criterion, and its ε where it has one. Absent = sigmoid. */
	readonly loss?: LossName;
	readonly label_smoothing?: number;
	/** Checkpoint runs: δ of the check "forgetting". Absent in earlier versions: 0.05 nats a token, 0.05 of pairs. */
	readonly forgetting?: ForgettingDelta;
	/** Splits that were scored; absent = all that held judged pairs. */
	readonly splits?: readonly EvaluationSplit[];
	/** Engine gguf: KL per token was left out. Absent = read. */
	readonly kl?: false;
}

export interface Decision {
	readonly run: string;
	readonly lambda: number | null;
	readonly checkpoint: string | null;
	readonly reason: string;
	readonly person: string;
	readonly at: string;
	/** "Chosen after seeing E". */
	readonly after_opening: boolean;
}

export interface RunVerdict {
	readonly status: HealthStatus;
	readonly sentence: string;
}

/** The run record of the contract. `run.json` holds it without `decision`, `seal` and `metrics.heldout_sealed`, which are joined in when read. */
export interface RunRecord {
	readonly run: string;
	readonly created: string;
	readonly engine: {
		readonly name: string;
		readonly version: string;
		/** Checkpoint runs: reference first. */
		readonly models?: readonly ModelFacts[];
		readonly self_test?: readonly (SelfTestItem & { readonly model: string })[];
		readonly [key: string]: unknown;
	};
	readonly settings: RunSettings;
	readonly dataset: {
		readonly sha256: string;
		readonly manifest: string | null;
		readonly splits: Readonly<Record<EvaluationSplit, SplitSize>>;
		/** Train pairs whose verdict came by active order; absent = none. */
		readonly actively_judged?: number;
	};
	readonly objective: {
		readonly fit: 'train_oof' | 'eval';
		readonly train_loss: number | null;
		readonly eval_loss: number | null;
		readonly heldout_loss: number | null;
		readonly gap: number | null;
		readonly fit_regret: number | null;
		readonly heldout_regret: number | null;
		readonly value: number | null;
		readonly s: number | null;
		readonly ridge: number | null;
		/** An end of the ridge grid was chosen. */
		readonly ridge_at_edge?: boolean;
		readonly reason?: string;
	} | null;
	readonly baselines: { readonly uninformed: Baseline; readonly dpo: Baseline; readonly pooled: Baseline };
	readonly frontier: readonly FrontierPoint[];
	/** From which λ on the frontier stays at one solution, e.g. "λ ≥ 0.3: same solution"; null where it moves to the end. */
	readonly flat?: { readonly from: number; readonly sentence: string } | null;
	readonly recommended: {
		readonly lambda: number | null;
		readonly checkpoint: string | null;
		readonly sentence: string;
		readonly vetoes: readonly { readonly checkpoint: string; readonly check: string }[];
		readonly reason?: string;
	};
	readonly calibration: {
		readonly t_star: number | null;
		readonly fitted_on: 'heldout_reference' | 'eval' | null;
		readonly status: string;
	};
	readonly metrics: Readonly<Partial<Record<EvaluationSplit, Metrics | null>>>;
	/** One annotator against the majority of the others, where pairs were judged by three or more: to read accuracy by. Of E once a decision opened it. */
	readonly human?: Readonly<Partial<Record<EvaluationSplit, HumanReference>>>;
	/** "after outcome-dependent review, optimistic": same model, labels as corrected since the first score. */
	readonly metrics_after_review?: Readonly<Partial<Record<EvaluationSplit, Metrics | null>>>;
	readonly differences: readonly {
		readonly what: string;
		readonly value: number | null;
		readonly low: number | null;
		readonly high: number | null;
		readonly reason?: string;
	}[];
	/** Against DPO (s = 0). */
	readonly divergence: Divergence;
	/** Against each baseline. */
	readonly divergences?: readonly Divergence[];
	readonly slices: readonly Slice[] | { readonly value: null; readonly reason: string };
	readonly features?: readonly TaughtFeature[];
	readonly shift?: Shift | null;
	/** Does GDPO beat pooled on what a claim may rest on? Paired; `sentence` says so where it does not. */
	readonly claim?: {
		/** `heldout_sealed` once a decision opened E: the claim that counts. */
		readonly on: 'eval' | 'heldout_reference' | 'heldout_sealed';
		readonly value: number | null;
		readonly low: number | null;
		readonly high: number | null;
		readonly sentence: string;
	};
	readonly health: readonly HealthCheck[];
	/** Runs over checkpoints: in order of step, else as given; void ones after the others. Absent in probe runs. */
	readonly checkpoints?: readonly CheckpointResult[];
	/** Names, for information: no recommendation. */
	readonly best?: {
		readonly by_eval_nll: string | null;
		readonly by_heldout_nll: string | null;
		readonly last: string | null;
	};
	/** Joined in after a decision: E for the choice, its baselines and, with simultaneous 95 % bands, the other candidates. */
	readonly opened?: {
		readonly losses: readonly (Interval & {
			/** `uninformed` = the reference, over checkpoints; `recommended` and `best_by_eval` where the choice is another. */
			readonly name: 'choice' | 'dpo' | 'pooled' | 'uninformed' | 'other' | 'recommended' | 'best_by_eval';
			readonly s: number | null;
			/** Checkpoint runs: which one. */
			readonly checkpoint?: string;
			readonly simultaneous?: true;
		})[];
		readonly differences: RunRecord['differences'];
		/** Loss on the facets of E that R has too (`seen`) and on those that only E has (`unseen`). */
		readonly by_facet?: readonly (Interval & {
			readonly facets: 'seen' | 'unseen';
			readonly name: 'choice' | 'dpo' | 'pooled' | 'uninformed';
			readonly pairs: number;
			readonly clusters: number;
		})[];
	};
	readonly decision: Decision | null;
	readonly seal: { readonly openings: number };
	readonly verdict: RunVerdict;
	/** Times in ms per phase; not part of "same bytes". */
	readonly durations?: Readonly<Record<string, number>>;
	/** Checkpoint runs: pairs × models scored now and taken from the cache; not part of "same bytes". */
	readonly work?: { readonly scored: number; readonly reused: number };
}

/** One line of scores: the mean margin over the fold models that may score the pair. Never of E before a decision. */
export interface ScoreLine {
	readonly comparison: string;
	readonly checkpoint: string | null;
	readonly delta: number;
	/** P(chosen ≻ rejected) = σ(β·delta). */
	readonly p: number;
	readonly y: number;
	readonly decided: boolean;
	readonly chosen_side: 'a' | 'b';
	readonly split: EvaluationSplit;
	readonly source: { readonly path: string; readonly line: number } | null;
	/** Checkpoint runs only: summed log-probabilities, nats, and response tokens (null = not told). */
	readonly chosen_logps?: number;
	readonly rejected_logps?: number;
	readonly ref_chosen_logps?: number;
	readonly ref_rejected_logps?: number;
	readonly chosen_tokens?: number | null;
	readonly rejected_tokens?: number | null;
	/** This checkpoint was trained on a prompt of the pair's cluster: in no metric of eval or held-out. */
	readonly seen?: true;
}
