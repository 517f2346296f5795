import type { Message } from '../../src/domain/comparison.ts';
import { contentOf } from '../../src/domain/text.ts';
import { renderMarkdown } from './markdown.ts';

/** From this many characters on, blocks outside the viewport are not laid out before they come near it. */
const LONG = 6_000;
/** Characters of raw text in one block of its own. */
const RAW_CHUNK = 4_000;

export type TextMode = 'markdown' | 'raw';

/** Cuts text at line ends into pieces of about `size` characters; joined by a line end they give the text again. */
export function chunkLines(text: string, size: number): string[] {
	const chunks: string[] = [];
	let current: string[] = [];
	let length = 0;
	for (const line of text.split('\n')) {
		if (length > 0 && length + line.length > size) {
			chunks.push(current.join('\n'));
			current = [];
			length = 0;
		}
		current.push(line);
		length += line.length + 1;
	}
	chunks.push(current.join('\n'));
	return chunks;
}

function element(tag: string, className: string, ...children: (Node | string)[]): HTMLElement {
	const node = document.createElement(tag);
	if (className !== '') node.className = className;
	node.append(...children);
	return node;
}

/** One text, rendered or as it was received. */
export function renderText(text: string, mode: TextMode): HTMLElement {
	const long = text.length > LONG ? ' long' : '';
	if (mode === 'markdown') return element('div', `md${long}`, renderMarkdown(text));
	const box = element('div', `raw${long}`);
	for (const chunk of chunkLines(text, RAW_CHUNK)) {
		const piece = element('div', '', chunk === '' ? '\u200b' : chunk);
		piece.dir = 'auto';
		box.append(piece);
	}
	return box;
}

/** A value of a tool call or definition, folded under one line. */
export function renderJson(label: string, value: unknown): HTMLElement {
	const code = element('code', '', JSON.stringify(value, null, 2) ?? '');
	return element('details', 'tool', element('summary', '', label), element('pre', '', code));
}

function toolCallsLabel(calls: unknown): string {
	const list = Array.isArray(calls) ? calls : [calls];
	const names = list.map((call: { function?: { name?: unknown }; name?: unknown } | null) => {
		const name = call?.function?.name ?? call?.name;
		return typeof name === 'string' ? name : 'unnamed';
	});
	return `${list.length === 1 ? 'Tool call' : `${list.length} tool calls`}: ${names.join(', ')}`;
}

/** Arguments come as JSON in a string: shown as what they hold, unless that is no object. */
function readableCall(call: unknown): unknown {
	if (typeof call !== 'object' || call === null || !('function' in call)) return call;
	const called = call.function as { arguments?: unknown } | null;
	if (typeof called?.arguments !== 'string') return call;
	try {
		const held: unknown = JSON.parse(called.arguments);
		return typeof held === 'object' ? { ...call, function: { ...called, arguments: held } } : call;
	} catch {
		return call;
	}
}

/** Open where the calls are all that the message says. */
function renderCalls(calls: unknown, mode: TextMode, alone: boolean): HTMLElement {
	const shown = mode === 'markdown' && Array.isArray(calls) ? calls.map(readableCall) : calls;
	const box = renderJson(toolCallsLabel(calls), shown);
	box.toggleAttribute('open', alone);
	return box;
}

/** What one message says: its text, then its tool calls. */
export function renderMessage(message: Message, mode: TextMode): HTMLElement {
	const box = element('div', 'message');
	const text = contentOf(message);
	if (text !== '') box.append(renderText(text, mode));
	if (message.tool_calls != null) {
		box.append(renderCalls(message.tool_calls, mode, text.trim() === ''));
	}
	if (text.trim() === '' && message.tool_calls == null) {
		box.append(element('p', 'nothing', text === '' ? 'No text: the response is empty.' : 'Only white space.'));
	}
	return box;
}

/** A response: mostly one assistant turn; where there are several, each is named. */
export function renderResponse(messages: readonly Message[], mode: TextMode): HTMLElement {
	const box = element('div', 'response');
	for (const message of messages) {
		if (messages.length > 1) box.append(element('div', 'role', message.name ?? message.role));
		box.append(renderMessage(message, mode));
	}
	if (messages.length === 0) box.append(element('p', 'nothing', 'No text: the response is empty.'));
	return box;
}
