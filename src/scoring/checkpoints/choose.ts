import { MIN_CLUSTERS } from '../../calibration/jackknife.ts';
import { chooseSolution, type Judged, judgeFamily } from '../../domain/criterion.ts';
import type { FrontierPoint, RunRecord } from '../../domain/run-record.ts';
import { autoMargin, LAMBDAS } from '../criterion.ts';
import { type CheckpointFamily, hasEnough } from './family.ts';
import { recommendation } from './recommendation.ts';

/** Without `--lambda` a run over checkpoints asks for minimax regret (rules.md). */
export const DEFAULT_LAMBDA = 1;

/** What a run over checkpoints chose and what it could have chosen. */
export interface CheckpointChoice {
	readonly lambda: number;
	readonly margin: number;
	/** Member whose numbers stand at the top: the recommended one, else the last. */
	readonly headline: number;
	readonly recommended: number | null;
	/** By member; null for void ones and without a criterion. */
	readonly judged: readonly (Judged | null)[];
	/** Lower point loss than the reference on eval and R, not void. */
	readonly beats: readonly boolean[];
	/** One a λ; empty without a criterion. */
	readonly lambdas: readonly { readonly lambda: number; readonly point: number; readonly judged: Judged }[];
	readonly best: NonNullable<RunRecord['best']>;
	readonly words: RunRecord['recommended'];
	/** Why there is no criterion, or null. */
	readonly reason: string | null;
}

function clusters(family: CheckpointFamily, split: 'eval' | 'heldout_reference', member: number): number {
	return family.loss(split, member)?.clusters ?? 0;
}

/** Why J cannot be had: first what is missing for all, then what is void. */
function noCriterion(family: CheckpointFamily): string | null {
	const one = family.valid[0] ?? 0;
	const count = (n: number): string => (n === 0 ? 'no scored pairs' : `${n} cluster${n === 1 ? '' : 's'}`);
	if (!hasEnough(family, 'eval', one)) {
		return `no eval: it has ${count(clusters(family, 'eval', one))}, ${MIN_CLUSTERS} clusters are needed`;
	}
	if (!hasEnough(family, 'heldout_reference', one)) {
		return `the held-out tuning half has ${count(clusters(family, 'heldout_reference', one))}, ${MIN_CLUSTERS} clusters are needed`;
	}
	return family.valid.length === 0 ? 'every candidate is void' : null;
}

function beatsReference(family: CheckpointFamily, member: number): boolean {
	if (!family.valid.includes(member)) return false;
	return (['eval', 'heldout_reference'] as const).every((split) => {
		const loss = family.loss(split, member);
		return loss !== null && loss.value < family.referenceLoss;
	});
}

/** Largest step, else the last in order; of F where there is one, since a void one's held-out numbers say nothing. */
function lastOf(family: CheckpointFamily): number {
	const places = family.valid.length > 0 ? family.valid : [...family.members.keys()];
	const step = (k: number): number => family.members[k]!.step ?? Number.NEGATIVE_INFINITY;
	return places.reduce((last, k) => (step(k) >= step(last) ? k : last));
}

function lowest(
	family: CheckpointFamily,
	split: 'eval' | 'heldout_reference',
	places: readonly number[],
): number | null {
	let best: number | null = null;
	let least = Number.POSITIVE_INFINITY;
	for (const k of places) {
		const nll = family.nll(split, k)?.value ?? Number.POSITIVE_INFINITY;
		if (nll >= least) continue;
		best = k;
		least = nll;
	}
	return best;
}

