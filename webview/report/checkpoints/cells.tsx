import type { ComponentChildren } from 'preact';
import type { CheckpointResult } from '../../../src/domain/checkpoint.ts';
import type { Interval } from '../../../src/domain/run-record.ts';
import { TrendMark } from '../../charts/trend.tsx';
import type { TrendTone } from '../../charts/trend-layout.ts';
import { DASH, fixed, range, signed, spread } from '../format.ts';
import { sideOfZero } from '../sentences.ts';

const TONE_WORDS: Readonly<Record<TrendTone, string>> = {
	in: 'eval',
	out: 'held-out, tuning half',
	kept: 'must not forget',
	own: 'its own training pairs',
};

/** The mark that stands for a split in charts and tables alike. */
export function Key({ tone, hollow = false }: { tone: TrendTone; hollow?: boolean }) {
	return (
		<svg class={`key ${tone}${hollow ? ' few' : ''}`} width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
			<TrendMark tone={tone} x={6} y={6} size={3.4} />
		</svg>
	);
}

/** One line of a cell: its split as a mark and, for those who do not see it, as a word. */
function Line({ tone, hollow, children }: { tone: 'in' | 'out'; hollow?: boolean; children: ComponentChildren }) {
	return (
		<span class="two-line">
			<Key tone={tone} {...(hollow ? { hollow } : {})} />
			<span class="visually-hidden">{TONE_WORDS[tone]} </span>
			{children}
		</span>
	);
}

/** Eval above, held-out tuning half below. */
export function Both({
	inside,
	outside,
	hollow,
}: {
	inside: ComponentChildren;
	outside: ComponentChildren;
	/** The held-out number is void. */
	hollow: boolean;
}) {
	return (
		<>
			<Line tone="in">{inside}</Line>
			<Line tone="out" hollow={hollow}>
				{outside}
			</Line>
		</>
	);
}

export function Around({
	of,
	digits = 3,
	sign = false,
}: {
	of: Interval | undefined;
	digits?: number;
	sign?: boolean;
}) {
	if (of === undefined || of.value === null) return <span class="dim">{DASH}</span>;
	const around = spread(of, digits);
	if (around === '' && of.reason === undefined) return <>{sign ? signed(of.value, digits) : fixed(of.value, digits)}</>;
	return (
		<>
			{sign ? signed(of.value, digits) : fixed(of.value, digits)}{' '}
			<small title={of.low === null ? (of.reason ?? 'too few clusters for an interval') : undefined}>
				{around === '' ? 'no interval' : around}
			</small>
		</>
	);
}

/** Whether it beats the reference, and whether that can be told from no difference. */
export function beatsWords({ beats_reference, over_reference, void: gone }: CheckpointResult): {
	word: string;
	detail: string;
} {
	if (gone !== undefined) return { word: 'cannot be told', detail: '' };
	const sides = [over_reference.eval, over_reference.heldout_reference].map((of) =>
		of === undefined ? 'unknown' : sideOfZero(of),
	);
	if (sides.includes('unknown')) return { word: beats_reference ? 'yes' : 'no', detail: 'no interval' };
	if (!beats_reference)
		return { word: 'no', detail: sides.includes('above') ? 'clearly worse' : 'not distinguishable' };
	return {
		word: 'yes',
		detail: sides.every((side) => side === 'below') ? 'clearly on both' : 'not distinguishable',
	};
}

/** "+0.011 (0.002–0.020)" nats a token. */
export function rise({ value, low, high }: Interval): string {
	if (value === null) return DASH;
	return `${signed(value)}${low === null ? ' (no interval)' : ` (${range(low, high)})`}`;
}
