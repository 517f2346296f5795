import { type Command, InvalidArgumentError } from 'commander';
import { CommandContext, type GlobalOptions } from './context.ts';

/** The command at work, for Ctrl+C. */
let running: CommandContext | null = null;

export function interruptRunning(): void {
	if (running === null) process.exit(130);
	running.interrupt();
}

/** What a command does with its arguments, its own options, and the context. */
export type Action<Options> = (context: CommandContext, args: readonly string[], options: Options) => Promise<void>;

/**
 * Makes an action of a command: opens nothing by itself, closes the workspace whatever happens, sets the exit code.
 * Variadic arguments arrive flattened, absent optional ones are left out.
 */
export function perform<Options>(action: Action<Options>) {
	return async (...given: unknown[]): Promise<void> => {
		const command = given.at(-1) as Command;
		const args = given
			.slice(0, -2)
			.flat()
			.filter((arg): arg is string => typeof arg === 'string');
		const context = new CommandContext(command.optsWithGlobals<GlobalOptions>());
		running = context;
		try {
			await action(context, args, command.opts() as Options);
			process.exitCode = context.exitCode;
		} finally {
			running = null;
			await context.close();
		}
	};
}

/** `--help` ends with an example that works as it stands. */
export function example(...lines: readonly string[]): string {
	return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  $ pairwright ${line}`).join('\n')}\n`;
}

/** A finite number within bounds. */
export function numberBetween(low: number, high: number) {
	return (text: string): number => {
		const value = Number(text);
		if (text.trim() === '' || !Number.isFinite(value) || value < low || value > high) {
			const range = Number.isFinite(high) ? `from ${low} to ${high}` : `of ${low} or more`;
			throw new InvalidArgumentError(`Expected a number ${range}.`);
		}
		return value;
	};
}

export function wholeNumber(low: number, high = Number.MAX_SAFE_INTEGER) {
	return (text: string): number => {
		const value = numberBetween(low, high)(text);
		if (!Number.isInteger(value)) throw new InvalidArgumentError('Expected a whole number.');
		return value;
	};
}
