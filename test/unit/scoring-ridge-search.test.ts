import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RIDGES, searchRidges, surelyWorse } from '../../src/scoring/ridge-search.ts';
import type { LaneState } from '../../src/scoring/solve.ts';

const GRID = [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** A search over losses that are a bowl around a place in the grid of ridges; states are counted. */
async function search(grid: readonly number[], bottom: (s: number) => number, error: (at: number) => number = () => 0) {
	const loss = (s: number, at: number): number => 0.5 + (at - bottom(s)) ** 2 / 100;
	const chosen = new Map<number, number>();
	const inUse = new Set<LaneState>();
	let most = 0;
	let fits = 0;
	const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
	await searchRidges(
		grid,
		{
			states: {
				take() {
					const state = { q: new Float64Array(0), v: new Float64Array(0), theta: new Float64Array(0) };
					inUse.add(state);
					most = Math.max(most, inUse.size);
					return state;
				},
				give(state) {
					assert.ok(inUse.delete(state), 'a state is given back once');
				},
			},
			async fit({ s, ridge, start, close }) {
				fits++;
				await pause();
				if (start !== null) assert.ok(inUse.has(start.state), `the start of s = ${s} is still there`);
				const at = RIDGES.indexOf(ridge);
				const found = loss(s, at) + (close === true ? 0 : error(at));
				return { loss: found, losses: [0, 0], gap: 0, passes: 1 };
			},
		},
		async (best, atEdge) => {
			chosen.set(best.s, RIDGES.indexOf(best.ridge));
			assert.equal(atEdge, [0, RIDGES.length - 1].includes(RIDGES.indexOf(best.ridge)));
			for (let turn = 0; turn < 5; turn++) await pause();
			assert.ok(inUse.has(best.state), 'a final fit finds its start');
		},
	);
	for (let turn = 0; turn < 10; turn++) await pause();
	return { chosen, most, fits, left: inUse.size };
}

for (const [name, grid] of [
	['upwards', GRID],
	['downwards', GRID.toReversed()],
] as const) {
	test(`${name}, the best ridge of every s is found, with few fits and few solutions kept`, async () => {
		const bottom = (s: number): number => 7.4 - 4 * s ** 2;
		const { chosen, most, fits, left } = await search(grid, bottom);
		for (const s of grid) assert.equal(chosen.get(s), Math.round(bottom(s)), `s = ${s}`);
		assert.ok(fits < RIDGES.length + 4 * grid.length, `${fits} fits`);
		assert.ok(most <= RIDGES.length + 4, `${most} states`);
		assert.equal(left, 0);
	});
}

test('losses that a search cannot tell apart are searched more closely', async () => {
	// Ridges 5 and 6 differ by 6e-5; roughly, the worse one looks better by 2e-5.
	const { chosen, left } = await search(
		[0, 0.5],
		() => 5.497,
		(at) => (at === 5 ? 8e-5 : 0),
	);
	assert.deepEqual([...chosen.values()], [5, 5]);
	assert.equal(left, 0);
});

test('a minimum at an end of the grid is found, and says so', async () => {
	assert.deepEqual(
		[...(await search([0, 0.5], () => -3)).chosen],
		[
			[0, 0],
			[0.5, 0],
		],
	);
	assert.deepEqual(
		[...(await search([0, 0.5], () => 20)).chosen],
		[
			[0, 10],
			[0.5, 10],
		],
	);
});

test('a ridge is passed over where it stays behind at twice the pace, upwards and downwards, and never twice running', () => {
	const tries = [
		{ s: 0.2, by: 0.05 },
		{ s: 0.3, by: 0.04 },
	];
	assert.equal(surelyWorse(tries, 0.3, 0.4), true);
	assert.equal(surelyWorse(tries, 0.3, 0.6), false);
	assert.equal(surelyWorse(tries, 0.4, 0.5), false);
	assert.equal(surelyWorse(tries.slice(1), 0.3, 0.4), false);
	const down = [
		{ s: 0.9, by: 0.05 },
		{ s: 0.8, by: 0.04 },
	];
	assert.equal(surelyWorse(down, 0.8, 0.7), true);
	assert.equal(surelyWorse(down, 0.8, 0.5), false);
	assert.equal(surelyWorse([{ s: 1, by: 0.05 }, ...down.slice(1)], 0.8, 0.7), false);
});
