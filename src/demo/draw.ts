import { seededUnit } from '../domain/identity.ts';

/**
 * Seeded choices by name: each draw depends on the seed and its own key only, so that adding a text elsewhere changes
 * nothing here, and every machine draws the same.
 */
export class Draw {
	readonly #seed: string;
	readonly #scope: string;

	constructor(seed: string, scope = '') {
		this.#seed = seed;
		this.#scope = scope;
	}

	/** The same draws under another name. */
	in(scope: string | number): Draw {
		return new Draw(this.#seed, `${this.#scope}/${scope}`);
	}

	/** In [0, 1). */
	unit(key: string): number {
		return seededUnit(this.#seed, `${this.#scope}/${key}`);
	}

	chance(key: string, probability: number): boolean {
		return this.unit(key) < probability;
	}

	pick<T>(key: string, list: readonly T[]): T {
		const item = list[Math.floor(this.unit(key) * list.length)];
		if (item === undefined) throw new RangeError(`nothing to pick for ${key}`);
		return item;
	}

	/** In seeded order. */
	shuffle<T>(key: string, list: readonly T[]): T[] {
		return list
			.map((item, i) => ({ item, at: this.unit(`${key}/${i}`) }))
			.sort((one, two) => one.at - two.at)
			.map(({ item }) => item);
	}
}
