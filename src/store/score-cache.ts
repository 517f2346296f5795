import { createHash } from 'node:crypto';
import { renameSync, rmSync, statSync } from 'node:fs';
import type Sqlite from 'better-sqlite3';
import type { ComparisonScore, TokenKl } from '../domain/checkpoint.ts';
import { UserError } from '../protocol/errors.ts';
import { isBroken, loadSqlite } from './database.ts';

/** Version of the tables: a cache of another version is dropped, its scores can be had again. */
const VERSION = 2;

/** What a process that is killed loses at most. One commit costs about 0.1 ms: no fsync, which power loss alone would need. */
const BATCH = 32;
const BATCH_MS = 500;

/** Some 12 million scored pairs. Above it, the models that were used longest ago go. */
const MAX_BYTES = 2 ** 30;

const BUSY_MS = 5_000;

const TABLES = `
CREATE TABLE models(n INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, used INTEGER NOT NULL);
CREATE TABLE scores(
	model INTEGER NOT NULL, comparison BLOB NOT NULL, numbers BLOB NOT NULL, a_tokens INTEGER, b_tokens INTEGER,
	kl_positions INTEGER, kl_reference INTEGER, PRIMARY KEY(model, comparison)) WITHOUT ROWID;
`;

/** log π(a), log π(b) and the sum of divergences (0 where there is none). */
type Numbers = readonly [number, number, number];

/**
 * The cache does not know which comparisons are in the sealed half, nor may it keep what a model gave to those in the clear before a
 * decision: all numbers lie under a mask derived from what they are of. Like sealed.bin, it stops a look and a search, not an attacker.
 */
function masked(bytes: Buffer, model: Buffer, comparison: Buffer): Buffer {
	const mask = createHash('sha256').update(model).update(comparison).digest();
	return Buffer.from(bytes.map((byte, i) => byte ^ mask[i]!));
}

function conceal(numbers: Numbers, model: Buffer, comparison: Buffer): Buffer {
	const bytes = Buffer.alloc(8 * numbers.length);
	for (const [i, number] of numbers.entries()) bytes.writeDoubleLE(number, 8 * i);
	return masked(bytes, model, comparison);
}

function reveal(bytes: Buffer, model: Buffer, comparison: Buffer): Numbers {
	const plain = masked(bytes, model, comparison);
	return [plain.readDoubleLE(0), plain.readDoubleLE(8), plain.readDoubleLE(16)];
}

export interface CachedScore {
	readonly score: ComparisonScore;
	readonly kl?: TokenKl;
}

interface Row {
	readonly numbers: Buffer;
	readonly a_tokens: number | null;
	readonly b_tokens: number | null;
	readonly kl_positions: number | null;
	readonly kl_reference: number | null;
}

/** Where the cache of a workspace lies: beside its database, so that one line of `.gitignore` covers both. */
export function scoreCachePath(database: string): string {
	return `${database}-scores`;
}

/** Bytes of the cache on disk; 0 = there is none. */
export function scoreCacheSize(database: string): number {
	return ['', '-wal'].reduce(
		(sum, suffix) => sum + (statSync(scoreCachePath(database) + suffix, { throwIfNoEntry: false })?.size ?? 0),
		0,
	);
}

/**
 * Log-probabilities that models gave to comparisons, kept over runs: (what a model is, comparison) → both sides. A comparison never
 * changes and the model's key covers all that moves its numbers, so an entry is never out of date. The file may be deleted at any
 * time. One run at a time writes it (the run lock).
 */
export class ScoreCache {
	readonly path: string;
	/** Why the earlier file was put aside, in words; null where it was sound or there was none. */
	readonly notice: string | null;
	readonly #db: Sqlite.Database;
	readonly #usedBefore: number;
	readonly #maxBytes: number;

	private constructor(path: string, db: Sqlite.Database, notice: string | null, maxBytes: number) {
		this.path = path;
		this.notice = notice;
		this.#db = db;
		this.#maxBytes = maxBytes;
		this.#usedBefore = db.prepare('SELECT coalesce(max(used), 0) FROM models').pluck().get() as number;
	}

