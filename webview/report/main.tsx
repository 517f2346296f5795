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

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');

let shown: ReportState | null = null;
let running: RunningState = null;

const view: ReportView = {
	update(state) {
		show(state);
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

function show(state: ReportState): void {
	if (state.status === 'report') {
		document.title = `Run ${state.report.ordinal} – calibration report`;
		if (run !== undefined && run !== state.report.record.run) window.scrollTo(0, 0);
		run = state.report.record.run;
		saveState<Kept>({ run });
	}
	shown = state;
	paint();
}

function paint(): void {
	if (root === null) return;
	render(
		<App
			state={shown}
			running={running}
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
	paint();
	host
		.ready()
		.then((reply) => {
			saveState<Kept>(reply.keep);
			running = reply.running;
			show(parseReportState(reply.state));
		})
		.catch((error: unknown) => {
			show({ status: 'error', message: error instanceof Error ? error.message : String(error) });
		});
}
