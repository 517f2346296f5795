import { projectionDigests } from '../../store/dump.ts';
import type { Context } from '../context.ts';
import { foldedApart } from '../fold-apart.ts';
import { workspaceTotals } from '../info.ts';
import type { Check } from './finding.ts';

/** Folded anew without being asked: a few seconds. */
const MOST_COMPARISONS = 10_000;
/** How often the two are compared where events came in meanwhile. */
const ATTEMPTS = 3;

type Digests = ReturnType<typeof projectionDigests>;

function differing(stored: Digests, folded: Digests): string[] {
	return [...folded].flatMap(([name, { rows, sha256 }]) => {
		const there = stored.get(name);
		if (there?.sha256 === sha256) return [];
		return [`${name} (${there?.rows ?? 0} rows stored, ${rows} folded)`];
	});
}

/** The database against what journals and sources fold to. */
export async function checkDatabase(ctx: Context, deep: boolean): Promise<Check> {
	const check = 'database-fold';
	const { comparisons } = workspaceTotals(ctx);
	if (comparisons > MOST_COMPARISONS && !deep) {
		return {
			check,
			status: 'ok',
			message: `Not compared with the journals, having ${comparisons} comparisons (--deep does).`,
		};
	}
	let differences: readonly string[] = [];
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		await ctx.store.sync();
		const folded = await foldedApart(ctx.paths.root, (apart) => projectionDigests(apart.db));
		const stored = projectionDigests(ctx.db);
		differences = differing(stored, folded);
		// Events that came in meanwhile are no difference.
		if (differences.length === 0 || stored.get('events')?.rows === folded.get('events')?.rows) break;
	}
	if (differences.length === 0) {
		return { check, status: 'ok', message: 'The database is what journals and sources fold to.' };
	}
	return {
		check,
		status: 'error',
		message: `The database is not what journals and sources fold to: ${differences.join(', ')} differ.`,
		remedy: 'Run "pairwright rebuild": nothing is lost by it, journals and sources hold everything.',
	};
}
