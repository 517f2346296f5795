import type { AgreementReport } from '../../domain/agreement.ts';
import type { Inspection } from '../../domain/inspection.ts';
import type { GateResult, RunComparison } from '../../protocol/runs.ts';
import { openDatabaseReadOnly } from '../../store/database.ts';
import { findEdges, readPromptTexts } from '../../store/near-edges.ts';
import { workspacePaths } from '../../store/paths.ts';
import { waitingPlaced } from '../../store/waiting-query.ts';
import { agreement } from '../agreement.ts';
import { Context } from '../context.ts';
import type { ReportLists } from '../runs/reports.ts';
import { Runs } from '../runs/runs.ts';
import { runsPort } from '../runs-port.ts';
import type { LookProgress } from './child.ts';
import type { LookRequest } from './messages.ts';
import { noveltyOf } from './novelty.ts';
import { inspectedPrompts } from './reading.ts';
import { shiftPart } from './shift.ts';
import { waitingNovelty } from './waiting.ts';

/** What an inspection computes apart: seconds of arithmetic. */
export type Looked = Pick<Inspection, 'shift' | 'novelty'>;

/** What a looking process is asked for. */
export async function lookFor(request: LookRequest, onProgress: (progress: LookProgress) => void): Promise<unknown> {
	if (request.task === 'report' || request.task === 'compare' || request.task === 'gate') return runApart(request);
	if (request.task === 'agreement') return agreementApart(request);
	onProgress({ phase: 'reading prompts', done: 0, total: 1 });
	if (request.task === 'inspect') return inspectApart(request, onProgress);
	const db = await openDatabaseReadOnly(workspacePaths(request.root));
	if (request.task === 'waiting') {
		const ranked = waitingNovelty(db, (done, total) => onProgress({ phase: 'novelty', done, total }));
		db.close();
		return ranked;
	}
	const texts = readPromptTexts(db);
	db.close();
	onProgress({ phase: 'looking for near-copies', done: 0, total: 1 });
	return findEdges(texts);
}

/** What takes reading every score line of stored runs: a report's lists (with the whole dataset), a comparison, the gate. */
async function runApart(request: LookRequest): Promise<ReportLists | RunComparison | GateResult> {
	const { root, stateDir, task, run = 'latest', sides, gate = {} } = request;
	const ctx = await Context.open(root, workspacePaths(root).config, { readonlyDb: true, stateDir });
	try {
		const runs = new Runs(runsPort(ctx));
		if (task === 'gate') return runs.gate(run, gate);
		return sides === undefined ? runs.lists(run) : runs.compare(...sides);
	} finally {
		await ctx.store.close();
	}
}

async function agreementApart({ root, stateDir, person }: LookRequest): Promise<AgreementReport> {
	const ctx = await Context.open(root, workspacePaths(root).config, { readonlyDb: true, stateDir, annotator: person });
	try {
		return agreement(ctx);
	} finally {
		await ctx.store.close();
	}
}

async function inspectApart(request: LookRequest, onProgress: (progress: LookProgress) => void): Promise<Looked> {
	const { root, stateDir } = request;
	const ctx = await Context.open(root, workspacePaths(root).config, { readonlyDb: true, stateDir });
	try {
		const prompts = inspectedPrompts(ctx);
		const shift = shiftPart(ctx, prompts, onProgress);
		const dismissed = new Set(ctx.events('suggestions-dismissed').flatMap((event) => event.prompts));
		const novelty = noveltyOf(prompts, {
			onProgress: (done, total) => onProgress({ phase: 'novelty', done, total }),
			dismissed,
			waiting: waitingPlaced(ctx.db),
		});
		return { shift, novelty };
	} finally {
		await ctx.store.close();
	}
}
