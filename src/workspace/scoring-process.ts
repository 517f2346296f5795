/**
 * The scoring process (dist/scoring.cjs): forked by a run, it opens the database for reading, scores, writes the run's folder and
 * ends. It ends too when the process that forked it is gone.
 */
import { gzipSync } from 'node:zlib';
import * as v from 'valibot';
import { stableJson } from '../domain/identity.ts';
import { UserError } from '../protocol/errors.ts';
import { requireNode } from './environment.ts';
import { scoreAndWrite } from './runs/score-in-process.ts';
import { type FromScoring, type ScoreRequest, toScoring } from './runs/score-messages.ts';

/** Messages of progress a second: more would only fill the channel. */
const PROGRESS_MS = 100;

const cancel = new AbortController();
let started = false;

function send(message: FromScoring): Promise<void> {
	return new Promise((done) => {
		if (!process.connected) done();
		else process.send!(message, undefined, undefined, () => done());
	});
}

async function score(request: ScoreRequest): Promise<void> {
	requireNode();
	// Only now: these load the database module, which the environment check has to come before.
	const { Context } = await import('./context.ts');
	const { readDataset } = await import('./dataset.ts');
	const { workspacePaths } = await import('../store/paths.ts');
	await send({ type: 'progress', phase: 'reading the workspace', done: 0, total: 1 });
	const paths = workspacePaths(request.root);
	const ctx = await Context.open(request.root, paths.config, { stateDir: request.stateDir, readonlyDb: true });
	const { dataset, reviewed, labels } = readDataset(ctx);
	const evalRise = ctx.config.thresholds.eval_rise;
	await ctx.store.close();
	let last = { phase: '', at: 0 };
	await scoreAndWrite(
		{
			runs: paths.runs,
			dataset,
			reviewed,
			evalRise,
			extra: { 'labels.jsonl.gz': gzipSync(labels.map((label) => `${stableJson(label)}\n`).join('')) },
		},
		request,
		{
			signal: cancel.signal,
			onProgress: ({ phase, done, total }) => {
				const now = performance.now();
				if (phase === last.phase && now - last.at < PROGRESS_MS && done < total) return;
				last = { phase, at: now };
				void send({ type: 'progress', phase, done, total });
			},
		},
	);
	await send({ type: 'done', run: request.run });
}

process.on('disconnect', () => process.exit(1));
process.on('message', (raw) => {
	const parsed = v.safeParse(toScoring, raw);
	if (!parsed.success) return;
	if (parsed.output.type === 'cancel') {
		cancel.abort();
		return;
	}
	if (started) return;
	started = true;
	score(parsed.output)
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
