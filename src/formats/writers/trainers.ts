/** Rows as the files of trainers want them, beside TRL's. What a format cannot say without changing the pair is counted by reason. */
import type { Message } from '../../domain/comparison.ts';
import { stableJson } from '../../domain/identity.ts';
import { exportedColumns } from '../own-columns.ts';
import type { Encoded, ExportRow } from '../types.ts';
import { isFunctionCall } from './function-calls.ts';
import { chosenAndRejected, hasEmptySide, notAPair, oneTurnPair } from './preferred-side.ts';

/** What Axolotl puts before a response to cut it out of a rendered chat again. */
const AXOLOTL_DUMMY = '[[dummy_message]]';

/**
 * Axolotl `chat_template.default` (docs/rlhf.qmd; prompt_strategies/dpo/chat_template.py): `messages`, and the two responses as message
 * objects. It takes role and content alone and knows four roles. It renders a response after a made-up user turn and looks for its text
 * from the start, so that an empty one, or one whose words stand in that turn, would be cut in the wrong place: those are counted.
 * Ties and both_bad have no form here.
 */
export function writeAxolotl(row: ExportRow): Encoded {
	const why = notAPair(row);
	if (why !== null) return why;
	const sides = chosenAndRejected(row);
	const pair = oneTurnPair(row, sides, ['system', 'user', 'assistant', 'tool']);
	if ('dropped' in pair) return pair;
	if (pair.prompt.at(-1)?.role === 'assistant') return { dropped: 'roles_not_alternating' };
	if (hasEmptySide(sides)) return { dropped: 'empty_response' };
	if ([pair.one, pair.two].some(({ content }) => AXOLOTL_DUMMY.includes(content))) return { dropped: 'cut_wrongly' };
	const { prompt: messages, one: chosen, two: rejected } = pair;
	return { line: stableJson({ messages, chosen, rejected, metadata: exportedColumns(row) }) };
}

const SHAREGPT: Readonly<Record<string, string>> = {
	system: 'system',
	user: 'human',
	assistant: 'gpt',
	tool: 'observation',
};

/**
 * LLaMA-Factory, ShareGPT ranking (data/README.md; data/converter.py): `conversations` that begin and end with a question, the responses
 * as objects. A system turn may come first; then questions (human, observation) and answers (gpt) take turns, and a row that does not is
 * skipped there with a warning: it is counted here. Calls are text of its own there, and would come back as another pair: counted.
 */
export function writeLlamaFactory(row: ExportRow): Encoded {
	const why = notAPair(row);
	if (why !== null) return why;
	const pair = oneTurnPair(row, chosenAndRejected(row), Object.keys(SHAREGPT));
	if ('dropped' in pair) return pair;
	const { prompt, one, two } = pair;
	const turns = prompt[0]?.role === 'system' ? prompt.slice(1) : prompt;
	const alternate = turns.every(({ role }, i) =>
		i % 2 === 0 ? role === 'user' || role === 'tool' : role === 'assistant',
	);
	if (!alternate || turns.length % 2 === 0) return { dropped: 'roles_not_alternating' };
	const theirs = ({ role, content }: { role: string; content: string }) => ({ from: SHAREGPT[role], value: content });
	return {
		line: stableJson({
			conversations: prompt.map(theirs),
			chosen: theirs(one),
			rejected: theirs(two),
			metadata: exportedColumns(row),
		}),
	};
}

const OPENAI_ROLES = ['system', 'developer', 'user', 'assistant', 'tool'];

/**
 * OpenAI's preference fine-tuning, read by Fireworks and Together too (guide "Direct preference optimization"): text in, and one
 * assistant message a side. A service refuses keys that it does not know, so no `metadata` is written: split, tags and source do not come
 * back, and for the same reason (a blank preferred side would be refused on import) pairs with an empty response are counted. Tools are a
 * list; calls in the prompt must be of the API's shape.
 */
export function writeOpenai(row: ExportRow): Encoded {
	const why = notAPair(row);
	if (why !== null) return why;
	const sides = chosenAndRejected(row);
	const { messages, tools } = row.comparison.prompt;
	if (sides.some((side) => side.length > 1)) return { dropped: 'multi_turn_response' };
	const all = [...messages, ...sides.flat()];
	if (all.some(({ role }) => !OPENAI_ROLES.includes(role))) return { dropped: 'named_or_other_role' };
	const hasCalls = ({ tool_calls }: Message): boolean => tool_calls !== undefined;
	if (sides.flat().some(hasCalls) || !messages.every(holdsCalls)) return { dropped: 'tools' };
	if (tools !== undefined && (!Array.isArray(tools) || tools.length === 0)) return { dropped: 'tools' };
	if (hasEmptySide(sides)) return { dropped: 'empty_response' };
	// The prompt ends before the response; a chat that ends with the assistant is no input there.
	if (messages.at(-1)?.role === 'assistant') return { dropped: 'roles_not_alternating' };
	return {
		line: stableJson({
			input: { messages, ...(tools === undefined ? {} : { tools }) },
			preferred_output: sides[0],
			non_preferred_output: sides[1],
		}),
	};
}

function holdsCalls({ tool_calls: calls }: Message): boolean {
	return calls === undefined || (Array.isArray(calls) && calls.every(isFunctionCall));
}

/**
 * TRL unpaired preference for KTO and BCO (dataset formats, "Unpaired preference"): one row for each response, `label` = desirable. The
 * chosen one is desirable and the rejected one is not; of a pair that is both_bad neither is: two rows that say so. A tie says of
 * neither whether it is good: counted. The two rows stand together and name their comparison in `metadata.pairwright`; they are not
 * read back, as one response by itself is compared with nothing.
 */
export function writeKto(row: ExportRow): Encoded {
	const bothBad = row.resolution === 'both_bad' && !row.unlabelled;
	const why = bothBad ? null : notAPair(row);
	if (why !== null) return why;
	const { messages, tools } = row.comparison.prompt;
	const metadata = exportedColumns(row);
	const line = (completion: readonly Message[], label: boolean): string =>
		stableJson({ prompt: messages, completion, label, ...(tools === undefined ? {} : { tools }), metadata });
	const [one, two] = bothBad ? [row.comparison.a, row.comparison.b] : chosenAndRejected(row);
	return { line: line(one, !bothBad), more: [line(two, false)] };
}

/**
 * TRL's conversational columns for Parquet, whose columns have one type: `tools` is JSON text, which TRL's trainers read, and a call
 * must be of the usual shape {id, type, function: {name, arguments as text}}. Anything else is counted.
 */
export function writeColumns(row: ExportRow): Encoded {
	const why = notAPair(row);
	if (why !== null) return why;
	const [chosen, rejected] = chosenAndRejected(row);
	const { messages, tools } = row.comparison.prompt;
	if (![...messages, ...chosen, ...rejected].every(holdsCalls)) return { dropped: 'tools' };
	// A text of tools could not be told from the JSON of a list.
	if (tools !== undefined && (typeof tools !== 'object' || tools === null)) return { dropped: 'tools' };
	const metadata = exportedColumns(row);
	return {
		line: stableJson({
			...{ prompt: messages, chosen, rejected, metadata },
			...(tools === undefined ? {} : { tools: stableJson(tools) }),
		}),
	};
}
