import { blurred, type KeyLock, keyDown, keyUp } from './key-lock.ts';

function isTextField(target: EventTarget | undefined): boolean {
	return (
		target instanceof HTMLTextAreaElement ||
		(target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type)) ||
		(target instanceof HTMLElement && target.isContentEditable)
	);
}

export interface KeyboardWatch {
	change(next: (lock: KeyLock) => KeyLock): void;
	/** The window got or lost the focus. */
	focus(on: boolean): void;
	/** A text field of ours got or lost it. */
	input(on: boolean): void;
	/** A key went down outside of any text field; not its repeats. @param modified with Ctrl, Alt or Meta */
	press?(key: string, modified: boolean): void;
}

/**
 * Watches keys before VS Code's own listener on the window sees them. Auto-repeat and what is typed into text fields go no
 * further: a key held for 0.6 s would otherwise judge 21 pairs, and a letter typed in a note would be a command.
 */
export function watchKeyboard({ change, focus, input, press }: KeyboardWatch): void {
	document.addEventListener('keydown', (event) => {
		const field = isTextField(event.composedPath()[0]);
		if (event.repeat) {
			event.stopPropagation();
			// A held Enter clicks the button under the focus again and again.
			if (!field && (event.key === 'Enter' || event.key === ' ')) event.preventDefault();
		}
		if (field && event.key.length === 1 && !event.ctrlKey && !event.metaKey) event.stopPropagation();
		if (!field && !event.repeat) press?.(event.key, event.ctrlKey || event.metaKey || event.altKey);
		change((lock) => keyDown(lock, event.code, performance.now(), event.repeat));
	});
	document.addEventListener('keyup', (event) => change((lock) => keyUp(lock, event.code)));
	window.addEventListener('focus', () => focus(true));
	window.addEventListener('blur', () => {
		change(blurred);
		focus(false);
	});
	document.addEventListener('focusin', (event) => input(isTextField(event.composedPath()[0])));
	document.addEventListener('focusout', (event) => {
		if (event.relatedTarget === null) input(false);
	});
}

/** Calls back once what was rendered before is on the screen. Not called while the window is hidden. */
export function afterPaint(callback: () => void): void {
	requestAnimationFrame(() => {
		const channel = new MessageChannel();
		channel.port1.onmessage = callback;
		channel.port2.postMessage(null);
	});
}
