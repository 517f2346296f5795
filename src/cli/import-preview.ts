import { COLUMN_ROLES, type ColumnMapping } from '../domain/column-mapping.ts';
import { rivalText } from '../formats/column-mapping-rivals.ts';
import type { ImportPreview, PreviewPair } from '../protocol/imports.ts';
import { count, NONE, oneLine, plural } from './format.ts';
import { renderTable, type TableRow } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Characters that a text gets at least, however narrow the terminal is. */
const LEAST_TEXT = 14;

/** What a file would be read as: its mapping, its first rows, what is doubtful. */
export function previewText(terminal: Terminal, preview: ImportPreview): string {
	const { container, format, mapping, remembered, doubts, looked, rivals = [] } = preview;
	const kind = container === 'json' ? 'JSON' : container === 'parquet' ? 'Parquet' : container.toUpperCase();
	const name = remembered === null ? (format ?? 'not recognised') : `the mapping "${remembered}"`;
	const width = Math.max(LEAST_TEXT, Math.floor((terminal.width - 34) / 3));
	const several = preview.rows.some((row) => 'pairs' in row && row.pairs.length > 1);
	const rows = preview.rows.flatMap((row): TableRow[] => {
		if ('reason' in row) {
			return [{ cells: [count(row.line)], rest: terminal.paint('red', oneLine(row.reason)) }];
		}
		return row.pairs.map((pair) => [
			count(row.line),
			cut(pair.prompt, width),
			cut(sided(pair, 0, several), width),
			cut(sided(pair, 1, several), width),
			verdictText(pair),
			pair.split ?? NONE,
			oneLine([...pair.tags, ...pair.metadata].join(', ')),
		]);
	});
	const table = renderTable(
		terminal,
		[
			{ title: container === 'parquet' ? 'row' : 'line', align: 'right' },
			{ title: 'prompt' },
			{ title: 'a' },
			{ title: 'b' },
			{ title: 'verdict' },
			{ title: 'split', drop: 2 },
			{ title: 'tags, metadata', flexible: true, drop: 1 },
		],
		rows,
	);
	const of = looked.whole ? `all ${count(looked.rows)} rows` : `the first ${plural(looked.rows, 'row')}`;
	return [
		`${oneLine(preview.path)}: ${kind}, ${name}`,
		...(mapping === null ? [] : mappingLines(mapping)),
		...doubts.map((doubt) => terminal.paint('yellow', `  ? ${oneLine(doubt)}`)),
		...(mapping === null || rivals.length === 0
			? []
			: [terminal.paint('yellow', `  ? ${oneLine(rivalText(mapping, rivals))}`)]),
		'',
		...(rows.length === 0 ? [`Columns: ${preview.columns.map((column) => oneLine(column.name)).join(', ')}`] : [table]),
		'',
		`Of ${of}: ${plural(looked.pairs, 'pair')}, ${count(looked.rejected)} rejected. Nothing was imported.`,
	].join('\n');
}

/** A response, with where it comes from where rows make several pairs. */
function sided({ a, b, sides }: PreviewPair, side: 0 | 1, several: boolean): string {
	const text = side === 0 ? a : b;
	return !several || sides === undefined ? text : `${sides[side]}: ${text}`;
}

function mappingLines({ columns, verdicts, numbers, entries, order, splits }: ColumnMapping): string[] {
	const roles = COLUMN_ROLES.flatMap((role) => (columns[role] === undefined ? [] : [`${role}=${columns[role]}`]));
	const values = (map: Readonly<Record<string, string>>) =>
		Object.entries(map).map(([value, meaning]) => `${oneLine(value)} → ${meaning}`);
	return [
		`  columns: ${roles.map(oneLine).join('  ')}`,
		...(numbers === undefined ? [] : [`  verdict: ${numbers}`]),
		...(verdicts === undefined ? [] : [`  verdict: ${values(verdicts).join(', ')}`]),
		...(order === undefined ? [] : [`  ranking: ${order}`]),
		...(entries === undefined
			? []
			: [`  ${columns.best === undefined ? 'ranking' : 'best'}: ${values(entries).join(', ')}`]),
		...(splits === undefined ? [] : [`  split: ${values(splits).join(', ')}`]),
	];
}

function verdictText({ judgments }: PreviewPair): string {
	const [first] = judgments;
	if (first === undefined) return NONE;
	const strength = first.strength === undefined ? '' : ` ×${first.strength}`;
	const who = first.annotator.startsWith('source:') ? '' : ` ${oneLine(first.annotator)}`;
	const more = judgments.length > 1 ? ` +${judgments.length - 1}` : '';
	return cut(`${first.verdict}${strength}${who}${more}`, 20);
}

function cut(text: string, width: number): string {
	const line = oneLine(text);
	const points = [...line];
	return points.length > width ? `${points.slice(0, width - 1).join('')}…` : line;
}
