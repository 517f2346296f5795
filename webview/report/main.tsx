import { render } from 'preact';
import {
	type PanelState,
	parseReportState,
	type ReportHost,
	type ReportState,
	type ReportView,
	type RunningState,
	validateReportEvent,
} from '../../src/protocol/report.ts';
import { connect, loadState, saveState } from '../host.ts';
import { App } from './app.tsx';
import type { ViewState } from './view-state.tsx';

interface Kept extends Partial<PanelState> {
	readonly view: Partial<ViewState>;
}

/** The page's own script has painted, or left it to this one. */
const early = performance.getEntriesByName('drawn').length > 0;
if (!early) performance.mark('script');

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');

let shown: ReportState | null = null;
let running: RunningState = null;
let incomplete: string | null = null;

const view: ReportView = {
	update(state) {
		if (shown === null) showFirst(state);
		else show(state);
	},
	running(now) {
		running = now;
		paint();
	},
};

const { remote: host } = connect<ReportHost, ReportView>(view, { validate: validateReportEvent });
const kept = loadState<Kept>({ view: {} });
/** A panel that shows another run starts at its top, with the tables it had. */
let run = kept.run;

/** A record that came alone keeps the lists that were there, until they come anew. */
function withLists(state: ReportState): ReportState {
	if (state.status !== 'report' || !state.report.pending || shown?.status !== 'report') return state;
	const { record, ordinal } = state.report;
	const before = shown.report;
	if (before.pending || before.record.run !== record.run) return state;
	return { ...state, report: { ...before, record, ordinal } };
}

function show(state: ReportState): void {
	if (state.status === 'report') {
		document.title = `Run ${state.report.ordinal} – calibration report`;
		if (run !== undefined && run !== state.report.record.run) window.scrollTo(0, 0);
		run = state.report.record.run;
		saveState<Kept>({ run });
	}
	shown = withLists(state);
	incomplete = null;
	paint();
	if (state.status === 'report' && state.report.pending) askDetails();
}

function showFirst(state: ReportState): void {
	if (!early) performance.mark('answered');
	show(state);
	performance.mark(early ? 'whole' : 'drawn');
}

/** A report that stays open asks with every change of the data; it may take one part in ten of the process that saves verdicts. */
const PAUSE = 9;
let asking = false;
let again = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let answered = { run, until: 0 };

/** Asks for the lists after what is there was painted; one question at a time, and a pause after a long answer. */
function askDetails(): void {
	again = asking;
	if (asking) return;
	clearTimeout(timer);
	const wait = answered.run === run ? Math.max(0, answered.until - performance.now()) : 0;
	timer = setTimeout(() => requestAnimationFrame(() => setTimeout(() => void tellDetails())), wait);
}

async function tellDetails(): Promise<void> {
	if (asking) return;
	asking = true;
	const started = performance.now();
	try {
		const state = parseReportState(await host.details());
		if (state.status !== 'report' || state.report.record.run === run) show(state);
	} catch (error) {
		incomplete = error instanceof Error ? error.message : String(error);
		paint();
	}
	const now = performance.now();
	answered = { run, until: now + PAUSE * (now - started) };
	asking = false;
	if (again) askDetails();
}

/** A loading line that stands for a moment only would be a flash. */
const LOADING_MS = 250;

function paint(): void {
	if (root === null) return;
	render(
		<App
			state={shown}
			running={running}
			incomplete={incomplete}
			host={host}
			initial={kept.view}
			keep={(state) => saveState<Kept>({ view: state })}
		/>,
		root,
	);
}

/** An exported file holds its data; in the editor it comes by message, never in the page. */
const embedded = document.getElementById('report-data');
if (embedded !== null) {
	show(parseReportState(JSON.parse(embedded.textContent ?? 'null')));
} else {
	setTimeout(() => shown ?? paint(), LOADING_MS);
	host
		.ready()
		.then((reply) => {
			saveState<Kept>(reply.keep);
			running = reply.running;
			// Usually the host has sent the state already, unasked.
			if (shown === null) showFirst(parseReportState(reply.state));
			else paint();
		})
		.catch((error: unknown) => {
			show({ status: 'error', message: error instanceof Error ? error.message : String(error) });
		});
}
