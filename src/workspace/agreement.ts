import { humanReference } from '../calibration/agreement/human-reference.ts';
import { peoplePairs, repeatKappa, sharesOf, withheld } from '../calibration/agreement/people.ts';
import { agreementOf } from '../calibration/agreement/summary.ts';
import { type AgreementGroup, type AgreementReport, PEOPLE_PAIRS, type SelfConsistency } from '../domain/agreement.ts';
import {
	firstSourceNames,
	type JudgedComparison,
	judgedComparisons,
	positionVerdicts,
	scheduledRepeats,
	verdictsAtLeast,
} from '../store/agreement-query.ts';
import type { Context } from './context.ts';
import { runLookProcess } from './look/child.ts';

/** Places in the order in which people read them, with the names of EvaluationSplit; `heldout` = half not drawn yet. */
const PLACES = [
	['train', 'train'],
	['eval', 'eval'],
	['R', 'heldout_reference'],
	['E', 'heldout_sealed'],
	['heldout', 'heldout'],
	['retention', 'retention'],
] as const;

const byName = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);

/** Groups with a comparison that two people judged; a comparison may be in several, as with facets. */
function groupsOf(
	comparisons: readonly JudgedComparison[],
	namesOf: (comparison: JudgedComparison) => readonly string[],
): AgreementGroup[] {
	const members = new Map<string, JudgedComparison[]>();
	for (const comparison of comparisons) {
		if (comparison.verdicts.length < 2) continue;
		for (const name of namesOf(comparison)) {
			const list = members.get(name);
			if (list === undefined) members.set(name, [comparison]);
			else list.push(comparison);
		}
	}
	return [...members].sort(([x], [y]) => byName(x, y)).map(([name, list]) => ({ name, ...agreementOf(list) }));
}

function selfConsistency(ctx: Context, may: (annotator: string) => boolean): SelfConsistency {
	const reason = 'no scheduled repeat was judged yet';
	const repeats = scheduledRepeats(ctx.db);
	const tallied = repeats.map(({ first, again, ...rest }) => ({ ...rest, hit: first === again }));
	const hidden = withheld(repeats, may);
	const kappa = hidden === null ? repeatKappa(repeats, reason) : { value: null, low: null, high: null, reason: hidden };
	return { ...sharesOf(tallied, may, reason), kappa };
}

/**
 * Annotators against each other and against themselves (design.md §7). Blind verdicts of named people alone; nothing of the sealed
 * half before an opening. Individual figures are those of whoever asks, unless the settings show everybody's.
 */
export function agreement(ctx: Context): AgreementReport {
	return ctx.db.read(() => {
		const { comparisons, sealed, notBlind } = judgedComparisons(ctx.db);
		const sources = firstSourceNames(ctx.db);
		const person = ctx.person();
		const may = (annotator: string): boolean => ctx.config.people.show_individuals || annotator === person;
		const { pairs, total } = peoplePairs(comparisons, PEOPLE_PAIRS);
		const bySplit = groupsOf(comparisons, ({ place }) => [place]);
		return {
			...agreementOf(comparisons),
			...{ pairs, pairs_total: total },
			self_consistency: selfConsistency(ctx, may),
			position_bias: sharesOf(positionVerdicts(ctx.db), may, 'no verdict with a recorded order of the sides'),
			human_reference: humanReference(comparisons),
			by: {
				split: PLACES.flatMap(([place, name]) =>
					bySplit.filter((group) => group.name === place).map((group) => ({ ...group, name })),
				),
				source: groupsOf(comparisons, ({ n }) => [sources.get(n) ?? 'written here']),
				facet: groupsOf(comparisons, ({ facets }) => facets),
				time: groupsOf(comparisons, ({ last }) => [last === null ? 'no date' : last.slice(0, 7)]),
			},
			left_out: {
				...{ sealed, not_blind: notBlind },
				judged_once: comparisons.filter(({ verdicts }) => verdicts.length === 1).length,
			},
		};
	});
}

/** Verdicts from which counting takes longer than a process takes to start. */
const APART_VERDICTS = 30_000;

/** The same, where many verdicts are counted in a process of their own: seconds there keep no judgment waiting here. */
export async function agreementOrApart(ctx: Context, apartFrom = APART_VERDICTS): Promise<AgreementReport> {
	if (!verdictsAtLeast(ctx.db, apartFrom)) return agreement(ctx);
	const person = ctx.person() ?? undefined;
	const { root } = ctx.paths;
	return (await runLookProcess({
		...{ type: 'start', task: 'agreement', root, stateDir: ctx.state.dir },
		...(person === undefined ? {} : { person }),
	})) as AgreementReport;
}
