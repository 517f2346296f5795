import { openChunks } from '../../formats/chunks.ts';
import { openTable } from '../../formats/table.ts';

/**
 * Lines of a table of text (CSV, TSV) on which given rows stand: a row may span several.
 * @param doomed lines on which the rows begin
 * @returns null where the file is no table of text
 */
export async function tableLines(path: string, doomed: ReadonlySet<number>): Promise<ReadonlySet<number> | null> {
	const { container, rows } = await openTable(path);
	const lines = new Set<number>();
	let open: number | null = null;
	try {
		for await (const batch of rows) {
			if (container !== 'csv' && container !== 'tsv') return null;
			for (const { line } of batch) {
				// Between two rows lie the lines of the first, and empty ones.
				for (let at = open ?? line; at < line; at++) lines.add(at);
				open = doomed.has(line) ? line : null;
			}
		}
	} finally {
		await rows.return();
	}
	if (container !== 'csv' && container !== 'tsv') return null;
	// The last row ends with the file.
	if (open !== null) lines.add(open).add(Number.POSITIVE_INFINITY);
	return lines;
}

const LF = 0x0a;
const CR = 0x0d;

/**
 * A table of text with the content of some lines left out and every line end kept, so that all other rows keep their lines. Bytes are
 * passed through as they are.
 * @param out as `tableLines` gives them; with infinity, everything behind the largest other one
 */
export async function* withoutLines(path: string, out: ReadonlySet<number>): AsyncGenerator<Buffer> {
	const finite = [...out].filter(Number.isFinite);
	const from = out.has(Number.POSITIVE_INFINITY) ? Math.max(...finite) : Number.POSITIVE_INFINITY;
	const { chunks } = await openChunks(path);
	let end: number | null = null;
	let number = 1;
	for await (const chunk of chunks) {
		// Old spreadsheets end lines with CR alone.
		end ??= chunk.includes(LF) || !chunk.includes(CR) ? LF : CR;
		const kept: Buffer[] = [];
		let start = 0;
		while (start < chunk.length) {
			const at = chunk.indexOf(end, start);
			const stop = at < 0 ? chunk.length : at + 1;
			const gone = number >= from || out.has(number);
			if (!gone) kept.push(chunk.subarray(start, stop));
			else if (at >= 0) kept.push(chunk.subarray(at, stop));
			if (at >= 0) number++;
			start = stop;
		}
		yield Buffer.concat(kept);
	}
}
