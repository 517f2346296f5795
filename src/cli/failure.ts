import { CommanderError } from 'commander';
import { UserError } from '../protocol/errors.ts';
import { EXIT } from './context.ts';
import { safe } from './format.ts';

export interface Failure {
	readonly code: number;
	readonly reason: string;
	readonly message: string;
}

/** What a thrown value means for the person and the script in front. */
export function describeFailure(error: unknown): Failure {
	if (error instanceof CommanderError) {
		return { code: EXIT.nothing, reason: 'usage', message: error.message.replace(/^error: /, '') };
	}
	if (UserError.is(error)) {
		const code = error.reason === 'cancelled' ? EXIT.cancelled : EXIT.nothing;
		return { code, reason: error.reason, message: error.message };
	}
	const message = error instanceof Error ? error.message : String(error);
	return {
		code: EXIT.nothing,
		reason: 'defect',
		message: `Something inside Pairwright went wrong: ${message}\nWhat was saved before is safe. Run the command again with --verbose for details.`,
	};
}

/** Message to stderr; with `--json` also `{error:{reason,message}}` to stdout, so that a script always reads one document. */
export function printFailure(error: unknown, options: { json: boolean; verbose: boolean; command: string }): number {
	const { code, reason, message } = describeFailure(error);
	const hint = reason === 'usage' ? `\nSee: ${options.command} --help` : '';
	process.stderr.write(`${safe(message)}${hint}\n`);
	if (options.verbose && error instanceof Error && error.stack !== undefined) {
		process.stderr.write(`${safe(error.stack)}\n`);
	}
	if (options.json) process.stdout.write(`${JSON.stringify({ error: { reason, message } })}\n`);
	return code;
}
