/** Rows for rating data sets and for other annotation tools: side a is always the first response, whoever is preferred. */
import { stableJson } from '../../domain/identity.ts';
import { isNamed, type Strength } from '../../domain/judgment.ts';
import { exportedColumns, OWN_AGENT } from '../own-columns.ts';
import type { Dropped, Encoded, ExportRow } from '../types.ts';
import { notAPair, oneTurnPair, type TextTurn, textTurns } from './preferred-side.ts';

/** A strength nobody gave counts as this one in training too (resolution.ts: weight 1). */
const UNSAID: Strength = 2;

/** Mean strength of those who are for the winning side, rounded half up. */
function strengthOf({ resolution, judgments }: ExportRow): number {
	const people = judgments.filter((j) => isNamed(j.annotator));
	const voters = people.length > 0 ? people : judgments.filter((j) => j.annotator.startsWith('source:'));
	const given = voters.flatMap(({ verdict, strength }) => (verdict === resolution ? [strength ?? UNSAID] : []));
	return given.length === 0 ? UNSAID : Math.round(given.reduce((sum, each) => sum + each, 0) / given.length);
}

/**
 * HelpSteer3 preference (data card of nvidia/HelpSteer3): a chat, two texts, and `overall_preference` from −3 (response 1 is much better)
 * to 3; a tie is 0. both_bad has no form: counted. Of the people's own marks (`individual_preference`) nothing is written.
 */
export function writeHelpsteer(row: ExportRow): Encoded {
	const isTie = row.resolution === 'tie' && !row.unlabelled;
	const why = isTie ? null : notAPair(row);
	if (why !== null) return why;
	const { a, b } = row.comparison;
	const pair = oneTurnPair(row, [a, b], ['system', 'user', 'assistant', 'tool']);
	if ('dropped' in pair) return pair;
	// Where a chat ends with the assistant, the prompt could not be told from a response.
	if (pair.prompt.at(-1)?.role === 'assistant') return { dropped: 'roles_not_alternating' };
	const strength = isTie ? 0 : strengthOf(row);
	return {
		line: stableJson({
			context: pair.prompt,
			response1: pair.one.content,
			response2: pair.two.content,
			overall_preference: row.resolution === 'a' ? -strength : strength,
			metadata: exportedColumns(row),
		}),
	};
}

/** Sealed rows go out as texts: tags, sources and the rows' own metadata may tell the label. */
function ownMetadata(row: ExportRow) {
	return exportedColumns(row.unlabelled ? { ...row, tags: [], source: null, metadata: null } : row);
}

/** What Argilla's server takes unless it is set up otherwise (api/schemas/v1/chat.py, records.py): it refuses a whole batch for one record. */
const ARGILLA_ROLE = 20;
const ARGILLA_TEXT = 20_000;
const ARGILLA_TURNS = 500;

/** Why Argilla's server would refuse a chat, or null. It counts code points. */
function refusedByArgilla(turns: readonly TextTurn[]): Dropped | null {
	const longer = (text: string, most: number): boolean => text.length > most && [...text].length > most;
	if (turns.some(({ role }) => longer(role, ARGILLA_ROLE))) return { dropped: 'named_or_other_role' };
	if (turns.some(({ content }) => content === '')) return { dropped: 'empty_turn' };
	const isTooLong = turns.length > ARGILLA_TURNS || turns.some(({ content }) => longer(content, ARGILLA_TEXT));
	return isTooLong ? { dropped: 'too_long' } : null;
}

const VERDICTS: Readonly<Record<string, string>> = { a: 'response1', b: 'response2', tie: 'tie', both_bad: 'both_bad' };

/**
 * An Argilla record as its `to_json` writes it (records/_resource.py): three chat fields, and the resolution as the suggestion of the
 * question `preference` with the labels response1, response2, tie and both_bad. No `responses`: they belong to accounts of the server
 * that reads them. Fields hold role and content alone, so calls, tools and names are counted, and what its server refuses; disputed and
 * open pairs, and sealed ones, go out without a suggestion.
 */
export function writeArgilla(row: ExportRow): Encoded {
	const { id, prompt, a, b } = row.comparison;
	if (prompt.tools !== undefined) return { dropped: 'tools' };
	const roles = [...new Set([...prompt.messages, ...a, ...b].map(({ role }) => role))];
	const [chat, one, two] = [prompt.messages, a, b].map((messages) => textTurns(messages, roles));
	for (const turns of [chat!, one!, two!]) {
		if ('dropped' in turns) return turns;
		const refused = refusedByArgilla(turns);
		if (refused !== null) return refused;
	}
	if (prompt.messages.at(-1)?.role === 'assistant') return { dropped: 'roles_not_alternating' };
	const value = row.unlabelled ? undefined : VERDICTS[row.resolution];
	return {
		line: stableJson({
			id,
			fields: { prompt: chat, response1: one, response2: two },
			metadata: ownMetadata(row),
			suggestions: value === undefined ? {} : { preference: { value, score: null, agent: OWN_AGENT } },
			responses: {},
			vectors: {},
		}),
	};
}

/**
 * A task of Label Studio's import (guide "Import data"; tasks/serializers.py) for <Pairwise>: chats in `data`, and the resolution as one
 * annotation without `completed_by`, which must name an account of the reading server. <Pairwise> has no tie: a tie or both_bad is the
 * answer of a <Choices> beside it. Disputed, open and sealed pairs are tasks without an annotation.
 */
export function writeLabelStudio(row: ExportRow): Encoded {
	const { id, prompt, a, b } = row.comparison;
	if (prompt.messages.at(-1)?.role === 'assistant') return { dropped: 'roles_not_alternating' };
	const verdict = row.unlabelled ? 'open' : row.resolution;
	const result =
		verdict === 'a' || verdict === 'b'
			? {
					...{ type: 'pairwise', from_name: 'preference', to_name: 'response1,response2' },
					value: { selected: verdict === 'a' ? 'left' : 'right' },
				}
			: { type: 'choices', from_name: 'neither', to_name: 'prompt', value: { choices: [verdict] } };
	return {
		line: stableJson({
			data: {
				prompt: prompt.messages,
				response1: a,
				response2: b,
				...(prompt.tools === undefined ? {} : { tools: prompt.tools }),
			},
			meta: ownMetadata(row),
			annotations:
				verdict === 'open' || verdict === 'disputed' ? [] : [{ result: [{ id: id.slice(0, 10), ...result }] }],
		}),
	};
}
