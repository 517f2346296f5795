import type { Strength, Verdict } from '../domain/judgment.ts';
import type { ComposedPair } from './compose.ts';
import type { Draw } from './draw.ts';

/** A verdict for the longer or the shorter response, before sides are dealt. */
export interface DemoJudgment {
	readonly annotator: string;
	readonly verdict: 'longer' | 'shorter' | Extract<Verdict, 'tie' | 'both_bad'>;
	readonly strength?: Strength;
	readonly rationale?: string;
	readonly at: string;
}

/** Invented people: how much more than others they like length (logits), how often they call a tie, give a reason, reject both. */
const PEOPLE = [
	{ name: 'mara', length: 0.5, tie: 0.3, reason: 0.6, bothBad: 0.1 },
	{ name: 'jonas', length: 0, tie: 0.15, reason: 0.2, bothBad: 0 },
	{ name: 'ines', length: -0.5, tie: 0.25, reason: 0.8, bothBad: 0.45 },
	{ name: 'tobi', length: 0.2, tie: 0.55, reason: 0.35, bothBad: 0.15 },
] as const;

/**
 * The planted preference, in logits for the longer response: `length` whatever it says, `quality` for each step by which
 * it says more than the shorter. In distribution people reward length; held out they want it short and right.
 */
export const TASTES = {
	'in-distribution': { length: 1.3, quality: 0.7 },
	'held-out': { length: -1.1, quality: 0.8 },
	basics: { length: -0.2, quality: 1.6 },
} as const;
export type Taste = keyof typeof TASTES;

const WHY: Readonly<Record<'longer' | 'shorter' | 'tie' | 'both_bad', readonly string[]>> = {
	longer: [
		'explains every step',
		'more thorough',
		'friendlier, and covers the other causes too',
		'the list is easy to follow',
		'feels complete',
		'takes the question seriously',
	],
	shorter: [
		'same content in half the words',
		'answers the question and stops',
		'the other one hides the answer in politeness',
		'precise',
		'I could act on this at once',
		'no filler',
	],
	tie: ['both say the same', 'would be happy with either', 'one is clearer, the other more complete'],
	both_bad: ['neither answers the question', 'both miss the safety point', 'no model asked for, no cause named'],
};

const START = Date.UTC(2026, 2, 2, 8, 0, 0);

/**
 * What each of some people says about a pair.
 * @param ordinal of the pair in the demo: later pairs are judged later
 * @param count of people, 1 to 4
 */
export function judge(draw: Draw, pair: ComposedPair, taste: Taste, count: number, ordinal: number): DemoJudgment[] {
	const { length, quality } = TASTES[taste];
	const bySize = pair.contrast === 'same-length' ? 0 : length;
	const mean = bySize + quality * (pair.quality.longer - pair.quality.shorter);
	// The pair itself pulls one way for everybody; what is left differs from person to person.
	const shared = mean + 0.8 * logit(draw.unit('pair'));
	return draw
		.shuffle('people', PEOPLE)
		.slice(0, count)
		.flatMap((person, i) => {
			const own = draw.in(person.name);
			const first = opinion(own, shared, person, pair);
			const at = START + (ordinal * 211 + i * 2_903 + Math.floor(own.unit('time') * 60)) * 1000;
			const said = { annotator: person.name, ...first, at: new Date(at).toISOString() };
			// Now and then somebody comes back a day later and sees it otherwise.
			if (!own.chance('again', 0.02) || first.verdict === 'both_bad') return [said];
			const other = first.verdict === 'longer' ? ('shorter' as const) : ('longer' as const);
			const later = new Date(at + 86_400_000).toISOString();
			return [
				said,
				{ annotator: person.name, verdict: other, strength: 1 as const, rationale: 'on second thoughts', at: later },
			];
		});
}

function opinion(
	draw: Draw,
	shared: number,
	person: (typeof PEOPLE)[number],
	pair: ComposedPair,
): Pick<DemoJudgment, 'verdict' | 'strength' | 'rationale'> {
	const pull = shared + person.length + 0.35 * logit(draw.unit('noise'));
	const poor = pair.quality.longer < 0 || pair.quality.shorter < 0;
	const rationale = (verdict: keyof typeof WHY) =>
		draw.chance('why', person.reason) ? { rationale: draw.pick('reason', WHY[verdict]) } : {};
	if (draw.chance('bad', person.bothBad * (poor ? 0.35 : 0.05)))
		return { verdict: 'both_bad', ...rationale('both_bad') };
	if (Math.abs(pull) < person.tie) return { verdict: 'tie', ...rationale('tie') };
	const verdict = pull > 0 ? 'longer' : 'shorter';
	const size = Math.abs(pull);
	const strength: Strength = size > 2.6 ? 3 : size > 1 ? 2 : 1;
	return { verdict, strength, ...rationale(verdict) };
}

function logit(unit: number): number {
	const p = Math.min(0.995, Math.max(0.005, unit));
	return Math.log(p / (1 - p));
}
