import { createHash } from 'node:crypto';
import { closeSync, createReadStream, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ExportContainer } from '../domain/export-format.ts';
import { type ColumnNeeds, NO_NEEDS, needsOf, RowGroups } from '../formats/parquet-writer.ts';
import { pause } from './fold-sources.ts';

/** Rows of one group of a Parquet file: what is in memory at a time. */
const GROUP_ROWS = 1000;
/** A group ends early past as many characters of JSON, so that long rows do not add up. */
const GROUP_CHARS = 16 * 1024 * 1024;

/**
 * One split's file on its way. Rows go into a draft beside it; nothing stands under the file's own name before `put`. Parquet is made from
 * the draft's lines at the end, once it is known which columns the whole export needs.
 */
export class ExportFile {
	readonly path: string;
	readonly #container: ExportContainer;
	readonly #lines: string;
	readonly #made: string;
	readonly #fd: number;
	#open = true;
	#hash = createHash('sha256');
	#rows = 0;
	#needs: ColumnNeeds = NO_NEEDS;

	constructor(path: string, container: ExportContainer) {
		this.path = path;
		this.#container = container;
		mkdirSync(dirname(path), { recursive: true });
		const isColumns = container === 'parquet' || container === 'folder';
		this.#made = `${path}.${process.pid}.tmp`;
		this.#lines = isColumns ? `${path}.${process.pid}.rows.tmp` : this.#made;
		this.#fd = openSync(this.#lines, 'w');
	}

	get rows(): number {
		return this.#rows;
	}

	/** Columns that the rows so far need. */
	get needs(): ColumnNeeds {
		return this.#needs;
	}

	/** @param lines rows as JSON, without line ends */
	write(lines: readonly string[]): void {
		if (lines.length === 0) return;
		if (this.#container === 'array') {
			this.#append(`${this.#rows === 0 ? '[\n' : ',\n'}${lines.join(',\n')}`);
		} else {
			this.#append(lines.map((line) => `${line}\n`).join(''));
			if (this.#lines !== this.#made) for (const line of lines) this.#needs = needsOf(line, this.#needs);
		}
		this.#rows += lines.length;
	}

	#append(text: string): void {
		this.#hash.update(text);
		writeSync(this.#fd, text);
	}

	/**
	 * Ends the file.
	 * @param needs columns of all files of the export together
	 * @returns SHA-256 of its bytes
	 */
	async finish(needs: ColumnNeeds): Promise<string> {
		if (this.#container === 'array') this.#append(this.#rows === 0 ? '[]\n' : '\n]\n');
		this.#close();
		if (this.#lines !== this.#made) await this.#toColumns(needs);
		return this.#hash.digest('hex');
	}

	async #toColumns(needs: ColumnNeeds): Promise<void> {
		this.#hash = createHash('sha256');
		const fd = openSync(this.#made, 'w');
		try {
			const groups = new RowGroups(needs, (bytes) => {
				this.#hash.update(bytes);
				writeSync(fd, bytes);
			});
			let lines: string[] = [];
			let chars = 0;
			const group = async (): Promise<void> => {
				groups.write(lines);
				lines = [];
				chars = 0;
				await pause();
			};
			// A line end inside a text is escaped in JSON, but U+2028 is not: lines end at \n alone.
			for await (const line of linesOf(this.#lines)) {
				lines.push(line);
				chars += line.length;
				if (lines.length >= GROUP_ROWS || chars >= GROUP_CHARS) await group();
			}
			await group();
			groups.finish();
		} finally {
			closeSync(fd);
		}
		rmSync(this.#lines);
	}

	/** Puts the finished file under its own name. */
	put(): void {
		renameSync(this.#made, this.path);
	}

	/** Removes what was made so far. */
	abandon(): void {
		this.#close();
		rmSync(this.#lines, { force: true });
		rmSync(this.#made, { force: true });
	}

	#close(): void {
		if (this.#open) closeSync(this.#fd);
		this.#open = false;
	}
}

/** Lines of a file, without their ends. */
async function* linesOf(path: string): AsyncGenerator<string> {
	let rest = '';
	for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
		const parts = (rest + chunk).split('\n');
		rest = parts.pop() ?? '';
		yield* parts;
	}
	if (rest !== '') yield rest;
}
