/** The sentence that stands under each chart: what it shows, computed from the same numbers. No claim without an interval. */
import { withinShares } from '../../src/domain/accuracy-bounds.ts';
import { fitLoss, solutions } from '../../src/domain/frontier.ts';
import type { Interval, Metrics, RunRecord } from '../../src/domain/run-record.ts';
import { type EvaluationSplit, SPLIT_LABELS } from '../../src/domain/split.ts';
import type { RunSummary } from '../../src/protocol/runs.ts';
import { count, counted, fixed, lambda, listed, percent, range, withInterval } from './format.ts';

/** What an interval says about zero; `unknown` without one. */
export function sideOfZero(interval: Pick<Interval, 'low' | 'high'>): 'above' | 'below' | 'around' | 'unknown' {
	if (interval.low === null || interval.high === null) return 'unknown';
	if (interval.low > 0) return 'above';
	return interval.high < 0 ? 'below' : 'around';
}

/** The bin that adds most to the gap between confidence and accuracy. */
function worstBin(metrics: Metrics): { confidence: number; accuracy: number; n: number } | null {
	let worst: { confidence: number; accuracy: number; n: number } | null = null;
	let most = 0;
	for (const { n, confidence, accuracy } of metrics.reliability) {
		if (confidence === null || accuracy === null) continue;
		const weighted = n * Math.abs(confidence - accuracy);
		if (weighted > most) {
			most = weighted;
			worst = { confidence, accuracy, n };
		}
	}
	return worst;
}

/** Whether a run that was asked for some splits alone left this one out. */
export function notAskedFor({ settings }: Pick<RunRecord, 'settings'>, split: EvaluationSplit): boolean {
	return settings.splits?.includes(split) === false;
}

/** Why a split shows no numbers: the run was not asked for it, nothing judged is in it, or none of its pairs was scored. */
export function unscoredWords(record: Pick<RunRecord, 'settings' | 'dataset'>, split: EvaluationSplit): string {
	if (notAskedFor(record, split)) {
		// Both halves are asked for together.
		const asked = (record.settings.splits ?? []).map(
			(one) => SPLIT_LABELS[one.startsWith('heldout') ? 'heldout' : one],
		);
		return `not asked for: this run scored ${listed([...new Set(asked)])} alone`;
	}
	return record.dataset.splits[split].pairs === 0
		? 'nothing there: no judged pairs'
		: 'insufficient: none of its pairs was scored';
}

export function reliabilitySentence(metrics: Metrics | null | undefined): string {
	if (!metrics || metrics.n === 0) return 'Insufficient: no scored pairs, so there is nothing to draw.';
	const o = metrics.overconfidence;
	const says = `says ${percent(metrics.mean_confidence)}, right ${percent(metrics.mean_correct)}`;
	const side = sideOfZero(o);
	if (side === 'unknown') {
		return `Insufficient for an interval (${counted(metrics.groups, 'cluster')}): ${says}; read nothing into the gap yet.`;
	}
	if (side === 'around') {
		return `Confidence equals accuracy within noise: ${says}; over-confidence ${withInterval(o)}.`;
	}
	const worst = worstBin(metrics);
	const where = worst
		? ` Most of it at ${fixed(worst.confidence, 2)}: right ${fixed(worst.accuracy, 2)} of the time.`
		: '';
	const word = side === 'above' ? 'Over-confident' : 'Under-confident';
	return `${word}: ${says}; over-confidence ${withInterval(o)}.${where}`;
}

/** "0.061 below DPO (paired, −0.089 to −0.032)"; without an interval of the difference only what the baseline has. */
function against(name: string, difference: RunRecord['differences'][number] | undefined, loss: number | null): string {
	const has = `${name} has ${fixed(loss)}`;
	if (difference === undefined || difference.value === null) return has;
	const { value, low, high } = difference;
	if (low === 0 && high === 0) return `the same solution as ${name}`;
	const paired = `(paired, ${range(low, high)})`;
	switch (sideOfZero(difference)) {
		case 'below':
			return `${fixed(Math.abs(value))} below ${name} ${paired}`;
		case 'above':
			return `${fixed(Math.abs(value))} above ${name} ${paired}`;
		case 'around':
			return `not distinguishable from ${name} ${paired}`;
		default:
			return has;
	}
}

