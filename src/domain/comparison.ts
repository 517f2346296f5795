/** One chat message as received. `content` is absent only where a message carries nothing but tool calls. */
export interface Message {
	readonly role: string;
	readonly content?: string;
	readonly tool_calls?: unknown;
	readonly name?: string;
}

/** Which response of a comparison, in canonical order (not the order on screen). */
export type Side = 'a' | 'b';

/** A prompt: chat turns ending before the response, system turn included; `tools` as received. */
export interface Prompt {
	readonly messages: readonly Message[];
	readonly tools?: unknown;
}

/**
 * A prompt and two responses, without any opinion; it never changes.
 * `id` = SHA-256 of the stable JSON of the NFC-normalised {prompt, tools, the two responses sorted}; 64 hex digits.
 * `promptId` = the same over {prompt, tools}.
 * Side a is the side whose stable JSON is smaller by UTF-16 code unit. Texts are kept as received.
 */
export interface Comparison {
	readonly id: string;
	readonly promptId: string;
	readonly prompt: Prompt;
	readonly a: readonly Message[];
	readonly b: readonly Message[];
}
