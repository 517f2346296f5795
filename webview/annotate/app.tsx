import { useLayoutEffect, useReducer, useRef } from 'preact/hooks';
import { Actions } from './actions.tsx';
import { Aside } from './aside.tsx';
import type { Controller } from './controller.ts';
import { GuidelinesBanner } from './guidelines.tsx';
import { afterPaint } from './keyboard.ts';
import { currentPair } from './model.ts';
import { useLinks } from './parts.tsx';
import { PromptPanel } from './prompt.tsx';
import { ReviewBar } from './review.tsx';
import { Sides } from './sides.tsx';
import { EmptyState } from './states.tsx';
import type { Store } from './store.ts';
import { TopBar } from './top-bar.tsx';

export interface ViewProps {
	readonly store: Store;
	readonly controller: Controller;
}

/** Focus follows the pair unless the person is at work elsewhere: in the guidelines, or in a text field. */
function focusPrompt(): void {
	// Elsewhere in the editor somebody may be typing: focus is never taken from there.
	if (!document.hasFocus()) return;
	const active = document.activeElement;
	if (active instanceof HTMLElement && active.closest('.aside, .popover, .top') !== null) return;
	document.getElementById('prompt-heading')?.focus({ preventScroll: true });
}

export function App({ store, controller }: ViewProps) {
	const [, rerender] = useReducer((count: number, _: null) => count + 1, 0);
	useLayoutEffect(() => store.subscribe(() => rerender(null)), [store]);
	const { model, aside, said } = store.state;
	const pair = currentPair(model);
	const painted = useRef(-1);

	useLayoutEffect(() => {
		if (pair === null || painted.current === model.showing) return;
		painted.current = model.showing;
		const showing = model.showing;
		focusPrompt();
		afterPaint(() => {
			if (store.state.model.showing === showing) controller.pairPainted();
		});
	}, [pair, model.showing, store, controller]);

	useLinks(controller);
	const props = { store, controller };
	return (
		<div class={`screen${aside === null ? '' : ' with-aside'}`}>
			<TopBar {...props} />
			<GuidelinesBanner {...props} />
			{pair === null ? (
				<main class="main main-empty">
					<EmptyState {...props} />
				</main>
			) : (
				<main class="main" aria-label="Pair">
					<PromptPanel key={pair.comparison} pair={pair} {...props} />
					<Sides pair={pair} {...props} />
				</main>
			)}
			<Aside {...props} />
			{pair === null ? null : (
				<footer class="foot">
					<ReviewBar {...props} />
					<Actions pair={pair} {...props} />
				</footer>
			)}
			<div class="visually-hidden" role="status" aria-live="polite">
				{said}
			</div>
		</div>
	);
}
