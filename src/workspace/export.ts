import { existsSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
	EXPORT_FORMAT_FACTS,
	EXPORT_FORMATS,
	type ExportFormat,
	exportExtension,
	isExportFormat,
} from '../domain/export-format.ts';
import { sha256, stableJson } from '../domain/identity.ts';
import { EXPORT_POLICY, type LabelPolicy } from '../domain/label-policy.ts';
import { SPLITS, type Split } from '../domain/split.ts';
import { encode } from '../formats/encode.ts';
import { type ColumnNeeds, NO_NEEDS } from '../formats/parquet-writer.ts';
import type { Encoded } from '../formats/types.ts';
import { UserError } from '../protocol/errors.ts';
import type { ExportOptions, ExportResult } from '../protocol/exports.ts';
import { comparisonsForExport, type ExportedComparison } from '../store/export-query.ts';
import { outrankedPrompts } from '../store/placement.ts';
import { storedSources } from '../store/source-rows.ts';
import type { Context } from './context.ts';
import { exportConfig } from './export-config.ts';
import { ExportFile } from './export-file.ts';
import { checkFolder, folderFile, writeFolderCard } from './export-folder.ts';
import { pause } from './fold-sources.ts';
import { writeAtomically } from './freeze.ts';
import { locateSource } from './source-files.ts';
import { trainerLabel } from './trainer-label.ts';
import { whileUnmoved } from './unmoved.ts';

/** Splits whose prompts count as seen once written in a format for trainers. */
const TRAINED_ON: readonly Split[] = ['train', 'eval'];

interface Written {
	readonly split: Split;
	readonly path: string;
	readonly written: number;
	readonly rows: number;
	readonly sha256: string;
	readonly prompts: readonly string[];
}

function targets(options: ExportOptions, format: ExportFormat): { split: Split; path: string }[] {
	const splits = SPLITS.filter((split) => options.splits.includes(split));
	if (splits.length === 0) throw new UserError('usage', 'No split to export was named.');
	const out = resolve(options.out);
	const isFile = /\.(jsonl|json|parquet)$/iu.test(out) && !(existsSync(out) && statSync(out).isDirectory());
	if (EXPORT_FORMAT_FACTS[format].container === 'folder') {
		if (isFile) throw new UserError('usage', `${options.out} is a file name, and the format ${format} is a folder.`);
		checkFolder(out);
		return splits.map((split) => ({ split, path: join(out, folderFile(split)) }));
	}
	if (isFile && splits.length > 1) {
		throw new UserError(
			'usage',
			`${options.out} is one file, and ${splits.length} splits were named: give a folder, or one split.`,
		);
	}
	return splits.map((split) => ({
		split,
		path: isFile ? out : join(out, `${split}.${exportExtension(format)}`),
	}));
}

/**
 * An imported file that lies in the workspace is read where it lies: replaced, its pairs would be gone at the next rebuild.
 * @throws UserError `usage` where a target is one of them
 */
function spareSources(ctx: Context, wanted: readonly { readonly path: string }[]): void {
	const standing = wanted.filter(({ path }) => existsSync(path));
	if (standing.length === 0) return;
	const sources = new Set<string>();
	for (const { path } of storedSources(ctx.db)) {
		try {
			sources.add(realpathSync(locateSource(ctx.paths, path)));
		} catch {
			// Gone, or leads out of the workspace: nothing there that could be replaced.
		}
	}
	const taken = standing.find(({ path }) => sources.has(realpathSync(path)));
	if (taken === undefined) return;
	throw new UserError(
		'usage',
		`${taken.path} was imported and is read where it lies: an export there would replace it, and its pairs would be lost. Nothing was written: name another folder.`,
	);
}

/** Trainers get the tuning half only; the other formats list the sealed half without labels until it is opened. */
function placesOf(split: Split, training: boolean): string[] {
	if (split !== 'heldout') return [split];
	return training ? ['R', 'heldout'] : ['R', 'E', 'heldout'];
}

