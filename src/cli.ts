/** The command line: what the editor does, without it. Set-up only; each command lies in cli/. */
import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { registerAuthor } from './cli/author.ts';
import { registerDecide } from './cli/decide.ts';
import { registerDoctor } from './cli/doctor.ts';
import { registerExport } from './cli/export.ts';
import { printFailure } from './cli/failure.ts';
import { registerImport } from './cli/import.ts';
import { registerInit } from './cli/init.ts';
import { registerJudge } from './cli/judge.ts';
import { registerList } from './cli/list.ts';
import { interruptRunning } from './cli/register.ts';
import { registerReport } from './cli/report.ts';
import { registerScore } from './cli/score.ts';
import { registerSplit } from './cli/split.ts';
import { registerTag } from './cli/tag.ts';

function createProgram(): Command {
	const program = new Command('pairwright')
		.description(
			'Curate preference pairs, hold out what lies outside the training distribution, score, and see whether it carries over.',
		)
		.version(manifest.version, '--version', 'print the version')
		.helpOption('--help', 'print help')
		.option(
			'--workspace <dir>',
			'workspace folder (default: the nearest parent with .pairwright/, else the current folder)',
		)
		.option(
			'--annotator <name>',
			'who acts (default: PAIRWRIGHT_ANNOTATOR, else the handle stored on this machine, else git user.name)',
		)
		.option('--json', 'print exactly one JSON document on stdout; an error is {"error":{"reason","message"}}')
		.option('--quiet', 'print nothing but errors and warnings')
		.option('--no-color', 'print without colours (so does NO_COLOR)')
		.option('--verbose', 'print details of errors')
		.configureHelp({ showGlobalOptions: true, helpWidth: Math.min(process.stdout.columns ?? 100, 110) })
		// Errors are printed in one place, with the JSON document that a script expects.
		.configureOutput({ outputError: () => {} })
		.exitOverride();
	for (const register of [
		registerInit,
		registerImport,
		registerExport,
		registerList,
		registerJudge,
		registerAuthor,
		registerTag,
		registerSplit,
		registerScore,
		registerDecide,
		registerReport,
		registerDoctor,
	]) {
		register(program);
	}
	program.addHelpText(
		'after',
		`
Exit codes: 0 done · 1 nothing was done, the message says why · 2 done, but rows were rejected or a check failed · 130 cancelled

Example:
  $ pairwright init && pairwright import pairs.jsonl && pairwright score
`,
	);
	return program;
}

/** Everything written has left this process: a pipe may be slower than the exit. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
	return new Promise((resolve) => {
		stream.write('', () => resolve());
	});
}

async function main(argv: readonly string[]): Promise<void> {
	const flags = argv.slice(2);
	const program = createProgram();
	// `pairwright list | head` closes the pipe early: that is no error.
	process.stdout.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code === 'EPIPE') process.exit(0);
		throw error;
	});
	process.on('SIGINT', interruptRunning);
	process.on('SIGTERM', interruptRunning);
	try {
		await program.parseAsync(argv as string[]);
	} catch (error) {
		if (error instanceof CommanderError && error.exitCode === 0) return;
		// Without a command commander has printed the help itself.
		if (error instanceof CommanderError && error.code === 'commander.help' && !flags.includes('--json')) {
			process.exitCode = 1;
			return;
		}
		const name = program.commands.find((command) => flags.includes(command.name()))?.name();
		process.exitCode = printFailure(error, {
			json: flags.includes('--json'),
			verbose: flags.includes('--verbose'),
			command: name === undefined ? 'pairwright' : `pairwright ${name}`,
		});
	} finally {
		await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
		process.exit();
	}
}

void main(process.argv);
