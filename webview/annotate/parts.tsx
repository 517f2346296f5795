import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

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