/** One comparison as rows of the format, or why it is left out. */
function encoded(
	c: ExportedComparison,
	format: ExportFormat,
	labels: LabelPolicy | undefined,
	waits: boolean,
): Encoded | { readonly dropped: string } {
	const unlabelled = c.half === 'E' && !c.opened;
	const label = labels === undefined ? { resolution: c.state.resolution } : trainerLabel(c, labels, waits);
	if ('dropped' in label && !unlabelled) return label;
	return encode(format, {
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
}

async function fill(
	ctx: Context,
	file: ExportFile,
	{ split, format, labels }: { split: Split; format: ExportFormat; labels: LabelPolicy | undefined },
	outranked: ReadonlySet<string>,
	dropped: Record<string, number>,
): Promise<{ written: number; prompts: string[] }> {
	const { training } = EXPORT_FORMAT_FACTS[format];
	const waits = training && ctx.config.rewrites.second_person;
	const prompts = new Set<string>();
	let written = 0;
	for (const page of comparisonsForExport(ctx.db, placesOf(split, training))) {
		const lines: string[] = [];
		for (const c of page) {
			const rows = outranked.has(c.promptId) ? { dropped: 'spanning' } : encoded(c, format, labels, waits);
			if ('dropped' in rows) {
				dropped[rows.dropped] = (dropped[rows.dropped] ?? 0) + 1;
				continue;
			}
			lines.push(rows.line, ...(rows.more ?? []));
			prompts.add(c.promptId);
			written++;
		}
		file.write(lines);
		await pause();
	}
	return { written, prompts: [...prompts].sort() };
}

/** Writes every split into a draft, then puts them all in place: a failure leaves what stood there before. */
async function writeAll(
	ctx: Context,
	wanted: readonly { split: Split; path: string }[],
	format: ExportFormat,
	labels: LabelPolicy | undefined,
	dropped: Record<string, number>,
	check: () => void,
): Promise<{ files: Written[]; needs: ColumnNeeds }> {
	const { container, training } = EXPORT_FORMAT_FACTS[format];
	// A near-duplicate of what is measured on is as good as seen: trainers get none, as runs and bundles do not.
	const outranked: ReadonlySet<string> = training ? outrankedPrompts(ctx.db) : new Set();
	const drafts: ExportFile[] = [];
	try {
		const facts: { split: Split; path: string; written: number; prompts: string[] }[] = [];
		for (const { split, path } of wanted) {
			const file = new ExportFile(path, container);
			drafts.push(file);
			facts.push({ split, path, ...(await fill(ctx, file, { split, format, labels }, outranked, dropped)) });
		}
		const needs = drafts.reduce((all, { needs }) => either(all, needs), NO_NEEDS);
		const files: Written[] = [];
		for (const [i, file] of drafts.entries()) {
			files.push({ ...facts[i]!, rows: file.rows, sha256: await file.finish(needs) });
		}
		check();
		for (const file of drafts) file.put();
		return { files, needs };
	} catch (error) {
		for (const file of drafts) file.abandon();
		throw error;
	}
}

function either(one: ColumnNeeds, two: ColumnNeeds): ColumnNeeds {
	return {
		names: one.names || two.names,
		calls: one.calls || two.calls,
		tools: one.tools || two.tools,
		shares: one.shares || two.shares,
	};
}

/**
 * Writes splits as files, ordered by comparison id: same workspace, same bytes. Every export by somebody who can be named is recorded;
 * one of train or eval for a trainer needs a name, and its prompts count as seen from then on. Held-out and retention never do: they are
 * written only where named, to be measured on.
 * @throws UserError `usage` for an unknown format, a file where a folder is needed, or a policy that does not apply; `no-person`
 */
export async function exportData(ctx: Context, options: ExportOptions): Promise<ExportResult> {
	const { format } = options;
	if (!isExportFormat(format)) {
		throw new UserError('usage', `There is no export format "${String(format)}". Use ${EXPORT_FORMATS.join(', ')}.`);
	}
	const { container, training } = EXPORT_FORMAT_FACTS[format];
	if (!training && options.labels !== undefined) {
		throw new UserError(
			'usage',
			`The format ${format} keeps pairs without a verdict too, so no label policy applies. Leave --labels out, or use ${EXPORT_FORMATS.filter((name) => EXPORT_FORMAT_FACTS[name].training).join(', ')}.`,
		);
	}
	const wanted = targets(options, format);
	spareSources(ctx, wanted);
	if (training && wanted.some((t) => TRAINED_ON.includes(t.split))) ctx.requirePerson();
	const labels = training ? (options.labels ?? EXPORT_POLICY) : undefined;
	const { files, needs, dropped } = await whileUnmoved(ctx, async (check) => {
		const left: Record<string, number> = {};
		return { ...(await writeAll(ctx, wanted, format, labels, left, check)), dropped: left };
	});
	const { id, seen } = await record(ctx, format, files, labels);
	// After the record, which the card counts: the same export again writes the same card.
	const card = container === 'folder' ? await writeFolderCard(ctx, resolve(options.out), files, needs) : null;
	return {
		format,
		files: files.map(({ split, path, written, rows, sha256 }) => ({
			...{ split, path, written, sha256 },
			...(rows === written ? {} : { rows }),
		})),
		...(card === null ? {} : { card }),
		dropped,
		...(labels === undefined ? {} : { labels }),
		export: id,
		seen,
		config: exportConfig(format, resolve(options.out), files),
	};
}

/**
 * `exports/<sha>.json`: which prompts a trainer was given (`splits`: they count as seen), and which pairs went elsewhere (`others`).
 * Without a policy in it the record is of strict majority, or of a format that has none. The same export twice is one record and one event.
 */
async function record(
	ctx: Context,
	format: ExportFormat,
	files: readonly Written[],
	labels: LabelPolicy | undefined,
): Promise<{ id: string | null; seen: number }> {
	const filled = files.filter(({ written }) => written > 0);
	const { training } = EXPORT_FORMAT_FACTS[format];
	const trained = filled.filter(({ split }) => training && TRAINED_ON.includes(split));
	const others = filled.filter((file) => !trained.includes(file));
	const seen = trained.reduce((sum, file) => sum + file.prompts.length, 0);
	// Nobody has to be named to look at data or to measure on it.
	if (filled.length === 0 || (seen === 0 && ctx.person() === null)) return { id: null, seen };
	const facts = (of: readonly Written[]) =>
		Object.fromEntries(of.map(({ split, sha256, written, prompts }) => [split, { sha256, written, prompts }]));
	const text = `${stableJson({
		...{ format, splits: facts(trained) },
		...(others.length === 0 ? {} : { others: facts(others) }),
		...(labels === undefined || labels === EXPORT_POLICY ? {} : { labels }),
	})}\n`;
	const id = sha256(text);
	if (!ctx.events('exported').some((e) => e.export === id)) {
		writeAtomically(ctx.paths.exports, `${id}.json`, text);
		await ctx.append({
			...{ type: 'exported', export: id, format, splits: trained.map(({ split }) => split), prompts: seen },
			...(labels === undefined ? {} : { labels }),
		});
		ctx.emit.changed({ what: ['splits'], reason: 'exported' });
	}
	return { id, seen };
}
