import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import stableStringify from 'fast-json-stable-stringify';
import { canonicalComparison, canonicalJson } from '../../src/domain/identity.ts';
import type { Judgment } from '../../src/domain/judgment.ts';
import { EXPORT_FORMATS, encode } from '../../src/formats/encode.ts';
import type { Encoded, ExportRow } from '../../src/formats/types.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { assistant, readContent, user } from './formats-support.ts';

function exportRow(more: Partial<ExportRow> & { one?: string; two?: string; prompt?: string } = {}): ExportRow {
	const { one = 'x', two = 'y', prompt = 'q', ...rest } = more;
	const { comparison } = canonicalComparison({ messages: [user(prompt)] }, [assistant(one)], [assistant(two)]);
	return {
		comparison,
		resolution: 'a',
		judgments: [],
		tags: [],
		split: 'train',
		half: null,
		source: null,
		metadata: undefined,
		unlabelled: false,
		...rest,
	};
}

function judgment(annotator: string, at: string | null, more: Partial<Judgment> = {}): Judgment {
	return {
		id: `${annotator}${at}`,
		comparison: '',
		annotator,
		verdict: 'a',
		kind: 'first',
		blind: true,
		at,
		imported: false,
		...more,
	};
}

function line(encoded: Encoded): string {
	assert.ok('line' in encoded, JSON.stringify(encoded));
	return encoded.line;
}

test('TRL gets explicit prompts as chats, standard gets three texts', () => {
	const row = exportRow({ resolution: 'b' });
	const { metadata: _, ...chat } = JSON.parse(line(encode('trl', row))) as Record<string, unknown>;
	assert.deepEqual(chat, { prompt: [user('q')], chosen: [assistant('y')], rejected: [assistant('x')] });
	const { metadata: __, ...texts } = JSON.parse(line(encode('trl-standard', row))) as Record<string, unknown>;
	assert.deepEqual(texts, { prompt: 'q', chosen: 'y', rejected: 'x' });
	assert.throws(
		() => encode('csv', row),
		(error) => UserError.is(error, 'usage'),
	);
});

test('what is no preference pair is counted, in both TRL forms, and kept in the own form', () => {
	const why: readonly [Partial<ExportRow>, string][] = [
		[{ resolution: 'tie' }, 'ties'],
		[{ resolution: 'both_bad' }, 'both_bad'],
		[{ resolution: 'disputed' }, 'disputed'],
		[{ resolution: 'open' }, 'unresolved'],
		[{ resolution: 'a', unlabelled: true }, 'sealed'],
	];
	for (const [more, dropped] of why) {
		for (const format of ['trl', 'trl-standard']) assert.deepEqual(encode(format, exportRow(more)), { dropped });
		line(encode('pairwright', exportRow(more)));
	}
});

test('TRL standard counts what three texts cannot say', () => {
	const make = (prompt: Parameters<typeof canonicalComparison>[0], side = [assistant('x')]) =>
		exportRow({ comparison: canonicalComparison(prompt, side, [assistant('y')]).comparison });
	const cases: readonly [ExportRow, string][] = [
		[make({ messages: [user('q')] }, [assistant('x'), user('more'), assistant('z')]), 'multi_turn_response'],
		[make({ messages: [{ role: 'system', content: 's' }, user('q')] }), 'multi_turn_prompt'],
		[make({ messages: [user('q')], tools: [{}] }), 'tools'],
		[make({ messages: [{ role: 'system', content: 's' }] }), 'named_or_other_role'],
	];
	for (const [row, dropped] of cases) {
		assert.deepEqual(encode('trl-standard', row), { dropped });
		line(encode('trl', row));
	}
});

test('the sealed half before an opening is written without verdicts', async () => {
	const row = exportRow({ split: 'heldout', half: 'E', unlabelled: true, judgments: [judgment('mira', null)] });
	const written = JSON.parse(line(encode('pairwright', row))) as Record<string, unknown>;
	assert.deepEqual([written.judgments, written.sealed], [null, true]);
	const { rows } = await readContent(JSON.stringify(written));
	assert.deepEqual([rows[0]?.comparison.id, rows[0]?.judgments], [row.comparison.id, []]);
});

test('bytes do not depend on the order of judgments and tags', () => {
	const list = [judgment('mira', '2026-01-02'), judgment('mira', '2026-01-01'), judgment('jo', null)];
	const texts = { one: 'the first', two: 'the second' };
	const one = exportRow({ ...texts, judgments: list, tags: ['domain:law', 'domain:code'] });
	const two = exportRow({ ...texts, judgments: [...list].reverse(), tags: ['domain:code', 'domain:law'] });
	for (const format of EXPORT_FORMATS) assert.equal(line(encode(format, one)), line(encode(format, two)));
	const order = (JSON.parse(line(encode('pairwright', one))) as { judgments: Judgment[] }).judgments;
	assert.deepEqual(
		order.map((j) => [j.annotator, j.at]),
		[
			['jo', undefined],
			['mira', '2026-01-01'],
			['mira', '2026-01-02'],
		],
	);
});

test('metadata of a TRL row has the same types in every row: all text', () => {
	const rows = [
		exportRow(),
		exportRow({ split: 'heldout', half: 'R', tags: ['domain:law'], source: 's', metadata: { n: 1 } }),
	];
	const types = rows.map((row) => {
		const { metadata } = JSON.parse(line(encode('trl', row))) as { metadata: { pairwright: object } };
		return Object.entries(metadata.pairwright).map(([key, value]) => `${key}:${typeof value}`);
	});
	assert.deepEqual(types[0], types[1]);
	assert.ok(types[0]?.every((t) => t.endsWith(':string')));
});

