import { firstTurnLinks } from '../domain/assignment.ts';
import { Groups } from '../domain/near-clusters.ts';
import type { Database } from './database.ts';
import { endsOfEdges, nearSet, promptSet } from './near-edges.ts';

/** Most prompts read, or changed in one transaction, between pauses. */
const SLICE = 500;
/** Most edges read between pauses. */
const EDGES = 2_000;

/** What clusters follow from: the set of prompts and the near-duplicates known among them. */
function clustersVersion(db: Database): string {
	return `${promptSet(db)} ${nearSet(db)}`;
}

function settledVersion(db: Database): string | undefined {
	return db.value<string>("SELECT value FROM meta WHERE key = 'clusters'");
}

/** Names the clusters as they are; null while they follow behind what came in. */
export function settledClusters(db: Database): string | null {
	const version = settledVersion(db);
	return version === clustersVersion(db) ? version : null;
}

/**
 * First turns shared by more than 1 % of the prompts and more than 50: a template, whose prompts are clusters of their own
 * (rules.md, Splits).
 */
function templateTurns(db: Database, total: number): Set<string> {
	return new Set(
		db
			.all<{ first_turn: string; n: number }>(
				'SELECT first_turn, count(*) AS n FROM prompts GROUP BY first_turn HAVING n > 50',
			)
			.filter(({ n }) => !firstTurnLinks(n, total))
			.map(({ first_turn }) => first_turn),
	);
}

interface Member {
	readonly n: number;
	readonly id: string;
	readonly first_turn: string;
}

/** Name of a prompt's cluster before near-duplicates: its first turn, or within a template its own id. */
function baseOf({ id, first_turn }: Pick<Member, 'id' | 'first_turn'>, templates: ReadonlySet<string>): string {
	return templates.has(first_turn) ? id.slice(0, 32) : first_turn;
}

interface Merged {
	/** Base → name of the cluster, the smallest base in it; only where near-duplicates join several. */
	readonly names: ReadonlyMap<string, string>;
	readonly turns: ReadonlySet<string>;
}

function* mergedByEdges(db: Database, templates: ReadonlySet<string>): Generator<void, Merged> {
	const groups = new Groups<string>();
	const turns = new Set<string>();
	for (let from = { a: 0, b: 0 }; ; ) {
		const edges = endsOfEdges(db, from, EDGES);
		for (const { id, first_turn, other, other_turn } of edges) {
			const base = baseOf({ id, first_turn }, templates);
			const near = baseOf({ id: other, first_turn: other_turn }, templates);
			if (base === near) continue;
			groups.join(base, near);
			turns.add(first_turn).add(other_turn);
		}
		const last = edges.at(-1);
		if (last === undefined) break;
		from = last;
		yield;
	}
	const names = new Map<string, string>();
	for (const bases of groups.all()) {
		const name = bases.reduce((least, base) => (base < least ? base : least));
		for (const base of bases) names.set(base, name);
	}
	return { names, turns };
}

/**
 * Brings every prompt's cluster in line with first turns and near-duplicates, in short transactions. A function of the set of
 * prompts and edges alone, so a rebuild comes to the same clusters. It moves nobody: splits, halves and tags stay. Stops where what
 * they follow from changed meanwhile: what was worked out is of the past, and the clusters as they are now are the next call's.
 */
export function* settleClusters(db: Database): Generator<void> {
	const version = clustersVersion(db);
	if (settledVersion(db) === version) return;
	const total = db.value<number>('SELECT coalesce(sum(prompts), 0) FROM counts') as number;
	const names = (sql: string) => db.all<{ first_turn: string }>(sql).map((row) => row.first_turn);
	const templates = templateTurns(db, total);
	const unlinked = names('SELECT first_turn FROM unlinked_turns');
	const before = names('SELECT first_turn FROM merged_turns');
	yield;
	const merged = yield* mergedByEdges(db, templates);
	const touched = new Set([...templates, ...unlinked, ...merged.turns, ...before]);
	// Before the moves, and taken off behind them: whoever comes after one that stopped half-way looks at these turns again.
	if (!(yield* note(db, version, 'unlinked_turns', templates))) return;
	if (!(yield* note(db, version, 'merged_turns', merged.turns))) return;
	let moves: { readonly n: number; readonly to: string }[] = [];
	let read = 0;
	for (const turn of touched) {
		for (const row of db.all<Member & { cluster: string }>(
			'SELECT n, id, first_turn, cluster FROM prompts WHERE first_turn = ?',
			turn,
		)) {
			const to = nameOf(row, templates, merged);
			if (row.cluster !== to) moves.push({ n: row.n, to });
			read++;
		}
		if (moves.length < SLICE && read < SLICE) continue;
		if (!(yield* move(db, version, moves))) return;
		[moves, read] = [[], 0];
		yield;
	}
	if (!(yield* move(db, version, moves))) return;
	if (!(yield* forget(db, version, 'unlinked_turns', unlinked, templates))) return;
	if (!(yield* forget(db, version, 'merged_turns', before, merged.turns))) return;
	writeTo(db, version, () => db.run("INSERT OR REPLACE INTO meta VALUES ('clusters', ?)", version));
}

/** Writes unless what clusters follow from changed, or the tables were made anew. @returns whether it was written */
function writeTo(db: Database, version: string, section: () => void): boolean {
	return db.write(() => {
		if (clustersVersion(db) !== version) return false;
		section();
		return true;
	});
}

/** @returns whether all of it was written */
function* inSlices<T>(
	db: Database,
	version: string,
	changes: readonly T[],
	write: (change: T) => void,
): Generator<void, boolean> {
	for (let i = 0; i < changes.length; i += SLICE) {
		const written = writeTo(db, version, () => {
			for (const change of changes.slice(i, i + SLICE)) write(change);
		});
		if (!written) return false;
		yield;
	}
	return true;
}

function move(db: Database, version: string, moves: readonly { readonly n: number; readonly to: string }[]) {
	return inSlices(db, version, moves, ({ n, to }) => db.run('UPDATE prompts SET cluster = ? WHERE n = ?', to, n));
}

function nameOf(row: Member, templates: ReadonlySet<string>, { names }: Merged): string {
	const base = baseOf(row, templates);
	return names.get(base) ?? base;
}

type Turns = 'unlinked_turns' | 'merged_turns';

function note(db: Database, version: string, table: Turns, now: ReadonlySet<string>) {
	return inSlices(db, version, [...now], (turn) => db.run(`INSERT OR IGNORE INTO ${table} VALUES (?)`, turn));
}

function forget(db: Database, version: string, table: Turns, before: readonly string[], now: ReadonlySet<string>) {
	const gone = before.filter((turn) => !now.has(turn));
	return inSlices(db, version, gone, (turn) => db.run(`DELETE FROM ${table} WHERE first_turn = ?`, turn));
}
