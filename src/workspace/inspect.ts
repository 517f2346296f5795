import type { Inspection } from '../domain/inspection.ts';
import { placeCounts } from '../store/read-counts.ts';
import { compositionVersion } from '../store/splits-query.ts';
import type { Context } from './context.ts';
import { countLeaks, findLeaks, shownLeaks } from './leaks.ts';
import { runLookProcess } from './look/child.ts';
import type { Looked } from './look/tasks.ts';
import { splits } from './splits.ts';

/** Sizes, tags and sources of every place. Verdicts on the sealed half are counted nowhere. */
function compositionOf(ctx: Context): Inspection['composition'] {
	return splits(ctx).places.map(({ place, count, clusters, facets, sources }) => ({
		split: place,
		prompts: count.prompts,
		pairs: count.pairs,
		judged: place === 'heldout_sealed' ? null : count.judged,
		clusters,
		facets,
		sources,
	}));
}

/** What was computed apart for splits, tags and verdicts as they were: asking again without a change costs nothing. */
const looked = new WeakMap<Context, { readonly version: string; readonly result: Looked }>();

function version(ctx: Context): string {
	// Response differences are those of judged pairs.
	const judged = [...placeCounts(ctx.db)].filter(([place]) => place !== 'E').map(([, { judged: n }]) => n);
	return `${compositionVersion(ctx.db)} ${judged.join(' ')}`;
}

/** Leakage, shift, novelty and composition of the splits as they are now. @throws UserError 'cancelled' */
export async function inspect(ctx: Context, job: string, signal: AbortSignal): Promise<Inspection> {
	const now = version(ctx);
	const known = looked.get(ctx);
	let result = known?.version === now ? known.result : null;
	if (result === null) {
		result = (await runLookProcess(
			{ type: 'start', task: 'inspect', root: ctx.paths.root, stateDir: ctx.state.dir },
			{
				signal,
				onProgress: ({ phase, done, total }) =>
					ctx.emit.progress({ job, phase, done, total, unit: 'steps', eta: null }),
			},
		)) as Looked;
		looked.set(ctx, { version: now, result });
	}
	const leaks = findLeaks(ctx);
	return { leakage: shownLeaks(leaks), leaks: countLeaks(leaks), ...result, composition: compositionOf(ctx) };
}
