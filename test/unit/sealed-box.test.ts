import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sealed } from '../../src/scoring/sealed.ts';
import { openBytes, sealBytes } from '../../src/store/sealed-box.ts';

const RUN = '20260101T000000Z-abcdef';

/** As far as the box is concerned: anything that JSON can write. */
const contents = (values: readonly number[]): Sealed => ({ lines: values }) as unknown as Sealed;

test('what was sealed comes back; the file’s size does not tell how well it compresses', () => {
	const uniform = contents(Array.from({ length: 3000 }, () => 0.5));
	const varied = contents(Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? 0.5 : 1)));
	for (const each of [uniform, varied, null]) assert.deepEqual(openBytes(RUN, sealBytes(RUN, each)), each);
	assert.equal(sealBytes(RUN, uniform).length, sealBytes(RUN, varied).length);
	assert.throws(() => openBytes(RUN, sealBytes(RUN, varied), 'sealed labels'), 'another kind has another key');
	assert.throws(() => openBytes('20260101T000000Z-abcdee', sealBytes(RUN, varied)));
});
