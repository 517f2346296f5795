import { sigmoid } from '../../calibration/records.ts';
import { headlineCheckpoint } from '../../domain/headline.ts';
import type { RunRecord, ScoreLine } from '../../domain/run-record.ts';
import type { RunReport, RunSummary } from '../../protocol/runs.ts';
import type { Sealed } from '../../scoring/sealed.ts';
import {
	type Chosen,
	decidedSolution,
	decisionOn,
	openedClaim,
	openedHalf,
	openedPlaces,
	openingsOver,
} from './decisions.ts';
import { countMatches, describeMistakes, matchControls, mistakenLines, shuffled } from './mistakes.ts';
import type { ReviewedLabels, RunsPort } from './port.ts';
import {
	findRun,
	readRecord,
	readScores,
	readSealed,
	runIds,
	type StoredRecord,
	type StoredScore,
} from './run-files.ts';
import { readUnscored, type Unscored } from './unscored.ts';

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
	const human = sealed.human === undefined ? {} : { human: { ...stored.human, heldout_sealed: sealed.human } };
	const opened = openedHalf(sealed, decision);
	const claim = openedClaim(sealed, decision);
	const checkpoints = openedCheckpoints(stored, sealed, decision);
	return { ...stored, ...checkpoints, ...human, metrics, opened, claim, decision, seal: { openings } };
}

/** Checkpoints of a decided run with E for the choice and its baselines. */
function openedCheckpoints(stored: StoredRecord, sealed: Sealed, decision: Chosen): Pick<RunRecord, 'checkpoints'> {
	if (stored.checkpoints === undefined) return {};
	const opened = new Map(
		openedPlaces(sealed, decision).map((place) => {
			const { checkpoint, metrics } = sealed.solutions[place]!;
			return [checkpoint, metrics];
		}),
	);
	const checkpoints = stored.checkpoints.map((each) => {
		const heldout_sealed = opened.get(each.name);
		return heldout_sealed === undefined ? each : { ...each, metrics: { ...each.metrics, heldout_sealed } };
	});
	return { checkpoints };
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
					...(record.checkpoints === undefined
						? {}
						: { checkpoints: { count: record.checkpoints.length, recommended: record.recommended.checkpoint } }),
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
export function labelsOf(
	scores: readonly Unscored[],
	sealed: Sealed | null,
	unscored: readonly Unscored[] = [],
): ReadonlyMap<string, Label> {
	const then = new Map<string, Label>();
	for (const line of [...scores, ...((sealed?.lines ?? []) as readonly Unscored[]), ...unscored]) {
		then.set(line.comparison, {
			split: line.split,
			y: line.y,
			side: line.chosen_side,
			reviewed: line.reviewed?.y ?? null,
		});
	}
	return then;
}

/**
 * How many comparisons a run would score otherwise now: added, gone, moved or with another label.
 * @param splits that the run was about; null = all
 */
export function changedSince(
	then: ReadonlyMap<string, Label>,
	now: { readonly dataset: ReturnType<RunsPort['dataset']>['dataset']; readonly reviewed: ReviewedLabels },
	splits: readonly string[] | null = null,
): number {
	let changed = 0;
	const seen = new Set<string>();
	for (const pair of now.dataset.pairs) {
		if (splits?.includes(pair.split) === false) continue;
		seen.add(pair.comparison);
		const reviewed = pair.split === 'heldout_sealed' ? null : (now.reviewed.get(pair.comparison)?.y ?? null);
		const label = { split: pair.split, y: pair.y, side: pair.chosenSide, reviewed };
		if (differ(then.get(pair.comparison), label)) changed++;
	}
	for (const comparison of then.keys()) if (!seen.has(comparison)) changed++;
	return changed;
}

/** One line a comparison: those of the checkpoint that the run's top-level numbers are of. */
export function headlineLines(record: StoredRecord, scores: readonly StoredScore[]): readonly StoredScore[] {
	const headline = headlineCheckpoint(record);
	return headline === null ? scores : scores.filter((line) => line.checkpoint === headline);
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
	/** Splits that the run was about; null = all. */
	readonly splits: readonly string[] | null;
}

/** Reads and parses every score line of a run: seconds for a million of them. */
export function readScoreFacts(port: RunsPort, run: string): ScoreFacts {
	const { runs } = port.paths;
	const record = readRecord(runs, run);
	const all = readScores(runs, run);
	const scores = headlineLines(record, all);
	const mistakes = mistakenLines(scores);
	const labels = labelsOf(all, readSealed(runs, run), readUnscored(runs, run));
	const splits = record.settings.splits ?? null;
	return { run, mistakes, matched: countMatches(mistakes, scores), labels, splits };
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

/** E under what a decision opens: a probe's choice has no name, its baselines and checkpoints have theirs. */
function sealedLines(sealed: Sealed, decision: Chosen): ScoreLine[] {
	const choice = decidedSolution(sealed, decision);
	const shown: [number, string | null][] =
		sealed.checkpoints === undefined
			? [
					[choice, null],
					...(['dpo', 'pooled'] as const).flatMap((name): [number, string][] => {
						const place = sealed[name];
						return place === null || place === choice ? [] : [[place, name]];
					}),
				]
			: openedPlaces(sealed, decision).map((place) => [place, sealed.solutions[place]!.checkpoint ?? null]);
	const beta = sealed.checkpoints?.beta ?? 1;
	return shown.flatMap(([solution, checkpoint]) =>
		sealed.lines.map(({ deltas, logps, ...line }) => {
			const delta = deltas[solution]!;
			const of = logps?.[solution];
			const parts =
				of === undefined
					? {}
					: { chosen_logps: of[0], rejected_logps: of[1], ref_chosen_logps: of[2], ref_rejected_logps: of[3] };
			return { ...line, checkpoint, delta, p: sigmoid(beta * delta), ...parts };
		}),
	);
}

/** Score lines outside E; for a decided run with E under the choice (`checkpoint` null for a probe's) and its baselines. */
export function runScores(port: RunsPort, id: string): ScoreLine[] {
	const { runs } = port.paths;
	const run = findRun(runs, id);
	const open = readScores(runs, run).map(({ reviewed, ...line }) => line);
	const decision = decisionOn(port, run);
	const sealed = decision === null ? null : readSealed(runs, run);
	return sealed === null || decision === null ? open : [...open, ...sealedLines(sealed, decision)];
}

/** Queues a run's mistakes and as many matched pairs that it got right, blind and in one seeded order. */
export async function rejudgeRun(port: RunsPort, id: string): Promise<{ mistakes: number; controls: number }> {
	const run = findRun(port.paths.runs, id);
	const scores = headlineLines(readRecord(port.paths.runs, run), readScores(port.paths.runs, run));
	const { mistakes, controls } = rejudgeLines(port, scores);
	await port.setRejudge(run, shuffled(run, [...mistakes, ...controls]));
	return { mistakes: mistakes.length, controls: controls.length };
}
