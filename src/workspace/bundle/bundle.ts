import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import manifestOfProduct from '../../../package.json' with { type: 'json' };
import { MIN_CLUSTERS } from '../../calibration/jackknife.ts';
import { sha256, stableJson } from '../../domain/identity.ts';
import { EXPORT_POLICY, type LabelPolicy } from '../../domain/label-policy.ts';
import type { PartPlan, PartUse } from '../../domain/reference-parts.ts';
import { UserError } from '../../protocol/errors.ts';
import type { BundleOptions, BundleResult } from '../../protocol/exports.ts';
import { datasetRows } from '../../store/dataset-query.ts';
import { comparisonsForExport, type ExportedComparison } from '../../store/export-query.ts';
import type { Context } from '../context.ts';
import { pause } from '../fold-sources.ts';
import { writeAtomically } from '../freeze.ts';
import { whileUnmoved } from '../unmoved.ts';
import { type BundleClusters, bundleClusters } from './clusters.ts';
import { DataFiles, type DataRow } from './data-files.ts';
import { makeDraft, removeDraft } from './draft.ts';
import { earlierParts } from './earlier-parts.ts';
import {
	BUNDLE_FORMAT,
	BUNDLE_KIND,
	type BundleManifest,
	type BundleRows,
	type DataFile,
	MANIFEST,
} from './manifest.ts';
import { putInPlace, standingBundle } from './place.ts';
import { labelledRow, unlabelledRow } from './rows.ts';
import { readTemplates } from './templates.ts';

const MAX_PARTS = 20;

interface Settings {
	readonly format: BundleRows;
	readonly labels: LabelPolicy;
	readonly plan: PartPlan;
}

function settingsOf({
	format = 'trl',
	labels = EXPORT_POLICY,
	parts = 4,
	penaltyParts,
	seed = 0,
}: BundleOptions): Settings {
	const penalty = penaltyParts ?? Math.floor(parts / 2);
	if (!Number.isInteger(parts) || parts < 2 || parts > MAX_PARTS) {
		throw new UserError('usage', `The held-out tuning half is dealt into 2 to ${MAX_PARTS} parts; found ${parts}.`);
	}
	if (!Number.isInteger(penalty) || penalty < 0 || penalty >= parts) {
		throw new UserError(
			'usage',
			`Of ${parts} parts, 0 to ${parts - 1} can be for the penalty (one at least monitors); found ${penalty}.`,
		);
	}
	if (!Number.isInteger(seed)) throw new UserError('usage', `The seed is a whole number; found ${seed}.`);
	return { format, labels, plan: { parts, penalty, seed } };
}

const partFile = (part: number): string => `data/reference-part-${String(part).padStart(2, '0')}.jsonl`;

