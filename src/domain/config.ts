/** Share of the comparisons of each split that two people are asked to judge; the rest asks for one. `excluded` is never asked for. */
export interface OverlapShares {
	readonly train: number;
	readonly eval: number;
	readonly heldout: number;
	readonly retention: number;
}

/** What may be lost on "must not forget" before it counts as forgotten. */
export interface ForgettingDelta {
	/** Rise of the chosen response's loss, nats per token. */
	readonly loss: number;
	/** Fall of the accuracy of log π(chosen) > log π(rejected), a share of pairs. */
	readonly accuracy: number;
}

/**
 * `.pairwright/config.json`: settings only, committed. Nothing here can aim an engine. The file's `gate` is not among these: it is read
 * strictly, by the gate alone (gate.ts).
 */
export interface WorkspaceConfig {
	/** Two sentences that say what the training distribution is; the tag picker shows them. */
	readonly scope: string;
	readonly reasons: readonly string[];
	readonly criteria: readonly string[];
	readonly split: { readonly seed: string; readonly eval_share: number };
	readonly thresholds: {
		/** Largest rise of eval loss (nats) that a recommended λ may cost. */
		readonly eval_rise: number;
		/** δ: what a checkpoint may lose on "must not forget" against its baseline. */
		readonly forgetting: ForgettingDelta;
	};
	/** A rewrite goes into training exports only once a second person has judged it. */
	readonly rewrites: { readonly second_person: boolean };
	/** Who is asked to judge what. */
	readonly queue: {
		/** Share of the comparisons of each split that two people judge. */
		readonly overlap: OverlapShares;
		/** Handles that share the work; empty = everyone who has judged here. */
		readonly people: readonly string[];
		/**
		 * Train pairs come in the order in which a probe would learn most from their verdicts, as of the last run on this machine. Off
		 * unless asked for: train is then no sample any more, and what the probe's criterion reads off it out of fold is not train at large.
		 */
		readonly active: boolean;
		/** Share of what a person answers that are gold pairs, as long as there are some they do not know; 0 = none. */
		readonly gold: number;
		/** Share of a person's comparisons that come again to them, to measure self-consistency; 0 = none. */
		readonly repeats: number;
	};
	/** Who judged what is hidden in Adjudicate until the pair is decided. */
	readonly adjudication: { readonly hide_names: boolean };
	/** Individual speed, position bias and self-consistency: shown to everybody, or to each person their own alone. */
	readonly people: { readonly show_individuals: boolean };
	/** What the data card says that cannot be counted; empty = not stated. */
	readonly card: {
		readonly title: string;
		/** An identifier such as cc-by-4.0, or a name. */
		readonly licence: string;
		readonly description: string;
		/** Licences by the name of the source. */
		readonly source_licences: Readonly<Record<string, string>>;
	};
}

export const DEFAULT_CONFIG: WorkspaceConfig = {
	scope: '',
	reasons: [
		'correct',
		'follows the instruction',
		'complete',
		'clear',
		'concise',
		'honest about limits',
		'safe',
		'tone',
	],
	criteria: [],
	split: { seed: 'pairwright', eval_share: 0.2 },
	thresholds: { eval_rise: 0.01, forgetting: { loss: 0.05, accuracy: 0.05 } },
	rewrites: { second_person: true },
	queue: {
		overlap: { train: 0.15, eval: 0.15, heldout: 1, retention: 0.15 },
		people: [],
		repeats: 0.02,
		gold: 0.05,
		active: false,
	},
	adjudication: { hide_names: true },
	people: { show_individuals: false },
	card: { title: '', licence: '', description: '', source_licences: {} },
};
