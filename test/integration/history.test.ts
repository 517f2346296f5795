import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JournalEvent } from '../../src/domain/events.ts';
import { eventWords } from '../../src/workspace/history.ts';
import { folder, job, openAt, writePairs } from './workspace-support.ts';

test('a timeline says who did what, when and where it stands: imports, verdicts, tags, settlements, what was taken back', async (t) => {
	const dir = folder(t);
	const { workspace: ana } = await openAt(dir, 'ana', 'one');
	const file = join(dir, 'own.jsonl');
	const row = { prompt: 'Why?', response_a: 'Because.', response_b: 'No.' };
	const rows = [
		{ ...row, prompt: 'Else?' },
		{ ...row, judgments: [{ annotator: 'old-hand', verdict: 'a', at: '2020-01-01T00:00:00Z' }] },
	];
	writeFileSync(file, rows.map((each) => `${JSON.stringify(each)}\n`).join(''));
	await ana.importFiles([file], {}, job());
	const { comparisons } = await ana.list({ search: 'Why' });
	const { id, prompt_id } = comparisons[0]!;
	await ana.judge({ comparison: id, verdict: 'b' });
	const { workspace: ben } = await openAt(dir, 'ben', 'two');
	const judged = await ben.judge({ comparison: id, verdict: 'tie', note: 'both fine' });
	const tagged = await ben.tag({ ids: [prompt_id] }, { facet: 'domain:law', reason: 'contracts' });
	await ben.adjudicate({ comparison: id, verdict: 'a', reason: 'rule 3' });
	await ben.retract(judged.judgment.id.slice(0, 12));
	const { history } = await ben.show(id);
	assert.deepEqual(
		history.map(({ person, text, retracted }) => `${person}: ${text}${retracted ? ' (gone)' : ''}`),
		[
			'ana: imported with own',
			'old-hand: judged: a (imported)',
			'ana: judged: b',
			'ben: judged: tie: both fine (gone)',
			'ben: tagged domain:law, moved to held-out: contracts',
			'ben: half of the held-out split drawn',
			'ben: adjudicated: a: rule 3',
			'ben: took back “judged: tie: both fine”',
		],
	);
	assert.match(history[0]!.from!, /^\.pairwright\/sources\/[0-9a-f]{12}\.jsonl\.gz, line 2$/u);
	assert.equal(history[1]!.from, history[0]!.from);
	assert.match(history[2]!.from!, /^journal\/ana-[0-9a-f]{8}\/[^/]+\.jsonl$/u);
	assert.notEqual(history[2]!.device, history[3]!.device);
	assert.deepEqual(
		history.slice(0, 4).map(({ where }) => where),
		['line 2, another computer', 'line 2 of own', 'another computer', 'this computer'],
	);
	assert.deepEqual(
		history.filter(({ mine }) => mine === true).map(({ type }) => type),
		['tagged', 'adjudicated'],
	);
	assert.equal(history[4]!.event, tagged.event);
	await ana.close();
	await ben.close();
});

test('steps are told in the words of the screen, one thing and several alike', () => {
	const words = (body: object) => eventWords(body as JournalEvent);
	const dismissed = (prompts: readonly string[]) => words({ type: 'suggestions-dismissed', prompts });
	assert.equal(dismissed(['p']), 'dismissed 1 suggestion');
	assert.equal(dismissed(['p', 'q']), 'dismissed 2 suggestions');
	assert.equal(words({ type: 'paired', pairs: [{}] }), 'two responses were made a pair');
	assert.equal(words({ type: 'paired', pairs: [{}, {}] }), 'responses were made 2 pairs');
	assert.equal(words({ type: 'split-assigned', split: 'retention', prompts: [] }), 'moved to must not forget');
	assert.equal(words({ type: 'adjudicated', verdict: 'both_bad', reason: 'rule 3' }), 'adjudicated: both bad: rule 3');
});

test('any step of mine is reverted by its id or a prefix, and a preview says what without doing it', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	await workspace.importFiles([writePairs(dir, 3)], {}, job());
	const [{ id, prompt_id, split }] = (await workspace.list({})).comparisons as never as [
		{ id: string; prompt_id: string; split: string },
	];
	await workspace.adjudicate({ comparison: id, verdict: 'tie', reason: 'neither' });
	await workspace.assign({ ids: [prompt_id] }, { split: 'excluded', reason: 'broken' });
	await workspace.flag({ comparison: id });
	const { history } = await workspace.show(id);
	const of = (type: string) => history.find((entry) => entry.type === type)!.event;
	const before = await workspace.show(id);

	const said = await workspace.retract(of('split-assigned').slice(0, 10), { preview: true });
	assert.deepEqual([said.what, said.prompts], ['moved to excluded: broken', 1]);
	assert.deepEqual(await workspace.show(id), before, 'a preview changes nothing');

	await workspace.retract(of('split-assigned').slice(0, 10));
	assert.equal((await workspace.show(id)).split, split);
	assert.equal((await workspace.show(id)).resolution, 'tie');
	await workspace.retract(of('adjudicated'));
	assert.notEqual((await workspace.show(id)).resolution, 'tie');
	await assert.rejects(workspace.retract(of('adjudicated')), /taken back already/u);
	const imported = await workspace.retract(of('imported'));
	assert.equal(imported.comparisons, 3);
	assert.equal((await workspace.list({})).total, 0);
	await workspace.close();
});

test('what others did, and what has to stay on record, cannot be reverted', async (t) => {
	const dir = folder(t);
	const { workspace: ana } = await openAt(dir, 'ana', 'one');
	await ana.importFiles([writePairs(dir, 12)], { split: 'train' }, job());
	const { comparisons } = await ana.list({});
	const { judgment } = await ana.judge({ comparison: comparisons[0]!.id, verdict: 'a' });
	await ana.exportData({ format: 'trl', splits: ['train'], out: join(dir, 'out') });
	const exported = ana.context.events('exported')[0]!;
	await assert.rejects(ana.retract(exported.id), /"exported" event stays/u);
	const { workspace: ben } = await openAt(dir, 'ben', 'two');
	await assert.rejects(ben.retract(judgment.id), /an act of ana/u);
	await assert.rejects(ben.retract('00000000'), /no comparison|There is no/u);
	await ana.close();
	await ben.close();
});