/** Writes the data files; E, what must not be forgotten and what no label decides without labels. @returns counts of what is in none */
async function writeData(
	ctx: Context,
	files: DataFiles,
	clusters: BundleClusters,
	{ format, labels, plan }: Settings,
): Promise<Readonly<Record<string, number>>> {
	files.add('data/train.jsonl', 'train');
	files.add('data/eval.jsonl', 'eval');
	for (let part = 1; part <= plan.parts; part++) {
		files.add(partFile(part), part <= plan.penalty ? 'penalty' : 'monitoring', part);
	}
	files.add('score/retention.jsonl', 'retention');
	files.add('score/unlabelled.jsonl', 'unlabelled');
	files.add('score/sealed.jsonl', 'sealed');
	const leftOut: Record<string, number> = {};
	const count = (why: string): void => {
		leftOut[why] = (leftOut[why] ?? 0) + 1;
	};
	const secondPerson = ctx.config.rewrites.second_person;
	const unlabelled = new Map<string, DataRow>();
	const rowOf = (c: ExportedComparison, line: string): DataRow => ({
		...{ line, id: c.id, prompt: c.promptId, cluster: clusters.name(c.promptId) },
	});
	const scoreOnly = (c: ExportedComparison): DataRow | null => {
		const row = unlabelledRow(c, format);
		if ('line' in row) return rowOf(c, row.line);
		count(row.dropped);
		return null;
	};
	const labelled = (c: ExportedComparison): DataRow | null => {
		const row = labelledRow(c, { format, labels, secondPerson, cluster: clusters.name(c.promptId) });
		if ('line' in row) return rowOf(c, row.line);
		count(row.dropped);
		// Runs measure these too, or will once they are judged; of train only what has votes.
		const measured = c.split === 'train' ? ['ties', 'disputed'] : ['ties', 'disputed', 'unresolved', 'not_adjudicated'];
		const again = measured.includes(row.dropped) ? unlabelledRow(c, format) : row;
		if ('line' in again) unlabelled.set(c.id, rowOf(c, again.line));
		return null;
	};
	const write = async (
		place: string,
		read: (c: ExportedComparison) => DataRow | null,
		name: (c: ExportedComparison) => string,
	): Promise<void> => {
		for (const page of comparisonsForExport(ctx.db, [place])) {
			const rows = new Map<string, DataRow[]>();
			for (const c of page) {
				if (clusters.spans(c.promptId)) {
					count('spanning');
					continue;
				}
				const row = read(c);
				if (row === null) continue;
				const of = name(c);
				rows.set(of, [...(rows.get(of) ?? []), row]);
			}
			for (const [of, list] of rows) files.write(of, list);
			await pause();
		}
	};
	await write('train', labelled, () => 'data/train.jsonl');
	await write('eval', labelled, () => 'data/eval.jsonl');
	await write('R', labelled, (c) => partFile(clusters.part(c.promptId)));
	await write('retention', scoreOnly, () => 'score/retention.jsonl');
	await write('E', scoreOnly, () => 'score/sealed.jsonl');
	for (const page of comparisonsForExport(ctx.db, ['heldout'])) for (const _ of page) count('no_half_yet');
	files.write(
		'score/unlabelled.jsonl',
		[...unlabelled.values()].sort((x, y) => (x.id < y.id ? -1 : 1)),
	);
	return leftOut;
}

type Facts = ReturnType<DataFiles['facts']>;

/** Parts of R, all for monitoring where either kind would be too small to tell anything. */
function partsOf(
	facts: Facts,
	{ penalty }: PartPlan,
): {
	readonly parts: readonly { readonly part: number; readonly use: PartUse; readonly file: string }[];
	readonly note?: string;
} {
	const parts = [...facts].flatMap(
		([
			file,
			{
				file: { part, clusters },
			},
		]) => (part === undefined ? [] : [{ file, part, clusters }]),
	);
	const clustersOf = (keep: (part: number) => boolean): number =>
		parts.reduce((sum, { part, clusters }) => sum + (keep(part) ? clusters : 0), 0);
	const [read, kept] = [clustersOf((part) => part <= penalty), clustersOf((part) => part > penalty)];
	const enough = read >= MIN_CLUSTERS && kept >= MIN_CLUSTERS;
	return {
		parts: parts.map(({ file, part }) => ({ part, use: enough && part <= penalty ? 'penalty' : 'monitoring', file })),
		...(enough
			? {}
			: {
					note:
						penalty === 0
							? 'no part is for the penalty, as was asked'
							: `the parts hold ${read} clusters of labelled pairs for the penalty and ${kept} for monitoring; each needs ${MIN_CLUSTERS}`,
				}),
	};
}

/**
 * Writes a training bundle: data files, scripts, launch files, a manifest; deterministic bytes. Recorded as an export: its training
 * prompts, and the parts of R that the penalty may read, count as trained on; eval does not, which the scripts only look at.
 * @throws UserError usage, no-person, too-little-data
 */
export async function exportBundle(ctx: Context, options: BundleOptions): Promise<BundleResult> {
	return whileUnmoved(ctx, (check) => writeBundle(ctx, options, check));
}

