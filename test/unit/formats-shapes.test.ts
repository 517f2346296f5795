import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Message } from '../../src/domain/comparison.ts';
import { canonicalComparison } from '../../src/domain/identity.ts';
import { openPairTable } from '../../src/formats/message-rows.ts';
import type { ImportedRow } from '../../src/formats/types.ts';
import { assistant, lines, readContent, user } from './formats-support.ts';

const QUESTION = 'Which pan suits eggs?';
const GOOD = 'A non-stick one, on low heat.';
const BAD = 'Any pan.';
const system = (content: string) => ({ role: 'system', content });

function idOf(prompt: readonly Message[], one: readonly Message[], two: readonly Message[]): string {
	return canonicalComparison({ messages: prompt }, one, two).comparison.id;
}
const PLAIN = idOf([user(QUESTION)], [assistant(GOOD)], [assistant(BAD)]);

/** What each judgment says: who, and the text it prefers (or tie, both_bad), with its strength. */
function said(row: ImportedRow): string[] {
	return row.judgments.map(({ annotator, verdict, strength }) => {
		const what = verdict === 'a' || verdict === 'b' ? row.comparison[verdict].at(-1)?.content : verdict;
		return `${annotator}: ${what}${strength === undefined ? '' : ` ×${strength}`}`;
	});
}

interface Shape {
	readonly name: string;
	readonly format: string;
	readonly row: object;
	readonly id?: string;
	readonly says: readonly string[];
	readonly metadata?: object;
	readonly split?: string;
}

const CHAT = [user(QUESTION), assistant(GOOD)];
const CHAT_BAD = [user(QUESTION), assistant(BAD)];

