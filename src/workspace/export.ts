import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { sha256, stableJson } from '../domain/identity.ts';
import { EXPORT_POLICY, type LabelPolicy } from '../domain/label-policy.ts';
import { SPLITS, type Split } from '../domain/split.ts';
import { EXPORT_FORMATS, encode } from '../formats/encode.ts';
import { UserError } from '../protocol/errors.ts';
import type { ExportOptions, ExportResult } from '../protocol/workspace-api.ts';
import { comparisonsForExport } from '../store/export-query.ts';
import type { Context } from './context.ts';
import { pause } from './fold-sources.ts';
import { writeAtomically } from './freeze.ts';
import { trainerLabel } from './trainer-label.ts';

/** Formats that a trainer reads, and splits whose prompts count as seen once written in one of them. */
const TRAINING_FORMATS: readonly string[] = ['trl', 'trl-standard'];
const TRAINED_ON: readonly Split[] = ['train', 'eval'];

interface Written {
	readonly split: Split;
	readonly path: string;
	readonly written: number;
	readonly sha256: string;
	readonly prompts: readonly string[];
}

function targets(options: ExportOptions): { split: Split; path: string }[] {
	const splits = SPLITS.filter((split) => options.splits.includes(split));
	if (splits.length === 0) throw new UserError('usage', 'No split to export was named.');
	const out = resolve(options.out);
	const isFile = /\.(jsonl|json)$/iu.test(out) && !(existsSync(out) && statSync(out).isDirectory());
	if (isFile && splits.length > 1) {
		throw new UserError(
			'usage',
			`${options.out} is one file, and ${splits.length} splits were named: give a folder, or one split.`,
		);
	}
	return splits.map((split) => ({ split, path: isFile ? out : join(out, `${split}.jsonl`) }));
}

/** Trainers get the tuning half only; the own format lists the sealed half without labels until it is opened. */
function placesOf(split: Split, format: string): string[] {
	if (split !== 'heldout') return [split];
	return TRAINING_FORMATS.includes(format) ? ['R', 'heldout'] : ['R', 'E', 'heldout'];
}

async function writeSplit(
	ctx: Context,
	format: string,
	split: Split,
	path: string,
	dropped: Record<string, number>,
	labels: LabelPolicy | undefined,
): Promise<Written> {
	const waits = TRAINING_FORMATS.includes(format) && ctx.config.rewrites.second_person;
	const hash = createHash('sha256');
	const prompts = new Set<string>();
	let written = 0;
	mkdirSync(dirname(path), { recursive: true });
	const draft = `${path}.${process.pid}.tmp`;
	const fd = openSync(draft, 'w');
	try {
		for (const page of comparisonsForExport(ctx.db, placesOf(split, format))) {
			const lines: string[] = [];
			for (const c of page) {
				const unlabelled = c.half === 'E' && !c.opened;
				const label = labels === undefined ? { resolution: c.state.resolution } : trainerLabel(c, labels, waits);
				if ('dropped' in label && !unlabelled) {
					dropped[label.dropped] = (dropped[label.dropped] ?? 0) + 1;
					continue;
				}
				const encoded = encode(format, {
					comparison: { id: c.id, promptId: c.promptId, prompt: c.prompt, a: c.a, b: c.b },
					...('dropped' in label || unlabelled ? { resolution: 'open' } : label),
					judgments: unlabelled ? [] : c.state.judgments,
					tags: c.tags,
					split: c.split,
					half: c.half,
					source: c.source?.name ?? null,
					metadata: c.metadata,
					unlabelled,
				});
				if ('dropped' in encoded) {
					dropped[encoded.dropped] = (dropped[encoded.dropped] ?? 0) + 1;
					continue;
				}
				lines.push(`${encoded.line}\n`);
				prompts.add(c.promptId);
			}
			const text = lines.join('');
			hash.update(text);
			writeSync(fd, text);
			written += lines.length;
			await pause();
		}
	} catch (error) {
		closeSync(fd);
		rmSync(draft, { force: true });
		throw error;
	}
	closeSync(fd);
	renameSync(draft, path);
	return { split, path, written, sha256: hash.digest('hex'), prompts: [...prompts].sort() };
}

/** Writes splits as files, ordered by comparison id: same workspace, same bytes. A training export is recorded. */
export async function exportData(ctx: Context, options: ExportOptions): Promise<ExportResult> {
	if (!EXPORT_FORMATS.includes(options.format)) {
		throw new UserError('usage', `There is no export format "${options.format}". Use ${EXPORT_FORMATS.join(', ')}.`);
	}
	const wanted = targets(options);
	const trains = TRAINING_FORMATS.includes(options.format) && wanted.some((t) => TRAINED_ON.includes(t.split));
	if (trains) ctx.requirePerson();
	const forTrainer = TRAINING_FORMATS.includes(options.format);
	if (!forTrainer && options.labels !== undefined) {
		throw new UserError(
			'usage',
			`The format ${options.format} holds every judgment, so no label policy applies. Leave --labels out, or use ${TRAINING_FORMATS.join(' or ')}.`,
		);
	}
	const labels = forTrainer ? (options.labels ?? EXPORT_POLICY) : undefined;
	const dropped: Record<string, number> = {};
	const files: Written[] = [];
	for (const { split, path } of wanted) files.push(await writeSplit(ctx, options.format, split, path, dropped, labels));
	const id = trains ? await record(ctx, options.format, files, labels ?? EXPORT_POLICY) : null;
	return {
		format: options.format,
		files: files.map(({ split, path, written, sha256 }) => ({ split, path, written, sha256 })),
		dropped,
		...(labels === undefined ? {} : { labels }),
		export: id,
	};
}

/** Without a policy in it the record is of strict majority. `exports/<sha>.json`: which prompts a trainer was given. The same export twice is one record and one event. */
async function record(
	ctx: Context,
	format: string,
	files: readonly Written[],
	labels: LabelPolicy,
): Promise<string | null> {
	const trained = files.filter((file) => TRAINED_ON.includes(file.split) && file.written > 0);
	const prompts = trained.reduce((sum, file) => sum + file.prompts.length, 0);
	if (prompts === 0) return null;
	const splits = Object.fromEntries(
		trained.map(({ split, sha256, written, prompts }) => [split, { sha256, written, prompts }]),
	);
	const text = `${stableJson({ format, splits, ...(labels === EXPORT_POLICY ? {} : { labels }) })}\n`;
	const id = sha256(text);
	if (!ctx.events('exported').some((e) => e.export === id)) {
		writeAtomically(ctx.paths.exports, `${id}.json`, text);
		await ctx.append({ type: 'exported', export: id, format, splits: trained.map((f) => f.split), prompts, labels });
		ctx.emit.changed({ what: ['splits'], reason: 'exported' });
	}
	return id;
}
