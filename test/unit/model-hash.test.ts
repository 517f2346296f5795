import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashOfModel } from '../../src/scoring/engines/gguf/file.ts';

/** What is read of a file before it counts as a model: magic, version, number of tensors and of keys. */
function file(last: number): Buffer {
	const header = Buffer.alloc(32);
	header.write('GGUF');
	header.writeUInt32LE(3, 4);
	header[31] = last;
	return header;
}

test('the hash of a model in parts changes with every part; that of one file is the file’s', async (t) => {
	const dir = mkdtempSync(join(tmpdir(), 'pairwright-hash-'));
	t.after(() => rmSync(dir, { recursive: true, force: true }));
	const write = (name: string, last: number): string => {
		writeFileSync(join(dir, name), file(last));
		return join(dir, name);
	};
	const whole = write('m.gguf', 1);
	assert.equal(await hashOfModel(whole), createHash('sha256').update(file(1)).digest('hex'));
	const first = write('m-00001-of-00002.gguf', 1);
	write('m-00002-of-00002.gguf', 2);
	const before = await hashOfModel(first);
	assert.notEqual(before, await hashOfModel(whole));
	write('n-00001-of-00002.gguf', 1);
	write('n-00002-of-00002.gguf', 3);
	assert.notEqual(await hashOfModel(join(dir, 'n-00001-of-00002.gguf')), before);
	rmSync(join(dir, 'm-00002-of-00002.gguf'));
	await assert.rejects(hashOfModel(first), /m-00002-of-00002\.gguf/);
});
