import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CommanderError } from 'commander';
import { nearestWorkspace } from '../../src/cli/context.ts';
import { describeFailure } from '../../src/cli/failure.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { checkNode, requireNode } from '../../src/workspace/environment.ts';

test('exit codes: nothing was done is 1, cancelled is 130', () => {
	assert.deepEqual(describeFailure(new UserError('not-found', 'There is no comparison x.')), {
		code: 1,
		reason: 'not-found',
		message: 'There is no comparison x.',
	});
	assert.equal(describeFailure(new UserError('cancelled', 'Cancelled.')).code, 130);
	assert.deepEqual(describeFailure(new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'")), {
		code: 1,
		reason: 'usage',
		message: "unknown option '--x'",
	});
});

test('a defect is named as one, without a stack', () => {
	const { reason, message } = describeFailure(new TypeError('x is not a function'));
	assert.equal(reason, 'defect');
	assert.match(message, /x is not a function/);
	assert.doesNotMatch(message, /\n\s+at /);
	assert.match(describeFailure('thrown text').message, /thrown text/);
});

test('the workspace is the nearest folder above with .pairwright, else the folder itself', (t) => {
	const root = realpathSync(mkdtempSync(join(tmpdir(), 'pairwright-near-')));
	t.after(() => rmSync(root, { recursive: true }));
	mkdirSync(join(root, 'data', '.pairwright'), { recursive: true });
	mkdirSync(join(root, 'data', 'a', 'b'), { recursive: true });
	assert.equal(nearestWorkspace(join(root, 'data', 'a', 'b')), join(root, 'data'));
	assert.equal(nearestWorkspace(root), root);
});

test('below Node-API 10 the refusal says what is there and what is needed', () => {
	const old = { ...process.versions, node: '20.20.2', napi: '9' } as unknown as NodeJS.ProcessVersions;
	assert.equal(checkNode(old).ok, false);
	assert.throws(
		() => requireNode(old),
		(e: unknown) =>
			UserError.is(e, 'environment') && /Node 20\.20\.2 .*Node-API 9.*Node 22\.14.*Update/s.test(e.message),
	);
	assert.equal(checkNode().ok, true);
});
