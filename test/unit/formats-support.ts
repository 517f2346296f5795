import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRows } from '../../src/formats/open.ts';
import type { ImportedRow, RejectedRow } from '../../src/formats/types.ts';

export interface ReadResult {
	readonly format: string;
	readonly rows: readonly ImportedRow[];
	readonly rejected: readonly RejectedRow[];
	readonly batches: readonly { readonly size: number; readonly bytes: number }[];
}

/** Reads a file with all its batches. */
export async function readFileRows(path: string, format?: string): Promise<ReadResult> {
	const reader = await openRows(path, { format, sourceName: 'test' });
	const rows: ImportedRow[] = [];
	const rejected: RejectedRow[] = [];
	const batches: { size: number; bytes: number }[] = [];
	for await (const batch of reader.batches) {
		rows.push(...batch.rows);
		rejected.push(...batch.rejected);
		batches.push({ size: batch.rows.length + batch.rejected.length, bytes: batch.bytes });
	}
	return { format: reader.format, rows, rejected, batches };
}

/** Puts content into a file of its own and reads it. The name says nothing: formats are told from content. */
export async function readContent(content: string | Uint8Array, format?: string): Promise<ReadResult> {
	const folder = mkdtempSync(join(tmpdir(), 'pairwright-formats-'));
	try {
		const path = join(folder, 'data');
		writeFileSync(path, content);
		return await readFileRows(path, format);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** Rows as JSON Lines. */
export function lines(...rows: readonly unknown[]): string {
	return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

export const user = (content: string) => ({ role: 'user', content });
export const assistant = (content: string) => ({ role: 'assistant', content });