async function writeBundle(ctx: Context, options: BundleOptions, check: () => void): Promise<BundleResult> {
	const settings = settingsOf(options);
	const { format, labels, plan } = settings;
	ctx.requirePerson();
	const out = resolve(options.out);
	const standing = standingBundle(out);
	const draft = makeDraft(out);
	try {
		const files = new DataFiles(draft);
		let leftOut: Readonly<Record<string, number>>;
		try {
			const clusters = bundleClusters(datasetRows(ctx.db), plan, earlierParts(ctx, plan));
			leftOut = await writeData(ctx, files, clusters, settings);
		} finally {
			files.close();
		}
		const facts = files.facts();
		const train = facts.get('data/train.jsonl')!;
		if (train.file.pairs === 0) {
			throw new UserError(
				'too-little-data',
				'No training pair has a label yet, so there is nothing to train on. Judge some, or import pairs that carry labels.',
			);
		}
		const reference = partsOf(facts, plan);
		const useOf = new Map(reference.parts.map(({ file, use }) => [file, use]));
		const dataFiles = Object.fromEntries(
			[...facts].map(([name, { file }]): [string, DataFile] => [name, { ...file, role: useOf.get(name) ?? file.role }]),
		);
		const used = reference.parts.filter(({ use }) => use === 'penalty').flatMap(({ file }) => facts.get(file)!.prompts);
		const recordText = `${stableJson({
			format: 'bundle',
			row_format: format,
			labels,
			splits: { train: recorded(facts, 'data/train.jsonl') },
			looked_at: Object.fromEntries(
				[...facts]
					.filter(([, { file }]) => file.part === undefined && file.role !== 'train')
					.map(([name, { file }]) => [name, file.sha256]),
			),
			reference_plan: plan,
			reference_parts: reference.parts.map(({ part, use, file }) => ({ part, use, ...recorded(facts, file) })),
			reference_used: [...used].sort(),
		})}\n`;
		const id = sha256(recordText);
		const templates = readTemplates({
			export: id,
			short: id.slice(0, 12),
			version: manifestOfProduct.version,
			train: String(train.file.pairs),
			eval: String(dataFiles['data/eval.jsonl']!.pairs),
			penalty: String(pairsOf(dataFiles, 'penalty')),
			monitoring: String(pairsOf(dataFiles, 'monitoring')),
			sealed: String(dataFiles['score/sealed.jsonl']!.pairs),
			scored: String(pairsOf(dataFiles, 'retention') + pairsOf(dataFiles, 'unlabelled')),
			format,
		});
		for (const [name, text] of templates) {
			mkdirSync(dirname(join(draft, name)), { recursive: true });
			writeFileSync(join(draft, name), text);
		}
		const manifest: BundleManifest = {
			kind: BUNDLE_KIND,
			format: BUNDLE_FORMAT,
			export: id,
			versions: { pairwright: manifestOfProduct.version },
			dataset: {
				sha256: sha256(
					stableJson(
						Object.entries(dataFiles)
							.map(([name, file]) => [name, file.sha256])
							.sort(),
					),
				),
			},
			row_format: format,
			labels,
			seed: plan.seed,
			reference,
			files: {
				...dataFiles,
				...Object.fromEntries([...templates].map(([name, text]) => [name, { sha256: sha256(text) }])),
			},
			ids: Object.fromEntries([...facts].map(([name, { ids }]) => [name, ids])),
			left_out: leftOut,
		};
		writeFileSync(join(draft, MANIFEST), `${stableJson(manifest)}\n`);
		check();
		putInPlace(draft, out, [...Object.keys(manifest.files), MANIFEST], standing);
		await record(ctx, {
			id,
			text: recordText,
			labels,
			prompts: train.prompts.length + used.length,
			usesReference: used.length > 0,
		});
		return {
			folder: out,
			export: id,
			labels,
			files: Object.entries(dataFiles).map(([name, { role, pairs, clusters, sha256, part }]) => ({
				...{ name, role, pairs, clusters, sha256 },
				...(part === undefined ? {} : { part }),
			})),
			...(reference.note === undefined ? {} : { note: reference.note }),
			left_out: leftOut,
		};
	} finally {
		removeDraft(draft);
	}
}

function pairsOf(files: Readonly<Record<string, DataFile>>, role: DataFile['role']): number {
	return Object.values(files).reduce((sum, file) => sum + (file.role === role ? file.pairs : 0), 0);
}

function recorded(facts: Facts, name: string): { sha256: string; written: number; prompts: readonly string[] } {
	const { file, prompts } = facts.get(name)!;
	return { sha256: file.sha256, written: file.pairs, prompts };
}

async function record(
	ctx: Context,
	{
		id,
		text,
		labels,
		prompts,
		usesReference,
	}: { id: string; text: string; labels: LabelPolicy; prompts: number; usesReference: boolean },
): Promise<void> {
	if (ctx.events('exported').some((event) => event.export === id)) return;
	writeAtomically(ctx.paths.exports, `${id}.json`, text);
	await ctx.append({
		...{ type: 'exported', export: id, format: 'bundle', prompts, labels },
		splits: usesReference ? ['train', 'heldout'] : ['train'],
	});
	ctx.emit.changed({ what: ['splits'], reason: 'exported' });
}
