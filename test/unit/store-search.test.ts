import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ftsQuery } from '../../src/store/search-index.ts';

test('plain words are all wanted, quoted; phrases and prefixes stay', () => {
	assert.equal(ftsQuery('gym contract'), '"gym" AND "contract"');
	assert.equal(ftsQuery('"early end" cancel*'), '"early end" AND "cancel"*');
	assert.equal(ftsQuery("don't -stop:now"), '"don\'t" AND "-stop:now"');
});

test('capital operators and brackets combine as in FTS5', () => {
	assert.equal(ftsQuery('drug OR weapon*'), '"drug" OR "weapon"*');
	assert.equal(ftsQuery('(drug OR weapon) NOT toy'), '( "drug" OR "weapon" ) NOT "toy"');
	assert.equal(ftsQuery('this or that'), '"this" AND "or" AND "that"');
});

test('operators and brackets that do not fit are words, never a syntax error', () => {
	assert.equal(ftsQuery('OR'), '"or"');
	assert.equal(ftsQuery('drug OR'), '"drug" AND "or"');
	assert.equal(ftsQuery(') drug ('), '"drug"');
	assert.equal(ftsQuery('drug OR OR gun'), '"drug" AND "or" AND "or" AND "gun"');
	assert.equal(ftsQuery(' ?! '), null);
});
