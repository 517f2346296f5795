import { MIN_CLUSTERS, pairedDifference } from '../calibration/jackknife.ts';
import { losses } from '../calibration/proper.ts';
import type { Baseline, FrontierPoint, RunRecord } from '../domain/run-record.ts';
import { autoMargin, chooseSolution, type FamilyMember, type Judged, LAMBDAS } from './criterion.ts';
import type { ProbeFamily } from './probe.ts';
import { DEFAULT_EVAL_RISE, type Recommendation, recommend } from './recommend.ts';

/** What a run chose and what it could have chosen. */
export interface Choice {
	/** λ used: asked for, else recommended, else 0. */
	readonly lambda: number;
	readonly margin: number;
	readonly point: number;
	readonly judged: Judged | null;
	/** One a λ of the frontier, with its solution's place in the family. */
	readonly lambdas: readonly { readonly lambda: number; readonly point: number; readonly judged: Judged | null }[];
	readonly recommended: RunRecord['recommended'];
	/** Why there is no criterion, or null. */
	readonly reason: string | null;
}

function noPathReason(family: ProbeFamily): string {
	const clusters = new Set(family.pairs('heldout_reference').map((pair) => pair.cluster)).size;
	return clusters === 0
		? 'no judged pairs in the held-out tuning half'
		: `the held-out tuning half has ${clusters} cluster${clusters === 1 ? '' : 's'}, a path needs ${MIN_CLUSTERS}`;
}

/** s(λ) for every λ, the recommendation, and the λ that the run stands for. */
export function choose(
	family: ProbeFamily,
	settings: {
		readonly lambda: number | null;
		readonly margin: number | 'auto';
		readonly evalRise?: number;
		/** No judged pair says that one side is better. */
		readonly onlyTies?: boolean;
	},
): Choice {
	const grid = [...new Set([...LAMBDAS, ...(settings.lambda === null ? [] : [settings.lambda])])].sort((x, y) => x - y);
	if (!family.hasPath) {
		const reason = noPathReason(family);
		return {
			lambda: settings.lambda ?? 0,
			margin: settings.margin === 'auto' ? 0 : settings.margin,
			point: 0,
			judged: null,
			lambdas: grid.map((lambda) => ({ lambda, point: 0, judged: null })),
			recommended: {
				lambda: null,
				checkpoint: null,
				sentence: `No λ can be recommended: ${reason}.`,
				vetoes: [],
				reason,
			},
			reason,
		};
	}
	const fit = family.loss('train', 0)!;
	const heldout = family.loss('heldout_reference', 0)!;
	const margin = settings.margin === 'auto' ? autoMargin(heldout.se, fit.se) : settings.margin;
	const members: FamilyMember[] = family.points.map((point, i) => ({
		s: point.s,
		fit: family.loss('train', i)!.value,
		heldout: family.loss('heldout_reference', i)!.value,
	}));
	const at = (lambda: number): Judged => chooseSolution(members, lambda, margin);
	const candidates = LAMBDAS.map((lambda) => ({ lambda, ...at(lambda) }));
	const recommended = settings.onlyTies
		? ONLY_TIES
		: recommendFrom(family, candidates, members, settings.evalRise ?? DEFAULT_EVAL_RISE);
	const lambda = settings.lambda ?? recommended.lambda ?? 0;
	const judged = at(lambda);
	return {
		lambda,
		margin,
		point: judged.index,
		judged,
		lambdas: grid.map((each) => {
			const solution = at(each);
			return { lambda: each, point: solution.index, judged: solution };
		}),
		recommended: { checkpoint: null, vetoes: [], ...recommended },
		reason: null,
	};
}

const ONLY_TIES: Recommendation = {
	lambda: null,
	sentence: 'Every judged pair is a tie: there is no preference that a λ could weigh.',
	reason: 'every judged pair is a tie',
};

