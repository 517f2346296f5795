import type { Command } from 'commander';
import type { SavedSearch } from '../protocol/curation.ts';
import { addFilters, type FilterOptions, filterOf, filterText } from './filter-options.ts';
import { oneLine, shortId, when } from './format.ts';
import { example, perform } from './register.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

interface Options extends FilterOptions {
	readonly save?: string;
	readonly delete?: string;
}

export function registerSearches(program: Command): void {
	const command = program
		.command('searches')
		.description('list the saved searches of the team; save or delete one')
		.option('--save <name>', 'save the filters given here under this name, in place of an earlier one')
		.option('--delete <name>', 'delete the search of this name');
	addFilters(command)
		.addHelpText(
			'after',
			`${example(
				'searches',
				'searches --save "long train" --split train --min-length 2000',
				'list --saved "long train"',
				'searches --delete "long train"',
			)}\nSaved searches are shared: they travel with the journals.\n`,
		)
		.action(
			perform<Options>(async (context, _args, { save, delete: gone, ...filters }) => {
				const api = await context.open();
				const done =
					save !== undefined
						? await api.saveSearch(save, await filterOf(api, filters))
						: gone !== undefined
							? await api.saveSearch(gone, null)
							: null;
				const searches = await api.searches();
				context.result({ searches, ...done }, (terminal) => searchesText(terminal, searches, done?.event ?? null));
			}),
		);
}

function searchesText(terminal: Terminal, searches: readonly SavedSearch[], event: string | null): string {
	const undo = event === null ? '' : `\nTo take it back: pairwright retract ${shortId(event)}`;
	if (searches.length === 0) return `No search is saved.${undo}`;
	return `${renderTable(
		terminal,
		[{ title: 'name' }, { title: 'filters', flexible: true }, { title: 'by', drop: 1 }, { title: 'saved', drop: 2 }],
		searches.map(({ name, query, by, at }) => [oneLine(name), oneLine(filterText(query)), oneLine(by), when(at)]),
	)}${undo}`;
}
