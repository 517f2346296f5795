import { render } from 'preact';
import {
	type MappingHost,
	type MappingState,
	type MappingView,
	mappingViewSchemas,
} from '../../src/protocol/mapping.ts';
import { validateArguments } from '../../src/protocol/schemas.ts';
import { connect, saveState } from '../host.ts';
import { registerComponents } from '../ui.ts';
import { App, Failed, type Signals } from './app.tsx';

registerComponents('button');

const signals: Signals = { onSaved: () => {} };
const { remote: host } = connect<MappingHost, MappingView>(
	{ saved: (all) => signals.onSaved(all) },
	{ validate: validateArguments<MappingView>(mappingViewSchemas) },
);

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');

host.ready().then(
	(init) => {
		saveState(init.keep);
		render(<App host={host} init={init} signals={signals} keep={saveState<MappingState>} />, root);
	},
	(error: unknown) => render(<Failed error={error} />, root),
);
