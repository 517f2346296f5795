import { sharesOf } from '../calibration/agreement/people.ts';
import type { EventBody } from '../domain/events.ts';
import type { Verdict } from '../domain/judgment.ts';
import { foldedLine, sideText } from '../domain/text.ts';
import { UserError } from '../protocol/errors.ts';
import type { GoldReport } from '../protocol/judging.ts';
import { goldCandidates, goldRows, goldTallies, placeAndDecision } from '../store/gold-query.ts';
import { readComparison, resolveId } from '../store/read-comparison.ts';
import type { Context } from './context.ts';

export const NO_GOLD_ANSWER = 'no gold pair was answered blind yet';
const MOST_CANDIDATES = 1000;
const ANSWER_LENGTH = 160;

/** The answer in words of its own: nobody knows a pair's canonical sides by heart. */
function answerOf(ctx: Context, id: string, verdict: Verdict): string | null {
	if (verdict !== 'a' && verdict !== 'b') return null;
	return foldedLine(sideText(readComparison(ctx.db, id)[verdict]), ANSWER_LENGTH);
}

/**
 * Gold pairs, and the share of right answers: of everybody together, and of those whose own may be shown to who asks. First blind
 * answers alone; an answer is right where it is the known one. Who asks knows the answers from then on: these pairs come to them no more.
 */
export function gold(ctx: Context): GoldReport {
	const me = ctx.person() ?? '';
	const report = ctx.db.read(() => {
		const shown = ctx.config.people.show_individuals;
		const named = <T extends { readonly id: string; readonly verdict: Verdict }>({ id, ...row }: T) => {
			return { comparison: id, ...row, answer: answerOf(ctx, id, row.verdict) };
		};
		return {
			rate: ctx.config.queue.gold,
			pairs: goldRows(ctx.db).map(named),
			candidates: goldCandidates(ctx.db, MOST_CANDIDATES).map(named),
			accuracy: sharesOf(goldTallies(ctx.db), (annotator) => shown || annotator === me, NO_GOLD_ANSWER),
		};
	});
	const fresh = me === '' ? [] : report.pairs.filter(({ comparison }) => !ctx.state.hasSeenOthers(me, comparison));
	for (const { comparison } of fresh) ctx.state.markSeenOthers(me, comparison);
	if (fresh.length > 0) ctx.emit.changed({ what: ['judgments'], reason: 'answers of gold pairs seen' });
	return report;
}

function goldVerdict(ctx: Context, id: string, given: Verdict | undefined): Verdict {
	const { place, resolution, decided_by } = placeAndDecision(ctx.db, id) as NonNullable<
		ReturnType<typeof placeAndDecision>
	>;
	const name = id.slice(0, 12);
	if (place !== 'train' && place !== 'excluded') {
		throw new UserError(
			'usage',
			`${name} is not in train: answers to gold pairs would tell its label, and it would not be judged for evaluation. Take a train pair, or write one for the purpose (pairwright author) and exclude it.`,
		);
	}
	if (given !== undefined) return given;
	if (decided_by !== 'adjudication') {
		throw new UserError(
			'usage',
			`The answer to ${name} is not known: nobody has adjudicated it. Say it (--verdict a, b, tie or both_bad), or adjudicate it first.`,
		);
	}
	return resolution as Verdict;
}

/**
 * Marks pairs as gold, all of them or none.
 * @throws UserError 'usage' outside train and excluded, or where neither a verdict is given nor the pair was adjudicated
 */
export async function markGold(
	ctx: Context,
	input: { readonly comparisons: readonly string[]; readonly verdict?: Verdict; readonly reason?: string },
): Promise<{ marked: { comparison: string; verdict: Verdict }[] }> {
	ctx.requirePerson();
	const ids = [...new Set(input.comparisons.map((id) => resolveId(ctx.db, 'comparison', id)))];
	const marked = ids.map((comparison) => ({ comparison, verdict: goldVerdict(ctx, comparison, input.verdict) }));
	const reason = input.reason?.trim() ?? '';
	await ctx.append(
		marked.map((mark): EventBody => ({ type: 'gold-marked', ...mark, ...(reason === '' ? {} : { reason }) })),
	);
	ctx.emit.changed({ what: ['judgments'], reason: 'gold pairs' });
	return { marked };
}

/** Takes pairs out of gold. Answers to them stay no votes. @throws UserError 'usage' where one is not gold */
export async function unmarkGold(ctx: Context, comparisons: readonly string[]): Promise<{ unmarked: string[] }> {
	ctx.requirePerson();
	const known = new Set(goldRows(ctx.db).map(({ id }) => id));
	const unmarked = [...new Set(comparisons.map((id) => resolveId(ctx.db, 'comparison', id)))];
	const other = unmarked.find((id) => !known.has(id));
	if (other !== undefined)
		throw new UserError('usage', `${other.slice(0, 12)} is not a gold pair. "pairwright gold" lists them.`);
	await ctx.append(unmarked.map((comparison): EventBody => ({ type: 'gold-marked', comparison, verdict: null })));
	ctx.emit.changed({ what: ['judgments'], reason: 'gold pairs' });
	return { unmarked };
}
