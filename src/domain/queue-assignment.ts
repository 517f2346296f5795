import type { OverlapShares } from './config.ts';
import { sha256 } from './identity.ts';

/** Splits whose comparisons are asked for; `excluded` ones never are. */
export type QueuedSplit = keyof OverlapShares;

/** Finaliser of MurmurHash3 (public domain): whole-number arithmetic, so every machine gets the same bits. */
function mix(hash: number): number {
	let h = hash;
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}

function word(hex: string, at: number): number {
	return Number.parseInt(hex.slice(at, at + 8), 16);
}

function salt(seed: string, what: string): number {
	return word(sha256(`${seed}\u0000${what}`), 0);
}

/** 32 bits of (comparison, salt). A comparison's id is a SHA-256 already: mixing is enough, at a hundredth of the cost of hashing. */
function bits(comparison: string, salted: number): number {
	return mix(mix(salted ^ word(comparison, 0)) + word(comparison, 8));
}

/** A draw of a share of all comparisons, the same on every machine. @param what names the draw: draws of other names are independent */
export function drawOf(seed: string, what: string, share: number): (comparison: string) => boolean {
	const salted = salt(seed, what);
	return (comparison) => bits(comparison, salted) < share * 2 ** 32;
}

/** Like {@link drawOf} for places in a queue, by number. */
export function placesOf(seed: string, what: string, share: number): (place: number) => boolean {
	const salted = salt(seed, what);
	return (place) => mix(mix(salted ^ place) + place) < share * 2 ** 32;
}

/** An order of comparisons of its own, the same on every machine. */
export function orderOf(seed: string, what: string): (comparison: string) => number {
	const salted = salt(seed, what);
	return (comparison) => bits(comparison, salted);
}

/**
 * Who judges what, agreed on by everybody without a word: of the people at work, the one or two with the highest hash of
 * (comparison, person) are a comparison's assignees (rendezvous hashing). Nobody keeps a list, so nothing has to be merged. A
 * newcomer takes an equal share from each of the others, and nothing moves between those; when somebody leaves, theirs is dealt out
 * evenly. Who cannot judge a comparison is passed over for it, and the next takes it on. Somebody alone has everything.
 *
 * An assignment is a place in the queue, never a lock: everyone's queue has their own part first, and behind it, in the same order,
 * what is asked of others and still missing. So somebody who is away holds nothing up.
 */
export class Assignment {
	readonly people: readonly string[];
	readonly #salts: readonly number[];
	readonly #overlap: OverlapShares;
	readonly #overlapSalt: number;

	/** @param people everyone at work, each once */
	constructor(seed: string, people: readonly string[], overlap: OverlapShares) {
		this.people = [...people].sort();
		this.#salts = this.people.map((person) => salt(seed, `assign/${person.normalize('NFC')}`));
		this.#overlap = overlap;
		this.#overlapSalt = salt(seed, 'overlap');
	}

	/** How many people a comparison asks for. Drawn apart from the judging order, so that overlap is spread over all of it. */
	wanted(comparison: string, split: QueuedSplit): 1 | 2 {
		return bits(comparison, this.#overlapSalt) < this.#overlap[split] * 2 ** 32 ? 2 : 1;
	}

	/** Assignees of a comparison, as many as it asks for or as there are. @param cannot people who declared that they cannot judge it */
	assignees(comparison: string, wanted: number, cannot: ReadonlySet<string> = NOBODY): string[] {
		let first = -1;
		let second = -1;
		let highest = -1;
		let next = -1;
		for (let i = 0; i < this.people.length; i++) {
			if (cannot.size > 0 && cannot.has(this.people[i] as string)) continue;
			const weight = bits(comparison, this.#salts[i] as number);
			if (weight > highest) {
				[second, next] = [first, highest];
				[first, highest] = [i, weight];
			} else if (weight > next) {
				[second, next] = [i, weight];
			}
		}
		return [first, second].slice(0, wanted).flatMap((i) => (i < 0 ? [] : [this.people[i] as string]));
	}
}

const NOBODY: ReadonlySet<string> = new Set();