const SHAPES: readonly Shape[] = [
	{
		name: '8 UltraFeedback, binarised',
		format: 'trl',
		row: { prompt: QUESTION, prompt_id: 'p1', chosen: CHAT, rejected: CHAT_BAD, score_chosen: 8, score_rejected: 5 },
		says: [`source:test: ${GOOD}`],
		metadata: { prompt_id: 'p1', score_chosen: 8, score_rejected: 5 },
	},
	{
		name: '9 HelpSteer2-preference',
		format: 'helpsteer2',
		row: {
			prompt: QUESTION,
			response_1: GOOD,
			response_2: BAD,
			preference_strength: -2,
			preference_statement: 'The first says how.',
			preference_elaboration: 'At length.',
			split: 'val',
		},
		says: [`source:test: ${GOOD} ×2`],
		metadata: { preference_elaboration: 'At length.' },
		split: 'eval',
	},
	{
		name: '9 HelpSteer2-preference, second better',
		format: 'helpsteer2',
		row: { prompt: QUESTION, response_1: BAD, response_2: GOOD, preference_strength: 3, split: 'train' },
		says: [`source:test: ${GOOD} ×3`],
		split: 'train',
	},
	{
		name: '10 HelpSteer3 preference, a tie',
		format: 'helpsteer3',
		row: {
			domain: 'general',
			language: 'english',
			context: [user(QUESTION)],
			response1: GOOD,
			response2: BAD,
			overall_preference: 0,
			individual_preference: [{ score: 0, reasoning: 'Alike.' }],
		},
		says: ['source:test: tie'],
		metadata: { domain: 'general', language: 'english', individual_preference: [{ score: 0, reasoning: 'Alike.' }] },
	},
	{
		name: '11 Argilla, a label and a suggestion',
		format: 'argilla',
		row: {
			id: '1',
			fields: { prompt: QUESTION, response1: BAD, response2: GOOD },
			metadata: { batch: 4 },
			suggestions: { preference: { value: 'response1', score: 0.9, agent: 'm' } },
			responses: {
				preference: [
					{ value: 'response2', user_id: 'u1' },
					{ value: 'response1', user_id: 'u2', status: 'discarded' },
				],
				reason: [{ value: 'says how', user_id: 'u1' }],
			},
			vectors: {},
			_server_id: 's1',
		},
		says: [`u1: ${GOOD}`, `model:m: ${BAD}`],
		metadata: { batch: 4, id: '1', _server_id: 's1' },
	},
	{
		name: '11 Argilla, a ranking question',
		format: 'argilla',
		row: {
			fields: { prompt: QUESTION, response1: GOOD, response2: BAD },
			suggestions: {},
			responses: {
				order: [
					{
						value: [
							{ value: 'response1', rank: 1 },
							{ value: 'response2', rank: 2 },
						],
						user_id: 'u1',
					},
				],
			},
		},
		says: [`u1: ${GOOD}`],
	},
	{
		name: '12 Label Studio',
		format: 'label-studio',
		row: {
			id: 1,
			data: { prompt: QUESTION, text1: BAD, text2: GOOD, topic: 'food' },
			annotations: [
				{
					id: 9,
					completed_by: 3,
					result: [
						{ id: 'r', type: 'pairwise', from_name: 'pw', to_name: 'text1,text2', value: { selected: 'right' } },
					],
				},
				{ id: 10, completed_by: { id: 4, email: 'x@example.org' }, was_cancelled: true, result: [] },
			],
		},
		says: [`label-studio-3: ${GOOD}`],
		metadata: { id: 1, topic: 'food' },
	},
	{
		name: '13 OpenAI',
		format: 'openai',
		row: {
			input: { messages: [user(QUESTION)], tools: [], parallel_tool_calls: true },
			preferred_output: [assistant(GOOD)],
			non_preferred_output: [assistant(BAD)],
		},
		says: [`source:test: ${GOOD}`],
		metadata: { input: { parallel_tool_calls: true } },
	},
	{
		name: '13 OpenAI, older names of the sides',
		format: 'openai',
		row: {
			input: { messages: [user(QUESTION)] },
			preferred_completion: [assistant(GOOD)],
			non_preferred_completion: [assistant(BAD)],
		},
		says: [`source:test: ${GOOD}`],
	},
	{
		name: '14 LLaMA-Factory, alpaca',
		format: 'llama-factory',
		row: { instruction: QUESTION, input: '', chosen: GOOD, rejected: BAD },
		says: [`source:test: ${GOOD}`],
	},
	{
		name: '14 LLaMA-Factory, alpaca with a query, a system turn and a history',
		format: 'llama-factory',
		row: {
			instruction: 'Answer.',
			input: QUESTION,
			system: 'Be brief.',
			history: [['Hello', 'Hi']],
			chosen: GOOD,
			rejected: BAD,
		},
		id: idOf(
			[system('Be brief.'), user('Hello'), assistant('Hi'), user(`Answer.\n${QUESTION}`)],
			[assistant(GOOD)],
			[assistant(BAD)],
		),
		says: [`source:test: ${GOOD}`],
	},
	{
		name: '15 LLaMA-Factory, ShareGPT',
		format: 'llama-factory',
		row: {
			conversations: [{ from: 'human', value: QUESTION }],
			chosen: { from: 'gpt', value: GOOD },
			rejected: { from: 'gpt', value: BAD },
		},
		says: [`source:test: ${GOOD}`],
	},
	{
		name: '16 Axolotl, chat template',
		format: 'axolotl',
		row: { messages: [user(QUESTION)], chosen: assistant(GOOD), rejected: assistant(BAD) },
		says: [`source:test: ${GOOD}`],
	},
	...(
		[
			['intel', { question: QUESTION, chosen: GOOD, rejected: BAD }],
			['argilla', { instruction: QUESTION, chosen_response: GOOD, rejected_response: BAD }],
			['icr', { input: QUESTION, chosen: GOOD, rejected: BAD }],
			['prompt_pairs', { prompt: QUESTION, chosen: GOOD, rejected: BAD }],
		] as const
	).map(([name, row]) => ({
		name: `17 Axolotl, chatml.${name}`,
		format: 'axolotl',
		row: { system: 'Be brief.', ...row },
		id: idOf([system('Be brief.'), user(QUESTION)], [assistant(GOOD)], [assistant(BAD)]),
		says: [`source:test: ${GOOD}`],
	})),
	{
		name: '19 Chatbot Arena',
		format: 'arena',
		row: {
			question_id: 'q',
			model_a: 'x',
			model_b: 'y',
			winner: 'model_b',
			conversation_a: CHAT_BAD,
			conversation_b: CHAT,
			turn: 1,
		},
		says: [`source:test: ${GOOD}`],
		metadata: { question_id: 'q', model_a: 'x', model_b: 'y', turn: 1 },
	},
	{
		name: '19 Chatbot Arena, chats written as text, both bad',
		format: 'arena',
		row: {
			model_a: 'x',
			model_b: 'y',
			winner: 'tie (bothbad)',
			conversation_a: JSON.stringify(CHAT),
			conversation_b: JSON.stringify(CHAT_BAD),
		},
		says: ['source:test: both_bad'],
	},
	{
		name: '20 LMArena, 140k',
		format: 'arena',
		row: {
			id: 'i',
			model_a: 'x',
			model_b: 'y',
			winner: 'both_bad',
			conversation_a: CHAT,
			conversation_b: CHAT_BAD,
			full_conversation: [{ user: QUESTION }],
			is_code: false,
		},
		says: ['source:test: both_bad'],
		metadata: { id: 'i', model_a: 'x', model_b: 'y', is_code: false },
	},
	{
		name: '21 LMSYS, Kaggle',
		format: 'arena-table',
		row: {
			id: 7,
			model_a: 'x',
			model_b: 'y',
			prompt: JSON.stringify([QUESTION]),
			response_a: JSON.stringify([GOOD]),
			response_b: JSON.stringify([BAD]),
			winner_model_a: 1,
			winner_model_b: 0,
			winner_tie: 0,
		},
		says: [`source:test: ${GOOD}`],
		metadata: { id: 7, model_a: 'x', model_b: 'y' },
	},
	{
		name: '22 a chat beside a rejected response',
		format: 'ms-swift',
		row: { messages: CHAT, rejected_response: BAD },
		says: [`source:test: ${GOOD}`],
	},
];

