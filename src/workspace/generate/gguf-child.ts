import { fork } from 'node:child_process';
import * as v from 'valibot';
import type { GenerateOptions } from '../../protocol/candidates.ts';
import { UserError, type UserErrorReason } from '../../protocol/errors.ts';
import { type Answer, type Generator, Unanswered } from '../../scoring/generation/generator.ts';
import { scoringEntry } from '../runs/scoring-child.ts';
import { fromGenerating, type ToGenerating } from './messages.ts';

const LEAVE_MS = 1_000;
const TAIL_CHARS = 2_000;

interface Waiting {
	resolve(answer: Answer): void;
	reject(error: Error): void;
}

/** Model files answer in the scoring process: a crash or a full memory there takes neither the editor nor the database along. */
export function ggufChild(options: GenerateOptions['gguf'] = {}, entry = scoringEntry()): Generator {
	const child = fork(entry, [], {
		// Not the parent's own flags: an inspector's port would be taken twice.
		execArgv: [],
		stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
		env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
	});
	const waiting = new Map<number, Waiting>();
	let asked = 0;
	let tail = '';
	let ended: Error | null = null;
	child.stderr?.setEncoding('utf8').on('data', (text: string) => {
		tail = (tail + text).slice(-TAIL_CHARS);
	});
	const send = (message: ToGenerating) => {
		if (child.connected) child.send(message, () => {});
	};
	child.on('message', (raw) => {
		const parsed = v.safeParse(fromGenerating, raw);
		if (!parsed.success) return;
		const message = parsed.output;
		const caller = waiting.get(message.n);
		waiting.delete(message.n);
		if (message.type === 'answer') caller?.resolve({ response: message.response, cut: message.cut });
		else if (message.reason === null) caller?.reject(new Unanswered(message.message, false));
		else if (message.reason === 'defect') caller?.reject(new Error(message.message));
		else caller?.reject(new UserError(message.reason as UserErrorReason, message.message));
	});
	const end = (how: string) => {
		const memory = /out of memory|failed to allocate/iu.test(tail) ? ' It ran out of memory.' : '';
		ended ??= new UserError(
			'environment',
			`The process that writes responses ended (${how}).${memory} What was stored is kept: generating again goes on from there.`,
		);
		for (const { reject } of waiting.values()) reject(ended);
		waiting.clear();
	};
	child.once('error', (error) => end(error.message));
	child.once('exit', (code, by) => end(by === null ? `exit code ${code}` : `signal ${by}`));
	send({ type: 'generate', ...options });

	return {
		server: 'gguf',
		concurrency: 1,
		answer({ prompt, model, sampling }, signal) {
			if (ended !== null) return Promise.reject(ended);
			const n = asked++;
			return new Promise<Answer>((resolve, reject) => {
				const cancelled = () => reject(new UserError('cancelled', 'Generating was cancelled.'));
				if (signal.aborted) return cancelled();
				signal.addEventListener('abort', cancelled, { once: true });
				const settle = () => signal.removeEventListener('abort', cancelled);
				waiting.set(n, {
					resolve: (answer) => {
						settle();
						resolve(answer);
					},
					reject: (error) => {
						settle();
						reject(error);
					},
				});
				send({
					...{ type: 'ask', n, model, sampling },
					prompt: { ...prompt, messages: prompt.messages.map((message) => ({ ...message })) },
				});
			});
		},
		async close() {
			if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
			const left = new Promise<void>((resolve) => child.once('exit', () => resolve()));
			// Native code cannot be stopped inside a batch: it gets a moment, and nothing of it is needed.
			const timer = setTimeout(() => child.kill('SIGKILL'), LEAVE_MS);
			send({ type: 'end' });
			await left;
			clearTimeout(timer);
		},
	};
}
