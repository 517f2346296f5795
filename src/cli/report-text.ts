import { activeWords } from '../domain/active-words.ts';
import { verdictMark } from '../domain/headline.ts';
import { RUN_POLICY } from '../domain/label-policy.ts';
import type { Decision, RunRecord } from '../domain/run-record.ts';
import { SPLIT_LABELS } from '../domain/split.ts';
import type { Mistake, RunReport } from '../protocol/runs.ts';
import { duration, interval, oneLine, percent, plain, plural, shortId, when } from './format.ts';
import { nextSteps } from './next-steps.ts';
import { checkpointLines, forgettingLines } from './report-checkpoints.ts';
import { frontierLines } from './report-frontier.ts';
import { checkLines, featureLines, shiftLines, sliceLines } from './report-lists.ts';
import { calibrationDetails, splitsTable } from './report-metrics.ts';
import { renderTable } from './table.ts';
import { bullet, statusMark, type Terminal, wrap } from './terminal.ts';

/** Mistakes on a terminal: a taste; the page and the editor have them all. */
const MISTAKES = 5;

/** One run for a person at a terminal: the verdict first, then what it rests on, last what to do. Never anything of a sealed E. */
export function reportText(terminal: Terminal, report: RunReport): string {
	const { record } = report;
	return [
		verdict(terminal, report),
		[splitsTable(terminal, record), ...calibrationDetails(terminal, record)].join('\n\n'),
		...(record.checkpoints === undefined
			? [section(terminal, 'What generalization costs', frontierLines(terminal, record))]
			: [
					section(terminal, 'Checkpoints', checkpointLines(terminal, record)),
					section(terminal, 'Must not forget, by the policy alone', forgettingLines(terminal, record)),
				]),
		section(terminal, 'Checks', checkLines(terminal, record)),
		mistakes(terminal, report.mistakes),
		section(terminal, 'Slices, exploratory', sliceLines(terminal, record)),
		section(terminal, 'What the pairs teach, in logits a standard deviation', featureLines(terminal, record)),
		section(terminal, 'Is held-out out of distribution?', shiftLines(terminal, record)),
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
	return lines.length === 0 ? '' : [terminal.paint('bold', wrap(title, terminal.width)), ...lines].join('\n');
}

function verdict(terminal: Terminal, { record, ordinal, outOfDate }: RunReport): string {
	const { settings, engine, durations } = record;
	const sentence = wrap(oneLine(record.verdict.sentence), terminal.width, '  ').trimStart();
	const total = durations === undefined ? null : Object.values(durations).reduce((sum, ms) => sum + ms, 0);
	const overCheckpoints = record.checkpoints !== undefined;
	const chosen = overCheckpoints ? '' : record.recommended.lambda === null ? ' (none recommended)' : ' (recommended)';
	const facts = [
		`Run ${ordinal}`,
		record.run,
		`${engine.name} ${engine.version}`,
		`λ ${plain(settings.lambda)}${settings.lambda_requested === null ? chosen : ''}`,
		`margin ${plain(settings.margin)}${settings.loss === 'ipo' || settings.loss === 'hinge' ? '' : ' nats'}`,
		`β ${plain(settings.beta)}`,
		...(settings.loss === undefined ? [] : [`loss ${settings.loss}`]),
		`seed ${settings.seed}`,
		...(settings.labels.policy === RUN_POLICY ? [] : [`labels ${oneLine(settings.labels.policy)}`]),
		when(record.created),
		...(total === null ? [] : [duration(total)]),
	].join(' · ');
	const active = activeWords(record.dataset.actively_judged, record.dataset.splits.train.pairs);
	return [
		`${statusMark(terminal, verdictMark(record).status)} ${terminal.paint('bold', sentence)}`,
		terminal.paint('dim', wrap(facts, terminal.width, '  ')),
		...(active === null ? [] : [wrap(active, terminal.width, '  ')]),
		...(outOfDate === null
			? []
			: [
					`  ${terminal.paint('yellow', '●')} Out of date: ${plural(outOfDate.changed, 'comparison')} changed since this run.`,
				]),
	].join('\n');
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

/** "λ 0.25", "dpo-step50", "None". */
export function chosenInWords({ lambda, checkpoint }: Pick<Decision, 'lambda' | 'checkpoint'>, none = 'None'): string {
	if (checkpoint !== null) return oneLine(checkpoint);
	return lambda === null ? none : `λ ${plain(lambda)}`;
}

function decision(terminal: Terminal, { decision: made, seal, metrics, opened }: RunRecord): string {
	if (made === null) return '';
	const sealed = metrics.heldout_sealed ?? null;
	return section(terminal, 'Decision', [
		wrap(
			`${chosenInWords(made)}, by ${oneLine(made.person)}, ${when(made.at)}: ${oneLine(made.reason)}`,
			terminal.width,
			'  ',
		),
		...(sealed === null ? [] : [`  Sealed half: NLL ${interval(sealed.nll)}, accuracy ${interval(sealed.accuracy)}.`]),
		...(opened?.losses ?? [])
			.filter(({ checkpoint, name }) => checkpoint !== undefined && name !== 'choice')
			.map(
				(row) =>
					`  ${oneLine(row.checkpoint!)}: loss ${interval(row)}${row.simultaneous ? ', simultaneous band' : ''}${row.name === 'other' ? '' : ` (${row.name === 'recommended' ? 'recommended' : 'best by eval'})`}.`,
			),
		...(opened?.by_facet ?? [])
			.filter(({ name, value }) => name === 'choice' && value !== null)
			.map(
				(row) =>
					`  ${row.facets === 'seen' ? 'Seen' : 'Unseen'} facets: NLL ${interval(row)}, ${plural(row.pairs, 'pair')}.`,
			),
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