for (const { name, format, row, id, says, metadata, split } of SHAPES) {
	test(`shape ${name} is read without a question`, async () => {
		const read = await readContent(lines(row, row));
		assert.deepEqual(read.rejected, []);
		assert.equal(read.format, format);
		const [first] = read.rows;
		assert.ok(first !== undefined);
		assert.equal(first.comparison.id, id ?? PLAIN);
		assert.deepEqual(said(first), says);
		if (metadata !== undefined) assert.deepEqual(first.metadata, metadata);
		assert.equal(first.split, split);
	});
}

test('shape 18 Nectar: every two answers are a pair of one prompt, equal ranks a tie, equal texts none', async () => {
	const { format, rows, rejected } = await readContent(
		lines({
			prompt: `\n\nHuman: ${QUESTION}\n\nAssistant: `,
			answers: [
				{ answer: BAD, model: 'x', rank: 2 },
				{ answer: GOOD, model: 'y', rank: 1 },
				{ answer: 'Iron.', model: 'z', rank: 2 },
				{ answer: GOOD, model: 'w', rank: 1 },
			],
			turns: 1,
			num_responses: 4,
			source: ['own'],
		}),
	);
	assert.deepEqual(rejected, []);
	assert.equal(format, 'nectar');
	assert.equal(new Set(rows.map((row) => row.comparison.promptId)).size, 1);
	assert.deepEqual(
		rows.flatMap(said),
		[GOOD, GOOD, 'tie'].map((text) => `source:test: ${text}`),
	);
	assert.ok(rows.some((row) => row.comparison.id === PLAIN));
	assert.deepEqual(rows[0]?.metadata, {
		first: { model: 'y', rank: 1 },
		second: { model: 'x', rank: 2 },
		turns: 1,
		num_responses: 4,
		source: ['own'],
	});
});

