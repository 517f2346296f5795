import type { Command } from 'commander';
import type { Message } from '../domain/comparison.ts';
import { originText } from '../domain/response-origin.ts';
import { SPLIT_LABELS, type Split } from '../domain/split.ts';
import { contentOf } from '../domain/text.ts';
import { UserError } from '../protocol/errors.ts';
import type { ComparisonDetail, ListFilter, ListPage, ListRow } from '../protocol/lists.ts';
import type { WorkspaceApi } from '../protocol/workspace-api.ts';
import { addFilters, type FilterOptions, filterOf } from './filter-options.ts';
import { count, NONE, oneLine, plural, safe, shortId, when } from './format.ts';
import { named } from './people.ts';
import { example, perform, wholeNumber } from './register.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Rows of one question to the workspace; a longer list asks again from where the page ended. */
const PAGE = 1000;

interface ListOptions extends FilterOptions {
	readonly save?: string;
	readonly limit: number;
}

export function registerList(program: Command): void {
	addFilters(program.command('list').description('list comparisons; filters combine'))
		.option('--save <name>', 'save these filters for the team under a name')
		.option('--limit <n>', 'how many at most, 0 for all', wholeNumber(0), 50)
		.addHelpText(
			'after',
			example(
				'list --status disputed',
				'list --search "contract law" --limit 0 --json',
				'list --split train --facet domain --min-length 400 --save "long and tagged"',
			),
		)
		.action(
			perform<ListOptions>(async (context, _args, { limit, save, ...filters }) => {
				const api = await context.open();
				const query = await filterOf(api, filters);
				if (save !== undefined) await api.saveSearch(save, query);
				const page = await listAll(api, query, limit === 0 ? Number.POSITIVE_INFINITY : limit);
				const document = {
					comparisons: page.comparisons.map(({ id, prompt_id, split, half, tags, verdict, judgments, ...rest }) => ({
						id,
						prompt_id,
						split,
						half,
						tags,
						verdict,
						judgments,
						...rest,
					})),
					total: page.total,
					...(page.sealedOut === undefined ? {} : { sealed_out: page.sealedOut }),
				};
				context.result(document, (terminal) => listText(terminal, page));
			}),
		);

	program
		.command('show')
		.description('show one comparison whole, with its judgments and history')
		.argument('<id>', 'comparison, or a unique beginning of 8 or more')
		.addHelpText('after', example('show 3f9a1c22', 'show 3f9a1c22 --json'))
		.action(
			perform(async (context, [id]) => {
				const detail = await (await context.open()).show(id!);
				const { id: whole, prompt, ...rest } = detail;
				const document = {
					id: whole,
					prompt: prompt.messages,
					...(prompt.tools === undefined ? {} : { tools: prompt.tools }),
					...rest,
				};
				context.result(document, (terminal) => detailText(terminal, detail));
			}),
		);
}

type Listed = Pick<ListPage, 'comparisons' | 'total' | 'sealedOut'>;

async function listAll(api: WorkspaceApi, query: ListFilter, limit: number): Promise<Listed> {
	const rows: ListRow[] = [];
	let after: string | null = null;
	let first: ListPage | null = null;
	do {
		const page: ListPage = await api.list({
			...query,
			limit: Math.min(PAGE, limit - rows.length),
			...(after === null ? {} : { after }),
		});
		first ??= page;
		rows.push(...page.comparisons);
		if (page.next !== null && page.next === after) throw new UserError('environment', 'The list does not go on.');
		after = page.next;
	} while (after !== null && rows.length < limit);
	return { ...first, comparisons: rows };
}

function place(split: Split, half: 'R' | 'E' | null): string {
	if (split !== 'heldout' || half === null) return SPLIT_LABELS[split];
	return half === 'R' ? 'held-out R' : 'held-out E';
}

const VERDICTS: Readonly<Record<string, string>> = { both_bad: 'both bad', open: NONE };

