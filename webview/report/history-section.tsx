import type { RunRecord } from '../../src/domain/run-record.ts';
import { SPLIT_LABELS } from '../../src/domain/split.ts';
import type { RunReport, RunSummary } from '../../src/protocol/workspace-api.ts';
import { Figure } from '../charts/figure.tsx';
import { IntervalsChart } from '../charts/intervals.tsx';
import { type RunSeries, RunsChart } from '../charts/runs.tsx';
import { dateTime, fixed, range, withInterval } from './format.ts';
import { claimSentence, longerSentence, openedSentence, runsSentence, sideOfZero } from './sentences.ts';
import { useTableToggle, useView } from './view-state.tsx';

/** More runs than fit a chart would hide the recent ones. */
const SHOWN_RUNS = 30;

type Key = 'nll' | 'overconfidence';

function series(history: readonly RunSummary[], key: Key): RunSeries[] {
	const points = (which: 'eval' | 'heldout') =>
		history.flatMap((run) => {
			const interval = run[which]?.[key];
			if (!interval || interval.value === null) return [];
			return [{ ordinal: run.ordinal, value: interval.value, low: interval.low, high: interval.high }];
		});
	return [
		{ name: 'in distribution', tone: 'in', points: points('eval') },
		{ name: 'held out', tone: 'out', points: points('heldout') },
	];
}

function RunLink({ run, current }: { run: RunSummary; current: boolean }) {
	const view = useView();
	if (current || view.actions === 'exported') return <>{current ? `${run.ordinal} (this)` : run.ordinal}</>;
	return (
		<button type="button" class="link" onClick={() => view.run('open the run', (host) => host.openRun(run.run))}>
			{run.ordinal}
			<span class="visually-hidden"> open this run</span>
		</button>
	);
}

function RunsFigure({ report, name, title }: { report: RunReport; name: Key; title: string }) {
	const toggle = useTableToggle(`runs-${name}`);
	const history = report.history.slice(-SHOWN_RUNS);
	const drawn = series(history, name).filter((one) => one.points.length > 0);
	if (drawn.length === 0) return <p>{title}: insufficient, no run has eval or held-out numbers yet.</p>;
	return (
		<Figure
			title={title}
			sentence={runsSentence(history, name)}
			table={{
				head: ['Run', 'When', 'In distribution', 'Held out', 'λ', 'Verdict'],
				rows: history.map((run) => [
					<RunLink key={run.run} run={run} current={run.run === report.record.run} />,
					dateTime(run.created),
					run.eval ? withInterval(run.eval[name]) : fixed(null),
					run.heldout ? withInterval(run.heldout[name]) : fixed(null),
					fixed(run.lambda, 2),
					run.verdict.status,
				]),
			}}
			{...toggle}
			legend={<Legend dashed={name === 'nll' ? 'ln 2: knowing nothing' : '0: calibrated'} />}
			draw={(width) => (
				<RunsChart width={width} series={drawn} current={report.ordinal} reference={name === 'nll' ? Math.LN2 : 0} />
			)}
		/>
	);
}

function Legend({ dashed }: { dashed: string }) {
	return (
		<p class="legend dim" aria-hidden="true">
			<span>
				<svg width="12" height="12" viewBox="0 0 12 12" class="in" aria-hidden="true">
					<circle class="mark" cx="6" cy="6" r="3.5" />
				</svg>{' '}
				in distribution
			</span>
			<span>
				<svg width="12" height="12" viewBox="0 0 12 12" class="out" aria-hidden="true">
					<path class="mark" d="M6 1 11 6 6 11 1 6Z" />
				</svg>{' '}
				held out
			</span>
			<span>
				<svg width="18" height="12" viewBox="0 0 18 12" aria-hidden="true">
					<line class="reference" x1="0" x2="18" y1="6" y2="6" />
				</svg>{' '}
				{dashed}
			</span>
		</p>
	);
}

export function HistorySection({ report }: { report: RunReport }) {
	return (
		<section aria-labelledby="history-title">
			<h2 id="history-title">Runs over time</h2>
			<div class="two">
				<RunsFigure report={report} name="nll" title="Loss (NLL)" />
				<RunsFigure report={report} name="overconfidence" title="Over-confidence" />
			</div>
		</section>
	);
}

/** Those on the sealed half come last and only after a decision. */
function allDifferences(record: RunRecord): RunRecord['differences'] {
	return [...record.differences, ...(record.opened?.differences ?? [])];
}

