import { sigmoid } from '../../calibration/records.ts';
import type { RunRecord, ScoreLine } from '../../domain/run-record.ts';
import type { RunReport, RunSummary } from '../../protocol/workspace-api.ts';
import type { Sealed } from '../../scoring/sealed.ts';
import { decidedSolution, decisionOn, openedClaim, openedHalf, openingsOver } from './decisions.ts';
import { countMatches, describeMistakes, matchControls, mistakenLines, shuffled } from './mistakes.ts';
import type { ReviewedLabels, RunsPort } from './port.ts';
import { findRun, readRecord, readScores, readSealed, runIds, type StoredScore } from './run-files.ts';

/** The record as the contract has it: with decision, openings and, once decided, E. */
export function joinedRecord(port: RunsPort, run: string): RunRecord {
	const stored = readRecord(port.paths.runs, run);
	const decision = decisionOn(port, run);
	// Before anything was decided here, nothing can have been opened: the sealed half stays unread.
	if (port.events('decided').length === 0) return { ...stored, decision, seal: { openings: 0 } };
	// Opened here for its ids alone until there is a decision.
	const sealed = readSealed(port.paths.runs, run);
	const openings = openingsOver(port, new Set((sealed?.lines ?? []).map((line) => line.comparison)));
	if (decision === null || sealed === null) return { ...stored, decision, seal: { openings } };
	const metrics = { ...stored.metrics, heldout_sealed: sealed.solutions[decidedSolution(sealed, decision)]!.metrics };
	const opened = openedHalf(sealed, decision);
	return { ...stored, metrics, opened, claim: openedClaim(sealed, decision), decision, seal: { openings } };
}

function headline(metrics: RunRecord['metrics'][keyof RunRecord['metrics']]): RunSummary['eval'] {
	if (metrics == null) return null;
	const { nll, accuracy, overconfidence, ece, n } = metrics;
	return { nll, accuracy, overconfidence, ece, n };
}

/** All runs, oldest first; one that cannot be read is left out here and named when it is asked for. */
export function runSummaries(port: RunsPort): RunSummary[] {
	const decided = new Set(port.events('decided').map((event) => event.run));
	return runIds(port.paths.runs).flatMap((run, i) => {
		try {
			const record = readRecord(port.paths.runs, run);
			return [
				{
					run,
					ordinal: i + 1,
					created: record.created,
					engine: record.engine.name,
					lambda: record.settings.lambda,
					...(record.checkpoints === undefined
						? {}
						: {
								checkpoints: {
									count: record.checkpoints.length,
									recommended: record.recommended.checkpoint,
								},
							}),
					verdict: record.verdict,
					decided: decided.has(run),
					eval: headline(record.metrics.eval),
					heldout: headline(record.metrics.heldout_reference),
				},
			];
		} catch {
			return [];
		}
	});
}

export interface Label {
	readonly split: string;
	readonly y: number;
	/** Which side y speaks of: sides turn when a label crosses one half. */
	readonly side: string;
	readonly reviewed: number | null;
}

function differ(one: Label | undefined, other: Label | undefined): boolean {
	if (one === undefined || other === undefined) return one !== other;
	const share = (label: Label): number => (label.side === 'a' ? label.y : 1 - label.y);
	return one.split !== other.split || share(one) !== share(other) || one.reviewed !== other.reviewed;
}

/** The labels that a run scored with. */
export function labelsOf(scores: readonly StoredScore[], sealed: Sealed | null): ReadonlyMap<string, Label> {
	const then = new Map<string, Label>();
	for (const line of [...scores, ...(sealed?.lines ?? [])] as StoredScore[]) {
		then.set(line.comparison, {
			split: line.split,
			y: line.y,
			side: line.chosen_side,
			reviewed: line.reviewed?.y ?? null,
		});
	}
	return then;
}

/** How many comparisons a run would score otherwise now: added, gone, moved or with another label. */
export function changedSince(
	then: ReadonlyMap<string, Label>,
	now: { readonly dataset: ReturnType<RunsPort['dataset']>['dataset']; readonly reviewed: ReviewedLabels },
): number {
	let changed = 0;
	const seen = new Set<string>();
	for (const pair of now.dataset.pairs) {
		seen.add(pair.comparison);
		const reviewed = pair.split === 'heldout_sealed' ? null : (now.reviewed.get(pair.comparison)?.y ?? null);
		const label = { split: pair.split, y: pair.y, side: pair.chosenSide, reviewed };
		if (differ(then.get(pair.comparison), label)) changed++;
	}
	for (const comparison of then.keys()) if (!seen.has(comparison)) changed++;
	return changed;
}

