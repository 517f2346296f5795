import { type Command, Option } from 'commander';
import { UserError } from '../protocol/errors.ts';
import type { Person, RemovePersonOptions, RemovePersonResult } from '../protocol/team.ts';
import { filesText } from '../workspace/erase/words.ts';
import { EXIT } from './context.ts';
import { leftOver } from './erase.ts';
import { count, NONE, oneLine, safe, when } from './format.ts';
import { example, perform } from './register.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

export function registerPeople(program: Command): void {
	const people = program
		.command('people')
		.description('who took part; give yourself a name to be shown, or take somebody out')
		.addHelpText('after', example('people', 'people rename "Ana Lima"', 'people remove ada --anonymise --dry-run'))
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
				context.result(done, () => `${oneLine(done.person)} is shown as "${oneLine(done.name)}".`);
			}),
		);
	people
		.command('remove')
		.description('take a person out of journals and copies of imports, with or without their work')
		.argument('<handle>', 'as "people" lists it')
		.option('--anonymise', 'a neutral name stands for them from now on; verdicts, notes and tags stay')
		.option(
			'--remove',
			'their verdicts, notes and tags leave; what holds the workspace together stays under a neutral name',
		)
		.addOption(
			new Option('--written <what>', 'with --remove: pairs they wrote that stay')
				.choices(['judged', 'keep', 'remove'])
				.default('judged'),
		)
		.option('--reason <text>', 'why; it stays with the tombstone')
		.option('--dry-run', 'say what would change, and change nothing')
		.option('--yes', 'do it: without this nothing is changed')
		.addHelpText(
			'after',
			`
Imports, moves between splits, frozen splits, runs and decisions stay under the neutral name in both forms. Prompts that left for
held-out by a tag of theirs stay there: nothing of it goes into training by this. With --written judged (the default) pairs they wrote stay
where somebody else judged them. A hash of the handle stays, so that a later sync does not bring the name back. Notes and reasons of
others that name the person are not searched. With a remote it syncs before and after.
${example('people remove ada --anonymise --dry-run', 'people remove ada --remove --written keep --yes')}`,
		)
		.action(
			perform<RemoveOptions>(async (context, [handle], options) => {
				const { anonymise, remove, written, reason, dryRun, yes } = options;
				if ((anonymise === true) === (remove === true)) {
					throw new UserError(
						'usage',
						'Say which: --anonymise (a neutral name, work stays) or --remove (verdicts, notes and tags leave).',
					);
				}
				if (dryRun !== true && yes !== true) {
					throw new UserError('usage', 'This cannot be undone. See what it would do with --dry-run, then give --yes.');
				}
				const api = await context.open();
				const wanted: RemovePersonOptions = {
					mode: anonymise === true ? 'anonymise' : 'remove',
					written,
					preview: dryRun === true,
					...(reason === undefined ? {} : { reason }),
				};
				const done = await context.job('remove', (job) => api.removePerson(handle!, wanted, job));
				if (leftOver(done)) context.exitCode = EXIT.partly;
				context.result(done, () => safe(removedText(done)));
			}),
		);
}

interface RemoveOptions {
	readonly anonymise?: boolean;
	readonly remove?: boolean;
	readonly written: RemovePersonOptions['written'];
	readonly reason?: string;
	readonly dryRun?: boolean;
	readonly yes?: boolean;
}

function removedText(done: RemovePersonResult): string {
	const { person, as, mode, preview, judged, written, mentions, event } = done;
	const verb = preview ? 'would be' : 'is now';
	const work =
		mode === 'anonymise'
			? 'their work stays'
			: `${count(judged)} ${judged === 1 ? 'verdict leaves' : 'verdicts leave'}, with notes and tags`;
	return [
		event === null && !preview
			? `${oneLine(person)} was taken out before, as ${oneLine(as)}; every file here is in line with that.`
			: `${oneLine(person)} ${verb} ${oneLine(as)}; ${work}.`,
		...(written.length === 0
			? []
			: [
					`${count(written.length)} ${written.length === 1 ? 'pair' : 'pairs'} they wrote ${written.length === 1 ? 'leaves' : 'leave'}.`,
				]),
		...filesText({ ...done, advice: [] }).filter((line) => line !== ''),
		...mentions.map((path) => `  NAMES THEM STILL: ${oneLine(path)}: change it by hand if it should not`),
		'',
		...done.advice,
	].join('\n');
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
