import { type FacetCoverage, type Precision, pairsNeeded } from '../../src/domain/facet-coverage.ts';
import type { Inspection, Suggestion } from '../../src/domain/inspection.ts';
import { FACET_KINDS } from '../../src/domain/split.ts';
import type { PromptRow } from '../../src/protocol/lists.ts';
import type { SplitsState } from '../../src/protocol/splits.ts';

const TOPICS = [
	'How do I repot an orchid without hurting its roots?',
	'Write a short note that thanks a neighbour for watering the plants.',
	'Explain why bread dough has to rest, for somebody who bakes for the first time and has only an hour before guests arrive.',
	'كيف أطلب قهوة بدون سكر في مطعم؟',
	'Turn this list into a table:\n- apples 3\n- pears 5',
	'Kurze Absage an einen Verein, freundlich.',
	'Fix the off-by-one error in `for (let i = 0; i <= n; i++)`.',
];

/** A prompt by its place in the list: the same at every call. */
export function promptRow(index: number): PromptRow {
	const split = (['train', 'train', 'train', 'eval', 'heldout', 'heldout', 'retention'] as const)[index % 7] ?? 'train';
	const half = split !== 'heldout' ? null : index % 7 === 4 ? 'R' : 'E';
	const sealed = half === 'E';
	const pairs = 1 + (index % 3);
	return {
		id: index.toString(16).padStart(64, '0'),
		cluster: `c${index}`,
		split,
		half,
		tags: split === 'heldout' ? (index % 2 === 0 ? ['domain:law'] : ['language:ar', 'format:table', 'time:2026']) : [],
		preview: `${index + 1}. ${TOPICS[index % TOPICS.length]}`,
		turns: index % 5 === 0 ? 3 : 1,
		pairs,
		judged: sealed ? null : index % 4 === 0 ? pairs : index % 4 === 1 ? 0 : 1,
		disputed: sealed ? null : index % 11 === 0 ? 1 : 0,
		flagged: index % 13 === 0,
		sources: [index % 2 === 0 ? 'kitchen-and-garden.jsonl' : 'letters.jsonl'],
		seen: false,
		frozen: split === 'eval',
		...(sealed ? { sealed: true as const } : {}),
	};
}

const none = { prompts: 0, pairs: 0, judged: 0, disputed: 0, judgments: 0 };

export function splitsState(prompts: number): SplitsState {
	const share = (part: number) => Math.round((prompts * part) / 7);
	const size = (n: number, judged: number) => ({
		prompts: n,
		pairs: 2 * n,
		judged: Math.round(2 * n * judged),
		disputed: Math.round(n / 40),
		judgments: 3 * n,
	});
	const place = (name: SplitsState['overview']['places'][number]['place'], n: number, judged: number) => ({
		place: name,
		count: n === 0 ? none : size(n, judged),
		clusters: n,
		facets: name.startsWith('heldout')
			? [
					{ facet: 'domain:law', prompts: Math.round(n / 2) },
					{ facet: 'language:ar', prompts: Math.round(n / 3) },
				]
			: [],
		sources: [
			{ source: 'kitchen-and-garden.jsonl', prompts: Math.ceil(n / 2) },
			{ source: 'letters.jsonl', prompts: Math.floor(n / 2) },
		],
		promptLengths:
			n === 0 ? [0, 0, 0, 0, 0, 0, 0] : [0.3, 0.25, 0.2, 0.12, 0.08, 0.04, 0.01].map((p) => Math.round(p * n)),
		responseLengths:
			n === 0 ? [0, 0, 0, 0, 0, 0, 0] : [0.05, 0.1, 0.2, 0.3, 0.2, 0.1, 0.05].map((p) => Math.round(2 * p * n)),
		frozen:
			name === 'eval' && n > 0 ? { manifest: 'ab'.repeat(32), at: '2026-11-20T10:00:00Z', added: 3, removed: 1 } : null,
	});
	const places = [
		place('train', share(3), 0.82),
		place('eval', share(1), 0.64),
		place('heldout_reference', share(1), 0.4),
		place('heldout_sealed', share(1), 0),
		place('retention', prompts - share(3) - 3 * share(1), 0.9),
		place('excluded', 0, 0),
	];
	const sizes = { train: none, eval: none, heldout: none, retention: none, excluded: none };
	return {
		overview: {
			splits: sizes,
			halves: { reference: none, sealed: none },
			places,
			leakage:
				prompts === 0
					? []
					: [
							{
								kind: 'prompt-near',
								similarity: 0.91,
								a: promptRow(0).id,
								b: promptRow(3).id,
								splits: ['train', 'eval'],
							},
						],
			spanning:
				prompts === 0
					? []
					: [
							{
								cluster: 'c1',
								prompts: [0, 4]
									.map((n) => promptRow(n))
									.map(({ id, split, half, preview }) => ({ id, split, half, preview })),
							},
						],
			facets: [
				{ facet: 'domain:law', prompts: 20, sealedOnly: false },
				{ facet: 'language:ar', prompts: 10, sealedOnly: true },
			],
			sources: ['kitchen-and-garden.jsonl', 'letters.jsonl'],
			annotators: ['mira', 'tom'],
			proposals:
				prompts === 0
					? []
					: [
							{
								id: 'p1',
								person: 'mira',
								at: '2026-11-21T09:00:00Z',
								prompts: [0, 1].map((n) => promptRow(n)).map(({ id, split, preview }) => ({ id, split, preview })),
								split: 'heldout',
								facet: 'domain:law',
								reason: 'Contract law is nowhere in the training prompts.',
								because: 'exported',
							},
						],
		},
		searches:
			prompts === 0
				? []
				: [
						{
							name: 'law in the tuning half',
							query: { split: 'heldout', half: 'R', tag: 'domain:law' },
							by: 'mira',
							at: '2026-11-20T10:00:00Z',
						},
					],
		index: { ready: true, done: 0, total: 0 },
		scope: prompts % 2 === 0 ? 'Everyday help at home.' : '',
	};
}