function DifferencesFigure({ record }: { record: RunRecord }) {
	const view = useView();
	const differences = allDifferences(record);
	const words = {
		above: '↑ higher',
		below: '↓ lower',
		around: 'not distinguishable from 0',
		unknown: 'insufficient',
	} as const;
	const drawable = differences.filter((difference) => difference.value !== null);
	const toggle = {
		asTable: view.state.tables.differences !== false,
		onToggle: () =>
			view.set({ tables: { ...view.state.tables, differences: view.state.tables.differences === false } }),
	};
	return (
		<Figure
			title="Differences, paired"
			sentence={claimSentence(differences)}
			table={{
				head: ['What', 'Difference', '95 % interval', ''],
				rows: differences.map((difference) => [
					difference.what,
					fixed(difference.value),
					range(difference.low, difference.high),
					difference.value === null
						? (difference.reason ?? 'not available')
						: difference.low === 0 && difference.high === 0
							? 'the same solution'
							: words[sideOfZero(difference)],
				]),
			}}
			{...toggle}
			draw={(width) => (
				<IntervalsChart
					width={width}
					reference={0}
					axis="difference in nats; an interval that holds 0 shows nothing"
					rows={drawable.map((difference) => ({
						label: difference.what,
						value: difference.value ?? 0,
						low: difference.low,
						high: difference.high,
						tone: /held/i.test(difference.what) ? 'out' : 'in',
					}))}
				/>
			)}
		>
			<p class="note dim">Every difference has its own paired interval over clusters. No arrow without one.</p>
		</Figure>
	);
}

function LongerFigure({ record }: { record: RunRecord }) {
	const toggle = useTableToggle('longer');
	const rows = (['train', 'eval', 'heldout_reference', 'heldout_sealed', 'retention'] as const).flatMap((split) => {
		const interval = record.metrics[split]?.longer_wins;
		return interval && interval.value !== null ? [{ split, interval }] : [];
	});
	return (
		<Figure
			title="How often the longer response wins"
			sentence={longerSentence(record.metrics)}
			table={{
				head: ['Split', 'P(longer wins)', '95 % interval'],
				rows: rows.map(({ split, interval }) => [
					SPLIT_LABELS[split],
					fixed(interval.value),
					range(interval.low, interval.high),
				]),
			}}
			{...toggle}
			draw={(width) => (
				<IntervalsChart
					width={width}
					reference={0.5}
					axis="P(longer wins); 0.5 = length does not matter"
					rows={rows.map(({ split, interval }) => ({
						label: SPLIT_LABELS[split],
						value: interval.value ?? 0.5,
						low: interval.low,
						high: interval.high,
						tone: split.startsWith('heldout') ? 'out' : 'in',
					}))}
				/>
			)}
		/>
	);
}

const CANDIDATES = {
	choice: 'the choice',
	dpo: 'DPO',
	pooled: 'pooled',
	uninformed: 'knowing nothing',
	other: 'other',
} as const;

function candidateName(
	{ name, s }: NonNullable<RunRecord['opened']>['losses'][number],
	decision: RunRecord['decision'],
): string {
	if (name === 'other') return `other, s = ${fixed(s, 2)}`;
	// A decision for none opens the seal for what the run itself used.
	return name === 'choice' && decision?.lambda === null ? 'what this run used' : CANDIDATES[name];
}

/** E for the choice and its baselines; the other candidates with bands that hold for all of them at once. */
function OpenedFigure({ record, opened }: { record: RunRecord; opened: NonNullable<RunRecord['opened']> }) {
	const toggle = useTableToggle('opened');
	const rows = opened.losses.map((loss) => ({
		...loss,
		label: candidateName(loss, record.decision),
	}));
	return (
		<Figure
			title="Loss on the sealed half"
			sentence={openedSentence(opened, record.decision?.lambda === null ? 'What this run used' : 'The choice')}
			table={{
				head: ['Candidate', 'NLL', '95 % interval'],
				rows: rows.map((row) => [
					row.label,
					fixed(row.value),
					`${range(row.low, row.high)}${row.simultaneous ? ', simultaneous' : ''}`,
				]),
			}}
			{...toggle}
			draw={(width) => (
				<IntervalsChart
					width={width}
					reference={Math.LN2}
					axis="loss in nats; dashed: knowing nothing, ln 2"
					rows={rows.flatMap((row) =>
						row.value === null || row.name === 'uninformed'
							? []
							: [{ label: row.label, value: row.value, low: row.low, high: row.high, tone: 'out' as const }],
					)}
				/>
			)}
		/>
	);
}

export function DifferencesSection({ record }: { record: RunRecord }) {
	return (
		<section aria-labelledby="differences-title">
			<h2 id="differences-title">Against the baselines, and length</h2>
			<div class="two">
				{allDifferences(record).length > 0 ? (
					<DifferencesFigure record={record} />
				) : (
					<p>Differences: insufficient, this run has no baselines to compare with.</p>
				)}
				{record.opened ? <OpenedFigure record={record} opened={record.opened} /> : null}
				<LongerFigure record={record} />
			</div>
		</section>
	);
}
