import CliTable3, { type Cell } from 'cli-table3';
import { displayWidth, type Terminal } from './terminal.ts';

export interface Column {
	readonly title: string;
	readonly align?: 'left' | 'right';
	/** Takes what width is left, and is cut with … where that is too little. At most one. */
	readonly flexible?: boolean;
	/** Left out where the terminal is narrow, largest first; without it the column always stays. */
	readonly drop?: number;
}

/** One row: a cell for each column, or a text that takes the place of all cells from some column on. */
export type TableRow = readonly string[] | { readonly cells: readonly string[]; readonly rest: string };

const GAP = '  ';
const MIN_FLEXIBLE = 16;

const BORDERLESS = {
	...Object.fromEntries(
		['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
			['', '-mid', '-left', '-right'].map((part) => [side + part, '']),
		),
	),
	'mid-mid': '',
	middle: GAP,
};

const cellsOf = (row: TableRow): readonly string[] => ('rest' in row ? row.cells : row);

/** Lays a table out for the terminal's width: no borders, a rule under the head, columns dropped where it is narrow. */
export function renderTable(terminal: Terminal, columns: readonly Column[], rows: readonly TableRow[]): string {
	// The table library makes no column narrower than 1.
	const natural = columns.map((column, i) =>
		Math.max(1, displayWidth(column.title), ...rows.map((row) => displayWidth(cellsOf(row)[i] ?? ''))),
	);
	let kept = columns.map((_, i) => i);
	const fixedWidth = () =>
		kept.reduce((sum, i) => sum + (columns[i]!.flexible ? Math.min(MIN_FLEXIBLE, natural[i]!) : natural[i]!), 0) +
		GAP.length * (kept.length - 1);
	while (fixedWidth() > terminal.width) {
		const droppable = kept.filter((i) => columns[i]!.drop !== undefined);
		if (droppable.length === 0) break;
		const worst = droppable.reduce((a, b) => (columns[b]!.drop! > columns[a]!.drop! ? b : a));
		kept = kept.filter((i) => i !== worst);
	}
	const others = kept.reduce((sum, i) => sum + (columns[i]!.flexible ? 0 : natural[i]! + GAP.length), 0);
	const widths = kept.map((i) =>
		columns[i]!.flexible ? Math.max(8, Math.min(natural[i]!, terminal.width - others)) : natural[i]!,
	);

	const table = new CliTable3({
		chars: BORDERLESS,
		style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
		colWidths: widths,
		truncate: '…',
	});
	const align = (i: number) => columns[i]!.align ?? 'left';
	table.push(kept.map((i): Cell => ({ content: terminal.paint('dim', columns[i]!.title), hAlign: align(i) })));
	for (const row of rows) {
		const cells = cellsOf(row);
		const own = kept.filter((i) => i < cells.length);
		const line: Cell[] = own.map((i) => ({ content: cells[i]!, hAlign: align(i) }));
		// A text over the remaining columns is put in afterwards: a span would have to fit their widths.
		table.push('rest' in row ? [...line, ...kept.slice(own.length).map(() => '')] : line);
	}
	const total = widths.reduce((sum, w) => sum + w, 0) + GAP.length * (kept.length - 1);
	const [head = '', ...body] = table.toString().split('\n');
	const lines = body.map((line, r) => {
		const row = rows[r];
		return row !== undefined && 'rest' in row ? `${line.trimEnd()}${GAP}${row.rest}` : line.trimEnd();
	});
	return [head.trimEnd(), terminal.paint('dim', '─'.repeat(Math.min(total, terminal.width))), ...lines].join('\n');
}
