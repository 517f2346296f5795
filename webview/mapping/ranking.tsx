import { type EntryCode, mappedResponses, type RankingOrder, valueKey } from '../../src/domain/column-mapping.ts';
import { withEntry, withOrder } from './change.ts';
import { eachOnce, type Props } from './values.tsx';
import { ORDERS } from './words.ts';

const inOrder = (x: string, y: string) => x.localeCompare(y, 'en', { numeric: true });

/** What the column of a ranking, or of the best response, means. */
export function RankingValues({ columns, mapping, onChange }: Props) {
	const { ranking, best } = mapping.columns;
	const name = ranking ?? best;
	if (name === undefined) return null;
	const column = columns.find((each) => each.name === name);
	const bare = ranking === undefined ? null : (column?.ranking?.bare ?? null);
	const { order, entries } = mapping;
	const hasNames = mapping.columns.name_a !== undefined;
	const byPlace = order === 'ranks' || order === 'scores';
	const responses = mappedResponses(mapping.columns);
	const values = ranking === undefined ? (column?.values ?? []) : (column?.ranking?.entries ?? []);
	// Names of columns need no entry, and a list of texts has none to offer.
	const isAsked = ranking !== undefined && bare !== null && order === undefined;
	const shown = byPlace || isAsked ? [] : eachOnce(values, entries).sort(inOrder);
	return (
		<section aria-labelledby="ranking-heading">
			<h2 id="ranking-heading">
				What <span dir="auto">{name}</span> means
			</h2>
			{ranking !== undefined && (bare !== null || order !== undefined) ? (
				<div class="scale">
					<label for="order">Its numbers are</label>
					<select
						id="order"
						class={order === undefined ? 'unknown' : ''}
						aria-describedby={order === undefined ? 'order-why' : undefined}
						value={order ?? ''}
						onChange={(event) =>
							onChange(
								withOrder(
									mapping,
									event.currentTarget.value === '' ? null : (event.currentTarget.value as RankingOrder),
								),
							)
						}
					>
						<option value="">choose…</option>
						{ORDERS.map(([each, text]) => (
							<option key={each} value={each}>
								{text}
							</option>
						))}
					</select>
					{order === undefined ? (
						<p id="order-why" class="dim">
							2 3 1 may say that the second response is the best, or that the first one has rank 2.
						</p>
					) : null}
				</div>
			) : null}
			{byPlace ? (
				<p class="dim">In the order {responses.join(', ')}; equal numbers are a tie.</p>
			) : (
				<ul class="values">
					{shown.map((value, i) => (
						<li key={value} class={entries?.[valueKey(value)] === undefined && !hasNames ? 'value unknown' : 'value'}>
							<label for={`entry-${i}`} dir="auto">
								{value}
							</label>
							<span aria-hidden="true">→</span>
							<select
								id={`entry-${i}`}
								value={entries?.[valueKey(value)] ?? ''}
								onChange={(event) =>
									onChange(
										withEntry(
											mapping,
											value,
											event.currentTarget.value === '' ? null : (event.currentTarget.value as EntryCode),
										),
									)
								}
							>
								<option value="">by name or text</option>
								{responses.map((role) => (
									<option key={role} value={role}>
										{role}: {mapping.columns[role]}
									</option>
								))}
								{ranking === undefined ? (
									<>
										<option value="tie">all are a tie</option>
										<option value="both_bad">all are bad</option>
										<option value="none">not judged</option>
									</>
								) : (
									<option value="none">leave out</option>
								)}
							</select>
						</li>
					))}
				</ul>
			)}
			{byPlace || isAsked ? null : (
				<p class="dim">
					{ranking === undefined
						? 'The best is paired with each other response; the others have no order.'
						: 'Every two responses of a row become a pair; equal places are a tie, and what is not listed is in no pair.'}
				</p>
			)}
		</section>
	);
}
