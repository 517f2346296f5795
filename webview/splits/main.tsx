import { render } from 'preact';
import { validateArguments } from '../../src/protocol/schemas.ts';
import { type SplitsHost, type SplitsView, splitsViewSchemas } from '../../src/protocol/splits.ts';
import { connect, loadState, saveState } from '../host.ts';
import { registerComponents } from '../ui.ts';
import { App, type Signals, type ViewState } from './app.tsx';

registerComponents('button');

const signals: Signals = { onChanged: () => {}, onFocus: () => {}, onInspecting: () => {}, onActing: () => {} };
const view: SplitsView = {
	changed: (what) => signals.onChanged(what),
	focus: (focus) => signals.onFocus(focus),
	acting: (acting) => signals.onActing(acting),
	inspecting: (progress) => signals.onInspecting(progress),
};
const { remote: host } = connect<SplitsHost, SplitsView>(view, {
	validate: validateArguments<SplitsView>(splitsViewSchemas),
});

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');
const initial = loadState<ViewState>({ filter: {}, scroll: 0, open: [], details: null });

void host.ready().then(({ keep, name, focus }) => {
	saveState(keep);
	render(
		<App host={host} name={name} focus={focus} initial={initial} signals={signals} keep={saveState<ViewState>} />,
		root,
	);
});
