import { type Erasures, redact, removedPerson } from '../../domain/erasure.ts';
import { stableJson } from '../../domain/identity.ts';
import { parseEventLine } from '../../store/event-schema.ts';
import { personFolder } from '../../store/state-dir.ts';
import { joinLines } from '../sync/journal-text.ts';

function fieldOf(line: string, key: string): string | null {
	const at = line.indexOf(`"${key}":"`);
	if (at < 0) return null;
	const from = at + key.length + 4;
	const to = line.indexOf('"', from);
	const value = line.slice(from, to);
	return to < 0 || value.includes('\\') ? null : value;
}

/** Types whose lines concern an erasure only through the comparison and the person they name. */
const PLAIN = new Set(['judged', 'gold-answered', 'gold-marked', 'skipped', 'flagged', 'adjudicated']);

/** Whether a line can be left unread: nearly all of a journal of a million verdicts. */
function unconcerned(line: string, erasures: Erasures): boolean {
	const type = fieldOf(line, 'type');
	const comparison = fieldOf(line, 'comparison');
	const person = fieldOf(line, 'person');
	const id = erasures.words.size === 0 ? '' : fieldOf(line, 'id');
	return (
		type !== null &&
		PLAIN.has(type) &&
		!line.includes('"check":"') &&
		(erasures.quotes.size === 0 || !line.includes('"reasons":[')) &&
		comparison !== null &&
		person !== null &&
		id !== null &&
		!erasures.words.has(id) &&
		!erasures.comparisons.has(comparison) &&
		removedPerson(erasures, person) === undefined
	);
}

/**
 * A journal file without what is erased. Lines that cannot be read stay as they are, as does a last one without its end. A line that was
 * written anew stands once: where two versions of a file were joined, it would be there again as it was before.
 * @returns the same buffer where nothing changes
 */
export function scrubJournal(bytes: Buffer, erasures: Erasures): Buffer {
	const lines = bytes.toString('utf8').split('\n');
	const unfinished = lines.pop() as string;
	let changed = false;
	const kept: string[] = [];
	const anew = new Set<string>();
	for (const raw of lines) {
		const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
		const parsed = line.trim() === '' || unconcerned(line, erasures) ? null : parseEventLine(line);
		if (parsed === null || !('event' in parsed)) {
			kept.push(raw);
			continue;
		}
		const event = redact(parsed.event, erasures);
		const text = event?.check === undefined ? raw : stableJson(event);
		const twice = event?.check !== undefined && anew.has(text);
		if (event?.check !== undefined) anew.add(text);
		changed ||= twice || event !== parsed.event;
		if (event !== null && !twice) kept.push(event === parsed.event ? raw : text);
	}
	if (!changed) return bytes;
	return Buffer.from([...kept, unfinished].join('\n'), 'utf8');
}

/**
 * Lines of two files of one device as one journal: by their numbers. A line without one stays behind the line before it, one without its
 * end stays last.
 */
function inOrder(bytes: Buffer): Buffer {
	const lines = bytes.toString('utf8').split('\n');
	const unfinished = lines.pop() as string;
	let seq = 0;
	const numbered = lines.map((line) => {
		const text = /"seq":(\d+)/u.exec(line) === null ? null : parseEventLine(line.replace(/\r$/u, ''));
		if (text !== null && 'event' in text) seq = text.event.seq;
		return { line, seq };
	});
	numbered.sort((x, y) => x.seq - y.seq);
	return Buffer.from([...numbered.map(({ line }) => line), unfinished].join('\n'), 'utf8');
}

/** Where a journal file belongs: the folder of a removed person names them. @param path `<person>/<device>.jsonl` */
function placeNow(path: string, erasures: Erasures): string {
	const [folder = '', ...rest] = path.split('/');
	for (const [key, person] of erasures.people) {
		const mark = key.slice(0, 8);
		if (folder === mark || folder.endsWith(`-${mark}`)) return [personFolder(person.as), ...rest].join('/');
	}
	return path;
}

/**
 * Journal files that an erasure changes, by `<person>/<device>.jsonl`: their new content, or null where the file is no more.
 * @param read content of a file, null where it is not there
 */
export function scrubbedJournals(
	paths: readonly string[],
	read: (path: string) => Buffer | null,
	erasures: Erasures,
): Map<string, Buffer | null> {
	const changes = new Map<string, Buffer | null>();
	for (const path of paths) {
		const bytes = read(path);
		if (bytes === null) continue;
		const place = placeNow(path, erasures);
		const scrubbed = scrubJournal(bytes, erasures);
		if (place === path) {
			if (scrubbed !== bytes && !changes.has(path)) changes.set(path, scrubbed);
			continue;
		}
		changes.set(path, null);
		const there = changes.get(place) ?? read(place);
		changes.set(place, there === null ? scrubbed : inOrder(joinLines(scrubbed, scrubJournal(there, erasures))));
	}
	return changes;
}
