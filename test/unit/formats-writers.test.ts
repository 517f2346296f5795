import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Message, Prompt } from '../../src/domain/comparison.ts';
import { EXPORT_FORMAT_FACTS, EXPORT_FORMATS, type ExportFormat } from '../../src/domain/export-format.ts';
import { canonicalComparison, canonicalJson } from '../../src/domain/identity.ts';
import type { Judgment, Strength, Verdict } from '../../src/domain/judgment.ts';
import { encode } from '../../src/formats/encode.ts';
import { NO_NEEDS, needsOf, RowGroups } from '../../src/formats/parquet-writer.ts';
import type { Encoded, ExportRow, ImportedRow } from '../../src/formats/types.ts';
import { assistant, readContent, user } from './formats-support.ts';

type Json = Record<string, unknown>;

function row(
	more: Partial<ExportRow> = {},
	ask: Prompt = { messages: [user('why?')] },
	one = 'first one',
	two = 'other',
): ExportRow {
	const { comparison } = canonicalComparison(ask, [assistant(one)], [assistant(two)]);
	return {
		...{ comparison, resolution: 'a', judgments: [], tags: ['domain:law'], split: 'train', half: null },
		...{ source: 'desk', metadata: { n: 1 }, unlabelled: false },
		...more,
	};
}

function judged(verdict: Verdict, strength?: Strength, annotator = 'mira'): Judgment {
	return {
		...{ id: `${annotator}${verdict}${strength}`, comparison: '', annotator, verdict, kind: 'first', blind: true },
		...{ at: null, imported: false },
		...(strength === undefined ? {} : { strength }),
	};
}

function linesOf(encoded: Encoded): string[] {
	assert.ok('line' in encoded, JSON.stringify(encoded));
	return [encoded.line, ...(encoded.more ?? [])];
}

const json = (format: ExportFormat, of: ExportRow): Json[] =>
	linesOf(encode(format, of)).map((l) => JSON.parse(l) as Json);
const why = (format: ExportFormat, of: ExportRow): string => {
	const encoded = encode(format, of);
	return 'dropped' in encoded ? encoded.dropped : 'written';
};

/** A file of the format with these rows in it. */
function fileOf(format: ExportFormat, lines: readonly string[]): string | Uint8Array {
	const { container } = EXPORT_FORMAT_FACTS[format];
	if (container === 'lines') return lines.map((line) => `${line}\n`).join('');
	if (container === 'array') return `[\n${lines.join(',\n')}\n]\n`;
	const parts: Uint8Array[] = [];
	const groups = new RowGroups(
		lines.reduce((needs, line) => needsOf(line, needs), NO_NEEDS),
		(bytes) => parts.push(bytes),
	);
	for (let i = 0; i < lines.length; i += 7) groups.write(lines.slice(i, i + 7));
	groups.finish();
	return Buffer.concat(parts);
}

test('each trainer gets its own columns', () => {
	const { a, b } = row().comparison;
	const [yes, no] = [a[0]!.content, b[0]!.content];
	const asked = row({}, { messages: [{ role: 'system', content: 'short' }, user('why?')] });
	const { metadata: _, ...axolotl } = json('axolotl', asked)[0]!;
	assert.deepEqual(axolotl, {
		messages: asked.comparison.prompt.messages,
		chosen: { role: 'assistant', content: yes },
		rejected: { role: 'assistant', content: no },
	});
	const { metadata: __, ...factory } = json('llama-factory', asked)[0]!;
	assert.deepEqual(factory, {
		conversations: [
			{ from: 'system', value: 'short' },
			{ from: 'human', value: 'why?' },
		],
		chosen: { from: 'gpt', value: yes },
		rejected: { from: 'gpt', value: no },
	});
	assert.deepEqual(json('openai', asked)[0], {
		input: { messages: asked.comparison.prompt.messages },
		preferred_output: a,
		non_preferred_output: b,
	});
});

test('KTO has one row for each response; both bad is two undesirable ones', () => {
	const labels = (resolution: ExportRow['resolution']) =>
		json('kto', row({ resolution })).map(({ completion, label }) => [(completion as Message[])[0]?.content, label]);
	const { a, b } = row().comparison;
	const [one, two] = [a[0]!.content, b[0]!.content];
	assert.deepEqual(labels('b'), [
		[two, true],
		[one, false],
	]);
	assert.deepEqual(labels('both_bad'), [
		[one, false],
		[two, false],
	]);
	assert.equal(why('kto', row({ resolution: 'tie' })), 'ties');
	assert.equal(why('kto', row({ resolution: 'both_bad', unlabelled: true })), 'sealed');
});

