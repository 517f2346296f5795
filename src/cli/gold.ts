import { type Command, Option } from 'commander';
import type { Verdict } from '../domain/judgment.ts';
import type { GoldReport } from '../protocol/judging.ts';
import { count, oneLine, plural, shortId } from './format.ts';
import { example, perform } from './register.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

const HELP = `
A gold pair is one whose answer is known. It is mixed into everybody's queue unannounced, once a person ("queue.gold" in
.pairwright/config.json: the share of what a person is shown, 0.05 if left out); answers to it are no votes. Each person sees
their own share of right ones in "pairwright progress". Train pairs, or excluded ones: never pairs of an evaluation.
`;

export function registerGold(program: Command): void {
	const gold = program
		.command('gold')
		.description('gold pairs: pairs with a known answer, mixed unannounced into everybody’s queue')
		.addHelpText('after', HELP + example('gold', 'gold add 3f9a1c22', 'gold add 77aa01bc --verdict b'))
		.action(
			perform(async (context) => {
				const report = await (await context.open()).gold();
				context.result(report, (terminal) => goldText(terminal, report));
			}),
		);
	gold
		.command('add')
		.description('mark pairs as gold')
		.argument('<ids...>', 'comparisons, or unique beginnings of 8 or more')
		.addOption(
			new Option('--verdict <verdict>', 'the known answer (default: what an adjudication decided)').choices([
				'a',
				'b',
				'tie',
				'both_bad',
			]),
		)
		.option('--reason <text>', 'why the answer is beyond doubt')
		.addHelpText(
			'after',
			example('gold add 3f9a1c22 77aa01bc', 'gold add 77aa01bc --verdict b --reason "a is in the wrong language"'),
		)
		.action(
			perform<{ verdict?: Verdict; reason?: string }>(async (context, args, { verdict, reason }) => {
				const done = await (await context.open()).markGold({
					comparisons: args.flat(),
					...(verdict === undefined ? {} : { verdict }),
					...(reason === undefined ? {} : { reason }),
				});
				context.result(done, () => `${plural(done.marked.length, 'gold pair')} marked.`);
			}),
		);
	gold
		.command('remove')
		.description('make gold pairs ordinary ones again; answers given to them stay no votes')
		.argument('<ids...>', 'comparisons, or unique beginnings of 8 or more')
		.addHelpText('after', example('gold remove 3f9a1c22'))
		.action(
			perform(async (context, args) => {
				const done = await (await context.open()).unmarkGold(args.flat());
				context.result(done, () => `${plural(done.unmarked.length, 'pair')} no longer gold.`);
			}),
		);
}

function goldText(terminal: Terminal, { pairs, candidates, rate, accuracy }: GoldReport): string {
	if (pairs.length === 0) {
		return candidates.length === 0
			? 'There are no gold pairs. Adjudicate a train pair, then: pairwright gold add ID'
			: `There are no gold pairs. ${plural(candidates.length, 'adjudicated pair')} could be, e.g.: pairwright gold add ${shortId(candidates[0]!.comparison)}`;
	}
	const table = renderTable(
		terminal,
		[
			{ title: 'pair' },
			{ title: 'answer' },
			{ title: 'answered', align: 'right' },
			{ title: 'split', drop: 1 },
			{ title: 'prompt', flexible: true },
		],
		pairs.map(({ comparison, verdict, answers, place, preview }) => [
			shortId(comparison),
			verdict,
			count(answers),
			place,
			oneLine(preview),
		]),
	);
	const bounds =
		accuracy.low === null || accuracy.high === null ? '' : ` (${percent(accuracy.low)}–${percent(accuracy.high)})`;
	return [
		table,
		'',
		accuracy.value === null
			? `Right answers: ${accuracy.reason ?? 'not known'}.`
			: `Right answers, everybody together: ${percent(accuracy.value)}${bounds} of ${count(accuracy.n)}.`,
		...(rate === 0 ? ['None is shown: "queue.gold" is 0 in .pairwright/config.json.'] : []),
	].join('\n');
}

function percent(share: number): string {
	return `${Math.round(share * 100)} %`;
}
