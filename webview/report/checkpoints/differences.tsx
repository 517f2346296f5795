import type { Divergence, RunRecord } from '../../../src/domain/run-record.ts';
import { DataTable, Figure } from '../../charts/figure.tsx';
import { IntervalsChart } from '../../charts/intervals.tsx';
import { FacetFigure } from '../baselines-section.tsx';
import { claimWords } from '../claim-words.ts';
import { counted, DASH, fixed, listed, range, withInterval } from '../format.ts';
import { Fold, StatusMark } from '../parts.tsx';
import { sideOfZero } from '../sentences.ts';
import { useTableToggle } from '../view-state.tsx';
import { type CheckpointRecord, headlineOf, referenceName } from './record.ts';

const WORDS = { above: '↑ higher', below: '↓ lower', around: 'includes 0', unknown: 'insufficient' } as const;

/** More rows would be a list, not a drawing; the table below has them all. */
const MOST_DRAWN = 12;

function sentence(differences: RunRecord['differences']): string {
	const known = differences.filter((one) => sideOfZero(one) !== 'unknown');
	if (known.length === 0) return 'Insufficient: no difference has an interval.';
	const told = known.flatMap((one) => {
		const side = sideOfZero(one);
		return side === 'below' || side === 'above' ? [`${side === 'below' ? 'lower' : 'higher'}: ${one.what}`] : [];
	});
	return told.length === 0
		? `Not distinguishable: ${known.length === 1 ? 'the interval holds' : known.length === 2 ? 'both intervals hold' : `all ${known.length} intervals hold`} 0.`
		: `Whole interval on one side of 0, ${listed(told)}.`;
}

function DifferencesFigure({ differences }: { differences: RunRecord['differences'] }) {
	const toggle = useTableToggle('checkpoint-differences');
	return (
		<Figure
			title="Differences, paired"
			sentence={sentence(differences)}
			table={{
				head: ['What', 'Difference, 95 % interval', ''],
				rows: differences.map((one) => [
					one.what,
					one.low === null ? fixed(one.value) : withInterval(one),
					one.value === null ? (one.reason ?? 'not available') : WORDS[sideOfZero(one)],
				]),
			}}
			{...toggle}
			draw={(width) => (
				<IntervalsChart
					width={width}
					reference={0}
					axis="difference in nats; an interval that holds 0 shows nothing"
					rows={differences.flatMap((one) =>
						one.value === null
							? []
							: [
									{
										label: one.what,
										value: one.value,
										low: one.low,
										high: one.high,
										tone: /held/i.test(one.what) ? ('out' as const) : ('in' as const),
									},
								],
					)}
				/>
			)}
		/>
	);
}

type Opened = NonNullable<RunRecord['opened']>;

function openedName(record: CheckpointRecord, loss: Opened['losses'][number]): string {
	if (loss.name === 'uninformed') return `${referenceName(record)} (reference)`;
	const name = loss.checkpoint ?? headlineOf(record)?.name ?? 'checkpoint';
	if (loss.name === 'choice')
		return record.decision?.checkpoint == null ? `${name} (shown by this run)` : `${name} (choice)`;
	const said = { recommended: 'recommended', best_by_eval: 'lowest eval loss' }[loss.name as string];
	return said === undefined ? name : `${name} (${said})`;
}

function openedSentence(record: CheckpointRecord, opened: Opened): string {
	const choice = opened.losses.find(({ name }) => name === 'choice');
	if (choice === undefined || choice.value === null) return 'Insufficient: the sealed half has no judged pairs.';
	const subject = openedName(record, choice);
	const against =
		opened.differences.find(({ what }) => /reference|uninformed|knowing nothing/i.test(what)) ?? opened.differences[0];
	const words =
		against === undefined
			? 'without an interval for its difference to the reference'
			: {
					above: `above the reference (paired difference ${range(against.low, against.high)})`,
					below: `below the reference (paired difference ${range(against.low, against.high)})`,
					around: `not distinguishable from the reference (paired difference ${range(against.low, against.high)})`,
					unknown: 'without an interval for its difference to the reference',
				}[sideOfZero(against)];
	const others = opened.losses.filter(({ simultaneous }) => simultaneous).length;
	return `${subject} has a loss of ${withInterval(choice)} on the sealed half, ${words}.${others === 0 ? '' : ` The bands of the ${counted(others, 'other checkpoint')} hold for all of them at once.`}`;
}

