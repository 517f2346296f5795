import type { RefObject } from 'preact';
import type { ViewProps } from './app.tsx';

const LEAST = 0.08;
const MOST = 0.7;
const STEP = 0.04;

function clamp(share: number): number {
	return Math.min(MOST, Math.max(LEAST, share));
}

/** Drags the prompt's height; with the keyboard, arrow keys, Home and End; a double click gives it back its own height. */
export function PromptSplitter({ panel, store }: ViewProps & { readonly panel: RefObject<HTMLElement | null> }) {
	const { promptShare } = store.state;
	const height = () => (panel.current?.offsetHeight ?? 0) / window.innerHeight;
	const set = (share: number | null) => store.set({ promptShare: share === null ? null : clamp(share) });
	const onPointerDown = (event: PointerEvent) => {
		const handle = event.currentTarget as HTMLElement;
		handle.setPointerCapture(event.pointerId);
		const top = panel.current?.getBoundingClientRect().top ?? 0;
		const move = (at: PointerEvent) => set((at.clientY - top) / window.innerHeight);
		const stop = () => {
			handle.removeEventListener('pointermove', move);
			handle.removeEventListener('lostpointercapture', stop);
		};
		handle.addEventListener('pointermove', move);
		handle.addEventListener('lostpointercapture', stop);
	};
	const onKeyDown = (event: KeyboardEvent) => {
		const next =
			event.key === 'ArrowDown'
				? height() + STEP
				: event.key === 'ArrowUp'
					? height() - STEP
					: event.key === 'Home'
						? LEAST
						: event.key === 'End'
							? MOST
							: null;
		if (next === null) return;
		event.preventDefault();
		event.stopPropagation();
		set(next);
	};
	return (
		// biome-ignore lint/a11y/useSemanticElements: a splitter that can be moved is a separator with a value, which hr cannot be
		<div
			class="splitter"
			role="separator"
			aria-orientation="horizontal"
			aria-label="Height of the prompt"
			aria-valuemin={LEAST * 100}
			aria-valuemax={MOST * 100}
			aria-valuenow={Math.round((promptShare ?? height()) * 100)}
			tabIndex={0}
			onPointerDown={onPointerDown}
			onKeyDown={onKeyDown}
			onDblClick={() => set(null)}
			title="Drag for the height of the prompt; double-click to reset"
		/>
	);
}
