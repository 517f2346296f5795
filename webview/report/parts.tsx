import type { ComponentChildren } from 'preact';
import type { HealthStatus, Value } from '../../src/domain/run-record.ts';
import { STATUS_WORDS } from './check-words.ts';
import { DASH, fixed } from './format.ts';
import { useView } from './view-state.tsx';

const SHAPES: Readonly<Record<HealthStatus, string>> = {
	fail: 'M8 1.5 15 14.5H1Z',
	warn: 'M8 1 15 8 8 15 1 8Z',
	pass: 'M2 8.5 6.2 12.7 14 4',
	insufficient: 'M8 2.5a5.5 5.5 0 1 0 .01 0Z',
};

/** A shape and a word for a status: triangle fails, diamond warns, tick passes, ring cannot tell. Never colour alone. */
export function StatusMark({
	status,
	size = 14,
	word = STATUS_WORDS[status],
}: {
	status: HealthStatus;
	size?: number;
	/** What the mark says, where that is not the status of a check. */
	word?: string;
}) {
	return (
		<span class={`status ${status}`} title={word}>
			<svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
				<path d={SHAPES[status]} />
			</svg>
			<span class="visually-hidden">{word}:</span>
		</span>
	);
}

export function Lock() {
	return (
		<svg class="icon" width="12" height="12" viewBox="0 0 16 16" aria-hidden="true">
			<path d="M4.5 7V5a3.5 3.5 0 0 1 7 0v2H13v7.5H3V7Zm1.5 0h4V5a2 2 0 0 0-4 0Z" />
		</svg>
	);
}

/** A number, or a dash that says why there is none. */
export function Num({ of, digits = 3 }: { of: Value; digits?: number }) {
	if (of.value !== null) return <>{fixed(of.value, digits)}</>;
	const reason = of.reason ?? 'not available';
	return (
		<span class="dim" title={reason}>
			{DASH}
			<span class="visually-hidden"> ({reason})</span>
		</span>
	);
}

/** Something that opens beneath its own line; stays as it was left. Its content is drawn once it is open. */
export function Disclosure({
	id,
	kind = 'row',
	summary,
	children,
}: {
	id: string;
	kind?: 'row' | 'fold';
	summary: ComponentChildren;
	children: ComponentChildren;
}) {
	const { state, set } = useView();
	const open = state.open[id] === true;
	return (
		<details
			class={kind}
			open={open}
			onToggle={(event) => {
				const now = event.currentTarget.open;
				if (now !== open) set({ open: { ...state.open, [id]: now } });
			}}
		>
			<summary>{summary}</summary>
			<div class={`${kind}-body`}>{open ? children : null}</div>
		</details>
	);
}

/** A section that can be folded. */
export function Fold({ id, title, children }: { id: string; title: string; children: ComponentChildren }) {
	return (
		<Disclosure id={id} kind="fold" summary={title}>
			{children}
		</Disclosure>
	);
}

/** Stands where a list will be that takes reading all scores; the numbers above do not wait for it. */
export function Pending({ what }: { what: string }) {
	const { incomplete } = useView();
	return <p class="dim pending">{incomplete === null ? `Reading ${what}…` : `Not read: ${incomplete}`}</p>;
}

/** Opens a pair by itself: no score of it goes along. Plain text where there is nothing to open. */
export function PairLink({ comparison, children }: { comparison: string; children: ComponentChildren }) {
	const { run, actions } = useView();
	if (actions === 'exported') return <span>{children}</span>;
	return (
		<button
			type="button"
			class="link"
			title="Open the pair, without its score"
			onClick={() => run('open the pair', (host) => host.openPair(comparison))}
		>
			{children}
		</button>
	);
}
