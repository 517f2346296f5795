import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Edge, Groups, linkingEdges, sparseEdges } from '../../src/domain/near-clusters.ts';

const edge = fc
	.record({ a: fc.nat(60), b: fc.nat(60), similarity: fc.constantFrom(0.8, 0.85, 0.9, 0.96, 1) })
	.filter(({ a, b }) => a !== b);

function components(edges: readonly Edge<number>[]): string[] {
	const groups = new Groups<number>();
	for (const { a, b } of edges) groups.join(a, b);
	return groups
		.all()
		.map((set) => set.sort((x, y) => x - y).join(' '))
		.sort();
}

test('groups are the connected components, whatever the order of edges', () => {
	fc.assert(
		fc.property(fc.array(edge, { maxLength: 40 }), (edges) => {
			assert.deepEqual(components(edges), components(edges.toReversed()));
			const flat = components(edges).flatMap((set) => set.split(' '));
			assert.equal(new Set(flat).size, new Set(edges.flatMap(({ a, b }) => [a, b])).size);
			assert.equal(flat.length, new Set(flat).size);
		}),
		{ seed: 3, numRuns: 50 },
	);
});

test('few edges keep every component whole, and an edge between any two parts of it', () => {
	fc.assert(
		fc.property(
			fc.array(edge, { maxLength: 200 }),
			fc.array(fc.boolean(), { minLength: 61, maxLength: 61 }),
			(edges, side) => {
				const kept = sparseEdges(edges);
				assert.deepEqual(components(kept), components(edges));
				assert.ok(kept.length <= 61 * 5);
				const crossing = (list: readonly Edge<number>[]) =>
					new Set(list.filter(({ a, b }) => side[a] !== side[b]).map(({ a }) => a)).size > 0;
				assert.equal(crossing(kept), crossing(edges));
			},
		),
		{ seed: 5, numRuns: 50 },
	);
});

test('a family larger than 1 % and 50 links only where it is cut: pairs far more alike than the family', () => {
	const star = Array.from({ length: 70 }, (_, i) => ({ a: 0, b: i + 1, similarity: 0.85 }));
	const pair = { a: 3, b: 4, similarity: 0.97 };
	const apart = { a: 100, b: 101, similarity: 0.8 };
	assert.deepEqual(components(linkingEdges([...star, pair, apart], 1000)), ['100 101', '3 4']);
	// The same family among 10,000 prompts is below 1 %.
	assert.equal(linkingEdges([...star, pair, apart], 10_000).length, 72);
	// Even copies: what stands in more than 1 % of prompts is a template.
	const copies = star.map((each) => ({ ...each, similarity: 1 }));
	assert.deepEqual(linkingEdges(copies, 1000), []);
});
