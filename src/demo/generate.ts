import type { Message } from '../domain/comparison.ts';
import type { Half, Split } from '../domain/split.ts';
import { type ComposedPair, Composer, type Contrast } from './compose.ts';
import { Draw } from './draw.ts';
import { type DemoJudgment, judge, type Taste } from './people.ts';
import { APPLIANCE_FRAME, APPLIANCE_ISSUES } from './texts/appliances.ts';
import { CODE_FRAME, CODE_ISSUES } from './texts/code.ts';
import { LAW_FRAME, LAW_ISSUES } from './texts/consumer-law.ts';
import { GERMAN_FRAME, GERMAN_ISSUES } from './texts/german.ts';
import type { Frame, Issue } from './texts/issue.ts';
import { BASICS, PLAIN_FRAME, PRESSURE_ISSUES, RIGHT_TO_LEFT, TIME_ISSUES } from './texts/other.ts';
import { CLARIFYING, ORDER_TOOLS, SYSTEM_TURNS, TOOL_CHATS } from './texts/turns.ts';

/** The demo as shipped. */
export const DEMO_SEED = 'larkfield';

/** A row in Pairwright's own comparison format. */
export interface DemoRow {
	readonly prompt: string | readonly Message[];
	readonly response_a: string | readonly Message[];
	readonly response_b: string | readonly Message[];
	readonly tools?: unknown;
	readonly judgments: readonly { readonly annotator: string; readonly verdict: string }[];
	readonly tags?: readonly string[];
	readonly split: Split;
	readonly half?: Half;
	readonly source: string;
	readonly metadata: { readonly topic: string };
}

const SIZES = { train: 156, open: 40, eval: 64, retention: 20 } as const;

/** Held-out parts: how many comparisons, and whether the facet is in the sealed half only. */
const HELD_OUT: readonly {
	readonly facet: string;
	readonly issues: readonly Issue[];
	readonly frame: Frame;
	readonly count: number;
	readonly sealedOnly?: true;
}[] = [
	{ facet: 'domain:consumer-law', issues: LAW_ISSUES, frame: LAW_FRAME, count: 44 },
	{ facet: 'language:de', issues: GERMAN_ISSUES, frame: GERMAN_FRAME, count: 34 },
	{ facet: 'time:2031-range', issues: TIME_ISSUES, frame: PLAIN_FRAME, count: 12, sealedOnly: true },
	{ facet: 'format:code', issues: CODE_ISSUES, frame: CODE_FRAME, count: 28 },
	{ facet: 'adversarial:pressure', issues: PRESSURE_ISSUES, frame: PLAIN_FRAME, count: 12 },
];

/** Prompts that stand in train and held out at once: word for word up to case and spaces, and with one word changed. */
export const PLANTED = {
	copy: 'Does the fourteen-day withdrawal right also apply if I ordered the kettle online but collected it in the shop myself?',
	near: 'The seller promised that my new fridge would arrive in March, it is now the end of May, and every week he names another date. May I cancel the order and get my money back without setting him a last deadline first?',
} as const;

/** All rows of the demo in file order; the same for the same seed. */
export function generateDemo(seed: string = DEMO_SEED): DemoRow[] {
	const draw = new Draw(seed);
	const composer = new Composer();
	const rows: DemoRow[] = [];
	const add = (pair: ComposedPair, place: Place): void => {
		rows.push(toRow(draw.in(`row/${rows.length}`), pair, place, rows.length));
	};

	const places: Place[] = [
		...Array.from({ length: SIZES.train }, (): Place => ({ split: 'train', taste: 'in-distribution', people: [1, 3] })),
		...Array.from({ length: SIZES.open }, (): Place => ({ split: 'train', taste: 'in-distribution', people: [0, 0] })),
		...Array.from({ length: SIZES.eval }, (): Place => ({ split: 'eval', taste: 'in-distribution', people: [3, 3] })),
	];
	places.forEach((place, i) => {
		const issue = APPLIANCE_ISSUES[i % APPLIANCE_ISSUES.length]!;
		const own = draw.in(`appliance/${i}`);
		add(composer.pair(own, issue, APPLIANCE_FRAME, contrast(own)), { ...place, topic: issue.id, turns: true });
	});
	for (const { facet, issues, frame, count, sealedOnly } of HELD_OUT) {
		for (let i = 0; i < count; i++) {
			const issue = issues[i % issues.length]!;
			const own = draw.in(`${facet}/${i}`);
			const half = sealedOnly || i % 2 === 1 ? 'E' : 'R';
			add(composer.pair(own, issue, frame, contrast(own)), heldOut(facet, issue.id, half));
		}
	}
	RIGHT_TO_LEFT.forEach(({ facet, texts: [text, shorter, longer] }, i) => {
		const quality = { longer: 1, shorter: 1 };
		add(
			{ text, longer, shorter, quality, contrast: 'long-short' },
			heldOut(facet, `rtl-${i}`, i % 2 === 0 ? 'R' : 'E'),
		);
	});
	plantLeaks(draw.in('planted'), composer, add);
	for (let i = 0; i < SIZES.retention; i++) {
		const issue = BASICS[i % BASICS.length]!;
		const own = draw.in(`basics/${i}`);
		const kind: Contrast = own.chance('weak', 0.5) ? 'weak-long' : 'weak-short';
		const pair = composer.pair(own, issue, { ...APPLIANCE_FRAME, details: APPLIANCE_FRAME.contexts }, kind);
		add(pair, { split: 'retention', taste: 'basics', people: [1, 2], topic: issue.id });
	}
	rows.push(...toolRows(draw.in('tools'), rows.length));
	return rows;
}

