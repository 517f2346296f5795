import { type FileHandle, open } from 'node:fs/promises';
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { UserError } from '../protocol/errors.ts';
import { throwIfCancelled } from './chunks.ts';
import { MAX_DEPTH, type Row } from './parse-row.ts';
import type { Parsed } from './parsed-rows.ts';
import { RowError } from './row-error.ts';
import { MAX_ROW_BYTES } from './split-rows.ts';
import { cellValue } from './table-cells.ts';

/** Rows given at a time. */
const CHUNK_ROWS = 500;
/**
 * Bytes decoded at a time, uncompressed: a row group, or a part of a larger one. Parts are dear where the file has no page index (the
 * pages before them are decoded again), so they are not smaller.
 */
const SLICE_BYTES = 64 * 1024 * 1024;

/** Rows decoded at a time at most: a few bytes may stand for millions of equal rows, and the size is the file's own word. */
const SLICE_ROWS = 50_000;

const MAGIC = Buffer.from('PAR1');

export function isParquet(head: Buffer): boolean {
	return head.subarray(0, 4).equals(MAGIC);
}

/** An open Parquet file. `read` gives its rows once; `close` may be called at any time. */
export interface ParquetFile {
	readonly rows: AsyncGenerator<Parsed[], void>;
	/** Bytes up to the rows that were given. */
	consumed(): number;
}

/**
 * Opens a Parquet file. Its rows have no lines: they are numbered from 1.
 * @throws UserError `unusable-input` where its footer cannot be read
 */
export async function openParquet(path: string, totalBytes: number, signal?: AbortSignal): Promise<ParquetFile> {
	const file = await open(path, 'r');
	const buffer: AsyncBuffer = { byteLength: totalBytes, slice: (from, to) => readSlice(file, from, to ?? totalBytes) };
	let metadata: FileMetaData;
	if (!isParquet(Buffer.from(await readSlice(file, 0, MAGIC.length)))) {
		await file.close();
		throw new UserError('unusable-input', `${path} is a Parquet file packed as .gz. Unpack it and import it again.`);
	}
	try {
		metadata = await parquetMetadataAsync(buffer);
	} catch (error) {
		await file.close();
		throw new UserError(
			'unusable-input',
			`${path} begins like a Parquet file, but it cannot be read: ${(error as Error).message}. It may have been cut off.`,
		);
	}
	const total = Number(metadata.num_rows);
	let done = 0;
	const rows = async function* (): AsyncGenerator<Parsed[], void> {
		try {
			let groupStart = 0;
			for (const group of metadata.row_groups) {
				const groupEnd = groupStart + Number(group.num_rows);
				const parts = Math.max(1, Math.ceil(Number(group.total_byte_size) / SLICE_BYTES));
				const step = Math.min(SLICE_ROWS, Math.max(CHUNK_ROWS, Math.ceil((groupEnd - groupStart) / parts)));
				for (let from = groupStart; from < groupEnd; from += step) {
					throwIfCancelled(signal);
					const some = await slice(path, buffer, metadata, from, Math.min(from + step, groupEnd));
					for (let at = 0; at < some.length; at += CHUNK_ROWS) {
						const chunk = some.slice(at, at + CHUNK_ROWS).map((object, i) => parsed(from + at + i + 1, object));
						done = from + at + chunk.length;
						yield chunk;
					}
				}
				groupStart = groupEnd;
			}
		} finally {
			await file.close();
		}
	};
	return { rows: rows(), consumed: () => (total === 0 ? totalBytes : Math.round((done / total) * totalBytes)) };
}

async function readSlice(file: FileHandle, from: number, to: number): Promise<ArrayBuffer> {
	const bytes = Buffer.alloc(to - from);
	let at = 0;
	while (at < bytes.length) {
		const { bytesRead } = await file.read(bytes, at, bytes.length - at, from + at);
		if (bytesRead === 0) break;
		at += bytesRead;
	}
	return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + at) as ArrayBuffer;
}

async function slice(
	path: string,
	file: AsyncBuffer,
	metadata: FileMetaData,
	rowStart: number,
	rowEnd: number,
): Promise<readonly Record<string, unknown>[]> {
	const options = { file, metadata, compressors, rowStart, rowEnd, useOffsetIndex: true };
	try {
		return (await parquetReadObjects(options)) as Record<string, unknown>[];
	} catch (error) {
		throw new UserError(
			'unusable-input',
			`${path} cannot be read from row ${rowStart + 1} on: ${(error as Error).message}.`,
		);
	}
}

function parsed(line: number, object: Record<string, unknown>): Parsed {
	const row: Record<string, unknown> = {};
	const size = { bytes: 0 };
	try {
		for (const [name, value] of Object.entries(object)) {
			const plain = plainValue(value, name, size, 1);
			const cell = typeof plain === 'string' ? cellValue(name, plain) : plain;
			if (cell === undefined) continue;
			Object.defineProperty(row, name, { value: cell, enumerable: true, configurable: true, writable: true });
		}
	} catch (error) {
		if (!(error instanceof RowError)) throw error;
		return { line, bytes: size.bytes, row: null, reason: error.message };
	}
	return { line, bytes: size.bytes, row: row as Row, reason: '' };
}

/**
 * What JSON can hold of a Parquet value, so that the same row gives the same ids from any file.
 * @param size counts the row's characters
 * @throws RowError past the largest row or the deepest one
 */
function plainValue(value: unknown, field: string, size: { bytes: number }, depth: number): unknown {
	if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
	if (typeof value === 'number') return Number.isFinite(value) ? value : null;
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
	if (typeof value === 'string') return counted(value, size);
	if (typeof value !== 'object' || value === null) return value;
	if (depth > MAX_DEPTH) {
		throw new RowError(`${field}: expected at most ${MAX_DEPTH} levels of lists and objects, found more`);
	}
	const inner = (each: unknown) => plainValue(each, field, size, depth + 1);
	if (value instanceof Uint8Array) {
		checkSize(size.bytes + value.length);
		return counted(Buffer.from(value).toString('base64'), size);
	}
	if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, inner);
	if (Array.isArray(value)) return value.map(inner);
	return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inner(each)]));
}

function counted(text: string, size: { bytes: number }): string {
	size.bytes += text.length;
	checkSize(size.bytes);
	return text;
}

function checkSize(bytes: number): void {
	if (bytes > MAX_ROW_BYTES) throw new RowError(`row: expected at most ${MAX_ROW_BYTES / 1024 / 1024} MB, found more`);
}
