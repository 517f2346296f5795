import { render } from 'preact';
import { type AdjudicateHost, type AdjudicateView, validateViewCall } from '../../src/protocol/adjudicate.ts';
import { connect, loadState, saveState } from '../host.ts';
import { registerComponents } from '../ui.ts';
import { App } from './app.tsx';
import { Controller } from './controller.ts';
import { Store } from './store.ts';

registerComponents('button', 'progress-ring');

const store = new Store();
const { mode } = loadState({ mode: store.state.mode });
store.set({ mode });

let controller: Controller | null = null;
const rpc = connect<AdjudicateHost, AdjudicateView>(
	{
		action: (action, by) => controller?.action(action, by),
		changed: (what) => controller?.changed(what),
	},
	{ validate: validateViewCall },
);
controller = new Controller(rpc.remote, store);
store.subscribe(() => saveState({ mode: store.state.mode }));

const root = document.getElementById('app');
if (root !== null) render(<App store={store} controller={controller} />, root);
void controller.start();
