import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createProgram } from '../../src/cli/program.ts';
import { EXPORT_FORMATS } from '../../src/domain/export-format.ts';
import { IMPORT_FORMATS } from '../../src/formats/formats.ts';

/** Help as printed, with what `addHelpText` puts after it. */
function help(command: ReturnType<typeof createProgram>): string {
	let text = '';
	command.configureOutput({
		writeOut: (part) => {
			text += part;
		},
	});
	command.outputHelp();
	return text;
}

test('every command has help with an example that names it, and the options that all take', () => {
	const { commands } = createProgram();
	assert.ok(commands.length >= 21);
	for (const command of commands) {
		const text = help(command);
		assert.match(text, new RegExp(`Examples?:\\n {2}\\$ pairwright ${command.name()}\\b`), command.name());
		for (const option of ['--workspace', '--annotator', '--json', '--quiet', '--no-color', '--verbose', '--help']) {
			assert.ok(text.includes(option), `${command.name()}: ${option}`);
		}
	}
});

test('formats and engines of later versions are no choices', () => {
	const choices = (command: string, option: string) =>
		createProgram()
			.commands.find((c) => c.name() === command)!
			.options.find((o) => o.long === option)!.argChoices;
	assert.deepEqual(choices('score', '--engine'), ['probe', 'gguf', 'http', 'logprobs']);
	// What a column mapping reads is no format of its own on the command line.
	assert.deepEqual(choices('import', '--format'), ['auto', ...IMPORT_FORMATS]);
	assert.ok(!IMPORT_FORMATS.includes('columns') && IMPORT_FORMATS.includes('argilla'));
	assert.deepEqual(choices('export', '--format'), EXPORT_FORMATS);
});

test('the guide names the filters that `tag` has in place of those of `split --assign`', async () => {
	const own = (name: string): string[] => {
		const { options } = createProgram().commands.find((command) => command.name() === name)!;
		const flags = options.map(({ long }) => long ?? '');
		return flags.slice(flags.indexOf('--saved'));
	};
	const [tag, split] = [own('tag'), own('split')];
	const [more] = tag.filter((flag) => !split.includes(flag));
	const less = split.filter((flag) => !tag.includes(flag));
	const guide = await readFile(new URL('../../media/guide/splits.md', import.meta.url), 'utf8');
	assert.ok(
		guide.includes(`\`tag\` has \`${more}\` in place of ${less.map((flag) => `\`${flag}\``).join(' and ')}`),
		`${more}, not ${less}`,
	);
});
