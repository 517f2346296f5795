import type { Message } from '../domain/comparison.ts';
import { canonicalJson, plainMessages, stableJson } from '../domain/identity.ts';
import type { PairFormat, ReadPair } from './format.ts';
import { assistantSide, filledPrompt, isBlank, readMessages, readPrompt, readSide } from './messages.ts';
import { exportedColumns } from './own-columns.ts';
import type { Row } from './parse-row.ts';
import { found, RowError, refuse } from './row-error.ts';
import type { Encoded, ExportRow } from './types.ts';
import { chosenAndRejected, notAPair } from './writers/preferred-side.ts';

const COLUMNS = ['prompt', 'chosen', 'rejected', 'tools'] as const;

/**
 * TRL preference rows in four shapes: texts or chats, with a prompt column or with the prompt at the start of both sides.
 * Also UltraFeedback's mixture: the prompt as text beside two whole chats that begin with it.
 */
function read(row: Row): ReadPair {
	const warnings: string[] = [];
	const chats = Array.isArray(row.chosen) && Array.isArray(row.rejected);
	if (!chats) {
		for (const side of ['chosen', 'rejected']) {
			if (typeof row[side] !== 'string' && !Array.isArray(row[side]))
				refuse(side, 'text or a list of messages', row[side]);
		}
		if (row.prompt == null && typeof row.chosen !== typeof row.rejected) {
			throw new RowError(
				`rejected: expected the same kind as chosen (${found(row.chosen)}), found ${found(row.rejected)}`,
			);
		}
	}
	const cut = chats ? readChats(row, warnings) : readTexts(row, warnings);
	return {
		...cut,
		...(row.tools == null ? {} : { tools: row.tools }),
		sides: ['chosen', 'rejected'],
		labelled: true,
		columns: COLUMNS,
		warnings,
	};
}

interface Cut {
	readonly prompt: Message[];
	readonly first: Message[];
	readonly second: Message[];
}

function readChats(row: Row, warnings: string[]): Cut {
	const chosen = readMessages(row.chosen, 'chosen', warnings);
	const rejected = readMessages(row.rejected, 'rejected', []);
	if (row.prompt == null) {
		const shared = sharedTurns(chosen, rejected);
		return {
			prompt: filledPrompt(
				shared === 0
					? refuse('rejected', 'to begin with the same turns as chosen (the prompt)', row.rejected)
					: chosen.slice(0, shared),
				'prompt',
			),
			first: assistantSide(chosen.slice(shared), 'chosen'),
			second: assistantSide(rejected.slice(shared), 'rejected'),
		};
	}
	const prompt = readPrompt(row.prompt, 'prompt', warnings);
	if (chosen[0]?.role === 'assistant' && rejected[0]?.role === 'assistant') {
		return { prompt, first: chosen, second: rejected };
	}
	// Whole chats beside a prompt column: their shared turns must be that prompt.
	const shared = sharedTurns(chosen, rejected);
	const turns = chosen.slice(0, shared);
	const holds =
		typeof row.prompt === 'string'
			? turns.some((m) => m.role === 'user' && m.content?.normalize('NFC') === (row.prompt as string).normalize('NFC'))
			: sharedTurns(turns, prompt) === prompt.length;
	if (!holds) {
		throw new RowError(
			"chosen: expected the assistant's answer, or chats that both begin with the prompt, found chats that begin otherwise",
		);
	}
	return {
		prompt: turns,
		first: assistantSide(chosen.slice(shared), 'chosen'),
		second: assistantSide(rejected.slice(shared), 'rejected'),
	};
}

/** Length of the longest common prefix in messages, compared as identity compares them. */
function sharedTurns(one: readonly Message[], two: readonly Message[]): number {
	const a = plainMessages(one);
	const b = plainMessages(two);
	let n = 0;
	while (n < a.length && n < b.length && canonicalJson(a[n]) === canonicalJson(b[n])) n++;
	return n;
}

function readTexts(row: Row, warnings: string[]): Cut {
	if (row.prompt != null) {
		return {
			prompt: readPrompt(row.prompt, 'prompt', warnings),
			first: readSide(row.chosen, 'chosen', warnings),
			second: readSide(row.rejected, 'rejected', warnings),
		};
	}
	const chosen = row.chosen as string;
	const rejected = row.rejected as string;
	const cut = sharedWords(chosen, rejected);
	if (cut === 0) {
		throw new RowError(
			'prompt: expected a prompt column, or two sides that begin with the same words, found neither (add a prompt column)',
		);
	}
	warnings.push(
		`prompt: taken from the ${cut} characters that both sides begin with; check it, or add a prompt column`,
	);
	return {
		prompt: [{ role: 'user', content: chosen.slice(0, cut) }],
		first: [{ role: 'assistant', content: chosen.slice(cut) }],
		second: [{ role: 'assistant', content: rejected.slice(cut) }],
	};
}

/**
 * Length of the prompt that two texts share: their longest common prefix, cut back to the end of a word. (TRL cuts inside
 * words: "The sky is blue." and "The sky is black." share "The sky is bl".) As in TRL's own rows the space goes to the
 * responses, neither of which becomes empty. 0 = no prompt can be told.
 */
function sharedWords(one: string, two: string): number {
	let n = 0;
	while (n < one.length && n < two.length && one.charCodeAt(n) === two.charCodeAt(n)) n++;
	while (n > 0) {
		const ends = /\S/.test(one[n - 1] ?? '') && /\s/.test(one[n] ?? '') && /\s/.test(two[n] ?? '');
		if (ends && !isBlank(one.slice(n)) && !isBlank(two.slice(n))) return n;
		n--;
	}
	return 0;
}

export const trl: PairFormat = {
	name: 'trl',
	fits: (row) => 'chosen' in row && 'rejected' in row,
	read,
};

/** Whether a row can only be read by guessing where its prompt ends. */
export function isGuess(row: Row): boolean {
	return row.prompt == null && typeof row.chosen === 'string';
}

/** TRL conversational with explicit prompt: the form that TRL trains on without guessing. */
export function writeTrl(row: ExportRow): Encoded {
	const why = notAPair(row);
	if (why !== null) return why;
	const [chosen, rejected] = chosenAndRejected(row);
	const { messages, tools } = row.comparison.prompt;
	const metadata = exportedColumns(row);
	return {
		line: stableJson({ prompt: messages, chosen, rejected, ...(tools === undefined ? {} : { tools }), metadata }),
	};
}

/**
 * TRL standard: three strings. Read back, the prompt is one user turn and each side one assistant turn; whatever is more
 * than that (system turns, earlier turns, tools, names) would change the comparison and is counted instead.
 */
export function writeTrlStandard(row: ExportRow): Encoded {
	const why = notAPair(row);
	if (why !== null) return why;
	const sides = chosenAndRejected(row);
	const { messages, tools } = row.comparison.prompt;
	if (sides.some((side) => side.length > 1)) return { dropped: 'multi_turn_response' };
	if (messages.length > 1) return { dropped: 'multi_turn_prompt' };
	const turns = [messages[0]!, sides[0][0]!, sides[1][0]!];
	if (tools !== undefined || turns.some((m) => m.tool_calls !== undefined)) return { dropped: 'tools' };
	if (turns[0]!.role !== 'user' || turns.some((m) => m.name !== undefined)) return { dropped: 'named_or_other_role' };
	const [prompt, chosen, rejected] = turns.map((m) => m.content ?? '');
	return { line: stableJson({ prompt, chosen, rejected, metadata: exportedColumns(row) }) };
}
