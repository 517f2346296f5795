import type { EventOf } from '../../domain/events.ts';
import type { Decision, Interval, Metrics, RunRecord } from '../../domain/run-record.ts';
import { UserError } from '../../protocol/errors.ts';
import { claimSentence } from '../../scoring/checkpoints/contrasts.ts';
import { claimOnSealed } from '../../scoring/claim.ts';
import type { Sealed } from '../../scoring/sealed.ts';
import type { RunsPort } from './port.ts';
import { findRun, readRecord, readSealed, runIds, type StoredRecord } from './run-files.ts';

export interface DecisionRequest {
	readonly lambda: number | null;
	readonly checkpoint: string | null;
	readonly reason: string;
}

function toDecision(event: EventOf<'decided'>): Decision {
	const { run, lambda, checkpoint, reason, person, time, after_opening } = event;
	return { run, lambda, checkpoint, reason, person, at: time, after_opening };
}

/** The latest decision on a run, or null. */
export function decisionOn(port: RunsPort, run: string): Decision | null {
	const events = port.events('decided').filter((event) => event.run === run);
	const last = events.at(-1);
	return last === undefined ? null : toDecision(last);
}

/** Comparisons of E in a run. A run whose file is gone counts as none: nothing of it can be shown either. */
function sealedIds(port: RunsPort, run: string): string[] {
	try {
		return (readSealed(port.paths.runs, run)?.lines ?? []).map((line) => line.comparison);
	} catch (error) {
		if (UserError.is(error, 'unusable-input')) return [];
		throw error;
	}
}

/** Decisions in this workspace that opened any of `comparisons`. */
export function openingsOver(port: RunsPort, comparisons: ReadonlySet<string>): number {
	const stored = new Set(runIds(port.paths.runs));
	const overlaps = new Map<string, boolean>();
	let openings = 0;
	for (const { run } of port.events('decided')) {
		if (!stored.has(run)) continue;
		if (!overlaps.has(run))
			overlaps.set(
				run,
				sealedIds(port, run).some((id) => comparisons.has(id)),
			);
		if (overlaps.get(run)) openings++;
	}
	return openings;
}

/** What a decision chose. */
export type Chosen = Pick<Decision, 'lambda' | 'checkpoint'>;

/** Place of the solution that a decision is about; "none" shows the run's own choice. */
export function decidedSolution(sealed: Sealed, decision: Chosen): number {
	if (decision.checkpoint !== null) {
		const named = sealed.solutions.findIndex(({ checkpoint }) => checkpoint === decision.checkpoint);
		return named < 0 ? sealed.own : named;
	}
	if (decision.lambda === null) return sealed.own;
	return sealed.by_lambda.find((each) => each.lambda === decision.lambda)?.solution ?? sealed.own;
}

type OpenedLoss = NonNullable<RunRecord['opened']>['losses'][number];

/** What a decision opens: E for the choice and its baselines; the other candidates with simultaneous bands. */
export function openedHalf(sealed: Sealed, decision: Chosen): NonNullable<RunRecord['opened']> {
	const own = decidedSolution(sealed, decision);
	if (sealed.checkpoints !== undefined) return openedCheckpoints(sealed, sealed.checkpoints, own);
	const choice = sealed.solutions[own]!;
	const baselines = (['dpo', 'pooled'] as const).flatMap((name): OpenedLoss[] => {
		const solution = sealed[name] === null ? undefined : sealed.solutions[sealed[name]];
		return solution === undefined ? [] : [{ name, s: solution.s, ...solution.loss }];
	});
	const byFacet = facetRows(sealed, own);
	return {
		losses: [
			{ name: 'choice', s: choice.s, ...choice.loss },
			...baselines,
			{ name: 'uninformed', s: null, ...exactly(Math.LN2) },
			...others(sealed, new Set([own, sealed.dpo, sealed.pooled])),
		],
		...(byFacet.length === 0 ? {} : { by_facet: byFacet }),
		differences: [
			{ what: 'choice − DPO: loss on held-out, sealed half', ...choice.over_dpo },
			{ what: 'choice − pooled: loss on held-out, sealed half', ...choice.over_pooled },
		],
	};
}

function exactly(value: number): Interval {
	return { value, low: value, high: value };
}

/** Candidates beside the choice and its baselines, with simultaneous 95 % bands. */
function others(sealed: Sealed, shown: ReadonlySet<number | null>): OpenedLoss[] {
	return sealed.solutions.flatMap((solution, i): OpenedLoss[] => {
		if (shown.has(i)) return [];
		const { s, checkpoint, band } = solution;
		return [{ name: 'other', s, ...(checkpoint === undefined ? {} : { checkpoint }), simultaneous: true, ...band }];
	});
}

/** The choice, the reference, the recommended checkpoint and the best by eval; then the others. */
function openedCheckpoints(
	sealed: Sealed,
	{ recommended, best_by_eval, reference }: NonNullable<Sealed['checkpoints']>,
	own: number,
): NonNullable<RunRecord['opened']> {
	const choice = sealed.solutions[own]!;
	const row = (name: OpenedLoss['name'], place: number): OpenedLoss => {
		const { checkpoint, loss } = sealed.solutions[place]!;
		return { name, s: null, ...(checkpoint === undefined ? {} : { checkpoint }), ...loss };
	};
	const beside = [
		['recommended', recommended, choice.over_recommended],
		['best_by_eval', best_by_eval === recommended ? null : best_by_eval, choice.over_best_by_eval],
	] as const;
	const known = beside.flatMap(([name, place, over]) =>
		place === null || place === own || over === undefined ? [] : [{ name, place, over }],
	);
	const byFacet = facetRows(sealed, own);
	const what = (against: string): string => `${choice.checkpoint} − ${against}: loss on held-out, sealed half`;
	return {
		losses: [
			row('choice', own),
			{ name: 'uninformed', s: null, ...exactly(reference) },
			...known.map(({ name, place }) => row(name, place)),
			...others(sealed, new Set([own, ...known.map(({ place }) => place)])),
		],
		...(byFacet.length === 0 ? {} : { by_facet: byFacet }),
		differences: [
			...(choice.over_reference === undefined ? [] : [{ what: what('reference'), ...choice.over_reference }]),
			...known.map(({ place, over }) => ({ what: what(sealed.solutions[place]!.checkpoint!), ...over })),
		],
	};
}

