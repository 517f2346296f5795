import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { labelPolicy } from '../../domain/label-policy.ts';
import type { Decision, Metrics, ScoreLine } from '../../domain/run-record.ts';
import { UserError } from '../../protocol/errors.ts';
import type {
	GateOptions,
	GateResult,
	RejectedRows,
	RunComparison,
	RunReport,
	RunSide,
	RunSummary,
} from '../../protocol/runs.ts';
import type { ScoreOptions } from '../../protocol/scoring.ts';
import { tryLock } from '../../store/lock.ts';
import { runLookProcess } from '../look/child.ts';
import { checkOptions } from './check-options.ts';
import { compareRuns } from './compare.ts';
import { type DecisionRequest, decideRun } from './decisions.ts';
import { gateRun } from './gate.ts';
import type { RunsPort } from './port.ts';
import {
	changedSince,
	joinedRecord,
	type ReportLists,
	readScoreFacts,
	rejudgeRun,
	reportLists,
	runHead,
	runScores,
	runSummaries,
	type ScoreFacts,
} from './reports.ts';
import { chooseBaseline } from './retention-baseline.ts';
import { findRun, newRunId, readRecord, removeDrafts, runHashes, scoresSize } from './run-files.ts';
import { runScoringProcess, type ScoringProgress } from './scoring-child.ts';

/** Stored scores above this are about 4,000 lines: reading them and the data takes longer than a process takes to start. */
const APART_BYTES = 250_000;

export interface ScoreHooks {
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: ScoringProgress) => void;
	/** Something to tell the user that ends nothing, e.g. a damaged cache that was begun anew. */
	readonly onNotice?: (text: string) => void;
	/** For tests: what to fork, and the forked process. */
	readonly entry?: string;
	readonly onChild?: (child: ChildProcess) => void;
}

/** Scoring runs of one workspace: the run methods of WorkspaceApi, over what a workspace lends. */
export class Runs {
	readonly #port: RunsPort;
	readonly #apartBytes: number;
	readonly #changed = new Map<string, { readonly version: string; readonly changed: number }>();
	/** Of the run that was asked for last: a report that stays open asks again with every change of the data. */
	#scores: ScoreFacts | null = null;
	#apart: { readonly run: string; readonly version: string; readonly lists: Promise<ReportLists> } | null = null;

	/** @param apartBytes stored scores of a run from which its lists are read in a process of their own */
	constructor(port: RunsPort, apartBytes = APART_BYTES) {
		this.#port = port;
		this.#apartBytes = apartBytes;
	}

