import type { Message, Side } from './comparison.ts';

/**
 * A pair being written, as a file a person edits: `# Prompt`, `# Response A`, `# Response B`. The prompt may have turns
 * (`## system`, `## user`, `## assistant`, `## tool`). Headings inside fenced code are text; outside it, a line that would
 * read as one of ours starts with a backslash. A few `key: value` lines between `---` say what a rewrite belongs to.
 */

export type DraftSection = 'prompt' | 'a' | 'b';

/** A rewrite of one response: A is the original, B the rewrite. */
export interface DraftOrigin {
	readonly comparison: string;
	/** The canonical side of the original that is rewritten. */
	readonly side: Side;
}

export interface Draft {
	readonly origin: DraftOrigin | null;
	readonly prompt: readonly Message[];
	readonly a: string;
	readonly b: string;
}

export interface DraftProblem {
	readonly severity: 'error' | 'warning';
	readonly message: string;
	/** From 0. */
	readonly line: number;
}

export interface ParsedDraft extends Draft {
	/** Line of each section's heading, from 0; absent where the section is. */
	readonly lines: Readonly<Partial<Record<DraftSection, number>>>;
	readonly problems: readonly DraftProblem[];
}

const TITLES: Readonly<Record<DraftSection, string>> = { prompt: 'Prompt', a: 'Response A', b: 'Response B' };
const ROLES = ['system', 'user', 'assistant', 'tool'] as const;
const SECTION = /^# +(prompt|response +a|response +b)[ \t]*$/i;
const TURN = /^## +(system|user|assistant|tool)[ \t]*$/i;
const FENCE = /^( {0,3})(`{3,}|~{3,})(.*)$/;
/** Lines that a backslash at their start keeps from being read: headings and fences, escaped ones too. */
const ESCAPED = /^( {0,3})\\(?=\\*(#|`{3}|~{3}))/;

interface Fence {
	readonly mark: string;
	readonly line: number;
}

/** The fence after a line: opened, closed or as before (CommonMark: same character, at least as long, nothing after it). */
function nextFence(fence: Fence | null, text: string, line: number): Fence | null {
	const [, , mark, rest] = FENCE.exec(text) ?? [];
	if (mark === undefined || rest === undefined) return fence;
	if (fence === null) return mark.startsWith('`') && rest.includes('`') ? null : { mark, line };
	const closes = mark[0] === fence.mark[0] && mark.length >= fence.mark.length && rest.trim() === '';
	return closes ? null : fence;
}

function sectionOf(text: string): DraftSection | null {
	const name = SECTION.exec(text)?.[1]?.toLowerCase().replace(/ +/g, ' ');
	if (name === undefined) return null;
	return name === 'prompt' ? 'prompt' : name === 'response a' ? 'a' : 'b';
}

/** Without the empty lines around it that the file format puts there. */
function trimLines(lines: readonly string[]): string {
	const filled = (line: string) => line.trim() !== '';
	const first = lines.findIndex(filled);
	return first < 0 ? '' : lines.slice(first, lines.findLastIndex(filled) + 1).join('\n');
}

function readOrigin(lines: readonly string[]): { origin: DraftOrigin | null; next: number } {
	if (lines[0]?.trim() !== '---') return { origin: null, next: 0 };
	const end = lines.findIndex((line, index) => index > 0 && line.trim() === '---');
	if (end < 0) return { origin: null, next: 0 };
	const entries = lines.slice(1, end).map((line) => line.split(/:(.*)/s).map((part) => part.trim()));
	const value = (key: string) => entries.find(([name]) => name === key)?.[1];
	const comparison = value('improves');
	const side = value('side');
	const known = comparison !== undefined && /^[0-9a-f]{64}$/.test(comparison) && (side === 'a' || side === 'b');
	return { origin: known ? { comparison, side } : null, next: end + 1 };
}

interface Turn {
	readonly role: string;
	readonly lines: string[];
}

