import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, test } from 'node:test';
import { fiveGrams, jaccard } from '../../src/demo/compose.ts';
import { PLANTED } from '../../src/demo/generate.ts';
import { demoFiles, writeDemo } from '../../src/demo/write.ts';
import type { Judgment } from '../../src/domain/judgment.ts';
import { type Resolved, resolve } from '../../src/domain/resolution.ts';
import { contentOf, firstTurnKey, normaliseText, sideText } from '../../src/domain/text.ts';
import type { ImportedRow } from '../../src/formats/types.ts';
import { readFileRows } from './formats-support.ts';

const root = mkdtempSync(join(tmpdir(), 'pairwright-demo-'));
after(() => rmSync(root, { recursive: true }));
const { files } = await writeDemo(root);
const read = await Promise.all(files.map((file) => readFileRows(file)));
const rows = read.flatMap((r) => r.rows);

function resolved(row: ImportedRow): Resolved {
	const latest = new Map<string, Judgment>();
	for (const judgment of [...row.judgments].sort((one, two) => ((one.at ?? '') < (two.at ?? '') ? -1 : 1))) {
		latest.set(judgment.annotator, judgment as Judgment);
	}
	return resolve([...latest.values()], null);
}

function place(row: ImportedRow): string {
	return row.split === 'heldout' ? `heldout/${row.half}` : String(row.split);
}

const lengths = (row: ImportedRow) => [sideText(row.comparison.a).length, sideText(row.comparison.b).length] as const;

/** P(the longer response wins) among pairs with a strict majority. */
function longerWins(list: readonly ImportedRow[]): number {
	const decided = list.flatMap((row) => {
		const { winner } = resolved(row);
		const [a, b] = lengths(row);
		return winner === null ? [] : [a === b ? 0.5 : Number(a > b === (winner === 'a'))];
	});
	return decided.reduce((sum, won) => sum + won, 0) / decided.length;
}

test('the demo is the same bytes every time, and other bytes for another seed', () => {
	assert.deepEqual(demoFiles(), demoFiles());
	assert.notDeepEqual(demoFiles('other'), demoFiles());
	for (const [path, content] of demoFiles()) assert.equal(readFileSync(join(root, path), 'utf8'), content);
	assert.deepEqual(
		files.map((file) => relative(root, file)),
		['data/train.jsonl', 'data/eval.jsonl', 'data/heldout.jsonl', 'data/retention.jsonl'],
	);
});

test('every row can be read, nothing is noted, and each place has the clusters that a report needs', () => {
	for (const { format, rejected } of read) assert.deepEqual([format, rejected], ['pairwright', []]);
	assert.deepEqual(
		rows.flatMap((r) => r.warnings),
		[],
	);
	const size = (name: string) =>
		new Set(rows.filter((row) => place(row) === name).map((row) => firstTurnKey(row.comparison.prompt))).size;
	assert.ok(size('train') >= 150 && size('eval') >= 60 && size('retention') === 20);
	assert.ok(size('heldout/R') >= 30 && size('heldout/E') >= 30);
	assert.ok(rows.filter((r) => r.split === 'heldout').length >= 120);
});

test('only train waits to be judged: metrics elsewhere stop at the first pair that nobody has judged', () => {
	const open = rows.filter((row) => row.judgments.length === 0);
	assert.equal(open.length, 40);
	assert.ok(open.every((row) => row.split === 'train'));
});

test('people tie, reject both, disagree, and change their mind', () => {
	const outcome = new Set(rows.map((row) => resolved(row).resolution));
	for (const one of ['a', 'b', 'tie', 'both_bad', 'disputed', 'open'] as const) assert.ok(outcome.has(one), one);
	const all = rows.flatMap((row) => row.judgments);
	assert.equal(new Set(all.map((j) => j.annotator)).size, 4);
	assert.ok(all.every((j) => j.at !== undefined));
	assert.ok(all.some((j) => j.note === 'on second thoughts'));
});

