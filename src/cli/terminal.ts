import { stripVTControlCharacters, styleText } from 'node:util';
import type { HealthStatus } from '../domain/run-record.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** How wide a terminal may be before lines get too long to read. */
const WIDEST = 132;
/** What a pipe or a file is laid out for. */
const PIPE_WIDTH = 120;

/** Where text goes and what it may look like there. */
export interface Terminal {
	/** Columns to lay out for. */
	readonly width: number;
	paint(style: Style | readonly Style[], text: string): string;
}

/** Colour only where a person looks and did not refuse: https://no-color.org, then FORCE_COLOR, then the stream itself. */
export function createTerminal(
	stream: { readonly isTTY?: boolean; readonly columns?: number },
	wanted: boolean,
	env: NodeJS.ProcessEnv = process.env,
): Terminal {
	const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
	const colour = wanted && !env.NO_COLOR && (forced || (stream.isTTY === true && env.TERM !== 'dumb'));
	const asked = stream.isTTY === true ? stream.columns : Number(env.COLUMNS ?? Number.NaN);
	return {
		width: Math.min(WIDEST, Math.max(40, Number.isFinite(asked) ? Number(asked) : PIPE_WIDTH)),
		paint: (style, text) => (colour ? styleText(style as Style, text, { validateStream: false }) : text),
	};
}

const MARKS = {
	fail: { mark: '▲', style: 'red' },
	warn: { mark: '●', style: 'yellow' },
	pass: { mark: '✓', style: 'green' },
	insufficient: { mark: '○', style: 'dim' },
} as const satisfies Record<HealthStatus, { mark: string; style: Style }>;

/** Shape and colour, never colour alone. */
export function statusMark(terminal: Terminal, status: HealthStatus): string {
	const { mark, style } = MARKS[status];
	return terminal.paint(style, mark);
}

const WIDE =
	/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns a text takes: styles and combining marks none, East Asian and emoji two. */
export function displayWidth(text: string): number {
	let width = 0;
	for (const point of stripVTControlCharacters(text)) {
		if (!/^(?:\p{M}|[\u200b-\u200f])$/u.test(point)) width += WIDE.test(point) ? 2 : 1;
	}
	return width;
}

/** Breaks at spaces; a longer word stands alone on its line. Line ends in the text stay. */
export function wrap(text: string, width: number, indent = ''): string {
	const lines: string[] = [];
	for (const paragraph of text.split('\n')) {
		let line = '';
		for (const word of paragraph.split(' ')) {
			if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > width - indent.length) {
				lines.push(line);
				line = word;
			} else line = line === '' ? word : `${line} ${word}`;
		}
		lines.push(line);
	}
	return lines.map((line) => (line === '' ? '' : indent + line)).join('\n');
}

/** One point of a list: the mark, then the text with its further lines under its first. */
export function bullet(terminal: Pick<Terminal, 'width'>, mark: string, text: string): string {
	const indent = ' '.repeat(displayWidth(mark) + 3);
	return `  ${mark} ${wrap(text, terminal.width, indent).trimStart()}`;
}