export function frontierSentence(record: RunRecord): string {
	const path = solutions(record);
	if (path.length === 0) {
		const reason = record.objective?.reason ?? record.recommended.reason;
		return `No frontier: ${reason ?? 'this run has no held-out loss to weigh against the fit'}.`;
	}
	// The objective is that of the λ in use, which need not stand on the frontier's grid.
	const used = record.objective;
	const parts: string[] = [];
	if (used && used.heldout_loss !== null) {
		const { dpo, pooled } = record.baselines;
		const paired = (name: string) =>
			record.differences.find(({ what }) => what.startsWith(`GDPO − ${name}:`) && /tuning half/.test(what));
		const words = [
			against('DPO', paired('DPO'), dpo.heldout_loss),
			...(pooled.heldout_loss === null ? [] : [against('pooled training', paired('pooled'), pooled.heldout_loss)]),
		];
		parts.push(
			`λ = ${lambda(record.settings.lambda)} has a held-out loss of ${fixed(used.heldout_loss)}: ${listed(words)}. Its ${fitName(record)} is ${fixed(fitLoss(record, used))}, DPO's ${fixed(fitLoss(record, dpo))}.`,
		);
	}
	const last = path.at(-1);
	if (path.length === 1) parts.push('Every λ gives the same solution.');
	else if (last && last.first.lambda !== last.last.lambda) {
		parts.push(`Flat from λ = ${lambda(last.first.lambda)} on: the same solution.`);
	} else parts.push(`${path.length} distinct solutions from λ = 0 to 1.`);
	return parts.join(' ');
}

export function fitName(record: RunRecord): string {
	return record.objective?.fit === 'eval' ? 'eval loss' : 'train loss (out of fold)';
}

export function runsSentence(history: readonly RunSummary[], key: 'nll' | 'overconfidence'): string {
	const name = key === 'nll' ? 'Held-out loss (NLL)' : 'Held-out over-confidence';
	const shown = history.filter((run) => run.heldout !== null && run.heldout[key].value !== null);
	const last = shown.at(-1)?.heldout?.[key];
	if (!last) return `${name}: no run has a number yet.`;
	if (shown.length === 1) return `${name} is ${withInterval(last)} in the one run that has it; a trend needs a second.`;
	const first = shown[0]?.heldout?.[key];
	return `${name} was ${first ? withInterval(first) : ''} in run ${shown[0]?.ordinal} and is ${withInterval(last)} in run ${shown.at(-1)?.ordinal}. Bars are 95 % intervals of each run alone, not of the difference.`;
}

export function longerSentence(metrics: RunRecord['metrics']): string {
	const facts = (['train', 'eval', 'heldout_reference', 'heldout_sealed', 'retention'] as const).flatMap((split) => {
		const interval = metrics[split]?.longer_wins;
		return interval && interval.value !== null ? [{ split, interval }] : [];
	});
	if (facts.length === 0) return 'Insufficient: no judged pairs of different length.';
	const parts = facts.map(({ split, interval }) => {
		const bounds = interval.low === null || interval.high === null ? '' : ` (${range(interval.low, interval.high, 2)})`;
		return `${SPLIT_LABELS[split]} ${fixed(interval.value, 2)}${bounds}`;
	});
	return `How often people prefer the longer response: ${listed(parts)}. A fact about the data, not an alarm.`;
}

/** The claim of a GDPO run is its paired difference to pooled training, not to DPO. */
export function claimSentence(differences: RunRecord['differences']): string {
	const against = differences.filter(({ what }) => /pooled/i.test(what));
	// The sealed half is the unseen test; the tuning half was tuned on.
	const claim =
		against.find(({ what }) => /sealed/i.test(what)) ?? against.find(({ what }) => /held/i.test(what)) ?? against[0];
	if (!claim || claim.value === null) {
		return `Against pooled training (DPO on train and held-out together): ${claim?.reason ?? 'no difference could be computed'}.`;
	}
	const amount = `${fixed(Math.abs(claim.value))} (${range(claim.low, claim.high)})`;
	switch (sideOfZero(claim)) {
		case 'below':
			return `GDPO beats pooled training on held-out pairs: loss lower by ${fixed(Math.abs(claim.value))} (paired difference ${range(claim.low, claim.high)}).`;
		case 'above':
			return `Pooled training does better than GDPO on held-out pairs: loss higher by ${amount}.`;
		case 'around':
			return `No difference from pooled training can be told: ${fixed(claim.value)} (${range(claim.low, claim.high)}) includes 0.`;
		default:
			return `Against pooled training: ${fixed(claim.value)}, insufficient for an interval, so nothing is claimed.`;
	}
}

