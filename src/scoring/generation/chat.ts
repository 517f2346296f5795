import * as v from 'valibot';
import type { Message } from '../../domain/comparison.ts';
import { UserError } from '../../protocol/errors.ts';
import type { ServerAddress } from '../../protocol/server-address.ts';
import { HttpClient, PATIENCE, type Patience } from '../engines/http/client.ts';
import { Exhausted, Passing, Refused } from '../engines/http/failures.ts';
import { type Answer, type Asked, type Generator, Unanswered } from './generator.ts';

/** Most characters of one response: it is committed with the journal, and a server that goes on for ever must not fill it. */
const LONGEST_ANSWER = 2 ** 20;
/** Levels of lists and objects in tool calls, as in imported rows. */
const DEEPEST = 200;

const reply = v.object({
	choices: v.pipe(
		v.array(
			v.object({
				message: v.object({
					content: v.nullish(v.string()),
					tool_calls: v.nullish(v.array(v.unknown())),
				}),
				finish_reason: v.nullish(v.string()),
			}),
		),
		v.minLength(1),
	),
});

function bodyOf({ prompt, model, sampling }: Asked): Record<string, unknown> {
	const { temperature, top_p, max_tokens, seed } = sampling;
	return {
		model,
		messages: prompt.messages,
		...(prompt.tools === undefined ? {} : { tools: prompt.tools }),
		max_tokens,
		...(temperature === null ? {} : { temperature }),
		...(top_p === null ? {} : { top_p }),
		...(seed === null ? {} : { seed }),
		n: 1,
		stream: false,
	};
}

function answerOf(json: unknown): Answer {
	const parsed = v.safeParse(reply, json);
	if (!parsed.success)
		throw new Passing('answer', 'does not answer as a chat server does (choices[0].message is missing)');
	const [choice] = parsed.output.choices;
	const { content, tool_calls } = choice!.message;
	const message: Message = {
		role: 'assistant',
		...(content == null ? {} : { content }),
		...(tool_calls == null || tool_calls.length === 0 ? {} : { tool_calls }),
	};
	const empty = message.content === undefined && message.tool_calls === undefined;
	return { response: [empty ? { ...message, content: '' } : message], cut: choice!.finish_reason === 'length' };
}

/** What no import would take is no response either. @throws Unanswered */
function checkAnswer(answer: Answer, origin: string): Answer {
	const refused = (what: string) => new Unanswered(`${origin} answers with ${what}`, false);
	let length = 0;
	const look = (value: unknown, depth: number): void => {
		if (typeof value === 'string') {
			length += value.length;
			if (length > LONGEST_ANSWER) throw refused(`more than ${LONGEST_ANSWER} characters`);
			if (!value.isWellFormed()) throw refused('text that is no Unicode (half a surrogate pair)');
		} else if (typeof value === 'number') {
			if (!Number.isFinite(value)) throw refused('a number that does not fit');
			length++;
		} else if (typeof value === 'object' && value !== null) {
			if (depth > DEEPEST) throw refused(`more than ${DEEPEST} levels of lists and objects`);
			for (const [key, inner] of Object.entries(value)) {
				look(key, depth);
				look(inner, depth + 1);
			}
		}
	};
	look(answer.response, 0);
	return answer;
}

/**
 * An OpenAI-style chat server (`POST /v1/chat/completions`): Ollama, LM Studio, llama-server, vLLM. The key goes to this origin and
 * nowhere else, redirects are not followed, a lost request is tried again with full jitter, and Retry-After holds for all of them.
 * @param patience for tests
 * @throws UserError usage for a key that cannot be sent
 */
export function chatGenerator(
	address: ServerAddress,
	options: { readonly key?: string | undefined; readonly concurrency: number },
	patience: Partial<Patience> = {},
): Generator {
	const client = new HttpClient(address, options.key, { ...PATIENCE, ...patience });
	const { origin } = address;
	return {
		server: origin,
		concurrency: options.concurrency,
		async answer(asked, signal) {
			try {
				const how = { path: '/v1/chat/completions', body: bodyOf(asked), read: answerOf };
				return checkAnswer(await client.call(how, signal), origin);
			} catch (error) {
				if (error instanceof Exhausted) {
					throw new Unanswered(`${origin} ${error.words} (${error.tries} tries)`, true);
				}
				if (!(error instanceof Refused)) throw error;
				// Nothing that the server says is repeated: it may repeat the prompt, and this goes to results and logs.
				if (error.status === 404) {
					throw new UserError(
						'not-found',
						`${origin} has no model "${asked.model}", or no /v1/chat/completions (it answers 404).`,
					);
				}
				throw new Unanswered(
					`${origin} refuses it (${error.status}${error.type === null ? '' : `, ${error.type}`})`,
					true,
				);
			}
		},
		async close() {},
	};
}