	/** One run per workspace at a time, over windows and CLI. Named so that `.gitignore` covers it with the database. */
	get lockPath(): string {
		return join(this.#port.paths.dir, 'pairwright.db-run.lock');
	}

	/**
	 * One run, in a process of its own.
	 * @throws UserError busy, cancelled, too-little-data, usage, environment, no-person; then nothing was recorded
	 */
	async score(options: ScoreOptions, hooks: ScoreHooks = {}): Promise<{ run: string; rejected?: RejectedRows }> {
		const port = this.#port;
		port.person();
		checkOptions(options);
		const { retentionBaseline } = options.checkpoints ?? {};
		const baseline = retentionBaseline === undefined ? undefined : chooseBaseline(port, retentionBaseline);
		const lock = tryLock(this.lockPath);
		if (!('release' in lock)) {
			const who = lock.heldBy === null ? '' : ` (process ${lock.heldBy.pid}, since ${lock.heldBy.started})`;
			throw new UserError(
				'busy',
				`A scoring run is already going on in this workspace${who}. Wait for it or cancel it, then try again.`,
			);
		}
		const now = new Date();
		const run = newRunId(now);
		try {
			const done = await runScoringProcess(
				{
					type: 'start',
					root: port.paths.root,
					...(port.stateDir === undefined ? {} : { stateDir: port.stateDir }),
					run,
					created: now.toISOString(),
					...options,
					...(baseline === undefined ? {} : { baseline }),
				},
				{ ...hooks, onProgress: hooks.onProgress ?? (() => {}) },
			);
			await port.append([
				{ type: 'run-recorded', run, engine: options.engine, files: runHashes(port.paths.runs, run) },
			]);
			return { run, ...done };
		} finally {
			removeDrafts(port.paths.runs);
			lock.release();
		}
	}

	summaries(): RunSummary[] {
		return runSummaries(this.#port);
	}

	report(id: string): RunReport {
		const { pending, ...head } = this.head(id);
		return { ...head, ...this.lists(head.record.run) };
	}

	/** The same, where a large run's lists are read in a process of their own: seconds there keep no judgment waiting here. */
	async reportApart(id: string): Promise<RunReport> {
		const { pending, ...head } = this.head(id);
		const { run } = head.record;
		const { paths, stateDir } = this.#port;
		if (scoresSize(paths.runs, run) < this.#apartBytes) return { ...head, ...this.lists(run) };
		const version = this.#port.version();
		if (this.#apart?.run !== run || this.#apart.version !== version) {
			const lists = runLookProcess({ type: 'start', task: 'report', root: paths.root, stateDir, run });
			this.#apart = { run, version, lists: lists as Promise<ReportLists> };
			// A failed look is not kept.
			lists.catch(() => {
				this.#apart = null;
			});
		}
		return { ...head, ...(await this.#apart.lists) };
	}

	/** What stands below a report's numbers: mistakes, earlier runs, whether the data has changed since. */
	lists(id: string): ReportLists {
		const run = findRun(this.#port.paths.runs, id);
		return reportLists(this.#port, this.#scoreFacts(run), this.#changedSince(run));
	}

	/** The report without its lists and without "out of date": milliseconds, whatever the size of the data. */
	head(id: string): RunReport {
		return runHead(this.#port, id);
	}

	/** The joined record alone, without lists. */
	record(run: string): ReturnType<typeof joinedRecord> {
		return joinedRecord(this.#port, run);
	}

	scores(id: string): ScoreLine[] {
		return runScores(this.#port, id);
	}

	decide(
		id: string,
		request: DecisionRequest,
	): Promise<{ decision: Decision; openings: number; metrics: { heldout_sealed: Metrics | null } }> {
		return decideRun(this.#port, id, request);
	}

	/** Differences second − first, paired. */
	compare(first: RunSide, second: RunSide): RunComparison {
		return compareRuns(this.#port, first, second);
	}

	gate(id: string, options: GateOptions): GateResult {
		return gateRun(this.#port, id, options, this.#port.paths.config);
	}

	/** The same, where large runs are read in a process of their own. */
	async compareApart(first: RunSide, second: RunSide): Promise<RunComparison> {
		if (!this.#areLarge(first.run, second.run)) return this.compare(first, second);
		const { paths, stateDir } = this.#port;
		const look = runLookProcess({ type: 'start', task: 'compare', root: paths.root, stateDir, sides: [first, second] });
		return (await look) as RunComparison;
	}

	/** The same, where a large run is read in a process of its own. */
	async gateApart(id: string, options: GateOptions): Promise<GateResult> {
		if (!this.#areLarge(id)) return this.gate(id, options);
		const { paths, stateDir } = this.#port;
		const look = { type: 'start', task: 'gate', root: paths.root, stateDir, run: id, gate: options } as const;
		return (await runLookProcess(look)) as GateResult;
	}

	#areLarge(...ids: readonly string[]): boolean {
		const { runs } = this.#port.paths;
		return ids.reduce((sum, id) => sum + scoresSize(runs, findRun(runs, id)), 0) >= this.#apartBytes;
	}

	rejudge(id: string): Promise<{ mistakes: number; controls: number }> {
		return rejudgeRun(this.#port, id);
	}

	/** Reading the whole dataset costs; while nothing was written, the last answer holds. */
	#changedSince(run: string): number {
		const version = this.#port.version();
		const known = this.#changed.get(run);
		if (known?.version === version) return known.changed;
		const { labels, splits } = this.#scoreFacts(run);
		const record = readRecord(this.#port.paths.runs, run);
		const changed = changedSince(labels, this.#port.dataset(labelPolicy(record.settings.labels.policy)), splits);
		this.#changed.set(run, { version, changed });
		return changed;
	}

	#scoreFacts(run: string): ScoreFacts {
		if (this.#scores?.run !== run) this.#scores = readScoreFacts(this.#port, run);
		return this.#scores;
	}
}
