import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ScoreOptions } from '../protocol/workspace-api.ts';
import { example, numberBetween, perform, wholeNumber } from './register.ts';
import { reportText } from './report-text.ts';

interface Options {
	readonly engine: ScoreOptions['engine'];
	readonly lambda?: number;
	readonly margin: number | 'auto';
	readonly beta: number;
	readonly seed: number;
	readonly features?: string;
	readonly featuresMode: 'join' | 'replace';
}

const positive = (text: string): number => {
	const value = numberBetween(0, Number.POSITIVE_INFINITY)(text);
	if (value === 0) throw new InvalidArgumentError('Expected a number above 0.');
	return value;
};

export function registerScore(program: Command): void {
	program
		.command('score')
		.description('run GDPO scoring: what do these pairs teach, and does it carry over to held-out prompts?')
		.addOption(
			new Option('--engine <name>', 'what scores: the built-in text probe; no language model')
				.choices(['probe'])
				.default('probe'),
		)
		.option(
			'--lambda <x>',
			'0 = in-distribution fit alone … 1 = minimax regret (default: the recommended λ, else 0)',
			numberBetween(0, 1),
		)
		.option(
			'--margin <x>',
			'extra held-out regret that costs nothing, in nats, or auto = what is within noise',
			(text: string) => (text === 'auto' ? text : numberBetween(0, Number.POSITIVE_INFINITY)(text)),
			0,
		)
		.option('--beta <x>', 'inverse temperature of the preference model', positive, 1)
		.option('--seed <n>', 'of folds and resampling: the same seed, the same record', wholeNumber(0), 0)
		.option(
			'--features <file>',
			'features of your own, e.g. embeddings of a reward model: JSON Lines of {"id","a":[…],"b":[…]} or {"id","x":[…]}, x = a − b',
		)
		.addOption(
			new Option('--features-mode <mode>', 'beside the probe’s own features, or instead of them')
				.choices(['join', 'replace'])
				.default('join'),
		)
		.addHelpText('after', example('score', 'score --lambda 0.3 --margin auto --json'))
		.action(
			perform<Options>(async (context, _args, { engine, lambda, margin, beta, seed, features, featuresMode }) => {
				const api = await context.open();
				const { run } = await context.job('score', (job) =>
					api.score(
						{
							engine,
							lambda: lambda ?? null,
							margin,
							beta,
							seed,
							...(features === undefined ? {} : { features: { path: resolve(features), mode: featuresMode } }),
						},
						job,
					),
				);
				const report = await api.report(run);
				context.result(report.record, (terminal) => reportText(terminal, report));
			}),
		);
}
