import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { Inspection, SuggestionGroup } from '../domain/inspection.ts';
import { SPLIT_LABELS } from '../domain/split.ts';
import { UserError } from '../protocol/errors.ts';
import { fixed, oneLine, percent, plural, shortId } from './format.ts';
import { waitingLines } from './inspect.ts';
import { example, perform, wholeNumber } from './register.ts';
import { tagText } from './tag.ts';
import type { Terminal } from './terminal.ts';

interface Options {
	readonly accept?: string[];
	readonly dismiss?: string[];
	readonly except?: string[];
	readonly facet?: string;
	readonly reason?: string;
	readonly limit: number;
}

export function registerSuggest(program: Command): void {
	program
		.command('suggest')
		.description(
			'prompts unlike train, grouped by topic, and those that wait for a second response: hold out all, some, or none',
		)
		.option('--accept <groups...>', 'tag these groups (or single prompts) as out of distribution; needs --facet')
		.option('--dismiss <groups...>', 'these lie inside the training distribution: suggest them no more')
		.option('--except <prompts...>', 'but not these prompts of the groups')
		.option('--facet <facet>', 'kind:value; kinds are domain, language, time, format, adversarial, free')
		.option('--reason <text>', 'why')
		.option('--limit <n>', 'how many groups at most, 0 for all', wholeNumber(0), 10)
		.addHelpText(
			'after',
			example(
				'suggest',
				'suggest --accept 3f9a1c22 --facet domain:law --except 77aa01bc',
				'suggest --dismiss 3f9a1c22 --reason "ordinary small talk"',
			),
		)
		.action(
			perform<Options>(async (context, _args, options) => {
				const { accept, dismiss, except = [], facet, reason, limit } = options;
				if (accept !== undefined && facet === undefined) {
					throw new UserError(
						'usage',
						'--accept needs --facet: how do these prompts lie outside? E.g. --facet domain:law',
					);
				}
				if (accept !== undefined && dismiss !== undefined) {
					throw new UserError('usage', 'Accept and dismiss one after the other: groups change when prompts move.');
				}
				const api = await context.open();
				const { novelty } = await api.inspect({ job: randomUUID() });
				const groups = novelty.groups ?? [];
				const because = reason === undefined ? {} : { reason };
				if (accept !== undefined) {
					const ids = chosen(groups, accept, except);
					const done = await api.tag({ ids }, { facet: facet as string, ...because });
					return context.result(done, () => tagText(done, facet as string, false));
				}
				if (dismiss !== undefined) {
					const done = await api.dismissSuggestions(chosen(groups, dismiss, except), reason);
					return context.result(done, () => withUndo(`Dismissed ${plural(done.dismissed, 'suggestion')}.`, done.event));
				}
				context.result({ novelty }, (terminal) => suggestText(terminal, novelty, limit));
			}),
		);
}

function withUndo(text: string, event: string | null): string {
	return event === null ? text : `${text}\nTo take it back: pairwright retract ${shortId(event)}`;
}

/** Prompts of the named groups; a name that is no group's is a prompt's own. */
function chosen(groups: readonly SuggestionGroup[], names: readonly string[], except: readonly string[]): string[] {
	const ids = names.flatMap((name) => {
		const found = groups.filter(({ id }) => name.length >= 8 && id.startsWith(name));
		return found.length === 1 && found[0] !== undefined ? found[0].suggestions.map(({ prompt }) => prompt) : [name];
	});
	const left = ids.filter((id) => !except.some((each) => each.length >= 8 && id.startsWith(each)));
	if (left.length === 0) throw new UserError('usage', 'Nothing is left of these groups.');
	return left;
}

/** @param most groups, and prompts that wait, 0 for all there are */
export function suggestText(terminal: Terminal, novelty: Inspection['novelty'], most: number): string {
	const limit = most === 0 ? Number.POSITIVE_INFINITY : most;
	const groups = novelty.groups ?? [];
	const waiting = waitingLines(terminal, novelty.waiting, limit);
	if (groups.length === 0) {
		const none =
			novelty.reason ?? 'No prompt of train or eval lies farther from train than train prompts do from each other.';
		return [none, ...waiting].join('\n');
	}
	const lines = groups.slice(0, limit).flatMap(({ id, words, suggestions, prompts }) => {
		const first = suggestions[0];
		const near = first?.nearest[0];
		return [
			`${terminal.paint('bold', shortId(id))}  ${plural(prompts, 'prompt')}  ${words.map(({ word }) => oneLine(word)).join(', ')}`,
			...suggestions
				.slice(0, 3)
				.map(
					(each) =>
						`    ${shortId(each.prompt)}  ${fixed(each.novelty)}  ${SPLIT_LABELS[each.split]}: ${oneLine(each.preview).slice(0, Math.max(20, terminal.width - 40))}`,
				),
			...(near === undefined
				? []
				: [
						terminal.paint(
							'dim',
							`    nearest in train, ${percent(near.similarity)} alike: ${oneLine(near.preview).slice(0, Math.max(20, terminal.width - 40))}`,
						),
					]),
		];
	});
	const rest = groups.length - limit;
	return [
		'Most unlike train, by topic; whether one lies outside the training distribution is yours to say.',
		'',
		...lines,
		...(rest > 0 ? ['', `${plural(rest, 'more group')}: --limit 0 shows all.`] : []),
		...((novelty.dismissed ?? 0) > 0 ? ['', `${plural(novelty.dismissed ?? 0, 'cluster')} dismissed earlier.`] : []),
		...waiting,
		'',
		`Next: pairwright suggest --accept ${shortId(groups[0]?.id ?? '')} --facet domain:NAME`,
	].join('\n');
}
