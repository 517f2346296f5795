import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settleClusters } from '../store/clusters.ts';
import { copiesPending, copiesSlice } from '../store/copies.ts';
import { findEdges, nearPending, readPromptTexts, storeEdges } from '../store/near-edges.ts';
import { workspacePaths } from '../store/paths.ts';
import { Context } from './context.ts';
import { foldPendingSources, pause } from './fold-sources.ts';

const SLICE_MS = 40;

/**
 * Folds a workspace's journals and sources into a database of its own, in a temporary folder that is removed afterwards, and hands
 * it over for reading. Nothing of the workspace is written: without a handle no half is drawn and no event appended.
 */
export async function foldedApart<T>(root: string, read: (ctx: Context) => T | Promise<T>): Promise<T> {
	const folder = mkdtempSync(join(tmpdir(), 'pairwright-fold-'));
	try {
		const ctx = await Context.open(root, workspacePaths(root).config, {
			stateDir: join(folder, 'state'),
			database: join(folder, 'folded.db'),
		});
		try {
			await foldPendingSources(ctx);
			while (copiesPending(ctx.db)) {
				copiesSlice(ctx.db, SLICE_MS);
				await pause();
			}
			// In this process: the one that looks for near-copies beside an open workspace reads that workspace's own database.
			if (nearPending(ctx.db)) {
				for (const _ of storeEdges(ctx.db, findEdges(readPromptTexts(ctx.db)))) await pause();
				for (const _ of settleClusters(ctx.db)) await pause();
			}
			return await read(ctx);
		} finally {
			await ctx.store.close();
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
