import { Argument, type Command, Option } from 'commander';
import type { Strength, Verdict } from '../domain/judgment.ts';
import { moveSentences } from '../domain/split-moves.ts';
import { oneLine, plural, shortId, when } from './format.ts';
import { example, perform } from './register.ts';

const VERDICTS: readonly Verdict[] = ['a', 'b', 'tie', 'both_bad'];
const verdictArgument = () => new Argument('<verdict>', 'what is better').choices(VERDICTS);
const ID = 'comparison, or a unique beginning of 8 or more';

/** Judging one comparison and what surrounds it: set aside, flag, settle, take back. */
export function registerJudge(program: Command): void {
	program
		.command('judge')
		.description('give my verdict on a comparison')
		.argument('<id>', ID)
		.addArgument(verdictArgument())
		.addOption(new Option('--strength <n>', '1 slightly, 2 clearly, 3 much').choices(['1', '2', '3']))
		.option('--reason <reasons...>', 'why, one or more')
		.option('--note <text>', 'a note to the verdict')
		.addHelpText('after', example('judge 3f9a1c22 a --strength 2 --reason correct clear'))
		.action(
			perform<{ strength?: string; reason?: string[]; note?: string }>(async (context, [id, verdict], options) => {
				const api = await context.open();
				const { judgment } = await api.judge({
					comparison: id!,
					verdict: verdict as Verdict,
					...(options.strength === undefined ? {} : { strength: Number(options.strength) as Strength }),
					...(options.reason === undefined ? {} : { reasons: options.reason }),
					...(options.note === undefined ? {} : { note: options.note }),
					queue: 'cli',
				});
				context.result(
					{ judgment },
					() =>
						`Saved: ${judgment.verdict} on ${shortId(judgment.comparison)}. To take it back: pairwright retract ${shortId(judgment.comparison)}`,
				);
			}),
		);

	program
		.command('skip')
		.description('set a comparison aside for later, or declare that I cannot judge it')
		.argument('<id>', ID)
		.option('--cannot <reason>', 'leaves my queue and stays in others’: language, expertise, distressing, broken')
		.addHelpText('after', example('skip 3f9a1c22 --cannot language'))
		.action(
			perform<{ cannot?: string }>(async (context, [id], { cannot }) => {
				const api = await context.open();
				const done = await api.skip({ comparison: id!, ...(cannot === undefined ? {} : { cannot }) });
				context.result(done, () =>
					cannot === undefined ? 'Set aside for later.' : 'Out of your queue; others still see it.',
				);
			}),
		);

	program
		.command('flag')
		.description('mark a comparison for somebody to look at')
		.argument('<id>', ID)
		.option('--note <text>', 'what is wrong with it')
		.addHelpText('after', example('flag 3f9a1c22 --note "two languages mixed"'))
		.action(
			perform<{ note?: string }>(async (context, [id], { note }) => {
				const api = await context.open();
				const done = await api.flag({ comparison: id!, ...(note === undefined ? {} : { note }) });
				context.result(done, () => 'Flagged.');
			}),
		);

	program
		.command('adjudicate')
		.description('settle a comparison: overrides the votes')
		.argument('<id>', ID)
		.addArgument(verdictArgument())
		.requiredOption('--reason <text>', 'why')
		.addHelpText(
			'after',
			`
A decision stands whatever is judged later. "flag" brings the pair back to be settled anew; "retract" takes the decision back.
${example('adjudicate 3f9a1c22 b --reason "a invents a source"')}`,
		)
		.action(
			perform<{ reason: string }>(async (context, [id, verdict], { reason }) => {
				const api = await context.open();
				const done = await api.adjudicate({ comparison: id!, verdict: verdict as Verdict, reason });
				context.result(done, () => `Settled: ${verdict}.`);
			}),
		);

	program
		.command('retract')
		.description('take my verdict on a comparison back, or any step of mine by the id that "show" gives it')
		.argument('<id>', `${ID}; or an event, likewise`)
		.option('--dry-run', 'only say what it would take back')
		.addHelpText('after', example('retract 3f9a1c22', 'retract 9b01d2e4 --dry-run'))
		.action(
			perform<{ dryRun?: boolean }>(async (context, [id], { dryRun = false }) => {
				const api = await context.open();
				const done = dryRun ? await api.retract(id!, { preview: true }) : await api.retract(id!);
				const about = [
					done.comparisons > 1 ? plural(done.comparisons, 'comparison') : '',
					done.prompts > 0 ? plural(done.prompts, 'prompt') : '',
				].filter((part) => part !== '');
				const what = `“${oneLine(done.what)}” of ${when(done.at)}${about.length === 0 ? '' : ` on ${about.join(' and ')}`}`;
				const moves = done.moves === undefined ? [] : moveSentences(done.moves, dryRun);
				context.result(done, () =>
					[dryRun ? `Would take back ${what}.` : `Taken back: ${what} (${shortId(done.retracted)}).`, ...moves].join(
						'\n',
					),
				);
			}),
		);
}
