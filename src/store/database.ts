import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type Sqlite from 'better-sqlite3';
import { UserError } from '../protocol/errors.ts';
import type { WorkspacePaths } from './paths.ts';
import { SCHEMA, SCHEMA_VERSION } from './schema.ts';
import { defaultCacheDir, workspaceKey } from './state-dir.ts';

/** How long a write waits for another process: far longer than its longest transaction (50 ms). */
const BUSY_MS = 5_000;

/** Path of the database of a folder that is not a workspace yet. */
export const MEMORY = ':memory:';

/** Statements by text, prepared once. */
export class Database {
	readonly path: string;
	readonly raw: Sqlite.Database;
	readonly #statements = new Map<string, Sqlite.Statement>();

	constructor(path: string, raw: Sqlite.Database) {
		this.path = path;
		this.raw = raw;
	}

	#prepare(sql: string): Sqlite.Statement {
		let statement = this.#statements.get(sql);
		if (statement === undefined) {
			statement = this.raw.prepare(sql);
			this.#statements.set(sql, statement);
		}
		return statement;
	}

	/** Changes rows. @returns how many, and the last integer key given. */
	run(sql: string, ...parameters: readonly unknown[]): { readonly changes: number; readonly key: number } {
		const info = this.#prepare(sql).run(...parameters);
		return { changes: info.changes, key: Number(info.lastInsertRowid) };
	}

	get<T>(sql: string, ...parameters: readonly unknown[]): T | undefined {
		return this.#prepare(sql).get(...parameters) as T | undefined;
	}

	all<T>(sql: string, ...parameters: readonly unknown[]): T[] {
		return this.#prepare(sql).all(...parameters) as T[];
	}

	/** Rows one by one: for whole-table reads whose result is not kept. */
	iterate<T>(sql: string, ...parameters: readonly unknown[]): IterableIterator<T> {
		return this.raw.prepare(sql).iterate(...parameters) as IterableIterator<T>;
	}

	/** First column of the first row. */
	value<T>(sql: string, ...parameters: readonly unknown[]): T | undefined {
		const row = this.get<Record<string, T>>(sql, ...parameters);
		return row === undefined ? undefined : Object.values(row)[0];
	}

	/** Takes the write lock at once: a deferred read-then-write fails with SQLITE_BUSY_SNAPSHOT whatever the timeout. */
	write<T>(section: () => T): T {
		return this.raw.inTransaction ? section() : this.raw.transaction(section).immediate();
	}

	/** One snapshot for several reads. */
	read<T>(section: () => T): T {
		return this.raw.inTransaction ? section() : this.raw.transaction(section).deferred();
	}

	close(): void {
		this.raw.close();
	}
}

export interface OpenedDatabase {
	readonly db: Database;
	/** The tables are new and empty: journals and sources must be folded. */
	readonly fresh: boolean;
	/** Why the earlier database was dropped, in words; null when it was kept or there was none. */
	readonly dropped: string | null;
}

/**
 * @throws UserError('environment') where Node-API is older than 10: better-sqlite3 would end the process, not throw.
 */
export async function loadSqlite(): Promise<typeof Sqlite> {
	if (Number(process.versions.napi ?? 0) < 10) {
		throw new UserError(
			'environment',
			`Pairwright's database needs Node.js 22.14 or newer (Node-API 10); this is Node.js ${process.versions.node}. Update Node.js, or VS Code if this happened in the editor.`,
		);
	}
	const module = await import('better-sqlite3');
	return module.default;
}

function removeFiles(path: string): void {
	for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}

function configure(raw: Sqlite.Database): boolean {
	const mode = raw.pragma('journal_mode = WAL', { simple: true });
	// NORMAL can lose the last transactions on power loss, never corrupt: the journals hold every confirmed answer.
	raw.pragma('synchronous = NORMAL');
	raw.pragma('cache_size = -64000');
	// 32 MB between checkpoints instead of 4: ids are random, so an import touches most index pages again and again
	// (measured: 30,000 rows fold in a fraction of the time, nearly all of it waits for fsync).
	raw.pragma('wal_autocheckpoint = 8000');
	raw.pragma('temp_store = MEMORY');
	return mode === 'wal';
}

function create(raw: Sqlite.Database): void {
	raw
		.transaction(() => {
			raw.exec(SCHEMA);
			raw.pragma(`user_version = ${SCHEMA_VERSION}`);
		})
		.immediate();
}

/** SQLite's codes that mean "this file is not, or no longer, a sound database". */
const BROKEN = /^SQLITE_(CORRUPT|NOTADB|FORMAT)/u;

