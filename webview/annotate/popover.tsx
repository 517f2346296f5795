import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { CANNOT_REASONS } from '../../src/protocol/annotate.ts';
import type { BlindPair } from '../../src/protocol/judging.ts';
import type { ViewProps } from './app.tsx';
import { Key } from './parts.tsx';
import { CANNOT_LABELS, type Popover } from './store.ts';

const TITLES: Readonly<Record<Popover, string>> = {
	reasons: 'Why? Pick what decided it',
	cannot: 'Cannot judge this pair. Why?',
	improve: 'Improve which response?',
	note: 'Note for this verdict',
	flag: 'Flag this pair for the others',
};

/** The first control takes the focus, and gives it back to where it was. */
function useBorrowedFocus() {
	const box = useRef<HTMLDivElement>(null);
	useLayoutEffect(() => {
		const before = document.activeElement;
		const first = box.current?.querySelector<HTMLElement>('textarea, .row, vscode-checkbox');
		first?.focus();
		if (first instanceof HTMLTextAreaElement) first.setSelectionRange(first.value.length, first.value.length);
		return () => {
			const back =
				before instanceof HTMLElement && before.isConnected ? before : document.getElementById('prompt-heading');
			back?.focus({ preventScroll: true });
		};
	}, []);
	return box;
}

interface FrameProps extends ViewProps {
	readonly popover: Popover;
	readonly hint: string;
	readonly children: ComponentChildren;
}

function Frame({ popover, hint, controller, children }: FrameProps) {
	const box = useBorrowedFocus();
	return (
		<div class="popover" role="dialog" aria-labelledby="popover-heading" ref={box}>
			<div class="popover-head">
				<h2 id="popover-heading">{TITLES[popover]}</h2>
				<span class="dim">{hint}</span>
				<button type="button" class="ghost close" onClick={() => controller.closePopover()}>
					Close <Key>Esc</Key>
				</button>
			</div>
			{children}
		</div>
	);
}

function ReasonsList({ store, controller }: ViewProps) {
	const reasons = store.state.init?.reasons ?? [];
	const { draft } = store.state.model;
	if (reasons.length === 0) return <p class="dim">No reasons are set: add "reasons" to .pairwright/config.json.</p>;
	return (
		<div class="rows">
			{reasons.map((reason, index) => (
				<vscode-checkbox
					key={reason}
					checked={draft.reasons.includes(reason)}
					onChange={(event: Event) => {
						const { checked } = event.currentTarget as HTMLInputElement;
						if (checked !== store.state.model.draft.reasons.includes(reason)) controller.toggleReason(reason);
					}}
				>
					{index < 9 ? <Key>{index + 1}</Key> : null} {reason}
				</vscode-checkbox>
			))}
		</div>
	);
}

function Choices({ labels, onPick }: { readonly labels: readonly string[]; readonly onPick: (index: number) => void }) {
	return (
		<div class="rows">
			{labels.map((label, index) => (
				<button type="button" class="row" key={label} onClick={() => onPick(index)} aria-keyshortcuts={`${index + 1}`}>
					<Key>{index + 1}</Key> <span>{label}</span>
				</button>
			))}
		</div>
	);
}

interface FieldProps {
	readonly label: string;
	readonly value: string;
	readonly onInput?: (text: string) => void;
	readonly onDone: (text: string) => void;
	readonly onLeave: () => void;
	readonly done: string;
}

/** Enter ends, Shift+Enter makes a line, Esc leaves. The keys stay here: VS Code must not see them. */
function Field({ label, value, onInput, onDone, onLeave, done }: FieldProps) {
	const [text, setText] = useState(value);
	return (
		<div class="field">
			<textarea
				rows={3}
				dir="auto"
				aria-label={label}
				maxLength={10_000}
				value={text}
				onInput={(event) => {
					setText(event.currentTarget.value);
					onInput?.(event.currentTarget.value);
				}}
				onKeyDown={(event) => {
					if (event.isComposing || (event.key === 'Enter' && event.shiftKey)) return;
					if (event.key !== 'Enter' && event.key !== 'Escape') return;
					event.preventDefault();
					event.stopPropagation();
					if (event.repeat) return;
					if (event.key === 'Enter') onDone(text);
					else onLeave();
				}}
			/>
			<button type="button" class="verdict" onClick={() => onDone(text)}>
				{done} <Key>Enter</Key>
			</button>
		</div>
	);
}

export function PopoverPanel({ store, controller }: ViewProps & { readonly pair: BlindPair }) {
	const { popover, model } = store.state;
	if (popover === null) return null;
	const frame = { popover, store, controller };
	const leave = () => controller.closePopover();
	switch (popover) {
		case 'reasons':
			return (
				<Frame key={popover} {...frame} hint="Goes with your verdict">
					<ReasonsList store={store} controller={controller} />
				</Frame>
			);
		case 'cannot':
			return (
				<Frame key={popover} {...frame} hint="It leaves your queue and stays in the others'">
					<Choices
						labels={CANNOT_REASONS.map((reason) => CANNOT_LABELS[reason])}
						onPick={(index) => controller.digit(index + 1)}
					/>
				</Frame>
			);
		case 'improve':
			return (
				<Frame key={popover} {...frame} hint="A new pair: your rewrite against the original">
					<Choices labels={['Left', 'Right']} onPick={(index) => controller.digit(index + 1)} />
				</Frame>
			);
		case 'note':
			return (
				<Frame key={popover} {...frame} hint="Goes with your verdict">
					<Field
						label="Note"
						value={model.draft.note}
						onInput={(note) => controller.setDraft({ ...store.state.model.draft, note })}
						onDone={leave}
						onLeave={leave}
						done="Keep"
					/>
				</Frame>
			);
		case 'flag':
			return (
				<Frame key={popover} {...frame} hint="A word of why helps; it may stay empty">
					<Field
						label="Why"
						value={store.state.typed}
						onDone={(note) => controller.flag(note)}
						onLeave={leave}
						done="Flag"
					/>
				</Frame>
			);
	}
}
