import { createHash, type Hash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DataFile, DataRole } from './manifest.ts';

interface Open {
	readonly role: DataRole;
	readonly part: number | undefined;
	readonly fd: number;
	readonly hash: Hash;
	readonly ids: string[];
	readonly prompts: Set<string>;
	readonly clusters: Set<string>;
}

/** One row on its way into a data file, without line end. */
export interface DataRow {
	readonly line: string;
	readonly id: string;
	readonly prompt: string;
	readonly cluster: string;
}

/** The data files of a bundle while they are written, row by row. */
export class DataFiles {
	readonly #folder: string;
	readonly #open = new Map<string, Open>();

	constructor(folder: string) {
		this.#folder = folder;
	}

	/** Makes an empty file. @param name with slashes, relative to the bundle */
	add(name: string, role: DataRole, part?: number): void {
		const path = join(this.#folder, ...name.split('/'));
		mkdirSync(dirname(path), { recursive: true });
		const fd = openSync(path, 'w');
		this.#open.set(name, {
			...{ role, part, fd, hash: createHash('sha256') },
			...{ ids: [], prompts: new Set(), clusters: new Set() },
		});
	}

	write(name: string, rows: readonly DataRow[]): void {
		if (rows.length === 0) return;
		const file = this.#open.get(name)!;
		const text = rows.map(({ line }) => `${line}\n`).join('');
		file.hash.update(text);
		writeSync(file.fd, text);
		for (const { id, prompt, cluster } of rows) {
			file.ids.push(id);
			file.prompts.add(prompt);
			file.clusters.add(cluster);
		}
	}

	close(): void {
		for (const { fd } of this.#open.values()) closeSync(fd);
	}

	/** Facts of each file, with the ids of its rows and of their prompts (sorted). */
	facts(): ReadonlyMap<
		string,
		{ readonly file: DataFile; readonly ids: readonly string[]; readonly prompts: readonly string[] }
	> {
		return new Map(
			[...this.#open].map(([name, { role, part, hash, ids, prompts, clusters }]) => [
				name,
				{
					file: {
						...{ role, pairs: ids.length, prompts: prompts.size, clusters: clusters.size },
						...(part === undefined ? {} : { part }),
						sha256: hash.digest('hex'),
					},
					ids,
					prompts: [...prompts].sort(),
				},
			]),
		);
	}
}
