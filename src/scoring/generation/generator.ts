import type { Message, Prompt } from '../../domain/comparison.ts';
import type { Sampling } from '../../domain/events.ts';

/** One response that is asked for. */
export interface Asked {
	readonly prompt: Prompt;
	readonly model: string;
	readonly sampling: Sampling;
}

export interface Answer {
	/** Empty where the model said nothing. */
	readonly response: readonly Message[];
	/** It was cut at the most tokens. */
	readonly cut: boolean;
}

/** This prompt cannot be answered; others may. The message is the reason and repeats nothing of the prompt. */
export class Unanswered extends Error {
	override name = 'Unanswered';
	/** Several of these in a row are the server's doing, not the prompts'. */
	readonly systematic: boolean;
	constructor(reason: string, systematic: boolean) {
		super(reason);
		this.systematic = systematic;
	}
}

/** What writes responses. */
export interface Generator {
	/** Origin of the server; `gguf` for model files. */
	readonly server: string;
	/** Requests in flight at most. */
	readonly concurrency: number;
	/** @throws Unanswered; UserError cancelled, or environment, not-found, usage for what no other prompt can mend */
	answer(asked: Asked, signal: AbortSignal): Promise<Answer>;
	close(): Promise<void>;
}

/** Nothing but white space, and no tool call. */
export function isEmptyAnswer(response: readonly Message[]): boolean {
	return response.every(({ content, tool_calls }) => (content ?? '').trim() === '' && tool_calls == null);
}
