import type { Interval, Metrics } from '../domain/run-record.ts';
import { type CalibrationDetails, calibrationDetails } from './details.ts';
import { ECE_BINS } from './ece.ts';
import { computeMetrics } from './metrics.ts';
import type { CalibrationForm } from './proper.ts';
import { type ProbabilityColumns, recordsFromColumns } from './records.ts';

/** The contract's metrics object over given probabilities, with everything behind it. */
export interface Calibration extends Metrics {
	readonly form: CalibrationForm;
	/** Finite where `nll` is infinite and therefore null. */
	readonly nll_clipped: Interval;
	readonly details: Omit<CalibrationDetails, 'nll_clipped'>;
}

/** Fixed, so that the same rows give the same bytes. */
const SEED = 1;

export function calibrate(
	columns: ProbabilityColumns,
	{ form, bins = ECE_BINS }: { readonly form: CalibrationForm; readonly bins?: number },
): Calibration {
	const records = recordsFromColumns(columns);
	const metrics = computeMetrics(records, {
		leftOut: { unresolved: 0, both_bad: 0, waiting: 0 },
		seed: SEED,
		bins,
		form,
	});
	const { nll_clipped, ...details } = calibrationDetails(records, { bins, form, seed: SEED });
	const infinite = records.p.reduce((count, p, i) => {
		const y = records.y[i]!;
		return count + ((p === 0 && y > 0) || (p === 1 && y < 1) ? 1 : 0);
	}, 0);
	const nll =
		metrics.nll.value === null && infinite > 0
			? { ...metrics.nll, reason: `infinite: p is 0 or 1 against the label in ${infinite} of ${records.size} rows` }
			: metrics.nll;
	return { form, ...metrics, nll, nll_clipped, details };
}
