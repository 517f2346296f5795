import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { UserError, type UserErrorReason } from '../../protocol/errors.ts';
import { type FromLook, fromLook, type LookRequest } from './messages.ts';

export interface LookProgress {
	readonly phase: string;
	readonly done: number;
	readonly total: number;
}

const TAIL_CHARS = 2000;

/** The bundled `look.cjs` beside the current bundle, or the source when run from source. */
function lookEntry(): string {
	const bundled = join(import.meta.dirname, 'look.cjs');
	return existsSync(bundled) ? bundled : join(import.meta.dirname, '../look-process.ts');
}

/**
 * Looks in a process of its own: seconds of arithmetic there keep no judgment waiting here, and a cancel ends it at once. It only
 * reads, and leaves when this process does.
 * @returns what the task found
 * @throws UserError `cancelled`; what the process says; `environment` when it ends without a word
 */
export function runLookProcess(
	request: LookRequest,
	options: { readonly signal?: AbortSignal | undefined; readonly onProgress?: (progress: LookProgress) => void } = {},
): Promise<unknown> {
	return new Promise((resolve, reject) => {
		const { signal, onProgress } = options;
		const cancelled = () => new UserError('cancelled', 'Cancelled; nothing was changed.');
		if (signal?.aborted === true) {
			reject(cancelled());
			return;
		}
		const child = fork(lookEntry(), [], {
			// Not the parent's own flags: an inspector's port would be taken twice.
			execArgv: [],
			stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
			serialization: 'advanced',
			env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
		});
		let tail = '';
		let outcome: FromLook | null = null;
		child.stderr?.setEncoding('utf8').on('data', (text: string) => {
			tail = (tail + text).slice(-TAIL_CHARS);
		});
		// It writes nothing: there is nothing to finish.
		const cancel = () => child.kill('SIGKILL');
		signal?.addEventListener('abort', cancel, { once: true });
		child.on('message', (raw) => {
			const parsed = v.safeParse(fromLook, raw);
			if (!parsed.success) return;
			if (parsed.output.type === 'progress') onProgress?.(parsed.output);
			else outcome = parsed.output;
		});
		const end = (how: string) => {
			signal?.removeEventListener('abort', cancel);
			if (signal?.aborted === true) reject(cancelled());
			else if (outcome?.type === 'done') resolve(outcome.result);
			else if (outcome?.type === 'failed') {
				const { reason, message } = outcome;
				reject(reason === null ? new Error(message) : new UserError(reason as UserErrorReason, message));
			} else {
				const memory = /heap out of memory/i.test(tail) ? ' It ran out of memory.' : '';
				reject(
					new UserError(
						'environment',
						`The process that looks through the prompts ended before it was done (${how}).${memory} Nothing was changed. Try again; if it happens again, run "pairwright doctor".`,
					),
				);
			}
		};
		child.once('error', (error) => end(error.message));
		child.once('exit', (code, by) => end(by === null ? `exit code ${code}` : `signal ${by}`));
		child.send(request, (error) => {
			if (error) child.kill('SIGKILL');
		});
	});
}
