/** Something that customers ask, and what can be answered. All of it invented for the demo's shop. */
export interface Issue {
	readonly id: string;
	/** Different wordings of one question. */
	readonly questions: readonly string[];
	/** What a precise answer says, each a whole sentence, most important first. */
	readonly steps: readonly string[];
	/** A poor but harmless answer: beside the point, or too vague to help. */
	readonly weak: string;
}

/** What surrounds questions and answers in one part of the demo. */
export interface Frame {
	/** Before the question. */
	readonly contexts: readonly string[];
	/** After the question. */
	readonly details: readonly string[];
	/** Before a long answer. */
	readonly openers: readonly string[];
	/** Filling that says little. */
	readonly padding: readonly string[];
	readonly closers: readonly string[];
	/** Before a list. */
	readonly leads: readonly string[];
	/** Before a short answer; '' = straight to the point. */
	readonly starts: readonly string[];
}