/** What stands under the differences where the claim has been made already: how many of them can be told from 0. */
export function differencesSentence(differences: RunRecord['differences']): string {
	const sides = differences.map((difference) => (difference.value === null ? 'unknown' : sideOfZero(difference)));
	const told = sides.filter((side) => side === 'above' || side === 'below').length;
	const known = sides.filter((side) => side !== 'unknown').length;
	if (known === 0) return 'Insufficient: no difference has an interval.';
	return `GDPO minus a baseline, each over the same pairs; below 0 is in favour of GDPO. ${told} of ${counted(known, 'interval')} ${told === 1 ? 'lies' : 'lie'} clear of 0.`;
}

/** @param subject what the first row is: the choice, or what the run used where the choice was none */
export function openedSentence(opened: NonNullable<RunRecord['opened']>, subject: string): string {
	const choice = opened.losses.find(({ name }) => name === 'choice');
	if (!choice || choice.value === null) return 'Insufficient: the sealed half has no judged pairs.';
	const against = opened.differences.find(({ what }) => /dpo/i.test(what));
	const side = against ? sideOfZero(against) : 'unknown';
	const bounds = against ? range(against.low, against.high) : '';
	const words = {
		above: `above DPO (paired difference ${bounds})`,
		below: `below DPO (paired difference ${bounds})`,
		around: `not distinguishable from DPO (paired difference ${bounds})`,
		unknown: 'without an interval for its difference to DPO',
	}[side];
	return `${subject} has a loss of ${withInterval(choice)} on the sealed half, ${words}.`;
}

/** Loss of the choice on facets of both halves and on those of the sealed half alone. Two intervals, no comparison of the two. */
export function facetSentence(rows: NonNullable<NonNullable<RunRecord['opened']>['by_facet']>): string {
	const words = (['seen', 'unseen'] as const).flatMap((facets) => {
		const row = rows.find((each) => each.facets === facets && each.name === 'choice');
		if (row === undefined) return [];
		const where = facets === 'seen' ? 'facets that the tuning half has too' : 'facets that only the sealed half has';
		return [`${withInterval(row)} on ${where} (${counted(row.pairs, 'pair')})`];
	});
	return words.length === 0
		? 'Insufficient: the sealed half names no facets.'
		: `Loss of the choice: ${listed(words)}. Each interval is of one group alone, not of a difference.`;
}

/** Pairs that are in no number of this row, in words; empty when there are none. */
export function leftOutSentence(metrics: Metrics): string {
	const {
		unresolved,
		both_bad,
		waiting,
		open = 0,
		spanning = 0,
		unscored = 0,
		seen = 0,
		policy = 0,
	} = metrics.left_out;
	const parts = [
		[unresolved, 'tied or unresolved (not in accuracy)'],
		[both_bad, 'both bad'],
		[policy, 'without a label under the policy of this run'],
		[waiting, 'judged, but behind one not passed yet'],
		[spanning, 'in clusters that span splits'],
		[unscored, 'not scored by every checkpoint'],
		[seen, 'in clusters of prompts that a checkpoint was trained on'],
		[open, 'not judged yet'],
	] as const;
	return listed(parts.filter(([n]) => n > 0).map(([n, words]) => `${count(n)} ${words}`));
}

/** "People agree with the majority of the others in 0.71 (0.66–0.76) of 140 eval pairs …": empty where nobody can be compared. */
export function peopleSentence(human: RunRecord['human'] = {}): string {
	const parts = (['train', 'eval', 'heldout_reference', 'heldout_sealed', 'retention'] as const).flatMap((split) => {
		const of = human[split];
		if (of === undefined || of.accuracy.value === null) return [];
		return [`${withInterval(withinShares(of.accuracy), 2)} of ${counted(of.pairs, `${SPLIT_LABELS[split]} pair`)}`];
	});
	if (parts.length === 0) return '';
	return `People agree with the majority of the others in ${listed(parts)} that three or more judged; a model may exceed it.`;
}

/** Reasons behind the dashes of a metrics row, once each. */
export function missingReasons(metrics: Partial<Record<EvaluationSplit, Metrics | null>>): string[] {
	const found = new Set<string>();
	for (const row of Object.values(metrics)) {
		if (!row) continue;
		for (const part of [row.accuracy, row.nll, row.brier, row.overconfidence, row.ece, row.slope ?? row.temperature]) {
			if (part.reason) found.add(part.reason);
		}
	}
	return [...found];
}
