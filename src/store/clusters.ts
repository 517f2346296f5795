import { firstTurnLinks } from '../domain/assignment.ts';
import { Groups } from '../domain/near-clusters.ts';
import type { Database } from './database.ts';
import { allEdges, nearSet, promptSet } from './near-edges.ts';

/** Most prompts that change their cluster in one transaction. */
const SLICE = 500;

/** What clusters follow from: the set of prompts and the near-duplicates known among them. */
function clustersVersion(db: Database): string {
	return `${promptSet(db)} ${nearSet(db)}`;
}

function settledVersion(db: Database): string | undefined {
	return db.value<string>("SELECT value FROM meta WHERE key = 'clusters'");
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

function mergedByEdges(db: Database, templates: ReadonlySet<string>): Merged {
	const members = new Map<number, Member>();
	for (const row of db.all<Member>(
		'SELECT n, id, first_turn FROM prompts WHERE n IN (SELECT a FROM near_edges UNION SELECT b FROM near_edges)',
	)) {
		members.set(row.n, row);
	}
	const groups = new Groups<string>();
	const turns = new Map<string, string>();
	for (const { a, b } of allEdges(db)) {
		const [one, two] = [members.get(a), members.get(b)];
		if (one === undefined || two === undefined) continue;
		const [base, other] = [baseOf(one, templates), baseOf(two, templates)];
		if (base === other) continue;
		groups.join(base, other);
		turns.set(base, one.first_turn).set(other, two.first_turn);
	}
	const names = new Map<string, string>();
	for (const bases of groups.all()) {
		const name = bases.reduce((least, base) => (base < least ? base : least));
		for (const base of bases) names.set(base, name);
	}
	return { names, turns: new Set(turns.values()) };
}

/**
 * Brings every prompt's cluster in line with first turns and near-duplicates, in short transactions. A function of the set of
 * prompts and edges alone, so a rebuild comes to the same clusters. It moves nobody: splits, halves and tags stay.
 */
export function* settleClusters(db: Database): Generator<void> {
	const version = clustersVersion(db);
	if (settledVersion(db) === version) return;
	const total = db.value<number>('SELECT coalesce(sum(prompts), 0) FROM counts') as number;
	const names = (sql: string) => db.all<{ first_turn: string }>(sql).map((row) => row.first_turn);
	const templates = templateTurns(db, total);
	const unlinked = names('SELECT first_turn FROM unlinked_turns');
	const merged = mergedByEdges(db, templates);
	const before = names('SELECT first_turn FROM merged_turns');
	yield;
	const touched = [...new Set([...templates, ...unlinked, ...merged.turns, ...before])].sort();
	for (const turn of touched) {
		const wrong = db
			.all<Member & { cluster: string }>('SELECT n, id, first_turn, cluster FROM prompts WHERE first_turn = ?', turn)
			.map((row) => ({ n: row.n, from: row.cluster, to: nameOf(row, templates, merged) }))
			.filter(({ from, to }) => from !== to);
		for (let i = 0; i < wrong.length; i += SLICE) {
			db.write(() => {
				for (const { n, to } of wrong.slice(i, i + SLICE)) db.run('UPDATE prompts SET cluster = ? WHERE n = ?', to, n);
			});
			yield;
		}
	}
	db.write(() => {
		replace(db, 'unlinked_turns', unlinked, templates);
		replace(db, 'merged_turns', before, merged.turns);
		// Prompts that came in meanwhile are the next call's.
		db.run("INSERT OR REPLACE INTO meta VALUES ('clusters', ?)", version);
	});
}

function nameOf(row: Member, templates: ReadonlySet<string>, { names }: Merged): string {
	const base = baseOf(row, templates);
	return names.get(base) ?? base;
}

function replace(
	db: Database,
	table: 'unlinked_turns' | 'merged_turns',
	before: readonly string[],
	now: ReadonlySet<string>,
): void {
	const known = new Set(before);
	for (const turn of before) if (!now.has(turn)) db.run(`DELETE FROM ${table} WHERE first_turn = ?`, turn);
	for (const turn of now) if (!known.has(turn)) db.run(`INSERT INTO ${table} VALUES (?)`, turn);
}
