import { type Command, Option } from 'commander';
import { parseFacet } from '../domain/assignment.ts';
import type { Verdict } from '../domain/judgment.ts';
import { FACET_KINDS, type Half, SPLITS, type Split } from '../domain/split.ts';
import type { MovePreview } from '../protocol/curation.ts';
import { UserError } from '../protocol/errors.ts';
import type { LengthOf, ListFilter, Status } from '../protocol/lists.ts';
import type { WorkspaceApi } from '../protocol/workspace-api.ts';
import { count, plural } from './format.ts';
import { wholeNumber } from './register.ts';

/** Filters as flags. They combine with "and"; what a saved search holds is replaced by a flag given beside it. */
export interface FilterOptions {
	readonly saved?: string;
	readonly split?: Split;
	readonly half?: Half;
	readonly tag?: string;
	readonly facet?: string;
	readonly source?: string;
	readonly judgedBy?: string;
	readonly verdict?: Verdict;
	readonly status?: Status;
	readonly minLength?: number;
	readonly maxLength?: number;
	readonly lengthOf?: LengthOf;
	readonly search?: string;
}

/** Adds the filters. @param tags `--tag` and `--facet` too: not where `--facet` is what to tag with */
export function addFilters(command: Command, { tags = true } = {}): Command {
	command
		.option('--saved <name>', 'a saved search; "pairwright searches" lists them')
		.addOption(new Option('--split <split>', 'only of this split').choices(SPLITS))
		.addOption(new Option('--half <half>', 'only of this half of held-out').choices(['R', 'E']));
	if (tags) {
		command
			.option('--tag <facet>', 'only of prompts with this tag, e.g. domain:law')
			.option('--facet <kind>', `only with a tag of this kind (${FACET_KINDS.join(', ')}), or this facet`);
	}
	return (
		command
			.option('--source <name>', 'only from this source')
			// Not --annotator: that says who acts, for every command.
			.option('--judged-by <name>', 'only with a verdict of this annotator; sealed ones are left out')
			.addOption(
				new Option('--verdict <verdict>', 'only resolved so, or judged so by --judged-by').choices([
					'a',
					'b',
					'tie',
					'both_bad',
				]),
			)
			.addOption(new Option('--status <status>', 'only these').choices(['open', 'judged', 'disputed', 'flagged']))
			.option('--min-length <n>', 'at least so many characters', wholeNumber(0))
			.option('--max-length <n>', 'at most so many characters', wholeNumber(0))
			.addOption(
				new Option('--length-of <what>', 'of the prompt (default), or of the longer response').choices([
					'prompt',
					'response',
				]),
			)
			.option(
				'--search <words>',
				'only with all these words in prompt or responses; "…" is a phrase, word* a beginning',
			)
	);
}

function facetName(text: string): string {
	if (FACET_KINDS.some((kind) => kind === text)) return text;
	if (text.includes(':') && parseFacet(text) !== null) return text;
	throw new UserError(
		'usage',
		`--facet ${text}: give a kind (${FACET_KINDS.join(', ')}) or a facet such as domain:law.`,
	);
}

/** The flags as a query, over what `--saved` names. @throws UserError 'not-found' where no search has that name */
export async function filterOf(api: WorkspaceApi, options: FilterOptions): Promise<ListFilter> {
	const { saved, judgedBy, facet } = options;
	const base = saved === undefined ? {} : await savedQuery(api, saved);
	const own: ListFilter = {
		...(options.split === undefined ? {} : { split: options.split }),
		...(options.half === undefined ? {} : { half: options.half }),
		...(options.tag === undefined ? {} : { tag: options.tag }),
		...(facet === undefined ? {} : { facet: facetName(facet) }),
		...(options.source === undefined ? {} : { source: options.source }),
		...(judgedBy === undefined ? {} : { annotator: judgedBy }),
		...(options.verdict === undefined ? {} : { verdict: options.verdict }),
		...(options.status === undefined ? {} : { status: options.status }),
		...(options.minLength === undefined ? {} : { minLength: options.minLength }),
		...(options.maxLength === undefined ? {} : { maxLength: options.maxLength }),
		...(options.lengthOf === undefined ? {} : { lengthOf: options.lengthOf }),
		...(options.search === undefined ? {} : { search: options.search }),
	};
	return { ...base, ...own };
}

async function savedQuery(api: WorkspaceApi, name: string): Promise<ListFilter> {
	const all = await api.searches();
	const found = all.find((each) => each.name === name.trim());
	if (found !== undefined) return found.query;
	const names = all.map((each) => `"${each.name}"`).join(', ');
	throw new UserError(
		'not-found',
		`There is no saved search "${name}". ${names === '' ? 'None is saved: list … --save NAME saves one.' : `There are ${names}.`}`,
	);
}

/** A query as flags, to be read or used again. */
export function filterText(query: ListFilter): string {
	const { annotator, minLength, maxLength, lengthOf, prompt: _prompt, ...rest } = query;
	const flags = {
		...rest,
		'judged-by': annotator,
		'min-length': minLength,
		'max-length': maxLength,
		'length-of': lengthOf,
	};
	return Object.entries(flags)
		.filter(([, value]) => value !== undefined)
		.map(([flag, value]) => `--${flag} ${/^[\w:.-]+$/u.test(String(value)) ? value : JSON.stringify(value)}`)
		.join(' ');
}

/** What a move would do: "12 prompts in 9 clusters: 14 move, 3 of them with their cluster; 4 proposed only …". */
export function movePreviewText(preview: MovePreview, where: string): string {
	const { prompts, clusters, moves, along, frozen, exported, there } = preview;
	const parts = [
		`${plural(prompts, 'prompt')} in ${plural(clusters, 'cluster')}`,
		`${count(moves)} would move to ${where}${along > 0 ? `, ${count(along)} of them only with their cluster` : ''}`,
		...(there > 0 ? [`${count(there)} there already`] : []),
		...(frozen > 0 ? [`${count(frozen)} proposed only: frozen`] : []),
		...(exported > 0 ? [`${count(exported)} proposed only: exported for training`] : []),
	];
	return `${parts.join('; ')}.\nNothing was changed (--dry-run).`;
}
