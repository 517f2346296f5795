import { stableJson } from '../../domain/identity.ts';
import type { LabelPolicy } from '../../domain/label-policy.ts';
import { encode } from '../../formats/encode.ts';
import type { ExportRow } from '../../formats/types.ts';
import type { ExportedComparison } from '../../store/export-query.ts';
import { trainerLabel } from '../trainer-label.ts';
import type { BundleRows } from './manifest.ts';

/** A row, or why there is none. */
export type BundleRow = { readonly line: string } | { readonly dropped: string };

function exportRow(
	c: ExportedComparison,
	rest: Pick<ExportRow, 'resolution' | 'metadata'> & { share?: number },
): ExportRow {
	return {
		comparison: { id: c.id, promptId: c.promptId, prompt: c.prompt, a: c.a, b: c.b },
		judgments: [],
		tags: c.tags,
		split: c.split,
		half: c.half,
		source: c.source?.name ?? null,
		unlabelled: false,
		...rest,
	};
}

/** A pair that a trainer reads: TRL's columns, and which comparison it is, of which cluster, and which canonical side is chosen. */
export function labelledRow(
	c: ExportedComparison,
	{
		format,
		labels,
		secondPerson,
		cluster,
	}: { format: BundleRows; labels: LabelPolicy; secondPerson: boolean; cluster: string },
): BundleRow {
	const label = trainerLabel(c, labels, secondPerson);
	if ('dropped' in label) return label;
	const { resolution, share } = label;
	const row = exportRow(c, { resolution, metadata: c.metadata, ...(share === undefined ? {} : { share }) });
	const encoded = encode(format, row);
	if ('dropped' in encoded) return encoded;
	const columns = JSON.parse(encoded.line) as object;
	return { line: stableJson({ ...columns, id: c.id, cluster, chosen_side: resolution }) };
}

/**
 * Two texts to score, by canonical side, which follows from the texts alone: no label, no tag, no source, nobody's metadata (it may
 * hold the source's own scores), and no order but that of ids.
 */
export function unlabelledRow(c: ExportedComparison, format: BundleRows): BundleRow {
	// In the form of the labelled rows, so that the same code tokenises both.
	const encoded = encode(format, exportRow(c, { resolution: 'a', metadata: null }));
	if ('dropped' in encoded) return encoded;
	const { prompt, chosen, rejected, tools } = JSON.parse(encoded.line) as Record<string, unknown>;
	return {
		line: stableJson({
			id: c.id,
			prompt,
			response_a: chosen,
			response_b: rejected,
			...(tools === undefined ? {} : { tools }),
		}),
	};
}