interface Place {
	readonly split: Split;
	readonly taste: Taste;
	/** Fewest and most people. */
	readonly people: readonly [number, number];
	readonly half?: Half;
	readonly tags?: readonly string[];
	readonly topic?: string;
	/** Some of these are chats of several turns. */
	readonly turns?: true;
}

function heldOut(facet: string, topic: string, half: Half): Place {
	return { split: 'heldout', taste: 'held-out', people: [3, 3], half, tags: [facet], topic };
}

function contrast(draw: Draw): Contrast {
	const at = draw.unit('contrast');
	return at < 0.62 ? 'long-short' : at < 0.75 ? 'weak-long' : at < 0.88 ? 'weak-short' : 'same-length';
}

/** Two prompts of the sealed law part come back in train, one with other case and spaces, one with its last word changed. */
function plantLeaks(draw: Draw, composer: Composer, add: (pair: ComposedPair, place: Place) => void): void {
	const train: Place = { split: 'train', taste: 'in-distribution', people: [2, 2] };
	const plans = [
		{ key: 'copy', issue: 'withdraw', text: PLANTED.copy, twin: PLANTED.copy.toUpperCase().replaceAll(' ', '  ') },
		{ key: 'near', issue: 'late', text: PLANTED.near, twin: PLANTED.near.replace(/first\?$/, 'beforehand?') },
	];
	for (const { key, issue: id, text, twin } of plans) {
		const issue = LAW_ISSUES.find((i) => i.id === id)!;
		const pair = (name: string) => composer.pair(draw.in(`${key}/${name}`), issue, LAW_FRAME, 'long-short');
		add({ ...pair('held-out'), text }, heldOut('domain:consumer-law', id, 'R'));
		add({ ...pair('train'), text: twin }, { ...train, topic: id });
	}
}

function toRow(draw: Draw, pair: ComposedPair, place: Place, ordinal: number): DemoRow {
	const longerFirst = draw.chance('side', 0.5);
	const [few, many] = place.people;
	const count = few + Math.floor(draw.unit('count') * (many - few + 1));
	const judgments = count === 0 ? [] : judge(draw.in('judge'), pair, place.taste, count, ordinal);
	return {
		prompt: place.turns === true ? withTurns(draw.in('turns'), pair.text) : pair.text,
		response_a: longerFirst ? pair.longer : pair.shorter,
		response_b: longerFirst ? pair.shorter : pair.longer,
		judgments: judgments.map((judgment) => dealt(judgment, longerFirst)),
		...(place.tags === undefined ? {} : { tags: place.tags }),
		split: place.split,
		...(place.half === undefined ? {} : { half: place.half }),
		source: 'larkfield-demo',
		metadata: { topic: place.topic ?? '' },
	};
}

function dealt(judgment: DemoJudgment, longerFirst: boolean): DemoRow['judgments'][number] {
	const { verdict } = judgment;
	if (verdict === 'tie' || verdict === 'both_bad') return { ...judgment, verdict };
	return { ...judgment, verdict: (verdict === 'longer') === longerFirst ? 'a' : 'b' };
}

/** One in six is a chat with a system turn, one in six a question that was asked back first. */
function withTurns(draw: Draw, text: string): string | Message[] {
	const at = draw.unit('kind');
	const system: Message[] =
		at < 1 / 6 || at > 0.95 ? [{ role: 'system', content: draw.pick('system', SYSTEM_TURNS) }] : [];
	if (at < 5 / 6) return system.length === 0 ? text : [...system, { role: 'user', content: text }];
	const { ask, reply } = draw.pick('ask', CLARIFYING);
	return [
		...system,
		{ role: 'user', content: text },
		{ role: 'assistant', content: ask },
		{ role: 'user', content: reply },
	];
}

/** Chats in which one response looks the order up and the other guesses. */
function toolRows(draw: Draw, ordinal: number): DemoRow[] {
	return TOOL_CHATS.map(({ question, call, result, answer, guess }, i) => ({
		prompt: [{ role: 'user', content: question }],
		response_a: [
			{ role: 'assistant', tool_calls: [{ type: 'function', function: { name: 'order_status', arguments: call } }] },
			{ role: 'tool', name: 'order_status', content: result },
			{ role: 'assistant', content: answer },
		],
		response_b: guess,
		tools: ORDER_TOOLS,
		judgments: [
			{
				annotator: 'ines',
				verdict: 'a',
				strength: 3,
				rationale: 'looks it up instead of guessing',
				at: `2026-03-1${i}T09:00:00.000Z`,
			},
			...(draw.chance(`second/${i}`, 0.7)
				? [{ annotator: 'jonas', verdict: 'a', at: `2026-03-1${i}T10:30:00.000Z` }]
				: []),
		],
		split: i % 2 === 0 ? ('train' as const) : ('eval' as const),
		source: 'larkfield-demo',
		metadata: { topic: `order-status-${ordinal + i}` },
	}));
}
