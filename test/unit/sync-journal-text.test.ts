import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blobName, joinLines, missingLines, wholeLines } from '../../src/workspace/sync/journal-text.ts';
import { fetchRefusal, pushRefusal } from '../../src/workspace/sync/words.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');
const joined = (mine: string, theirs: string) => joinLines(bytes(mine), bytes(theirs)).toString('utf8');

test('two versions of a journal are joined without loss; one that continues the other is taken as it is', () => {
	assert.equal(joined('1\n2\n3\n', '1\n2\n'), '1\n2\n3\n');
	assert.equal(joined('1\n', '1\n2\n'), '1\n2\n');
	assert.equal(joined('1\n2\n4\n', '1\n2\n3\n'), '1\n2\n3\n4\n');
	assert.equal(joined('1\n4\n', '1\n3\n4\n'), '1\n3\n4\n');
	assert.equal(joined('1\n2\n', '1\n3'), '1\n3\n2\n', 'a line without its end does not swallow the next');
	assert.deepEqual(missingLines(bytes('1\n\n2\n'), bytes('2\n')), ['1']);
});

test('a line that is not whole is left out; lines end alike whatever the checkout made of them', () => {
	assert.equal(wholeLines(bytes('1\r\n2\r\n{"tor')).toString('utf8'), '1\n2\n');
	assert.equal(wholeLines(bytes('{"tor')).length, 0);
});

test('blobs are named as git names them', () => {
	assert.equal(blobName(bytes('hello\n'), 40), 'ce013625030ba8dba906f756967f9e9ca394464a');
});

test('refusals are told apart', () => {
	const kind = (report: string, stderr: string) => pushRefusal(report, stderr, 'origin', 'main').kind;
	assert.equal(kind('!\tx:refs/heads/main\t[rejected] (fetch first)\n', 'error: failed to push some refs'), 'behind');
	assert.equal(kind('!\tx:refs/heads/main\t[remote rejected] (cannot lock ref)\n', ''), 'behind');
	assert.equal(
		kind('!\tx:y\t[remote rejected] (protected branch hook declined)\n', 'remote: error: GH006: Protected branch'),
		'protected',
	);
	assert.equal(
		kind(
			'!\tx:y\t[remote rejected] (pre-receive hook declined)\n',
			'remote: GitLab: You are not allowed to push code to protected branches on this project.',
		),
		'protected',
	);
	assert.equal(kind('!\tx:y\t[remote rejected] (pre-receive hook declined)\n', 'remote: too large'), 'hook');
	assert.equal(kind('', 'lint failed\nerror: failed to push some refs to x'), 'hook');
	assert.equal(kind('', 'remote: Permission to a/b.git denied to c.\nfatal: unable to access: 403'), 'permission');
	const fetched = (stderr: string) => fetchRefusal(stderr, 'origin').kind;
	assert.equal(fetched('fatal: unable to access: Could not resolve host: example.org'), 'offline');
	assert.equal(fetched("fatal: couldn't find remote ref refs/heads/main"), 'no-branch');
	assert.equal(fetched("fatal: could not read Username for 'https://x': terminal prompts disabled"), 'permission');
	assert.equal(fetched('git@x: Permission denied (publickey).\nfatal: Could not read from remote'), 'permission');
});
