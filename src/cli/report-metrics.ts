/** The numbers per split of one run, for a terminal. */
import { withinShares } from '../domain/accuracy-bounds.ts';
import type { Metrics, RunRecord } from '../domain/run-record.ts';
import { type EvaluationSplit, SPLIT_LABELS } from '../domain/split.ts';
import { count, fixed, interval, NONE, plural, plusMinus } from './format.ts';
import { renderTable, type TableRow } from './table.ts';
import { type Terminal, wrap } from './terminal.ts';

const ORDER: readonly EvaluationSplit[] = ['train', 'eval', 'heldout_reference', 'heldout_sealed', 'retention'];
/** Below so many columns accuracy and NLL stand without their intervals. */
const COMPACT = 100;

const METRIC_COLUMNS = [
	{ title: 'split' },
	{ title: 'pairs', align: 'right' },
	{ title: 'clusters', align: 'right', drop: 4 },
	{ title: 'accuracy', align: 'right' },
	{ title: 'NLL', align: 'right' },
	{ title: 'Brier', align: 'right', drop: 5 },
	{ title: 'over-confidence', align: 'right' },
	{ title: 'ECE15', align: 'right', drop: 2 },
	{ title: 'if calibrated', align: 'right', drop: 3 },
	{ title: '1/T*', align: 'right', drop: 1 },
] as const;

function label(split: EvaluationSplit, record: RunRecord): string {
	if (split !== 'train') return SPLIT_LABELS[split];
	return record.checkpoints === undefined ? 'train, out of fold' : 'train, in sample';
}

/** 1/T*, also for records that have T* alone; one that ran to an end of its range is no number to compare. */
function slope({ slope: own, temperature }: Metrics): string {
	const status = own?.status ?? temperature.status;
	if (status === 't_to_infinity') return '→ 0';
	if (status === 't_to_zero') return '→ ∞';
	if (status !== 'ok' && status !== 'clamped') return NONE;
	return fixed(own === undefined ? inverse(temperature.value) : own.value, 2);
}

function inverse(value: number | null): number | null {
	return value === null || value === 0 ? null : 1 / value;
}

function metricsRow(terminal: Terminal, name: string, m: Metrics): string[] {
	const withSpread = (of: Metrics['nll'], text: string) => {
		const half = plusMinus(of);
		return half === '' ? text : `${text} ${terminal.paint('dim', half)}`;
	};
	// Narrow terminals keep the interval where it decides something.
	const spread = (of: Metrics['nll']) => (terminal.width < COMPACT ? fixed(of.value) : withSpread(of, fixed(of.value)));
	const { low, high } = m.overconfidence;
	const known = low !== null && high !== null;
	const style = !known ? 'dim' : low > 0 ? 'red' : high < 0 ? 'yellow' : 'green';
	return [
		name,
		count(m.n),
		count(m.groups),
		spread(m.accuracy),
		spread(m.nll),
		fixed(m.brier.value),
		withSpread(m.overconfidence, terminal.paint(style, fixed(m.overconfidence.value))),
		fixed(m.ece.value),
		fixed(m.ece.null.mean),
		slope(m),
	];
}

/** One row a split; of a sealed half only its size. */
export function splitsTable(terminal: Terminal, record: RunRecord): string {
	const rows: TableRow[] = [];
	const notes: string[] = [];
	for (const split of ORDER) {
		const size = record.dataset.splits[split];
		const metrics = record.metrics[split] ?? null;
		const name = label(split, record);
		if (split === 'heldout_sealed' && metrics === null) {
			if (size.pairs > 0) {
				rows.push({
					cells: [name, count(size.pairs)],
					rest: terminal.paint(
						'dim',
						record.decision === null ? '🔒 sealed until you decide: scored, not shown' : 'opened, without figures',
					),
				});
			}
		} else if (metrics === null || metrics.n === 0) {
			if (split !== 'retention')
				rows.push({ cells: [name, '0'], rest: terminal.paint('dim', whyEmpty(record, split)) });
		} else {
			rows.push(metricsRow(terminal, name, metrics));
			const out = leftOut(metrics);
			if (out !== '') notes.push(wrap(`${SPLIT_LABELS[split]}: ${out}`, terminal.width, '  '));
		}
	}
	const people = peopleLine(terminal, record);
	const explained = notes.length === 0 ? [] : [terminal.paint('dim', ['Left out', ...notes].join('\n'))];
	return [renderTable(terminal, METRIC_COLUMNS, rows), ...people, ...explained].join('\n');
}

