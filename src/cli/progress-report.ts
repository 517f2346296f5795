import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { JUDGED_PREFIX } from '../domain/judged-prefix.ts';
import type { PersonProgress, ProgressGroup, ProgressReport } from '../domain/progress.ts';
import { SPLIT_LABELS } from '../domain/split.ts';
import { dateWords, ownWords, PROGRESS_NOTES, progressMarkdown } from '../workspace/progress-markdown.ts';
import { count, oneLine, plural } from './format.ts';
import { example, perform } from './register.ts';
import { renderTable } from './table.ts';
import { bullet, type Terminal, wrap } from './terminal.ts';

/** Facets at a terminal; `--json` and `--markdown` have all. */
const FACETS = 12;

const HELP = `
${PROGRESS_NOTES.join('\n')}
How many people are asked, and who shares the work: "queue" in .pairwright/config.json. Speed, verdicts too fast to have read, and
the side shown first: each person sees their own; with "people.show_individuals" everybody sees everybody's.
`;

/** What is asked for, judged and missing: `progress`. */
export function registerProgress(program: Command): void {
	program
		.command('progress')
		.description('verdicts asked for, given and missing, by split, facet and person, and when it is done at this pace')
		.option('--markdown <file>', 'also write it as Markdown')
		.addHelpText('after', HELP + example('progress', 'progress --markdown progress.md'))
		.action(
			perform<{ markdown?: string }>(async (context, _args, { markdown }) => {
				const report = await (await context.open()).progressReport();
				if (markdown !== undefined) {
					const path = resolve(markdown);
					await mkdir(dirname(path), { recursive: true });
					await writeFile(path, progressMarkdown(report));
				}
				context.result(report, (terminal) => progressText(terminal, report));
			}),
		);
}

/** Progress for a terminal. */
export function progressText(terminal: Terminal, report: ProgressReport): string {
	const { all, splits, facets, people } = report;
	const share = all.needed === 0 ? '' : ` (${Math.floor((100 * all.judged) / all.needed)} %)`;
	const own = people.flatMap((person) => {
		const words = ownWords(person);
		return words.length === 0 ? [] : [bullet(terminal, '·', `${oneLine(person.person)}: ${words.join('; ')}`)];
	});
	return [
		terminal.paint(
			'bold',
			wrap(`${count(all.judged)} of ${plural(all.needed, 'verdict')} asked for are given${share}`, terminal.width),
		),
		wrap(`${count(all.left)} left${dateWords(all)}.`, terminal.width),
		...(all.nobody === 0
			? []
			: [
					bullet(
						terminal,
						'!',
						`${count(all.nobody)} of these wait for a further person: whoever is at work has judged the comparison or cannot.`,
					),
				]),
		...(splits.length === 0 ? [] : ['', groups(terminal, 'split', splits)]),
		...(splits.some(({ name, left }) => left > 0 && name !== SPLIT_LABELS.train)
			? [bullet(terminal, '·', JUDGED_PREFIX)]
			: []),
		...(facets.length === 0 ? [] : ['', groups(terminal, 'facet', facets.slice(0, FACETS))]),
		...(facets.length > FACETS
			? [bullet(terminal, ' ', `and ${count(facets.length - FACETS)} more, with --json`)]
			: []),
		...(people.length === 0 ? [] : ['', peopleTable(terminal, people)]),
		...(own.length === 0 ? [] : ['', ...own]),
	].join('\n');
}

function groups(terminal: Terminal, title: string, list: readonly ProgressGroup[]): string {
	return renderTable(
		terminal,
		[
			{ title, flexible: true },
			{ title: 'pairs', align: 'right', drop: 3 },
			{ title: 'asked', align: 'right' },
			{ title: 'judged', align: 'right' },
			{ title: 'left', align: 'right' },
			{ title: 'disputed', align: 'right', drop: 1 },
			{ title: 'flagged', align: 'right', drop: 2 },
			{ title: 'done by' },
		],
		list.map((group) => [
			oneLine(group.name),
			...[group.comparisons, group.needed, group.judged, group.left].map(count),
			group.disputed === null ? 'sealed' : count(group.disputed),
			count(group.flagged),
			group.pace.done_by ?? (group.left === 0 ? 'done' : '–'),
		]),
	);
}

function peopleTable(terminal: Terminal, people: readonly PersonProgress[]): string {
	return renderTable(
		terminal,
		[
			{ title: 'person', flexible: true },
			{ title: 'judged of own part', align: 'right' },
			{ title: 'left of it', align: 'right' },
			{ title: 'beyond it', align: 'right' },
			{ title: 'later', align: 'right', drop: 2 },
			{ title: 'cannot', align: 'right', drop: 2 },
			{ title: 'disputed', align: 'right', drop: 1 },
			{ title: 'flagged', align: 'right', drop: 3 },
		],
		people.map((p) => [
			`${oneLine(p.person)}${p.sharing ? '' : ' (not sharing)'}`,
			...[p.judged, p.left, p.beyond, p.later, p.cannot, p.disputed, p.flagged].map(count),
		]),
	);
}
