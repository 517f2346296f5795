import { protection } from '../domain/assignment.ts';
import type { Dataset, LeftOut, ScoredPair } from '../domain/dataset.ts';
import { sha256, stableJson } from '../domain/identity.ts';
import { type LabelPolicy, labelUnder, RUN_POLICY } from '../domain/label-policy.ts';
import type { EvaluationSplit } from '../domain/split.ts';
import type { RunLabel } from '../store/attachments.ts';
import {
	clustersOfPrompts,
	type DatasetRow,
	datasetRows,
	declaredByAll,
	type FrozenLabel,
	firstSources,
	frozenLabels,
	manifestsInForce,
	positionCounts,
	type Texts,
	textsOf,
} from '../store/dataset-query.ts';
import type { Context } from './context.ts';
import { evaluationSplit, findLeaks } from './leaks.ts';
import { searchedWords } from './look/reading.ts';
import { peopleSharing } from './my-queue.ts';

const EVALUATION: readonly EvaluationSplit[] = ['train', 'eval', 'heldout_reference', 'heldout_sealed', 'retention'];
/** Splits whose headline keeps the labels from before the first score. */
const FROZEN: readonly EvaluationSplit[] = ['eval', 'heldout_reference', 'heldout_sealed'];
const PLACE: Readonly<Partial<Record<EvaluationSplit, RunLabel['place']>>> = {
	eval: 'eval',
	heldout_reference: 'R',
	heldout_sealed: 'E',
};

/** A dataset, today's labels where they differ from frozen ones, and the labels this run would freeze. */
export interface DatasetReading {
	readonly dataset: Dataset;
	/** Today's label turned to the dataset's chosen side, of pairs whose label was frozen by an earlier run and differs now. */
	readonly reviewed: ReadonlyMap<string, { readonly y: number; readonly decided: boolean }>;
	readonly labels: readonly RunLabel[];
}

interface Mutable {
	open: number;
	unresolved: number;
	both_bad: number;
	waiting: number;
	waiting_behind: string | null;
	spanning: number;
	policy?: number;
}

/** Clusters → the most protected rank among their members; a less protected member takes no part. */
function protectionOfClusters(rows: readonly DatasetRow[]): ReadonlyMap<string, number> {
	const ranks = new Map<string, number>();
	for (const row of rows) {
		const rank = protection(row.split, row.half);
		ranks.set(row.cluster, Math.min(rank, ranks.get(row.cluster) ?? rank));
	}
	return ranks;
}

function emptyLeftOut(): Mutable {
	return { open: 0, unresolved: 0, both_bad: 0, waiting: 0, waiting_behind: null, spanning: 0 };
}

/**
 * Everything a scoring run reads (rules.md, Votes). Texts of 100,000 pairs need about 150 MB.
 * @param policy applied to frozen labels too: what is frozen is the votes, whatever a later run makes of them
 */
