/** Real checkpoints with log-probabilities computed elsewhere, in a folder beside the repository: tests only, the texts are harmful. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ComparisonScore, type ScoredCheckpoint, stepOf } from '../../src/domain/checkpoint.ts';
import type { Message } from '../../src/domain/comparison.ts';
import type { Dataset, ScoredPair } from '../../src/domain/dataset.ts';
import { sha256 } from '../../src/domain/identity.ts';
import { firstTurnKey } from '../../src/domain/text.ts';
import type { CheckpointInput } from '../../src/scoring/checkpoints/input.ts';
import { NOTHING_LEFT_OUT } from '../unit/scoring-support.ts';

export const MODELS = join(import.meta.dirname, '../../../shared/models');
export const skipModels = existsSync(MODELS) ? false : 'no ../shared/models';

/** Not in the order of steps, so that the order is the run's own doing. */
export const CHECKPOINTS = [
	'dpo-step400',
	'dpo-step50',
	'gdpo-step400',
	'dpo-lr1e4-step50',
	'gdpo-step50',
	'dpo-step100',
	'gdpo-step100',
] as const;

interface Row {
	readonly id: string;
	readonly split: 'train' | 'eval' | 'heldout';
	readonly half?: 'R' | 'E';
	readonly prompt: readonly Message[];
	readonly chosen: readonly Message[];
	readonly rejected: readonly Message[];
	readonly chosen_tokens: number;
	readonly rejected_tokens: number;
}

interface Logps {
	readonly id: string;
	readonly chosen_logps: number;
	readonly rejected_logps: number;
	readonly ref_chosen_logps: number;
	readonly ref_rejected_logps: number;
}

function lines<T>(file: string): T[] {
	return readFileSync(join(MODELS, file), 'utf8')
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as T);
}

function toPair(row: Row, i: number): ScoredPair {
	const prompt = { messages: row.prompt };
	const key = firstTurnKey(prompt);
	return {
		comparison: sha256(row.id),
		prompt: sha256(JSON.stringify(row.prompt)),
		cluster: sha256(key),
		split: row.split !== 'heldout' ? row.split : row.half === 'R' ? 'heldout_reference' : 'heldout_sealed',
		facets: [],
		turns: prompt,
		chosen: row.chosen,
		rejected: row.rejected,
		// Either side may be the canonical first one: what is scored must not depend on it.
		chosenSide: i % 2 === 0 ? 'a' : 'b',
		y: 1,
		decided: true,
		weight: 1,
		source: null,
	};
}

/** The folder's pairs as a run reads them, and the stored scores of checkpoints. */
export function modelsFolder(names: readonly string[] = CHECKPOINTS): {
	readonly dataset: Dataset;
	readonly input: CheckpointInput;
} {
	const rows = lines<Row>('pairs.jsonl');
	const pairs = rows.map(toPair);
	const places = new Map(rows.map((row, i) => [row.id, i]));
	const scored = (name: string): ScoredCheckpoint => ({
		name,
		step: stepOf(name),
		skipped: [],
		trainedOn: null,
		scores: lines<Logps>(`logps.${name}.jsonl`).map((line) => {
			const i = places.get(line.id)!;
			const { chosen_tokens, rejected_tokens } = rows[i]!;
			const sides = (chosen: number, rejected: number): ComparisonScore => {
				const of = {
					chosen: { logp: chosen, tokens: chosen_tokens },
					rejected: { logp: rejected, tokens: rejected_tokens },
				};
				return pairs[i]!.chosenSide === 'a' ? { a: of.chosen, b: of.rejected } : { a: of.rejected, b: of.chosen };
			};
			return {
				comparison: pairs[i]!.comparison,
				policy: sides(line.chosen_logps, line.rejected_logps),
				reference: sides(line.ref_chosen_logps, line.ref_rejected_logps),
			};
		}),
	});
	const leftOut = NOTHING_LEFT_OUT;
	return {
		dataset: {
			pairs,
			leftOut: {
				train: leftOut,
				eval: leftOut,
				heldout_reference: leftOut,
				heldout_sealed: leftOut,
				retention: leftOut,
			},
			leakage: [],
			sha256: sha256('the models folder'),
			manifest: null,
		},
		input: {
			engine: { name: 'logprobs', version: '1', models: [], self_test: [] },
			checkpoints: names.map(scored),
			work: { scored: 0, reused: names.length * rows.length },
		},
	};
}

/** The results table of the folder's README: numbers by checkpoint and column. */
export function publishedTable(): Map<string, Map<string, number>> {
	const rows = readFileSync(join(MODELS, 'README.md'), 'utf8')
		.split('\n')
		.filter((line) => line.startsWith('|'))
		.map((line) => line.split('|').map((cell) => cell.trim()))
		.map((cells) => cells.slice(1, -1));
	const head = rows.find(([first, second]) => first === 'checkpoint' && second === 'R_T')!;
	const table = rows.filter((row) => row.length === head.length && /^\d/.test(row[1]!));
	return new Map(
		table.map(([name, ...cells]) => [name!, new Map(cells.map((cell, i) => [head[i + 1]!, Number(cell)]))]),
	);
}
