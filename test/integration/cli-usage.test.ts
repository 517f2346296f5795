import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { makeCli } from './cli-run.ts';

const COMMANDS = [
	'init',
	'import',
	'export',
	'list',
	'show',
	'judge',
	'skip',
	'flag',
	'adjudicate',
	'retract',
	'author',
	'improve',
	'tag',
	'split',
	'inspect',
	'score',
	'decide',
	'runs',
	'report',
	'calibrate',
	'frontier',
	'compare',
	'gate',
	'progress',
	'agreement',
	'prompts',
	'generate',
	'searches',
	'suggest',
	'coverage',
	'gold',
	'card',
	'diff',
	'sync',
	'people',
	'erase',
	'rebuild',
	'doctor',
];

test('--help lists the commands of this version and no other', async (t: TestContext) => {
	const { stdout, code } = await makeCli(t).run(['--help']);
	assert.equal(code, 0);
	const commands = stdout.slice(stdout.indexOf('Commands:'));
	const listed = [...commands.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, command]) => command);
	assert.deepEqual(listed.filter((command) => command !== 'help').sort(), COMMANDS.toSorted());
});

const WRONG: [string[], RegExp][] = [
	[['train'], /unknown command 'train'/],
	[['score', '--engine', 'ollama'], /'ollama' is invalid.*probe, gguf, http, logprobs/],
	[['score', '--engine', 'gguf'], /--engine gguf needs --reference and --checkpoint/],
	[['score', '--engine', 'http', '--reference', 'm', '--checkpoint', 'n'], /--engine http needs --url/],
	[['score', '--logprobs', 'x.jsonl'], /--logprobs belongs to --engine logprobs; this run has --engine probe/],
	[['score', '--engine', 'gguf', '--url', 'http://x'], /--url belongs to --engine http; this run has --engine gguf/],
	[['score', '--engine', 'logprobs', '--logprobs', 'no*.jsonl'], /--logprobs: no file matches no\*\.jsonl/],
	[['score', '--engine', 'logprobs', '--logprobs', 'x', '--features', 'y'], /--features belongs to --engine probe/],
	[['score', '--trained-on', 'none'], /--trained-on belongs to --engine gguf, http or logprobs/],
	[['score', '--lambda', '2'], /number from 0 to 1/],
	[['score', '--seed', '1.5'], /whole number/],
	[['score', '--nonsense'], /unknown option '--nonsense'/],
	[['decide', 'latest', '--reason', 'r'], /--checkpoint NAME,? or --none/],
	[['decide', 'latest', '--none'], /--reason/],
	[['judge', 'abcdefgh', 'left'], /'left' is invalid/],
	[['judge', 'abcdefgh', 'a', '--strength', '4'], /'4' is invalid/],
	[['import'], /missing required argument 'files'/],
	[['import', 'x', '--format', 'csv'], /'csv' is invalid/],
	[['export', '--split', 'test'], /'test' is invalid/],
	[['tag', '--facet', 'domain:law'], /one way/],
	[['tag', 'abcdefgh', '--search', 'x', '--facet', 'domain:law'], /one way/],
	[['tag', 'abcdefgh'], /--facet/],
	[['split', '--assign', 'eval'], /--assign goes with --ids, or with filters/],
	[['list', '--workspace', '/nowhere/at/all'], /no such folder/],
	[['list', 'extra'], /too many arguments/],
];

test('wrong usage exits 1, says what and where, and with --json prints one document', async (t: TestContext) => {
	const cli = makeCli(t);
	for (let i = 0; i < WRONG.length; i += 4) {
		await Promise.all(
			WRONG.slice(i, i + 4).map(async ([args, message]) => {
				const { code, stdout, stderr } = await cli.run([...args, '--json']);
				assert.equal(code, 1, args.join(' '));
				const { error } = JSON.parse(stdout) as { error: { reason: string; message: string } };
				assert.equal(error.reason, 'usage', args.join(' '));
				assert.match(error.message, message);
				assert.match(stderr, message);
				assert.match(stderr, /See: pairwright .*--help/);
				assert.doesNotMatch(stderr, /\n\s+at /);
			}),
		);
	}
});

test('wrong usage of a subcommand points at its own help, whatever other command a word of it names', async (t: TestContext) => {
	const { stderr } = await makeCli(t).run(['gold', 'list']);
	assert.match(stderr, /See: pairwright gold --help/);
	const nested = await makeCli(t).run(['gold', 'add']);
	assert.match(nested.stderr, /See: pairwright gold add --help/);
});

test('without a command the help is shown and nothing is done', async (t: TestContext) => {
	const { code, stdout, stderr } = await makeCli(t).run([]);
	assert.equal(code, 1);
	assert.equal(stdout, '');
	assert.match(stderr, /Usage: pairwright/);
});

test('outside a workspace commands name what to do', async (t: TestContext) => {
	const cli = makeCli(t);
	mkdirSync(cli.dir);
	const { code, document } = await cli.json(['list']);
	assert.equal(code, 1);
	const { error } = document as { error: { reason: string; message: string } };
	assert.equal(error.reason, 'not-initialised');
	assert.match(error.message, /pairwright init/);
});