export function readDataset(ctx: Context, policy: LabelPolicy = RUN_POLICY): DatasetReading {
	return ctx.db.read(() => {
		const rows = datasetRows(ctx.db);
		const ranks = protectionOfClusters(rows);
		const cannot = declaredByAll(ctx.db, peopleSharing(ctx, null));
		const frozen = frozenLabels(ctx.db);
		const leftOut = Object.fromEntries(EVALUATION.map((split) => [split, emptyLeftOut()])) as Record<
			EvaluationSplit,
			Mutable
		>;
		const blocked = new Map<EvaluationSplit, string>();
		const scored: { readonly row: DatasetRow; readonly split: EvaluationSplit; readonly label: FrozenLabel }[] = [];
		const reviewed = new Map<string, { y: number; decided: boolean }>();
		const labels: RunLabel[] = [];
		const sealedUnlabelled: Pick<ScoredPair, 'prompt' | 'cluster'>[] = [];
		for (const row of rows) {
			const split = evaluationSplit(row.split, row.half);
			if (split === null) continue;
			const out = leftOut[split];
			if (protection(row.split, row.half) > (ranks.get(row.cluster) ?? 0)) {
				out.spanning++;
				continue;
			}
			if (row.resolution === 'open') {
				out.open++;
				// Active ordering applies to train only, so train has no prefix.
				if (split !== 'train' && !blocked.has(split) && !cannot.has(row.id)) blocked.set(split, row.id);
				continue;
			}
			if (blocked.has(split)) {
				out.waiting++;
				out.waiting_behind ??= blocked.get(split) ?? null;
				continue;
			}
			const kept = FROZEN.includes(split) ? frozen.get(row.id) : undefined;
			const today: FrozenLabel | null =
				row.y === null ? null : { y: row.y, votes: row.votes, weight: row.weight, winner: row.winner };
			const votes = kept ?? today;
			if (votes === null) {
				out.both_bad++;
				if (split === 'heldout_sealed') sealedUnlabelled.push({ prompt: row.prompt, cluster: row.cluster });
				continue;
			}
			// Whoever asks for what was adjudicated asks for the settlement, not for votes frozen before it.
			const label = labelUnder(policy, policy === 'adjudicated-only' && today !== null ? today : votes, row);
			if (label === null) {
				out.policy = (out.policy ?? 0) + 1;
				if (split === 'heldout_sealed') sealedUnlabelled.push({ prompt: row.prompt, cluster: row.cluster });
				continue;
			}
			if (label.winner === null) out.unresolved++;
			scored.push({ row, split, label });
			const now = kept === undefined || today === null ? null : labelUnder(policy, today, row);
			if (now !== null && now.y !== label.y) {
				const turned = label.y >= 0.5 ? now.y : 1 - now.y;
				reviewed.set(row.id, { y: turned, decided: now.winner !== null });
			}
			const place = PLACE[split];
			if (place !== undefined) labels.push({ comparison: row.id, place, ...votes });
		}
		const texts = textsOf(ctx.db, new Set(scored.map(({ row }) => row.n)));
		const sources = firstSources(ctx.db);
		const pairs = scored.map(({ row, split, label }) =>
			scoredPair(row, split, label, texts.get(row.n) as Texts, sources.get(row.n) ?? null),
		);
		pairs.sort((x, y) => (x.split < y.split ? -1 : x.split > y.split ? 1 : x.comparison < y.comparison ? -1 : 1));
		labels.sort((x, y) => (x.comparison < y.comparison ? -1 : 1));
		const manifests = manifestsInForce(ctx.db);
		const dataset: Dataset = {
			pairs,
			leftOut: leftOut as Readonly<Record<EvaluationSplit, LeftOut>>,
			leakage: findLeaks(ctx),
			sha256: sha256(pairs.map((p) => stableJson([p.comparison, p.split, p.chosenSide, p.y, p.weight])).join('\n')),
			manifest: manifests.length === 0 ? null : sha256(manifests.join('\n')),
			positions: positionCounts(ctx.db),
			...(policy === RUN_POLICY ? {} : { labels: policy }),
			clusters: clustersOfPrompts(ctx.db),
			...(sealedUnlabelled.length === 0 ? {} : { sealedUnlabelled }),
			searched: searchedWords(ctx),
		};
		return { dataset, reviewed, labels };
	});
}

function scoredPair(
	row: DatasetRow,
	split: EvaluationSplit,
	label: FrozenLabel,
	texts: Texts,
	source: ScoredPair['source'],
): ScoredPair {
	// Oriented so that y ≥ ½; at ½, side a is "chosen".
	const side = label.y >= 0.5 ? 'a' : 'b';
	return {
		comparison: row.id,
		prompt: row.prompt,
		cluster: row.cluster,
		split,
		facets: row.tags === null ? [] : (JSON.parse(row.tags) as string[]),
		turns: texts.prompt,
		chosen: side === 'a' ? texts.a : texts.b,
		rejected: side === 'a' ? texts.b : texts.a,
		chosenSide: side,
		y: side === 'a' ? label.y : 1 - label.y,
		decided: label.winner !== null,
		weight: label.weight,
		source,
	};
}
