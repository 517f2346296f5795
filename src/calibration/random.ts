import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Seeded draws for bootstrap and null distributions: the same on every machine. */
export interface Random {
	/** Uniform in [0, 1), 32 bits. */
	unit(): number;
	/** Uniform in 0 … n − 1; the bias of scaling 32 bits is below n/2³². */
	index(n: number): number;
}

export function seededRandom(seed: number): Random {
	const generator = xoroshiro128plus(seed | 0);
	// A small seed leaves few bits set at first.
	for (let i = 0; i < 32; i++) generator.next();
	return {
		unit: () => (generator.next() >>> 0) / 2 ** 32,
		index: (n) => Math.floor(((generator.next() >>> 0) / 2 ** 32) * n),
	};
}

/** Linear-interpolated quantile (type 7, as numpy) of values sorted ascending. */
export function quantileSorted(sorted: ArrayLike<number>, q: number): number {
	const at = (sorted.length - 1) * q;
	const below = Math.floor(at);
	const low = sorted[below]!;
	return below + 1 < sorted.length ? low + (at - below) * (sorted[below + 1]! - low) : low;
}
