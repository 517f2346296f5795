import type { RunRecord } from '../../src/domain/run-record.ts';
import { Figure } from '../charts/figure.tsx';
import { IntervalsChart } from '../charts/intervals.tsx';
import { Divergences } from './claim.tsx';
import { count, fixed, range, withInterval } from './format.ts';
import { claimSentence, differencesSentence, facetSentence, openedSentence, sideOfZero } from './sentences.ts';
import { useTableToggle, useView } from './view-state.tsx';

/** Those on the sealed half come last and only after a decision. */
function allDifferences(record: RunRecord): RunRecord['differences'] {
	return [...record.differences, ...(record.opened?.differences ?? [])];
}

function DifferencesFigure({ record }: { record: RunRecord }) {
	const view = useView();
	const differences = allDifferences(record);
	const words = {
		above: '↑ higher',
		below: '↓ lower',
		around: 'includes 0',
		unknown: 'insufficient',
	} as const;
	const drawable = differences.filter((difference) => difference.value !== null);
	const toggle = {
		asTable: view.state.tables.differences !== false,
		onToggle: () =>
			view.set({ tables: { ...view.state.tables, differences: view.state.tables.differences === false } }),
	};
	return (
		<Figure
			title="Differences, paired"
			sentence={
				record.claim !== undefined && record.opened === undefined
					? differencesSentence(differences)
					: claimSentence(differences)
			}
			table={{
				head: ['What', 'Difference, 95 % interval', ''],
				rows: differences.map((difference) => [
					difference.what,
					difference.low === null ? fixed(difference.value) : withInterval(difference),
					difference.value === null
						? (difference.reason ?? 'not available')
						: difference.low === 0 && difference.high === 0
							? 'the same solution'
							: words[sideOfZero(difference)],
				]),
			}}
			{...toggle}
			draw={(width) => (
				<IntervalsChart
					width={width}
					reference={0}
					axis="difference in nats; an interval that holds 0 shows nothing"
					rows={drawable.map((difference) => ({
						label: difference.what,
						value: difference.value ?? 0,
						low: difference.low,
						high: difference.high,
						tone: /held/i.test(difference.what) ? 'out' : 'in',
					}))}
				/>
			)}
		>
			<p class="note dim">Every difference has its own paired interval over clusters. No arrow without one.</p>
		</Figure>
	);
}

type ByFacet = NonNullable<NonNullable<RunRecord['opened']>['by_facet']>;

const CANDIDATES = {
	choice: 'the choice',
	dpo: 'DPO',
	pooled: 'pooled',
	uninformed: 'knowing nothing',
	other: 'other',
	recommended: 'recommended',
	best_by_eval: 'lowest eval loss',
} as const;

function candidateName(
	{ name, s }: Pick<NonNullable<RunRecord['opened']>['losses'][number], 'name' | 's'>,
	decision: RunRecord['decision'],
): string {
	if (name === 'other') return `other, s = ${fixed(s, 2)}`;
	// A decision for none opens the seal for what the run itself used.
	return name === 'choice' && decision?.lambda === null && decision.checkpoint === null
		? 'what this run used'
		: CANDIDATES[name];
}

/** E for the choice and its baselines; the other candidates with bands that hold for all of them at once. */
function OpenedFigure({ record, opened }: { record: RunRecord; opened: NonNullable<RunRecord['opened']> }) {
	const toggle = useTableToggle('opened');
	const rows = opened.losses.map((loss) => ({
		...loss,
		label: candidateName(loss, record.decision),
	}));
	return (
		<Figure
			title="Loss on the sealed half"
			sentence={openedSentence(opened, record.decision?.lambda === null ? 'What this run used' : 'The choice')}
			table={{
				head: ['Candidate', 'NLL', '95 % interval'],
				rows: rows.map((row) => [
					row.label,
					fixed(row.value),
					`${range(row.low, row.high)}${row.simultaneous ? ', simultaneous' : ''}`,
				]),
			}}
			{...toggle}
			draw={(width) => (
				<IntervalsChart
					width={width}
					reference={Math.LN2}
					axis="loss in nats; dashed: knowing nothing, ln 2"
					rows={rows.flatMap((row) =>
						row.value === null || row.name === 'uninformed'
							? []
							: [{ label: row.label, value: row.value, low: row.low, high: row.high, tone: 'out' as const }],
					)}
				/>
			)}
		/>
	);
}

/** Does it carry to kinds of shift that the tuning half has, and to kinds that only the sealed half has? */
export function FacetFigure({ record, rows }: { record: RunRecord; rows: ByFacet }) {
	const toggle = useTableToggle('facets');
	const named = rows.map((row) => ({ ...row, label: candidateName({ ...row, s: null }, record.decision) }));
	return (
		<Figure
			title="Seen and unseen facets, sealed half"
			sentence={facetSentence(rows)}
			table={{
				head: ['Facets', 'Candidate', 'NLL', '95 % interval', 'Pairs', 'Clusters'],
				rows: named.map((row) => [
					row.facets,
					row.label,
					fixed(row.value),
					row.low === null ? 'insufficient' : range(row.low, row.high),
					count(row.pairs),
					count(row.clusters),
				]),
			}}
			{...toggle}
			draw={(width) => (
				<IntervalsChart
					width={width}
					reference={Math.LN2}
					axis="loss in nats; dashed: knowing nothing, ln 2"
					rows={named.flatMap((row) =>
						row.value === null || row.name === 'uninformed'
							? []
							: [
									{
										label: `${row.facets}: ${row.label}`,
										value: row.value,
										low: row.low,
										high: row.high,
										tone: 'out' as const,
									},
								],
					)}
				/>
			)}
		/>
	);
}

export function DifferencesSection({ record }: { record: RunRecord }) {
	return (
		<section aria-labelledby="differences-title">
			<h2 id="differences-title">Against the baselines</h2>
			<div class="two">
				{allDifferences(record).length > 0 ? (
					<DifferencesFigure record={record} />
				) : (
					<p>Differences: insufficient, this run has no baselines to compare with.</p>
				)}
				{record.opened ? <OpenedFigure record={record} opened={record.opened} /> : null}
				{record.opened?.by_facet?.length ? <FacetFigure record={record} rows={record.opened.by_facet} /> : null}
				<Divergences record={record} />
			</div>
		</section>
	);
}
