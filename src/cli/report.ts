import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ScoreLine } from '../domain/run-record.ts';
import type { RunSummary } from '../protocol/runs.ts';
import type { WorkspaceApi } from '../protocol/workspace-api.ts';
import { fixed, interval, oneLine, plain, plural, when } from './format.ts';
import { example, perform } from './register.ts';
import { reportText } from './report-text.ts';
import { renderTable } from './table.ts';
import { statusMark, type Terminal } from './terminal.ts';

/** The history of runs, and one run's report: on the terminal, as a record, as a page, as scores. */
export function registerReport(program: Command): void {
	program
		.command('runs')
		.description('list the scoring runs, latest first')
		.addHelpText('after', example('runs', 'runs --json'))
		.action(
			perform(async (context) => {
				const api = await context.open();
				const runs = await api.runs();
				const records = context.options.json === true ? await Promise.all(runs.map(({ run }) => record(api, run))) : [];
				context.result({ runs: records }, (terminal) => runsText(terminal, runs));
			}),
		);

	program
		.command('report')
		.description('print one run’s calibration report')
		.argument('<run>', 'run id, a unique beginning of it, or latest')
		.option('--html <file>', 'also write it as one self-contained page')
		.option('--texts', 'with --html: put the texts of its mistakes into the page')
		.option(
			'--scores <file>',
			'also write JSON Lines with one line a pair; nothing of the sealed half before a decision',
		)
		.addHelpText('after', example('report latest', 'report latest --html report.html --scores scores.jsonl'))
		.action(
			perform<{ html?: string; texts?: true; scores?: string }>(async (context, [run], { html, texts, scores }) => {
				const api = await context.open();
				const report = await api.report(run!);
				if (scores !== undefined) {
					const lines = (await api.scores(report.record.run)).map((line) => `${JSON.stringify(scoreDocument(line))}\n`);
					await writeFile(resolve(scores), lines.join(''));
				}
				if (html !== undefined) {
					const { renderReportHtml } = await import('../workspace/html-report.ts');
					await writeFile(
						resolve(html),
						await renderReportHtml(report, { texts: texts === true, card: (await api.card()).html }),
					);
				}
				context.result(report.record, (terminal) =>
					[
						reportText(terminal, report),
						...(html === undefined ? [] : [`Page: ${resolve(html)}`]),
						...(scores === undefined ? [] : [`Scores: ${resolve(scores)}`]),
					].join('\n'),
				);
			}),
		);
}

async function record(api: WorkspaceApi, run: string) {
	return (await api.report(run, { part: 'record' })).record;
}

/** The contract's columns first, in its order. */
function scoreDocument({ comparison, checkpoint, delta, p, split, source, ...rest }: ScoreLine) {
	return { comparison, checkpoint, delta, p, split, source, ...rest };
}

export function runsText(terminal: Terminal, runs: readonly RunSummary[]): string {
	if (runs.length === 0) return 'No run yet. Next: pairwright score';
	const table = renderTable(
		terminal,
		[
			{ title: '' },
			{ title: 'run' },
			{ title: 'when', drop: 4 },
			{ title: 'scored', drop: 2 },
			{ title: 'chose' },
			{ title: 'eval NLL', align: 'right', drop: 3 },
			{ title: 'held-out NLL', align: 'right' },
			{ title: 'held-out over-confidence', align: 'right', drop: 3 },
			{ title: 'decided', drop: 1 },
		],
		runs.map((run) => [
			statusMark(terminal, run.verdict.status),
			run.run,
			when(run.created),
			scoredBy(run),
			run.checkpoints === undefined ? `λ ${plain(run.lambda)}` : oneLine(run.checkpoints.recommended ?? 'none'),
			fixed(run.eval?.nll.value ?? null),
			fixed(run.heldout?.nll.value ?? null),
			run.heldout === null ? fixed(null) : interval(run.heldout.overconfidence),
			run.decided ? 'yes' : '',
		]),
	);
	return `${table}\n\n${plural(runs.length, 'run')}. One of them: pairwright report RUN`;
}

/** `probe`, `gguf, 7 checkpoints` */
function scoredBy({ engine, checkpoints }: RunSummary): string {
	return checkpoints === undefined ? engine : `${engine}, ${plural(checkpoints.count, 'checkpoint')}`;
}