test('a text at several ranks is one response; it makes no pair with what stands between them, and the import says so', async () => {
	const ranking = (...answers: readonly (readonly [string, unknown])[]) => ({
		prompt: QUESTION,
		answers: answers.map(([answer, rank]) => ({ answer, rank })),
	});
	const { rows, rejected } = await readContent(
		lines(
			ranking([GOOD, 1], [BAD, 2], ['e\u0301', 4], [GOOD, 3], ['\u00e9', 5]),
			ranking([GOOD, 1], [BAD, 2], [GOOD, 3]),
			ranking([GOOD, 1], [BAD, 1], [GOOD, 1]),
			ranking([GOOD, 1], [BAD, 1], [GOOD, 2]),
		),
		'nectar',
	);
	assert.deepEqual(
		rows.map((row) => [row.line, ...said(row)]),
		[
			[1, `source:test: ${GOOD}`],
			[1, `source:test: ${BAD}`],
			[3, 'source:test: tie'],
		],
	);
	assert.deepEqual(rows[1]?.warnings, []);
	assert.match(rows[0]?.warnings.join() ?? '', /answers\[0\] and answers\[1\]: the same text stands at several ranks/u);
	assert.deepEqual(
		rejected.map(({ line }) => line),
		[2, 4],
	);
	assert.match(rejected[0]!.reason, /no pair is left/u);
});

test('white space where a number or a winner goes says nothing, as an empty cell does', async () => {
	const ranked = await readContent(
		lines({
			prompt: QUESTION,
			answers: [
				{ answer: GOOD, rank: 2 },
				{ answer: 'Never ranked.', rank: ' ' },
				{ answer: BAD, rank: 3 },
			],
		}),
	);
	assert.deepEqual(ranked.rows.map(said), [[`source:test: ${GOOD}`]]);
	const sides = { prompt: QUESTION, response_1: GOOD, response_2: BAD };
	const signed = await readContent(lines({ ...sides, preference_strength: '\t' }));
	assert.equal(signed.format, 'helpsteer2');
	assert.deepEqual([signed.rows.map(said), signed.rejected], [[[]], []]);
	const chat = (text: string) => [user(QUESTION), assistant(text)];
	const arena = await readContent(lines({ conversation_a: chat(GOOD), conversation_b: chat(BAD), winner: ' ' }));
	assert.equal(arena.format, 'arena');
	assert.deepEqual([arena.rows.map(said), arena.rejected], [[[]], []]);
});

test('a message tree gives pairs wherever replies are ranked; deleted ones and unranked ones make none', async () => {
	const reply = (text: string, rank: number | null, replies: object[] = [], more: object = {}) => ({
		message_id: text,
		role: 'assistant',
		text,
		rank,
		replies,
		...more,
	});
	const ask = (text: string, replies: object[]) => ({ message_id: text, role: 'prompter', text, replies });
	const follow = ask('And the oil?', [reply('Butter.', 1), reply('None.', 0)]);
	const tree = {
		message_tree_id: 't',
		tree_state: 'ready_for_export',
		prompt: ask(QUESTION, [
			reply(GOOD, 0, [follow]),
			reply(BAD, 1),
			reply('Spam.', 2, [], { deleted: true }),
			reply('Later.', null),
		]),
	};
	const { format, rows, rejected } = await readContent(
		lines(tree, { ...tree, prompt: ask('Nobody answered', [reply('Once', 0)]) }),
	);
	assert.equal(format, 'message-tree');
	assert.deepEqual(rows.map(said), [[`source:test: ${GOOD}`], ['source:test: None.']]);
	assert.equal(rows[0]?.comparison.id, PLAIN);
	assert.deepEqual(
		rows[1]?.comparison.prompt.messages.map(({ content }) => content),
		[QUESTION, GOOD, 'And the oil?'],
	);
	assert.match(rejected[0]?.reason ?? '', /at least two ranked replies/u);
});