test('HelpSteer gets the mean strength of those for the winner, with its sign; a tie is 0', () => {
	const preference = (resolution: ExportRow['resolution'], judgments: readonly Judgment[]) =>
		json('helpsteer', row({ resolution, judgments }))[0]?.overall_preference;
	assert.equal(preference('a', [judged('a', 3), judged('a', 2, 'ben'), judged('b', 1, 'cy')]), -3);
	assert.equal(preference('b', [judged('b', 1)]), 1);
	assert.equal(preference('b', []), 2, 'no strength was given: clearly');
	assert.equal(preference('a', [judged('a', 1), judged('a', 3, 'source:x'), judged('a', 3, 'source:y')]), -1);
	assert.equal(preference('tie', [judged('tie')]), 0);
	assert.equal(why('helpsteer', row({ resolution: 'both_bad' })), 'both_bad');
});

test('what each format can hold of pairs that nobody won, and of sealed ones', () => {
	const none: readonly [ExportRow['resolution'], string, readonly ExportFormat[]][] = [
		['tie', 'ties', ['helpsteer', 'argilla', 'label-studio', 'pairwright']],
		['both_bad', 'both_bad', ['kto', 'argilla', 'label-studio', 'pairwright']],
		['disputed', 'disputed', ['argilla', 'label-studio', 'pairwright']],
		['open', 'unresolved', ['argilla', 'label-studio', 'pairwright']],
	];
	for (const format of EXPORT_FORMATS) {
		for (const [resolution, reason, holders] of none) {
			assert.equal(
				why(format, row({ resolution })),
				holders.includes(format) ? 'written' : reason,
				`${format} ${resolution}`,
			);
		}
		const sealed = why(format, row({ resolution: 'a', unlabelled: true, split: 'heldout', half: 'E' }));
		assert.equal(sealed, EXPORT_FORMAT_FACTS[format].training ? 'sealed' : 'written', format);
	}
});

test('a sealed pair goes to another tool as texts: no verdict, tag, source or metadata', () => {
	const secret = {
		split: 'heldout',
		half: 'E',
		tags: ['domain:zeugma'],
		source: 'zeugma',
		metadata: { why: 'zeugma' },
	} as const;
	for (const format of ['argilla', 'label-studio'] as const) {
		const [first] = json(format, row({ ...secret, unlabelled: true, judgments: [] }));
		assert.doesNotMatch(JSON.stringify(first), /zeugma/u);
		assert.deepEqual([first?.suggestions ?? {}, first?.annotations ?? []], [{}, []]);
		assert.match(JSON.stringify(json(format, row(secret))), /zeugma/u);
	}
});

