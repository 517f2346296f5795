import {
	closeSync,
	existsSync,
	fstatSync,
	fsyncSync,
	mkdirSync,
	openSync,
	readSync,
	statSync,
	writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { EventBody, JournalEvent } from '../domain/events.ts';
import { stableJson } from '../domain/identity.ts';
import { UserError } from '../protocol/errors.ts';
import { eventId } from './event-schema.ts';

/** Gives bodies their headers: consecutive seq from `firstSeq`, one time, content ids. */
export function stampEvents(
	bodies: readonly EventBody[],
	header: { readonly firstSeq: number; readonly time: string; readonly person: string; readonly device: string },
): JournalEvent[] {
	return bodies.map((body, i) => {
		const event = {
			v: 1 as const,
			seq: header.firstSeq + i,
			time: header.time,
			person: header.person,
			device: header.device,
			// A round trip drops undefined keys, so that the id is over what the line will say.
			...(JSON.parse(JSON.stringify(body)) as EventBody),
		};
		return { ...event, id: eventId(event) } as JournalEvent;
	});
}

function fsyncDirectory(path: string): void {
	if (process.platform === 'win32') return;
	const fd = openSync(path, 'r');
	try {
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}

function endsWithNewline(fd: number, size: number): boolean {
	if (size === 0) return true;
	const last = Buffer.alloc(1);
	readSync(fd, last, 0, 1, size - 1);
	return last[0] === 0x0a;
}

/** How often an append is tried again when the file was replaced under it (a branch switch). */
const ATTEMPTS = 3;

/**
 * Appends events durably: O_APPEND, `\n` first if the last byte is not one, one write, fsync, close, verify by path.
 * The descriptor is never kept: a `git checkout` leaves it on an unlinked file. The caller holds the device's lock.
 * @returns the lines
 * @throws UserError('environment') when the disk refuses: then nothing was confirmed.
 */
export function appendLines(path: string, events: readonly JournalEvent[]): readonly string[] {
	const lines = events.map((event) => stableJson(event));
	const text = `${lines.join('\n')}\n`;
	const isNew = !existsSync(path);
	for (let attempt = 1; ; attempt++) {
		mkdirSync(dirname(path), { recursive: true });
		const fd = openSync(path, 'a+');
		let inode: number;
		let expected: number;
		try {
			const size = fstatSync(fd).size;
			const bytes = Buffer.from(endsWithNewline(fd, size) ? text : `\n${text}`, 'utf8');
			const written = writeSync(fd, bytes);
			if (written !== bytes.length) {
				throw new UserError(
					'environment',
					`Only ${written} of ${bytes.length} bytes could be written to ${path}. Is the disk full?`,
				);
			}
			fsyncSync(fd);
			inode = fstatSync(fd).ino;
			expected = size + bytes.length;
		} finally {
			closeSync(fd);
		}
		const there = statSync(path, { throwIfNoEntry: false });
		if (there !== undefined && there.ino === inode && there.size >= expected) break;
		if (attempt === ATTEMPTS) {
			throw new UserError(
				'environment',
				`${path} is being replaced while it is written. Finish the branch switch, then try again.`,
			);
		}
	}
	if (isNew) {
		fsyncDirectory(dirname(path));
		fsyncDirectory(dirname(dirname(path)));
	}
	return lines;
}
