/**
 * The scoring process (dist/scoring.cjs): forked by a run, or to write responses with model files. For a run, it opens the database for reading, scores, writes the run's folder and
 * ends. It ends too when the process that forked it is gone.
 */
import * as v from 'valibot';
import { UserError } from '../protocol/errors.ts';
import { requireNode } from './environment.ts';
import type { FromGenerating } from './generate/messages.ts';
import { serveGenerating } from './generate/serve-gguf.ts';
import { scoreAndWrite } from './runs/score-in-process.ts';
import { type FromScoring, type ScoreRequest, toScoring } from './runs/score-messages.ts';

/** Messages of progress a second: more would only fill the channel. */
const PROGRESS_MS = 100;

const cancel = new AbortController();
let started = false;

function send(message: FromScoring | FromGenerating): Promise<void> {
	return new Promise((done) => {
		if (!process.connected) done();
		else process.send!(message, undefined, undefined, () => done());
	});
}

async function score(request: ScoreRequest): Promise<void> {
	requireNode();
	// Only now: this loads the database module, which the environment check has to come before.
	const { openReader, rankTrain } = await import('./runs-port.ts');
	await send({ type: 'progress', phase: 'reading the workspace', done: 0, total: 1, unit: 'steps' });
	const input = await openReader(request.root, request.stateDir, request.labels);
	let last = { phase: '', at: 0 };
	const { rejected } = await scoreAndWrite({ ...input, extra: {} }, request, {
		signal: cancel.signal,
		onProgress: ({ phase, done, total, unit = 'steps' }) => {
			const now = performance.now();
			if (phase === last.phase && now - last.at < PROGRESS_MS && done < total) return;
			last = { phase, at: now };
			void send({ type: 'progress', phase, done, total, unit });
		},
		onNotice: (text) => void send({ type: 'notice', text }),
	});
	await send({ type: 'progress', phase: 'ordering the queue', done: 0, total: 1, unit: 'steps' });
	// The run is written: what goes wrong here is no fault of it.
	await rankTrain(request.root, request.stateDir, request.seed, cancel.signal).catch((error: unknown) =>
		send({ type: 'notice', text: `The queue keeps its order: ${(error as Error).message}` }),
	);
	await send({ type: 'done', run: request.run, ...(rejected === undefined ? {} : { rejected }) });
}

process.on('disconnect', () => process.exit(1));
const generating = serveGenerating(
	(message) => send(message),
	() => process.exit(0),
);

process.on('message', (raw) => {
	if (generating(raw)) return;
	const parsed = v.safeParse(toScoring, raw);
	if (!parsed.success) {
		// Not started, it would wait for ever. What was wrong is named by its place: values may hold a key.
		const place = v.getDotPath(parsed.issues[0]) ?? 'type';
		if (!started)
			void send({ type: 'failed', reason: null, message: `start: ${place}` }).finally(() => process.exit(0));
		return;
	}
	if (parsed.output.type === 'cancel') {
		cancel.abort();
		return;
	}
	if (started) return;
	started = true;
	score(parsed.output as ScoreRequest)
		.catch((error: unknown) =>
			send({
				type: 'failed',
				reason: UserError.is(error) ? error.reason : null,
				message:
					error instanceof Error
						? UserError.is(error)
							? error.message
							: (error.stack ?? error.message)
						: String(error),
			}),
		)
		// The channel alone would keep this process; nothing else is left to do.
		.finally(() => process.exit(0));
});
