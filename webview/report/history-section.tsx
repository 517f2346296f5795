import type { RunReport, RunSummary } from '../../src/protocol/runs.ts';
import { Figure } from '../charts/figure.tsx';
import { type RunSeries, RunsChart } from '../charts/runs.tsx';
import { counted, dateTime, fixed, withInterval } from './format.ts';
import { Pending } from './parts.tsx';
import { runsSentence } from './sentences.ts';
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

/** Runs that can stand in one line: what pairs teach a probe and what checkpoints learnt are two things. */
function alike({ history, record }: RunReport): readonly RunSummary[] {
	const probe = record.engine.name === 'probe';
	return history.filter((run) => (run.engine === 'probe') === probe);
}

function RunsFigure({ report, name, title }: { report: RunReport; name: Key; title: string }) {
	const toggle = useTableToggle(`runs-${name}`);
	const history = alike(report).slice(-SHOWN_RUNS);
	const probe = report.record.engine.name === 'probe';
	const drawn = series(history, name).filter((one) => one.points.length > 0);
	if (drawn.length === 0) return <p>{title}: insufficient, no run has eval or held-out numbers yet.</p>;
	return (
		<Figure
			title={title}
			sentence={runsSentence(history, name)}
			table={{
				head: ['Run', 'When', 'In distribution', 'Held out', probe ? 'λ' : 'Recommended', 'Verdict'],
				rows: history.map((run) => [
					<RunLink key={run.run} run={run} current={run.run === report.record.run} />,
					dateTime(run.created),
					run.eval ? withInterval(run.eval[name]) : fixed(null),
					run.heldout ? withInterval(run.heldout[name]) : fixed(null),
					probe ? fixed(run.lambda, 2) : run.checkpoints ? (run.checkpoints.recommended ?? 'none') : fixed(null),
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
	const others = report.history.length - alike(report).length;
	const kind = report.record.engine.name === 'probe' ? 'over checkpoints' : 'of the probe';
	return (
		<section aria-labelledby="history-title">
			<h2 id="history-title">Runs over time</h2>
			{report.pending ? (
				<Pending what="earlier runs" />
			) : (
				<>
					<div class="two">
						<RunsFigure report={report} name="nll" title="Loss (NLL)" />
						<RunsFigure report={report} name="overconfidence" title="Over-confidence" />
					</div>
					{others === 0 ? null : (
						<p class="note dim">
							{counted(others, 'run')} {kind} {others === 1 ? 'stands' : 'stand'} apart: what pairs teach a probe and
							what checkpoints learnt are not one line.
						</p>
					)}
				</>
			)}
		</section>
	);
}
