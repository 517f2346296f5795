import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { UserError } from '../../../protocol/errors.ts';

/** Of the file format, little-endian. */
const VERSIONS: readonly number[] = [2, 3];

const hashes = new Map<string, string>();

/** All files of a model that was cut into parts, going by the first one's name; else the file alone. */
function partsOf(path: string): string[] {
	const cut = /^(.*-)00001(-of-(\d{5})\.gguf)$/i.exec(path);
	if (cut === null) return [path];
	return Array.from({ length: Number(cut[3]) }, (_, i) => `${cut[1]}${String(i + 1).padStart(5, '0')}${cut[2]}`);
}

/**
 * SHA-256 of a model, hex: of its file, or over those of its parts.
 * @throws UserError not-found, unusable-input; cancelled
 */
export async function hashOfModel(path: string, signal?: AbortSignal): Promise<string> {
	const parts: string[] = [];
	for (const part of partsOf(path)) parts.push(await hashOfFile(part, signal));
	return parts.length === 1 ? parts[0]! : createHash('sha256').update(parts.join('\n')).digest('hex');
}

/**
 * SHA-256 of a file, hex. Read once a process as long as size and time of change stay: one run opens a file several times.
 * @throws UserError not-found, unusable-input; cancelled
 */
async function hashOfFile(path: string, signal?: AbortSignal): Promise<string> {
	const { size, mtimeMs } = await checked(path);
	const key = `${path}\n${size}\n${mtimeMs}`;
	const known = hashes.get(key);
	if (known !== undefined) return known;
	const hash = createHash('sha256');
	try {
		const stream = createReadStream(path, { highWaterMark: 1 << 20, ...(signal === undefined ? {} : { signal }) });
		for await (const chunk of stream) hash.update(chunk as Buffer);
	} catch (error) {
		if (signal?.aborted === true) throw new UserError('cancelled', 'Opening the model was cancelled.');
		throw new UserError('environment', `${path} cannot be read: ${(error as Error).message}.`);
	}
	const hex = hash.digest('hex');
	hashes.set(key, hex);
	return hex;
}

async function checked(path: string): Promise<{ readonly size: number; readonly mtimeMs: number }> {
	let file: Awaited<ReturnType<typeof open>>;
	try {
		const found = await stat(path);
		if (!found.isFile()) throw new UserError('unusable-input', `${path} is a folder. Name the GGUF file in it.`);
		file = await open(path);
	} catch (error) {
		if (UserError.is(error)) throw error;
		if ((error as NodeJS.ErrnoException).code === 'ENOENT')
			throw new UserError('not-found', `There is no file ${path}.`);
		throw new UserError('environment', `${path} cannot be read: ${(error as Error).message}.`);
	}
	try {
		const { bytesRead, buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
		if (bytesRead < 4 || buffer.toString('latin1', 0, 4) !== 'GGUF') {
			throw new UserError(
				'unusable-input',
				`${basename(path)} is no GGUF file (it does not begin with "GGUF"). Convert the checkpoint with llama.cpp's convert_hf_to_gguf.py, --outtype f16 or f32.`,
			);
		}
		// The library guesses at other versions, and on what is none it never comes back.
		if (bytesRead !== 8 || !VERSIONS.includes(buffer.readUInt32LE(4))) {
			throw new UserError(
				'unusable-input',
				`${basename(path)} is damaged, or of a GGUF version that llama.cpp does not read (it reads ${VERSIONS.join(' and ')}). Download or convert it again.`,
			);
		}
		return await file.stat();
	} finally {
		await file.close();
	}
}
