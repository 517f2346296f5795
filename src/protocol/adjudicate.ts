/** Messages between the adjudicate screen and the extension, checked where they arrive. */
import * as v from 'valibot';
import type { Verdict } from '../domain/judgment.ts';
import type { AdjudicationPage } from './judging.ts';
import { type ArgumentSchemas, countSchema, idSchema, validateArguments, verdictSchema } from './schemas.ts';

/** What a key can ask for. Each is the command `pairwright.adjudicate.<action>`. */
export const ADJUDICATE_ACTIONS = [
	'left',
	'right',
	'tie',
	'bothBad',
	'previous',
	'next',
	'undo',
	'diff',
	'raw',
	'scrollDown',
	'scrollUp',
] as const;
export type AdjudicateAction = (typeof ADJUDICATE_ACTIONS)[number];

/** What the panel keeps over a reload of the window: names only, never texts. */
export interface AdjudicatePanelState {
	readonly folder: string;
}

/** A decision that is begun and not recorded: the host keeps it in memory while the panel is hidden. */
export interface BegunDecision {
	readonly comparison: string;
	readonly verdict: Verdict;
	readonly reason: string;
}

export interface AdjudicateInit {
	readonly keep: AdjudicatePanelState;
	readonly initialised: boolean;
	readonly begun: BegunDecision | null;
}

/** What the screen may ask of the extension. Each rejects with a UserError that the screen shows. */
export interface AdjudicateHost {
	/** The first call; nothing is sent before it. */
	ready(): Promise<AdjudicateInit>;
	/** The window of the screen has the focus or not. */
	focus(on: boolean): Promise<void>;
	/** A text field of the screen has it. */
	input(on: boolean): Promise<void>;
	/** The next ones that are not held. */
	queue(options: { readonly count: number; readonly held: readonly string[] }): Promise<AdjudicationPage>;
	/** Named pairs as they are now. */
	items(ids: readonly string[]): Promise<AdjudicationPage>;
	/** Answers once the decision is on disk. */
	decide(decision: BegunDecision): Promise<{ readonly event: string }>;
	/** Takes a decision of mine back, also one of an earlier day. */
	takeBack(event: string): Promise<void>;
	begun(decision: BegunDecision | null): Promise<void>;
	openLink(url: string): Promise<void>;
}

/** What the extension tells the screen. */
export interface AdjudicateView {
	/** @param by one of our keybindings, or a command run otherwise */
	action(action: AdjudicateAction, by: 'key' | 'palette'): void;
	/** Something stored changed. */
	changed(what: readonly string[]): void;
}

const idsSchema = v.pipe(v.array(idSchema), v.maxLength(100));
const decisionSchema = v.strictObject({
	comparison: idSchema,
	verdict: verdictSchema,
	reason: v.pipe(v.string(), v.maxLength(20_000)),
});

const hostSchemas: ArgumentSchemas<AdjudicateHost> = {
	ready: v.strictTuple([]),
	focus: v.strictTuple([v.boolean()]),
	input: v.strictTuple([v.boolean()]),
	queue: v.strictTuple([v.strictObject({ count: v.pipe(countSchema, v.maxValue(50)), held: idsSchema })]),
	items: v.strictTuple([idsSchema]),
	decide: v.strictTuple([decisionSchema]),
	takeBack: v.strictTuple([idSchema]),
	begun: v.strictTuple([v.nullable(decisionSchema)]),
	openLink: v.strictTuple([v.pipe(v.string(), v.maxLength(4000))]),
};

const viewSchemas: ArgumentSchemas<AdjudicateView> = {
	action: v.strictTuple([v.picklist(ADJUDICATE_ACTIONS), v.picklist(['key', 'palette'])]),
	changed: v.strictTuple([v.array(v.string())]),
};

/** For `createRpc` on the extension's side. */
export const validateHostCall = validateArguments(hostSchemas);
/** For `createRpc` on the screen's side. */
export const validateViewCall = validateArguments(viewSchemas);

const panelStateSchema = v.object({ folder: v.pipe(v.string(), v.minLength(1)) });

/** A panel's kept state, or null where there is none that can be used. */
export function parsePanelState(value: unknown): AdjudicatePanelState | null {
	const result = v.safeParse(panelStateSchema, value);
	return result.success ? result.output : null;
}
