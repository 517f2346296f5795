import { type Command, Option } from 'commander';
import { SPLIT_LABELS, SPLITS, type Split } from '../domain/split.ts';
import type { WaitingPage, WaitingPrompt } from '../protocol/candidates.ts';
import type { WorkspaceApi } from '../protocol/workspace-api.ts';
import { count, fixed, NONE, oneLine, plural, shortId } from './format.ts';
import { example, perform, wholeNumber } from './register.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

interface Options {
	readonly split?: Split;
	readonly order: 'novelty' | 'arrival';
	readonly limit: number;
}

const PAGE = 1_000;

/** Prompts of logs that need a second response. */
export function registerPrompts(program: Command): void {
	program
		.command('prompts')
		.description('prompts that need a second response, those least like the training prompts first')
		.addOption(new Option('--split <split>', 'only of this split').choices(SPLITS))
		.addOption(
			new Option('--order <order>', 'least like train first, or as they came in')
				.choices(['novelty', 'arrival'])
				.default('novelty'),
		)
		.option('--limit <n>', 'at most so many; 0 = all', wholeNumber(0), 50)
		.addHelpText(
			'after',
			`
A prompt has its split, and can be tagged and moved, before it has a pair. What its response says is not shown: whoever judges it
later would know it. "pairwright generate" lets a model write the second one.
${example('prompts', 'prompts --limit 20 --json | jq -r .prompts[].id | pairwright tag --stdin --facet domain:law')}`,
		)
		.action(
			perform<Options>(async (context, _args, { split, order, limit }) => {
				const api = await context.open();
				const page = await waitingAll(api, split, order, limit === 0 ? Number.POSITIVE_INFINITY : limit);
				const { rows, total, answered, repeats, threshold, reason } = page;
				const document = {
					prompts: rows,
					...{ total, answered, repeats, threshold },
					...(reason === undefined ? {} : { reason }),
				};
				context.result(document, (terminal) => promptsText(terminal, page));
			}),
		);
}

async function waitingAll(
	api: WorkspaceApi,
	split: Split | undefined,
	order: Options['order'],
	limit: number,
): Promise<WaitingPage> {
	const rows: WaitingPrompt[] = [];
	for (let after: string | null = null; ; ) {
		const page: WaitingPage = await api.waiting({
			order,
			limit: Math.min(PAGE, limit - rows.length),
			...(split === undefined ? {} : { split }),
			...(after === null ? {} : { after }),
		});
		rows.push(...page.rows);
		after = page.next;
		if (after === null || rows.length >= limit) return { ...page, rows };
	}
}

function placeText({ split, half }: WaitingPrompt): string {
	return half === null ? SPLIT_LABELS[split] : half === 'R' ? 'held-out R' : 'held-out E';
}

export function promptsText(terminal: Terminal, page: WaitingPage): string {
	if (page.total === 0)
		return 'No prompt needs a second response. Bring some in: pairwright import --as prompts LOG.jsonl';
	const table = renderTable(
		terminal,
		[
			{ title: 'id' },
			{ title: 'split', drop: 1 },
			{ title: 'novelty', align: 'right' },
			{ title: 'has', align: 'right', drop: 3 },
			{ title: 'in logs', align: 'right', drop: 4 },
			{ title: 'tags', drop: 2 },
			{ title: 'prompt', flexible: true },
		],
		page.rows.map((row) => [
			shortId(row.id),
			placeText(row),
			row.novelty === null
				? NONE
				: `${fixed(row.novelty, 2)}${page.threshold !== null && row.novelty > page.threshold ? ' ▲' : ''}`,
			count(row.candidates),
			row.times > 1 ? `${count(row.times)}×` : '',
			oneLine(row.tags.join(' ')),
			oneLine(row.preview),
		]),
	);
	const rest = page.total - page.rows.length;
	const beyond = page.rows.some(
		({ novelty }) => novelty !== null && page.threshold !== null && novelty > page.threshold,
	);
	return [
		table,
		'',
		`${plural(page.total, 'prompt needs a', 'prompts need a')} second response${rest > 0 ? `, ${count(rest)} more: --limit 0 shows all` : ''}.`,
		...(beyond
			? ['▲ farther from train than 95 % of train prompts are from each other: held-out prompts, if you tag them.']
			: []),
		...(page.reason === undefined ? [] : [page.reason]),
	].join('\n');
}
