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
