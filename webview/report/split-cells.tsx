/** Cells of the table per split: a number, and beneath it what it is worth. */
import type { Interval, Metrics } from '../../src/domain/run-record.ts';
import { fixed, range, spread } from './format.ts';
import { Num } from './parts.tsx';
import { sideOfZero } from './sentences.ts';

/** A number with its interval beneath it. */
export function WithSpread({ of, digits = 3, note = '' }: { of: Interval; digits?: number; note?: string }) {
	const around = spread(of, digits);
	return (
		<>
			<Num of={of} digits={digits} />
			{of.value === null ? null : around ? (
				<small>
					{note}
					{around}
				</small>
			) : (
				<small title={of.reason ?? 'too few clusters for an interval'}>insufficient</small>
			)}
		</>
	);
}

const SIDES = {
	above: ['bad', '▲', 'over-confident'],
	below: ['warned', '▼', 'under-confident'],
	around: ['good', '✓', 'within noise'],
	unknown: ['dim', '○', 'insufficient'],
} as const;

export function OverConfidence({ of }: { of: Interval }) {
	if (of.value === null) return <Num of={of} />;
	const [tone, mark, words] = SIDES[sideOfZero(of)];
	return (
		<>
			<span class={tone} title={words}>
				<span aria-hidden="true">{mark}</span> {fixed(of.value)}
				<span class="visually-hidden"> {words}</span>
			</span>
			<small>{of.low === null ? 'insufficient' : `(${range(of.low, of.high)})`}</small>
		</>
	);
}

const SLOPE_WORDS: Readonly<Record<string, string>> = {
	t_to_zero: 'no bound above',
	t_to_infinity: 'not above 0',
	unidentified: 'not identified',
	clamped: 'at the end of its range',
};

/** 1/T*, also for records of earlier versions, which have T* alone; one at an end of its range is not one to use, and says so. */
export function Slope({ metrics: { slope, temperature } }: { metrics: Metrics }) {
	const status = slope?.status ?? temperature.status;
	const flag = status === 'ok' ? undefined : (SLOPE_WORDS[status] ?? status.replaceAll('_', ' '));
	const value = slope ? slope.value : temperature.value === null ? null : 1 / temperature.value;
	if (value === null) {
		return <Num of={{ value: null, reason: slope?.reason ?? temperature.reason ?? flag ?? 'not available' }} />;
	}
	if (flag !== undefined) {
		return (
			<>
				{fixed(value, 2)} <small>{flag}</small>
			</>
		);
	}
	return slope ? <WithSpread of={slope} digits={2} /> : <span>{fixed(value, 2)}</span>;
}

/** What chance alone shows at this size. */
export function EceNull({ ece }: { ece: Metrics['ece'] }) {
	const { mean, q95, p } = ece.null;
	return (
		<>
			<Num of={{ value: mean, reason: ece.reason ?? 'not computed' }} />
			{q95 === null ? null : (
				<small>
					95 % below {fixed(q95)}
					{p === null ? '' : `, p ${p < 0.001 ? '< 0.001' : `= ${fixed(p)}`}`}
				</small>
			)}
		</>
	);
}