function recommendFrom(
	family: ProbeFamily,
	candidates: readonly (Judged & { readonly lambda: number })[],
	members: readonly FamilyMember[],
	rise: number,
): Recommendation {
	const riseOn = family.records('eval', 0).clusters >= MIN_CLUSTERS ? 'eval' : 'train';
	const lossOf = new Map<string, Float64Array>();
	const loss = (split: 'heldout_reference' | 'eval' | 'train', point: number): Float64Array => {
		const key = `${split} ${point}`;
		const known = lossOf.get(key) ?? losses(family.records(split, point));
		lossOf.set(key, known);
		return known;
	};
	return recommend(
		candidates,
		(index) => members[index]!.heldout,
		(index, best) =>
			pairedDifference(
				family.records('heldout_reference', index),
				loss('heldout_reference', index),
				loss('heldout_reference', best),
			),
		(index) => pairedDifference(family.records(riseOn, index), loss(riseOn, index), loss(riseOn, 0)),
		{ rise, riseOn: riseOn === 'eval' ? 'eval' : 'train_oof' },
	);
}

interface PointLosses {
	readonly train_loss: number | null;
	readonly eval_loss: number | null;
	readonly heldout_loss: number | null;
}

function pointLosses(family: ProbeFamily, point: number): PointLosses {
	return {
		train_loss: family.loss('train', point)?.value ?? null,
		eval_loss: family.loss('eval', point)?.value ?? null,
		heldout_loss: family.loss('heldout_reference', point)?.value ?? null,
	};
}

function judgedFields(
	judged: Judged | null,
	of: PointLosses,
): Pick<FrontierPoint, 'gap' | 'fit_regret' | 'heldout_regret' | 'value'> {
	return {
		gap: judged === null ? null : of.heldout_loss! - of.train_loss!,
		fit_regret: judged?.fitRegret ?? null,
		heldout_regret: judged?.heldoutRegret ?? null,
		value: judged?.value ?? null,
	};
}

export function frontier(family: ProbeFamily, choice: Choice): FrontierPoint[] {
	const known = new Map<number, PointLosses>();
	return choice.lambdas.map(({ lambda, point, judged }, i) => {
		const of = known.get(point) ?? pointLosses(family, point);
		known.set(point, of);
		return {
			lambda,
			s: family.points[point]!.s,
			ridge: family.points[point]!.ridge,
			checkpoint: null,
			...of,
			...judgedFields(judged, of),
			same_as_previous: i > 0 && choice.lambdas[i - 1]!.point === point,
		};
	});
}

export function objective(family: ProbeFamily, choice: Choice): NonNullable<RunRecord['objective']> {
	const { s, ridge, atEdge } = family.points[choice.point]!;
	const of = pointLosses(family, choice.point);
	return {
		fit: 'train_oof',
		...of,
		...judgedFields(choice.judged, of),
		s,
		ridge,
		ridge_at_edge: atEdge,
		...(choice.reason === null ? {} : { reason: choice.reason }),
	};
}

/** Where the frontier goes flat: from which λ on every λ is one solution. */
export function flatFrom({
	lambdas,
	reason,
}: {
	readonly lambdas: readonly { readonly lambda: number; readonly point: number }[];
	readonly reason: string | null;
}): NonNullable<RunRecord['flat']> | null {
	if (reason !== null) return null;
	const last = lambdas.at(-1)!;
	const moved = lambdas.findLastIndex(({ point }) => point !== last.point);
	const from = lambdas[moved + 1]!.lambda;
	if (from === last.lambda) return null;
	return { from, sentence: moved < 0 ? 'Every λ: same solution' : `λ ≥ ${from}: same solution` };
}

export function baselines(family: ProbeFamily, reason: string | null): RunRecord['baselines'] {
	const at = (point: number): Baseline => ({
		s: family.points[point]!.s,
		ridge: family.points[point]!.ridge,
		...pointLosses(family, point),
	});
	// ln 2 whatever y is: a model that knows nothing says ½.
	const uninformed = (split: 'train' | 'eval' | 'heldout_reference'): number | null =>
		family.pairs(split).length === 0 ? null : Math.LN2;
	return {
		uninformed: {
			s: null,
			ridge: null,
			train_loss: uninformed('train'),
			eval_loss: uninformed('eval'),
			heldout_loss: uninformed('heldout_reference'),
		},
		dpo: at(0),
		pooled:
			family.pooled === null
				? { s: null, ridge: null, train_loss: null, eval_loss: null, heldout_loss: null, reason: reason ?? 'no path' }
				: at(family.pooled),
	};
}
