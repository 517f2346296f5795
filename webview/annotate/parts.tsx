import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

/** Before what the footer says, so that it does not hang on the colour. */
export const STATUS_SIGNS = { saving: '…', saved: '✓', problem: '!', info: '' } as const;

interface KeyButtonProps {
	readonly label: string;
	/** What stands on the key by default. */
	readonly keys: string;
	readonly onClick: () => void;
	readonly class?: string;
	readonly pressed?: boolean;
	readonly expanded?: boolean;
	readonly disabled?: boolean;
	readonly title?: string;
	readonly children?: ComponentChildren;
}

/** A key as it is shown to the eye; `aria-keyshortcuts` tells it to others. */
export function Key({ children }: { readonly children: ComponentChildren }) {
	return (
		<span class="key" aria-hidden="true">
			<kbd>{children}</kbd>
		</span>
	);
}

/** A button that shows its key. */
export function KeyButton({
	label,
	keys,
	onClick,
	class: name = 'ghost',
	pressed,
	expanded,
	disabled,
	title,
	children,
}: KeyButtonProps) {
	return (
		<button
			type="button"
			class={name}
			onClick={onClick}
			disabled={disabled}
			title={title}
			aria-pressed={pressed}
			aria-expanded={expanded}
			aria-keyshortcuts={keys.replace('⇧', 'Shift+').replace('←', 'ArrowLeft').replace('→', 'ArrowRight')}
		>
			<span class="label">{label}</span>
			{children}
			<Key>{keys}</Key>
		</button>
	);
}

/** Puts a node that was made elsewhere into the page. */
export function Mounted({ node, class: name }: { readonly node: Node; readonly class?: string }) {
	const box = useRef<HTMLDivElement>(null);
	useLayoutEffect(() => box.current?.replaceChildren(node), [node]);
	return <div class={name} ref={box} />;
}

/**
 * Whether the end of a scrolled text has come into view; watched without measuring, which would lay out a long text whole.
 * @returns a ref for an element at the end of the text
 */
export function useUnreadMark(watch: unknown) {
	const end = useRef<HTMLDivElement>(null);
	useLayoutEffect(() => {
		const target = end.current;
		const scroller = target?.closest<HTMLElement>('.scroll');
		if (target == null || scroller == null) return;
		const observer = new IntersectionObserver(
			([entry]) => scroller.parentElement?.classList.toggle('unread', entry?.isIntersecting === false),
			{ root: scroller, rootMargin: '0px 0px 8px 0px' },
		);
		observer.observe(target);
		return () => observer.disconnect();
	}, [watch]);
	return end;
}

function addressAt(event: Event): string | null {
	const link = (event.composedPath()[0] as Element | undefined)?.closest?.('a[data-address]');
	return link?.getAttribute('data-address') ?? null;
}

/** Links in shown texts open only through the extension, which shows the address. @param controller the same as long as the screen is there */
export function useLinks(controller: { openLink(address: string): void }): void {
	useEffect(() => {
		const open = (event: Event) => {
			if (event instanceof KeyboardEvent && event.key !== 'Enter') return;
			const address = addressAt(event);
			if (address === null) return;
			event.preventDefault();
			controller.openLink(address);
		};
		document.addEventListener('click', open);
		document.addEventListener('keydown', open);
		return () => {
			document.removeEventListener('click', open);
			document.removeEventListener('keydown', open);
		};
	}, [controller]);
}
