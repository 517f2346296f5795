import type { EventOf } from '../domain/events.ts';
import { seededUnit } from '../domain/identity.ts';
import { isNamed, type Judgment, type Verdict } from '../domain/judgment.ts';
import type { AdjudicationItem, AdjudicationPage, AdjudicationVerdict } from '../protocol/judging.ts';
import { countToAdjudicate, hasComparison, nextToAdjudicate } from '../store/adjudication-query.ts';
import { comparisonState, historyOf, readComparison } from '../store/read-comparison.ts';
import type { Context } from './context.ts';
import { leftSide } from './judging.ts';

function kindOf(annotator: string): AdjudicationVerdict['as'] {
	if (isNamed(annotator)) return 'person';
	return annotator.startsWith('model:') ? 'model' : 'source';
}

/** People in an order drawn for this comparison alone: a number of one pair says nothing about another's. */
function shuffled(comparison: string, people: Iterable<string>): string[] {
	const drawn = [...new Set(people)].map((person) => ({
		person,
		at: seededUnit('adjudication', `${comparison}/${person}`),
	}));
	return drawn.sort((x, y) => x.at - y.at || (x.person < y.person ? -1 : 1)).map(({ person }) => person);
}

/** Latest last in what comes in: as `projectComparison` orders them, a live verdict follows the imported one unless that is dated later. */
function byAnnotator(judgments: readonly Judgment[]): Map<string, Judgment[]> {
	const found = new Map<string, Judgment[]>();
	for (const judgment of judgments) {
		found.set(judgment.annotator, [...(found.get(judgment.annotator) ?? []), judgment]);
	}
	return found;
}

function verdictOf(who: string, said: readonly Judgment[], standing: string | undefined): AdjudicationVerdict {
	const counted = said.find((judgment) => judgment.id === standing) ?? (said.at(-1) as Judgment);
	const { annotator, verdict, strength, reasons, note, at, imported, blind } = counted;
	return {
		who,
		as: kindOf(annotator),
		verdict,
		...(strength === undefined ? {} : { strength }),
		...(reasons === undefined ? {} : { reasons }),
		...(note === undefined ? {} : { note }),
		blind: imported ? null : blind,
		at,
		earlier: said.filter((judgment) => judgment !== counted).map((judgment) => judgment.verdict),
	};
}

function itemOf(ctx: Context, id: string): AdjudicationItem {
	const me = ctx.person() ?? '';
	const c = readComparison(ctx.db, id);
	const state = comparisonState(ctx.db, c.n, id);
	const standing = historyOf(ctx.db, id).filter(({ retracted }) => !retracted);
	const latest = standing.findLast(({ event }) => event.type === 'adjudicated')?.event as
		| EventOf<'adjudicated'>
		| undefined;
	// Flagged after it was decided: to be settled anew, by somebody who does not see first who settled it how.
	const decision = state.flagged ? undefined : latest;
	const flags = standing.map(({ event }) => event).filter((event) => event.type === 'flagged');
	const said = byAnnotator(state.judgments);
	const people = shuffled(id, [...[...said.keys()].filter(isNamed), ...flags.map(({ person }) => person)]);
	const hidden = ctx.config.adjudication.hide_names && decision === undefined;
	const nameOf = (annotator: string) => {
		if (!isNamed(annotator)) return annotator.slice(annotator.indexOf(':') + 1);
		return hidden ? `Person ${people.indexOf(annotator) + 1}` : annotator;
	};
	const others = [...said.keys()].filter((annotator) => !isNamed(annotator)).sort();
	const counts: Record<Verdict, number> = { a: 0, b: 0, tie: 0, both_bad: 0 };
	const verdicts: AdjudicationVerdict[] = [];
	for (const annotator of [...people, ...others]) {
		const own = said.get(annotator);
		if (own === undefined) continue;
		const inForce = state.standing.find((each) => each.annotator === annotator)?.judgment?.id;
		const verdict = verdictOf(nameOf(annotator), own, inForce);
		verdicts.push(verdict);
		if (verdict.as === 'person') counts[verdict.verdict]++;
	}
	if ([...said.keys()].some((annotator) => annotator !== me && isNamed(annotator)) && me !== '') {
		ctx.state.markSeenOthers(me, id);
	}
	const side = leftSide(id, me);
	return {
		comparison: id,
		prompt: c.prompt,
		left: side === 'a' ? c.a : c.b,
		right: side === 'a' ? c.b : c.a,
		leftSide: side,
		verdicts,
		counts,
		disputed: state.resolution === 'disputed',
		flags: flags.map(({ person, note, time }) => ({ who: nameOf(person), note: note ?? null, at: time })),
		names: hidden ? 'hidden' : 'shown',
		...(latest === undefined || decision !== undefined
			? {}
			: { earlier: { verdict: latest.verdict, reason: latest.reason, at: latest.time } }),
		decided:
			decision === undefined
				? null
				: {
						event: decision.id,
						verdict: decision.verdict,
						reason: decision.reason,
						by: decision.person,
						mine: decision.person === me,
						at: decision.time,
					},
	};
}

/** What is to be settled, in the seeded order; or the pairs named by `ids` as they are now, those that are gone left out. */
export function adjudicationQueue(
	ctx: Context,
	options: { readonly count: number; readonly after?: readonly string[]; readonly ids?: readonly string[] },
): AdjudicationPage {
	const count = Math.min(Math.max(Math.trunc(options.count), 0), 100);
	const ids =
		options.ids === undefined
			? nextToAdjudicate(ctx.db, count, new Set(options.after ?? []))
			: options.ids.filter((id) => hasComparison(ctx.db, id)).slice(0, count);
	return { ...countToAdjudicate(ctx.db), items: ids.map((id) => itemOf(ctx, id)) };
}
