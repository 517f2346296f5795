import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { defaultSplit } from '../domain/assignment.ts';
import { isTombstone, removedPerson } from '../domain/erasure.ts';
import type { EventBody, EventOf, EventType, JournalEvent } from '../domain/events.ts';
import { UserError } from '../protocol/errors.ts';
import { eventsOf, settleAttachments } from './attachments.ts';
import { settleClusters } from './clusters.ts';
import { type Database, isBroken, MEMORY, openDatabase, openDatabaseReadOnly, resetTables } from './database.ts';
import { foldedErasures, keepErasures, scrubOwed, unfoldedErasures } from './erasures.ts';
import { appendLines, stampEvents } from './journal.ts';
import { chooseJournalFile, markJournal } from './journal-lineage.ts';
import { journalLocked } from './journal-lock.ts';
import { type WorkspacePaths, workspacePaths } from './paths.ts';
import { isSettled } from './placement.ts';
import { type ProjectionSettings, Projector } from './project.ts';
import { UserState } from './state-dir.ts';
import { type JournalChange, LONG, SHORT, type Slice, syncJournalFile, syncJournals } from './sync-journal.ts';

export interface SplitSettings {
	readonly seed: string;
	readonly eval_share: number;
}

export interface StoreOptions {
	readonly stateDir?: string;
	/** Another file for the database than the workspace's own. */
	readonly database?: string;
	readonly split: SplitSettings;
	/** For reading only: no folding, no appending. */
	readonly readonly?: boolean;
	readonly notice: (level: 'info' | 'warning' | 'error', text: string) => void;
}

function pause(): Promise<void> {
	return new Promise((done) => setImmediate(done));
}

/** Journals, the database folded from them, and the user's state folder, of one workspace. */
export class Store {
	readonly paths: WorkspacePaths;
	readonly state: UserState;
	#db: Database;
	#inode: number | null;
	#split: SplitSettings;
	#settings: ProjectionSettings;
	readonly #notice: StoreOptions['notice'];
	readonly #told = new Set<string>();
	#syncing: Promise<JournalChange> | null = null;
	#again = false;
	/** How many are settling just now. */
	#settling = 0;

	private constructor(paths: WorkspacePaths, db: Database, options: StoreOptions) {
		this.paths = paths;
		this.state = new UserState(paths.root, options.stateDir);
		this.#db = db;
		this.#inode = inodeOf(db.path);
		this.#split = options.split;
		this.#settings = projectionSettings(options.split);
		this.#notice = options.notice;
	}

	get db(): Database {
		return this.#db;
	}

	get settings(): ProjectionSettings {
		return this.#settings;
	}

	/** Opens the database and folds what changed since. Sources still have to be folded (pendingSources). */
	static async open(root: string, options: StoreOptions): Promise<Store> {
		const own = workspacePaths(root);
		const paths = options.database === undefined ? own : { ...own, db: options.database };
		if (options.readonly === true) return new Store(paths, await openDatabaseReadOnly(paths), options);
		const opened = await openDatabase(paths);
		const store = new Store(paths, opened.db, options);
		if (opened.dropped !== null) {
			options.notice(
				'warning',
				`The database is built again from journals and sources: ${opened.dropped}. No judgment is lost.`,
			);
		}
		store.#checkSplitSettings(options.split);
		try {
			await store.sync(LONG);
		} catch (error) {
			if (!isBroken(error)) throw error;
			await store.#reopen(`it is damaged (${(error as Error).message})`);
		}
		return store;
	}

	/** Default splits hang on seed and share: another setting is another projection. */
	#checkSplitSettings(split: SplitSettings): void {
		const wanted = JSON.stringify([split.seed, split.eval_share]);
		const known = this.#db.value<string>("SELECT value FROM meta WHERE key = 'split'");
		if (known === wanted) return;
		if (known !== undefined) {
			this.#notice('info', 'The split settings in .pairwright/config.json changed: default splits are assigned anew.');
			resetTables(this.#db);
		}
		this.#db.run("INSERT OR REPLACE INTO meta VALUES ('split', ?)", wanted);
	}

	async useSplitSettings(split: SplitSettings): Promise<void> {
		this.#split = split;
		this.#settings = projectionSettings(split);
		this.#checkSplitSettings(split);
	}

	/** Drops a damaged database file and folds everything into a new one. */
	async #reopen(why: string): Promise<void> {
		this.#notice('warning', `The database is built again from journals and sources: ${why}. No judgment is lost.`);
		this.#db.close();
		for (const suffix of ['', '-wal', '-shm']) rmSync(this.#db.path + suffix, { force: true });
		this.#db = (await openDatabase(this.paths)).db;
		this.#inode = inodeOf(this.#db.path);
		this.#checkSplitSettings(this.#split);
		await this.sync(LONG);
	}

