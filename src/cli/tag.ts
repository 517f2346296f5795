import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { SPLIT_LABELS } from '../domain/split.ts';
import type { TagResult } from '../protocol/curation.ts';
import { UserError } from '../protocol/errors.ts';
import { addFilters, type FilterOptions, filterOf, movePreviewText } from './filter-options.ts';
import { count, plural, shortId } from './format.ts';
import { example, perform } from './register.ts';

interface Options extends Omit<FilterOptions, 'tag' | 'facet'> {
	readonly stdin?: true;
	readonly tagged?: string;
	readonly dryRun?: true;
	readonly facet: string;
	readonly reason?: string;
	readonly remove?: true;
}

export function registerTag(program: Command): void {
	const command = program
		.command('tag')
		.description('mark prompts as out of distribution: their clusters move to held-out')
		.argument('[ids...]', 'prompts or comparisons, or unique beginnings of 8 or more; or filters instead')
		.option('--stdin', 'ids from standard input, separated by white space')
		.requiredOption('--facet <facet>', 'kind:value; kinds are domain, language, time, format, adversarial, free')
		.option('--reason <text>', 'why they lie outside')
		.option('--remove', 'take the tag away; nothing moves back by itself')
		.option('--dry-run', 'say what it would do, and do nothing');
	addFilters(command, { tags: false })
		.option('--tagged <facet>', 'only prompts with this tag, or a tag of this kind')
		.addHelpText(
			'after',
			example(
				'tag --search "tenan*" --facet domain:law --reason "no legal questions in training"',
				'tag --split train --source reviews.jsonl --min-length 2000 --facet format:long --dry-run',
				'list --json | jq -r .comparisons[].prompt_id | pairwright tag --stdin --facet language:de',
			),
		)
		.action(
			perform<Options>(async (context, ids, { stdin, facet, reason, remove, tagged, dryRun, ...filters }) => {
				const filtered = [tagged, ...Object.values(filters)].some((value) => value !== undefined);
				checkOneWay(ids, filtered, stdin);
				const api = await context.open();
				const selection = filtered
					? { query: { ...(await filterOf(api, filters)), ...(tagged === undefined ? {} : { facet: tagged }) } }
					: { ids: await namedPrompts(ids, stdin) };
				if (dryRun === true) {
					const preview = await api.previewMove(selection, 'heldout');
					const having = preview.tags.find((each) => each.facet === facet)?.prompts ?? 0;
					const text =
						remove === true
							? `${plural(having, 'prompt')} would lose ${facet}.\nNothing was changed (--dry-run).`
							: movePreviewText(preview, SPLIT_LABELS.heldout);
					return context.result({ preview }, () => text);
				}
				const done = await api.tag(selection, {
					facet,
					...(reason === undefined ? {} : { reason }),
					...(remove === undefined ? {} : { remove }),
				});
				context.result(done, () => tagText(done, facet, remove === true));
			}),
		);
}

/** @throws UserError usage unless prompts are named in exactly one way: by id, by standard input, or by filters */
function checkOneWay(ids: readonly string[], filtered: boolean, stdin: boolean | undefined): void {
	if ([ids.length > 0, filtered, stdin === true].filter(Boolean).length === 1) return;
	throw new UserError(
		'usage',
		'Name prompts in one way: as arguments, with filters such as --search, or with --stdin.',
	);
}

async function namedPrompts(ids: readonly string[], stdin: boolean | undefined): Promise<readonly string[]> {
	const given = stdin === true ? (await readAll(process.stdin)).split(/\s+/).filter((id) => id !== '') : ids;
	if (given.length === 0) throw new UserError('unusable-input', 'Standard input held no id.');
	return given;
}

/** What changed, and for how many there was nothing to change. */
export function tagText(done: TagResult, facet: string, removed: boolean): string {
	const { tagged, already = 0, moved, proposed, event } = done;
	if (tagged + already + proposed === 0) return 'No prompt fits.';
	const without = removed
		? `${plural(already, 'prompt')} did not have ${facet}`
		: `${plural(already, 'prompt')} had ${facet} already`;
	if (event === null) return `Nothing changed: ${without}.`;
	const parts = [
		...(tagged > 0 ? [`${removed ? 'Removed' : 'Tagged'} ${facet}: ${plural(tagged, 'prompt')}`] : []),
		...(already > 0 ? [without] : []),
		...(moved > 0 ? [`${count(moved)} moved to held-out with their clusters`] : []),
		...(proposed > 0
			? [`${count(proposed)} proposed only: their splits are frozen or were exported for training`]
			: []),
	];
	return `${parts.join('; ')}.\nTo take it back: pairwright retract ${shortId(event)}`;
}
