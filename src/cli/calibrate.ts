import { type Command, Option } from 'commander';
import { calibrate } from '../calibration/calibrate.ts';
import { ECE_BINS } from '../calibration/ece.ts';
import type { CalibrationForm } from '../calibration/proper.ts';
import { openChunks } from '../formats/chunks.ts';
import { readProbabilities } from '../formats/probabilities.ts';
import { UserError } from '../protocol/errors.ts';
import { calibrationText } from './calibrate-text.ts';
import { EXIT } from './context.ts';
import { coverageHelp } from './coverage-text.ts';
import { count } from './format.ts';
import { example, perform, wholeNumber } from './register.ts';
import { createTerminal } from './terminal.ts';

/** Rejected rows that are named on a screen; `--json` names up to 1,000. */
const NAMED = 20;
/** More bins than a diagram can show say nothing. */
const MOST_BINS = 1000;

export function registerCalibrate(program: Command): void {
	program
		.command('calibrate')
		.description('calibration metrics of a JSON Lines file of {p, y?, group?}; - reads standard input')
		.argument('<file>', 'rows with a probability p, a label y and a group of rows that depend on each other')
		.addOption(
			new Option(
				'--form <form>',
				'pair: p = P(chosen wins), y omitted or the share of votes for the chosen one; binary: p = P(y = 1), y from 0 to 1',
			)
				.choices(['pair', 'binary'])
				.default('pair'),
		)
		.option('--bins <n>', 'bins of ECE, MCE and the reliability table', wholeNumber(1), ECE_BINS)
		.addHelpText('after', example('calibrate margins.jsonl', 'calibrate - --form binary --json < scores.jsonl'))
		.addHelpText('after', () => coverageHelp(createTerminal(process.stdout, false)))
		.action(
			perform<{ form: CalibrationForm; bins: number }>(async (context, [file], { form, bins }) => {
				if (bins > MOST_BINS) throw new UserError('usage', `--bins ${bins}: expected at most ${MOST_BINS}.`);
				const stdin = file === '-';
				const name = stdin ? 'standard input' : file!;
				const source = stdin ? { chunks: process.stdin as AsyncIterable<Buffer> } : await openChunks(file!);
				const { rejected, rejectedCount, ...columns } = await readProbabilities(name, source, form);
				const document = {
					...calibrate(columns, { form, bins }),
					rejected: rejected.map(({ line, reason }) => ({ path: name, line, reason })),
				};
				if (rejectedCount > 0) context.exitCode = EXIT.partly;
				context.result(document, (terminal) => calibrationText(terminal, document));
				if (context.options.json !== true) {
					for (const { line, reason } of rejected.slice(0, NAMED)) context.warn(`${name}, line ${line}: ${reason}`);
					if (rejectedCount > NAMED) {
						context.warn(`… and ${count(rejectedCount - NAMED)} more rejected rows; --json names them.`);
					}
				}
			}),
		);
}