test('what would be read as another pair, or cut in the wrong place, is counted', () => {
	const calls = [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }];
	const system = { role: 'system', content: 's' };
	const one = (more: Prompt, side?: readonly Message[]) =>
		row({ comparison: canonicalComparison(more, side ?? [assistant('first one')], [assistant('other')]).comparison });
	const cases: readonly [ExportRow, Partial<Record<ExportFormat, string>>][] = [
		[
			one({ messages: [user('q')], tools: [{ name: 'f' }] }),
			{
				axolotl: 'tools',
				'llama-factory': 'tools',
				helpsteer: 'tools',
				argilla: 'tools',
				openai: 'written',
				hf: 'written',
				'label-studio': 'written',
				kto: 'written',
			},
		],
		[one({ messages: [user('q')], tools: 'f' }), { parquet: 'tools', openai: 'tools', trl: 'written' }],
		[
			one({ messages: [user('q')] }, [{ role: 'assistant', tool_calls: calls }]),
			{ axolotl: 'tools', openai: 'tools', hf: 'written', argilla: 'tools', 'label-studio': 'written' },
		],
		[
			one({ messages: [user('q')] }, [{ role: 'assistant', tool_calls: [{ name: 'f', arguments: {} }] }]),
			{ hf: 'tools', trl: 'written' },
		],
		[
			one({ messages: [user('q')] }, [assistant('x'), user('go on'), assistant('y')]),
			{
				axolotl: 'multi_turn_response',
				'llama-factory': 'multi_turn_response',
				openai: 'multi_turn_response',
				helpsteer: 'multi_turn_response',
				kto: 'written',
				hf: 'written',
				argilla: 'written',
				'label-studio': 'written',
			},
		],
		[
			one({ messages: [user('q'), assistant('so'), user('and?')] }),
			{ axolotl: 'written', 'llama-factory': 'written', openai: 'written', helpsteer: 'written' },
		],
		[
			one({ messages: [user('q'), user('and?')] }),
			{ 'llama-factory': 'roles_not_alternating', axolotl: 'written', openai: 'written' },
		],
		[one({ messages: [user('q'), system, user('and?')] }), { 'llama-factory': 'roles_not_alternating' }],
		[
			one({ messages: [user('q'), assistant('so')] }),
			{
				axolotl: 'roles_not_alternating',
				openai: 'roles_not_alternating',
				helpsteer: 'roles_not_alternating',
				argilla: 'roles_not_alternating',
				'label-studio': 'roles_not_alternating',
				trl: 'written',
			},
		],
		[
			one({ messages: [{ role: 'user', name: 'ann', content: 'q' }] }),
			{ axolotl: 'named_or_other_role', argilla: 'named_or_other_role', openai: 'written', hf: 'written' },
		],
		[
			one({ messages: [{ role: 'narrator', content: 'q' }] }),
			{ axolotl: 'named_or_other_role', openai: 'named_or_other_role', argilla: 'written' },
		],
		[
			one({ messages: [user('q')] }, [assistant('')]),
			{
				axolotl: 'empty_response',
				openai: 'empty_response',
				'llama-factory': 'written',
				kto: 'written',
				hf: 'written',
				argilla: 'empty_turn',
			},
		],
		[one({ messages: [user('q')] }, [assistant('😀'.repeat(20_000))]), { argilla: 'written' }],
		[
			one({ messages: [user('q')] }, [assistant('😀'.repeat(20_001))]),
			{ argilla: 'too_long', 'label-studio': 'written' },
		],
		[
			one({ messages: Array.from({ length: 501 }, (_, k) => (k % 2 === 0 ? user('q') : assistant('so'))) }),
			{ argilla: 'too_long' },
		],
		[one({ messages: [{ role: 'a role of many letters', content: 'q' }] }), { argilla: 'named_or_other_role' }],
		[one({ messages: [user('q')] }, [assistant('message')]), { axolotl: 'cut_wrongly', 'llama-factory': 'written' }],
	];
	for (const [of, expected] of cases) {
		for (const [format, reason] of Object.entries(expected)) {
			assert.equal(why(format as ExportFormat, of), reason, `${format}: ${JSON.stringify(of.comparison)}`);
		}
	}
});

const text = fc.oneof(
	fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
	fc.constantFrom(
		'',
		'e\u0301',
		'\u2028',
		' x ',
		'[{"role":"user","content":"x"}]',
		'{"a":1}',
		'[1]',
		'😀',
		'"tool_calls":',
		'\\"tools":',
	),
);
const visible = text.filter((t) => t.trim() !== '');
const call = fc.oneof(
	fc.record({ id: text, type: fc.constant('function'), function: fc.record({ name: visible, arguments: text }) }),
	fc.record({ name: visible, arguments: fc.jsonValue({ maxDepth: 2 }) }),
);
const message = fc.oneof(
	{ weight: 5, arbitrary: fc.record({ role: fc.constantFrom('user', 'assistant', 'system', 'tool'), content: text }) },
	{ weight: 1, arbitrary: fc.record({ role: fc.constant('tool'), name: visible, content: text }) },
	{
		weight: 1,
		arbitrary: fc.record({
			role: fc.constant('assistant'),
			tool_calls: fc.array(call, { minLength: 1, maxLength: 2 }),
		}),
	},
);
const side = fc.oneof(
	{ weight: 4, arbitrary: text.map((content) => [assistant(content)]) },
	{
		weight: 1,
		arbitrary: fc.tuple(text, fc.array(message, { maxLength: 2 })).map(([first, rest]) => [assistant(first), ...rest]),
	},
);
interface Chat {
	readonly messages: readonly object[];
	readonly tools: readonly object[] | undefined;
	readonly one: readonly { readonly content?: string; readonly tool_calls?: unknown }[];
	readonly two: Chat['one'];
	readonly resolution: 'a' | 'b';
}

