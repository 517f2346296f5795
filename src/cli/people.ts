import type { Command } from 'commander';
import type { Person } from '../protocol/workspace-api.ts';
import { count, NONE, oneLine, when } from './format.ts';
import { example, perform } from './register.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

export function registerPeople(program: Command): void {
	const people = program
		.command('people')
		.description('who took part; give yourself a name to be shown')
		.addHelpText('after', example('people', 'people rename "Ana Lima"'))
		.action(
			perform(async (context) => {
				const found = await (await context.open()).people();
				context.result({ people: found }, (terminal) => peopleText(terminal, found));
			}),
		);
	people
		.command('rename')
		.description('the name shown beside my handle from now on, also at colleagues after a sync; the handle stays')
		.argument('<name>')
		.addHelpText('after', example('people rename "Ana Lima"'))
		.action(
			perform(async (context, [name]) => {
				const done = await (await context.open()).rename(name!);
				context.result(done, () => `${oneLine(done.person)} is shown as ${oneLine(done.name)}.`);
			}),
		);
}

/** A person as tables and lists name them: name and handle. */
export function named(names: Readonly<Record<string, string>>, handle: string): string {
	const name = names[handle];
	return name === undefined || name === handle ? oneLine(handle) : `${oneLine(name)} (${oneLine(handle)})`;
}

function peopleText(terminal: Terminal, people: readonly Person[]): string {
	if (people.length === 0) return 'Nobody has taken part yet.';
	return renderTable(
		terminal,
		[
			{ title: 'handle' },
			{ title: 'name', flexible: true },
			{ title: 'judged', align: 'right' },
			{ title: 'events', align: 'right', drop: 1 },
			{ title: 'last', drop: 2 },
		],
		people.map(({ person, name, judged, events, last, me, machine }) => [
			`${oneLine(person)}${me ? ' (you)' : ''}`,
			name === null ? (machine ? 'a model: never a vote' : NONE) : oneLine(name),
			count(judged),
			count(events),
			last === null ? 'from an import' : when(last),
		]),
	);
}
