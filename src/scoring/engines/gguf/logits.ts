import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenKl } from '../../../domain/checkpoint.ts';
import { sha256 } from '../../../domain/identity.ts';
import { UserError } from '../../../protocol/errors.ts';
import { KL_PAIRS, tokenKl } from '../../divergence.ts';
import type { EnginePair, KeptLogits, LogitsReader, ReadHooks } from '../engine.ts';
import { type Conversation, type Sequence, Unwritable } from './conversation.ts';
import { type Evaluator, TooLong } from './evaluator.ts';

/**
 * Logits that are read of a model, for the largest sample of pairs there is (KL_PAIRS): 512 MB of 32-bit numbers on disk, and about a
 * minute at 0.5 µs each, nearly all of it inside the library, which sorts them and hands them over one by one.
 */
const LOGITS = 2 ** 27;

/** Changes with anything that moves a KL beside the models: part of its cache key. */
const METHOD = 'full-vocabulary/1';

/** Positions of one response that are read at most; with a vocabulary of up to some 2,000 tokens practically all. */
export function positionsEach(vocabulary: number): number {
	return Math.max(1, Math.floor(LOGITS / (2 * KL_PAIRS * vocabulary)));
}

/**
 * At most `most` of so many positions, evenly spaced from a seeded start: each is as likely as any other, so the mean over them is an
 * unbiased estimate of the mean over all (systematic sampling).
 */
export function sampledPositions(count: number, most: number, seed: string): number[] {
	if (count <= most) return Array.from({ length: count }, (_, i) => i);
	const start = Number.parseInt(sha256(seed).slice(0, 12), 16) / 16 ** 12;
	return Array.from({ length: most }, (_, i) => Math.floor(((i + start) * count) / most));
}

interface KeptResponse {
	/** The prompt's and the response's tokens: where the policy sees others, there is nothing to compare. */
	readonly ids: string;
	/** Number of the first row; the others follow. */
	readonly row: number;
}

function readingFailed(what: string, error: unknown): UserError {
	return new UserError(
		'environment',
		`The reference's logits cannot be ${what} in ${tmpdir()}: ${(error as Error).message}. Up to 512 MB are needed there while a run computes the KL; free some, or name another folder with the variable TMPDIR.`,
	);
}

type Move = (fd: number, bytes: Uint8Array, offset: number, length: number, position: number) => number;

/** Rows of 32-bit numbers in a file that only this process sees, and that is gone with it. */
class LogitsFile implements KeptLogits {
	readonly vocabulary: number;
	readonly responses = new Map<string, KeptResponse>();
	#rows = 0;
	#fd: number | null;
	readonly #folder: string;