/** Chats that every format holds, turn by turn. */
const plainChat = fc.record({
	messages: fc
		.tuple(fc.option(text, { nil: null }), fc.array(fc.tuple(text, text), { maxLength: 2 }), visible)
		.map(([system, turns, last]) => [
			...(system === null ? [] : [{ role: 'system', content: system }]),
			...turns.flatMap(([asked, said]) => [user(asked), assistant(said)]),
			user(last),
		]),
	tools: fc.constant(undefined),
	one: text.map((content) => [assistant(content)]),
	two: text.map((content) => [assistant(content)]),
	resolution: fc.constantFrom('a' as const, 'b' as const),
});
const anyChat = fc.record({
	messages: fc.tuple(fc.array(message, { maxLength: 3 }), visible).map(([before, last]) => [...before, user(last)]),
	tools: fc.option(fc.array(call, { minLength: 1, maxLength: 2 }), { freq: 5, nil: undefined }),
	one: side,
	two: side,
	resolution: fc.constantFrom('a' as const, 'b' as const),
});
const rows = fc
	.oneof<[fc.Arbitrary<Chat>, fc.Arbitrary<Chat>]>(plainChat, anyChat)
	.filter(({ one, two }) => canonicalJson(one) !== canonicalJson(two))
	.filter(({ one, two }) =>
		[...one, ...two].some(({ content = '', tool_calls }) => content.trim() !== '' || tool_calls !== undefined),
	)
	.map(({ messages, tools, one, two, resolution }) =>
		row({
			comparison: canonicalComparison(
				{ messages: messages as Message[], ...(tools === undefined ? {} : { tools }) },
				one as Message[],
				two as Message[],
			).comparison,
			...{ resolution, split: 'heldout', half: 'R' },
		}),
	);

/** The format that a file of another name is read as. */
const READ_AS: Partial<Record<ExportFormat, string>> = {
	helpsteer: 'helpsteer3',
	parquet: 'trl',
	hf: 'trl',
	'trl-standard': 'trl',
};

for (const format of EXPORT_FORMATS.filter((name) => name !== 'kto')) {
	test(`${format}: whatever is written is read back with the same id, texts and verdict`, async () => {
		let written = 0;
		await fc.assert(
			fc.asyncProperty(fc.array(rows, { minLength: 12, maxLength: 24 }), async (all) => {
				const held = all.flatMap((of) => {
					const encoded = encode(format, of);
					return 'line' in encoded ? [{ of, line: encoded.line }] : [];
				});
				if (held.length === 0) return;
				written += held.length;
				const read = await readContent(
					fileOf(
						format,
						held.map(({ line }) => line),
					),
					READ_AS[format] ?? format,
				);
				assert.deepEqual(read.rejected, []);
				assert.deepEqual(
					read.rows.map(({ comparison }) => comparison),
					held.map(({ of }) => JSON.parse(JSON.stringify(of.comparison))),
				);
				for (const [i, { of }] of held.entries()) assertRest(format, read.rows[i]!, of);
			}),
			{ seed: 7, numRuns: 3 },
		);
		assert.ok(written > 1, `${written} rows`);
	});
}

function assertRest(format: ExportFormat, read: ImportedRow, of: ExportRow): void {
	if (format !== 'pairwright')
		assert.deepEqual(
			read.judgments.map(({ verdict }) => verdict),
			[of.resolution],
		);
	// A service refuses keys that it does not know.
	if (format === 'openai') return;
	assert.deepEqual(
		[read.split, read.half, read.tags, read.source, read.metadata],
		[of.split, of.half, of.tags, of.source, of.metadata],
	);
}

test('ties and both bad come back from the tools that hold them; nobody is named by their export', async () => {
	for (const format of ['argilla', 'label-studio', 'helpsteer'] as const) {
		for (const resolution of ['tie', 'both_bad'] as const) {
			if (format === 'helpsteer' && resolution === 'both_bad') continue;
			const of = row({ resolution, judgments: [judged(resolution, undefined, 'mira')] });
			const file = fileOf(format, linesOf(encode(format, of)));
			assert.doesNotMatch(String(file), /mira/u);
			const { rows: read } = await readContent(file);
			assert.deepEqual(
				read.map(({ comparison, judgments }) => [comparison.id, judgments]),
				[[of.comparison.id, [{ annotator: 'source:test', verdict: resolution }]]],
			);
		}
	}
});

test('a Parquet file has the columns that its rows need, and the same bytes each time', () => {
	const named = row({}, { messages: [{ role: 'user', name: 'ann', content: 'q' }] });
	const plain = linesOf(encode('parquet', row()));
	assert.deepEqual(needsOf(plain[0]!, NO_NEEDS), NO_NEEDS);
	assert.deepEqual(needsOf(linesOf(encode('parquet', named))[0]!, NO_NEEDS), { ...NO_NEEDS, names: true });
	const quoting = linesOf(encode('parquet', row({}, { messages: [user('"tools":"tool_calls":"name":')] })));
	assert.deepEqual(needsOf(quoting[0]!, NO_NEEDS), NO_NEEDS);
	assert.deepEqual(fileOf('parquet', plain), fileOf('parquet', plain));
});
