import { existsSync, readdirSync } from 'node:fs';
import type { PastVerdict, Snapshot } from '../../domain/snapshot-diff.ts';
import { SPLITS, type Split } from '../../domain/split.ts';
import { UserError } from '../../protocol/errors.ts';
import { readManifest } from '../../store/attachments.ts';
import { sourceProblems } from '../../store/read-counts.ts';
import { placedPreviews, promptOf, resolvedRows } from '../../store/snapshot-query.ts';
import type { Context } from '../context.ts';
import { foldedApart } from '../fold-apart.ts';
import { headlineLines } from '../runs/reports.ts';
import { findRun, readRecord, readScores } from '../runs/run-files.ts';
import { commitOf, withTree } from './git-tree.ts';

/** A whole workspace, as its database has it. */
function whole(ctx: Context, name: string): Snapshot {
	const rows = resolvedRows(ctx.db);
	return {
		name,
		covers: SPLITS,
		prompts: placedPreviews(ctx.db),
		verdicts: new Map(rows.map(({ id, prompt, resolution }) => [id, { prompt, verdict: resolution }])),
		sealed: new Set(rows.filter(({ sealed }) => sealed).map(({ id }) => id)),
		notes: sourceProblems(ctx.db).map(({ path, problem }) => `${name}: ${path}: ${problem}`),
	};
}

function splitOfManifest(manifest: string): Split {
	const split = SPLITS.find((each) => manifest.startsWith(`${each}-`));
	if (split === undefined) throw new UserError('unusable-input', `The manifest ${manifest} names no split.`);
	return split;
}

function manifestPrompts(ctx: Context, manifest: string): readonly string[] {
	try {
		return readManifest(ctx.paths, manifest);
	} catch (error) {
		throw new UserError(
			'unusable-input',
			`The manifest .pairwright/manifests/${manifest}.json cannot be read: ${(error as Error).message}. Get it from version control.`,
		);
	}
}

/** Prompts of manifests; previews as the workspace has them today. */
function ofManifests(ctx: Context, name: string, manifests: readonly string[]): Snapshot {
	const today = placedPreviews(ctx.db);
	const prompts = new Map(
		manifests.flatMap((manifest) => {
			const split = splitOfManifest(manifest);
			return manifestPrompts(ctx, manifest).map(
				(id) => [id, { split, preview: today.get(id)?.preview ?? '' }] as const,
			);
		}),
	);
	return {
		name,
		covers: manifests.map(splitOfManifest),
		prompts,
		verdicts: new Map(),
		sealed: new Set(),
		notes: [],
	};
}

/** The manifests that were in force when a run was recorded, and the labels it scored with, without those of E. */
function ofRun(ctx: Context, run: string): Snapshot {
	const name = `run ${run}`;
	const recorded = ctx.events('run-recorded').find((event) => event.run === run);
	const inForce = new Map<Split, string>();
	for (const { split, manifest, seq } of ctx.events('frozen')) {
		if (seq < (recorded?.seq ?? Number.POSITIVE_INFINITY)) inForce.set(split, manifest);
	}
	const lines = headlineLines(readRecord(ctx.paths.runs, run), readScores(ctx.paths.runs, run));
	const verdicts = new Map(
		lines.map(({ comparison, decided, chosen_side }) => {
			const verdict: PastVerdict = decided ? chosen_side : 'undecided';
			return [comparison, { prompt: promptOf(ctx.db, comparison), verdict }] as const;
		}),
	);
	const missing = `${name}: no split was frozen when it was made, so that its prompts are not compared, only its labels.`;
	return {
		...ofManifests(ctx, name, [...inForce.values()]),
		verdicts,
		notes: inForce.size === 0 ? [missing] : [],
	};
}

/** Manifests by a beginning of their name, or of the hash in it. */
function findManifest(ctx: Context, ref: string): string | null {
	if (!existsSync(ctx.paths.manifests)) return null;
	const names = readdirSync(ctx.paths.manifests)
		.filter((name) => name.endsWith('.json'))
		.map((name) => name.slice(0, -'.json'.length));
	const exact = names.find((name) => name === ref);
	if (exact !== undefined) return exact;
	const found = names.filter((name) => {
		const [split, hash = ''] = name.split('-');
		return ref.startsWith(`${split}-`) ? name.startsWith(ref) : ref.length >= 6 && hash.startsWith(ref);
	});
	if (found.length > 1) {
		throw new UserError('ambiguous-id', `"${ref}" fits ${found.length} manifests: ${found.slice(0, 5).join(', ')}.`);
	}
	return found[0] ?? null;
}

/**
 * What a ref names: `now`, a manifest, a run, or anything that git resolves to a commit, tried in this order.
 * @throws UserError 'not-found', 'ambiguous-id', 'unusable-input'
 */
export async function snapshotOf(ctx: Context, ref: string): Promise<Snapshot> {
	if (ref === 'now') return ctx.db.read(() => whole(ctx, 'now'));
	const manifest = findManifest(ctx, ref);
	if (manifest !== null) return ofManifests(ctx, `manifest ${manifest}`, [manifest]);
	const run = runNamed(ctx, ref);
	if (run !== null) return ofRun(ctx, run);
	const commit = await commitOf(ctx.paths.root, ref);
	if (commit === null) {
		throw new UserError(
			'not-found',
			`"${ref}" is no manifest, no run, and nothing that git knows here. Give "now", a manifest such as eval-1a2b3c4d5e6f ("split" shows them), a run, or a branch, tag or commit.`,
		);
	}
	const short = commit.slice(0, 10);
	const name = `git ${short}${short.startsWith(ref) || commit === ref ? '' : ` (${ref})`}`;
	return withTree(ctx.paths, commit, ({ root }) => foldedApart(root, (apart) => whole(apart, name)));
}

function runNamed(ctx: Context, ref: string): string | null {
	try {
		return findRun(ctx.paths.runs, ref);
	} catch (error) {
		if (UserError.is(error, 'not-found')) return null;
		throw error;
	}
}
