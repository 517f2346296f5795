import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoConfig, demoGuidelines, writeDemo } from '../demo/write.ts';
import { configText } from './config-file.ts';
import type { Context } from './context.ts';
import { GUIDELINES } from './guidelines.ts';
import { importFiles } from './import.ts';

const IGNORE = `# The database is built from journals and sources; drafts are unfinished.
pairwright.db*
drafts/
run.lock*
*.tmp
`;

/**
 * Packed sources and scores are binary; journals are text whose lines must never be rewritten. A merge keeps the lines of both
 * sides: their order does not matter. (Hosting sites ignore that; there, nobody's file is written on two branches.)
 */
const ATTRIBUTES = `sources/*.gz binary
sources/*.parquet binary
runs/**/*.gz binary
runs/**/*.bin binary
journal/**/*.jsonl text eol=lf -diff merge=union
`;

function writeIfMissing(path: string, text: string): boolean {
	if (existsSync(path)) return false;
	writeFileSync(path, text);
	return true;
}

/** Makes `.pairwright/`; files that are there stay as they are. With `demo`, writes the demo data and imports it. */
export async function init(
	ctx: Context,
	options: { readonly demo?: boolean },
): Promise<{ workspace: string; created: boolean }> {
	mkdirSync(ctx.paths.dir, { recursive: true });
	const created = writeIfMissing(ctx.paths.config, configText(options.demo === true ? demoConfig : undefined));
	writeIfMissing(ctx.paths.guidelines, options.demo === true ? demoGuidelines : GUIDELINES);
	writeIfMissing(join(ctx.paths.dir, '.gitignore'), IGNORE);
	writeIfMissing(join(ctx.paths.dir, '.gitattributes'), ATTRIBUTES);
	await ctx.reloadFiles();
	await ctx.store.sync();
	if (options.demo === true) {
		const { files } = await writeDemo(ctx.paths.root);
		await importFiles(ctx, files, {}, 'demo', new AbortController().signal);
	}
	ctx.emit.changed({ what: ['config', 'guidelines'], reason: 'initialised' });
	return { workspace: ctx.paths.root, created };
}