	/** Opens the file, or makes it; one that is damaged is renamed to `….damaged` and begun anew. */
	static async open(path: string, maxBytes: number = MAX_BYTES): Promise<ScoreCache> {
		const Driver = await loadSqlite();
		let notice: string | null = null;
		for (;;) {
			let db: Sqlite.Database | null = null;
			try {
				db = new Driver(path, { timeout: BUSY_MS });
				return new ScoreCache(path, prepared(db), notice, maxBytes);
			} catch (error) {
				db?.close();
				if (!isBroken(error) || notice !== null) throw unusable(path, 'opened', error);
				renameSync(path, `${path}.damaged`);
				for (const suffix of ['-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
				notice = `The cache of model scores was damaged (${(error as Error).message}). It was renamed to ${path}.damaged and begun anew: what it held is scored again.`;
			}
		}
	}

	/**
	 * @param key what the model is, to the last thing that moves its numbers
	 * @param reference key of the reference model that divergences are against, or null
	 * @param fresh reads nothing, writes as ever
	 */
	model(key: string, reference: string | null, fresh = false): ModelScores {
		const hash = hashOf(key);
		const against = reference === null ? null : this.#number(hashOf(reference));
		return new ModelScores(this.#db, { number: this.#number(hash), hash }, against, fresh);
	}

	#number(hash: Buffer): number {
		return this.#db
			.prepare(
				`INSERT INTO models(key, used) SELECT ?, coalesce(max(used), 0) + 1 FROM models WHERE true
				ON CONFLICT(key) DO UPDATE SET used = excluded.used RETURNING n`,
			)
			.pluck()
			.get(hash) as number;
	}

	/** Drops the models that this run did not use, oldest first, until the file is within its bound; then closes it. */
	close(): void {
		const bytes = (): number =>
			(this.#db.pragma('page_count', { simple: true }) as number) *
			(this.#db.pragma('page_size', { simple: true }) as number);
		while (bytes() > this.#maxBytes) {
			const oldest = this.#db
				.prepare('SELECT n FROM models WHERE used <= ? ORDER BY used LIMIT 1')
				.pluck()
				.get(this.#usedBefore);
			if (oldest === undefined) break;
			this.#db.transaction(() => {
				this.#db.prepare('DELETE FROM scores WHERE model = ?').run(oldest);
				this.#db.prepare('DELETE FROM models WHERE n = ?').run(oldest);
			})();
			this.#db.pragma('incremental_vacuum');
		}
		this.#db.close();
	}
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

function unusable(path: string, how: 'opened' | 'written', error: unknown): UserError {
	return new UserError(
		'environment',
		`The cache of model scores ${path} cannot be ${how}: ${(error as Error).message}. Check its permissions and the free space, or delete it: what it holds is then scored again.`,
	);
}

function prepared(db: Sqlite.Database): Sqlite.Database {
	// Before the first table, or it has no effect.
	db.pragma('auto_vacuum = INCREMENTAL');
	db.pragma('journal_mode = WAL');
	db.pragma('synchronous = NORMAL');
	const sound = db.pragma('quick_check(1)', { simple: true });
	if (sound !== 'ok') throw Object.assign(new Error(String(sound)), { code: 'SQLITE_CORRUPT' });
	if (db.pragma('user_version', { simple: true }) !== VERSION) {
		// What an earlier version kept in the clear is overwritten, not just forgotten.
		db.pragma('secure_delete = ON');
		db.transaction(() => {
			db.exec('DROP TABLE IF EXISTS scores; DROP TABLE IF EXISTS models;');
			db.exec(TABLES);
			db.pragma(`user_version = ${VERSION}`);
		}).immediate();
	}
	return db;
}

/** The cached scores of one model. What was put is committed 32 pairs or half a second later, and on `flush`. */
export class ModelScores {
	readonly #db: Sqlite.Database;
	readonly #model: { readonly number: number; readonly hash: Buffer };
	readonly #reference: number | null;
	readonly #read: Sqlite.Statement<[number, Buffer], Row> | null;
	readonly #write: Sqlite.Statement;
	#waiting: (readonly [string, CachedScore])[] = [];
	#timer: NodeJS.Timeout | null = null;
	#problem: unknown = null;

	constructor(
		db: Sqlite.Database,
		model: { readonly number: number; readonly hash: Buffer },
		reference: number | null,
		fresh: boolean,
	) {
		this.#db = db;
		this.#model = model;
		this.#reference = reference;
		this.#read = fresh
			? null
			: db.prepare<[number, Buffer], Row>(
					'SELECT numbers, a_tokens, b_tokens, kl_positions, kl_reference FROM scores WHERE model = ? AND comparison = ?',
				);
		this.#write = db.prepare('INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?, ?, ?, ?)');
	}

	/** null = not scored yet; without its divergence where there is none, or one against another reference. */
	get(comparison: string): CachedScore | null {
		const id = Buffer.from(comparison, 'hex');
		const row = this.#read?.get(this.#model.number, id);
		if (row === undefined) return null;
		const [a, b, sum] = reveal(row.numbers, this.#model.hash, id);
		const score = { a: { logp: a, tokens: row.a_tokens }, b: { logp: b, tokens: row.b_tokens } };
		if (row.kl_positions === null || row.kl_reference !== this.#reference) return { score };
		return { score, kl: { sum, positions: row.kl_positions } };
	}

	/** @throws UserError environment: an earlier commit in the background failed, e.g. on a full disk */
	put(comparison: string, scored: CachedScore): void {
		this.#rethrow();
		this.#waiting.push([comparison, scored]);
		if (this.#waiting.length >= BATCH) this.flush();
		else {
			this.#timer ??= setTimeout(() => {
				try {
					this.flush();
				} catch (error) {
					this.#problem = error;
				}
			}, BATCH_MS).unref();
		}
	}

	flush(): void {
		this.#rethrow();
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		const rows = this.#waiting;
		this.#waiting = [];
		if (rows.length === 0) return;
		const write = this.#db.transaction(() => {
			for (const [comparison, { score, kl }] of rows) {
				const id = Buffer.from(comparison, 'hex');
				this.#write.run(
					this.#model.number,
					id,
					conceal([score.a.logp, score.b.logp, kl?.sum ?? 0], this.#model.hash, id),
					score.a.tokens,
					score.b.tokens,
					kl?.positions ?? null,
					kl === undefined ? null : this.#reference,
				);
			}
		});
		try {
			write.immediate();
		} catch (error) {
			throw unusable(this.#db.name, 'written', error);
		}
	}

	#rethrow(): void {
		if (this.#problem !== null) throw this.#problem;
	}
}
