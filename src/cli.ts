/** The command line: what the editor does, without it. Set-up only; each command lies in cli/. */
import { type Command, CommanderError } from 'commander';
import { printFailure } from './cli/failure.ts';
import { createProgram } from './cli/program.ts';
import { interruptRunning } from './cli/register.ts';

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
		process.exitCode = printFailure(error, {
			json: flags.includes('--json'),
			verbose: flags.includes('--verbose'),
			command: commandNamed(program, flags),
		});
	} finally {
		await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
		process.exit();
	}
}

/** The command that `words` name, subcommands included, as it is typed: a word counts only below the command before it. */
function commandNamed(program: Command, words: readonly string[]): string {
	let found = program;
	const path = ['pairwright'];
	for (const word of words) {
		const next = found.commands.find((command) => command.name() === word);
		if (next === undefined) continue;
		found = next;
		path.push(word);
	}
	return path.join(' ');
}

void main(process.argv);
