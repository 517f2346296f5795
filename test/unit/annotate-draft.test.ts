import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Draft, parseDraft, serialiseDraft } from '../../src/domain/draft.ts';

const user = (content: string) => [{ role: 'user', content }];
const errors = (text: string) =>
	parseDraft(text).problems.map(({ severity, message, line }) => `${severity} ${line}: ${message}`);

test('three headings make a pair', () => {
	const draft = parseDraft('# Prompt\n\nWhat?\n\n# Response A\n\nThis.\n\n# Response B\n\nThat.\n');
	assert.deepEqual(draft.prompt, user('What?'));
	assert.equal(draft.a, 'This.');
	assert.equal(draft.b, 'That.');
	assert.deepEqual(draft.problems, []);
});

test('headings inside fences and escaped ones are text', () => {
	const text = '# Prompt\nq\n# Response A\n```md\n# Response B\n```\n\\# Response B\n# Response B\nb\n';
	const draft = parseDraft(text);
	assert.equal(draft.a, '```md\n# Response B\n```\n# Response B');
	assert.equal(draft.b, 'b');
});

test('a fence closes only with its own sign, as long or longer', () => {
	const draft = parseDraft('# Prompt\nq\n# Response A\n````\n```\n# Response B\n~~~\n````\nend\n# Response B\nb\n');
	assert.equal(draft.b, 'b');
	assert.match(draft.a, /end$/);
});

test('a prompt may have turns', () => {
	const draft = parseDraft(
		'# Prompt\n## system\nBe brief.\n## user\nHi\n## Assistant\nHello\n## user\nAnd?\n# Response A\na\n# Response B\nb',
	);
	assert.deepEqual(
		draft.prompt.map(({ role, content }) => `${role}: ${content}`),
		['system: Be brief.', 'user: Hi', 'assistant: Hello', 'user: And?'],
	);
});

test('what is missing or wrong is said with its line', () => {
	assert.deepEqual(errors('# Prompt\nq\n# Response A\na\n'), ['error 4: The section "# Response B" is missing.']);
	assert.deepEqual(errors('# Prompt\nq\n# Response A\n\n# Response B\nb'), ['error 2: Response A is empty.']);
	assert.deepEqual(errors('# Prompt\n\n# Response A\na\n# Response B\nb'), ['error 0: The prompt is empty.']);
	assert.deepEqual(errors('# Prompt\nq\n# Response A\nx\n# Response B\nx'), ['error 4: Both responses are the same.']);
	assert.match(
		errors('# Prompt\nq\n# Response A\n```\na\n# Response B\nb').join(),
		/error 3: This code fence is never closed/,
	);
	assert.match(errors('# Prompt\nq\n# Response A\na\n# Response A\nb\n# Response B\nc').join(), /error 4: A second/);
	assert.match(errors('# Prompt\nfirst\n## user\nq\n# Response A\na\n# Response B\nc').join(), /error 1: Text before/);
});

test('an unchanged rewrite is named as one', () => {
	const origin = { comparison: 'a'.repeat(64), side: 'b' } as const;
	const same = serialiseDraft({ origin, prompt: user('q'), a: 'x', b: 'x' });
	assert.deepEqual(parseDraft(same).origin, origin);
	assert.match(errors(same).join(), /error \d+: The rewrite still is the original/);
	assert.deepEqual(errors(serialiseDraft({ origin, prompt: user('q'), a: 'x', b: 'y' })), []);
});

test('other line ends read the same', () => {
	const text = '\uFEFF# Prompt\nq\n# Response A\na1\na2\n# Response B\nb';
	const { problems: _, ...unix } = parseDraft(text);
	for (const end of ['\r\n', '\r']) {
		const { problems: __, ...other } = parseDraft(text.replaceAll('\n', end));
		assert.deepEqual(other, unix);
	}
});

/** Lines that are likely to be taken for structure. */
const line = fc.oneof(
	fc.constantFrom(
		'# Prompt',
		'# Response A',
		'#  response b ',
		'## user',
		'\\# Prompt',
		'\\\\# Response B',
		'# Title',
		'---',
		'',
		'  ',
	),
	fc.constantFrom('```', '````', '~~~', '```js', '\\```', '   ~~~~', '``` a`b', '    # Prompt', '> ```', '- x'),
	fc.string({ maxLength: 12 }).map((text) => text.replace(/[\r\n]/g, '')),
);
const trimmed = (text: string) =>
	text
		.replace(/^(?:[^\S\n]*\n)+/, '')
		.replace(/(?:\n[^\S\n]*)+$/, '')
		.replace(/^\s+$/, '');
const body = fc.array(line, { maxLength: 8 }).map((lines) => trimmed(lines.join('\n')));

test('what is written is read back, whatever the texts hold', () => {
	const turns = fc.array(
		fc.record(
			{ role: fc.constantFrom('system', 'user', 'assistant', 'tool'), content: body },
			{ noNullPrototype: true },
		),
		{
			minLength: 1,
			maxLength: 3,
		},
	);
	fc.assert(
		fc.property(turns, body, body, fc.boolean(), (prompt, a, b, rewrite) => {
			const only = prompt.length === 1 && prompt[0]?.role === 'user' && prompt[0].content === '';
			const draft: Draft = {
				origin: rewrite ? { comparison: '0'.repeat(64), side: 'a' } : null,
				prompt: only ? [] : prompt,
				a,
				b,
			};
			const { origin, prompt: turnsBack, a: aBack, b: bBack } = parseDraft(serialiseDraft(draft));
			assert.deepEqual({ origin, prompt: turnsBack, a: aBack, b: bBack }, draft);
		}),
		{ seed: 1, numRuns: 300 },
	);
});
