import type { SelfTestItem } from '../../../domain/checkpoint.ts';
import { UserError } from '../../../protocol/errors.ts';
import type { EnginePair } from '../engine.ts';
import { type Conversation, type Sequence, Unwritable } from './conversation.ts';
import { type Evaluator, type Scored, TooLong } from './evaluator.ts';

/** Pairs that are evaluated; enough for prompts to differ, few enough to cost seconds on a large model. */
const PAIRS = 3;
/** Pairs whose lengths are looked at. */
const LENGTHS = 200;
/** Response tokens whose whole vocabulary is read. */
const READ = 8;

interface Test extends Omit<SelfTestItem, 'status' | 'message'> {
	readonly good: string;
	readonly bad: string;
	readonly passed: boolean;
}

function item({ good, bad, passed, ...rest }: Test): SelfTestItem {
	return { ...rest, status: passed ? 'pass' : 'fail', message: passed ? good : bad };
}

/** Pairs that can be written, spread over all. */
function written(conversation: Conversation, pairs: readonly EnginePair[]): { a: Sequence; b: Sequence }[] {
	const step = Math.max(1, Math.floor(pairs.length / LENGTHS));
	const found: { a: Sequence; b: Sequence }[] = [];
	let reason = '';
	for (let i = 0; i < pairs.length && found.length < LENGTHS; i += step) {
		try {
			found.push(conversation.sequences(pairs[i]!));
		} catch (error) {
			if (!(error instanceof Unwritable)) throw error;
			reason = error.message;
		}
	}
	if (found.length > 0) return found;
	if (pairs.length === 0) throw new UserError('too-little-data', 'There is no pair to test the engine on.');
	throw new UserError('unusable-input', `No pair can be written for this model: ${reason}.`);
}

/**
 * The tests of the engine before its numbers are trusted, on a few of the pairs to be scored.
 * @throws UserError cancelled; unusable-input where no pair can be scored at all
 */
export async function selfTest(
	{ evaluator, conversation }: { evaluator: Evaluator; conversation: Conversation },
	pairs: readonly EnginePair[],
	signal?: AbortSignal,
): Promise<SelfTestItem[]> {
	const all = written(conversation, pairs);
	const fitting = all.filter(({ a, b }) => Math.max(a.ids.length, b.ids.length) <= evaluator.limit).slice(0, PAIRS);
	if (fitting.length === 0) {
		throw new UserError(
			'unusable-input',
			`All of ${all.length} pairs looked at are longer than the context of ${evaluator.limit} tokens. Allow more with --context, up to what the model was trained with.`,
		);
	}
	const sequences = fitting.flatMap(({ a, b }) => [a, b]);
	const first: Scored[] = [];
	for (const sequence of sequences) first.push(await evaluator.score(sequence, signal));
	// Again after other sequences, so that nothing of them may be left in the context.
	const again: Scored[] = [];
	for (const sequence of sequences.toReversed()) again.unshift(await evaluator.score(sequence, signal));
	const moved = Math.max(...first.map(({ logp }, i) => Math.abs(logp - again[i]!.logp)));
	const counts = Math.max(
		...first.map(({ tokens, logp }, i) =>
			Number.isFinite(logp) ? Math.abs(tokens - (sequences[i]!.ids.length - sequences[i]!.prompt)) : Infinity,
		),
	);
	const { ids, prompt, prefix } = sequences.toSorted((x, y) => y.ids.length - y.prompt - (x.ids.length - x.prompt))[0]!;
	const turned = { prompt, prefix, ids: [...ids.slice(0, prompt), ...ids.slice(prompt).toReversed()] };
	const straight = await evaluator.score({ ids, prompt, prefix }, signal);
	const swapped = Math.abs((await evaluator.score(turned, signal)).logp - straight.logp);
	const readings = await evaluator.readings({ prompt, prefix, ids: ids.slice(0, prompt + READ) }, signal);
	const apart = Math.max(
		...readings
			// Below this the probability, a 32-bit number, has lost its digits.
			.filter(({ logits }) => logits > -80)
			.map(({ logits, probabilities }) => Math.abs(logits - probabilities)),
		0,
	);
	const sums = await evaluator.score({ prompt, prefix, ids: ids.slice(0, prompt + READ) }, signal);
	const read = Math.abs(sums.logp - readings.reduce((sum, { logits }) => sum + logits, 0));
	const mass = Math.max(...readings.map((one) => Math.abs(one.mass - 1)));
	const same = ids.slice(prompt).every((id, i, list) => id === list[list.length - 1 - i]);

	return [
		item({
			test: 'token-count',
			...{ value: counts, tolerance: 0, unit: 'tokens', passed: counts === 0 },
			good: `One finite log-probability for each response token of ${sequences.length} sequences.`,
			bad: 'A response token got no finite log-probability: the file is damaged, or its weights overflow.',
		}),
		same
			? {
					...{ test: 'order-sensitivity', status: 'not-applicable', value: null, tolerance: null, unit: 'nats' },
					message: 'The responses looked at are the same forwards and backwards.',
				}
			: item({
					test: 'order-sensitivity',
					...{ value: swapped, tolerance: 1e-4, unit: 'nats', passed: swapped > 1e-4 },
					good: `The same tokens in reverse order get another sum: ${swapped.toPrecision(3)} nats apart, more than the tolerance.`,
					bad: 'The same tokens in reverse order get the same sum: the model does not read what it is given.',
				}),
		item({
			test: 'probability-mass',
			...{ value: mass, tolerance: 1e-3, unit: 'probability', passed: mass <= 1e-3 },
			good: `Probabilities over all ${readings[0]?.vocabulary ?? 0} tokens add up to 1.`,
			bad: 'Probabilities over the vocabulary do not add up to 1: log-probabilities would be of a part of it.',
		}),
		item({
			test: 'two-readings',
			...{ value: Math.max(apart, read), tolerance: 1e-3, unit: 'nats', passed: Math.max(apart, read) <= 1e-3 },
			good: 'Log-probabilities read from logits and from probabilities agree.',
			bad: 'Log-probabilities read from logits and from probabilities differ.',
		}),
		item({
			test: 'same-model',
			...{ value: moved, tolerance: 1e-3, unit: 'nats', passed: moved <= 1e-3 },
			good: 'Scored again in another order, every sequence gets the same sum: a model against itself has a margin of 0.',
			bad: 'Scored again in another order, a sequence gets another sum: numbers would depend on what was scored before.',
		}),
		promptPrefix(all),
		await contextLength(evaluator, all, sequences[0]!),
	];
}

