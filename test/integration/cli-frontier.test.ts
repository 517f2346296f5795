import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCli } from './cli-run.ts';

const ROWS = [
	{ split: 'train', x: [1, 0.5] },
	{ split: 'train', x: [0.8, -0.2] },
	{ split: 'train', x: [-0.3, 0.1] },
	{ split: 'heldout', x: [-1, 0.4] },
	{ split: 'heldout', x: [-0.5, 0.6] },
]
	.map((row) => `${JSON.stringify(row)}\n`)
	.join('');

interface Document {
	readonly solutions: readonly Readonly<Record<string, number | readonly number[]>>[];
	readonly rejected?: readonly { readonly line: number; readonly reason: string }[];
}

test('frontier solves a file, and standard input, without a workspace', async (t) => {
	const cli = makeCli(t);
	const file = cli.write('differences.jsonl', ROWS);
	const flags = ['--lambdas', '0,0.5,1', '--margin', '0', '--ridge', '0.1'];
	const one = await cli.json(['frontier', file, ...flags]);
	assert.equal(one.code, 0);
	const { solutions } = one.document as Document;
	assert.deepEqual(
		solutions.map((solution) => solution.lambda),
		[0, 0.5, 1],
	);
	assert.deepEqual(Object.keys(solutions[0]!).sort(), [
		'certificate',
		'gap',
		'heldout_loss',
		'lambda',
		'objective',
		's',
		'theta',
		'train_loss',
	]);
	for (const solution of solutions) assert.ok((solution.certificate as number) <= 1e-7);
	// Equal losses are what λ = 1 without a margin asks of features that conflict.
	assert.ok(Math.abs(solutions[2]!.gap as number) < 1e-9);
	const two = await cli.json(['frontier', '-', ...flags], { input: ROWS });
	assert.deepEqual(two.document, one.document);
});

test('frontier names the rows it cannot use, and does nothing where a side is missing', async (t) => {
	const cli = makeCli(t);
	const flags = ['--lambdas', '1', '--ridge', '0.1'];
	const bad = `${ROWS}{"split":"train","x":[1]}\n{"split":"eval","x":[1,2]}\n{"split":"train","x":[1,null]}\n`;
	const partly = await cli.json(['frontier', '-', ...flags], { input: bad });
	assert.equal(partly.code, 2);
	assert.deepEqual(
		(partly.document as Document).rejected!.map(({ line, reason }) => [line, reason.split(':')[0]]),
		[
			[6, 'x'],
			[7, 'split'],
			[8, 'x[1]'],
		],
	);
	assert.match(partly.stderr, /line 6: x: expected a list of 2 as in line 1, found a list of 1/);
	const none = await cli.run(['frontier', '-', ...flags], { input: '{"split":"train","x":[1]}\n' });
	assert.equal(none.code, 1);
	assert.match(none.stderr, /no usable row with "split":"heldout"/);
	assert.equal(none.stdout, '');
});
