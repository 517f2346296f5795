import { type FileHandle, open } from 'node:fs/promises';
import { PassThrough, pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UserError } from '../protocol/errors.ts';

const CHUNK_BYTES = 128 * 1024;

/** A file's decompressed bytes in order, and how much of the file itself has been read. */
export interface ChunkSource {
	readonly totalBytes: number;
	/** Bytes of the file consumed so far: compressed ones of a .gz. */
	consumed(): number;
	readonly chunks: AsyncIterable<Buffer>;
}

/** The packed stream ended early or is damaged: what came before is good. */
export class DamagedGzip extends Error {
	override name = 'DamagedGzip';
}

/**
 * Opens a plain or gzip-packed file, told apart by its first two bytes, never by its name. The file is closed when the
 * chunks are used up or left.
 * @throws UserError `unusable-input` where there is no file that can be read
 */
export async function openChunks(path: string, signal?: AbortSignal): Promise<ChunkSource> {
	let file: FileHandle;
	let totalBytes: number;
	try {
		file = await open(path, 'r');
	} catch (error) {
		throw new UserError('unusable-input', `${path} cannot be read: ${why(error)}.`);
	}
	const head = Buffer.alloc(2);
	try {
		const stat = await file.stat();
		if (!stat.isFile()) throw new UserError('unusable-input', `${path} is not a file. Name the file itself.`);
		totalBytes = stat.size;
		await file.read(head, 0, 2, 0);
	} catch (error) {
		await file.close();
		if (UserError.is(error)) throw error;
		throw new UserError('unusable-input', `${path} cannot be read: ${why(error)}.`);
	}
	let consumed = 0;
	const read = async function* (): AsyncGenerator<Buffer> {
		try {
			for (;;) {
				throwIfCancelled(signal);
				const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, consumed);
				if (bytesRead === 0) return;
				consumed += bytesRead;
				yield buffer.subarray(0, bytesRead);
			}
		} finally {
			await file.close();
		}
	};
	const packed = head[0] === 0x1f && head[1] === 0x8b;
	return { totalBytes, consumed: () => consumed, chunks: packed ? gunzip(read()) : read() };
}

async function* gunzip(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
	const out = new PassThrough({ highWaterMark: CHUNK_BYTES });
	// Errors of any stage reach the reader through `out`.
	pipeline(Readable.from(packed, { objectMode: false }), createGunzip({ chunkSize: CHUNK_BYTES }), out, () => {});
	try {
		for await (const chunk of out) yield chunk as Buffer;
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code ?? '';
		throw code.startsWith('Z_') ? new DamagedGzip((error as Error).message) : error;
	} finally {
		out.destroy();
	}
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
	if (signal?.aborted === true) throw new UserError('cancelled', 'Reading was cancelled.');
}

function why(error: unknown): string {
	const code = (error as NodeJS.ErrnoException).code;
	if (code === 'ENOENT') return 'there is no such file';
	if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
	if (code === 'EISDIR') return 'it is a folder';
	return code ?? (error as Error).message;
}
