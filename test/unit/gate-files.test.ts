import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import MarkdownIt from 'markdown-it';
import type { GateResult } from '../../src/protocol/runs.ts';
import { gateJunit } from '../../src/workspace/gate-junit.ts';
import { gateMarkdown } from '../../src/workspace/gate-markdown.ts';

const HOSTILE =
	'a<b>&"\'|`x``y` ]]> \u0000\u001b[31m\ud800 @everyone #12 https://evil.example ![x](y)\n| c |\n# d\u202e';

const RESULT: GateResult = {
	...{ run: '20260102T030405Z-abcdef', created: '2026-01-02T03:04:05.678Z', checkpoint: HOSTILE, baseline: HOSTILE },
	...{ passed: false, sentence: `Failed: ${HOSTILE}`, allowInsufficient: false },
	checks: [
		...(['pass', 'fail', 'insufficient'] as const).map((status) => ({
			...{
				check: `eval.${status}`,
				status,
				value: -0.1234,
				low: -0.2,
				high: -0.05,
				threshold: 0.05,
				bound: 'max' as const,
			},
			message: status === 'fail' ? HOSTILE : `This is ${status}.`,
		})),
		{ check: HOSTILE, status: 'fail', value: null, low: null, high: null, threshold: 0, message: HOSTILE },
	],
};

interface Sax {
	parser(strict: boolean): {
		onopentag: (tag: { name: string; attributes: Record<string, string> }) => void;
		onclosetag: (name: string) => void;
		ontext: (text: string) => void;
		onerror: (error: Error) => void;
		write(text: string): { close(): void };
	};
}

interface Element {
	readonly name: string;
	readonly attributes: Readonly<Record<string, string>>;
	readonly children: Element[];
	text: string;
}

/** With a parser that others wrote; it comes with the packager. */
function parseXml(text: string): Element {
	const require = createRequire(import.meta.url);
	const parser = (require('sax') as Sax).parser(true);
	const root: Element = { name: '', attributes: {}, children: [], text: '' };
	const open = [root];
	parser.onerror = (error) => {
		throw error;
	};
	parser.onopentag = ({ name, attributes }) => {
		const element: Element = { name, attributes: { ...attributes }, children: [], text: '' };
		open.at(-1)!.children.push(element);
		open.push(element);
	};
	parser.onclosetag = () => open.pop();
	parser.ontext = (part) => {
		open.at(-1)!.text += part;
	};
	parser.write(text).close();
	return root.children[0]!;
}

/** What the schema that CI systems share (jenkins-junit.xsd) lets stand where, and which attributes must be there. */
const CHILDREN: Readonly<Record<string, readonly string[]>> = {
	testsuites: ['testsuite'],
	testsuite: ['properties', 'testcase', 'system-out', 'system-err'],
	properties: ['property'],
	property: [],
	testcase: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
	...{ skipped: [], failure: [], 'system-out': [] },
};
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
	testsuites: [],
	testsuite: ['name', 'tests', 'failures', 'errors', 'skipped', 'timestamp'],
	testcase: ['name', 'classname', 'time'],
	property: ['name', 'value'],
	...{ failure: ['message', 'type'], skipped: ['message'], properties: [], 'system-out': [] },
};

function checkShape(element: Element): void {
	for (const name of REQUIRED[element.name]!) assert.ok(name in element.attributes, `${element.name} without ${name}`);
	for (const child of element.children) {
		assert.ok(CHILDREN[element.name]!.includes(child.name), `${child.name} in ${element.name}`);
		checkShape(child);
	}
}

test('JUnit is XML of the common shape whatever names hold, and counts what it lists', () => {
	const text = gateJunit(RESULT);
	assert.ok(text.isWellFormed());
	const suites = parseXml(text);
	checkShape(suites);
	const [suite] = suites.children;
	const cases = suite!.children.filter(({ name }) => name === 'testcase');
	assert.deepEqual(
		cases.map((each) => each.children.map(({ name, attributes }) => `${name} ${attributes.type ?? ''}`.trim())),
		[['system-out'], ['failure fail'], ['failure insufficient'], ['failure fail']],
	);
	const { tests, failures, errors, skipped, timestamp } = suite!.attributes;
	assert.deepEqual([tests, failures, errors, skipped, timestamp], ['4', '3', '0', '0', '2026-01-02T03:04:05']);
	const said = HOSTILE.replace('\u0000', '\ufffd').replace('\u001b', '\ufffd').replace('\ud800', '\ufffd');
	assert.equal(cases[3]!.attributes.name, said);
	assert.equal(cases[3]!.children[0]!.text, said);
	assert.deepEqual(
		suite!.children[0]!.children.map(({ attributes }) => attributes.name),
		['run', 'checkpoint', 'baseline'],
	);
});

test('where too little data is allowed, JUnit skips it', () => {
	const [suite] = parseXml(gateJunit({ ...RESULT, allowInsufficient: true })).children;
	assert.deepEqual([suite!.attributes.failures, suite!.attributes.skipped], ['2', '1']);
	assert.equal(suite!.children.filter(({ name }) => name === 'testcase')[2]!.children[0]!.name, 'skipped');
});

test('Markdown keeps its table, and names make no markup, mention or link', () => {
	const text = gateMarkdown(RESULT);
	const html = new MarkdownIt({ html: true, linkify: true }).render(text);
	assert.equal(html.match(/<tr>/g)?.length, 1 + RESULT.checks.length);
	assert.equal(html.match(/<h\d>/g)?.length, 1);
	assert.ok(!/<(?:a|img|b|script)\b/.test(html), html);
	assert.ok(html.includes("<code>a&lt;b&gt;&amp;&quot;'|`x``y` ]]&gt;"));
	// Code is not searched for mentions; everywhere else a zero-width space parts the sign from the name.
	assert.ok(!html.replace(/<code>[\s\S]*?<\/code>/g, '').includes('@everyone'));
	assert.ok(html.includes('@\u200beveryone'));
	assert.ok(['\u202e', '\u001b', '\u0000'].every((mark) => !text.includes(mark)) && text.isWellFormed());
	assert.match(text, /^\| eval\.fail \| ❌ fail \| −0\.123 \| −0\.200 to −0\.050 \| ≤ 0\.05 \|$/m);
	assert.match(text, /`pairwright report 20260102T030405Z-abcdef`/);
});
