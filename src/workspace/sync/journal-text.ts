import { createHash } from 'node:crypto';

/** The lines of a journal file that are whole: a line still being written, or torn, stays behind. LF, whatever the checkout. */
export function wholeLines(bytes: Buffer): Buffer {
	const end = bytes.lastIndexOf(0x0a) + 1;
	const whole = bytes.subarray(0, end);
	return whole.includes('\r\n') ? Buffer.from(whole.toString('utf8').replaceAll('\r\n', '\n'), 'utf8') : whole;
}

/** Name of a blob in a repository whose object names have 40 (SHA-1) or 64 (SHA-256) digits. */
export function blobName(bytes: Buffer, digits: number): string {
	const hash = createHash(digits === 64 ? 'sha256' : 'sha1');
	return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function lines(bytes: Buffer): string[] {
	return bytes
		.toString('utf8')
		.split('\n')
		.map((line) => line.replace(/\r$/u, ''))
		.filter((line) => line.trim() !== '');
}

export function lineCount(bytes: Buffer): number {
	let count = 0;
	for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count++;
	return count;
}

/** Lines of `mine` that `theirs` lacks. */
export function missingLines(mine: Buffer, theirs: Buffer): string[] {
	const known = new Set(lines(theirs));
	return lines(mine).filter((line) => !known.has(line));
}

/**
 * Both versions of one append-only file: as it is where one continues the other, else theirs and then what it lacks. The fold
 * does not mind the order of events, so that no conflict is left for people.
 */
export function joinLines(mine: Buffer, theirs: Buffer): Buffer {
	if (mine.length >= theirs.length && mine.subarray(0, theirs.length).equals(theirs)) return mine;
	if (theirs.subarray(0, mine.length).equals(mine)) return theirs;
	const extra = missingLines(mine, theirs);
	if (extra.length === 0) return theirs;
	const torn = theirs.length > 0 && theirs.at(-1) !== 0x0a;
	return Buffer.concat([theirs, Buffer.from(`${torn ? '\n' : ''}${extra.join('\n')}\n`, 'utf8')]);
}
