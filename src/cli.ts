/** The command line: what the editor does, without it. Set-up only; each command lies in cli/. */
import { CommanderError } from 'commander';
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
