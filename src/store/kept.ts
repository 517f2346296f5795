import type { Database } from './database.ts';

/** Keeps one answer a database for as long as what it was read from has the same name. */
export function kept<T>(): (db: Database, version: string, read: () => T) => T {
	const answers = new WeakMap<Database, { readonly version: string; readonly value: T }>();
	return (db, version, read) => {
		const known = answers.get(db);
		if (known?.version === version) return known.value;
		const value = read();
		answers.set(db, { version, value });
		return value;
	};
}

/** Changes with every write, of this connection or another. */
export function versionOf(db: Database): string {
	const own = db.value<number>('SELECT total_changes()') as number;
	return `${own} ${db.raw.pragma('data_version', { simple: true })}`;
}

/** Keys out of SQLite's `group_concat`: one string is read many times faster than as many rows. */
export function keyList(text: string | null | undefined): number[] {
	return JSON.parse(`[${text ?? ''}]`) as number[];
}
