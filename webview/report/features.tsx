import type { RunRecord, TaughtFeature } from '../../src/domain/run-record.ts';
import { counted, signed } from './format.ts';
import { useView } from './view-state.tsx';

/** Rows of a column before one asks for all. */
const SHOWN = 8;

const PER_SD = 'logits a standard deviation';
const PER_PRESENCE = 'logits where it stands';

const KINDS = [
	{ kind: 'named', title: 'Named features' },
	{ kind: 'ngram', title: 'Words and word pairs' },
	{ kind: 'own', title: 'Own features' },
] as const;

/** What the sign of a weight means: people who made these pairs preferred responses with more of it, or with less. */
function prefers(weight: number): string {
	return weight > 0 ? 'prefers' : weight < 0 ? 'avoids' : '';
}

/** Where an n-gram stands, on the pointer. */
function whereabouts({ clusters, weight, kind }: TaughtFeature): string | undefined {
	return clusters === undefined
		? undefined
		: `in ${counted(clusters, 'cluster')}${kind === 'ngram' ? `; ${signed(weight, 2)} logits where it stands` : ''}`;
}

function Row({ feature, strength, most }: { feature: TaughtFeature; strength: number; most: number }) {
	const end = (strength / most) * 50;
	return (
		<tr title={whereabouts(feature)}>
			<th scope="row">{feature.kind === 'ngram' ? <code>{feature.name}</code> : feature.name}</th>
			<td>
				<span class="dim">{prefers(strength)}</span> {signed(strength, most < 0.1 ? 3 : 2)}
			</td>
			<td class="bar-cell" aria-hidden="true">
				<svg class="feature-bar" viewBox="-50 0 100 8" preserveAspectRatio="none" aria-hidden="true">
					<rect
						class={strength < 0 ? 'bar-out' : 'bar-in'}
						x={Math.min(0, end)}
						y="0"
						width={Math.abs(end)}
						height="8"
					/>
					<line class="axis-line" x1="0" x2="0" y1="0" y2="8" />
				</svg>
			</td>
		</tr>
	);
}

interface ColumnProps {
	readonly title: string;
	readonly kind: string;
	readonly unit: string;
	/** Strongest first. */
	readonly features: readonly { readonly feature: TaughtFeature; readonly strength: number }[];
	/** The strength that fills half a bar; the same in all columns of one unit. */
	readonly most: number;
}

function Column({ title, kind, unit, features, most }: ColumnProps) {
	const { state, set } = useView();
	const key = `features-${kind}`;
	const all = state.open[key] === true;
	const shown = all ? features : features.slice(0, SHOWN);
	return (
		<div class="feature-column">
			<table class="data features">
				<caption>
					<b>{title}</b> <span class="dim">{unit}</span>
				</caption>
				<thead class="visually-hidden">
					<tr>
						<th scope="col">Feature of a response</th>
						<th scope="col">Weight</th>
						<th scope="col">drawn</th>
					</tr>
				</thead>
				<tbody>
					{shown.map(({ feature, strength }) => (
						<Row key={feature.name} feature={feature} strength={strength} most={most} />
					))}
				</tbody>
			</table>
			{features.length > SHOWN ? (
				<button
					type="button"
					class="link small more"
					aria-expanded={all}
					onClick={() => set({ open: { ...state.open, [key]: !all } })}
				>
					{all ? 'Show fewer' : `Show all ${features.length}`}
				</button>
			) : null}
		</div>
	);
}

/** One column for each kind of feature there is, on one scale for each unit. */
function columnsOf(features: readonly TaughtFeature[]): ColumnProps[] {
	const columns = KINDS.map(({ kind, title }) => {
		const own = features.filter((feature) => (feature.kind ?? 'named') === kind);
		// Earlier versions wrote an n-gram's weight for its presence alone.
		const standard = kind !== 'ngram' || own.every(({ standardised }) => standardised !== undefined);
		const rows = own.map((feature) => ({
			feature,
			strength: standard ? (feature.standardised ?? feature.weight) : feature.weight,
		}));
		return {
			kind,
			title,
			unit: standard ? PER_SD : PER_PRESENCE,
			features: rows.toSorted((a, b) => Math.abs(b.strength) - Math.abs(a.strength)),
		};
	}).filter((column) => column.features.length > 0);
	const most = (unit: string): number =>
		Math.max(
			...columns.flatMap((column) => (column.unit === unit ? Math.abs(column.features[0]!.strength) : [])),
			1e-9,
		);
	return columns.map((column) => ({ ...column, most: most(column.unit) }));
}

/** The strongest weights of the fitted probe: what a preference optimiser could pick up here. */
export function Features({ record }: { record: RunRecord }) {
	const { features } = record;
	// An earlier version did not write them.
	if (features === undefined) return null;
	const columns = columnsOf(features);
	return (
		<section aria-labelledby="features-title">
			<h2 id="features-title">What these pairs teach</h2>
			{columns.length === 0 ? (
				<p>Nothing: every weight of the fitted probe is zero.</p>
			) : (
				<>
					<div class="feature-columns">
						{columns.map((column) => (
							<Column key={column.kind} {...column} />
						))}
					</div>
					<p class="note dim">
						The strongest weights of the fitted probe, others held fixed: what a preference optimiser could pick up from
						this data, not what any model has learnt. Words that stand in few clusters are left out.
					</p>
				</>
			)}
		</section>
	);
}