/** What people reach on the same pairs: one against the majority of the others. */
function peopleLine(terminal: Terminal, { human = {} }: RunRecord): string[] {
	const parts = ORDER.flatMap((split) => {
		const of = human[split];
		return of === undefined || of.accuracy.value === null
			? []
			: [`${interval(withinShares(of.accuracy), 2)} of ${plural(of.pairs, `${SPLIT_LABELS[split]} pair`)}`];
	});
	if (parts.length === 0) return [];
	const sentence = `People agree with the majority of the others in ${parts.join(', ')} that three or more judged; a model may exceed it.`;
	return [terminal.paint('dim', wrap(sentence, terminal.width))];
}

/** Not always for want of judgments: a split may not have been asked for, and a checkpoint's train row is about its own training pairs. */
function whyEmpty({ checkpoints, settings }: RunRecord, split: EvaluationSplit): string {
	if (settings.splits !== undefined && !settings.splits.includes(split)) return 'not asked for in this run';
	return checkpoints !== undefined && split === 'train' ? 'no judged pair is known to be its own' : 'no judged pairs';
}

function leftOut({ left_out, n, n_accuracy }: Metrics): string {
	const parts: [number | undefined, string][] = [
		[left_out.open, 'not judged'],
		[left_out.waiting, 'judged, but behind one that is not'],
		[left_out.both_bad, 'both bad'],
		[left_out.policy, 'without a label under the policy of this run'],
		[left_out.spanning, 'in clusters across splits'],
		[left_out.unscored, 'not scored by every checkpoint'],
		[left_out.seen, 'near prompts that a checkpoint was trained on'],
		[n - n_accuracy, 'ties or unresolved, in no accuracy'],
	];
	return parts
		.filter(([k]) => k !== undefined && k > 0)
		.map(([k, why]) => `${count(k!)} ${why}`)
		.join(', ');
}

/** Other measures of the same pairs; none of them decides anything. Empty for a record of an earlier version. */
export function calibrationDetails(terminal: Terminal, record: RunRecord): string[] {
	const rows = ORDER.flatMap((split): string[][] => {
		const m = record.metrics[split] ?? null;
		if (m === null || m.n === 0 || m.slope === undefined) return [];
		const { miscalibration = null, discrimination = null } = m.corp ?? {};
		return [
			[
				label(split, record),
				interval(m.slope, 2),
				fixed(m.ece.null.p),
				fixed(m.rms_ce_debiased.value),
				fixed(m.smece.value),
				fixed(m.ece_sweep.value),
				fixed(m.ece_mass.value),
				fixed(m.mce.value),
				fixed(miscalibration),
				fixed(discrimination),
			],
		];
	});
	if (rows.length === 0) return [];
	return [
		renderTable(
			terminal,
			[
				{ title: 'further measures' },
				{ title: '1/T*, 95 %', align: 'right' },
				{ title: 'p of ECE', align: 'right', drop: 1 },
				{ title: 'RMS, debiased', align: 'right', drop: 2 },
				{ title: 'smECE', align: 'right', drop: 3 },
				{ title: 'sweep', align: 'right', drop: 4 },
				{ title: 'equal mass', align: 'right', drop: 5 },
				{ title: 'MCE', align: 'right', drop: 6 },
				{ title: 'CORP MCB', align: 'right', drop: 7 },
				{ title: 'DSC', align: 'right', drop: 8 },
			],
			rows,
		),
	];
}
