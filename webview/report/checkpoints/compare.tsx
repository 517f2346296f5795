import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { SPLIT_LABELS } from '../../../src/domain/split.ts';
import { parseRunComparison } from '../../../src/protocol/report.ts';
import type { RunSide } from '../../../src/protocol/runs.ts';
import { Figure } from '../../charts/figure.tsx';
import { IntervalsChart } from '../../charts/intervals.tsx';
import { count, DASH, signed, withInterval } from '../format.ts';
import { PairLink, StatusMark } from '../parts.tsx';
import { sideOfZero } from '../sentences.ts';
import { useTableToggle, useView } from '../view-state.tsx';
import {
	againstReference,
	type Compared,
	comparedSentence,
	differenceName,
	nameOf,
	proposed,
	REFERENCE,
	SPLIT_ORDER,
	sideOf,
	toldDifferences,
	turnedBySplit,
} from './compare-words.ts';
import { type CheckpointRecord, referenceName } from './record.ts';

const WORDS = { above: '↑ higher', below: '↓ lower', around: 'includes 0', unknown: 'insufficient' } as const;
/** Flipped pairs on screen before one asks for all. */
const SHOWN = 10;

function Differences({ compared }: { compared: Compared }) {
	const toggle = useTableToggle('compared');
	const { differences } = compared;
	return (
		<Figure
			title={`${compared.second} − ${compared.first}, paired`}
			sentence={comparedSentence(compared)}
			table={{
				head: ['What', 'Difference, 95 % interval', '', 'Pairs', 'Clusters'],
				rows: differences.map((one) => [
					differenceName(one),
					one.low === null ? signed(one.value) : withInterval(one),
					one.value === null ? (one.reason ?? 'not available') : WORDS[sideOfZero(one)],
					one.pairs === null ? DASH : count(one.pairs),
					one.clusters === null ? DASH : count(one.clusters),
				]),
			}}
			{...toggle}
			draw={(width) => (
				<IntervalsChart
					width={width}
					reference={0}
					axis="difference; an interval that holds 0 shows nothing"
					rows={toldDifferences(differences).flatMap((one) =>
						one.value === null
							? []
							: [
									{
										label: differenceName(one),
										value: one.value,
										low: one.low,
										high: one.high,
										tone: one.split.startsWith('heldout') ? ('out' as const) : ('in' as const),
									},
								],
					)}
				/>
			)}
		>
			{compared.notes.length === 0 ? null : <p class="note dim">{compared.notes.join(' ')}</p>}
		</Figure>
	);
}

function Flips({ compared }: { compared: Compared }) {
	const [all, setAll] = useState(false);
	const { flips } = compared;
	if (flips === null) return null;
	const { lost, gained } = flips.flippedTotal;
	const ordered = flips.flipped.toSorted((a, b) => SPLIT_ORDER.indexOf(a.split) - SPLIT_ORDER.indexOf(b.split));
	const shown = all ? ordered : ordered.slice(0, SHOWN);
	const bySplit = turnedBySplit(flips);
	return (
		<div>
			<h3>
				Pairs that turned: {count(lost)} lost, {count(gained)} gained
			</h3>
			{bySplit === '' ? null : <p class="dim small">{bySplit}</p>}
			{flips.flipped.length === 0 ? <p class="dim">None outside the sealed half.</p> : null}
			<ul class="rows flips">
				{shown.map((flip) => (
					<li key={flip.comparison}>
						<StatusMark
							status={flip.now === 'right' ? 'pass' : 'warn'}
							word={flip.now === 'right' ? 'gained: right now' : 'lost: wrong now'}
						/>
						<div>
							<p>
								<PairLink comparison={flip.comparison}>
									<span class="clip">{flip.preview || `Pair ${flip.comparison.slice(0, 8)}`}</span>
								</PairLink>
							</p>
							<p class="dim small">
								{flip.now === 'right' ? 'gained, right now' : 'lost, wrong now'} · {SPLIT_LABELS[flip.split]}
							</p>
						</div>
					</li>
				))}
			</ul>
			{flips.flipped.length > SHOWN ? (
				<button type="button" class="link more" onClick={() => setAll(!all)}>
					{all ? 'Show fewer' : `Show all ${count(flips.flipped.length)}`}
				</button>
			) : null}
			{flips.flipped.length < lost + gained ? (
				<p class="note dim">The {count(flips.flipped.length)} with the largest change are listed.</p>
			) : null}
		</div>
	);
}

function Side({
	label,
	value,
	record,
	change,
}: {
	label: string;
	value: string;
	record: CheckpointRecord;
	change: (side: string) => void;
}) {
	const id = useId();
	return (
		<div>
			<label for={id}>{label}</label>
			<select id={id} class="field" value={value} onChange={(event) => change(event.currentTarget.value)}>
				<option value={REFERENCE}>{referenceName(record)} (reference)</option>
				{record.checkpoints.map(({ name, void: gone }) => (
					<option key={name} value={sideOf(name)}>
						{name}
						{gone === undefined ? '' : ' (held-out void)'}
					</option>
				))}
			</select>
		</div>
	);
}

/** Two checkpoints, or one and the reference, over the same pairs. */
export function CompareSection({ record }: { record: CheckpointRecord }) {
	const { state, set, run, actions, busy } = useView();
	const [compared, setCompared] = useState<Compared | null>(null);
	const result = useRef<HTMLDivElement>(null);
	const sides = state.compared ?? proposed(record);
	const known = sides.every(
		(side) => side === REFERENCE || record.checkpoints.some(({ name }) => sideOf(name) === side),
	);
	const [first, second] = known ? sides : proposed(record);
	useEffect(() => setCompared(null), [record.run]);
	useEffect(() => {
		if (compared !== null) result.current?.focus();
	}, [compared]);

	const compare = (event: Event): void => {
		event.preventDefault();
		if (first === REFERENCE || second === REFERENCE) {
			setCompared(againstReference(record, [first, second], referenceName(record)));
			return;
		}
		const side = (of: string): RunSide => ({ run: record.run, checkpoint: nameOf(of) ?? '' });
		run('compare the two', async (host) => {
			const reply = parseRunComparison(await host.compare(side(first), side(second)));
			setCompared({
				first: nameOf(first) ?? '',
				second: nameOf(second) ?? '',
				differences: reply.differences,
				flips: reply,
				notes: reply.notes,
			});
		});
	};
	const same = first === second;
	return (
		<section aria-labelledby="compare-title">
			<h2 id="compare-title">Compare two</h2>
			{actions === 'exported' ? (
				<p>
					Paired differences and the pairs that turned are computed from the scores, which this file does not hold: open
					the report in the editor, or use <code>pairwright compare</code>. Each checkpoint's difference to the
					reference is in the table above.
				</p>
			) : (
				<>
					<form class="compare-form" onSubmit={compare}>
						<Side label="From" value={first} record={record} change={(side) => set({ compared: [side, second] })} />
						<Side label="To" value={second} record={record} change={(side) => set({ compared: [first, side] })} />
						<button type="submit" class="btn" disabled={same || busy}>
							Compare
						</button>
						{same ? <p class="dim">Choose two that differ.</p> : null}
					</form>
					{compared === null ? null : (
						<div class="two compared" ref={result} tabIndex={-1}>
							<Differences compared={compared} />
							<Flips compared={compared} />
						</div>
					)}
				</>
			)}
		</section>
	);
}
