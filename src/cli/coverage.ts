import { type Command, Option } from 'commander';
import type { FacetCoverage, PrecisionMetric } from '../domain/facet-coverage.ts';
import { count, oneLine, plural } from './format.ts';
import { example, numberBetween, perform } from './register.ts';
import { renderTable } from './table.ts';
import { type Terminal, wrap } from './terminal.ts';

interface Options {
	readonly precision: number;
	readonly metric: PrecisionMetric;
}

export function registerCoverage(program: Command): void {
	program
		.command('coverage')
		.description('which kinds of shift the held-out set covers, and how many pairs a stated precision needs')
		.option(
			'--precision <width>',
			'wanted half-width of the 95 % interval (0.03 = 3 points)',
			numberBetween(0, 100),
			0.03,
		)
		.addOption(new Option('--metric <metric>', 'of what').choices(['accuracy', 'nll']).default('accuracy'))
		.addHelpText(
			'after',
			example('coverage', 'coverage --precision 0.02', 'coverage --metric nll --precision 0.05 --json'),
		)
		.action(
			perform<Options>(async (context, _args, { precision, metric }) => {
				const coverage = await (await context.open()).coverage({ metric, width: precision });
				context.result(coverage, (terminal) => coverageText(terminal, coverage));
			}),
		);
}

export function coverageText(terminal: Terminal, { kinds, total, untagged, need }: FacetCoverage): string {
	const table = renderTable(
		terminal,
		[
			{ title: 'shift' },
			{ title: 'prompts', align: 'right' },
			{ title: 'pairs', align: 'right' },
			{ title: 'clusters', align: 'right', drop: 1 },
			{ title: 'tuning R', align: 'right' },
			{ title: 'sealed E', align: 'right' },
		],
		[
			...kinds.flatMap(({ kind, facets, ...of }) => [
				[kind, ...numbers(of)],
				...facets.map((each) => [
					terminal.paint('dim', `  ${oneLine(each.facet.slice(kind.length + 1))}${each.sealedOnly ? ' (E only)' : ''}`),
					...numbers(each),
				]),
			]),
			['all held out', ...numbers(total)],
		],
	);
	const missing = kinds.filter(({ prompts }) => prompts === 0).map(({ kind }) => kind);
	const notes = [
		...(missing.length === 0 || total.prompts === 0 ? [] : [`Not covered: ${missing.join(', ')}.`]),
		...(untagged === 0 ? [] : [`${plural(untagged, 'held-out prompt')} without a tag.`]),
		...(total.prompts === 0 ? ['Nothing is held out yet.'] : []),
		need.text,
	];
	return [table, '', ...notes.map((note) => wrap(note, terminal.width, ''))].join('\n');
}

function numbers(of: Omit<FacetCoverage['total'], 'text'>): string[] {
	return [of.prompts, of.pairs, of.clusters, of.reference.pairs, of.sealed.pairs].map((n) => count(n));
}
