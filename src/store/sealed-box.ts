import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';

/**
 * The sealed half's numbers on disk: gzip, then AES-256-GCM under a key derived from the run's id, which stands beside it. That
 * stops a look and a grep before the decision, not an attacker: anyone with this program can derive the same key.
 */
const MAGIC = Buffer.from('PWSEAL1\n', 'latin1');
const TAG_BYTES = 16;

function keyAndNonce(run: string, what: string): { readonly key: Buffer; readonly nonce: Buffer } {
	const bytes = Buffer.from(hkdfSync('sha256', run, 'pairwright', what, 44));
	// A run id is used once for each kind of contents, so its derived nonce is too: same inputs, same bytes.
	return { key: bytes.subarray(0, 32), nonce: bytes.subarray(32) };
}

/**
 * Zeros behind the compressed bytes, up to a quarter more: how well the numbers compress would tell whether people agree. Readers of gzip
 * pass over them.
 */
function padding(size: number): Buffer {
	const step = 2 ** Math.max(9, Math.floor(Math.log2(size)) - 2);
	return Buffer.alloc(Math.ceil(size / step) * step - size);
}

/** @param what kind of contents: each has a key of its own. The default is that of sealed.bin */
export function sealBytes(run: string, contents: unknown, what = 'sealed half'): Buffer {
	const { key, nonce } = keyAndNonce(run, what);
	const cipher = createCipheriv('aes-256-gcm', key, nonce);
	const plain = gzipSync(JSON.stringify(contents));
	const body = Buffer.concat([cipher.update(plain), cipher.update(padding(plain.length)), cipher.final()]);
	return Buffer.concat([MAGIC, cipher.getAuthTag(), body]);
}

/** @throws Error when the bytes are not of this run and kind, or were changed */
export function openBytes(run: string, bytes: Buffer, what = 'sealed half'): unknown {
	if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error('not a sealed file');
	const { key, nonce } = keyAndNonce(run, what);
	const decipher = createDecipheriv('aes-256-gcm', key, nonce);
	decipher.setAuthTag(bytes.subarray(MAGIC.length, MAGIC.length + TAG_BYTES));
	const plain = Buffer.concat([decipher.update(bytes.subarray(MAGIC.length + TAG_BYTES)), decipher.final()]);
	return JSON.parse(gunzipSync(plain).toString('utf8'));
}
