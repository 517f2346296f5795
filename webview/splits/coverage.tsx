import { useEffect, useState } from 'preact/hooks';
import type { CoverageCount, FacetCoverage, Precision, PrecisionMetric } from '../../src/domain/facet-coverage.ts';
import { JUDGED_PREFIX } from '../../src/domain/judged-prefix.ts';
import type { SplitsFilter } from '../../src/protocol/splits.ts';
import { Icon } from './icons.tsx';
import { count, many } from './words.ts';

interface Props {
	readonly open: boolean;
	/** Counts up when prompts moved: read again. */
	readonly version: number;
	read(precision: Precision): Promise<FacetCoverage>;
	onToggle(open: boolean): void;
	onShow(filter: SplitsFilter): void;
}

/** Half-widths of a 95 % interval to choose from. */
const WIDTHS: Readonly<Record<PrecisionMetric, readonly (readonly [number, string])[]>> = {
	accuracy: [
		[0.01, '± 1 point'],
		[0.02, '± 2 points'],
		[0.03, '± 3 points'],
		[0.05, '± 5 points'],
		[0.1, '± 10 points'],
	],
	nll: [
		[0.01, '± 0.01 nats'],
		[0.02, '± 0.02 nats'],
		[0.05, '± 0.05 nats'],
		[0.1, '± 0.1 nats'],
	],
};

/** Which kinds of shift are held out, and whether there are enough pairs. Sizes only: no label of the sealed half. */
export function CoveragePart({ open, version, read, onToggle, onShow }: Props) {
	const [precision, setPrecision] = useState<Precision>({ metric: 'accuracy', width: 0.03 });
	const [found, setFound] = useState<FacetCoverage | null>(null);
	const [failure, setFailure] = useState<string | null>(null);
	// `version` says when to read again.
	useEffect(() => {
		if (!open) return;
		let gone = false;
		read(precision).then(
			(next) => {
				if (gone) return;
				setFound(next);
				setFailure(null);
			},
			(error: unknown) => gone || setFailure(error instanceof Error ? error.message : String(error)),
		);
		return () => {
			gone = true;
		};
	}, [open, version, precision, read]);
	return (
		<details class="attention coverage" open={open} onToggle={(event) => onToggle(event.currentTarget.open)}>
			<summary>
				<Icon name="split" /> What held-out covers <span class="dim">· {coverageSummary(found)}</span>
			</summary>
			{failure !== null && (
				<p class="stale" role="alert">
					{failure}
				</p>
			)}
			{found !== null && (
				<>
					<Table found={found} onShow={onShow} />
					{found.untagged > 0 && <p class="dim">{many(found.untagged, 'held-out prompt')} without a tag.</p>}
					<p class="precision">
						<label>
							Wanted precision, 95 %{' '}
							<select
								value={`${precision.metric} ${precision.width}`}
								onChange={(event) => {
									const [metric, width] = event.currentTarget.value.split(' ');
									setPrecision({ metric: metric === 'nll' ? 'nll' : 'accuracy', width: Number(width) });
								}}
							>
								{(['accuracy', 'nll'] as const).map((metric) => (
									<optgroup key={metric} label={metric === 'accuracy' ? 'Accuracy' : 'Loss (NLL)'}>
										{WIDTHS[metric].map(([width, text]) => (
											<option key={width} value={`${metric} ${width}`}>
												{metric === 'accuracy' ? 'Accuracy' : 'Loss'} {text}
											</option>
										))}
									</optgroup>
								))}
							</select>
						</label>
					</p>
					<p role="status">{found.need.text}</p>
					<p class="dim">
						{many(found.judgedReference, 'pair')} of the tuning half {found.judgedReference === 1 ? 'is' : 'are'}{' '}
						judged; of the sealed half this is not told before a decision. {JUDGED_PREFIX}
					</p>
				</>
			)}
		</details>
	);
}

/** In one line what the closed part holds. */
export function coverageSummary(found: FacetCoverage | null): string {
	if (found === null) return 'which kinds of shift, and are there enough pairs?';
	if (found.total.prompts === 0) return 'nothing is held out yet';
	const covered = found.kinds.filter(({ prompts }) => prompts > 0).map(({ kind }) => kind);
	return `${covered.length === 0 ? 'no kind of shift is tagged' : covered.join(', ')}; ${many(found.total.pairs, 'pair')}`;
}

function Table({ found, onShow }: { found: FacetCoverage; onShow: (filter: SplitsFilter) => void }) {
	return (
		<table class="facts covered">
			<thead>
				<tr>
					<th scope="col">Kind of shift</th>
					<th scope="col" class="num">
						Prompts
					</th>
					<th scope="col" class="num">
						Pairs
					</th>
					<th scope="col" class="num clusters">
						Clusters
					</th>
					<th scope="col" class="num">
						Tuning half
					</th>
					<th scope="col" class="num">
						Sealed half
					</th>
				</tr>
			</thead>
			<tbody>
				{found.kinds.flatMap(({ kind, facets, ...of }) => [
					<tr key={kind} class={of.prompts === 0 ? 'kind none' : 'kind'}>
						<th scope="row">
							{of.prompts === 0 ? (
								<>
									{kind} <span class="dim note">not covered</span>
								</>
							) : (
								<button type="button" class="link" onClick={() => onShow({ split: 'heldout', facet: kind })}>
									{kind}
								</button>
							)}
						</th>
						<Sizes of={of} />
					</tr>,
					...facets.map((each) => (
						<tr key={each.facet}>
							<th scope="row" class="facet">
								<button type="button" class="link" onClick={() => onShow({ split: 'heldout', tag: each.facet })}>
									<bdi>{each.facet.slice(kind.length + 1)}</bdi>
								</button>
								{each.sealedOnly && <span class="dim note">sealed half only: a new kind of shift</span>}
							</th>
							<Sizes of={each} />
						</tr>
					)),
				])}
				<tr class="kind">
					<th scope="row">All held out</th>
					<Sizes of={found.total} />
				</tr>
			</tbody>
		</table>
	);
}

function Sizes({ of }: { of: CoverageCount }) {
	return (
		<>
			<td class="num">{count(of.prompts)}</td>
			<td class="num">{count(of.pairs)}</td>
			<td class="num clusters">{count(of.clusters)}</td>
			<td class="num">{count(of.reference.pairs)}</td>
			<td class="num">{count(of.sealed.pairs)}</td>
		</>
	);
}