/** E, after a decision: the choice, the reference, and the others with bands that hold for all of them at once. */
function OpenedFigure({ record, opened }: { record: CheckpointRecord; opened: Opened }) {
	const toggle = useTableToggle('opened');
	const rows = opened.losses.map((loss) => ({ ...loss, label: openedName(record, loss) }));
	return (
		<Figure
			title="Loss on the sealed half"
			sentence={openedSentence(record, opened)}
			table={{
				head: ['Candidate', 'Loss', '95 % interval'],
				rows: rows.map((row) => [
					row.label,
					fixed(row.value),
					row.low === null
						? 'insufficient'
						: row.name === 'uninformed'
							? 'a constant'
							: `${range(row.low, row.high)}${row.simultaneous ? ', simultaneous' : ''}`,
				]),
			}}
			{...toggle}
			draw={(width) => (
				<IntervalsChart
					width={width}
					reference={rows.find(({ name }) => name === 'uninformed')?.value ?? Math.LN2}
					axis="loss in nats; dashed: the reference, which knows nothing"
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

/** Which measure it is, and of what: never one name for two things. */
function divergenceWords({ kind, label }: Divergence): string {
	const name = kind === 'log-ratio-drift' ? 'log-ratio drift' : kind.replaceAll('-', ' ');
	if (label === undefined) return name;
	return label.toLowerCase().includes('kl') && kind.endsWith('kl') ? label : `${name}: ${label}`;
}

function Divergences({ all }: { all: readonly Divergence[] }) {
	const known = all.filter(({ value, reason }) => value !== null || reason?.startsWith('not computed') === true);
	if (known.length === 0) return null;
	return (
		<div class="divergences">
			<h3 id="divergences-title">How far it moved from the reference</h3>
			<DataTable
				labelledBy="divergences-title"
				table={{
					head: ['Measure, on the tuning half', 'Nats', '95 % interval'],
					rows: known.map((each) => [
						divergenceWords(each),
						each.value === null ? 'not computed' : fixed(each.value, 3),
						each.low === null ? DASH : range(each.low, each.high, 3),
					]),
				}}
			/>
			<p class="note dim">
				On texts that people wrote or chose, the mean log-ratio is not a KL divergence: it can be negative, and falls
				when a model makes both responses less likely.
			</p>
		</div>
	);
}

function AllDifferences({ differences }: { differences: RunRecord['differences'] }) {
	return (
		<div class="all-differences">
			<Fold id="all-differences" title={`All ${differences.length} paired differences`}>
				<h3 id="all-differences-title" class="visually-hidden">
					All paired differences
				</h3>
				<DataTable
					labelledBy="all-differences-title"
					table={{
						head: ['What', 'Difference, 95 % interval', ''],
						rows: differences.map((one) => [
							one.what,
							one.low === null ? fixed(one.value) : withInterval(one),
							one.value === null ? (one.reason ?? 'not available') : WORDS[sideOfZero(one)],
						]),
					}}
				/>
			</Fold>
		</div>
	);
}

/** What may be claimed against the reference: never more than its interval holds. */
function Claim({ claim }: { claim: NonNullable<RunRecord['claim']> }) {
	const { status, word } = claimWords(claim);
	return (
		<div class="claim">
			<StatusMark status={status} word={word} />
			<p>{claim.sentence}</p>
		</div>
	);
}

/** The headline checkpoint against the reference; after a decision, what the sealed half says. */
export function CheckpointDifferences({ record }: { record: CheckpointRecord }) {
	const headline = headlineOf(record);
	const all = [...record.differences, ...(record.opened?.differences ?? [])];
	const opened = new Set(record.opened?.differences);
	const own = all.filter(
		(one) => headline === undefined || opened.has(one) || one.what.startsWith(`${headline.name} − reference`),
	);
	const shown = own.length > 0 ? own : all;
	const divergences = headline === undefined ? [] : (headline.divergences ?? [headline.divergence]);
	return (
		<section aria-labelledby="differences-title">
			<h2 id="differences-title">
				Against the reference
				{headline === undefined ? null : (
					<>
						: <span class="as-written">{headline.name}</span>
					</>
				)}
			</h2>
			<div class="two">
				{record.opened ? <OpenedFigure record={record} opened={record.opened} /> : null}
				{shown.length === 0 ? (
					<p>Differences: none in this record.</p>
				) : (
					<DifferencesFigure differences={shown.slice(0, MOST_DRAWN)} />
				)}
				{record.opened?.by_facet?.length ? <FacetFigure record={record} rows={record.opened.by_facet} /> : null}
				<Divergences all={divergences} />
			</div>
			{record.claim === undefined ? null : <Claim claim={record.claim} />}
			{all.length > shown.length ? <AllDifferences differences={all} /> : null}
		</section>
	);
}
