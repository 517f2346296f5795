import * as v from 'valibot';
import { UserError } from '../../protocol/errors.ts';
import { ggufGenerator } from '../../scoring/engines/gguf/generate.ts';
import { type Generator, Unanswered } from '../../scoring/generation/generator.ts';
import { type FromGenerating, toGenerating } from './messages.ts';

/**
 * Answers the workspace that forked this process, one response at a time.
 * @returns what takes its messages; true = this was one of them
 */
export function serveGenerating(
	send: (message: FromGenerating) => Promise<void>,
	leave: () => void,
): (raw: unknown) => boolean {
	let generator: Generator | null = null;
	let line: Promise<void> = Promise.resolve();
	const stop = new AbortController();
	return (raw) => {
		const parsed = v.safeParse(toGenerating, raw);
		if (!parsed.success) return false;
		const message = parsed.output;
		if (message.type === 'generate') {
			const { type: _, ...options } = message;
			generator ??= ggufGenerator(options);
		} else if (message.type === 'end') {
			stop.abort();
			void line.then(() => generator?.close()).finally(leave);
		} else {
			const { n, prompt, model, sampling } = message;
			line = line.then(async () => {
				try {
					if (generator === null) throw new Error('asked before it was started');
					const answer = await generator.answer({ prompt, model, sampling }, stop.signal);
					await send({ type: 'answer', n, response: answer.response.map((each) => ({ ...each })), cut: answer.cut });
				} catch (error) {
					const reason = error instanceof Unanswered ? null : UserError.is(error) ? error.reason : 'defect';
					await send({
						type: 'unanswered',
						n,
						reason,
						message: error instanceof Error ? error.message : String(error),
					});
				}
			});
		}
		return true;
	};
}