export function listText(terminal: Terminal, { comparisons, total, sealedOut = 0 }: Listed): string {
	// Without this line an empty list would read as "nobody judged any".
	const sealed =
		sealedOut === 0
			? ''
			: `\n${plural(sealedOut, 'comparison')} of the sealed half ${sealedOut === 1 ? 'is' : 'are'} left out: what people said of ${sealedOut === 1 ? 'it' : 'them'} is sealed until a decision opens it.`;
	if (comparisons.length === 0) return `No comparison fits.${sealed}`;
	const table = renderTable(
		terminal,
		[
			{ title: 'id' },
			{ title: 'split', drop: 1 },
			{ title: 'verdict' },
			{ title: 'by', align: 'right', drop: 2 },
			{ title: 'tags', drop: 3 },
			{ title: 'prompt', flexible: true },
		],
		comparisons.map((row) => [
			shortId(row.id) + (row.flagged ? terminal.paint('yellow', ' ⚑') : ''),
			place(row.split, row.half),
			row.sealed === true ? terminal.paint('dim', 'sealed') : (VERDICTS[row.verdict!] ?? row.verdict ?? NONE),
			row.judgments === null ? NONE : count(row.judgments),
			oneLine(row.tags.join(' ')),
			oneLine(row.preview),
		]),
	);
	const rest = total - comparisons.length;
	return `${table}\n\n${plural(total, 'comparison')}${rest > 0 ? `, ${count(rest)} more: --limit 0 shows all` : ''}.${sealed}`;
}

function turns(terminal: Terminal, messages: readonly Message[]): string {
	return messages
		.map((message) => {
			const call = message.tool_calls == null ? '' : `\n${JSON.stringify(message.tool_calls)}`;
			const text = `${safe(contentOf(message))}${call}`.replaceAll('\n', '\n  ');
			return `  ${terminal.paint('dim', `${safe(message.role)}:`)} ${text}`;
		})
		.join('\n');
}

export function detailText(terminal: Terminal, detail: ComparisonDetail): string {
	const head = (text: string) => `\n${terminal.paint('bold', text)}`;
	const judged = detail.judgments.map((j) =>
		[
			`  ${named(detail.names ?? {}, j.annotator)}: ${VERDICTS[j.verdict] ?? j.verdict}`,
			j.strength === undefined ? '' : ['slightly', 'clearly', 'much'][j.strength - 1]!,
			(j.reasons ?? []).map(oneLine).join(', '),
			j.note === undefined ? '' : `“${oneLine(j.note)}”`,
			j.blind ? '' : 'not blind',
			j.at === null ? '' : when(j.at),
		]
			.filter((part) => part !== '')
			.join(' · '),
	);
	return [
		`${terminal.paint('bold', detail.id)}`,
		`${place(detail.split, detail.half)} · ${detail.resolution === 'open' ? 'not judged' : `resolved: ${VERDICTS[detail.resolution] ?? detail.resolution}`}${detail.tags.length === 0 ? '' : ` · ${oneLine(detail.tags.join(' '))}`}`,
		...detail.sources.map((source) => terminal.paint('dim', `${oneLine(source.path)}, line ${source.line}`)),
		...(detail.derived_from === null ? [] : [`A rewrite of ${shortId(detail.derived_from)}.`]),
		...(detail.origins === undefined
			? []
			: (['a', 'b'] as const).map(
					(side) =>
						`Response ${side}: ${(detail.origins?.[side] ?? []).map((each) => oneLine(originText(each))).join('; ') || 'not recorded'}`,
				)),
		head('Prompt'),
		turns(terminal, detail.prompt.messages),
		head('Response a'),
		turns(terminal, detail.response_a),
		head('Response b'),
		turns(terminal, detail.response_b),
		head(`Judgments (${detail.judgments.length})`),
		...(judged.length === 0 ? ['  none'] : judged),
		...(detail.history.length === 0 ? [] : [head('History')]),
		...detail.history.flatMap((h) => [
			`  ${when(h.at)}  ${named(detail.names ?? {}, h.person)}: ${oneLine(h.text)}${h.retracted ? ' (taken back)' : ''}`,
			...(h.from === undefined
				? []
				: [terminal.paint('dim', `    ${oneLine(h.from)}${h.mine === true ? ` · retract ${shortId(h.event)}` : ''}`)]),
		]),
	].join('\n');
}
