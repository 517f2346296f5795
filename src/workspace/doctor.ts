import { accessSync, constants } from 'node:fs';
import { NOTHING_ERASED, removedPerson } from '../domain/erasure.ts';
import { foldedErasures } from '../store/erasures.ts';
import { databaseHealth, journalProblems } from '../store/journal-problems.ts';
import { sourceProblems } from '../store/read-counts.ts';
import { scoreCachePath, scoreCacheSize } from '../store/score-cache.ts';
import { indexState } from '../store/search-index.ts';
import { readConfig } from './config-file.ts';
import type { Context } from './context.ts';
import { checkNode } from './environment.ts';
import { checkDatabase } from './verify/database.ts';
import { checkErased } from './verify/erased.ts';
import { checkExports, checkJournals, checkManifests, checkSources } from './verify/files.ts';
import type { Check } from './verify/finding.ts';
import { checkRuns } from './verify/runs.ts';

function writable(path: string): boolean {
	try {
		accessSync(path, constants.W_OK);
		return true;
	} catch {
		return false;
	}
}

/**
 * Looks at the environment and the workspace; every finding that is not `ok` says what to do.
 * @param options deep: read everything, however large
 */
export async function doctor(
	ctx: Context,
	{ deep = false }: { readonly deep?: boolean } = {},
): Promise<{ ok: boolean; checks: readonly Check[] }> {
	const checks: Check[] = [];
	const node = checkNode();
	checks.push({
		check: 'node',
		status: node.ok ? 'ok' : 'error',
		message: node.message,
		...(node.ok ? {} : { remedy: 'Update Node.js to 22.14 or newer.' }),
	});
	checks.push(
		ctx.initialised
			? { check: 'workspace', status: 'ok', message: ctx.paths.root }
			: {
					check: 'workspace',
					status: 'error',
					message: `${ctx.paths.root} has no .pairwright/config.json.`,
					remedy: 'Run "pairwright init".',
				},
	);
	for (const [check, path] of [
		['workspace-writable', ctx.initialised ? ctx.paths.dir : ctx.paths.root],
		['state-writable', ctx.state.dir],
	] as const) {
		checks.push(
			writable(path)
				? { check, status: 'ok', message: path }
				: {
						check,
						status: 'error',
						message: `${path} cannot be written.`,
						remedy: 'Change its permissions, or choose another folder.',
					},
		);
	}
	const person = ctx.person();
	checks.push(
		person === null
			? {
					check: 'annotator',
					status: 'warning',
					message: 'Nobody is named as annotator on this machine.',
					remedy: 'Give --annotator NAME once, or set PAIRWRIGHT_ANNOTATOR.',
				}
			: removedPerson(foldedErasures(ctx.db) ?? NOTHING_ERASED, person) === undefined
				? { check: 'annotator', status: 'ok', message: person }
				: {
						check: 'annotator',
						status: 'warning',
						message: `"${person}" was taken out of this workspace: nothing can be stored under that name.`,
						remedy: 'Choose another handle: --annotator NAME, or "Pairwright: Choose My Handle…".',
					},
	);
	const { problem } = readConfig(ctx.paths.config);
	checks.push(
		problem === null
			? { check: 'config', status: 'ok', message: ctx.paths.config }
			: {
					check: 'config',
					status: 'warning',
					message: problem,
					remedy: 'Mend the file; its schema is shown by the editor.',
				},
	);
	const health = databaseHealth(ctx.db);
	checks.push(
		health === 'ok'
			? { check: 'database', status: 'ok', message: ctx.db.path }
			: {
					check: 'database',
					status: 'error',
					message: `${ctx.db.path}: ${health}`,
					remedy: 'Run "pairwright rebuild": journals and sources hold everything.',
				},
	);
	const torn = journalProblems(ctx.db);
	checks.push(
		torn.length === 0
			? { check: 'journal', status: 'ok', message: 'Every line can be read.' }
			: {
					check: 'journal',
					status: 'warning',
					message: torn.slice(0, 5).join('; '),
					remedy: 'The lines were skipped. Compare them with version control.',
				},
	);
	const sources = sourceProblems(ctx.db);
	checks.push(
		sources.length === 0
			? { check: 'sources', status: 'ok', message: 'Every imported file is there.' }
			: {
					check: 'sources',
					status: 'warning',
					message: sources.map((s) => `${s.path}: ${s.problem}`).join('; '),
					remedy:
						'Put the files back: they are read at the next look. If one is not, run "pairwright rebuild". What was imported differently can be imported anew.',
				},
	);
	const index = indexState(ctx.db);
	checks.push(
		index.ready
			? { check: 'search', status: 'ok', message: `${index.total} comparisons can be searched.` }
			: {
					check: 'search',
					status: 'warning',
					message: `${index.done} of ${index.total} comparisons can be searched so far.`,
					remedy: 'It follows by itself while the workspace is open.',
				},
	);
	const cached = scoreCacheSize(ctx.db.path);
	if (cached > 0) {
		checks.push({
			check: 'score-cache',
			status: 'ok',
			message: `${scoreCachePath(ctx.db.path)} holds what checkpoints scored: ${(cached / 1e6).toFixed(1)} MB. It may be deleted; the next run then scores again.`,
		});
	}
	if (ctx.initialised) checks.push(...(await verified(ctx, deep)));
	return { ok: checks.every((c) => c.status !== 'error'), checks };
}

/** What is stored, against what it says of itself. */
async function verified(ctx: Context, deep: boolean): Promise<readonly Check[]> {
	return [
		await checkSources(ctx, deep),
		await checkJournals(ctx, deep),
		...checkManifests(ctx),
		checkExports(ctx),
		...(await checkRuns(ctx, deep)),
		await checkErased(ctx, deep),
		await checkDatabase(ctx, deep),
	];
}
