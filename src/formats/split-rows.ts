/** One row's bytes, cut out of a file, not yet decoded. */
export interface RawRow {
	/** Counts from 1; of an array's element the line on which it begins. */
	readonly line: number;
	/** Byte of the (decompressed) file on which the row begins. */
	readonly offset: number;
	/** null = longer than the limit: not held in memory. */
	readonly bytes: Buffer | null;
	readonly length: number;
	/** The file ended before the row did: no line end, no closing bracket. */
	readonly unfinished: boolean;
	/** Something about the file itself at this place, instead of a row. */
	readonly problem?: string;
}

/** Cuts a stream of chunks into rows; the result does not depend on where chunks begin and end. */
export interface RowSplitter {
	push(chunk: Buffer, out: RawRow[]): void;
	end(out: RawRow[]): void;
}

/** Longest row in bytes. A preference pair is some kilobytes; past this it is a mistake, and holding it would cost memory. */
export const MAX_ROW_BYTES = 16 * 1024 * 1024;

const LF = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === LF || byte === 0x0d || byte === 0x09;

/** Bytes of one row as they come in; lets go of them past the limit. */
class RowBuffer {
	#parts: Buffer[] = [];
	length = 0;
	line = 1;
	offset = 0;
	readonly #limit: number;

	constructor(limit: number) {
		this.#limit = limit;
	}

	begin(line: number, offset: number): void {
		this.#parts = [];
		this.length = 0;
		this.line = line;
		this.offset = offset;
	}

	add(bytes: Buffer): void {
		if (bytes.length === 0) return;
		this.length += bytes.length;
		if (this.length > this.#limit) this.#parts = [];
		else this.#parts.push(bytes);
	}

	take(unfinished: boolean): RawRow | null {
		const { line, offset, length } = this;
		const parts = this.#parts;
		this.#parts = [];
		this.length = 0;
		if (length > this.#limit) return { line, offset, bytes: null, length, unfinished };
		const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
		let i = 0;
		while (i < length && isSpace(bytes[i]!)) i++;
		return i === length ? null : { line, offset, bytes, length, unfinished };
	}
}

/** JSON Lines: a row ends at the byte 0x0A and nowhere else (U+2028 and lone CR are content). Blank lines are no rows. */
export class LineSplitter implements RowSplitter {
	readonly #row: RowBuffer;
	#line: number;
	#offset: number;

	constructor(limit: number = MAX_ROW_BYTES, line = 1, offset = 0) {
		this.#row = new RowBuffer(limit);
		this.#line = line;
		this.#offset = offset;
		this.#row.begin(line, offset);
	}

	push(chunk: Buffer, out: RawRow[]): void {
		let from = 0;
		for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
			this.#row.add(chunk.subarray(from, at));
			const row = this.#row.take(false);
			if (row !== null) out.push(row);
			from = at + 1;
			this.#line++;
			this.#row.begin(this.#line, this.#offset + from);
		}
		this.#row.add(chunk.subarray(from));
		this.#offset += chunk.length;
	}

	end(out: RawRow[]): void {
		const row = this.#row.take(true);
		if (row !== null) out.push(row);
	}
}

/**
 * The elements of one top-level JSON array, cut out as bytes so that each is parsed, and refused, by itself.
 * stream-json would assemble the elements, but its tokens carry no positions (rows are named by line) and its first
 * syntax error ends the file, where here the next element goes on. What follows the array is read as lines.
 */
export class ArraySplitter implements RowSplitter {
	readonly #limit: number;
	readonly #row: RowBuffer;
	#state: 'before' | 'between' | 'element' | 'after' = 'before';
	#inText = false;
	#escaped = false;
	/** A raw line end stood inside a text, and only white space since. */
	#textBroken = false;
	#depth = 0;
	#line = 1;
	#offset: number;
	#rest: LineSplitter | null = null;

	constructor(limit: number = MAX_ROW_BYTES, offset = 0) {
		this.#limit = limit;
		this.#offset = offset;
		this.#row = new RowBuffer(limit);
	}

	push(chunk: Buffer, out: RawRow[]): void {
		let from = 0;
		for (let i = 0; i < chunk.length; i++) {
			const byte = chunk[i]!;
			if (this.#state === 'element' && (this.#givesUp(byte) || this.#closes(byte))) {
				this.#row.add(chunk.subarray(from, i));
				this.#emit(out);
			}
			if (this.#state === 'between') {
				if (byte === CLOSE_LIST) this.#state = 'after';
				else if (byte !== COMMA && !isSpace(byte)) {
					this.#begin(this.#offset + i);
					from = i;
					this.#closes(byte);
				}
			} else if (this.#state === 'before') {
				if (byte === OPEN_LIST) this.#state = 'between';
			} else if (this.#state === 'after') {
				this.#rest ??= new LineSplitter(this.#limit, this.#line, this.#offset + i);
				this.#rest.push(chunk.subarray(i), out);
				this.#offset += chunk.length;
				return;
			}
			if (byte === LF) this.#line++;
		}
		if (this.#state === 'element') this.#row.add(chunk.subarray(from));
		this.#offset += chunk.length;
	}

	end(out: RawRow[]): void {
		if (this.#state === 'element') this.#emit(out, this.#depth > 0 || this.#inText);
		if (this.#rest !== null) this.#rest.end(out);
		else if (this.#state === 'between' || this.#state === 'before') {
			const problem = 'expected ] at the end of the JSON array, found the end of the file: it may have been cut off';
			out.push({ line: this.#line, offset: this.#offset, bytes: null, length: 0, unfinished: true, problem });
		}
	}

	#begin(offset: number): void {
		this.#row.begin(this.#line, offset);
		this.#state = 'element';
		this.#depth = 0;
		this.#inText = false;
		this.#textBroken = false;
	}

	#emit(out: RawRow[], unfinished = false): void {
		const row = this.#row.take(unfinished);
		if (row !== null) out.push(row);
		this.#state = 'between';
	}

	/**
	 * A raw line end inside a text is no JSON: the element will be refused, but where does the next one begin? Where a
	 * bracket opens the next line the closing quote was forgotten, and the element is given up before it; otherwise the line
	 * end was not escaped, and the text goes on.
	 */
	#givesUp(byte: number): boolean {
		if (!this.#textBroken || isSpace(byte)) return false;
		this.#textBroken = false;
		return this.#inText && (byte === OPEN_OBJECT || byte === CLOSE_OBJECT || byte === CLOSE_LIST);
	}

	/** Follows texts and brackets. @returns whether this byte ends the element (it is then not part of it) */
	#closes(byte: number): boolean {
		if (this.#inText) {
			if (byte === LF) this.#textBroken = true;
			if (this.#escaped) this.#escaped = false;
			else if (byte === BACKSLASH) this.#escaped = true;
			else if (byte === QUOTE) this.#inText = false;
			return false;
		}
		if (byte === QUOTE) {
			this.#inText = true;
			this.#escaped = false;
		} else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#depth++;
		else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
			if (this.#depth === 0) return byte === CLOSE_LIST;
			this.#depth--;
		}
		return byte === COMMA && this.#depth === 0;
	}
}
