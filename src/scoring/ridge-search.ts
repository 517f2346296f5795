import type { FitResult, FitTask, Fitted } from './fit.ts';
import type { LaneState } from './solve.ts';

/** ρ in half-decades from 10 down to 10⁻⁴. */
export const RIDGES: readonly number[] = Array.from({ length: 11 }, (_, i) => 10 ** (1 - i / 2));

/** Where the first search starts: in the middle, near what most sets choose. */
const MIDDLE = 5;

/** Solutions of ridges farther than this from the best are forgotten: at 1 M pairs each is 100 MB. */
const NEAR = 2;

export interface Tried extends Fitted {
	readonly loss: number;
}

/** By how much a ridge was worse than the best one at some s. */
interface Excess {
	readonly s: number;
	readonly by: number;
}

/**
 * Whether a ridge beside the best may be passed over at s: it was worse at the two values of s before, and would still be if what it
 * lost or gained between them went on at twice the pace. Losses out of fold are smooth in s. Never twice running, nor from s = 1:
 * near that end, where T's rows lose their weight, they bend (measured: passing over more moved one ridge in five pairings of real sets).
 */
export function surelyWorse(tries: readonly Excess[], before: number, s: number): boolean {
	const [one, two] = tries.slice(-2);
	if (one === undefined || two === undefined || two.s !== before || one.s === 1) return false;
	return two.by > 2 * Math.abs((two.by - one.by) / (two.s - one.s)) * Math.abs(s - two.s);
}

/**
 * Losses closer than this, in nats, are told apart by a closer search: measured at 100,000 pairs, a loss at the search's tolerance is
 * wrong by up to 3e-5.
 */
const TIE = 1e-4;

/** Where solutions are kept while they are searched. */
export interface States {
	take(): LaneState;
	give(state: LaneState): void;
}

/**
 * ρ(s) = argmin over the grid of the mixture's loss out of fold, for one s after the other. The first starts in the middle and looks past
 * one ridge that is worse; each later one starts from its neighbour's ρ and moves while it gets better.
 * @param finish called with each s's best as soon as it is known, and not waited for: its state is free once this is done
 */
export async function searchRidges(
	grid: readonly number[],
	{ fit, states }: { readonly fit: (task: FitTask) => Promise<FitResult>; readonly states: States },
	finish: (best: Tried, atEdge: boolean) => Promise<unknown>,
): Promise<void> {
	/** The last solution of each ridge: that of the s before is nearer than another ridge's at the present s. */
	const latest = new Map<number, Tried>();
	const finals = new Map<Tried, Promise<unknown>>();
	const release = (old: Tried): void => {
		const free = (): void => states.give(old.state);
		const final = finals.get(old);
		finals.delete(old);
		if (final === undefined) free();
		// What fails is reported where the finals are waited for.
		else final.then(free, () => {});
	};
	/** Of the present best, by the place of the ridge tried beside it; forgotten when the best moves. */
	let excesses = new Map<number, Excess[]>();
	let from = MIDDLE;
	let before = Number.NaN;
	for (const [step, s] of grid.entries()) {
		const tried = new Map<number, Tried>();
		const open = (at: number): boolean =>
			at >= 0 && at < RIDGES.length && !surelyWorse(excesses.get(at) ?? [], before, s);
		const attempt = async (at: number, near: Tried | undefined, against: number | null): Promise<Tried> => {
			const known = tried.get(at);
			if (known !== undefined) return known;
			const ridge = RIDGES[at]!;
			const state = states.take();
			const old = latest.get(at);
			// An older one is too far: what its search stopped at would be taken for its loss here.
			const start = old?.s === before ? old : (near ?? null);
			const { loss, losses } = await fit({ s, ridge, start, into: state, against });
			const result = { s, ridge, state, loss, losses };
			tried.set(at, result);
			latest.set(at, result);
			if (old !== undefined) release(old);
			return result;
		};
		const refined = new Set<number>();
		const refine = async (at: number): Promise<void> => {
			if (refined.has(at)) return;
			refined.add(at);
			const rough = tried.get(at)!;
			const state = states.take();
			const { loss, losses } = await fit({ s, ridge: rough.ridge, start: rough, into: state, close: true });
			const result = { ...rough, state, loss, losses };
			tried.set(at, result);
			latest.set(at, result);
			release(rough);
		};
		let best = from;
		const home = await attempt(from, undefined, null);
		if (step > 0) {
			await Promise.all([from - 1, from + 1].filter(open).map((at) => attempt(at, home, home.loss)));
		}
		const patience = step === 0 ? 2 : 1;
		// Weaker ridges first: a solution is a good start for the next weaker one.
		for (const direction of [1, -1]) {
			let worse = 0;
			for (let at = best + direction; open(at) && worse < patience; at += direction) {
				const next = await attempt(at, tried.get(at - direction), tried.get(best)!.loss);
				if (Math.abs(next.loss - tried.get(best)!.loss) < TIE) await Promise.all([refine(best), refine(at)]);
				if (tried.get(at)!.loss < tried.get(best)!.loss) {
					best = at;
					worse = 0;
				} else worse++;
			}
		}
		const chosen = tried.get(best)!;
		if (best !== from) excesses = new Map();
		for (const [at, { loss }] of tried) {
			excesses.set(at, [...(excesses.get(at) ?? []), { s, by: loss - chosen.loss }]);
		}
		finals.set(chosen, finish(chosen, best === 0 || best === RIDGES.length - 1));
		for (const [at, old] of latest) {
			if (Math.abs(at - best) <= NEAR) continue;
			latest.delete(at);
			release(old);
		}
		from = best;
		before = s;
	}
	for (const old of latest.values()) release(old);
}
