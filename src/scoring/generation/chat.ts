import * as v from 'valibot';
import type { Message } from '../../domain/comparison.ts';
import { UserError } from '../../protocol/errors.ts';
import type { ServerAddress } from '../../protocol/server-address.ts';
import { HttpClient, PATIENCE, type Patience } from '../engines/http/client.ts';
import { Exhausted, Passing, Refused } from '../engines/http/failures.ts';
import { messageSent, toolsSent } from '../engines/http/messages.ts';
import { servedModels } from '../engines/http/served-models.ts';
import { type Answer, type Asked, type Generator, Unanswered } from './generator.ts';

/** Most characters of one response: it is committed with the journal, and a server that goes on for ever must not fill it. */
const LONGEST_ANSWER = 2 ** 20;
/** Levels of lists and objects in tool calls, as in imported rows. */
const DEEPEST = 200;
/** A name that is shown. */
const LONGEST_NAME = 200;

const reply = v.object({
	model: v.nullish(v.string()),
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
		messages: prompt.messages.map(messageSent),
		...(prompt.tools === undefined ? {} : { tools: toolsSent(prompt.tools) }),
		max_tokens,
		...(temperature === null ? {} : { temperature }),
		...(top_p === null ? {} : { top_p }),
		...(seed === null ? {} : { seed }),
		n: 1,
		stream: false,
	};
}

/** `by`: the model that the server says answered; null where it does not say. */
function answerOf(json: unknown): { readonly answer: Answer; readonly by: string | null } {
	const parsed = v.safeParse(reply, json);
	if (!parsed.success)
		throw new Passing('answer', 'does not answer as a chat server does (choices[0].message is missing)');
	const { model, choices } = parsed.output;
	const [choice] = choices;
	const { content, tool_calls } = choice!.message;
	const message: Message = {
		role: 'assistant',
		...(content == null ? {} : { content }),
		...(tool_calls == null || tool_calls.length === 0 ? {} : { tool_calls }),
	};
	const empty = message.content === undefined && message.tool_calls === undefined;
	const response = [empty ? { ...message, content: '' } : message];
	return { answer: { response, cut: choice!.finish_reason === 'length' }, by: model ?? null };
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

/** Why a request was refused, as far as that can be said without the server's words, which may repeat the prompt. */
function unanswered({ status, type, said }: Refused, origin: string, most: number): Unanswered {
	if (type === 'exceed_context_size_error' || /context (length|size)|max_model_len/i.test(said)) {
		// vLLM wants room for the longest answer beside the prompt; where that is what is missing, all prompts fail.
		const room = /max_(completion_)?tokens|in the completion|requested [1-9]\d* output/i.test(said);
		return room
			? new Unanswered(
					`${origin} has no room for it and an answer of ${most} tokens: ask for fewer (--max-tokens; in the editor pairwright.generate.maxTokens)`,
					true,
				)
			: new Unanswered(`it is longer than the context of ${origin}`, false);
	}
	return new Unanswered(`${origin} refuses it (${status}${type === null ? '' : `, ${type}`})`, true);
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
	const known = new Map<string, Promise<void>>();
	/**
	 * A server of one model (llama-server, older LM Studio) answers whatever name it is asked for: what it wrote would be stored under a
	 * name that nothing has. A name is refused only where the server lists the one that answered and not the one that was asked.
	 * @throws UserError not-found
	 */
	const checkName = async (asked: string, by: string): Promise<void> => {
		const listed = await servedModels(address.base, options.key).catch((): string[] => []);
		if (!listed.includes(by) || listed.includes(asked)) return;
		throw new UserError(
			'not-found',
			`${origin} has no model "${asked}": "${by}" answered in its place. Name the one that is there.`,
		);
	};
	const checkOnce = (asked: string, by: string | null): Promise<void> | undefined => {
		if (by === null || by.length > LONGEST_NAME || by === asked) return undefined;
		const key = JSON.stringify([asked, by]);
		if (!known.has(key)) known.set(key, checkName(asked, by));
		return known.get(key);
	};
	return {
		server: origin,
		concurrency: options.concurrency,
		async answer(asked, signal) {
			try {
				const how = { path: '/v1/chat/completions', body: bodyOf(asked), read: answerOf };
				const { answer, by } = await client.call(how, signal);
				await checkOnce(asked.model, by);
				return checkAnswer(answer, origin);
			} catch (error) {
				if (error instanceof Exhausted) {
					throw new Unanswered(`${origin} ${error.words} (${error.tries} tries)`, true);
				}
				if (!(error instanceof Refused)) throw error;
				// Nothing that the server says is repeated: it may repeat the prompt, and this goes to results and logs.
				const names =
					error.said.length < 200 && [`'${asked.model}'`, `"${asked.model}"`].some((name) => error.said.includes(name));
				if (error.status === 404 || names) {
					throw new UserError(
						'not-found',
						`${origin} has no model "${asked.model}"${names ? '' : ', or no /v1/chat/completions'} (it answers ${error.status}).`,
					);
				}
				throw unanswered(error, origin, asked.sampling.max_tokens);
			}
		},
		async close() {},
	};
}