test('three responses or more in columns of their own are ranked by letters, names, texts or numbers; two readings are none', async () => {
	const [C, D] = ['Cast iron.', 'No idea.'];
	const row = { prompt: QUESTION, response_a: BAD, response_b: D, response_c: GOOD, response_d: C, origin: 'x' };
	const numbered = { question: QUESTION, answer_1: BAD, answer_2: D, answer_3: GOOD, answer_4: C, origin: 'x' };
	const best = [GOOD, GOOD, GOOD, BAD, BAD, D];
	for (const ranked of [
		{ ...row, gold_ranking: ['C', 'A', 'B', 'D'] },
		{ ...row, ranking: ['response_c', 'Response A', 'response_b', 'response_d'] },
		{ ...row, ranked_responses: [GOOD, BAD, D, C] },
		{ ...numbered, rating_1: 3, rating_2: '2', rating_3: 4.5, rating_4: 1 },
	]) {
		const { format, rows, rejected } = await readContent(lines(ranked));
		assert.deepEqual([format, rejected], ['wide-ranking', []]);
		assert.deepEqual(
			rows.flatMap(said),
			best.map((text) => `source:test: ${text}`),
		);
		assert.equal(new Set(rows.map(({ comparison }) => comparison.promptId)).size, 1);
		assert.equal(
			rows.every(({ metadata }) => JSON.stringify(metadata).includes('"origin":"x"')),
			true,
		);
	}
	const good = { ...row, gold_ranking: ['C', 'A'] };
	const { rows, rejected } = await readContent(
		lines(good, { ...good, gold_ranking: ['C', 'E'] }, { ...good, gold_ranking: ['C', 'C'] }),
	);
	assert.deepEqual(rows.flatMap(said), [`source:test: ${GOOD}`], 'what is not listed is in no pair');
	assert.match(rejected[0]?.reason ?? '', /^gold_ranking\[1\]: expected one of response_a, .*found the text "E"/u);
	assert.match(rejected[1]?.reason ?? '', /response_c twice/u);
	// Which response is best, or which rank the first one has?
	await assert.rejects(readContent(lines({ ...numbered, ranking: [3, 1, 2, 4] })), /not surely recognised/u);
});

test('a ranking that fits one response by its letter and another by its text is refused, not turned around', async () => {
	const row = { prompt: 'Pick a letter.', response_a: 'B', response_b: 'A', response_c: 'C' };
	const { rows, rejected } = await readContent(
		lines(
			{ ...row, ranking: ['response_b', 'C'] },
			{ ...row, ranking: ['A', 'C', 'B'] },
			{ ...row, ranking: ['c', 'B'] },
		),
	);
	assert.deepEqual(rows.flatMap(said), ['source:test: A']);
	assert.equal(rejected.length, 2);
	assert.match(
		rejected[0]!.reason,
		/^ranking\[0\]: .* found "A", which names response_a and is the text of response_b$/u,
	);
	assert.match(
		rejected[1]!.reason,
		/^ranking\[1\]: .* found "B", which names response_b and is the text of response_a$/u,
	);
	// The same response either way.
	const plain = { ...row, response_a: 'A', response_b: 'B', ranking: ['B', 'A'] };
	assert.deepEqual((await readContent(lines(plain))).rows.flatMap(said), ['source:test: B']);
});

test('rows of Pairwright’s own with a third response and its scores stay pairs, and their judgments keep their sides', async () => {
	const row = {
		...{ prompt: QUESTION, response_a: BAD, response_b: GOOD, response_c: 'Cast iron.' },
		...{ score_a: 1, score_b: 2, score_c: 3 },
	};
	const judged = { ...row, judgments: [{ annotator: 'bo', verdict: 'b' }] };
	for (const format of ['auto', 'pairwright']) {
		const read = await readContent(lines(judged), format);
		assert.deepEqual([read.format, read.rows.map(said)], ['pairwright', [[`bo: ${GOOD}`]]]);
	}
	const { rows, rejected } = await readContent(lines(row, judged), 'wide-ranking');
	assert.equal(rows.length, 3);
	assert.match(rejected[0]?.reason ?? '', /no judgments/u);
});

