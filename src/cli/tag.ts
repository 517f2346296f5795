import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { UserError } from '../protocol/errors.ts';
import type { PromptSelection, TagResult } from '../protocol/workspace-api.ts';
import { count, plural, shortId } from './format.ts';
import { example, perform } from './register.ts';

interface Options {
	readonly search?: string;
	readonly stdin?: true;
	readonly facet: string;
	readonly reason?: string;
	readonly remove?: true;
}

export function registerTag(program: Command): void {
	program
		.command('tag')
		.description('mark prompts as out of distribution: their clusters move to held-out')
		.argument('[ids...]', 'prompts or comparisons, or unique beginnings of 8 or more')
		.option('--search <words>', 'all prompts with all these words instead; "…" is a phrase, word* a beginning')
		.option('--stdin', 'ids from standard input, separated by white space')
		.requiredOption('--facet <facet>', 'kind:value; kinds are domain, language, time, format, adversarial, free')
		.option('--reason <text>', 'why they lie outside')
		.option('--remove', 'take the tag away; nothing moves back by itself')
		.addHelpText(
			'after',
			example(
				'tag --search "tenan*" --facet domain:law --reason "no legal questions in training"',
				'list --json | jq -r .comparisons[].prompt_id | pairwright tag --stdin --facet language:de',
			),
		)
		.action(
			perform<Options>(async (context, ids, { search, stdin, facet, reason, remove }) => {
				const selection = await selectPrompts(ids, search, stdin);
				const api = await context.open();
				const done = await api.tag(selection, {
					facet,
					...(reason === undefined ? {} : { reason }),
					...(remove === undefined ? {} : { remove }),
				});
				context.result(done, () => tagText(done, facet, remove === true));
			}),
		);
}

/** Exactly one way of naming prompts. */
async function selectPrompts(
	ids: readonly string[],
	search: string | undefined,
	stdin: boolean | undefined,
): Promise<PromptSelection> {
	const ways = [ids.length > 0, search !== undefined, stdin === true].filter(Boolean).length;
	if (ways !== 1) {
		throw new UserError('usage', 'Name prompts in one way: as arguments, with --search, or with --stdin.');
	}
	if (search !== undefined) return { query: { search } };
	const given = stdin === true ? (await readAll(process.stdin)).split(/\s+/).filter((id) => id !== '') : ids;
	if (given.length === 0) throw new UserError('unusable-input', 'Standard input held no id.');
	return { ids: given };
}

function tagText(done: TagResult, facet: string, removed: boolean): string {
	if (done.event === null && done.tagged === 0 && done.proposed === 0)
		return 'No prompt fits, or all have the tag already.';
	const parts = [
		`${removed ? 'Removed' : 'Tagged'} ${facet}: ${plural(done.tagged, 'prompt')}`,
		...(done.moved > 0 ? [`${count(done.moved)} moved to held-out with their clusters`] : []),
		...(done.proposed > 0
			? [`${count(done.proposed)} proposed only: their splits are frozen or were exported for training`]
			: []),
	];
	return `${parts.join('; ')}.${done.event === null ? '' : `\nTo take it back: pairwright retract ${shortId(done.event)}`}`;
}
