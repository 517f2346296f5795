import type { Split } from '../domain/split.ts';
import type { Database } from './database.ts';
import { kept, keyList } from './kept.ts';
import { promptSet } from './near-edges.ts';

/** A manifest in force: its prompts that are there, by key, and how many it lists. */
export interface Frozen {
	readonly split: Split;
	readonly manifest: string;
	readonly keys: readonly number[];
	readonly listed: number;
}

/** Files that events name are loaded later than the events: until then each of them counts. */
function loading(db: Database): unknown {
	return db.all('SELECT event, loaded FROM attachments ORDER BY event');
}

const manifests = kept<readonly Frozen[]>();

/** Manifests in force. Looking up 100,000 prompts takes a while, so it is done once for each manifest and set of prompts. */
export function frozenKeys(db: Database): readonly Frozen[] {
	const rows = db.all<{ split: Split; manifest: string }>(
		'SELECT split, manifest FROM manifests WHERE in_force = 1 ORDER BY split',
	);
	return manifests(db, JSON.stringify([rows, promptSet(db), loading(db)]), () =>
		rows.map(({ split, manifest }) => ({
			...{ split, manifest },
			keys: keyList(
				db.value<string | null>(
					'SELECT group_concat(p.n) FROM manifest_prompts m CROSS JOIN prompts p ON p.id = m.prompt WHERE m.manifest = ?',
					manifest,
				),
			),
			listed: db.value<number>('SELECT count(*) FROM manifest_prompts WHERE manifest = ?', manifest) as number,
		})),
	);
}

const exported = kept<readonly number[]>();

/** Prompts of training exports, by key; one may be named twice. */
export function exportedKeys(db: Database): readonly number[] {
	const events = db.value<string>("SELECT json_group_array(id) FROM events WHERE type = 'exported' AND void = 0");
	return exported(db, JSON.stringify([events, promptSet(db), loading(db)]), () =>
		keyList(
			db.value<string | null>('SELECT group_concat(p.n) FROM export_prompts e CROSS JOIN prompts p ON p.id = e.prompt'),
		),
	);
}
