import type { RunRecord } from '../../domain/run-record.ts';
import { DRIFT } from '../../health/drift.ts';
import { UserError } from '../../protocol/errors.ts';
import type { PreviousRun } from '../../scoring/probe-health.ts';
import { readRecord, readScores, runIds, type StoredRecord } from './run-files.ts';

/** What two runs must share for drift between them to mean something: same engine, same settings that were asked for. */
export interface ComparedRun {
	readonly engine: string;
	readonly lambda: number | null;
	readonly margin: RunRecord['settings']['margin_requested'];
	/** How own features took part, null without any. */
	readonly own: string | null;
	/** SHA-256 of the dataset: a repeat on the same data is no new look, so that its record has the same bytes. */
	readonly dataset: string;
}

function ownMode(engine: StoredRecord['engine']): string | null {
	const features = engine.features as { readonly own?: { readonly mode?: string } } | undefined;
	return features?.own?.mode ?? null;
}

/** A damaged earlier run must not stop a new one; reading that run itself says what is wrong with it. */
function readable<T>(read: () => T): T | null {
	try {
		return read();
	} catch (error) {
		if (UserError.is(error)) return null;
		throw error;
	}
}

/** The latest earlier run of the same engine and settings on other data, with how many looks at drift came before; null = none. */
export function previousRun(runs: string, now: ComparedRun): PreviousRun | null {
	let latest: string | null = null;
	const looked = new Set<string>();
	for (const id of runIds(runs)) {
		const record = readable(() => readRecord(runs, id));
		if (record === null) continue;
		const { engine, settings, dataset, health } = record;
		if (engine.name !== now.engine || ownMode(engine) !== now.own || dataset.sha256 === now.dataset) continue;
		if (settings.lambda_requested !== now.lambda || settings.margin_requested !== now.margin) continue;
		latest = id;
		if (health.some((check) => check.check === DRIFT && check.p !== null)) looked.add(dataset.sha256);
	}
	const scores = latest === null ? null : readable(() => readScores(runs, latest));
	return scores === null ? null : { scores, look: looked.size + 1 };
}
