import * as v from 'valibot';
import type { GenerateOptions } from '../../protocol/candidates.ts';
import type { MachineEngines } from '../engines/choice.ts';

const text = v.pipe(v.string(), v.minLength(1));

const kept = v.variant('engine', [
	v.object({ engine: v.literal('chat'), url: text, models: v.pipe(v.array(text), v.minLength(1)) }),
	v.object({ engine: v.literal('gguf'), models: v.pipe(v.array(text), v.minLength(1)) }),
]);

/** What answers: it names addresses and paths of this machine, so it is kept in the user's own state alone. Keys are no part of it. */
export type Answering = v.InferOutput<typeof kept>;

/** What was kept, or undefined where another version wrote something else. */
export function parseAnswering(value: unknown): Answering | undefined {
	const result = v.safeParse(kept, value);
	return result.success ? result.output : undefined;
}

const asked = v.strictObject({
	prompts: v.exactOptional(v.pipe(v.array(v.pipe(v.string(), v.minLength(8))), v.minLength(1))),
	anew: v.exactOptional(v.boolean()),
});

/** Which prompts a command was called for: all that wait, or these. Anything could call it. */
export type AskedFor = v.InferOutput<typeof asked>;

export function parseAskedFor(value: unknown): AskedFor {
	const result = v.safeParse(asked, value);
	return result.success ? result.output : {};
}

/** How responses are drawn, as the settings say it; what they leave out is the server's own. */
export type Drawing = Pick<GenerateOptions, 'responses' | 'sampling'>;

/** @param read gives a setting of `pairwright.generate`; what is no number in its range counts as not set */
export function drawingOf(read: (name: string) => unknown): Drawing {
	const within = (name: string, low: number, high: number, whole: boolean): number | undefined => {
		const value = read(name);
		if (typeof value !== 'number' || !(value >= low && value <= high)) return undefined;
		return whole && !Number.isInteger(value) ? undefined : value;
	};
	const temperature = within('temperature', 0, 5, false);
	const topP = within('topP', 0, 1, false);
	const maxTokens = within('maxTokens', 1, 1_000_000, true);
	const responses = within('responses', 2, 4, true);
	return {
		...(responses === undefined ? {} : { responses }),
		sampling: {
			...(temperature === undefined ? {} : { temperature }),
			...(topP === undefined ? {} : { topP }),
			...(maxTokens === undefined ? {} : { maxTokens }),
		},
	};
}

/** "temperature 0.9, top-p the server's own, at most 1,024 tokens" @param whose own what is not set is */
export function drawingText({ sampling = {} }: Drawing, whose: 'the server’s' | 'the model’s'): string {
	const { temperature, topP, maxTokens = 1024 } = sampling;
	const said = (name: string, value: number | undefined) => `${name} ${value ?? `${whose} own`}`;
	const most = new Intl.NumberFormat('en').format(maxTokens);
	return `${said('temperature', temperature)}, ${said('top-p', topP)}, at most ${most} tokens`;
}

/** @param key of the server's origin, if there is one */
export function optionsOf(
	answering: Answering,
	which: AskedFor,
	machine: MachineEngines,
	key: string | undefined,
): GenerateOptions {
	const { gpu, binaries, threads, concurrency } = machine;
	const own =
		answering.engine === 'chat'
			? { engine: answering.engine, url: answering.url, concurrency, ...(key === undefined ? {} : { key }) }
			: {
					engine: answering.engine,
					gguf: {
						gpu,
						...(binaries === null ? {} : { binaries }),
						...(threads === null ? {} : { threads }),
					},
				};
	return { ...own, models: answering.models, ...which };
}