test('the longer response wins in distribution, the shorter one held out', () => {
	const of = (name: string) => longerWins(rows.filter((row) => place(row).startsWith(name)));
	assert.ok(of('train') > 0.7, `train ${of('train')}`);
	assert.ok(of('eval') > 0.7, `eval ${of('eval')}`);
	assert.ok(of('heldout/R') < 0.45, `R ${of('heldout/R')}`);
	assert.ok(of('heldout/E') < 0.45, `E ${of('heldout/E')}`);
});

test('what a model of length learns from train is sure and right in distribution, and sure and wrong held out', () => {
	const pairs = (name: string) =>
		rows.flatMap((row) => {
			const { y, winner } = resolved(row);
			const [a, b] = lengths(row);
			return place(row).startsWith(name) && y !== null ? [{ x: Math.log((a + 1) / (b + 1)), y, winner }] : [];
		});
	let weight = 0;
	const train = pairs('train');
	for (let step = 0; step < 200; step++) {
		const gradient = train.reduce((sum, { x, y }) => sum + (y - 1 / (1 + Math.exp(-weight * x))) * x, 0);
		weight += (0.5 * gradient) / train.length;
	}
	const overconfidence = (name: string) => {
		const list = pairs(name).map(({ x, y }) => {
			const p = 1 / (1 + Math.exp(-weight * x));
			return Math.max(p, 1 - p) - (p > 0.5 ? y : 1 - y);
		});
		return list.reduce((sum, o) => sum + o, 0) / list.length;
	};
	assert.ok(Math.abs(overconfidence('eval')) < 0.12, `eval ${overconfidence('eval')}`);
	assert.ok(overconfidence('heldout/R') > 0.2, `R ${overconfidence('heldout/R')}`);
	assert.ok(overconfidence('heldout/E') > 0.2, `E ${overconfidence('heldout/E')}`);
});

test('exactly one copied and one nearly copied prompt stand in train and held out', () => {
	const prompts = rows.map((row) => ({ place: place(row), text: firstTurnKey(row.comparison.prompt) }));
	const found: string[] = [];
	const planted = [PLANTED.copy, PLANTED.near].map(normaliseText);
	const grams = prompts.map((p) => fiveGrams(p.text));
	for (let i = 0; i < prompts.length; i++) {
		for (let j = i + 1; j < prompts.length; j++) {
			const similarity = jaccard(grams[i]!, grams[j]!);
			if (similarity < 0.8) continue;
			const places = [prompts[i]!.place, prompts[j]!.place].sort().join(' ');
			found.push(`${places} ${similarity === 1 ? 'copy' : 'near'}`);
			const texts = [prompts[i]!.text, prompts[j]!.text];
			assert.ok(
				planted.some((text) => texts.includes(text)),
				texts.join('\n'),
			);
		}
	}
	assert.deepEqual(found.sort(), ['heldout/R train copy', 'heldout/R train near']);
});

test('no response stands in two comparisons', () => {
	const seen = new Set<string>();
	for (const { comparison } of rows) {
		for (const side of [comparison.a, comparison.b]) {
			const text = normaliseText(sideText(side));
			assert.ok(!seen.has(text), text);
			seen.add(text);
		}
	}
});

test('the demo shows other scripts, code, lists, several turns and tool calls', () => {
	const texts = rows.flatMap(({ comparison: { prompt, a, b } }) => [...prompt.messages, ...a, ...b].map(contentOf));
	for (const pattern of [
		/\p{Script=Arabic}/u,
		/\p{Script=Hebrew}/u,
		/```python\n/,
		/^1\. /m,
		/\*\*/,
		/°C/,
		/ä/,
		/\p{Emoji_Presentation}/u,
	]) {
		assert.ok(
			texts.some((text) => pattern.test(text)),
			String(pattern),
		);
	}
	assert.ok(rows.some(({ comparison }) => comparison.prompt.messages.length >= 4));
	assert.ok(rows.some(({ comparison }) => comparison.prompt.messages[0]?.role === 'system'));
	assert.ok(rows.some(({ comparison: { prompt, a, b } }) => prompt.tools !== undefined && a.length + b.length === 4));
});
