import type { ComponentChildren } from 'preact';
import type { CheckpointResult } from '../../src/domain/checkpoint.ts';
import { inSolution, lambdaText, solutions } from '../../src/domain/frontier.ts';
import type { Metrics, RunRecord } from '../../src/domain/run-record.ts';
import type { EvaluationSplit } from '../../src/domain/split.ts';
import { hasCheckpoints, headlineOf } from './checkpoints/record.ts';
import { count, counted } from './format.ts';
import { Lock } from './parts.tsx';
import { leftOutSentence, missingReasons, notAskedFor, peopleSentence, unscoredWords } from './sentences.ts';
import { EceNull, OverConfidence, Slope, WithSpread } from './split-cells.tsx';
import { useView } from './view-state.tsx';

const ROWS: readonly (readonly [EvaluationSplit, string, string])[] = [
	['train', 'train', 'out of fold'],
	['eval', 'eval', 'in distribution'],
	['heldout_reference', 'held-out', 'tuning half'],
	['heldout_sealed', 'held-out', 'sealed half'],
	['retention', 'must not forget', ''],
];

/** What a row is of, where it is not what it is in a probe run. */
function checkpointDetail(split: EvaluationSplit, detail: string, gone: boolean): string {
	if (split === 'retention') return 'by log-ratios; forgetting stands below';
	return split === 'heldout_reference' && gone ? `${detail}, void: trained on` : detail;
}

/** The fit on its own training pairs stands last: it is in sample, and no claim. */
function checkpointRows({ void: gone }: CheckpointResult): typeof ROWS {
	return [
		...ROWS.filter(([split]) => split !== 'train').map(
			([split, name, detail]) => [split, name, checkpointDetail(split, detail, gone !== undefined)] as const,
		),
		['train', 'train', 'fit on its own training pairs, in sample'],
	];
}

const COLUMNS = [
	['Split', ''],
	['Pairs', 'Pairs in the scored set'],
	['Clusters', 'Groups of dependent prompts: the unit of every interval'],
	['Accuracy', 'Majority winners only'],
	['NLL', 'Loss in nats; knowing nothing is 0.693'],
	['Brier', ''],
	['Over-confidence', 'Mean confidence minus mean correctness, with its 95 % interval'],
	['ECE15', '15 bins on [0.5, 1]; its interval is approximate'],
	[
		'ECE if calibrated',
		'What a perfectly calibrated model shows at this size: mean, the value that 95 % stay below, and how often one shows more than this',
	],
	['Slope 1/T*', 'Fitted on this split, a diagnostic: below 1 = margins too wide, over-confident'],
] as const;

/** Said in full: `display: grid` of the narrow layout takes the native roles of a table away. */
const ROLE = {
	table: { role: 'table' },
	rowgroup: { role: 'rowgroup' },
	row: { role: 'row' },
	columnheader: { role: 'columnheader' },
	rowheader: { role: 'rowheader' },
	cell: { role: 'cell' },
} as const;

/** Cells carry their column's name, for the narrow layout where rows become cards. */
function Cell({ column, children }: { column: number; children: ComponentChildren }) {
	return (
		<td {...ROLE.cell} data-label={COLUMNS[column]?.[0]}>
			{children}
		</td>
	);
}

function MetricsRow({
	metrics,
	name,
	detail,
	note,
}: {
	metrics: Metrics;
	name: string;
	detail: string;
	note?: ComponentChildren;
}) {
	return (
		<tr {...ROLE.row}>
			<th scope="row" {...ROLE.rowheader}>
				{name} <span class="dim">{detail}</span>
				{note}
			</th>
			<Cell column={1}>{count(metrics.n)}</Cell>
			<Cell column={2}>{count(metrics.groups)}</Cell>
			<Cell column={3}>
				<WithSpread of={metrics.accuracy} />
			</Cell>
			<Cell column={4}>
				<WithSpread of={metrics.nll} />
			</Cell>
			<Cell column={5}>
				<WithSpread of={metrics.brier} />
			</Cell>
			<Cell column={6}>
				<OverConfidence of={metrics.overconfidence} />
			</Cell>
			<Cell column={7}>
				<WithSpread of={metrics.ece} note="approximate " />
			</Cell>
			<Cell column={8}>
				<EceNull ece={metrics.ece} />
			</Cell>
			<Cell column={9}>
				<Slope metrics={metrics} />
			</Cell>
		</tr>
	);
}

function WideRow({
	name,
	detail,
	pairs,
	children,
}: {
	name: string;
	detail: string;
	/** null = not known to this run. */
	pairs: number | null;
	children: ComponentChildren;
}) {
	return (
		<tr {...ROLE.row}>
			<th scope="row" {...ROLE.rowheader}>
				{name} <span class="dim">{detail}</span>
			</th>
			<Cell column={1}>{pairs === null ? '–' : count(pairs)}</Cell>
			<td {...ROLE.cell} class="wide" colSpan={COLUMNS.length - 2}>
				{children}
			</td>
		</tr>
	);
}