function promptPrefix(all: readonly { a: Sequence; b: Sequence }[]): SelfTestItem {
	const sequences = all.flatMap(({ a, b }) => [a, b]);
	const off = sequences.filter(({ prefix }) => !prefix).length / sequences.length;
	return item({
		test: 'prompt-prefix',
		// One token over the border now and then is cut as TRL cuts it; a template that always differs scores the wrong tokens.
		...{ value: off, tolerance: 0.5, unit: 'share of responses', passed: off <= 0.5 },
		good:
			off === 0
				? `The prompt's tokens are the beginning of the whole in ${sequences.length} sequences.`
				: 'In some sequences a token spans the border of prompt and response; they are cut by the length of the prompt, as TRL does.',
		bad: "The prompt's tokens are not the beginning of the whole: the chat template writes a reply's start that it does not write in a finished conversation. Give the template that training used with --template FILE.",
	});
}

/** Past its context llama.cpp shifts without a word and returns another number: such a sequence has to be refused before. */
async function contextLength(
	evaluator: Evaluator,
	all: readonly { a: Sequence; b: Sequence }[],
	{ ids, prompt, prefix }: Sequence,
): Promise<SelfTestItem> {
	const longest = Math.max(...all.map(({ a, b }) => Math.max(a.ids.length, b.ids.length)));
	const over = all.filter(({ a, b }) => Math.max(a.ids.length, b.ids.length) > evaluator.limit).length;
	const long = [...ids, ...new Array<number>(Math.max(0, evaluator.limit + 1 - ids.length)).fill(ids.at(-1)!)];
	const refused = await evaluator.score({ ids: long, prompt, prefix }).then(
		() => false,
		(error: unknown) => error instanceof TooLong,
	);
	return item({
		test: 'context-length',
		...{ value: longest, tolerance: evaluator.limit, unit: 'tokens', passed: refused },
		good: `Longest of ${all.length} pairs looked at: ${longest} tokens of ${evaluator.limit}; ${over === 0 ? 'none is too long' : `${over} are too long and will be named and skipped`}.`,
		bad: 'A sequence longer than the context was scored: its number would be wrong.',
	});
}