function suggestion(index: number, novelty: number, members = 1): Suggestion {
	const { id, cluster, preview } = promptRow(index);
	return {
		prompt: id,
		cluster,
		members,
		split: index % 7 === 3 ? 'eval' : 'train',
		novelty,
		preview,
		nearest: [7, 14, 1].map((n, i) => ({
			prompt: promptRow(n).id,
			similarity: 0.21 - i / 20,
			preview: promptRow(n).preview,
		})),
	};
}

const auc = { p: 0.005, permutations: 199, heldout: { n: 48, clusters: 44 }, train: { n: 412, clusters: 390 } };

export const inspectionFixture: Inspection = {
	leakage: [],
	shift: {
		auc: 0.83,
		low: 0.78,
		high: 0.88,
		status: 'pass',
		pairs: 48,
		message: 'Inputs differ; whether preferences differ is the generalization check.',
		prompts: { ...auc, auc: 0.83, low: 0.78, high: 0.88, status: 'pass', words_left_out: ['tenant', 'lease'] },
		responses: {
			...auc,
			auc: 0.55,
			low: 0.47,
			high: 0.63,
			status: 'insufficient',
			p: 0.21,
			reason: 'About 120 held-out clusters would settle it.',
		},
	},
	novelty: {
		threshold: 0.87,
		k: 5,
		places: [
			{ split: 'train', prompts: 412, beyond: 21, median: 0.71, p95: 0.87 },
			{ split: 'eval', prompts: 100, beyond: 6, median: 0.72, p95: 0.88 },
			{ split: 'heldout_reference', prompts: 48, beyond: 30, median: 0.9, p95: 0.97 },
			{ split: 'heldout_sealed', prompts: 51, beyond: 33, median: 0.91, p95: 0.98 },
		],
		suggestions: [],
		groups: [
			{
				id: promptRow(3).id,
				words: ['coffee', 'sugar', 'restaurant'].map((word, i) => ({ word, prompts: 5 - i })),
				suggestions: Array.from({ length: 6 }, (_, i) => suggestion(3 + 7 * i, 0.98 - i / 100, i === 0 ? 3 : 1)),
				prompts: 8,
			},
			...Array.from({ length: 11 }, (_, i) => ({
				id: promptRow(45 + 7 * i).id,
				words: i % 4 === 3 ? [] : [{ word: `${'very'.repeat(i)}long`, prompts: 1 }],
				suggestions: [suggestion(45 + 7 * i, 0.9 - i / 100)],
				prompts: 1,
			})),
		],
		waiting: {
			prompts: 210,
			beyond: 40,
			suggestions: Array.from({ length: 30 }, (_, i) => suggestion(600 + i, 0.99 - i / 300)),
		},
		dismissed: 2,
	},
	composition: [],
};

const size = (prompts: number) => ({
	prompts,
	pairs: 2 * prompts,
	clusters: prompts,
	reference: { prompts: Math.ceil(prompts / 2), pairs: 2 * Math.ceil(prompts / 2) },
	sealed: { prompts: Math.floor(prompts / 2), pairs: 2 * Math.floor(prompts / 2) },
});

export function coverageFixture(precision: Precision): FacetCoverage {
	const facets = (kind: string) =>
		kind === 'domain'
			? [{ facet: 'domain:law', sealedOnly: false, ...size(20) }]
			: kind === 'language'
				? [{ facet: 'language:ar', sealedOnly: true, ...size(10) }]
				: [];
	return {
		kinds: FACET_KINDS.map((kind) => ({ kind, ...size(facets(kind)[0]?.prompts ?? 0), facets: facets(kind) })),
		total: size(30),
		untagged: 3,
		judgedReference: 12,
		need: pairsNeeded(precision, null, [2, 2, 2], { reference: 30, sealed: 30 }),
	};
}