/** How E was come by, in words that do not flatter; and whose E it is, where the choice is not what the other rows show. */
function openedWords(record: RunRecord): string {
	const { decision, seal, settings } = record;
	const headline = hasCheckpoints(record) ? headlineOf(record)?.name : undefined;
	const decided = decision?.lambda ?? settings.lambda;
	const same = solutions(record).some(
		(solution) => inSolution(solution, decided) && inSolution(solution, settings.lambda),
	);
	const named = headline === undefined ? null : (decision?.checkpoint ?? headline);
	const of =
		named !== null
			? named === headline
				? ''
				: `of ${named}; `
			: decided === settings.lambda || same
				? ''
				: `at the decided λ ${lambdaText(decided)}; `;
	if (decision?.after_opening) {
		return `${of}chosen after seeing E: no longer an unseen test (${counted(seal.openings, 'opening')}); add fresh sealed prompts`;
	}
	return `${of}opened by the decision, seen for the first time`;
}

function SplitRows({
	record,
	split,
	name,
	detail,
}: {
	record: RunRecord;
	split: EvaluationSplit;
	name: string;
	detail: string;
}) {
	const { actions } = useView();
	const metrics = record.metrics[split];
	const size = record.dataset.splits[split];
	const reviewed = record.metrics_after_review?.[split];
	if (notAskedFor(record, split)) {
		return (
			<WideRow name={name} detail={detail} pairs={null}>
				{unscoredWords(record, split)}
			</WideRow>
		);
	}
	if (split === 'heldout_sealed' && !metrics) {
		if (record.decision !== null) {
			return (
				<WideRow name={name} detail={detail} pairs={size.pairs}>
					{size.pairs === 0 ? 'empty: the decision is recorded, nothing was opened' : 'insufficient: no judged pairs'}
				</WideRow>
			);
		}
		return (
			<WideRow name={name} detail={detail} pairs={size.pairs}>
				{size.pairs === 0 ? (
					'empty: nothing is sealed. Tag more prompts as out of distribution to have an unseen test.'
				) : (
					<>
						<Lock /> sealed until you decide — scored, not shown{' '}
						{actions !== 'exported' ? (
							<a class="link" href="#decision">
								Record a decision…
							</a>
						) : null}
					</>
				)}
			</WideRow>
		);
	}
	if (!metrics || metrics.n === 0) {
		if (split === 'retention' && size.pairs === 0) return null;
		const untrained = split === 'train' && hasCheckpoints(record) && headlineOf(record)?.trained_on?.prompts === 0;
		return (
			<WideRow name={name} detail={detail} pairs={size.pairs}>
				{untrained ? 'no pairs of its own here: it was not trained on this data' : unscoredWords(record, split)}
			</WideRow>
		);
	}
	return (
		<>
			<MetricsRow
				metrics={metrics}
				name={name}
				detail={detail}
				note={split === 'heldout_sealed' ? <span class="row-note dim">{openedWords(record)}</span> : undefined}
			/>
			{reviewed ? (
				<MetricsRow metrics={reviewed} name={name} detail="after outcome-dependent review, optimistic" />
			) : null}
		</>
	);
}

/** What people reach on the same pairs, to read accuracy by. */
function People({ record }: { record: RunRecord }) {
	const words = peopleSentence(record.human);
	return words === '' ? null : <p class="note dim people">{words}</p>;
}

export function SplitTable({ record }: { record: RunRecord }) {
	const headline = hasCheckpoints(record) ? headlineOf(record) : undefined;
	const rows = headline === undefined ? ROWS : checkpointRows(headline);
	const left = rows.flatMap(([split, name, detail]) => {
		const metrics = record.metrics[split];
		const words = metrics ? leftOutSentence(metrics) : '';
		return words ? [{ split, title: detail ? `${name}, ${detail}` : name, words }] : [];
	});
	const missing = missingReasons(record.metrics);
	return (
		<section aria-labelledby="splits-title">
			<h2 id="splits-title">
				Calibration per split
				{headline === undefined ? null : (
					<>
						: <span class="as-written">{headline.name}</span>
					</>
				)}
				{headline === undefined ? null : (
					<span class="tag">
						{record.recommended.checkpoint === headline.name ? 'recommended' : 'last; none recommended'}
					</span>
				)}
			</h2>
			<table class="splits" {...ROLE.table} aria-labelledby="splits-title">
				<thead {...ROLE.rowgroup}>
					<tr {...ROLE.row}>
						{COLUMNS.map(([title, help]) => (
							<th key={title} scope="col" {...ROLE.columnheader} title={help || undefined}>
								{title}
							</th>
						))}
					</tr>
				</thead>
				<tbody {...ROLE.rowgroup}>
					{rows.map(([split, name, detail]) => (
						<SplitRows key={split} record={record} split={split} name={name} detail={detail} />
					))}
				</tbody>
			</table>
			<People record={record} />
			{left.length > 0 ? (
				<ul class="note dim left-out">
					{left.map(({ split, title, words }) => (
						<li key={split}>
							Left out of {title}: {words}.
						</li>
					))}
				</ul>
			) : null}
			{missing.length > 0 ? <p class="note dim">Missing numbers and intervals: {missing.join('; ')}.</p> : null}
		</section>
	);
}
