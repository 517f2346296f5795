import { useLayoutEffect, useReducer } from 'preact/hooks';
import { KeyButton, useLinks } from '../annotate/parts.tsx';
import { type Choice, toScreen } from '../annotate/verdict.ts';
import type { Controller } from './controller.ts';
import { DecisionBar } from './decision.tsx';
import { current, left, leftOnlyFlagged, type Model } from './model.ts';
import { PromptView, SidesView } from './pair.tsx';
import type { State, Store } from './store.ts';
import { Neither } from './verdicts.tsx';

function pairs(count: number): string {
	return `${count.toLocaleString('en')} ${count === 1 ? 'pair' : 'pairs'}`;
}

/** The side bar counts disputed pairs alone: what else waits here is said. */
function kinds(model: Model): string | null {
	const flagged = leftOnlyFlagged(model);
	if (flagged === 0) return null;
	const disputed = left(model) - flagged;
	const counted = (n: number) => n.toLocaleString('en');
	return disputed === 0 ? 'only flagged' : `${counted(disputed)} disputed, ${counted(flagged)} only flagged`;
}

interface Words {
	readonly title: string;
	readonly text: string;
}

function stateWords({ phase, error, done }: Model): Words | null {
	if (phase === 'error') return { title: 'This could not be read', text: error ?? '' };
	if (phase === 'uninitialised') {
		return { title: 'This folder is not set up', text: '"Pairwright: Set up Folder" makes it a workspace.' };
	}
	if (phase === 'loading') return null;
	return {
		title: 'Nothing is disputed',
		text:
			done === 0
				? 'Pairs come here when people differ without a strict majority, or when somebody flags one or sends it here from Review.'
				: `You have settled ${pairs(done)}. ← shows them again, with names.`,
	};
}

function Empty({ model, controller }: { readonly model: Model; readonly controller: Controller }) {
	const words = stateWords(model);
	if (words === null) {
		return (
			<div class="state loading" role="status">
				<vscode-progress-ring /> Reading…
			</div>
		);
	}
	return (
		<section class="state" aria-labelledby="state-heading">
			<h2 id="state-heading" class="state-title">
				{words.title}
			</h2>
			<p class={model.phase === 'error' ? 'problem' : ''}>{words.text}</p>
			<div class="steps">
				{model.phase === 'error' ? (
					<vscode-button onClick={() => void controller.start()}>Try again</vscode-button>
				) : null}
				{model.items.length > 0 ? (
					<vscode-button appearance="secondary" onClick={() => controller.click('previous')}>
						Look back
					</vscode-button>
				) : null}
			</div>
		</section>
	);
}

function TopBar({ state, controller }: { readonly state: State; readonly controller: Controller }) {
	const item = current(state.model);
	const waiting = left(state.model);
	return (
		<header class="top">
			<h1>{state.model.phase === 'ready' && waiting > 0 ? `Adjudicate: ${pairs(waiting)} left` : 'Adjudicate'}</h1>
			{state.model.phase === 'ready' && kinds(state.model) !== null ? (
				<span class="dim">{kinds(state.model)}</span>
			) : null}
			{item === null ? null : (
				<>
					{item.disputed ? <span class="chip">disputed</span> : null}
					{item.flags.length > 0 ? (
						<span class="chip">{item.earlier === undefined ? 'flagged' : 'flagged again'}</span>
					) : null}
					{item.names === 'hidden' ? <span class="dim order">Names are hidden until you have decided.</span> : null}
				</>
			)}
			<span class="spring" />
			{item === null ? null : (
				<div class="tools" role="toolbar" aria-label="View">
					<KeyButton label="Diff" keys="D" pressed={state.diff} onClick={() => controller.click('diff')} />
					<KeyButton label="Raw" keys="R" pressed={state.mode === 'raw'} onClick={() => controller.click('raw')} />
				</div>
			)}
		</header>
	);
}

export function App({ store, controller }: { readonly store: Store; readonly controller: Controller }) {
	const [, rerender] = useReducer((count: number, _: null) => count + 1, 0);
	useLayoutEffect(() => store.subscribe(() => rerender(null)), [store]);
	useLinks(controller);
	const { state } = store;
	const { model, mode, diff } = state;
	const item = current(model);
	const shown = item?.comparison ?? null;
	useLayoutEffect(() => {
		// Elsewhere in the editor somebody may be typing: focus is never taken from there.
		if (shown === null || !document.hasFocus() || store.state.model.choice !== null) return;
		document.getElementById('prompt-heading')?.focus({ preventScroll: true });
	}, [shown, store]);
	const decided = item?.decided ?? null;
	const choice: Choice | null =
		item === null || decided === null ? model.choice : toScreen(decided.verdict, item.leftSide);
	return (
		<div class="screen adjudicate">
			<TopBar state={state} controller={controller} />
			{item === null ? (
				<main class="main main-empty">
					<Empty model={model} controller={controller} />
				</main>
			) : (
				<main class="main" aria-label="Pair" key={item.comparison}>
					<PromptView item={item} mode={mode} diff={diff} choice={choice} />
					<Neither item={item} />
					<SidesView item={item} mode={mode} diff={diff} choice={choice} />
				</main>
			)}
			{item === null ? null : <DecisionBar state={state} item={item} controller={controller} />}
			<div class="visually-hidden" role="status" aria-live="polite">
				{state.said}
			</div>
		</div>
	);
}
