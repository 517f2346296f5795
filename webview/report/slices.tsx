import { SHARES_NOTE, withinShares } from '../../src/domain/accuracy-bounds.ts';
import type { Interval, RunRecord, Slice } from '../../src/domain/run-record.ts';
import { orderedSlices } from '../../src/domain/slice-order.ts';
import { SPLIT_LABELS } from '../../src/domain/split.ts';
import { count, DASH, fixed, range } from './format.ts';
import { StatusMark } from './parts.tsx';
import { slicesSentence } from './slice-words.ts';
import { useView } from './view-state.tsx';

/** Rows before one asks for all. */
const SHOWN = 8;

function WithBounds({ of }: { of: Interval }) {
	if (of.value === null) return <>{DASH}</>;
	return (
		<>
			{fixed(of.value)} <small>{of.low === null ? 'insufficient' : `(${range(of.low, of.high)})`}</small>
		</>
	);
}

function Row({ slice }: { slice: Slice }) {
	return (
		<tr class={slice.flagged ? 'flagged' : undefined}>
			<th scope="row">
				{slice.flagged ? <StatusMark status="warn" word="stands out" /> : null}{' '}
				<span class="slice-name">{slice.name}</span>
			</th>
			<td class="left">{SPLIT_LABELS[slice.split]}</td>
			<td>
				<WithBounds of={slice.overconfidence} />
			</td>
			<td>{slice.p_adjusted === null ? DASH : slice.p_adjusted < 0.001 ? '< 0.001' : fixed(slice.p_adjusted)}</td>
			<td>
				<WithBounds of={withinShares(slice.accuracy)} />
			</td>
			<td>{count(slice.pairs)}</td>
			<td>{count(slice.clusters)}</td>
			<td class="left dim">{slice.kind}</td>
		</tr>
	);
}

/** Where it goes wrong, perhaps: a look at many parts of the data, labelled as one. */
export function Slices({ record }: { record: RunRecord }) {
	const { state, set } = useView();
	const { slices } = record;
	if (slices === undefined) return null;
	const all = state.open.slices === true;
	return (
		<section aria-labelledby="slices-title">
			<h2 id="slices-title">
				Slices <span class="tag">exploratory</span>
			</h2>
			{!Array.isArray(slices) ? (
				<p>None: {'reason' in slices ? slices.reason : ''}.</p>
			) : slices.length === 0 ? (
				<p>None: no facet, source or length group to look at.</p>
			) : (
				<SliceTable slices={slices} all={all} toggle={() => set({ open: { ...state.open, slices: !all } })} />
			)}
		</section>
	);
}

function SliceTable({ slices, all, toggle }: { slices: readonly Slice[]; all: boolean; toggle: () => void }) {
	const ordered = orderedSlices(slices);
	const flagged = ordered.filter((slice) => slice.flagged).length;
	const shown = all ? ordered : ordered.slice(0, Math.max(SHOWN, flagged));
	return (
		<>
			<p class="before-table">{slicesSentence(slices)}</p>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard */}
			<section class="scroll" tabIndex={0} aria-labelledby="slices-title">
				<table class="data slices">
					<thead>
						<tr>
							<th scope="col">Slice</th>
							<th scope="col" class="left">
								Split
							</th>
							<th scope="col">Over-confidence</th>
							<th scope="col" title="Benjamini–Hochberg">
								p, adjusted
							</th>
							<th scope="col">Accuracy</th>
							<th scope="col">Pairs</th>
							<th scope="col">Clusters</th>
							<th scope="col" class="left">
								By
							</th>
						</tr>
					</thead>
					<tbody>
						{shown.map((slice) => (
							<Row key={`${slice.kind} ${slice.name} ${slice.split}`} slice={slice} />
						))}
					</tbody>
				</table>
			</section>
			{ordered.length > shown.length || all ? (
				<button type="button" class="link more" aria-expanded={all} onClick={toggle}>
					{all ? 'Show fewer' : `Show all ${count(ordered.length)}`}
				</button>
			) : null}
			<p class="note dim">
				A place to look, not a finding: p is one-sided for over-confidence, adjusted over all slices
				(Benjamini–Hochberg, 10 %), so about one flag in ten is false. Intervals are each slice's own. {SHARES_NOTE}
			</p>
		</>
	);
}
