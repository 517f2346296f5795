import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { ownRows } from './cli-run.ts';
import { job, openAt } from './workspace-support.ts';

let dir = '';
let ana: Workspace;

before(async () => {
	dir = mkdtempSync(join(tmpdir(), 'pairwright-card-'));
	({ workspace: ana } = await openAt(dir, 'ana-maria', 'one'));
	const config = join(dir, 'work', '.pairwright', 'config.json');
	const settings = JSON.parse(readFileSync(config, 'utf8')) as object;
	const card = { title: 'Support | answers', licence: 'CC-BY-4.0', source_licences: { rows: 'in-house' } };
	writeFileSync(config, JSON.stringify({ ...settings, scope: 'Questions about *subjects*.', card }));
	await ana.reload();
	const file = join(dir, 'rows.jsonl');
	const place = (i: number) =>
		i % 5 === 0 ? { split: 'heldout', half: i % 2 === 0 ? 'R' : 'E', tags: ['domain:law'] } : {};
	writeFileSync(file, ownRows(200, place));
	await ana.importFiles([file], {}, job());
	await ana.score({ engine: 'probe', lambda: null, margin: 'auto', beta: 1, seed: 1 }, job());
});

after(async () => {
	await ana.close();
	rmSync(dir, { recursive: true, force: true });
});

test('before a decision the card counts nothing of what was said about the sealed half', async () => {
	const { card, markdown } = await ana.card();
	const sealed = card.splits.find(({ place }) => place === 'heldout_sealed')!;
	assert.equal(sealed.pairs, 20);
	assert.deepEqual(
		[sealed.judged, sealed.disputed, sealed.both_bad, sealed.flagged, sealed.waiting],
		[null, null, null, null, null],
	);
	// ada judged all 200 rows, 20 of them in the sealed half.
	assert.deepEqual(
		card.people.map(({ judged }) => judged).sort((x, y) => y - x),
		[180, 60],
	);
	assert.equal(card.runs[0]!.decision, null);
	assert.equal(card.runs[0]!.sealed, null);
	assert.match(markdown, /Of the sealed half nothing is counted/u);
	assert.match(markdown, /\| held-out, sealed half \| 20 \| 20 \| \d+ \| sealed \|/u);
});

test('nobody is named, and the card reads the same to whoever asks for it', async () => {
	const { markdown, card } = await ana.card();
	for (const name of ['ada', 'ben', 'ana-maria']) assert.doesNotMatch(markdown, new RegExp(`\\b${name}\\b`, 'u'));
	const { workspace: other } = await openAt(dir, 'zoe', 'two');
	assert.equal((await other.card()).markdown, markdown);
	await other.close();
	assert.deepEqual(
		card.people.map(({ name }) => name),
		['P1', 'P2'],
	);
});

test('front matter is what dataset repositories read; words of the workspace are no markup', async () => {
	const { markdown } = await ana.card();
	assert.match(
		markdown,
		/^---\npretty_name: "Support \| answers"\nlicense: cc-by-4\.0\nsize_categories:\n- n<1K\ntags:\n- preference\n/u,
	);
	assert.match(markdown, /\n# Support \\\| answers\n/u);
	assert.match(markdown, /> Questions about \\\*subjects\\\*\./u);
	assert.match(markdown, /\| rows \| pairwright \| 200 \| in-house \| `[0-9a-f]{64}` \|/u);
	assert.match(markdown, /\| domain:law \| 40 \|/u);
});

test('a decision stands in the card with its reason, and opens the sealed half in it', async () => {
	await ana.decide('latest', { lambda: null, checkpoint: null, reason: 'too few | pairs' });
	const { card, markdown } = await ana.card();
	const sealed = card.splits.find(({ place }) => place === 'heldout_sealed')!;
	assert.equal(sealed.judged, 20);
	assert.deepEqual(
		card.people.map(({ judged }) => judged).sort((x, y) => y - x),
		[200, 67],
	);
	assert.equal(card.runs[0]!.decision?.reason, 'too few | pairs');
	assert.equal(card.runs[0]!.openings, 1);
	assert.notEqual(card.runs[0]!.sealed, null);
	assert.match(markdown, /none, decided by somebody who judged nothing: “too few \\\| pairs”/u);
});
