import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Puts a file in place of another, whole or not at all: on disk before it takes the name. Its folder is made where there is none. */
export function replaceFile(path: string, bytes: Buffer): void {
	mkdirSync(dirname(path), { recursive: true });
	const draft = `${path}.${process.pid}.tmp`;
	try {
		const fd = openSync(draft, 'w');
		try {
			// A full disk writes a part without an error; the next try has it.
			for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
			fsyncSync(fd);
		} finally {
			closeSync(fd);
		}
		renameSync(draft, path);
	} catch (error) {
		rmSync(draft, { force: true });
		throw error;
	}
}