export function isBroken(error: unknown): boolean {
	return BROKEN.test(String((error as { code?: unknown } | null)?.code ?? ''));
}

/** Opens at `path`; a file that is broken or of another version is dropped. null = WAL cannot be had there. */
function openAt(Driver: typeof Sqlite, path: string): OpenedDatabase | null {
	let dropped: string | null = null;
	for (;;) {
		let raw: Sqlite.Database | null = null;
		try {
			raw = new Driver(path, { timeout: BUSY_MS });
			if (!configure(raw)) {
				raw.close();
				removeFiles(path);
				return null;
			}
			const version = raw.pragma('user_version', { simple: true }) as number;
			const tables = raw.prepare('SELECT count(*) AS n FROM sqlite_schema').get() as { n: number };
			if (version === SCHEMA_VERSION) return { db: new Database(path, raw), fresh: false, dropped };
			if (tables.n === 0) {
				create(raw);
				return { db: new Database(path, raw), fresh: true, dropped };
			}
			dropped = `it was made by another version (format ${version})`;
		} catch (error) {
			if (!isBroken(error) || dropped !== null) {
				raw?.close();
				throw error;
			}
			dropped = `it is damaged (${(error as Error).message})`;
		}
		raw?.close();
		removeFiles(path);
	}
}

/** Opens the workspace's database, in the user's cache (keyed by real path) where WAL cannot be had beside the data. */
export async function openDatabase(paths: WorkspacePaths): Promise<OpenedDatabase> {
	const Driver = await loadSqlite();
	if (!existsSync(paths.dir)) {
		// Not a workspace yet: looking at a folder leaves nothing in it.
		const raw = new Driver(MEMORY);
		create(raw);
		return { db: new Database(MEMORY, raw), fresh: true, dropped: null };
	}
	try {
		const opened = openAt(Driver, paths.db);
		if (opened !== null) return opened;
	} catch (error) {
		if (!/^SQLITE_(CANTOPEN|READONLY|IOERR|PROTOCOL)/u.test(String((error as { code?: unknown }).code ?? '')))
			throw error;
	}
	const cache = defaultCacheDir();
	mkdirSync(cache, { recursive: true });
	const opened = openAt(Driver, join(cache, `${workspaceKey(paths.root)}.db`));
	if (opened === null) {
		throw new UserError(
			'environment',
			`No database with write-ahead log can be made in ${paths.dir} or ${cache}. Point XDG_CACHE_HOME (or PAIRWRIGHT_STATE) at a local disk.`,
		);
	}
	return opened;
}

/** Opens the existing database for reading only, as the scoring child does. */
export async function openDatabaseReadOnly(paths: WorkspacePaths): Promise<Database> {
	const Driver = await loadSqlite();
	for (const path of [paths.db, join(defaultCacheDir(), `${workspaceKey(paths.root)}.db`)]) {
		try {
			const raw = new Driver(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
			if (raw.pragma('user_version', { simple: true }) === SCHEMA_VERSION) return new Database(path, raw);
			raw.close();
		} catch (error) {
			if (!/^SQLITE_CANTOPEN/u.test(String((error as { code?: unknown }).code ?? ''))) throw error;
		}
	}
	throw new UserError(
		'environment',
		`There is no database for ${paths.root} yet. Open the workspace once, or run "pairwright rebuild".`,
	);
}

/** A second connection that reads the database as it is now, whatever is written to the first one, until it is closed. */
export async function openSnapshot({ path }: Database): Promise<Database> {
	const Driver = await loadSqlite();
	const raw = new Driver(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
	raw.exec('BEGIN');
	// The snapshot is that of the first read.
	raw.prepare('SELECT count(*) FROM sqlite_schema').get();
	return new Database(path, raw);
}

/** Work that fails with SQLITE_BUSY, or says that it is, where it would have to wait for another process. */
export function withoutWaiting<T>({ raw }: Database, section: () => T): T {
	raw.pragma('busy_timeout = 0');
	try {
		return section();
	} finally {
		raw.pragma(`busy_timeout = ${BUSY_MS}`);
	}
}

/** Changes with whatever is written to the database, by anybody. */
export function changeStamp(db: Database): string {
	return `${db.raw.pragma('data_version', { simple: true })} ${db.value<number>('SELECT total_changes()')}`;
}

/** Makes all tables anew in the same file: other processes keep their handle on it. */
export function resetTables(db: Database): void {
	db.write(() => {
		const tables = db.raw
			.prepare(
				"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'fts_%' ORDER BY rowid DESC",
			)
			.all() as { name: string }[];
		for (const { name } of tables) db.raw.exec(`DROP TABLE "${name}"`);
		db.raw.exec(SCHEMA);
	});
}
