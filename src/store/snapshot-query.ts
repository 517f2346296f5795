import type { Resolution } from '../domain/resolution.ts';
import type { PlacedPreview } from '../domain/snapshot-diff.ts';
import type { Half, Split } from '../domain/split.ts';
import type { Database } from './database.ts';

export function placedPreviews(db: Database): Map<string, PlacedPreview> {
	const found = new Map<string, PlacedPreview>();
	for (const { id, split, half, preview } of db.iterate<{
		id: string;
		split: Split;
		half: Half | null;
		preview: string;
	}>('SELECT id, split, half, preview FROM prompts WHERE waiting = 0')) {
		found.set(id, { split, half, preview });
	}
	return found;
}

export interface ResolvedRow {
	readonly id: string;
	readonly prompt: string;
	readonly resolution: Resolution;
	/** Of the sealed half, and not opened. */
	readonly sealed: boolean;
}

export function resolvedRows(db: Database): ResolvedRow[] {
	return db
		.all<Omit<ResolvedRow, 'sealed'> & { sealed: number }>(
			`SELECT c.id, p.id AS prompt, c.resolution, c.place = 'E' AND c.opened = 0 AS sealed
			FROM comparisons c JOIN prompts p ON p.n = c.prompt`,
		)
		.map((row) => ({ ...row, sealed: row.sealed === 1 }));
}

/** Whether a comparison's verdicts are withheld; undefined = there is no such comparison. */
export function sealedNow(db: Database, comparison: string): boolean | undefined {
	const sealed = db.value<number>("SELECT place = 'E' AND opened = 0 FROM comparisons WHERE id = ?", comparison);
	return sealed === undefined ? undefined : sealed === 1;
}

export function promptOf(db: Database, comparison: string): string | null {
	return (
		db.value<string>('SELECT p.id FROM comparisons c JOIN prompts p ON p.n = c.prompt WHERE c.id = ?', comparison) ??
		null
	);
}