/** A tree with two places where replies are ranked, a deleted and a refused one, a tie; ids begin with `name`. */
function grownTree(name: string) {
	const node = (id: string, role: string, text: string, rank: number | null, replies: object[], more: object = {}) => ({
		...{ message_id: `${name}${id}`, role, text, rank, lang: 'en', deleted: false, review_result: true },
		...{ labels: { name: ['spam'], value: [0] }, replies, ...more },
	});
	const answer = (id: string, rank: number | null, replies: object[] = [], more: object = {}) =>
		node(id, 'assistant', `${name} answer ${id}`, rank, replies, more);
	const follow = node('f', 'prompter', 'And then?', null, [answer('g', 1), answer('h', 0), answer('i', 1)]);
	const replies = [
		answer('a', 0, [follow], { model_name: 'small' }),
		answer('b', 1),
		answer('c', 2, [], { deleted: true }),
		answer('d', 3, [], { review_result: false }),
		answer('e', null),
	];
	return {
		message_tree_id: `${name}p`,
		tree_state: 'ready_for_export',
		prompt: node('p', 'prompter', `${name} asks`, null, replies),
	};
}

type Grown = ReturnType<typeof grownTree>;

/** The same tree as a flat table has it: one row a message. */
function flatRows({ prompt, ...tree }: Grown): object[] {
	const walk = (message: object, parent: string | null): object[] => {
		const { replies, ...rest } = message as { replies: object[]; message_id: string };
		const rows = replies.flatMap((reply) => walk(reply, rest.message_id));
		return [{ ...rest, ...tree, parent_id: parent }, ...rows];
	};
	return walk(prompt, null);
}

/** What rows say, in an order of its own. */
const told = (rows: readonly ImportedRow[]) =>
	rows.map(({ comparison, judgments, metadata }) => JSON.stringify([comparison.id, judgments, metadata])).toSorted();

test('a flat table of messages gives what its trees give, in whatever order its rows are', async () => {
	const trees = ['one', 'two', 'three'].map(grownTree);
	const whole = await readContent(lines(...trees));
	assert.equal(whole.rows.length, 3 * 4);
	const flat = trees.flatMap(flatRows);
	await fc.assert(
		fc.asyncProperty(fc.shuffledSubarray(flat, { minLength: flat.length }), async (rows) => {
			const { format, rows: read, rejected } = await readContent(lines(...rows));
			assert.equal(format, 'message-tree');
			assert.deepEqual(told(read), told(whole.rows));
			assert.deepEqual(rejected, []);
		}),
		{ numRuns: 12 },
	);
	const first = whole.rows.find(({ metadata }) => JSON.stringify(metadata).includes('small'));
	assert.deepEqual(first?.metadata, {
		tree_state: 'ready_for_export',
		first: { rank: 0, message_id: 'onea', lang: 'en', model_name: 'small' },
		second: { rank: 1, message_id: 'oneb', lang: 'en' },
	});
});

test('a flat table of messages as CSV: texts for flags, ranks and nothing are read as they are meant', async () => {
	const names = ['message_id', 'parent_id', 'text', 'role', 'rank', 'message_tree_id', 'deleted', 'review_result'];
	const cells = flatRows(grownTree('t')).map((row) => {
		const values = row as Record<string, unknown>;
		return names.map((name) => {
			const value = values[name];
			return value === true
				? 'True'
				: value === false
					? 'False'
					: typeof value === 'number'
						? `${value}.0`
						: (value ?? '');
		});
	});
	const { rows } = await readContent([names, ...cells].map((row) => `${row.join(',')}\n`).join(''));
	const whole = await readContent(lines(grownTree('t')));
	assert.deepEqual(
		rows.map(({ comparison }) => comparison.id).toSorted(),
		whole.rows.map(({ comparison }) => comparison.id).toSorted(),
	);
});

