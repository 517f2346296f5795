import { createHash } from 'node:crypto';
import { Template } from '@huggingface/jinja';
import type { Message } from '../../../domain/comparison.ts';
import { UserError } from '../../../protocol/errors.ts';
import type { EnginePair } from '../engine.ts';
import type { Tokens } from './tokens.ts';

/** Token ids of a prompt with one response: the first `prompt` of them are context, the rest is what is scored. */
export interface Sequence {
	readonly ids: readonly number[];
	readonly prompt: number;
	/** Whether the prompt alone, written with its reply's start, has the same ids. TRL cuts by length either way; so does this. */
	readonly prefix: boolean;
}

/** A pair that cannot be written as tokens; the message is its reason. */
export class Unwritable extends Error {}

/** Turns a pair into the two sequences that TRL's DPOTrainer would build of it. */
export interface Conversation {
	/** SHA-256 of the template; null = plain text. */
	readonly template: string | null;
	/** How BOS, EOS and control tokens come about, for the record. */
	readonly policy: string;
	/** @throws Unwritable */
	sequences(pair: EnginePair): { readonly a: Sequence; readonly b: Sequence };
}

function cutAtPrompt(prompt: readonly number[], ids: readonly number[]): Sequence {
	if (prompt.length === 0) throw new Unwritable('its prompt has no tokens: the first token would have no context');
	if (ids.length <= prompt.length) throw new Unwritable('its response has no tokens');
	return { ids, prompt: prompt.length, prefix: prompt.every((id, i) => ids[i] === id) };
}

/**
 * Plain text, as TRL's non-conversational form: prompt + response + EOS, BOS where the file says that plain text begins with it.
 * The prompt and the whole are tokenised each as one text.
 */
export function plainConversation(tokens: Tokens): Conversation {
	const start = tokens.addBos && tokens.bos !== null ? [tokens.bos.id] : [];
	const end = tokens.eos === null ? [] : [tokens.eos.id];
	const text = (messages: readonly Message[], what: string): string => {
		const [only] = messages;
		if (messages.length !== 1 || typeof only?.content !== 'string' || only.tool_calls !== undefined) {
			throw new Unwritable(
				`its ${what} has ${messages.length} turns or tool calls, and the model has no chat template to write them (give one)`,
			);
		}
		return only.content;
	};
	const sequence = (prompt: string, response: string): Sequence => {
		// TRL adds the mark unless the text has it already: never twice.
		const bare =
			tokens.eos !== null && response.endsWith(tokens.eos.text) ? response.slice(0, -tokens.eos.text.length) : response;
		return cutAtPrompt(
			[...start, ...tokens.ids(prompt, false)],
			[...start, ...tokens.ids(prompt + bare, false), ...end],
		);
	};
	return {
		template: null,
		policy: `no chat template: prompt, response${end.length > 0 ? ' and EOS' : ''} as plain text${start.length > 0 ? ' after BOS' : ', no BOS'} (TRL's non-conversational form); control-token text stays text`,
		sequences({ prompt, a, b }) {
			const head = text(prompt.messages, 'prompt');
			return { a: sequence(head, text(a, 'response')), b: sequence(head, text(b, 'response')) };
		},
	};
}

/** Stands for the k-th text while a template is asked where it writes it: a word no template looks for. */
function mark(k: number): string {
	return `zq${k}vxq${k}kz`;
}

/** Template's texts at even places, messages' at odd ones: control tokens are found in the former, all between them is one text. */
function idsOfParts(parts: readonly string[], tokens: Tokens): number[] {
	const ids: number[] = [];
	let text = '';
	for (const [i, part] of parts.entries()) {
		for (const piece of i % 2 === 1 ? [part] : tokens.cut(part)) {
			if (typeof piece === 'string') text += piece;
			else {
				ids.push(...tokens.ids(text, false), piece);
				text = '';
			}
		}
	}
	return [...ids, ...tokens.ids(text, false)];
}

