import type { LlamaModel, Token } from 'node-llama-cpp';

/** A model's own tokenizer, as far as turning a conversation into token ids needs it. No call adds BOS or EOS. */
export interface Tokens {
	/** With `controls`, the text of a control token becomes that token; without, it stays text. */
	ids(text: string, controls: boolean): number[];
	/** Whether `text` holds the text of a control token, so that the two readings would differ. */
	holdsControl(text: string): boolean;
	/** `text` cut at control tokens: their ids between the texts around them. Empty texts are left out. */
	cut(text: string): (string | number)[];
	/** `text` without the texts of control tokens. */
	texts(text: string): string;
	/** Text and id; null where the model has none. */
	readonly bos: { readonly text: string; readonly id: number } | null;
	readonly eos: { readonly text: string; readonly id: number } | null;
	/** What the file says of plain text (without a chat template): begin with BOS. */
	readonly addBos: boolean;
}

interface TokenizerFields {
	readonly tokens?: readonly string[];
	readonly token_type?: readonly number[];
}

/** Types of tokens in a GGUF file that are control tokens when their text is parsed (llama.h: unknown 2, control 3). */
const CONTROL_TYPES = new Set([2, 3]);

function escaped(text: string): string {
	return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** The control tokens of a vocabulary, longest text first, as llama.cpp looks for them. */
function controlTokens({ tokens = [], token_type: types = [] }: TokenizerFields): Map<string, number> {
	const found: [string, number][] = [];
	for (let id = 0; id < tokens.length; id++) {
		const text = tokens[id]!;
		if (CONTROL_TYPES.has(types[id] ?? 1) && text !== '') found.push([text, id]);
	}
	return new Map(found.sort(([x], [y]) => y.length - x.length || (x < y ? -1 : 1)));
}

/** The tokenizer inside an opened model. */
export function tokensOf(model: LlamaModel): Tokens {
	const fields = (model.fileInfo.metadata.tokenizer?.ggml ?? {}) as TokenizerFields;
	const controls = controlTokens(fields);
	const pattern = controls.size === 0 ? null : [...controls.keys()].map(escaped).join('|');
	const any = pattern === null ? null : new RegExp(pattern, 'u');
	const all = pattern === null ? null : new RegExp(pattern, 'gu');
	const named = (text: string | undefined | null, id: Token | null) =>
		id === null || text === undefined || text === null ? null : { text, id: id as number };
	const { bos, eos, bosString, eosString, shouldPrependBosToken } = model.tokens;
	return {
		ids: (text, special) => (text === '' ? [] : (model.tokenize(text, special) as number[])),
		holdsControl: (text) => any?.test(text) ?? false,
		cut(text) {
			if (all === null) return text === '' ? [] : [text];
			const parts: (string | number)[] = [];
			let from = 0;
			for (const match of text.matchAll(all)) {
				if (match.index > from) parts.push(text.slice(from, match.index));
				parts.push(controls.get(match[0])!);
				from = match.index + match[0].length;
			}
			if (from < text.length) parts.push(text.slice(from));
			return parts;
		},
		texts(text) {
			let rest = text;
			// What is left after one cut may meet to a control token's text again.
			while (all !== null && any?.test(rest)) rest = rest.replaceAll(all, '');
			return rest;
		},
		bos: named(bosString, bos),
		eos: named(eosString, eos),
		addBos: shouldPrependBosToken,
	};
}
