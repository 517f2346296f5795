import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectionText } from '../../src/cli/inspect.ts';
import { suggestText } from '../../src/cli/suggest.ts';
import { tagText } from '../../src/cli/tag.ts';
import type { Inspection } from '../../src/domain/inspection.ts';
import type { ShiftAuc } from '../../src/domain/run-record.ts';

const terminal = { width: 400, paint: (_style: unknown, text: string) => text };
const id = (n: number) => n.toString(16).padStart(64, '0').split('').reverse().join('');

const auc: ShiftAuc = {
	auc: 0.831,
	low: 0.78,
	high: 0.882,
	p: 0.005,
	permutations: 199,
	heldout: { n: 48, clusters: 44 },
	train: { n: 412, clusters: 390 },
	status: 'pass',
	words_left_out: ['tenant'],
};

const inspection: Inspection = {
	leakage: [
		{ kind: 'prompt-near', similarity: 0.869, a: id(1), b: id(2), splits: ['train', 'heldout_reference'] },
		{ kind: 'response-copy', similarity: 1, a: id(3), b: id(4), splits: ['eval', 'train'], accepted: 'a joke' },
	],
	leaks: [
		{ kind: 'prompt-near', splits: ['heldout_reference', 'train'], standing: 1500, accepted: 0 },
		{ kind: 'response-copy', splits: ['eval', 'train'], standing: 0, accepted: 1 },
	],
	shift: {
		...auc,
		pairs: 460,
		message: 'Inputs differ.',
		prompts: auc,
		responses: { ...auc, auc: null, low: null, high: null, status: 'insufficient', reason: 'Too few.' },
	},
	novelty: {
		threshold: 0.872,
		k: 10,
		places: [{ split: 'heldout_sealed', prompts: 50, beyond: 30, median: 0.9, p95: 0.97 }],
		suggestions: [
			{
				prompt: id(5),
				cluster: 'c',
				members: 3,
				split: 'eval',
				novelty: 0.951,
				preview: 'Is \u001b[31mthis law?',
				nearest: [{ prompt: id(6), similarity: 0.12, preview: 'Where is the kettle?' }],
			},
		],
	},
	composition: [
		{ split: 'heldout_sealed', prompts: 50, pairs: 51, judged: null, clusters: 49, facets: [], sources: [] },
	],
};

test('inspect says what leaks, whether held-out differs, what to hold out next, and the commands', () => {
	const text = inspectionText(terminal, inspection);
	assert.match(text, /▲ 1,500 leaks between splits; 1 accepted with a reason/u);
	assert.match(text, /1,500: nearly the same prompt, in held-out, tuning half and train/u);
	assert.match(text, /nearly the same prompt, 86 % of word 5-grams shared/u);
	assert.match(
		text,
		/✓ Prompt text: different, AUC 0\.83 \(0\.78–0\.88\), permutation p 0\.005; 44 held-out clusters/u,
	);
	assert.match(text, /without the words searched for: tenant/u);
	assert.match(text, /○ Response differences: cannot be said\. Too few\./u);
	assert.match(text, /held-out, sealed half\s+50\s+30 \(60 %\)/u);
	assert.match(text, /0\.951 {2}eval, with 2 more prompts of its cluster: Is this law\?/u);
	assert.match(text, /nearest train prompt, 12 % alike: Where is the kettle\?/u);
	assert.match(text, /held-out, sealed half\s+50\s+49\s+51\s+sealed/u);
	assert.match(text, /split --assign heldout --ids 100000000000 200000000000/u);
	assert.match(text, /split --accept-leak 100000000000 200000000000 --reason/u);
	assert.match(text, /tag 500000000000 --facet/u);
});

test('where nothing leaks and nothing can be said, inspect says so', () => {
	const text = inspectionText(terminal, {
		...inspection,
		leakage: [],
		leaks: [],
		novelty: { threshold: null, k: 0, places: [], suggestions: [], reason: 'Too few train prompts.' },
	});
	assert.match(text, /✓ No prompt stands in two splits/u);
	assert.match(text, /○ Too few train prompts\./u);
	assert.doesNotMatch(text, /^Next/mu);
});

test('inspect lists what waits for a second response, and says what one open pair does', () => {
	const [suggestion] = inspection.novelty.suggestions;
	const waiting = { prompts: 30, beyond: 7, suggestions: [{ ...suggestion!, prompt: id(8), preview: 'From a log?' }] };
	const text = inspectionText(terminal, {
		...inspection,
		novelty: { ...inspection.novelty, suggestions: [], waiting },
	});
	assert.match(text, /Waiting for a second response: 30 prompts, 7 unlike train, most novel first:\n.*From a log\?/);
	assert.match(text, /nearest train prompt, 12 % alike: Where is the kettle\?\n.*and 6 more: pairwright prompts/);
	assert.match(text, new RegExp(`pairwright tag ${id(8).slice(0, 12)} --facet`));
	assert.match(text, /one left open, in the sealed half too, keeps every judged pair behind it out of a run/);
});

test('of what waits, the part looked at is told, and what is left out of a list is what it does not show', () => {
	const [suggestion] = inspection.novelty.suggestions;
	const suggestions = Array.from({ length: 50 }, (_, i) => ({ ...suggestion!, prompt: id(100 + i) }));
	const waiting = { prompts: 7000, compared: 5000, beyond: 150, suggestions };
	const novelty = { ...inspection.novelty, suggestions: [], waiting };
	const found = inspectionText(terminal, { ...inspection, novelty });
	assert.match(found, /Waiting for a second response: 7,000 prompts \(5,000 of them looked at\), 150 unlike train/);
	assert.match(found, /and 145 more: pairwright prompts/);
	const groups = [{ id: id(5), words: [], suggestions: [suggestion!], prompts: 1 }];
	for (const [limit, shown, rest] of [
		[0, 50, 100],
		[100, 50, 100],
		[20, 20, 130],
	] as const) {
		for (const text of [suggestText(terminal, novelty, limit), suggestText(terminal, { ...novelty, groups }, limit)]) {
			const waits = text.slice(text.indexOf('Waiting for'));
			assert.equal(waits.match(/→/gu)?.length, shown, `--limit ${limit}`);
			assert.match(waits, new RegExp(`and ${rest} more: pairwright prompts`), `--limit ${limit}`);
		}
	}
	const none = { ...novelty, waiting: { prompts: 7000, compared: 5000, beyond: 0, suggestions: [] } };
	assert.match(
		inspectionText(terminal, { ...inspection, novelty: none }),
		/7,000 prompts \(5,000 of them looked at\), none of them unlike train\./,
	);
});

test('tag says what is new and what was so before', () => {
	const done = { tagged: 2, already: 1, moved: 2, proposed: 0, prompts: [], event: id(9) };
	assert.match(
		tagText(done, 'domain:law', false),
		/^Tagged domain:law: 2 prompts; 1 prompt had domain:law already; 2 moved to held-out/,
	);
	const nothing = { ...done, tagged: 0, already: 3, moved: 0, event: null };
	assert.equal(tagText(nothing, 'domain:law', false), 'Nothing changed: 3 prompts had domain:law already.');
	assert.equal(tagText(nothing, 'domain:law', true), 'Nothing changed: 3 prompts did not have domain:law.');
	assert.equal(tagText({ ...nothing, already: 0 }, 'domain:law', false), 'No prompt fits.');
});