test('messages that hang on no tree are refused by line, the rest of their tree goes on', async () => {
	const [root, ...rest] = flatRows(grownTree('x')) as { parent_id: string | null }[];
	const orphan = { ...rest[0], message_id: 'lost', parent_id: 'nobody' };
	const alone = flatRows(grownTree('y')).slice(1);
	const { rows, rejected } = await readContent(
		lines(root, ...rest, orphan, 'no row', { ...root, message_tree_id: 5 }, ...alone),
	);
	assert.equal(rows.length, 4);
	assert.deepEqual(
		rejected.map(({ line, reason }) => [
			line,
			/"nobody"|one first message|JSON object|chosen and rejected/u.exec(reason)?.[0],
		]),
		[
			[11, '"nobody"'],
			[12, 'JSON object'],
			[13, 'chosen and rejected'],
			...alone.map((_, i) => [14 + i, 'one first message']),
		],
	);
});

test('messages that wait for others far away in the file are held up to a limit, and the message says what to do', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'pairwright-rows-'));
	try {
		const path = join(folder, 'far.jsonl');
		const trees = Array.from({ length: 60 }, (_, i) => flatRows(grownTree(`n${i}-`)));
		const read = async (rows: object[]) => {
			writeFileSync(path, lines(...rows));
			const { rows: out } = await openPairTable(path, { held: 20_000 });
			let given = 0;
			for await (const some of out) given += some.length;
			return given;
		};
		// Trees that lie together wait for nobody, however many there are.
		assert.equal(await read(trees.flat()), 60);
		const far = [...trees.flatMap((rows) => rows.slice(1)), ...trees.map((rows) => rows[0]!)];
		await assert.rejects(read(far), /Sort its rows by message_tree_id/u);
	} finally {
		rmSync(folder, { recursive: true });
	}
});

test('completions with scores become pairs of one prompt', async () => {
	const { format, rows } = await readContent(
		lines({
			instruction: QUESTION,
			completions: [
				{ model: 'x', response: BAD, overall_score: 3 },
				{ model: 'y', response: GOOD, overall_score: 8.5 },
			],
		}),
	);
	assert.equal(format, 'ultrafeedback');
	assert.deepEqual(rows.map(said), [[`source:test: ${GOOD}`]]);
	assert.equal(rows[0]?.comparison.id, PLAIN);
});

test('bad rows of a shape are named by field, others go on', async () => {
	const good = { prompt: QUESTION, response_1: GOOD, response_2: BAD, preference_strength: 1 };
	const { rows, rejected } = await readContent(
		lines(
			good,
			{ ...good, preference_strength: 9 },
			{ ...good, response_2: [BAD, 'Other'] },
			{ ...good, response_2: GOOD },
		),
	);
	assert.equal(rows.length, 1);
	assert.deepEqual(
		rejected.map(({ line }) => line),
		[2, 3, 4],
	);
	assert.match(rejected[0]!.reason, /preference_strength: expected a whole number from -3 to 3, found the number 9/u);
	assert.match(rejected[1]!.reason, /response_2/u);
});

test('rows of a prompt with one response are told the way they can be brought in', async () => {
	const logs = [
		lines({ prompt: QUESTION, response: GOOD }),
		lines({ messages: CHAT }),
		`question,answer\n${QUESTION},${GOOD.replaceAll(',', '')}\n`,
	];
	for (const log of logs) await assert.rejects(readContent(log), /as prompts \(--as prompts;/u);
	await assert.rejects(readContent(lines({ title: 'x' })), (error) => !String(error).includes('--as prompts'));
});

test('a KTO row is refused with what it lacks', async () => {
	await assert.rejects(
		readContent(lines({ prompt: QUESTION, completion: GOOD, label: true })),
		/one completion with a label \(KTO\)/u,
	);
});
