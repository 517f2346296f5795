/**
 * The script that stands in the report's page: it paints whose run it is and the verdict from the editor's first message, then has
 * the view fetched, which draws the same with all the rest. A file that a page asks for goes over the workbench to the extension's
 * machine and back, and the editor hides a page until what it asks for at its start has come. Small: the table, the checks of a
 * whole record and the table's layout would each take as long again.
 */
import { render } from 'preact';
import * as v from 'valibot';
import type { ReportState } from '../../src/protocol/report.ts';
import { reportHeadSchema } from '../../src/protocol/report-head.ts';
import type { VsCodeApi } from '../early.ts';
import { Heading, OutOfDate, Verdict } from './heading.tsx';
import { INITIAL_VIEW, type View, ViewContext } from './view-state.tsx';

declare function acquireVsCodeApi(): VsCodeApi;

performance.mark('script');

/** The message comes with the page; a page that waits for longer lets the view ask. */
const PATIENCE_MS = 100;

const own = document.currentScript;
/** An element of its own: the view's copy of Preact must find none of this one's marks on its root. */
const place = document.createElement('div');
// To be read: what is clicked would be lost until the view is there.
place.inert = true;
const vscode = acquireVsCodeApi();
const messages: unknown[] = [];
let painted = false;
let asked = false;

function paint({ report, actions }: Extract<ReportState, { status: 'report' }>): void {
	document.getElementById('app')?.append(place);
	const view: View = { state: INITIAL_VIEW, actions, incomplete: null, busy: false, set() {}, run() {} };
	render(
		<ViewContext.Provider value={view}>
			<main>
				<Heading report={report} />
				<OutOfDate report={report} />
				<Verdict report={report} />
			</main>
		</ViewContext.Provider>,
		place,
	);
}

/** Only what is drawn here is checked; a state that has something else, or nothing of it, is left to the view. */
function onMessage({ data }: MessageEvent): void {
	messages.push(data);
	if (painted || data?.t !== 'q' || data.m !== 'update') return;
	const state: ReportState | undefined = data.a?.[0];
	if (state?.status === 'report' && v.is(reportHeadSchema, state.report)) {
		performance.mark('answered');
		paint(state);
		painted = true;
		performance.mark('drawn');
		requestAnimationFrame(() => setTimeout(fetchView));
	} else {
		fetchView();
	}
}

function fetchView(): void {
	if (asked || !(own instanceof HTMLScriptElement)) return;
	asked = true;
	const script = document.createElement('script');
	script.nonce = own.nonce;
	script.src = own.dataset.view ?? '';
	script.onerror = missing;
	document.body.append(script);
}

/** The view does not come: what was painted can be read and copied, but its buttons have nothing behind them. */
function missing(): void {
	document.getElementById('app')?.append(place);
	place.inert = false;
	for (const button of place.querySelectorAll('button')) button.disabled = true;
	const line = document.createElement('p');
	line.className = 'banner bad';
	line.setAttribute('role', 'alert');
	line.textContent = 'The rest of the report could not be loaded. Close it and open it again.';
	(place.querySelector('main') ?? place.appendChild(document.createElement('main'))).append(line);
}

window.addEventListener('message', onMessage);
window.addEventListener('load', () => {
	// A page that was here before, hidden or gone with its window, may not be sent anything.
	if (vscode.getState() !== undefined) fetchView();
	else setTimeout(() => painted || fetchView(), PATIENCE_MS);
});

globalThis.pairwrightEarly = {
	vscode,
	handOver() {
		window.removeEventListener('message', onMessage);
		place.remove();
		return messages.splice(0);
	},
};