	/** Opens the file anew when another process has replaced it, or when the folder has become a workspace. */
	async #followReplacedFile(): Promise<void> {
		const stat = this.#db.path === MEMORY ? undefined : statSync(this.#db.path, { throwIfNoEntry: false });
		if (this.#db.path === MEMORY ? !existsSync(this.paths.dir) : stat?.ino === this.#inode) return;
		this.#db.close();
		this.#db = (await openDatabase(this.paths)).db;
		this.#inode = inodeOf(this.#db.path);
		this.#checkSplitSettings(this.#split);
	}

	/**
	 * Folds every journal file that changed on disk, then everything it touches. Calls at the same time share one pass.
	 * @param most of one transaction
	 */
	async sync(most: Slice = SHORT): Promise<JournalChange> {
		if (this.#syncing !== null) {
			this.#again = true;
			return this.#syncing;
		}
		this.#syncing = (async () => {
			const change: JournalChange = { added: 0, removed: 0, types: new Set(), problems: [] };
			do {
				this.#again = false;
				await this.#followReplacedFile();
				for (const _ of syncJournals(this.#db, this.paths.journal, change, most)) await pause();
				const anew = this.#foldWithoutErased();
				if (anew) for (const _ of syncJournals(this.#db, this.paths.journal, change, LONG)) await pause();
				await this.settle(most);
				scrubOwed(this.#db);
			} while (this.#again);
			for (const problem of change.problems) this.#notice('warning', problem);
			return change;
		})().finally(() => {
			this.#syncing = null;
		});
		return this.#syncing;
	}

	/**
	 * Empties the tables when tombstones came or went: what is folded depends on all of them, and a text that is out must not lie in
	 * any page. Erasures are rare, a fold takes seconds. @returns whether journals have to be folded again
	 */
	#foldWithoutErased(): boolean {
		const erased = unfoldedErasures(this.#db);
		if (erased === null) return false;
		this.#db.write(() => {
			resetTables(this.#db);
			keepErasures(this.#db, erased);
			this.#checkSplitSettings(this.#split);
		});
		return true;
	}

	/** Projects what is marked, and brings files named by events in. */
	async settle(most: Slice = SHORT): Promise<void> {
		this.#settling++;
		try {
			// What was marked behind the last look: opinions leave that to whoever settles.
			do await this.#settle(most);
			while (!isSettled(this.#db));
		} finally {
			this.#settling--;
		}
	}

	async #settle(most: Slice): Promise<void> {
		const projector = new Projector(this.#db, this.#settings, most);
		for (const _ of projector.drain()) await pause();
		if (this.#db.value('SELECT 1 FROM attachments WHERE loaded = 0 LIMIT 1') !== undefined) {
			const steps = settleAttachments(this.#db, this.paths);
			let step = steps.next();
			while (step.done !== true) {
				await pause();
				step = steps.next();
			}
			for (const problem of step.value) this.tellOnce(problem);
			for (const _ of projector.drain()) await pause();
		}
		for (const _ of settleClusters(this.#db)) await pause();
	}

	/** What was said of some comparisons is folded at once, also while a large action settles behind it. */
	async #settleOpinions(comparisons: readonly string[]): Promise<void> {
		new Projector(this.#db, this.#settings).first(comparisons);
		if (this.#settling > 0) return;
		const marks = this.#db.value<number>(`SELECT count(*) FROM (SELECT 1 FROM dirty LIMIT ${SHORT.rows})`) as number;
		// So many are another window's, or were left by one that ended: a verdict does not wait for them.
		if (marks < SHORT.rows) await this.settle();
		else this.sync().catch(() => {});
	}

	/** A notice that would come again at every look is given once. */
	tellOnce(text: string): void {
		if (this.#told.has(text)) return;
		this.#told.add(text);
		this.#notice('warning', text);
	}

	/**
	 * Appends events of one person in one durable write, then folds them. When this returns they are on disk.
	 * @param beforeFold told of the events once they are on disk, before the database learns of them
	 * @throws UserError('busy' | 'environment'): then nothing was confirmed
	 */
	async append(
		bodies: readonly EventBody[],
		person: string,
		beforeFold?: (events: readonly JournalEvent[]) => void,
	): Promise<JournalEvent[]> {
		if (bodies.length === 0) return [];
		const erased = foldedErasures(this.#db);
		if (erased !== null && removedPerson(erased, person) !== undefined) {
			throw new UserError(
				'usage',
				`"${person}" was removed from this workspace, so nothing can be stored under that name. Choose another: --annotator NAME, or "Pairwright: Choose My Handle…".`,
			);
		}
		const { journal } = this.paths;
		const change: JournalChange = { added: 0, removed: 0, types: new Set(), problems: [] };
		const { events, name, lines } = await journalLocked(this.state, () => {
			const name = chooseJournalFile(this.paths, this.state, person);
			// What another process of this device appended: seq follows the largest there is.
			for (const _ of syncJournalFile(this.#db, journal, name, change));
			const seen = this.#db.value<number | null>('SELECT max(seq) FROM events') ?? 0;
			const stamped = stampEvents(bodies, {
				firstSeq: seen + 1,
				time: new Date().toISOString(),
				person,
				device: this.state.device,
			});
			const lines = appendLines(join(journal, name), stamped);
			markJournal(this.paths, this.state, name);
			return { events: stamped, name, lines };
		});
		beforeFold?.(events);
		try {
			const written = new Map(lines.map((line, i) => [line, events[i] as JournalEvent]));
			for (const _ of syncJournalFile(this.#db, journal, name, change, written)) await pause();
			const opinions = events.length <= MOST_OPINIONS ? events.map((e) => opinionOn(this.#db, e)) : [null];
			if (events.some(isTombstone)) await this.sync();
			else if (opinions.includes(null)) await this.settle();
			else await this.#settleOpinions(opinions as string[]);
		} catch (error) {
			// The events are safe in the journal; the next look folds them.
			if ((error as { code?: unknown }).code !== 'SQLITE_BUSY') throw error;
			this.#notice('info', 'Saved. The lists follow as soon as another process lets go of the database.');
		}
		for (const problem of change.problems) this.#notice('warning', problem);
		return events;
	}

	/** Events of one type in journal order, retracted ones left out. */
	events<T extends EventType>(type: T): EventOf<T>[] {
		return eventsOf(this.#db, type);
	}

	/** One event by id, with whether it was retracted. */
	event(id: string): { readonly event: JournalEvent; readonly retracted: boolean } | null {
		const row = this.#db.get<{ line: string; void: number }>('SELECT line, void FROM events WHERE id = ?', id);
		return row === undefined ? null : { event: JSON.parse(row.line) as JournalEvent, retracted: row.void === 1 };
	}

	/** Empties the tables and folds all journals again; sources are then pending. */
	async rebuild(split: SplitSettings): Promise<void> {
		try {
			const erased = this.#db.value<string>("SELECT value FROM meta WHERE key = 'erased'");
			resetTables(this.#db);
			// Known before the first line: a second pass is spared.
			if (erased !== undefined) keepErasures(this.#db, erased);
		} catch (error) {
			if (!isBroken(error)) throw error;
			return this.#reopen('it is damaged');
		}
		this.#checkSplitSettings(split);
		await this.sync(LONG);
	}

	async close(): Promise<void> {
		await this.#syncing?.catch(() => {});
		this.#db.close();
	}
}

/** Verdicts of one append that are folded before everything else. */
const MOST_OPINIONS = 100;

const OPINIONS: ReadonlySet<EventType> = new Set(['judged', 'skipped', 'flagged', 'adjudicated', 'gold-answered']);

/** The comparison that an event, or what it takes back, is an opinion on; null where it is none. */
function opinionOn(db: Database, event: JournalEvent): string | null {
	if (OPINIONS.has(event.type)) return (event as EventOf<'judged'>).comparison;
	if (event.type !== 'retracted') return null;
	const type = db.value<EventType>('SELECT type FROM events WHERE id = ?', event.event);
	if (type === undefined || !OPINIONS.has(type)) return null;
	const line = db.value<string>('SELECT line FROM events WHERE id = ?', event.event) as string;
	return (JSON.parse(line) as EventOf<'judged'>).comparison;
}

function inodeOf(path: string): number | null {
	return path === MEMORY ? null : (statSync(path, { throwIfNoEntry: false })?.ino ?? null);
}

function projectionSettings(split: SplitSettings): ProjectionSettings {
	return { seed: split.seed, defaultSplit: (key) => defaultSplit(key, split.seed, split.eval_share) };
}

/** @throws UserError('not-found') */
export function found<T>(value: T | undefined, what: string): T {
	if (value === undefined) throw new UserError('not-found', what);
	return value;
}
