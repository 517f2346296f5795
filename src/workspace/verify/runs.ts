import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type RunLabel, readLabels } from '../../store/attachments.ts';
import { openRunLines } from '../../store/run-lines.ts';
import type { Context } from '../context.ts';
import { pause } from '../fold-sources.ts';
import { readRecord, readScores, readSealed, runHashes } from '../runs/run-files.ts';
import { showsSealedUnscored } from '../runs/unscored.ts';
import { ByteBudget, type Check, counted, finding } from './finding.ts';

/** Packed bytes read without being asked for more: some seconds of unpacking and parsing. */
const RUN_BYTES = 20_000_000;

function folderSize(folder: string): number {
	return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** Reads every file of a run; of the sealed half it is only seen that it opens. @throws where one cannot be read */
function readWhole(ctx: Context, run: string): void {
	const { runs } = ctx.paths;
	if (readRecord(runs, run).run !== run) throw new Error(`${run}/run.json is of another run`);
	if (readScores(runs, run).length === 0) throw new Error(`${run}/scores.jsonl.gz holds no scores`);
	const labels = readLabels(ctx.paths, run);
	// Its key is the run's id: the file of another run, or a changed one, does not open.
	const sealed = readSealed(runs, run);
	if (labels.length > 0 && sealed !== null && sealed.lines.length > 0 && !labels.some(({ place }) => place === 'E')) {
		throw new Error(`${run}/labels-sealed.bin is missing`);
	}
}

/** @returns names of files that are not what was written when the run was recorded */
function changedFiles({ runs }: Context['paths'], run: string, recorded: Readonly<Record<string, string>>): string[] {
	const now = runHashes(runs, run);
	return Object.entries(recorded).flatMap(([name, hash]) => (now[name] === hash ? [] : [name]));
}

/** Whether anybody who looks into a run's folder finds the labels of E there. */
function showsSealed({ runs }: Context['paths'], run: string): boolean {
	return (
		openRunLines<RunLabel>(runs, run, 'labels').some(({ place }) => place === 'E') || showsSealedUnscored(runs, run)
	);
}

/** Folders of recorded runs: whole, and sealed where nothing was decided yet. */
export async function checkRuns(ctx: Context, deep: boolean): Promise<readonly Check[]> {
	const budget = new ByteBudget(deep ? Number.POSITIVE_INFINITY : RUN_BYTES);
	const recorded = new Map(ctx.events('run-recorded').map(({ run, files }) => [run, files ?? {}]));
	const runs = [...recorded.keys()];
	const decided = new Set(ctx.events('decided').map(({ run }) => run));
	const problems: string[] = [];
	const shown: string[] = [];
	const skipped: string[] = [];
	// The latest matter most, where not all are read.
	for (const run of runs.toReversed()) {
		const folder = join(ctx.paths.runs, run);
		try {
			if (!existsSync(folder)) problems.push(`${run}: its folder is missing`);
			else if (!budget.take(folderSize(folder))) skipped.push(run);
			else {
				readWhole(ctx, run);
				const changed = changedFiles(ctx.paths, run, recorded.get(run)!);
				if (changed.length > 0) problems.push(`${run}: changed since it was recorded: ${changed.join(', ')}`);
				if (!decided.has(run) && showsSealed(ctx.paths, run)) shown.push(run);
			}
		} catch (error) {
			problems.push(`${run}: ${(error as Error).message.replace(`${ctx.paths.runs}/`, '')}`);
		}
		await pause();
	}
	return [
		finding(
			'runs',
			problems,
			`Readable, as recorded (record, scores, labels, sealed half): ${counted(runs.length - skipped.length, 'run')}.`,
			{
				status: 'error',
				remedy:
					'Get the folder .pairwright/runs/RUN from version control: whoever made the run has to commit it with their journal.',
			},
			skipped,
		),
		finding(
			'sealed-labels',
			shown.map((run) => `${run}: the labels of the sealed half are readable, and nothing was decided yet`),
			'No undecided run shows the labels of the sealed half.',
			{
				status: 'warning',
				remedy:
					'An earlier version recorded these runs; new ones seal them. Update Pairwright for the whole team together, and leave labels.jsonl.gz and unscored.jsonl.gz of these runs unread until the decision.',
			},
			skipped,
		),
	];
}
