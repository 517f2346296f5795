import type { Metrics, RunRecord } from '../../src/domain/run-record.ts';
import { type EvaluationSplit, SPLIT_LABELS } from '../../src/domain/split.ts';
import { count, DASH, fixed, withInterval } from './format.ts';
import { Fold } from './parts.tsx';

const SPLITS: readonly EvaluationSplit[] = ['train', 'eval', 'heldout_reference', 'heldout_sealed', 'retention'];

interface Measure {
	readonly name: string;
	/** One line: what it is and how to read it. */
	readonly help: string;
	/** Null where the record has no such number at all. */
	readonly value: (metrics: Metrics) => string | null;
}

/** A number, or nothing at all where an earlier version wrote only why there is none. */
function known(value: number | null | undefined, suffix = ''): string | null {
	return value === null || value === undefined ? null : `${fixed(value)}${suffix}`;
}

const MEASURES: readonly Measure[] = [
	{
		name: 'Slope 1/T*',
		help: 'What would rescale the margins best; below 1 they are too wide (over-confident), above 1 too narrow.',
		value: ({ slope }) =>
			slope === undefined ? null : `${withInterval(slope, 2)}${slope.status === 'ok' ? '' : `, ${slope.status}`}`,
	},
	{
		name: 'CORP miscalibration',
		help: 'The part of the Brier score that an isotonic re-calibration removes. In sample: above 0 even when calibrated.',
		value: ({ corp }) => known(corp?.miscalibration),
	},
	{
		name: 'CORP discrimination',
		help: 'How much telling pairs apart lowers the Brier score; more is better.',
		value: ({ corp }) => known(corp?.discrimination),
	},
	{
		name: 'CORP uncertainty',
		help: 'The Brier score of always saying the average; it belongs to the data. Brier = miscalibration − discrimination + uncertainty.',
		value: ({ corp }) => known(corp?.uncertainty),
	},
	{ name: 'smECE', help: 'ECE with a smooth kernel in place of bins.', value: ({ smece }) => known(smece?.value) },
	{
		name: 'RMS, debiased',
		help: 'Root mean square calibration error, less what noise alone would show; the one to compare between sizes.',
		value: ({ rms_ce_debiased }) => known(rms_ce_debiased?.value),
	},
	{
		name: 'ECE, equal mass',
		help: '15 bins of equally many pairs.',
		value: ({ ece_mass }) => known(ece_mass?.value),
	},
	{
		name: 'ECE, sweep',
		help: 'As many equal-mass bins as keep accuracy rising from bin to bin.',
		value: ({ ece_sweep }) =>
			known(ece_sweep?.value, ece_sweep?.bins ? ` (${ece_sweep.bins === 1 ? '1 bin' : `${ece_sweep.bins} bins`})` : ''),
	},
	{ name: 'MCE', help: 'The worst of the 15 bins; at this size mostly noise.', value: ({ mce }) => known(mce?.value) },
	{
		name: 'ECE interval',
		help: 'Bootstrap over clusters, approximate: close to perfect calibration it does not cover.',
		value: ({ ece }) => (ece.low === null || ece.high === null ? null : withInterval(ece)),
	},
	{
		name: 'Pairs in accuracy',
		help: 'Those with a strict majority; ties and unresolved ones are left out of accuracy alone.',
		value: ({ n_accuracy }) => count(n_accuracy),
	},
];

/** Other measures of the same pairs, one line of explanation each; none of them decides anything. */
export function CalibrationDetails({ record }: { record: RunRecord }) {
	const columns = SPLITS.flatMap((split) => {
		const metrics = record.metrics[split];
		return metrics && metrics.n > 0 ? [{ split, metrics }] : [];
	});
	const rows = MEASURES.map(({ name, help, value }) => ({
		name,
		help,
		cells: columns.map(({ metrics }) => value(metrics)),
	})).filter(({ cells }) => cells.some((cell) => cell !== null));
	if (rows.length === 0) return null;
	return (
		<Fold id="calibration-details" title="Calibration details">
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard */}
			<section class="scroll" tabIndex={0} aria-label="Calibration details, table">
				<table class="data measures">
					<thead>
						<tr>
							<th scope="col">Measure</th>
							{columns.map(({ split }) => (
								<th key={split} scope="col">
									{SPLIT_LABELS[split]}
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{rows.map(({ name, help, cells }) => (
							<tr key={name}>
								<th scope="row">
									{name}
									<span class="dim help">{help}</span>
								</th>
								{cells.map((cell, column) => (
									<td key={columns[column]?.split}>{cell ?? DASH}</td>
								))}
							</tr>
						))}
					</tbody>
				</table>
			</section>
		</Fold>
	);
}
