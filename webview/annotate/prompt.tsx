import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Message, Prompt } from '../../src/domain/comparison.ts';
import { contentOf } from '../../src/domain/text.ts';
import type { BlindPair } from '../../src/protocol/judging.ts';
import { renderJson, renderMessage, type TextMode } from '../text/blocks.ts';
import type { ViewProps } from './app.tsx';
import { Mounted, useUnreadMark } from './parts.tsx';
import { PromptSplitter } from './splitter.tsx';

/** The last user turn and what follows it stays open; what comes before folds to a line a turn. */
export function lastQuestion({ messages }: Prompt): number {
	const found = messages.findLastIndex((message) => message.role === 'user');
	return found < 0 ? Math.max(0, messages.length - 1) : found;
}

function firstWords(message: Message): string {
	const text = contentOf(message).slice(0, 400).replace(/\s+/g, ' ').trim();
	if (text !== '') return text;
	return message.tool_calls == null ? '(empty)' : '(tool call)';
}

export function FoldedTurn({ message, mode }: { readonly message: Message; readonly mode: TextMode }) {
	const [open, setOpen] = useState(false);
	const node = useMemo(() => (open ? renderMessage(message, mode) : null), [open, message, mode]);
	return (
		<details class="turn" onToggle={(event) => setOpen(event.currentTarget.open)}>
			<summary>
				<span class="role">{message.name ?? message.role}</span>
				<span class="words" dir="auto">
					{open ? '' : firstWords(message)}
				</span>
			</summary>
			{node === null ? null : <Mounted node={node} class="turn-text" />}
		</details>
	);
}

export function OpenTurn({ message, mode }: { readonly message: Message; readonly mode: TextMode }) {
	const node = useMemo(() => renderMessage(message, mode), [message, mode]);
	return (
		<div class="turn open">
			<span class="role">{message.name ?? message.role}</span>
			<Mounted node={node} class="turn-text" />
		</div>
	);
}

export function Tools({ tools }: { readonly tools: unknown }) {
	const node = useMemo(() => renderJson('Tools the model could call', tools), [tools]);
	return <Mounted node={node} class="turn-tools" />;
}

/** Earlier turns folded above, scrolled to their end, and the last question. @param shown changes with the pair: what is unread is anew */
export function PromptTurns({
	prompt,
	mode,
	shown,
}: {
	readonly prompt: Prompt;
	readonly mode: TextMode;
	readonly shown: unknown;
}) {
	const { messages, tools } = prompt;
	const from = lastQuestion(prompt);
	const earlier = useRef<HTMLDivElement>(null);
	const end = useUnreadMark(shown);
	useLayoutEffect(() => {
		const box = earlier.current;
		if (box !== null) box.scrollTop = box.scrollHeight;
	}, []);
	return (
		<>
			<h2 id="prompt-heading" class="visually-hidden" tabIndex={-1}>
				Prompt
			</h2>
			{from > 0 || tools != null ? (
				<div class="earlier" ref={earlier}>
					{tools == null ? null : <Tools tools={tools} />}
					{messages.slice(0, from).map((message, index) => (
						<FoldedTurn key={index} message={message} mode={mode} />
					))}
				</div>
			) : null}
			<div class="question">
				{/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled text must be reachable by keyboard */}
				<div class="scroll" tabIndex={0}>
					{messages.slice(from).map((message, index) => (
						<OpenTurn key={index} message={message} mode={mode} />
					))}
					<div class="end" ref={end} />
				</div>
				<div class="fade" aria-hidden="true">
					<span>more below</span>
				</div>
			</div>
		</>
	);
}

export function PromptPanel({ pair, store, controller }: ViewProps & { readonly pair: BlindPair }) {
	const { mode, promptShare } = store.state;
	const panel = useRef<HTMLElement>(null);
	useLayoutEffect(() => {
		// A style rule set from script is no inline style to the CSP; a style attribute would be.
		panel.current?.style.setProperty('--prompt-height', promptShare === null ? 'auto' : `${promptShare * 100}vh`);
	}, [promptShare]);
	return (
		<>
			<section class={`prompt${promptShare === null ? '' : ' sized'}`} ref={panel} aria-labelledby="prompt-heading">
				<PromptTurns prompt={pair.prompt} mode={mode} shown={pair} />
			</section>
			<PromptSplitter panel={panel} store={store} controller={controller} />
		</>
	);
}
