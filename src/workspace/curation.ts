import { facetText, parseFacet } from '../domain/assignment.ts';
import type { EventBody } from '../domain/events.ts';
import { FACET_KINDS, type Split } from '../domain/split.ts';
import type { MovePreview, PromptSelection, TagPreview, TagResult } from '../protocol/curation.ts';
import { UserError } from '../protocol/errors.ts';
import { facetCounts, havingTag, moveSums, planMove, promptKeysOf, tagsAmong } from '../store/cluster-query.ts';
import { promptIds, promptOf, promptsMatching } from '../store/list-query.ts';
import { matchingPrompts } from '../store/matching.ts';
import { resolveId } from '../store/read-comparison.ts';
import type { Context } from './context.ts';
import { drawHalves } from './draw-halves.ts';
import { pause } from './fold-sources.ts';

/** Prompts by id (or a unique prefix; a comparison's id means its prompt), or everything that a query finds. */
export function selectedPrompts(ctx: Context, selection: PromptSelection): string[] {
	if ('query' in selection) return promptsMatching(ctx.db, selection.query);
	// Whole ids, as views send them, are looked up at once.
	const known = promptIds(ctx.db, promptKeysOf(ctx.db, selection.ids));
	if (known.length === new Set(selection.ids).size) return [...new Set(selection.ids)];
	const ids = selection.ids.map((id) => {
		try {
			return resolveId(ctx.db, 'prompt', id);
		} catch (error) {
			if (!UserError.is(error, 'not-found')) throw error;
			return promptOf(ctx.db, resolveId(ctx.db, 'comparison', id));
		}
	});
	return [...new Set(ids)];
}

interface Plan {
	/** Prompts that move at once. */
	readonly moves: readonly string[];
	readonly proposals: readonly {
		readonly prompts: readonly string[];
		readonly because: 'frozen' | 'exported';
	}[];
}

/** Splits whose members must never have been trained on. */
export const UNSEEN: readonly Split[] = ['heldout', 'eval'];

/** Whole clusters move together; one that is frozen, or was exported for training, becomes one proposal. */
function plan(ctx: Context, keys: Int32Array, split: Split, alone = false): Plan {
	return ctx.db.read(() => {
		const { moves, proposals } = planMove(ctx.db, keys, split, UNSEEN.includes(split), alone);
		const proposed = Int32Array.from(proposals.flatMap(({ keys: members }) => [...members])).sort();
		const ids = promptIds(ctx.db, proposed);
		const idOf = new Map(ids.map((id, i) => [proposed[i] as number, id]));
		return {
			moves: promptIds(ctx.db, moves),
			proposals: proposals.map(({ keys: members, because }) => ({
				prompts: Array.from(members, (key) => idOf.get(key) as string),
				because,
			})),
		};
	});
}

export function facets(ctx: Context): string[] {
	return facetCounts(ctx.db).map((f) => f.facet);
}

function selectedKeys(ctx: Context, selection: PromptSelection): Int32Array {
	if ('query' in selection) return matchingPrompts(ctx.db, selection.query);
	return promptKeysOf(ctx.db, selectedPrompts(ctx, selection));
}

/** What moving the clusters of these prompts to a split would do; a tag moves them to held-out. */
export function previewMove(ctx: Context, selection: PromptSelection, split: Split): MovePreview {
	return ctx.db.read(() => {
		const keys = selectedKeys(ctx, selection);
		const { clusters, there, moves, along, frozen, exported, proposals } = moveSums(
			ctx.db,
			keys,
			split,
			UNSEEN.includes(split),
		);
		return {
			prompts: keys.length,
			clusters,
			moves,
			proposals: frozen + exported,
			along,
			there,
			frozen,
			exported,
			proposed: proposals,
			tags: tagsAmong(ctx.db, keys),
		};
	});
}

export function previewTag(ctx: Context, selection: PromptSelection): TagPreview {
	const { prompts, clusters, moves, proposals } = previewMove(ctx, selection, 'heldout');
	return { prompts, clusters, moves, proposals };
}

/** A reason that is worth storing, or nothing. */
function because(reason: string | undefined): { reason?: string } {
	return reason === undefined || reason.trim() === '' ? {} : { reason };
}

