import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ReportHost, ReportState, RunningState } from '../../src/protocol/report.ts';
import { DifferencesSection } from './baselines-section.tsx';
import { DataCardSection } from './card.tsx';
import { CheckpointChecks } from './checkpoints/checks.tsx';
import { CompareSection } from './checkpoints/compare.tsx';
import { CheckpointDifferences } from './checkpoints/differences.tsx';
import { ForgettingSection } from './checkpoints/forgetting.tsx';
import { LambdaState } from './checkpoints/lambda-state.tsx';
import { hasCheckpoints } from './checkpoints/record.ts';
import { SideBySideSection } from './checkpoints/side-by-side.tsx';
import { CheckpointsSection } from './checkpoints/table.tsx';
import { TrendSection } from './checkpoints/trend.tsx';
import { Checks } from './checks.tsx';
import { DecisionBox } from './decision.tsx';
import { Details } from './details.tsx';
import { Features } from './features.tsx';
import { FrontierSection } from './frontier-section.tsx';
import { Heading, OutOfDate, Running, Verdict } from './heading.tsx';
import { HistorySection } from './history-section.tsx';
import { LongerFigure } from './longer.tsx';
import { Mistakes } from './mistakes.tsx';
import { ReliabilitySection } from './reliability-section.tsx';
import { ShiftSection } from './shift-section.tsx';
import { Slices } from './slices.tsx';
import { SplitTable } from './split-table.tsx';
import { INITIAL_VIEW, type View, ViewContext, type ViewState } from './view-state.tsx';

interface Props {
	readonly state: ReportState | null;
	readonly running: RunningState;
	/** Why the lists could not be read, or null. */
	readonly incomplete: string | null;
	readonly host: ReportHost;
	readonly initial: Partial<ViewState>;
	readonly keep: (state: ViewState) => void;
}

export function App({ state, running, incomplete, host, initial, keep }: Props) {
	const [viewState, setViewState] = useState<ViewState>({ ...INITIAL_VIEW, ...initial });
	const [pending, setPending] = useState(0);
	const [problem, setProblem] = useState<string | null>(null);
	const latest = useRef(viewState);

	const view = useMemo((): View => {
		const set = (patch: Partial<ViewState>): void => {
			latest.current = { ...latest.current, ...patch };
			setViewState(latest.current);
			keep(latest.current);
		};
		return {
			state: viewState,
			set,
			actions: state?.status === 'report' ? state.actions : 'untrusted',
			incomplete,
			busy: pending > 0 || running !== null,
			run(doing, call) {
				const quiet = doing === 'keep the draft';
				if (!quiet) {
					setPending((n) => n + 1);
					setProblem(null);
				}
				call(host)
					.catch((error: unknown) => {
						setProblem(`Could not ${doing}: ${error instanceof Error ? error.message : String(error)}`);
					})
					.finally(() => {
						if (!quiet) setPending((n) => n - 1);
					});
			},
		};
	}, [viewState, state, running, incomplete, pending]);

	// A position in one run's frontier, or a checkpoint of it, means nothing in another's.
	const run = state?.status === 'report' ? state.report.record.run : null;
	const before = useRef(run);
	useEffect(() => {
		if (before.current !== null && run !== null && before.current !== run)
			view.set({ viewed: null, picked: null, compared: null });
		if (run !== null) before.current = run;
	}, [run]);

	// The form that had the focus is gone once its decision is on record.
	const decided = state?.status === 'report' && state.report.record.decision !== null ? run : null;
	const decidedBefore = useRef<string | null | undefined>(undefined);
	useEffect(() => {
		if (decidedBefore.current === null && decided !== null && before.current === decided) {
			document.getElementById('decision')?.focus();
		}
		decidedBefore.current = decided;
	}, [decided]);

	const rest = useRest(state?.status === 'report', state?.status === 'report' && state.actions === 'exported');
	useScroll(rest, latest.current.scroll, (scroll) => {
		latest.current = { ...latest.current, scroll };
		keep(latest.current);
	});

	return (
		<ViewContext.Provider value={view}>
			<main>
				{state?.status === 'report' ? (
					<LambdaState>
						<Body state={state} rest={rest} running={running} problem={problem} dismiss={() => setProblem(null)} />
					</LambdaState>
				) : (
					<Instead state={state} problem={problem} />
				)}
				<p class="visually-hidden" role="status" aria-live="polite">
					{running ? `Scoring run: ${running.phase}` : ''}
				</p>
			</main>
		</ViewContext.Provider>
	);
}