/** λ's checkpoint for every λ of the grid, what is recommended, and whose numbers the run stands for (rules.md, Checkpoints). */
export function chooseCheckpoint(family: CheckpointFamily): CheckpointChoice {
	const { settings, members, valid } = family;
	const reason = noCriterion(family);
	const lambda = settings.lambda ?? DEFAULT_LAMBDA;
	const beats = members.map((_, k) => beatsReference(family, k));
	const nameOf = (k: number | null): string | null => (k === null ? null : members[k]!.name);
	const last = lastOf(family);
	const best = {
		by_eval_nll: nameOf(lowest(family, 'eval', [...members.keys()])),
		by_heldout_nll: nameOf(lowest(family, 'heldout_reference', valid)),
		last: nameOf(last),
	};
	if (reason !== null) {
		return {
			...{ lambda, margin: settings.margin === 'auto' ? 0 : settings.margin, headline: last, recommended: null },
			...{ judged: members.map(() => null), beats, lambdas: [], best, reason },
			words: recommendation(family, { lambda, judged: members.map(() => null), beats, recommended: null, reason }),
		};
	}
	// In order of step, so that the first of equals is the smallest step.
	const losses = valid.map((k) => ({
		fit: family.loss('eval', k)!.value,
		heldout: family.loss('heldout_reference', k)!.value,
	}));
	const fittest = valid[chooseSolution(losses, 0, 0).index]!;
	const margin =
		settings.margin === 'auto'
			? autoMargin(family.loss('heldout_reference', fittest)!.se, family.loss('eval', fittest)!.se)
			: settings.margin;
	const ofFamily = judgeFamily(losses, lambda, margin);
	const judged = members.map((_, k) => ofFamily[valid.indexOf(k)] ?? null);
	const candidates = valid.filter((k) => beats[k]);
	const recommended = candidates.reduce<number | null>(
		(least, k) => (least === null || judged[k]!.value < judged[least]!.value ? k : least),
		null,
	);
	const grid = [...new Set([...LAMBDAS, lambda])].sort((x, y) => x - y);
	return {
		...{ lambda, margin, headline: recommended ?? last, recommended, judged, beats, best, reason },
		lambdas: grid.map((each) => {
			const solution = chooseSolution(losses, each, margin);
			return { lambda: each, point: valid[solution.index]!, judged: solution };
		}),
		words: recommendation(family, { lambda, judged, beats, recommended, reason }),
	};
}

interface PointLosses {
	readonly train_loss: number | null;
	readonly eval_loss: number | null;
	readonly heldout_loss: number | null;
}

function pointLosses(family: CheckpointFamily, member: number): PointLosses {
	return {
		train_loss: family.loss('train', member)?.value ?? null,
		eval_loss: family.loss('eval', member)?.value ?? null,
		heldout_loss: family.loss('heldout_reference', member)?.value ?? null,
	};
}

function gapOf({ eval_loss: fit, heldout_loss: heldout }: PointLosses): number | null {
	return fit === null || heldout === null ? null : heldout - fit;
}

/** One checkpoint's losses, regrets and J. ΔA of a void one is against F's best and may be negative: it is not in F. */
export function objectiveOf(
	family: CheckpointFamily,
	choice: CheckpointChoice,
	member: number,
): NonNullable<RunRecord['objective']> {
	const losses = pointLosses(family, member);
	const judged = choice.judged[member] ?? null;
	const invalid = family.members[member]!.standing.void;
	const bestFit = Math.min(...family.valid.map((k) => family.loss('eval', k)?.value ?? Number.POSITIVE_INFINITY));
	const outside = choice.reason === null && losses.eval_loss !== null ? losses.eval_loss - bestFit : null;
	const reason = choice.reason ?? (invalid === null ? null : 'void: the tuning half was trained on');
	return {
		fit: 'eval',
		...losses,
		gap: judged === null ? null : gapOf(losses),
		fit_regret: judged?.fitRegret ?? outside,
		heldout_regret: judged?.heldoutRegret ?? null,
		value: judged?.value ?? null,
		s: null,
		ridge: null,
		...(reason === null ? {} : { reason }),
	};
}

export function checkpointFrontier(family: CheckpointFamily, { lambdas }: CheckpointChoice): FrontierPoint[] {
	return lambdas.map(({ lambda, point, judged }, i) => {
		const losses = pointLosses(family, point);
		return {
			lambda,
			s: null,
			ridge: null,
			checkpoint: family.members[point]!.name,
			...losses,
			gap: gapOf(losses),
			fit_regret: judged.fitRegret,
			heldout_regret: judged.heldoutRegret,
			value: judged.value,
			same_as_previous: i > 0 && lambdas[i - 1]!.point === point,
		};
	});
}