/** Places of a run over checkpoints whose numbers on E a decision shows beside the choice's. */
export function openedPlaces(sealed: Sealed, decision: Chosen): readonly number[] {
	const { recommended = null, best_by_eval = null } = sealed.checkpoints ?? {};
	const places = [decidedSolution(sealed, decision), recommended, best_by_eval];
	return [...new Set(places.filter((place) => place !== null))];
}

/** What E says of the choice against pooled training, or the reference: it takes the place of the claim made before the opening. */
export function openedClaim(sealed: Sealed, decision: Chosen): NonNullable<RunRecord['claim']> {
	const choice = sealed.solutions[decidedSolution(sealed, decision)]!;
	if (sealed.checkpoints !== undefined && choice.over_reference !== undefined) {
		const { value, low, high } = choice.over_reference;
		const on = 'heldout_sealed';
		const sentence = claimSentence(choice.checkpoint!, choice.over_reference, sealed.checkpoints.loss, on);
		return { on, value, low, high, sentence };
	}
	const pooled = sealed.pooled === null ? null : sealed.solutions[sealed.pooled]!.s;
	const s = pooled === null || choice.s === null ? null : { own: choice.s, pooled };
	const name = decision.lambda === null ? 'What this run used' : `GDPO at λ = ${decision.lambda}`;
	return claimOnSealed(choice.over_pooled, name, s);
}

/** E's loss on facets that R has too and on those that only E has, for the choice and its baselines. */
function facetRows(sealed: Sealed, own: number): NonNullable<NonNullable<RunRecord['opened']>['by_facet']> {
	const { facets } = sealed;
	if (facets === undefined) return [];
	return (['seen', 'unseen'] as const).flatMap((which) => {
		const size = facets[which];
		if (size.pairs === 0) return [];
		const of = (name: 'choice' | 'dpo' | 'pooled', solution: number | null) => {
			const loss = solution === null ? undefined : sealed.solutions[solution]!.by_facet?.[which];
			return loss === undefined ? [] : [{ facets: which, name, ...size, ...loss }];
		};
		return [
			...of('choice', own),
			...of('dpo', sealed.dpo),
			...of('pooled', sealed.pooled),
			{ facets: which, name: 'uninformed' as const, ...size, ...exactly(sealed.checkpoints?.reference ?? Math.LN2) },
		];
	});
}

/** @throws UserError usage for a λ or a checkpoint that the run does not have */
function checkCandidate({ run, frontier, checkpoints }: StoredRecord, { lambda, checkpoint }: Chosen): void {
	if (lambda !== null && checkpoint !== null) {
		throw new UserError('usage', 'A decision names a λ, a checkpoint or none, not two of them.');
	}
	if (checkpoints !== undefined) {
		const known = checkpoints.map(({ name }) => name);
		if (lambda !== null) {
			throw new UserError(
				'usage',
				`Run ${run} scored checkpoints: decide for one of ${known.join(', ')}, or for none.`,
			);
		}
		if (checkpoint === null || known.includes(checkpoint)) return;
		throw new UserError(
			'usage',
			`"${checkpoint}" is not a checkpoint of run ${run}. Its checkpoints are ${known.join(', ')}.`,
		);
	}
	if (checkpoint !== null) {
		throw new UserError('usage', `Run ${run} has no checkpoints: decide for a λ, or for none.`);
	}
	if (lambda === null || frontier.some((point) => point.lambda === lambda)) return;
	const known = frontier.map((point) => point.lambda).join(', ');
	throw new UserError('usage', `λ = ${lambda} is not a candidate of run ${run}. Its candidates are ${known}.`);
}

/**
 * Records a decision and opens the seal of its run.
 * @throws UserError usage for a candidate that the run does not have, or without a reason; not-found; no-person
 */
export async function decideRun(
	port: RunsPort,
	id: string,
	request: DecisionRequest,
): Promise<{ decision: Decision; openings: number; metrics: { heldout_sealed: Metrics | null } }> {
	const run = findRun(port.paths.runs, id);
	const record = readRecord(port.paths.runs, run);
	const reason = request.reason.trim();
	if (reason === '') throw new UserError('usage', 'A decision needs a reason: say why in a sentence.');
	checkCandidate(record, request);
	port.person();
	const sealed = readSealed(port.paths.runs, run);
	const comparisons = new Set((sealed?.lines ?? []).map((line) => line.comparison));
	const earlier = openingsOver(port, comparisons);
	const [decided] = await port.append([
		{
			type: 'decided',
			run,
			lambda: request.lambda,
			checkpoint: request.checkpoint,
			reason,
			after_opening: earlier > 0,
		},
	]);
	const decision = toDecision(decided as EventOf<'decided'>);
	if (sealed === null) return { decision, openings: 0, metrics: { heldout_sealed: null } };
	await port.append([{ type: 'seal-opened', run, decision: decided!.id, comparisons: comparisons.size }]);
	return {
		decision,
		openings: openingsOver(port, comparisons),
		metrics: { heldout_sealed: sealed.solutions[decidedSolution(sealed, decision)]!.metrics },
	};
}