	constructor(vocabulary: number) {
		this.vocabulary = vocabulary;
		try {
			this.#folder = mkdtempSync(join(tmpdir(), 'pairwright-logits-'));
			this.#fd = openSync(join(this.#folder, 'logits'), 'wx+', 0o600);
		} catch (error) {
			throw readingFailed('kept', error);
		}
		// Where a file may go while it is open, nothing is left behind whatever ends this process; elsewhere `close` takes it away.
		if (process.platform !== 'win32') rmSync(this.#folder, { recursive: true, force: true });
	}

	get rows(): number {
		return this.#rows;
	}

	add(logits: Float32Array): void {
		this.#whole('kept', writeSync, logits, this.#rows);
		this.#rows++;
	}

	/** Reads into `logits`. */
	at(row: number, logits: Float32Array): void {
		this.#whole('read', readSync, logits, row);
	}

	close(): void {
		if (this.#fd === null) return;
		closeSync(this.#fd);
		this.#fd = null;
		rmSync(this.#folder, { recursive: true, force: true });
	}

	#whole(what: string, move: Move, logits: Float32Array, row: number): void {
		if (this.#fd === null) throw new Error('the logits were closed');
		const bytes = new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength);
		for (let done = 0; done < bytes.length; ) {
			let moved: number;
			try {
				moved = move(this.#fd, bytes, done, bytes.length - done, row * bytes.length + done);
			} catch (error) {
				throw readingFailed(what, error);
			}
			if (moved === 0) throw readingFailed(what, new Error('the file ends'));
			done += moved;
		}
	}
}

const SIDES = ['a', 'b'] as const;

/** KL at the contexts of a pair's two responses, for a model whose logits llama.cpp hands out. */
export class GgufLogits implements LogitsReader {
	readonly method: string;
	readonly each: number;
	readonly #vocabulary: number;
	readonly #evaluator: Evaluator;
	readonly #conversation: Conversation;

	constructor(parts: { evaluator: Evaluator; conversation: Conversation; vocabulary: number }) {
		this.#evaluator = parts.evaluator;
		this.#conversation = parts.conversation;
		this.#vocabulary = parts.vocabulary;
		this.each = positionsEach(parts.vocabulary);
		this.method = METHOD;
	}

	async keep(pairs: readonly EnginePair[], hooks: ReadHooks): Promise<KeptLogits> {
		const kept = new LogitsFile(this.#vocabulary);
		try {
			await this.#each(pairs, hooks, async (pair, responses) => {
				for (const side of SIDES) {
					const { sequence, positions } = responses[side];
					const row = kept.rows;
					await this.#evaluator.logits(sequence, positions, (logits) => kept.add(logits), hooks.signal);
					kept.responses.set(`${pair.comparison} ${side}`, { ids: idsOf(sequence), row });
				}
			});
		} catch (error) {
			kept.close();
			throw error;
		}
		return kept;
	}

	async compare(
		pairs: readonly EnginePair[],
		kept: KeptLogits,
		hooks: ReadHooks & { onKl(comparison: string, kl: TokenKl | null): void },
	): Promise<void> {
		if (!(kept instanceof LogitsFile)) throw new Error('logits that another engine kept');
		const reference = new Float32Array(kept.vocabulary);
		await this.#each(pairs, hooks, async ({ comparison }, responses) => {
			const total = { sum: 0, positions: 0 };
			for (const side of SIDES) {
				const { sequence, positions } = responses[side];
				const known = kept.responses.get(`${comparison} ${side}`);
				if (known === undefined || known.ids !== idsOf(sequence) || kept.vocabulary !== this.#vocabulary) {
					hooks.onKl(comparison, null);
					return;
				}
				let { row } = known;
				let sum = 0;
				await this.#evaluator.logits(
					sequence,
					positions,
					(logits) => {
						kept.at(row++, reference);
						sum += tokenKl(logits, reference);
					},
					hooks.signal,
				);
				const tokens = sequence.ids.length - sequence.prompt;
				total.sum += (sum / positions.length) * tokens;
				total.positions += tokens;
			}
			hooks.onKl(comparison, total);
		});
	}

	/** Every pair that can be written and fits, with the positions of its responses that are read. */
	async #each(
		pairs: readonly EnginePair[],
		{ onRead }: ReadHooks,
		read: (
			pair: EnginePair,
			responses: Record<'a' | 'b', { sequence: Sequence; positions: readonly number[] }>,
		) => Promise<void>,
	): Promise<void> {
		for (const pair of pairs) {
			try {
				const sequences = this.#conversation.sequences(pair);
				const response = (side: 'a' | 'b') => {
					const sequence = sequences[side];
					const count = sequence.ids.length - sequence.prompt;
					return { sequence, positions: sampledPositions(count, this.each, `${pair.comparison} ${side}`) };
				};
				await read(pair, { a: response('a'), b: response('b') });
			} catch (error) {
				if (!(error instanceof Unwritable || error instanceof TooLong)) throw error;
			}
			onRead?.();
		}
	}
}

function idsOf({ ids, prompt }: Sequence): string {
	return `${prompt} ${ids.join()}`;
}
