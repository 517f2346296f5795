/** Made preference rows for runs over checkpoints: places, ids of their own, and a label. */

export interface MadeRow {
	readonly id: string;
	readonly prompt: string;
	readonly chosen: string;
	readonly rejected: string;
	readonly split: string;
	readonly half?: string;
}

const PLACES = [
	{ split: 'train' },
	{ split: 'eval' },
	{ split: 'heldout', half: 'R' },
	{ split: 'heldout', half: 'E' },
	{ split: 'retention' },
] as const;

/** `count` rows, in turn over train, eval, both held-out halves and retention. */
export function madeRows(count: number, from = 0): MadeRow[] {
	return Array.from({ length: count }, (_, k) => {
		const i = from + k;
		return {
			id: `row-${i}`,
			prompt: `Question ${i} on subject ${(i * 31) % 101}?`,
			chosen: i % 3 === 0 ? `the cat sat on mat ${i}` : `a small reply ${i}`,
			rejected: i % 3 === 0 ? `zebras zigzag ${i}` : `the log and the dog ${i}`,
			...PLACES[i % PLACES.length]!,
		};
	});
}

export function jsonLines(rows: readonly object[]): string {
	return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** Log-probabilities that prefer the chosen side by `gain` nats more than the reference does, with noise of their own. */
export function madeLogps(rows: readonly MadeRow[], gain: number): object[] {
	return rows.map(({ id }, i) => {
		const noise = Math.sin(i * 12.9898 + gain) * 4;
		return {
			id,
			chosen_logps: -30 + gain + noise,
			rejected_logps: -32,
			ref_chosen_logps: -30,
			ref_rejected_logps: -32,
			chosen_tokens: 20,
			rejected_tokens: 21,
		};
	});
}
