import type { Message } from '../../domain/comparison.ts';
import { isBlankSide } from '../messages.ts';
import type { Dropped, ExportRow } from '../types.ts';

/** Why this row has no preferred side, or null. */
export function notAPair(row: ExportRow): Dropped | null {
	if (row.unlabelled) return { dropped: 'sealed' };
	switch (row.resolution) {
		case 'tie':
			return { dropped: 'ties' };
		case 'both_bad':
			return { dropped: 'both_bad' };
		case 'disputed':
			return { dropped: 'disputed' };
		case 'open':
			return { dropped: 'unresolved' };
		default:
			return null;
	}
}

export function chosenAndRejected(row: ExportRow): readonly [readonly Message[], readonly Message[]] {
	const { a, b } = row.comparison;
	return row.resolution === 'a' ? [a, b] : [b, a];
}

/** A turn of nothing but a role and a text: what formats without tools and names can hold. */
export interface TextTurn {
	readonly role: string;
	readonly content: string;
}

/** Messages as turns of text, or what they hold beside it. `roles` = those that the format knows. */
export function textTurns(messages: readonly Message[], roles: readonly string[]): readonly TextTurn[] | Dropped {
	const turns: TextTurn[] = [];
	for (const { role, content, tool_calls, name } of messages) {
		if (tool_calls !== undefined || content === undefined) return { dropped: 'tools' };
		if (name !== undefined || !roles.includes(role)) return { dropped: 'named_or_other_role' };
		turns.push({ role, content });
	}
	return turns;
}

export interface OneTurnPair {
	readonly prompt: readonly TextTurn[];
	readonly one: TextTurn;
	readonly two: TextTurn;
}

/** A row whose prompt is turns of text and whose responses are one text each, or what it holds beside that. */
export function oneTurnPair(
	{ comparison: { prompt } }: ExportRow,
	sides: readonly [readonly Message[], readonly Message[]],
	roles: readonly string[],
): OneTurnPair | Dropped {
	if (prompt.tools !== undefined) return { dropped: 'tools' };
	if (sides.some((side) => side.length > 1)) return { dropped: 'multi_turn_response' };
	const turns = textTurns(prompt.messages, roles);
	if ('dropped' in turns) return turns;
	const responses = textTurns([sides[0][0]!, sides[1][0]!], ['assistant']);
	if ('dropped' in responses) return responses;
	return { prompt: turns, one: responses[0]!, two: responses[1]! };
}

/** Whether a side says nothing. */
export function hasEmptySide(sides: readonly (readonly Message[])[]): boolean {
	return sides.some((side) => isBlankSide(side));
}