function Body({
	state,
	rest,
	running,
	problem,
	dismiss,
}: {
	state: Extract<ReportState, { status: 'report' }>;
	/** The first screen is painted. */
	rest: boolean;
	running: RunningState;
	problem: string | null;
	dismiss: () => void;
}) {
	const { report } = state;
	return (
		<>
			<Heading report={report} />
			<Running running={running} />
			{problem === null ? null : (
				<div class="banner bad" role="alert">
					<p>{problem}</p>
					<button type="button" class="btn" onClick={dismiss}>
						Dismiss
					</button>
				</div>
			)}
			<OutOfDate report={report} />
			<Verdict report={report} />
			{hasCheckpoints(report.record) ? (
				<CheckpointsSection record={report.record} />
			) : (
				<SplitTable record={report.record} />
			)}
			{rest ? <Rest state={state} /> : null}
		</>
	);
}

/** What lies below the first screen. */
function Rest({ state }: { state: Extract<ReportState, { status: 'report' }> }) {
	const { report } = state;
	const { record } = report;
	return (
		<>
			{hasCheckpoints(record) ? (
				<>
					<TrendSection record={record} />
					<SideBySideSection record={record} />
					<SplitTable record={record} />
					<ForgettingSection record={record} />
					<CompareSection record={record} />
					<CheckpointDifferences record={record} />
				</>
			) : (
				<>
					<ReliabilitySection record={record} />
					<FrontierSection record={record} />
					<DifferencesSection record={record} />
				</>
			)}
			<div class="two findings">
				{hasCheckpoints(record) ? (
					<div class="column">
						<Checks report={report} />
						<CheckpointChecks record={record} rejudge={report.rejudge} />
					</div>
				) : (
					<Checks report={report} />
				)}
				<Mistakes report={report} texts={state.texts} />
			</div>
			<Slices record={report.record} />
			<Features record={report.record} />
			<section aria-labelledby="data-title">
				<h2 id="data-title">About the data</h2>
				<div class="two">
					<ShiftSection record={report.record} />
					<LongerFigure record={report.record} />
				</div>
			</section>
			<HistorySection report={report} />
			<DecisionBox key={report.record.run} report={report} draft={state.draft} />
			<DataCardSection html={state.card} />
			<Details record={report.record} />
		</>
	);
}

/** The verdict and its table are painted first; the charts, which take five times as long, follow in the next frame. */
function useRest(shown: boolean, atOnce: boolean): boolean {
	const [rest, setRest] = useState(atOnce);
	useEffect(() => {
		if (!shown || rest) return;
		let timer: ReturnType<typeof setTimeout> | undefined;
		const frame = requestAnimationFrame(() => {
			timer = setTimeout(() => setRest(true));
		});
		return () => {
			cancelAnimationFrame(frame);
			clearTimeout(timer);
		};
	}, [shown, rest]);
	return shown && rest;
}

/** What stands there while there is no report to show. */
function Instead({ state, problem }: { state: ReportState | null; problem: string | null }) {
	if (state === null) {
		return problem === null ? (
			<div class="instead">
				<progress aria-label="Loading the report" />
				<p class="dim">Reading the run…</p>
			</div>
		) : (
			<InsteadMessage title="The report could not be opened" text={problem} />
		);
	}
	if (state.status === 'vanished') {
		return (
			<InsteadMessage
				title="This run is gone"
				text={`Run ${state.run} is no longer in .pairwright/runs: it was deleted, or another branch is checked out.`}
				latest={state.latest}
			/>
		);
	}
	return <InsteadMessage title="The report could not be opened" text={state.status === 'error' ? state.message : ''} />;
}

function InsteadMessage({ title, text, latest }: { title: string; text: string; latest?: string | null }) {
	return (
		<ViewContext.Consumer>
			{(view) => (
				<div class="instead">
					<h1>{title}</h1>
					<p>{text}</p>
					{latest && view ? (
						<button
							type="button"
							class="btn primary"
							onClick={() => view.run('open the latest run', (host) => host.openRun(latest))}
						>
							Open the latest run
						</button>
					) : null}
				</div>
			)}
		</ViewContext.Consumer>
	);
}

/** Puts the scroll position back once, when there is something to scroll, and keeps it from then on. */
function useScroll(shown: boolean, position: number, keep: (scroll: number) => void): void {
	const restored = useRef(false);
	useEffect(() => {
		if (!shown) return;
		if (!restored.current) {
			restored.current = true;
			requestAnimationFrame(() => window.scrollTo(0, position));
		}
		let timer: ReturnType<typeof setTimeout> | undefined;
		const onScroll = (): void => {
			clearTimeout(timer);
			timer = setTimeout(() => keep(window.scrollY), 150);
		};
		window.addEventListener('scroll', onScroll, { passive: true });
		return () => {
			clearTimeout(timer);
			window.removeEventListener('scroll', onScroll);
		};
	}, [shown]);
}
