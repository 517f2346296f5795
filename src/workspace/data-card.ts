import { basename } from 'node:path';
import type { CardPerson, CardRun, CardSplit, DataCard } from '../domain/data-card.ts';
import { sha256 } from '../domain/identity.ts';
import { EXPORT_POLICY } from '../domain/label-policy.ts';
import type { Interval } from '../domain/run-record.ts';
import type { Split } from '../domain/split.ts';
import { judgmentsByGuideline, peopleAtWork, placeSizes } from '../store/card-query.ts';
import { facetCounts } from '../store/cluster-query.ts';
import { storedSources } from '../store/source-rows.ts';
import { frozenDiff, spanningCount } from '../store/splits-query.ts';
import { agreementOrApart } from './agreement.ts';
import type { Context } from './context.ts';
import { readDataset } from './dataset.ts';
import { countLeaks } from './leaks.ts';
import { joinedRecord } from './runs/reports.ts';
import { runIds } from './runs/run-files.ts';
import { runsPort } from './runs-port.ts';

/** Places in the order of reading; `heldout` = without a half yet. */
const PLACES = [
	['train', 'train', 'train'],
	['eval', 'eval', 'eval'],
	['R', 'heldout_reference', 'heldout'],
	['E', 'heldout_sealed', 'heldout'],
	['heldout', 'heldout', 'heldout'],
	['retention', 'retention', 'retention'],
	['excluded', 'excluded', 'excluded'],
] as const satisfies readonly (readonly [string, CardSplit['place'], Split])[];

/** P1, P2, … in an order that tells nobody who is who without the journals, and stays as people join. */
function anonymous(ctx: Context): { readonly people: CardPerson[]; readonly nameOf: ReadonlyMap<string, string> } {
	const order = peopleAtWork(ctx.db)
		.people.map((person) => ({ person, key: sha256(`${person.first} ${person.annotator}`) }))
		.sort((x, y) => (x.key < y.key ? -1 : 1));
	const nameOf = new Map(order.map(({ person }, i) => [person.annotator, `P${i + 1}`]));
	const people = order.map(({ person: { judged, blind, written, adjudicated } }, i) => ({
		name: `P${i + 1}`,
		judged,
		blind,
		written,
		adjudicated,
	}));
	return { people, nameOf };
}

function loss(metrics: { readonly nll: Interval } | null | undefined): Interval | null {
	if (metrics == null) return null;
	const { value, low, high } = metrics.nll;
	return { value, low, high };
}

function runsOf(ctx: Context, nameOf: ReadonlyMap<string, string>): CardRun[] {
	const port = runsPort(ctx);
	return runIds(ctx.paths.runs).map((run) => {
		const { engine, settings, verdict, metrics, decision, seal } = joinedRecord(port, run);
		return {
			run,
			engine: engine.name,
			labels: settings.labels.policy,
			verdict: verdict.status,
			eval: loss(metrics.eval),
			heldout: loss(metrics.heldout_reference),
			sealed: decision === null ? null : loss(metrics.heldout_sealed),
			decision:
				decision === null
					? null
					: {
							lambda: decision.lambda,
							checkpoint: decision.checkpoint,
							reason: decision.reason,
							after_opening: decision.after_opening,
							by: nameOf.get(decision.person) ?? 'somebody who judged nothing',
						},
			openings: seal.openings,
		};
	});
}

function splitsOf(ctx: Context, leftOut: ReturnType<typeof readDataset>['dataset']['leftOut']): CardSplit[] {
	const sizes = new Map(placeSizes(ctx.db).map((row) => [row.place, row]));
	return PLACES.flatMap(([key, place, split]): CardSplit[] => {
		const size = sizes.get(key);
		if (size === undefined) return [];
		const { prompts, pairs, clusters, judged, disputed, both_bad, flagged, sealed } = size;
		const out = place === 'heldout' || place === 'excluded' ? null : leftOut[place];
		const shown = <T>(value: T): T | null => (sealed === 0 ? value : null);
		const frozen = frozenDiff(ctx.db, split);
		return [
			{
				place,
				...{ prompts, pairs, clusters },
				judged: shown(judged),
				disputed: shown(disputed),
				both_bad: shown(both_bad),
				flagged: shown(flagged),
				waiting: shown(out?.waiting ?? 0),
				spanning: out?.spanning ?? 0,
				frozen: frozen === null ? null : { manifest: frozen.manifest, added: frozen.added, removed: frozen.removed },
			},
		];
	});
}

/** Facts for a data card; agreement over many verdicts is counted in a process of its own. The same workspace gives the same card, whoever asks. */
export async function dataCard(ctx: Context): Promise<DataCard> {
	const { dataset } = ctx.db.read(() => readDataset(ctx));
	const { people, nameOf } = anonymous(ctx);
	const { card, scope } = ctx.config;
	const splits = splitsOf(ctx, dataset.leftOut);
	const { by, alpha, alpha_ordinal, fleiss_kappa, agreement_pooled, human_reference, left_out, ...report } =
		await agreementOrApart(ctx);
	const { comparisons, judgments, people: judges, clusters } = report;
	// Without splits no trainer was given anything.
	const trained = ctx.events('exported').filter(({ splits }) => splits.length > 0);
	const policies = trained.map((event) => event.labels ?? EXPORT_POLICY);
	const or = (text: string): string | null => (text.trim() === '' ? null : text.trim());
	return {
		title: or(card.title) ?? basename(ctx.paths.root),
		licence: or(card.licence),
		description: or(card.description),
		scope: or(scope),
		prompts: splits.reduce((sum, { prompts }) => sum + prompts, 0),
		pairs: splits.reduce((sum, { pairs }) => sum + pairs, 0),
		sources: storedSources(ctx.db).map(({ name, format, rows, sha }) => ({
			name,
			format,
			rows,
			sha256: sha,
			licence: or(card.source_licences[name] ?? ''),
		})),
		written: { authored: ctx.events('authored').length, rewritten: ctx.events('improved').length },
		splits,
		people,
		machines: peopleAtWork(ctx.db).machines,
		agreement: {
			...{ comparisons, judgments, people: judges, clusters, alpha, alpha_ordinal, fleiss_kappa, agreement_pooled },
			...{ human_reference, left_out },
		},
		agreement_by_split: by.split,
		facets: facetCounts(ctx.db),
		leaks: countLeaks(dataset.leakage),
		spanning: spanningCount(ctx.db),
		exports: [...new Set(policies)].sort().map((labels) => ({
			labels,
			exports: policies.filter((policy) => policy === labels).length,
		})),
		runs: runsOf(ctx, nameOf),
		guidelines: { sha256: ctx.guidelines?.sha256 ?? null, judged: judgmentsByGuideline(ctx.db) },
	};
}
