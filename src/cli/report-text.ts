import type { FrontierPoint, Metrics, RunRecord } from '../domain/run-record.ts';
import { type EvaluationSplit, SPLIT_LABELS } from '../domain/split.ts';
import type { Mistake, RunReport } from '../protocol/workspace-api.ts';
import {
	bounds,
	count,
	duration,
	fixed,
	interval,
	NONE,
	oneLine,
	percent,
	plain,
	plural,
	plusMinus,
	ridge,
	shortId,
	signed,
	when,
} from './format.ts';
import { nextSteps } from './next-steps.ts';
import { renderTable, type TableRow } from './table.ts';
import { bullet, statusMark, type Terminal, wrap } from './terminal.ts';

const ORDER: readonly EvaluationSplit[] = ['train', 'eval', 'heldout_reference', 'heldout_sealed', 'retention'];
/** Mistakes on a terminal: a taste; the page and the editor have them all. */
const MISTAKES = 5;
const FEATURES = 6;
/** Below so many columns accuracy and NLL stand without their intervals. */
const COMPACT = 100;

/** One run for a person at a terminal: the verdict first, then what it rests on, last what to do. Never anything of a sealed E. */
export function reportText(terminal: Terminal, report: RunReport): string {
	const { record } = report;
	return [
		verdict(terminal, report),
		splits(terminal, record),
		frontier(terminal, record),
		checks(terminal, record),
		features(terminal, record),
		mistakes(terminal, report.mistakes),
		decision(terminal, record),
		section(
			terminal,
			'Next',
			nextSteps(report).map((step) => bullet(terminal, '→', step)),
		),
	]
		.filter((part) => part !== '')
		.join('\n\n');
}

function section(terminal: Terminal, title: string, lines: readonly string[]): string {
	return lines.length === 0 ? '' : [terminal.paint('bold', title), ...lines].join('\n');
}

function verdict(terminal: Terminal, { record, ordinal, outOfDate }: RunReport): string {
	const { settings, engine, durations } = record;
	const sentence = wrap(oneLine(record.verdict.sentence), terminal.width, '  ').trimStart();
	const total = durations === undefined ? null : Object.values(durations).reduce((sum, ms) => sum + ms, 0);
	const chosen = record.recommended.lambda === null ? ' (none recommended)' : ' (recommended)';
	const facts = [
		`Run ${ordinal}`,
		record.run,
		`${engine.name} ${engine.version}`,
		`λ ${plain(settings.lambda)}${settings.lambda_requested === null ? chosen : ''}`,
		`margin ${plain(settings.margin)} nats`,
		`β ${plain(settings.beta)}`,
		`seed ${settings.seed}`,
		when(record.created),
		...(total === null ? [] : [duration(total)]),
	].join(' · ');
	return [
		`${statusMark(terminal, record.verdict.status)} ${terminal.paint('bold', sentence)}`,
		terminal.paint('dim', wrap(facts, terminal.width, '  ')),
		...(outOfDate === null
			? []
			: [
					`  ${terminal.paint('yellow', '●')} Out of date: ${plural(outOfDate.changed, 'comparison')} changed since this run.`,
				]),
	].join('\n');
}

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
	{ title: 'T*', align: 'right', drop: 1 },
] as const;

function label(split: EvaluationSplit, record: RunRecord): string {
	return split === 'train' && record.objective?.fit !== 'eval' ? 'train, out of fold' : SPLIT_LABELS[split];
}

/** A temperature that ran to an end of its range is no number to compare. */
function temperature({ value, status }: Metrics['temperature']): string {
	if (status === 't_to_infinity') return '→ ∞';
	if (status === 't_to_zero') return '→ 0';
	return status === 'ok' || status === 'clamped' ? fixed(value, 2) : NONE;
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
		temperature(m.temperature),
	];
}

function splits(terminal: Terminal, record: RunRecord): string {
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
			if (split !== 'retention') rows.push({ cells: [name, '0'], rest: terminal.paint('dim', 'no judged pairs') });
		} else {
			rows.push(metricsRow(terminal, name, metrics));
			const out = leftOut(metrics);
			if (out !== '') notes.push(wrap(`${SPLIT_LABELS[split]}: ${out}`, terminal.width, '  '));
		}
	}
	const explained = notes.length === 0 ? [] : [terminal.paint('dim', ['Left out', ...notes].join('\n'))];
	return [renderTable(terminal, METRIC_COLUMNS, rows), ...explained].join('\n');
}

function leftOut({ left_out, n, n_accuracy }: Metrics): string {
	const parts: [number | undefined, string][] = [
		[left_out.open, 'not judged'],
		[left_out.waiting, 'judged, but behind one that is not'],
		[left_out.both_bad, 'both bad'],
		[left_out.spanning, 'in clusters across splits'],
		[n - n_accuracy, 'ties or unresolved, in no accuracy'],
	];
	return parts
		.filter(([k]) => k !== undefined && k > 0)
		.map(([k, why]) => `${count(k!)} ${why}`)
		.join(', ');
}

/** Points with one solution stand in one row: `0.3–1`. */
export function mergeFrontier(
	points: readonly FrontierPoint[],
): { lambdas: string; point: FrontierPoint; values: number[] }[] {
	const merged: { point: FrontierPoint; values: number[] }[] = [];
	for (const point of points) {
		const last = merged.at(-1);
		if (last !== undefined && point.same_as_previous) last.values.push(point.lambda);
		else merged.push({ point, values: [point.lambda] });
	}
	return merged.map(({ point, values }) => ({
		point,
		values,
		lambdas: values.length === 1 ? plain(values[0]) : `${plain(values[0])}–${plain(values.at(-1))}`,
	}));
}