/**
 * A chat template's conversation, as TRL's: the prompt with its reply's start (add_generation_prompt) and the whole are each written and
 * tokenised as one text, the response is what follows the prompt's length, end mark included where the template writes one. BOS too is
 * what the template writes: tokenizers of templates add none (`add_special_tokens=False` in apply_chat_template).
 *
 * Other than in TRL, the text of a control token inside a message stays text: a user who types `<|eos|>` gets characters. Where a message
 * holds such text, the template is written with marks in place of the messages, control tokens are taken from what the template itself
 * wrote, and the texts between them are tokenised whole; a template that changes messages so that they cannot be found again makes such a
 * pair unwritable. (Tokenising each message by itself instead would split tokens at its borders, which no training did.)
 * @throws UserError unusable-input when the template cannot be parsed
 */
export function templateConversation(tokens: Tokens, source: string): Conversation {
	let template: Template;
	try {
		template = new Template(source);
	} catch (error) {
		throw new UserError(
			'unusable-input',
			`The chat template cannot be read: ${(error as Error).message}. Give another with --template FILE.`,
		);
	}

	const write = (messages: readonly Message[], pair: EnginePair, replyStart: boolean): string => {
		try {
			return template.render({
				messages,
				add_generation_prompt: replyStart,
				bos_token: tokens.bos?.text ?? '',
				eos_token: tokens.eos?.text ?? '',
				...(pair.prompt.tools === undefined ? {} : { tools: pair.prompt.tools }),
			});
		} catch (error) {
			throw new Unwritable(`the chat template refuses it: ${(error as Error).message.split('\n')[0]}`);
		}
	};

	/** Ids with control tokens from the template alone; null where its texts cannot be found in what it wrote. */
	const framed = (messages: readonly Message[], pair: EnginePair, replyStart: boolean): number[] | null => {
		const written = write(messages, pair, replyStart);
		const marked = messages.map((message, k) =>
			typeof message.content === 'string' && message.content !== '' ? { ...message, content: mark(k) } : message,
		);
		const frame = write(marked, pair, replyStart).split(/zq(\d+)vxq\1kz/);
		for (const shape of [(text: string) => text, (text: string) => text.trim()]) {
			const parts = frame.map((part, i) => (i % 2 === 0 ? part : shape(messages[Number(part)]?.content ?? '')));
			if (parts.join('') === written) return idsOfParts(parts, tokens);
		}
		return null;
	};

	const guarded = (messages: readonly Message[], pair: EnginePair, replyStart: boolean): number[] => {
		const ids = framed(messages, pair, replyStart);
		// The same with the control tokens' texts taken out has to come to what one reading of the whole gives.
		const harmless = messages.map((message) =>
			typeof message.content === 'string' ? { ...message, content: tokens.texts(message.content) } : message,
		);
		const checked = framed(harmless, pair, replyStart)?.join();
		if (ids === null || checked !== tokens.ids(write(harmless, pair, replyStart), true).join()) {
			throw new Unwritable(
				'a message holds the text of a control token, and the chat template changes messages so that it cannot be kept apart',
			);
		}
		return ids;
	};

	const idsOf = (messages: readonly Message[], pair: EnginePair, replyStart: boolean): number[] => {
		if (messages.some(({ tool_calls: calls }) => calls !== undefined && tokens.holdsControl(JSON.stringify(calls)))) {
			throw new Unwritable('a tool call holds the text of a control token');
		}
		return messages.some(({ content }) => typeof content === 'string' && tokens.holdsControl(content))
			? guarded(messages, pair, replyStart)
			: tokens.ids(write(messages, pair, replyStart), true);
	};

	return {
		template: createHash('sha256').update(source).digest('hex'),
		policy:
			"BOS, EOS and end marks as the chat template writes them, none added (as TRL's); control-token text in messages stays text",
		sequences(pair) {
			const { messages } = pair.prompt;
			const prompt = idsOf(messages, pair, true);
			return {
				a: cutAtPrompt(prompt, idsOf([...messages, ...pair.a], pair, false)),
				b: cutAtPrompt(prompt, idsOf([...messages, ...pair.b], pair, false)),
			};
		},
	};
}
