import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresIn, withTable } from '../../../src/dev/performance.ts';

const readme = `# X\n\n<!-- performance: written by npm run performance -->\nold\n\n| work | Pairwright | compared with | ratio | aim |\n|---|---|---|---|---|\n| a | 1 s | 9 s | 9.0× | ≥ 5× |\n| b | 2 s | 8 s | 4.0× | ≥ 5× |\n<!-- /performance -->\ntail\n`;

test('figures are read from what a benchmark prints, and a half-written one is refused', () => {
	const line = 'FIGURE {"work":"a","ours":"1 s","floor":"9 s","ratio":9,"aim":"x"}';
	assert.deepEqual(
		figuresIn(`words\n${line}\nmore`).map((figure) => figure.ratio),
		[9],
	);
	assert.throws(() => figuresIn('FIGURE {"work":"a"}'), /without work, ours, floor or aim/);
});

test('a measured row replaces its old one, an unmeasured row and the rest of the README stay', () => {
	const out = withTable(readme, [{ work: 'a', ours: '3 s', floor: '60 s', ratio: 20.4, aim: '≥ 5×' }], 'here');
	assert.match(out, /\| a \| 3 s \| 60 s \| 20× \| ≥ 5× \|/);
	assert.doesNotMatch(out, /\| a \| 1 s/);
	assert.match(out, /\| b \| 2 s \| 8 s \| 4\.0× \| ≥ 5× \|/);
	assert.match(out, /^# X\n[\s\S]*tail\n$/);
	const near = withTable(readme, [{ work: 'a', ours: '3 s', floor: '5 s', ratio: 1.768, aim: '≥ 1.8×' }], 'here');
	assert.match(near, /\| 1\.77× \| ≥ 1\.8× \|/, 'not rounded up to its aim');
	assert.throws(() => withTable('# no marks', [], ''), /lacks the marks/);
});
