import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { useWidth } from './width.ts';

/** The numbers behind a chart. First column = row headers. */
export interface ChartTable {
	readonly head: readonly string[];
	readonly rows: readonly (readonly (string | JSX.Element)[])[];
}

interface Props {
	readonly title: string;
	/** What the chart shows, computed from the same numbers. */
	readonly sentence: string;
	readonly table: ChartTable;
	/** The table stands in place of the chart. */
	readonly asTable: boolean;
	readonly onToggle: () => void;
	/** Height in px that the drawing will take, so that nothing jumps. */
	readonly draw: (width: number) => JSX.Element;
	readonly legend?: ComponentChildren;
	readonly children?: ComponentChildren;
}

/** A chart with its sentence and its table: nobody needs to see the drawing to have what it says. */
export function Figure({ title, sentence, table, asTable, onToggle, draw, legend, children }: Props) {
	const id = useId();
	const { ref, width } = useWidth(300);
	return (
		<figure class="chart" aria-labelledby={`${id}t`}>
			<div class="chart-head">
				<h3 id={`${id}t`}>{title}</h3>
				<button type="button" class="link small" aria-pressed={asTable} aria-describedby={`${id}t`} onClick={onToggle}>
					{asTable ? 'chart' : 'table'}
				</button>
			</div>
			<div ref={ref} class="chart-body">
				{asTable ? (
					<DataTable table={table} labelledBy={`${id}t`} />
				) : (
					<Drawing titleId={`${id}t`} sentenceId={`${id}s`} drawing={draw(width)} />
				)}
			</div>
			{asTable ? null : legend}
			<figcaption id={`${id}s`}>{sentence}</figcaption>
			{children}
		</figure>
	);
}

function Drawing({ titleId, sentenceId, drawing }: { titleId: string; sentenceId: string; drawing: JSX.Element }) {
	// The sentence and the table say it all; the single marks would only be noise to a screen reader.
	return (
		<div role="img" aria-labelledby={titleId} aria-describedby={sentenceId}>
			<div aria-hidden="true">{drawing}</div>
		</div>
	);
}

export function DataTable({ table, labelledBy }: { table: ChartTable; labelledBy: string }) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard
		<section class="scroll" tabIndex={0} aria-labelledby={labelledBy}>
			<table class="data">
				<thead>
					<tr>
						{table.head.map((cell) => (
							<th key={cell} scope="col">
								{cell}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{table.rows.map((row, r) => (
						<tr key={r}>
							{row.map((cell, c) =>
								c === 0 ? (
									<th key={c} scope="row">
										{cell}
									</th>
								) : (
									<td key={c}>{cell}</td>
								),
							)}
						</tr>
					))}
				</tbody>
			</table>
		</section>
	);
}
