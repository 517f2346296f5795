import type { GateCheck, GateResult } from '../protocol/runs.ts';

/** Control characters and line ends would end a table's row; marks that turn writing round would hide what follows them. */
function flat(text: string): string {
	return text
		.toWellFormed()
		.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
		.trim();
}

/**
 * Text that means nothing to Markdown: marks are escaped, and nobody is mentioned, no issue and no page linked, which hosting sites
 * do even with escaped text, so that a zero-width space parts what they look for.
 */
export function markdownText(text: string): string {
	return flat(text)
		.replace(/[\\`*_{}[\]<>#|~$&]/gu, '\\$&')
		.replace(/@|:\/\/|www\.|(?<=#)(?=\d)/giu, (found) =>
			found === '' ? '\u200b' : `${found[0]}\u200b${found.slice(1)}`,
		);
}

/** A name as code: nothing in it is read as Markdown; the fence is longer than any of its own. Not for a table, where a bar ends the cell. */
export function markdownCode(name: string): string {
	const inner = flat(name);
	const runs = inner.match(/`+/gu) ?? [];
	const fence = '`'.repeat(1 + Math.max(0, ...runs.map((run) => run.length)));
	const padded = inner === '' || /^`|`$/u.test(inner) ? ` ${inner} ` : inner;
	return `${fence}${padded}${fence}`;
}

const WORDS: Readonly<Record<GateCheck['status'], string>> = {
	pass: '✅ pass',
	fail: '❌ fail',
	insufficient: '⚪ too little data',
};

function number(x: number | null): string {
	if (x === null) return '–';
	const text = Number.isInteger(x) ? String(Math.abs(x)) : Math.abs(x).toFixed(3);
	return x < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** `≤ 0.65` */
function asked(bound: GateCheck['bound'], threshold: number): string {
	const sign = { max: '≤ ', min: '≥ ' } as const;
	return `${bound === undefined ? '' : sign[bound]}${threshold < 0 ? '−' : ''}${Math.abs(threshold)}`;
}

function row({ check, status, value, low, high, threshold, bound }: GateCheck): string {
	const interval = low === null || high === null ? '–' : `${number(low)} to ${number(high)}`;
	return `| ${markdownText(check)} | ${WORDS[status]} | ${number(value)} | ${interval} | ${asked(bound, threshold)} |`;
}

/** The gate for a comment on a change: verdict, table, and why each threshold that is not kept is not. */
export function gateMarkdown(result: GateResult): string {
	const { passed, sentence, run, checkpoint, baseline, checks, notes = [] } = result;
	const open = checks.filter((check) => check.status !== 'pass');
	const facts = [
		`Run ${markdownCode(run)}`,
		...(checkpoint == null ? [] : [`checkpoint ${markdownCode(checkpoint)}`]),
		...(baseline === null ? [] : [`against ${markdownCode(baseline)}`]),
	];
	return [
		`### ${passed ? '✅' : '❌'} Pairwright gate`,
		'',
		`**${markdownText(sentence)}**`,
		'',
		`${facts.join(', ')}.`,
		'',
		'| Threshold | Status | Value | 95 % interval | Asked for |',
		'| --- | --- | ---: | ---: | ---: |',
		...checks.map(row),
		...(open.length === 0
			? []
			: ['', ...open.map(({ check, message }) => `- **${markdownText(check)}**: ${markdownText(message)}`)]),
		...(notes.length === 0
			? []
			: ['', `Against the baseline: ${notes.map((note) => markdownText(note).replace(/\.$/u, '')).join('; ')}.`]),
		'',
		`Decided by intervals, not by point values. The report: ${markdownCode(`pairwright report ${run}`)}.`,
		'',
	].join('\n');
}
