import type { EventBody, JournalEvent } from '../domain/events.ts';
import type { Half, Split } from '../domain/split.ts';
import type { SplitMoves } from '../domain/split-moves.ts';
import { heldBack } from '../store/cluster-query.ts';
import { sealedOnlyFacets } from '../store/coverage-query.ts';
import {
	type Otherwise,
	promptStates,
	type StoredPrompt,
	storedPrompts,
	storedPromptsByKey,
} from '../store/prompt-states.ts';
import { exportedKeys, frozenKeys } from '../store/protected-keys.ts';
import type { Context } from './context.ts';
import { UNSEEN } from './curation.ts';
import { pause } from './fold-sources.ts';

/** Prompts looked at between two pauses: a tag, or an import, may name 100,000. */
const TOGETHER = 500;

/** A prompt that something else than a move would move. */
export interface Mover {
	readonly prompt: StoredPrompt;
	readonly to: Split;
}

/** What keeps prompts in their splits, and what to say of all that would move. */
export interface Kept {
	/** To be appended before what would move them: they stay. */
	readonly stays: readonly EventBody[];
	/** To be appended with it: the moves, one proposal for each way. */
	readonly proposals: readonly EventBody[];
	readonly moves: SplitMoves;
	/** Keys of those that stay. */
	readonly keys: ReadonlySet<number>;
}

/** Whether anything in this workspace is frozen or was exported for training. */
export function isAnyProtected(ctx: Context): boolean {
	return frozenKeys(ctx.db).length > 0 || exportedKeys(ctx.db).length > 0;
}

/** Those of some prompts, by key and by id, that would stand in another split then. */
export async function moversAmong(
	ctx: Context,
	keys: readonly number[],
	ids: readonly string[],
	otherwise: Otherwise,
): Promise<Mover[]> {
	const sealed = sealedOnlyFacets(ctx.db);
	const cache = new Map<string, JournalEvent>();
	const seen = new Set<number>();
	const movers: Mover[] = [];
	const look = async (all: readonly StoredPrompt[]) => {
		const prompts = all.filter(({ n }) => !seen.has(n));
		for (const { n } of prompts) seen.add(n);
		const states = promptStates(ctx.db, prompts, sealed, cache, otherwise);
		for (const [i, prompt] of prompts.entries()) {
			const { split } = states[i] as { split: Split };
			if (split !== prompt.split) movers.push({ prompt, to: split });
		}
		await pause();
	};
	for (let i = 0; i < keys.length; i += TOGETHER) await look(storedPromptsByKey(ctx.db, keys.slice(i, i + TOGETHER)));
	for (let i = 0; i < ids.length; i += TOGETHER) await look(storedPrompts(ctx.db, ids.slice(i, i + TOGETHER)));
	return movers;
}

/**
 * Keeps what is frozen, or was exported for training and would become unseen, where it stands: an import or a taking-back is no way
 * around a freeze. Of the others only tells.
 * @param reason of what would move them
 * @param proposes whether the moves that are kept back are proposed; of prompts in `gone`, nothing is left to move or to tell of
 * @param free nothing is kept back: what moves goes back to where it stood when all that is frozen or exported already was
 */
export function keepProtected(
	ctx: Context,
	movers: readonly Mover[],
	{
		reason,
		proposes,
		gone,
		free = false,
	}: { reason: string; proposes: boolean; gone?: ReadonlySet<number>; free?: boolean },
): Kept {
	const sealed = sealedOnlyFacets(ctx.db);
	const stays = new Map<string, { split: Split; half: Half | null; prompts: string[] }>();
	const proposals: EventBody[] = [];
	const moves = { moved: [] as SplitMoves['moved'][number][], kept: [] as SplitMoves['kept'][number][] };
	const keys = new Set<number>();
	const any = !free && isAnyProtected(ctx);
	for (const [to, bound] of Map.groupBy(movers, (mover) => mover.to)) {
		const sorted = Int32Array.from(bound, ({ prompt }) => prompt.n).sort();
		const held = any ? heldBack(ctx.db, sorted, to, UNSEEN.includes(to)) : new Map<number, 'frozen' | 'exported'>();
		for (const { prompt } of bound) {
			if (!held.has(prompt.n)) continue;
			keys.add(prompt.n);
			const half = givenHalf(prompt, sealed);
			const name = `${prompt.split} ${half}`;
			const stay = stays.get(name) ?? { split: prompt.split, half, prompts: [] };
			stays.set(name, stay);
			stay.prompts.push(prompt.id);
		}
		const told = bound.filter(({ prompt }) => gone?.has(prompt.n) !== true);
		for (const [way, some] of Map.groupBy(told, ({ prompt }) => `${prompt.split} ${held.get(prompt.n) ?? ''}`)) {
			const [from, because] = way.split(' ') as [Split, 'frozen' | 'exported' | ''];
			const prompts = some.map(({ prompt }) => prompt.id);
			if (because === '') {
				moves.moved.push({ from, to, prompts: prompts.length });
				continue;
			}
			moves.kept.push({ from, to, because, proposed: proposes, prompts: prompts.length });
			if (proposes) proposals.push({ type: 'proposed', prompts, split: to, because, reason });
		}
	}
	return {
		stays: [...stays.values()].map(({ split, half, prompts }) => ({
			...{ type: 'split-assigned', prompts, split, reason, kept: true },
			...(half === null ? {} : { half }),
		})),
		...{ proposals, moves, keys },
	};
}

/** Its half where something else than its tags and its draw says it: those hold anyway, and a tag to come may seal it. */
function givenHalf({ half, drawn, tags }: StoredPrompt, sealed: ReadonlySet<string>): Half | null {
	const own = tags !== null && (JSON.parse(tags) as string[]).some((tag) => sealed.has(tag)) ? 'E' : drawn;
	return half === own ? null : half;
}
