import type { Command } from 'commander';
import type { SnapshotDiff } from '../domain/snapshot-diff.ts';
import { type Half, SPLIT_LABELS, type Split } from '../domain/split.ts';
import { count, NONE, oneLine, plural, shortId } from './format.ts';
import { example, perform } from './register.ts';
import { bullet, type Terminal } from './terminal.ts';

/** Rows of each kind at a terminal and in Markdown; `--json` has all. */
const SHOWN = { terminal: 20, markdown: 200 } as const;

export function registerDiff(program: Command): void {
	program
		.command('diff')
		.description('what changed between two states: prompts added and removed, splits moved, verdicts changed')
		.argument('<first>', 'now; a manifest; a run; or a branch, tag or commit of git')
		.argument('[second]', 'the same', 'now')
		.option('--markdown', 'print Markdown, e.g. for a review of changes')
		.addHelpText(
			'after',
			`
A manifest lists the prompts of one frozen split; a run stands for the splits frozen when it was made and the labels it scored with;
a commit is folded whole from what git holds. What people said about the sealed half is left out until a decision opens it.
${example('diff HEAD', 'diff v1.0 main --markdown', 'diff eval-1a2b3c4d5e6f now')}`,
		)
		.action(
			perform<{ markdown?: boolean }>(async (context, [first, second], { markdown = false }) => {
				const found = await (await context.open()).diff(first!, second ?? 'now');
				context.result(found, (terminal) => (markdown ? diffMarkdown(found) : diffText(terminal, found)));
			}),
		);
}

function place({ split, half }: { readonly split: Split; readonly half: Half | null }): string {
	if (split !== 'heldout' || half === null) return SPLIT_LABELS[split];
	return SPLIT_LABELS[half === 'R' ? 'heldout_reference' : 'heldout_sealed'];
}

interface Section {
	readonly title: string;
	readonly rows: readonly { readonly id: string; readonly what: string; readonly preview: string }[];
}

function sections(diff: SnapshotDiff): Section[] {
	return [
		{
			title: `${plural(diff.added.length, 'prompt')} added`,
			rows: diff.added.map((row) => ({ id: row.prompt, what: place(row), preview: row.preview })),
		},
		{
			title: `${plural(diff.removed.length, 'prompt')} removed`,
			rows: diff.removed.map((row) => ({ id: row.prompt, what: place(row), preview: row.preview })),
		},
		{
			title: `${plural(diff.moved.length, 'prompt')} moved`,
			rows: diff.moved.map((row) => ({
				id: row.prompt,
				what: `${place(row.from)} → ${place(row.to)}`,
				preview: row.preview,
			})),
		},
		{
			title: `${plural(diff.verdicts.length, 'verdict')} changed`,
			rows: diff.verdicts.map((row) => ({
				id: row.comparison,
				what: `${row.from.replace('_', ' ')} → ${row.to.replace('_', ' ')}`,
				preview: row.preview,
			})),
		},
	].filter(({ rows }) => rows.length > 0);
}

const NOTHING = 'No prompt was added, removed or moved, and no verdict changed.';

function sealedWords(sealed: number): string {
	return `${plural(sealed, 'comparison')} of the sealed half: whether the verdicts changed is not said before a decision opens it.`;
}

export function diffText(terminal: Terminal, diff: SnapshotDiff): string {
	const lines = sections(diff).flatMap(({ title, rows }) => [
		'',
		terminal.paint('bold', title),
		...rows
			.slice(0, SHOWN.terminal)
			.map(({ id, what, preview }) => `  ${shortId(id)}  ${what}  ${terminal.paint('dim', oneLine(preview) || NONE)}`),
		...(rows.length > SHOWN.terminal ? [`  and ${count(rows.length - SHOWN.terminal)} more: --json has all`] : []),
	]);
	return [
		`${oneLine(diff.first)} → ${oneLine(diff.second)}`,
		...(lines.length === 0 ? ['', NOTHING] : lines),
		...(diff.sealed === 0 ? [] : ['', bullet(terminal, '·', sealedWords(diff.sealed))]),
		...diff.notes.map((note) => bullet(terminal, '●', oneLine(note))),
	].join('\n');
}

/** People's words inside a table: one line, no markup of theirs. */
function cell(text: string): string {
	return oneLine(text).replace(/[\\`*_{}[\]<>|#~]/gu, '\\$&');
}

export function diffMarkdown(diff: SnapshotDiff): string {
	const tables = sections(diff).flatMap(({ title, rows }) => [
		'',
		`## ${title}`,
		'',
		'| id | what | prompt |',
		'| --- | --- | --- |',
		...rows
			.slice(0, SHOWN.markdown)
			.map(({ id, what, preview }) => `| \`${shortId(id)}\` | ${what} | ${cell(preview) || NONE} |`),
		...(rows.length > SHOWN.markdown ? ['', `And ${count(rows.length - SHOWN.markdown)} more.`] : []),
	]);
	const notes = [...(diff.sealed === 0 ? [] : [sealedWords(diff.sealed)]), ...diff.notes];
	return [
		`# ${cell(diff.first)} → ${cell(diff.second)}`,
		...(tables.length === 0 ? ['', NOTHING] : tables),
		...(notes.length === 0 ? [] : ['', ...notes.map((note) => `- ${cell(note)}`)]),
	].join('\n');
}
