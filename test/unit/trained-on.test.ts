import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sha256 } from '../../src/domain/identity.ts';
import { UserError, type UserErrorReason } from '../../src/protocol/errors.ts';
import { readTrainedOn, trainedOnOf } from '../../src/workspace/runs/trained-on.ts';

const exports = mkdtempSync(join(tmpdir(), 'pairwright-trained-on-'));
after(() => rmSync(exports, { recursive: true, force: true }));

function record(body: object): string {
	const text = JSON.stringify(body);
	const id = sha256(text);
	writeFileSync(join(exports, `${id}.json`), text);
	return id;
}

const plain = record({ format: 'trl', splits: { train: { prompts: ['p1', 'p2'] }, eval: { prompts: ['p3'] } } });
const bundle = record({ splits: { train: { prompts: ['p2', 'p1'] } }, reference_used: ['r1', 'p1'] });
const broken = record({ splits: { train: { prompts: 'p1' } } });

test('the first rule that fits counts; names of served models hold slashes; the rest is not said', () => {
	const rules = readTrainedOn(exports, [
		{ pattern: 'org/dpo-*', export: plain.slice(0, 8) },
		{ pattern: '*-step?', export: bundle },
		{ pattern: 'b.se', export: 'none' },
	]);
	assert.deepEqual(trainedOnOf(rules, ['org/dpo-step5', 'g-step5', 'b.se', 'base', 'g-step50']), [
		{ export: plain, prompts: ['p1', 'p2'] },
		{ export: bundle, prompts: ['p1', 'p2', 'r1'] },
		{ export: null, prompts: [] },
		null,
		null,
	]);
});

test('a bundle trained without its penalty has read nothing of the held-out tuning half', () => {
	const [rule] = readTrainedOn(exports, [{ pattern: '*', export: `${bundle.slice(0, 12)}:train` }]);
	assert.deepEqual(rule!.trainedOn, { export: bundle, prompts: ['p1', 'p2'], penalty: false });
});

test('an eval file beside a train file was looked at, not trained on; alone it is what was trained on', () => {
	const alone = record({ splits: { eval: { prompts: ['p3'] } } });
	const others = { heldout: { prompts: ['r1'] } };
	const held = record({ format: 'trl', splits: { train: { prompts: ['p1'] } }, others });
	const shown = record({ format: 'argilla', splits: { train: { prompts: ['p1'] } }, others });
	const prompts = (export_: string) =>
		readTrainedOn(exports, [{ pattern: '*', export: export_ }])[0]!.trainedOn.prompts;
	assert.deepEqual([prompts(plain), prompts(alone)], [['p1', 'p2'], ['p3']]);
	// A trainer's file of held-out pairs is there to be trained on; one for people is not.
	assert.deepEqual([prompts(held), prompts(shown)], [['p1', 'r1'], ['p1']]);
	for (const id of [alone, held, shown]) rmSync(join(exports, `${id}.json`));
});

test('an unknown, ambiguous or damaged export, and a pattern that fits none, are errors before anything is scored', () => {
	const refused = (export_: string, reason: UserErrorReason, message: RegExp) =>
		assert.throws(
			() => readTrainedOn(exports, [{ pattern: '*', export: export_ }]),
			(error) => UserError.is(error, reason) && message.test(error.message),
		);
	refused('0123456789', 'not-found', /no recorded export "0123456789" \(3 are recorded/);
	refused(plain.slice(0, 7), 'not-found', /at least 8/);
	refused('../../etc', 'not-found', /no recorded export/);
	refused(broken, 'unusable-input', /holds no lists of prompts/);
	const rules = readTrainedOn(exports, [{ pattern: 'dpo-*', export: 'none' }]);
	assert.throws(
		() => trainedOnOf(rules, ['gdpo-1', 'ref']),
		(error) => UserError.is(error, 'usage') && /dpo-\*.*The run has gdpo-1, ref/.test(error.message),
	);
});