function frontier(terminal: Terminal, record: RunRecord): string {
	const { recommended, settings, baselines } = record;
	const rows: TableRow[] = mergeFrontier(record.frontier).map(({ lambdas, point, values }) => {
		const marks = [
			...(recommended.lambda !== null && values.includes(recommended.lambda) ? ['recommended'] : []),
			...(values.includes(settings.lambda) ? ['this run'] : []),
		];
		return [
			`λ ${lambdas}`,
			fixed(point.s, 2),
			ridge(point.ridge),
			fixed(point.train_loss),
			fixed(point.eval_loss),
			fixed(point.heldout_loss),
			fixed(point.gap),
			fixed(point.fit_regret),
			fixed(point.heldout_regret),
			marks.length === 0 ? '' : terminal.paint('cyan', `◂ ${marks.join(', ')}`),
		];
	});
	for (const [name, b] of [
		['DPO (train alone)', baselines.dpo],
		['pooled (train + R)', baselines.pooled],
		['uninformed', baselines.uninformed],
	] as const) {
		const gap = b.heldout_loss === null || b.train_loss === null ? null : b.heldout_loss - b.train_loss;
		rows.push([
			name,
			fixed(b.s, 2),
			ridge(b.ridge),
			fixed(b.train_loss),
			fixed(b.eval_loss),
			fixed(b.heldout_loss),
			fixed(gap),
		]);
	}
	const table = renderTable(
		terminal,
		[
			{ title: 'losses in nats' },
			{ title: 's', align: 'right', drop: 3 },
			{ title: 'ridge', align: 'right', drop: 4 },
			{ title: 'train', align: 'right' },
			{ title: 'eval', align: 'right' },
			{ title: 'held-out', align: 'right' },
			{ title: 'gap', align: 'right', drop: 1 },
			{ title: 'fit regret', align: 'right', drop: 2 },
			{ title: 'held-out regret', align: 'right', drop: 2 },
			{ title: '' },
		],
		rows,
	);
	const differences = record.differences
		.filter((d) => d.value !== null)
		.map((d) =>
			bullet(terminal, '·', `${oneLine(d.what)}: ${signed(d.value)}${bounds(d) === '' ? '' : ` (${bounds(d)})`}`),
		);
	const reasons = [...new Set([recommended.reason, record.objective?.reason].filter((r) => r !== undefined))];
	const said = oneLine(recommended.sentence);
	return section(terminal, 'What generalization costs', [
		table,
		...(said === '' ? [] : [wrap(said, terminal.width)]),
		...reasons
			.filter((reason) => !said.toLowerCase().includes(reason.toLowerCase()))
			.map((reason) => wrap(oneLine(reason), terminal.width)),
		...(differences.length === 0 ? [] : [terminal.paint('dim', 'Differences, paired, 95 %'), ...differences]),
	]);
}

const URGENCY = { fail: 0, warn: 1, insufficient: 2, pass: 3 } as const;

function checks(terminal: Terminal, { health }: RunRecord): string {
	return section(
		terminal,
		'Checks',
		health
			.toSorted((a, b) => URGENCY[a.status] - URGENCY[b.status])
			.map(({ check, status, message }) =>
				bullet(terminal, statusMark(terminal, status), `${check.replaceAll('-', ' ')}: ${oneLine(message)}`),
			),
	);
}

function features(terminal: Terminal, record: RunRecord): string {
	const strongest = (record.features ?? [])
		.slice(0, FEATURES)
		.map(({ name, weight }) => `${oneLine(name)} ${signed(weight, 2)}`);
	return strongest.length === 0
		? ''
		: section(terminal, 'What the pairs teach, in logits a standard deviation', [
				wrap(strongest.join(', '), terminal.width, '  '),
			]);
}

function mistakes(terminal: Terminal, list: readonly Mistake[]): string {
	return section(
		terminal,
		'Most confident mistakes outside the sealed half',
		list.length === 0
			? []
			: [
					renderTable(
						terminal,
						[
							{ title: 'sure', align: 'right' },
							{ title: 'pair' },
							{ title: 'split', drop: 1 },
							{ title: 'prompt', flexible: true },
						],
						list
							.slice(0, MISTAKES)
							.map((m) => [percent(m.confidence), shortId(m.comparison), SPLIT_LABELS[m.split], oneLine(m.preview)]),
					),
				],
	);
}

function decision(terminal: Terminal, { decision: made, seal, metrics }: RunRecord): string {
	if (made === null) return '';
	const sealed = metrics.heldout_sealed ?? null;
	return section(terminal, 'Decision', [
		wrap(
			`${made.lambda === null ? 'None' : `λ ${plain(made.lambda)}`}, by ${oneLine(made.person)}, ${when(made.at)}: ${oneLine(made.reason)}`,
			terminal.width,
			'  ',
		),
		...(sealed === null ? [] : [`  Sealed half: NLL ${interval(sealed.nll)}, accuracy ${interval(sealed.accuracy)}.`]),
		...(made.after_opening
			? [
					wrap(
						`Chosen after seeing E (${plural(seal.openings, 'opening')}): no longer an unseen test; add fresh sealed prompts.`,
						terminal.width,
						'  ',
					),
				]
			: []),
	]);
}
