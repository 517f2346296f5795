import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashText } from '../../src/domain/tokens.ts';
import { Workspace } from '../../src/workspace/workspace.ts';
import { folder, job, openAt, realData } from './workspace-support.ts';

const HOME = 'kettle drawer carpet lamp window shelf curtain pillow candle broom bucket ladder'.split(' ');
const LAW = 'tenant notice deposit clause statute appeal plaintiff verdict contract liability damages court'.split(' ');

/** Prompts of a topic, each of its own words in its own order. */
function topic(words: readonly string[], count: number): string[] {
	return Array.from({ length: count }, (_, i) => {
		const said = Array.from({ length: 8 }, (_, k) => {
			const at = hashText(`${i} ${k}`, 1);
			return `${words[at % words.length]}${(at >>> 8) % 4}`;
		}).join(' ');
		return `What about ${said} please?`;
	});
}

function write(dir: string, name: string, prompts: readonly string[], extra: object = {}): string {
	const path = join(dir, name);
	const row = (prompt: string, i: number) =>
		JSON.stringify({
			prompt,
			response_a: `Take ${name} ${i}, it is fine.`,
			response_b: `No, never ${name} ${i}.`,
			...extra,
		});
	writeFileSync(path, prompts.map(row).join('\n'));
	return path;
}

test('an empty and a one-sided workspace say in words what is missing', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const empty = await workspace.inspect(job());
	assert.equal(empty.shift.prompts.reason, 'Nothing is held out yet.');
	assert.match(empty.novelty.reason ?? '', /at least 2 clusters/u);
	await workspace.importFiles([write(dir, 'home.jsonl', topic(HOME, 30))], { split: 'train' }, job());
	const { shift, novelty, leakage, leaks, composition } = await workspace.inspect(job());
	assert.deepEqual([shift.auc, shift.status, shift.pairs, leakage, leaks], [null, 'insufficient', 30, [], []]);
	assert.match(shift.message, /^Tag prompts/u);
	assert.ok(novelty.threshold !== null && novelty.threshold > 0);
	assert.deepEqual(
		composition.map((place) => [place.split, place.prompts, place.judged]),
		[
			['train', 30, 0],
			['eval', 0, 0],
			['heldout_reference', 0, 0],
			['heldout_sealed', 0, null],
			['retention', 0, 0],
			['excluded', 0, 0],
		],
	);
	await workspace.close();
});

test('prompts unlike train are suggested with their nearest; searched words are left out of the shift test', async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	await workspace.importFiles([write(dir, 'home.jsonl', topic(HOME, 60))], { split: 'train' }, job());
	await workspace.importFiles([write(dir, 'law.jsonl', topic(LAW, 30))], { split: 'train' }, job());
	await workspace.importFiles(
		[write(dir, 'odd.jsonl', ['Quel temps fait-il aujourd’hui, mon ami ?'])],
		{ split: 'eval' },
		job(),
	);
	const { novelty } = await workspace.inspect(job());
	const [first] = novelty.suggestions;
	assert.match(first?.preview ?? '', /^Quel temps/u);
	assert.deepEqual([first?.split, first?.members, (first?.novelty ?? 0) > (novelty.threshold ?? 1)], ['eval', 1, true]);
	assert.ok(novelty.suggestions.every(({ split }) => split === 'train' || split === 'eval'));
	// Tagged by a search: all that separates them then is the other words.
	const tagged = await workspace.tag({ query: { search: '"deposit1" OR stat*' } }, { facet: 'domain:law' });
	assert.ok(tagged.tagged >= 8, `${tagged.tagged}`);
	const { shift } = await workspace.inspect(job());
	assert.deepEqual(shift.prompts.words_left_out, ['deposit1', 'stat*']);
	assert.equal(shift.prompts.permutations, 199);
	assert.equal(shift.prompts.heldout.n, tagged.moved);
	assert.deepEqual([shift.auc, shift.low, shift.status], [shift.prompts.auc, shift.prompts.low, shift.prompts.status]);
	await workspace.undo();
	assert.equal((await workspace.inspect(job())).shift.prompts.words_left_out, undefined, 'the tag was taken back');
	await workspace.close();
});

test('asking again without a change costs nothing; a cancel stops it and leaves nothing', async (t) => {
	const dir = folder(t);
	const { workspace: first } = await openAt(dir);
	await first.importFiles([write(dir, 'home.jsonl', topic(HOME, 60))], { split: 'train' }, job());
	await first.importFiles([write(dir, 'law.jsonl', topic(LAW, 40))], { split: 'heldout' }, job());
	await first.close();
	const phases: string[] = [];
	const workspace = await Workspace.open(join(dir, 'work'), {
		stateDir: join(dir, 'state-one'),
		annotator: 'ana',
		events: { progress: ({ phase }) => phases.push(phase), changed() {}, notice() {} },
	});
	const { job: id } = job();
	const stopped = workspace.inspect({ job: id });
	await new Promise((done) => setTimeout(done, 20));
	await workspace.cancel(id);
	await assert.rejects(stopped, /Cancelled/u);
	const found = await workspace.inspect(job());
	assert.equal(found.shift.status, 'pass');
	assert.ok(phases.includes('shift, prompt text'), phases.join());
	phases.length = 0;
	assert.deepEqual(await workspace.inspect(job()), found);
	assert.deepEqual(phases, []);
	const [row] = (await workspace.list({ split: 'train' })).comparisons;
	await workspace.assign({ ids: [row!.prompt_id] }, { split: 'excluded' });
	await workspace.inspect(job());
	assert.notDeepEqual(phases, []);
	await workspace.close();
});

const harmless = realData('harmless.jsonl');
const llmbar = realData('llmbar.jsonl');

test('real sets without a common prompt: no leak, plainly different, and farther than train from train', {
	skip: harmless.skip || llmbar.skip,
}, async (t) => {
	const dir = folder(t);
	const { workspace } = await openAt(dir);
	const some = (path: string, count: number) => {
		const part = join(dir, `part-${count}.jsonl`);
		writeFileSync(part, readFileSync(path, 'utf8').split('\n').slice(0, count).join('\n'));
		return part;
	};
	await workspace.importFiles([some(harmless.path, 500)], {}, job());
	await workspace.importFiles([some(llmbar.path, 150)], { split: 'heldout' }, job());
	const { leaks, shift, novelty } = await workspace.inspect(job());
	assert.deepEqual(leaks, []);
	assert.equal(shift.prompts.status, 'pass');
	assert.ok((shift.prompts.auc ?? 0) > 0.8, `${shift.prompts.auc}`);
	assert.equal(shift.prompts.p, 1 / 200);
	const share = (split: string) => {
		const place = novelty.places.find((each) => each.split === split);
		return (place?.beyond ?? 0) / (place?.prompts ?? 1);
	};
	assert.ok(share('train') < 0.1 && share('heldout_reference') > 2 * share('train'));
	for (const { nearest, novelty: far } of novelty.suggestions) {
		assert.ok(nearest.every(({ similarity }) => similarity >= 0 && similarity <= 1));
		assert.ok(far > (novelty.threshold ?? 1));
	}
	await workspace.close();
});