function rejudgeLines(port: RunsPort, scores: readonly StoredScore[]): ReturnType<typeof matchControls> {
	const mistakes = mistakenLines(scores);
	if (mistakes.length === 0) return { mistakes: [], controls: [] };
	// Read as they are asked for: a run may have 100,000 pairs that it got right.
	const lengths = new Map<string, number>();
	const length = (comparison: string): number => {
		const known = lengths.get(comparison);
		if (known !== undefined) return known;
		const facts = port.facts([comparison]).get(comparison);
		const words = facts === undefined ? 0 : Math.abs(facts.wordsA - facts.wordsB);
		lengths.set(comparison, words);
		return words;
	};
	return matchControls(mistakes, scores, length);
}

/** What a report needs of a run's scores; they never change, so it can be kept. */
export interface ScoreFacts {
	readonly run: string;
	readonly mistakes: readonly StoredScore[];
	/** Mistakes that find a control. */
	readonly matched: number;
	readonly labels: ReadonlyMap<string, Label>;
}

/** Reads and parses every score line of a run: seconds for a million of them. */
export function readScoreFacts(port: RunsPort, run: string): ScoreFacts {
	const scores = readScores(port.paths.runs, run);
	const mistakes = mistakenLines(scores);
	const labels = labelsOf(scores, readSealed(port.paths.runs, run));
	return { run, mistakes, matched: countMatches(mistakes, scores), labels };
}

/** The stored record without what takes reading all scores or all data: what can be shown at once. */
export function runHead(port: RunsPort, id: string): RunReport {
	const { runs } = port.paths;
	const run = findRun(runs, id);
	return {
		record: joinedRecord(port, run),
		ordinal: runIds(runs).indexOf(run) + 1,
		outOfDate: null,
		mistakes: [],
		history: [],
		rejudge: { mistakes: 0, controls: 0 },
		pending: true,
	};
}

/** The part of a report that takes reading all scores and all data. */
export type ReportLists = Pick<RunReport, 'outOfDate' | 'mistakes' | 'history' | 'rejudge'>;

export function reportLists(port: RunsPort, { mistakes, matched }: ScoreFacts, differing: number): ReportLists {
	const facts = port.facts(mistakes.map((line) => line.comparison));
	return {
		outOfDate: differing > 0 ? { changed: differing } : null,
		mistakes: describeMistakes(mistakes, facts),
		history: runSummaries(port),
		rejudge: { mistakes: matched, controls: matched },
	};
}

function sealedLines(sealed: Sealed, lambda: number | null): ScoreLine[] {
	const choice = decidedSolution(sealed, { lambda });
	const shown: [number, string | null][] = [[choice, null]];
	if (sealed.dpo !== choice) shown.push([sealed.dpo, 'dpo']);
	if (sealed.pooled !== null && sealed.pooled !== choice) shown.push([sealed.pooled, 'pooled']);
	return shown.flatMap(([solution, checkpoint]) =>
		sealed.lines.map(({ deltas, ...line }) => {
			const delta = deltas[solution]!;
			return { ...line, checkpoint, delta, p: sigmoid(delta) };
		}),
	);
}

/** Score lines outside E; for a decided run with E under the choice (`checkpoint` null) and its baselines. */
export function runScores(port: RunsPort, id: string): ScoreLine[] {
	const { runs } = port.paths;
	const run = findRun(runs, id);
	const open = readScores(runs, run).map(({ reviewed, ...line }) => line);
	const decision = decisionOn(port, run);
	const sealed = decision === null ? null : readSealed(runs, run);
	return sealed === null || decision === null ? open : [...open, ...sealedLines(sealed, decision.lambda)];
}

/** Queues a run's mistakes and as many matched pairs that it got right, blind and in one seeded order. */
export async function rejudgeRun(port: RunsPort, id: string): Promise<{ mistakes: number; controls: number }> {
	const run = findRun(port.paths.runs, id);
	const { mistakes, controls } = rejudgeLines(port, readScores(port.paths.runs, run));
	await port.setRejudge(run, shuffled(run, [...mistakes, ...controls]));
	return { mistakes: mistakes.length, controls: controls.length };
}