test('a chosen empty side survives the round trip of our own export only', async () => {
	const row = exportRow({ one: '', two: 'y', resolution: 'b' });
	const chosen = row.comparison.a[0]?.content === '' ? 'a' : 'b';
	const written = line(encode('trl', { ...row, resolution: chosen }));
	const { rows } = await readContent(written);
	assert.equal(rows[0]?.comparison.id, row.comparison.id);
	assert.equal(rows[0]?.judgments[0]?.verdict, chosen);
	const { metadata: _, ...foreign } = JSON.parse(written) as Record<string, unknown>;
	await assert.rejects(async () => {
		const read = await readContent(JSON.stringify(foreign));
		if (read.rejected.length > 0) throw new Error(read.rejected[0]?.reason);
	}, /chosen: expected text on the preferred side/);
});

test('a text that was changed after the export is a new comparison, and says so', async () => {
	const written = line(encode('trl', exportRow())).replace('"q"', '"changed"');
	const { rows } = await readContent(written);
	assert.match(rows[0]?.warnings.join() ?? '', /the texts have changed since they were exported/);
});

const text = fc.oneof(
	fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
	fc.constantFrom('e\u0301', '\u00e9', '\u2028', ' x ', '\n\nHuman: h', '{"a":1}', '😀', '\ufeff', 'שלום'),
);
const visible = text.filter((t) => t.trim() !== '');
const call = fc.record({ name: visible, arguments: fc.jsonValue({ maxDepth: 2 }) });
const turn = fc.oneof(
	fc.record({ role: fc.constantFrom('user', 'assistant', 'system', 'tool'), content: text }),
	fc.record({ role: fc.constant('tool'), name: visible, content: text }),
	fc.record({ role: fc.constant('assistant'), tool_calls: fc.array(call, { minLength: 1, maxLength: 2 }) }),
);
const side = fc
	.tuple(fc.record({ role: fc.constant('assistant'), content: text }), fc.array(turn, { maxLength: 2 }))
	.map(([first, rest]) => [first, ...rest]);
const prompt = fc
	.tuple(fc.array(turn, { maxLength: 2 }), visible)
	.map(([before, last]) => ({ messages: [...before, user(last)] }));
const withTools = fc
	.tuple(prompt, fc.option(fc.array(call, { minLength: 1, maxLength: 2 })))
	.map(([p, tools]) => (tools === null ? p : { ...p, tools }));

test('any comparison comes back from TRL and own files with its id, its texts as they were, verdict, place and tags', async () => {
	await fc.assert(
		fc.asyncProperty(
			withTools,
			side,
			side,
			fc.constantFrom('a' as const, 'b' as const),
			fc.constantFrom('trl', 'pairwright'),
			async (ask, one, two, resolution, format) => {
				fc.pre(canonicalJson(one) !== canonicalJson(two));
				fc.pre([...one, ...two].some((m) => ('content' in m && m.content.trim() !== '') || 'tool_calls' in m));
				const { comparison } = canonicalComparison(ask, one, two);
				const row = exportRow({
					comparison,
					resolution,
					split: 'heldout',
					half: 'R',
					tags: ['domain:law'],
					source: 'desk',
					metadata: { n: [1, null, 'é'] },
					judgments: [judgment('mira', '2026-01-01T00:00:00.000Z', { verdict: resolution, strength: 2, note: 'n' })],
				});
				const { rows, rejected } = await readContent(line(encode(format, row)));
				assert.deepEqual(rejected, []);
				const read = rows[0]!;
				assert.deepEqual(read.comparison, JSON.parse(JSON.stringify(comparison)));
				assert.equal(read.judgments[0]?.verdict, resolution);
				assert.deepEqual(
					[read.split, read.half, read.tags, read.source, read.metadata],
					['heldout', 'R', ['domain:law'], 'desk', { n: [1, null, 'é'] }],
				);
			},
		),
		{ seed: 11, numRuns: 120 },
	);
});

test('any single question comes back from TRL standard with the same id', async () => {
	await fc.assert(
		fc.asyncProperty(visible, visible, visible, async (q, x, y) => {
			fc.pre(x.normalize('NFC') !== y.normalize('NFC'));
			const row = exportRow({ prompt: q, one: x, two: y });
			const { rows } = await readContent(line(encode('trl-standard', row)), 'trl');
			assert.equal(rows[0]?.comparison.id, row.comparison.id);
		}),
		{ seed: 12, numRuns: 60 },
	);
});

test('canonical JSON is the stable JSON of the NFC-normalised value', () => {
	const nfc = (value: unknown): unknown => {
		if (typeof value === 'string') return value.normalize('NFC');
		if (Array.isArray(value)) return value.map(nfc);
		if (typeof value !== 'object' || value === null) return value;
		const out: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
		for (const [key, inner] of Object.entries(value)) out[key.normalize('NFC')] = nfc(inner);
		return out;
	};
	fc.assert(
		fc.property(fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }), (value) => {
			assert.equal(canonicalJson(value), stableStringify(nfc(value)));
		}),
		{ seed: 13, numRuns: 400 },
	);
	const id = (ask: object, one: object[], two: object[]) =>
		canonicalComparison(ask as never, one as never, two as never).comparison;
	fc.assert(
		fc.property(withTools, side, side, (ask, one, two) => {
			fc.pre(canonicalJson(one) !== canonicalJson(two));
			const [a, b] = [stableStringify(nfc(one)), stableStringify(nfc(two))].sort();
			const whole = `{"prompt":${stableStringify(nfc(ask))},"responses":[${a},${b}]}`;
			assert.equal(id(ask, one, two).id, canonicalSha(whole));
		}),
		{ seed: 14, numRuns: 200 },
	);
});

function canonicalSha(textOfJson: string): string {
	return createHash('sha256').update(textOfJson).digest('hex');
}
