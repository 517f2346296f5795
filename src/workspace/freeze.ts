import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, stableJson } from '../domain/identity.ts';
import type { Split } from '../domain/split.ts';
import { UserError } from '../protocol/errors.ts';
import { frozenDiff, promptIdsOf } from '../store/splits-query.ts';
import type { Context } from './context.ts';

export function writeAtomically(dir: string, name: string, text: string): void {
	mkdirSync(dir, { recursive: true });
	const path = join(dir, name);
	writeFileSync(`${path}.tmp`, text);
	renameSync(`${path}.tmp`, path);
}

/**
 * Writes the manifest of a split (its prompt ids) and records it as frozen. Freezing again replaces the manifest in force;
 * `changed` says by how much it differs from the earlier one.
 */
export async function freeze(
	ctx: Context,
	split: Split,
): Promise<{ manifest: string; prompts: number; changed: { added: number; removed: number } | null }> {
	ctx.requirePerson();
	const prompts = promptIdsOf(ctx.db, split);
	if (prompts.length === 0)
		throw new UserError('too-little-data', `The split ${split} is empty: there is nothing to freeze.`);
	const before = frozenDiff(ctx.db, split);
	const text = `${stableJson({ format: 1, split, prompts })}\n`;
	const manifest = `${split}-${sha256(text).slice(0, 12)}`;
	const changed = before === null ? null : { added: before.added, removed: before.removed };
	if (before?.manifest === manifest) return { manifest, prompts: prompts.length, changed };
	writeAtomically(ctx.paths.manifests, `${manifest}.json`, text);
	await ctx.append({ type: 'frozen', split, manifest, prompts: prompts.length });
	ctx.emit.changed({ what: ['splits'], reason: `froze ${split}` });
	return { manifest, prompts: prompts.length, changed };
}
