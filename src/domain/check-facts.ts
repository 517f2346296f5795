/**
 * What each health check tests and how often it errs: the report's "how this check works". The texts say what the files of
 * src/health do; `power` and `false_alarms` are what `npm run simulate checks -- --long` measures.
 */
export interface CheckFact {
	/** `HealthCheck.check`. */
	readonly check: string;
	readonly title: string;
	/** H0, in words; for a list, what an empty list means. */
	readonly h0: string;
	readonly h1: string;
	/** How H0 is tested. */
	readonly statistic: string;
	/** What `HealthCheck.statistic` of this check counts or measures, and in which unit ('' = a plain number). */
	readonly value: { readonly name: string; readonly unit: string };
	/** What counts as independent. */
	readonly unit: string;
	/** Below this the check says `insufficient`. */
	readonly minimum: string;
	/** The effect that `power` speaks of; null for a list. */
	readonly effect: string | null;
	/** Sample size that `power` speaks of; null for a list. */
	readonly n: string | null;
	/** Measured share of runs with that effect and size in which the check fails (or warns, where it can do no more). */
	readonly power: number | null;
	/** Measured share of runs without any effect in which this check alone has p < 0.05 (or fails, where it has no p). */
	readonly false_alarms: number | null;
}

/** Measured by the same simulation: all p-value checks of a run together, nothing being wrong. */
export interface FamilyFact {
	/** Share of runs in which some check's Holm-adjusted p is below 0.05. */
	readonly false_alarms: number;
	/** Share in which some unadjusted p is: a warning, not a failure. */
	readonly warnings: number;
	readonly runs: number;
}

export const FAMILY_FACT: FamilyFact = { false_alarms: 0.026, warnings: 0.274, runs: 5000 };

const CLUSTER = 'cluster of prompts';
const EIGHT = '8 clusters';

