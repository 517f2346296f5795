import type { GateCheck, GateResult } from '../protocol/runs.ts';

const ENTITIES: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&apos;',
	'\t': '&#9;',
	'\n': '&#10;',
	'\r': '&#13;',
};

/** Text for XML 1.0, in content or an attribute. What XML cannot hold at all (most controls, lone surrogates) becomes U+FFFD. */
function xml(text: string): string {
	return (
		text
			.toWellFormed()
			// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no way to write them
			.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/gu, '\ufffd')
			.replace(/[&<>"'\t\n\r]/gu, (character) => ENTITIES[character]!)
	);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
	return Object.entries(values)
		.map(([name, value]) => ` ${name}="${xml(String(value))}"`)
		.join('');
}

/** "insufficient" is a failure to whoever reads the file, unless the settings let it pass: then the test counts as skipped. */
function outcome({ status }: GateCheck, allowed: boolean): 'failure' | 'skipped' | null {
	if (status === 'pass') return null;
	return status === 'insufficient' && allowed ? 'skipped' : 'failure';
}

function testcase(check: GateCheck, allowed: boolean): string {
	const head = `<testcase${attributes({ classname: 'pairwright.gate', name: check.check, time: 0 })}>`;
	const kind = outcome(check, allowed);
	const said =
		kind === null
			? ''
			: kind === 'skipped'
				? `<skipped${attributes({ message: check.message })}/>`
				: `<failure${attributes({ message: check.message, type: check.status })}>${xml(check.message)}</failure>`;
	const out = kind === null ? `<system-out>${xml(check.message)}</system-out>` : '';
	return `\t\t${head}${said}${out}</testcase>`;
}

/** The gate as JUnit XML: one suite, one test a threshold. */
export function gateJunit(result: GateResult): string {
	const { checks, run, checkpoint, baseline, created, sentence, allowInsufficient = false } = result;
	const outcomes = checks.map((check) => outcome(check, allowInsufficient));
	const counts = {
		tests: checks.length,
		failures: outcomes.filter((each) => each === 'failure').length,
		errors: 0,
		skipped: outcomes.filter((each) => each === 'skipped').length,
		time: 0,
	};
	const { skipped: _, ...totals } = counts;
	const properties = { run, ...(checkpoint == null ? {} : { checkpoint }), ...(baseline === null ? {} : { baseline }) };
	// The schema asks for seconds without a zone.
	const stamp = created === undefined ? {} : { timestamp: created.slice(0, 19) };
	return [
		'<?xml version="1.0" encoding="UTF-8"?>',
		`<testsuites${attributes({ name: 'pairwright gate', ...totals })}>`,
		`\t<testsuite${attributes({ name: 'pairwright gate', ...counts, ...stamp })}>`,
		'\t\t<properties>',
		...Object.entries(properties).map(([name, value]) => `\t\t\t<property${attributes({ name, value })}/>`),
		'\t\t</properties>',
		...checks.map((check) => testcase(check, allowInsufficient)),
		`\t\t<system-out>${xml(sentence)}</system-out>`,
		'\t</testsuite>',
		'</testsuites>',
		'',
	].join('\n');
}
