import { render } from 'preact';
import type { AnnotateHost, AnnotateView } from '../../src/protocol/annotate.ts';
import { validateViewCall } from '../../src/protocol/annotate.ts';
import { connect, loadState, saveState } from '../host.ts';
import { registerComponents } from '../ui.ts';
import { App } from './app.tsx';
import { Controller } from './controller.ts';
import { Store } from './store.ts';

registerComponents('button', 'checkbox', 'progress-ring');

const store = new Store();
const { mode, promptShare } = loadState({ mode: store.state.mode, promptShare: store.state.promptShare });
store.set({ mode, promptShare });

let controller: Controller | null = null;
const rpc = connect<AnnotateHost, AnnotateView>(
	{
		action: (action, by) => controller?.action(action, by),
		digit: (digit) => controller?.digit(digit),
		changed: (what) => controller?.changed(what),
		restart: () => controller?.restart(),
	},
	{ validate: validateViewCall },
);
controller = new Controller(rpc.remote, store);

store.subscribe(() => {
	const state = store.state;
	saveState({ mode: state.mode, promptShare: state.promptShare });
});

const root = document.getElementById('app');
if (root !== null) render(<App store={store} controller={controller} />, root);
void controller.start();
