import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { UserError, type UserErrorReason } from '../../protocol/errors.ts';
import type { RejectedRows } from '../../protocol/runs.ts';
import { type FromScoring, fromScoring, type ScoreRequest } from './score-messages.ts';

/**
 * Share of the machine's memory that the heap may take: texts of a million pairs need some 3 GB, more than the engine's default
 * allows, and the arrays beside the heap need as much again.
 */
const HEAP_SHARE = 0.6;

/** How long a cancelled process may take to leave by itself before it is killed: cancel promises one second. */
const GRACE_MS = 400;
const TAIL_CHARS = 2000;

export interface ScoringProgress {
	readonly phase: string;
	readonly done: number;
	readonly total: number;
	/** Seconds left in this phase, once it can be told. */
	readonly eta: number | null;
	/** Of done and total. */
	readonly unit: 'steps' | 'pairs' | 'bytes';
}

/** The bundled `scoring.cjs` beside the current bundle, or the source when run from source. */
export function scoringEntry(): string {
	const bundled = join(import.meta.dirname, 'scoring.cjs');
	return existsSync(bundled) ? bundled : join(import.meta.dirname, '../scoring-process.ts');
}

function cancelled({ engine }: ScoreRequest): UserError {
	const kept =
		engine === 'gguf' || engine === 'http' ? ' What was scored is kept: the same run again goes on from there.' : '';
	return new UserError('cancelled', `The scoring run was cancelled; nothing was recorded.${kept}`);
}

/**
 * Runs one scoring run in a process of its own: a crash or a full memory there ends the run, not the caller. The process
 * leaves when this one does (IPC disconnect).
 * @returns once the run's folder is in place, with what the run left out of the files it was given
 * @throws UserError `cancelled`; what the process says; `environment` when it ends without a word
 */
export function runScoringProcess(
	request: ScoreRequest,
	options: {
		readonly signal?: AbortSignal;
		readonly onProgress: (progress: ScoringProgress) => void;
		readonly onNotice?: (text: string) => void;
		readonly entry?: string;
		readonly onChild?: (child: ChildProcess) => void;
	},
): Promise<{ readonly rejected?: RejectedRows }> {
	return new Promise((resolve, reject) => {
		if (options.signal?.aborted) {
			reject(cancelled(request));
			return;
		}
		const heap = Math.round((HEAP_SHARE * totalmem()) / 2 ** 20);
		const child = fork(options.entry ?? scoringEntry(), [], {
			stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
			execArgv: [`--max-old-space-size=${heap}`],
		});
		options.onChild?.(child);
		let tail = '';
		child.stderr?.setEncoding('utf8').on('data', (text: string) => {
			tail = (tail + text).slice(-TAIL_CHARS);
		});
		let outcome: FromScoring | null = null;
		let kill: NodeJS.Timeout | undefined;
		let phase = '';
		let phaseStarted = 0;
		/** What a phase begins with, e.g. pairs that an earlier run scored, says nothing of its speed. */
		let doneBefore = 0;
		const cancel = (): void => {
			if (child.connected) child.send({ type: 'cancel' }, () => {});
			kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
		};
		options.signal?.addEventListener('abort', cancel, { once: true });
		child.on('message', (raw) => {
			const parsed = v.safeParse(fromScoring, raw);
			if (!parsed.success) return;
			const message = parsed.output;
			if (message.type === 'notice') {
				options.onNotice?.(message.text);
				return;
			}
			if (message.type !== 'progress') {
				outcome = message;
				return;
			}
			if (message.phase !== phase) {
				phase = message.phase;
				phaseStarted = performance.now();
				doneBefore = message.done;
			}
			const { done, total, unit } = message;
			const elapsed = (performance.now() - phaseStarted) / 1000;
			const moved = done - doneBefore;
			const eta = moved > 0 && elapsed > 0.5 ? Math.round((elapsed * (total - done)) / moved) : null;
			options.onProgress({ phase, done, total, eta, unit });
		});
		const end = (code: number | null, signal: NodeJS.Signals | null, problem?: Error): void => {
			clearTimeout(kill);
			options.signal?.removeEventListener('abort', cancel);
			if (outcome?.type === 'done') resolve(outcome.rejected === undefined ? {} : { rejected: outcome.rejected });
			else if (options.signal?.aborted) {
				reject(cancelled(request));
			} else if (outcome?.type === 'failed') {
				reject(
					outcome.reason === null
						? new Error(outcome.message)
						: new UserError(outcome.reason as UserErrorReason, outcome.message),
				);
			} else {
				const how = problem?.message ?? (signal === null ? `exit code ${code}` : `signal ${signal}`);
				const memory = /heap out of memory/i.test(tail) ? ' It ran out of memory: score fewer pairs or free some.' : '';
				reject(
					new UserError(
						'environment',
						`The scoring process ended before it was done (${how}).${memory} Nothing was recorded and the workspace is as it was. Try again${request.engine === 'gguf' || request.engine === 'http' ? ': what was scored is kept' : ''}; if it happens again, run "pairwright doctor".`,
					),
				);
			}
		};
		child.once('error', (error) => end(null, null, error));
		child.once('exit', (code, signal) => end(code, signal));
		child.send(request, (error) => {
			if (error) child.kill('SIGKILL');
		});
	});
}