export const CHECK_FACTS: readonly CheckFact[] = [
	{
		check: 'overconfident-heldout',
		title: 'Over-confident held out',
		h0: 'On held-out prompts the model is on average no surer than it is right.',
		h1: 'It is surer than it is right.',
		statistic:
			'Mean confidence − mean correctness over its delete-one-cluster jackknife error, against Student’s t with clusters − 1 degrees of freedom, one-sided.',
		value: { name: 'Over-confidence', unit: '' },
		unit: CLUSTER,
		minimum: `${EIGHT} in the held-out tuning half`,
		effect: '10 points of over-confidence',
		n: '400 pairs in 200 clusters',
		power: 0.956,
		false_alarms: 0.04,
	},
	{
		check: 'generalization-gap',
		title: 'Generalization gap',
		h0: 'Loss on held-out prompts is no higher than on training prompts that were not fitted.',
		h1: 'It is higher: the held-out prompts are harder, noisier, or what was learnt does not carry over.',
		statistic:
			'Difference of the two mean losses over √(SE² + SE²) of two independent sets of clusters (Welch), one-sided. At most a warning.',
		value: { name: 'Gap', unit: 'nats' },
		unit: CLUSTER,
		minimum: `${EIGHT} on each side`,
		effect: '0.1 nats',
		n: '1,500 train pairs in 750 clusters, 800 held-out pairs in 400',
		power: 0.938,
		false_alarms: 0.052,
	},
	{
		check: 'length-hack',
		title: 'Length hack',
		h0: 'At equal margin, people prefer the side that the model’s margins lean towards by length no less than the margin says.',
		h1: 'The model credits length (or brevity) beyond what people do.',
		statistic:
			'Score test of b = 0 in logit P = βΔ/T* + b·x, x = difference of log length in standard deviations; T* fitted on the same split and projected out; cluster totals against Student’s t, one-sided. It passes where margins hardly follow length (correlation below 0.1).',
		value: { name: 'b', unit: 'logits per standard deviation' },
		unit: CLUSTER,
		minimum: '8 clusters whose responses differ in length',
		effect: '0.35 logits per standard deviation',
		n: '1,500 pairs in 750 clusters',
		power: 0.974,
		false_alarms: 0.046,
	},
	{
		check: 'confidence-hack',
		title: 'Confidence hack',
		h0: 'At equal margin, people prefer the more certain-sounding (or more hedged) side no less than the margin says.',
		h1: 'The model credits a tone of certainty (or of doubt) beyond what people do.',
		statistic:
			'The same score test with x = difference in certainty words minus hedges, as shares of all words, in standard deviations.',
		value: { name: 'b', unit: 'logits per standard deviation' },
		unit: CLUSTER,
		minimum: '8 clusters whose responses differ in tone',
		effect: '0.35 logits per standard deviation',
		n: '1,000 pairs in 500 clusters',
		power: 0.978,
		false_alarms: 0.01,
	},
	{
		check: 'format-hack',
		title: 'Format hack',
		h0: 'At equal margin, people prefer the more (or less) formatted side no less than the margin says.',
		h1: 'The model credits lists, headings, bold and code beyond what people do.',
		statistic:
			'The same score test with x = difference in log counts of list items, headings, bold and code, in standard deviations.',
		value: { name: 'b', unit: 'logits per standard deviation' },
		unit: CLUSTER,
		minimum: '8 clusters whose responses differ in format',
		effect: '0.35 logits per standard deviation',
		n: '1,000 pairs in 500 clusters',
		power: 0.941,
		false_alarms: 0.032,
	},
	{
		check: 'reference-memorised',
		title: 'Tuning half memorised',
		h0: 'The two held-out halves are alike to the model.',
		h1: 'The tuning half is easier for it than the sealed half: it was trained on.',
		statistic:
			'Loss on the sealed half − loss on the tuning half, against 9,999 permutations of the half labels over clusters within facets that both halves have; voids a checkpoint at p < 0.01, outside the family. Shows its p alone.',
		value: { name: '', unit: '' },
		unit: CLUSTER,
		minimum: '8 clusters in each half, in facets that both have',
		effect: '0.3 nats lower loss on the tuning half',
		n: '150 pairs in 150 clusters in each half',
		power: 0.991,
		false_alarms: 0.009,
	},
	{
		check: 'train-memorised',
		title: 'Training pairs memorised',
		h0: 'A checkpoint’s loss on its own training pairs is at most 0.05 nats below its loss on eval.',
		h1: 'It is lower still: the fit on its training pairs says little about other pairs.',
		statistic:
			'Difference of the two mean losses, less 0.05 nats, over √(SE² + SE²) of two sets of clusters (Welch), one-sided.',
		value: { name: 'Eval loss − train loss', unit: 'nats' },
		unit: CLUSTER,
		minimum: `${EIGHT} on each side`,
		effect: '0.2 nats',
		n: '1,000 train pairs in 500 clusters, 500 eval pairs in 250',
		power: 1,
		false_alarms: 0.043,
	},
	{
		check: 'forgetting',
		title: 'Forgetting',
		h0: 'On the split that must not be forgotten the worsening against the baseline is at most δ.',
		h1: 'It is more than δ.',
		statistic:
			'Paired 95 % intervals of the rise in per-token loss of the chosen response (δ = 0.05 nats) and of the fall in accuracy (δ = 5 points): fails if a lower bound exceeds its δ, passes if both upper bounds are below, else cannot be told.',
		value: { name: 'Rise in loss per token', unit: 'nats' },
		unit: CLUSTER,
		minimum: EIGHT,
		effect: '0.1 nats per token',
		n: '400 pairs in 200 clusters',
		power: 0.994,
		false_alarms: 0.026,
	},
	{
		check: 'not-ood',
		title: 'Held-out is out of distribution',
		h0: 'A classifier tells held-out prompts from train prompts with an AUC of at least 0.60.',
		h1: 'It cannot: the held-out prompts look like the training ones.',
		statistic:
			'Cross-fitted AUC with a 95 % clustered interval: fails if its upper bound is below 0.60, passes if its lower bound is above.',
		value: { name: 'AUC', unit: '' },
		unit: CLUSTER,
		minimum: `${EIGHT} on each side`,
		effect: null,
		n: null,
		power: null,
		false_alarms: null,
	},
	{
		check: 'leakage',
		title: 'Leakage',
		h0: 'A list: no prompt or response stands in two splits.',
		h1: 'Some do. It fails where a train prompt is a copy or near-copy of an eval or held-out one, and warns about the rest.',
		statistic: 'Exact copies after normalisation, and near-copies by the Jaccard index of word 5-grams from 0.8.',
		value: { name: 'Found', unit: '' },
		unit: 'prompt',
		minimum: 'none',
		effect: null,
		n: null,
		power: null,
		false_alarms: null,
	},
	{
		check: 'position-bias',
		title: 'Position',
		h0: 'Nobody’s verdict depends on which side was shown first.',
		h1: 'Somebody prefers the side shown first (or second).',
		statistic:
			'Exact binomial test of each annotator’s share of verdicts for the side shown first against ½ (the side is a coin, so verdicts are independent under H0), Bonferroni over annotators, two-sided. No annotator is named.',
		value: { name: 'Share for the side shown first', unit: '' },
		unit: 'verdict with a recorded side',
		minimum: '20 verdicts from an annotator, and two such annotators where several judge',
		effect: 'one of 4 annotators takes the side shown first in 65 % of verdicts',
		n: '300 verdicts from each',
		power: 0.97,
		false_alarms: 0.038,
	},
	{
		check: 'drift',
		title: 'Drift',
		h0: 'Loss has not risen since the previous run: not on the same pairs, not through changed labels, not on new pairs.',
		h1: 'One of the three has risen.',
		statistic:
			'Same pairs, new model: paired difference of losses. Same pairs, new labels: paired difference of the new model’s loss. New pairs: Welch against the same pairs. Smallest of the three p, Bonferroni; the k-th look spends 0.05·6/(π²k²).',
		value: { name: 'Change on the same pairs', unit: 'nats' },
		unit: CLUSTER,
		minimum: '8 clusters in one of the three parts',
		effect: '0.05 nats on the same pairs, at the first look',
		n: '1,500 pairs in 750 clusters, 4 in 5 of them scored before',
		power: 0.97,
		false_alarms: 0.027,
	},
	{
		check: 'label-noise',
		title: 'Label noise suspects',
		h0: 'A list: no more pairs are contradicted with confidence than a calibrated model would contradict.',
		h1: 'More are. They are the likeliest wrong labels, or the model’s worst mistakes.',
		statistic:
			'Pairs whose label the out-of-fold model contradicts with at least the confidence it has in labels on average, and at least 80 % (confident learning), on train.',
		value: { name: 'Suspects', unit: '' },
		unit: 'pair',
		minimum: EIGHT,
		effect: 'one label in ten is wrong, true logits of standard deviation 2',
		n: '1,000 pairs in 500 clusters',
		power: 1,
		false_alarms: 0.008,
	},
	{
		check: 'insufficient-data',
		title: 'Enough data',
		h0: 'A list: every split that claims rest on has 8 clusters.',
		h1: 'Some have fewer.',
		statistic: 'Count of clusters with scored pairs.',
		value: { name: 'Splits too small', unit: '' },
		unit: CLUSTER,
		minimum: 'none',
		effect: null,
		n: null,
		power: null,
		false_alarms: null,
	},
];
