import type { EventOf } from '../../domain/events.ts';
import type { Decision, Metrics, RunRecord } from '../../domain/run-record.ts';
import { UserError } from '../../protocol/errors.ts';
import { claimOnSealed } from '../../scoring/claim.ts';
import type { Sealed } from '../../scoring/sealed.ts';
import type { RunsPort } from './port.ts';
import { findRun, readRecord, readSealed, runIds } from './run-files.ts';

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

/** Place of the solution that a decision is about; "none" shows the run's own choice. */
export function decidedSolution(sealed: Sealed, decision: Pick<Decision, 'lambda'>): number {
	if (decision.lambda === null) return sealed.own;
	return sealed.by_lambda.find((each) => each.lambda === decision.lambda)?.solution ?? sealed.own;
}

type OpenedLoss = NonNullable<RunRecord['opened']>['losses'][number];

/** What a decision opens: E for the choice and its baselines; the other candidates with simultaneous bands. */
export function openedHalf(sealed: Sealed, decision: Pick<Decision, 'lambda'>): NonNullable<RunRecord['opened']> {
	const own = decidedSolution(sealed, decision);
	const choice = sealed.solutions[own]!;
	const rows: OpenedLoss[] = [
		{ name: 'choice' as const, s: choice.s, ...choice.loss },
		{ name: 'dpo' as const, s: 0, ...sealed.solutions[sealed.dpo]!.loss },
		...(sealed.pooled === null
			? []
			: [{ name: 'pooled' as const, s: sealed.solutions[sealed.pooled]!.s, ...sealed.solutions[sealed.pooled]!.loss }]),
		{ name: 'uninformed' as const, s: null, value: Math.LN2, low: Math.LN2, high: Math.LN2 },
	];
	const shown = new Set([own, sealed.dpo, sealed.pooled]);
	for (const [i, solution] of sealed.solutions.entries()) {
		if (!shown.has(i)) rows.push({ name: 'other', s: solution.s, simultaneous: true, ...solution.band });
	}
	const byFacet = facetRows(sealed, own);
	return {
		losses: rows,
		...(byFacet.length === 0 ? {} : { by_facet: byFacet }),
		differences: [
			{ what: 'choice − DPO: loss on held-out, sealed half', ...choice.over_dpo },
			{ what: 'choice − pooled: loss on held-out, sealed half', ...choice.over_pooled },
		],
	};
}

/** What E says of the choice against pooled training: it takes the place of the claim made before the opening. */
export function openedClaim(sealed: Sealed, decision: Pick<Decision, 'lambda'>): NonNullable<RunRecord['claim']> {
	const { over_pooled, s: own } = sealed.solutions[decidedSolution(sealed, decision)]!;
	const s = sealed.pooled === null ? null : { own, pooled: sealed.solutions[sealed.pooled]!.s };
	const name = decision.lambda === null ? 'What this run used' : `GDPO at λ = ${decision.lambda}`;
	return claimOnSealed(over_pooled, name, s);
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
			{ facets: which, name: 'uninformed' as const, ...size, value: Math.LN2, low: Math.LN2, high: Math.LN2 },
		];
	});
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
	if (request.checkpoint !== null) {
		throw new UserError('usage', `Run ${run} has no checkpoints: decide for a λ, or for none.`);
	}
	if (request.lambda !== null && !record.frontier.some((point) => point.lambda === request.lambda)) {
		const known = record.frontier.map((point) => point.lambda).join(', ');
		throw new UserError(
			'usage',
			`λ = ${request.lambda} is not a candidate of run ${run}. Its candidates are ${known}.`,
		);
	}
	port.person();
	const sealed = readSealed(port.paths.runs, run);
	const comparisons = new Set((sealed?.lines ?? []).map((line) => line.comparison));
	const earlier = openingsOver(port, comparisons);
	const [decided] = await port.append([
		{ type: 'decided', run, lambda: request.lambda, checkpoint: null, reason, after_opening: earlier > 0 },
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
