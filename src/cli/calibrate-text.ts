import type { Calibration } from '../calibration/calibrate.ts';
import type { Interval } from '../domain/run-record.ts';
import { bounds, count, fixed, NONE, plain, plural, signed } from './format.ts';
import { renderTable } from './table.ts';
import { type Terminal, wrap } from './terminal.ts';

type Row = readonly [name: string, value: string, interval: string, meaning: string];

const range = (of: Pick<Interval, 'low' | 'high'>): string => bounds(of);

/** The metrics as a table, each with what it means; then the reliability table. */
export function calibrationText(terminal: Terminal, of: Calibration): string {
	const pair = of.form === 'pair';
	const { details } = of;
	const one = pair ? 'pair' : 'row';
	const headline: Row[] = [
		['accuracy', fixed(of.accuracy.value), range(of.accuracy), `right in ${plural(of.n_accuracy, `decided ${one}`)}`],
		[
			'NLL',
			fixed(of.nll.value),
			range(of.nll),
			of.nll.reason !== undefined && of.nll.value === null ? of.nll.reason : 'mean surprise, nats; a coin has 0.693',
		],
		...(of.nll.value === null
			? [
					[
						'NLL clipped',
						fixed(of.nll_clipped.value),
						range(of.nll_clipped),
						'with p kept 1e-12 away from 0 and 1',
					] as const,
				]
			: []),
		['Brier', fixed(of.brier.value), range(of.brier), 'mean squared error against a random vote'],
		[
			pair ? 'over-confidence' : 'mean p − mean y',
			signed(of.overconfidence.value),
			range(of.overconfidence),
			pair
				? `${fixed(of.mean_confidence)} sure, ${fixed(of.mean_correct)} right`
				: `${fixed(of.mean_confidence)} predicted, ${fixed(of.mean_correct)} observed`,
		],
		['slope 1/T*', fixed(of.slope!.value), range(of.slope!), of.slope!.reason ?? 'below 1: margins too wide'],
		[
			`ECE, ${of.ece.bins} bins`,
			fixed(of.ece.value),
			range(of.ece) === '' ? '' : `${range(of.ece)} approximate`,
			`a calibrated model shows ${fixed(of.ece.null.mean)}, 95 % below ${fixed(of.ece.null.q95)}; p = ${fixed(of.ece.null.p)}`,
		],
	];
	const rest: Row[] = [
		['Brier, mean label', fixed(of.brier_mean_label.value), '', 'squared error against the share of votes'],
		['ECE, equal mass', fixed(of.ece_mass.value), '', 'bins of equal size'],
		...(details.has_ties
			? [
					[
						'  ties averaged',
						fixed(details.ece_mass_tie_averaged),
						'',
						'whatever the order of rows with equal p',
					] as const,
				]
			: []),
		['MCE', fixed(of.mce.value), '', 'the worst bin'],
		['RMS, debiased', fixed(of.rms_ce_debiased.value), '', 'root mean square gap less its noise'],
		[
			'ECE sweep',
			fixed(of.ece_sweep.value),
			'',
			`${plural(of.ece_sweep.bins ?? 0, 'bin')}: the most that keep the curve rising`,
		],
		['smooth ECE', fixed(of.smece.value), '', `without bins; bandwidth ${fixed(details.smece.sigma)}`],
		[
			'T*',
			fixed(of.temperature.value),
			'',
			`best temperature (${of.temperature.status}); NLL there ${fixed(of.temperature.nll)}`,
		],
		['ECE at T*', fixed(details.at_t_star.ece.value), '', details.at_t_star.ece.reason ?? 'what a temperature leaves'],
		...(pair
			? []
			: [
					[
						'Platt',
						`${fixed(details.platt.a)}, ${fixed(details.platt.b)}`,
						'',
						details.platt.reason ?? 'σ(a·logit p + b)',
					] as const,
				]),
		['CORP: MCB', fixed(of.corp!.miscalibration), '', 'Brier that recalibrating could gain'],
		['CORP: DSC', fixed(of.corp!.discrimination), '', 'Brier that the order gains over always saying the mean'],
		['CORP: UNC', fixed(of.corp!.uncertainty), '', 'Brier of the mean'],
		[
			'Murphy',
			`${fixed(details.murphy?.reliability)}, ${fixed(details.murphy?.resolution)}`,
			'',
			`reliability and resolution in ${details.murphy?.bins ?? 0} bins`,
		],
	];
	const columns = [
		{ title: 'metric' },
		{ title: 'value', align: 'right' },
		{ title: '95 % interval' },
		{ title: 'what it is', flexible: true },
	] as const;
	const notes = [
		...(of.accuracy.low === null && of.accuracy.reason !== undefined ? [`No intervals: ${of.accuracy.reason}.`] : []),
	];
	return [
		terminal.paint(
			'bold',
			`${plural(of.n, one)} in ${plural(of.groups, 'cluster')}, ${pair ? 'pair form: confidence from 0.5 to 1' : 'binary form'}`,
		),
		'',
		renderTable(terminal, columns, [...headline, ...rest]),
		'',
		renderTable(
			terminal,
			[
				{ title: pair ? 'confidence' : 'p' },
				{ title: one === 'pair' ? 'pairs' : 'rows', align: 'right' },
				{ title: 'mean', align: 'right' },
				{ title: pair ? 'right' : 'mean y', align: 'right' },
				{ title: '95 % band' },
				{ title: 'if calibrated', drop: 1 },
			],
			of.reliability
				.filter(({ n }) => n > 0)
				.map((bin) => [
					`${plain(bin.low)}–${plain(bin.high)}`,
					count(bin.n),
					fixed(bin.confidence),
					fixed(bin.accuracy),
					bounds({ low: bin.accuracy_low ?? null, high: bin.accuracy_high ?? null }) || NONE,
					bounds({ low: bin.null_low ?? null, high: bin.null_high ?? null }),
				]),
		),
		...notes.map((text) => `\n${wrap(text, terminal.width)}`),
	].join('\n');
}