/** Reads a draft. Never throws: what is wrong is in `problems`, and what can be read is read. */
export function parseDraft(text: string): ParsedDraft {
	const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
	const problems: DraftProblem[] = [];
	const { origin, next } = readOrigin(lines);
	const at: Partial<Record<DraftSection, number>> = {};
	const responses: Record<'a' | 'b', string[]> = { a: [], b: [] };
	const preamble: string[] = [];
	const turns: Turn[] = [];
	let section: DraftSection | null = null;
	let fence: Fence | null = null;
	for (const [line, raw] of lines.entries()) {
		if (line < next) continue;
		const inside: boolean = fence !== null;
		fence = nextFence(fence, raw, line);
		const found: DraftSection | null = inside || fence !== null ? null : sectionOf(raw);
		if (found !== null) {
			if (at[found] !== undefined) {
				problems.push({
					severity: 'error',
					message: `A second "# ${TITLES[found]}". If it is part of the text, start the line with a backslash.`,
					line,
				});
			}
			at[found] ??= line;
			section = found;
			continue;
		}
		const content = inside ? raw : raw.replace(ESCAPED, '$1');
		if (section === null) {
			if (raw.trim() !== '') {
				problems.push({ severity: 'error', message: 'Text before "# Prompt" belongs to no part of the pair.', line });
			}
			continue;
		}
		if (section !== 'prompt') {
			responses[section].push(content);
			continue;
		}
		const role: string | undefined = inside ? undefined : TURN.exec(raw)?.[1]?.toLowerCase();
		if (role !== undefined) turns.push({ role, lines: [] });
		else (turns.at(-1)?.lines ?? preamble).push(content);
	}
	if (fence !== null) {
		problems.push({
			severity: 'error',
			message: 'This code fence is never closed: everything below belongs to it.',
			line: fence.line,
		});
	}
	const start = trimLines(preamble);
	if (start !== '' && turns.length > 0) {
		const message = 'Text before the first "## role" of the prompt belongs to no turn. Put "## user" above it.';
		problems.push({ severity: 'error', message, line: (at.prompt ?? 0) + 1 });
	}
	const prompt =
		turns.length > 0
			? turns.map((turn) => ({ role: turn.role, content: trimLines(turn.lines) }))
			: start === ''
				? []
				: [{ role: 'user', content: start }];
	const draft = { origin, prompt, a: trimLines(responses.a), b: trimLines(responses.b), lines: at };
	return { ...draft, problems: [...problems, ...missing(draft, lines.length)].toSorted((x, y) => x.line - y.line) };
}

/** What a complete draft still lacks. */
function missing(draft: Omit<ParsedDraft, 'problems'>, length: number): DraftProblem[] {
	const { lines, prompt, a, b, origin } = draft;
	const problems: DraftProblem[] = [];
	const add = (severity: DraftProblem['severity'], message: string, line: number | undefined) =>
		problems.push({ severity, message, line: line ?? Math.max(0, length - 1) });
	for (const section of ['prompt', 'a', 'b'] as const) {
		if (lines[section] === undefined) add('error', `The section "# ${TITLES[section]}" is missing.`, undefined);
	}
	if (lines.prompt !== undefined && prompt.every((turn) => (turn.content ?? '') === '')) {
		add('error', 'The prompt is empty.', lines.prompt);
	} else if (prompt.length > 0 && prompt.at(-1)?.role === 'assistant' && origin === null) {
		add('warning', 'The prompt ends with an assistant turn: both responses would follow it.', lines.prompt);
	}
	if (lines.a === undefined || lines.b === undefined) return problems;
	if (a === '') add(origin === null ? 'error' : 'warning', 'Response A is empty.', lines.a);
	if (b === '') add('error', origin === null ? 'Response B is empty.' : 'The rewrite is empty.', lines.b);
	if (a !== '' && a === b) {
		const same =
			origin === null ? 'Both responses are the same.' : 'The rewrite still is the original: change Response B.';
		add('error', same, lines.b);
	}
	return problems;
}

/** Escapes what would be read as structure. Fences that close stay as they are; one that never closes is escaped. */
function escapeText(text: string): string {
	const lines = text.split(/\r\n|\n|\r/);
	const out: string[] = [];
	for (let i = 0; i < lines.length; i++) {
		const line = lines[i] ?? '';
		const fence = nextFence(null, line, i);
		if (fence !== null) {
			let state: Fence | null = fence;
			let end = i;
			while (state !== null && ++end < lines.length) state = nextFence(state, lines[end] ?? '', end);
			if (state === null) {
				out.push(...lines.slice(i, end + 1));
				i = end;
				continue;
			}
		}
		const structure = fence !== null || SECTION.test(line) || TURN.test(line) || ESCAPED.test(line);
		out.push(structure ? line.replace(/^( {0,3})/, '$1\\') : line);
	}
	return out.join('\n');
}

/** Writes a draft so that parseDraft reads the same texts back (line ends as \n, empty lines around a text left out). */
export function serialiseDraft({ origin, prompt, a, b }: Draft): string {
	const head = origin === null ? [] : ['---', `improves: ${origin.comparison}`, `side: ${origin.side}`, '---', ''];
	const only = prompt.length === 1 && prompt[0]?.role === 'user' ? prompt[0] : undefined;
	const turns =
		only !== undefined
			? ['', escapeText(only.content ?? '')]
			: prompt.flatMap((turn) => ['', `## ${roleOf(turn.role)}`, '', escapeText(turn.content ?? '')]);
	const responses = ['', '# Response A', '', escapeText(a), '', '# Response B', '', escapeText(b), ''];
	return [...head, '# Prompt', ...turns, ...responses].join('\n');
}

/** A role the format knows; others (a custom name) are shown as user turns, since a rewrite never stores the prompt. */
function roleOf(role: string): string {
	return ROLES.find((known) => known === role) ?? 'user';
}