/** Marks prompts as out of distribution and moves their clusters to held-out, or proposes to. */
export async function tag(
	ctx: Context,
	selection: PromptSelection,
	options: { readonly facet: string; readonly reason?: string; readonly remove?: boolean },
): Promise<TagResult> {
	const facet = parseFacet(options.facet);
	if (facet === null) {
		throw new UserError(
			'usage',
			`"${options.facet}" is not a facet: expected KIND:VALUE such as domain:law, with KIND one of ${FACET_KINDS.join(', ')}.`,
		);
	}
	const prompts = selectedPrompts(ctx, selection);
	if (prompts.length === 0) return { tagged: 0, moved: 0, proposed: 0, prompts: [], event: null };
	const name = facetText(facet);
	const having = havingTag(ctx.db, prompts, name);
	const nothing = { tagged: 0, already: prompts.length, moved: 0, proposed: 0, prompts, event: null };
	if (options.remove === true) {
		const tagged = prompts.filter((id) => having.has(id));
		if (tagged.length === 0) return nothing;
		const [event] = await ctx.append({
			type: 'tagged',
			prompts: tagged,
			facet: name,
			remove: true,
			...because(options.reason),
		});
		ctx.emit.changed({ what: ['splits', 'comparisons'], reason: 'tag removed' });
		const already = prompts.length - tagged.length;
		return { tagged: tagged.length, already, moved: 0, proposed: 0, prompts, event: (event as { id: string }).id };
	}
	const keys = promptKeysOf(ctx.db, prompts);
	const planned = plan(ctx, keys, 'heldout');
	const fresh = prompts.filter((id) => !having.has(id));
	if (fresh.length === 0 && planned.moves.length === 0 && planned.proposals.length === 0) return nothing;
	const bodies: EventBody[] = planned.proposals.map((p) => ({
		type: 'proposed',
		prompts: p.prompts,
		split: 'heldout',
		facet: name,
		because: p.because,
		...because(options.reason),
	}));
	// The tag comes last, so that one undo takes it back; the draw after it stays.
	const search = 'query' in selection ? selection.query.search?.trim() : undefined;
	const query = search === undefined || search === '' ? {} : { query: search };
	// Undone, it takes back what it brought: an earlier tag stays.
	bodies.push({
		...{ type: 'tagged' as const, prompts: fresh.length === 0 ? prompts : fresh, facet: name, ...query },
		...{ moves: planned.moves, ...because(options.reason) },
	});
	const events = await ctx.append(bodies);
	await drawHalves(ctx, keys);
	ctx.emit.changed({ what: ['splits', 'comparisons'], reason: 'tagged' });
	return {
		tagged: fresh.length,
		already: having.size,
		moved: planned.moves.length,
		proposed: planned.proposals.reduce((sum, p) => sum + p.prompts.length, 0),
		prompts,
		event: (events.at(-1) as { id: string }).id,
	};
}

/** Moves whole clusters to a split, or proposes to. `alone`: excludes prompts, and the rest of their clusters stays. */
export async function assign(
	ctx: Context,
	selection: PromptSelection,
	options: { readonly split: Split; readonly reason?: string; readonly alone?: true },
): Promise<{ moved: number; proposed: number; event: string | null }> {
	// Anywhere else a cluster that is torn apart would be a leak.
	if (options.alone === true && options.split !== 'excluded') {
		throw new UserError(
			'usage',
			'Only excluding takes prompts out of their clusters; every other move takes clusters whole.',
		);
	}
	const keys = selectedKeys(ctx, selection);
	const planned = plan(ctx, keys, options.split, options.alone);
	await pause();
	const bodies: EventBody[] = planned.proposals.map((p) => ({
		type: 'proposed',
		prompts: p.prompts,
		split: options.split,
		because: p.because,
		...because(options.reason),
	}));
	if (planned.moves.length > 0) {
		bodies.push({ type: 'split-assigned', prompts: planned.moves, split: options.split, ...because(options.reason) });
	}
	const events = await ctx.append(bodies);
	if (options.split === 'heldout') await drawHalves(ctx, keys);
	if (events.length > 0) ctx.emit.changed({ what: ['splits', 'comparisons'], reason: `moved to ${options.split}` });
	return {
		moved: planned.moves.length,
		proposed: planned.proposals.reduce((sum, p) => sum + p.prompts.length, 0),
		// Undone by it, the proposals are too.
		event: events.at(-1)?.id ?? null,
	};
}
