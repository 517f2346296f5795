/**
 * The looking process (dist/look.cjs): forked to compare all prompts with each other, to inspect the splits or to read the lists of
 * a large run's report. It opens the
 * database for reading, sends what it found and ends. It ends too when the process that forked it is gone.
 */
import * as v from 'valibot';
import { UserError } from '../protocol/errors.ts';
import { requireNode } from './environment.ts';
import { type FromLook, type LookRequest, lookRequest } from './look/messages.ts';

/** Messages of progress a second: more would only fill the channel. */
const PROGRESS_MS = 100;

let started = false;

function send(message: FromLook): Promise<void> {
	return new Promise((done) => {
		if (!process.connected) done();
		else process.send!(message, undefined, undefined, () => done());
	});
}

async function look(request: LookRequest): Promise<unknown> {
	requireNode();
	// Only now: this loads the database module, which the environment check has to come before.
	const { lookFor } = await import('./look/tasks.ts');
	let last = { phase: '', at: 0 };
	return lookFor(request, ({ phase, done, total }) => {
		const now = performance.now();
		if (phase === last.phase && now - last.at < PROGRESS_MS && done < total) return;
		last = { phase, at: now };
		void send({ type: 'progress', phase, done, total });
	});
}

process.on('disconnect', () => process.exit(1));
process.on('message', (raw) => {
	const parsed = v.safeParse(lookRequest, raw);
	if (!parsed.success || started) return;
	started = true;
	look(parsed.output)
		.then((result) => send({ type: 'done', result }))
		.catch((error: unknown) => {
			const known = UserError.is(error);
			const message = error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
			return send({ type: 'failed', reason: known ? error.reason : null, message });
		})
		// The channel alone would keep this process; nothing else is left to do.
		.finally(() => process.exit(0));
});
