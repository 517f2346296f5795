import type { Message } from '../../../domain/comparison.ts';

/**
 * A message as OpenAI-style servers take it: arguments of tool calls as JSON text, from which they make objects again. vLLM and
 * llama-server refuse other forms (llama-server with status 500, which reads like trouble that passes).
 */
export function messageSent(message: Message): Record<string, unknown> {
	const calls = message.tool_calls;
	return {
		role: message.role,
		...(message.content === undefined ? {} : { content: message.content }),
		...(message.name === undefined ? {} : { name: message.name }),
		...(calls === undefined ? {} : { tool_calls: Array.isArray(calls) ? calls.map(callSent) : calls }),
	};
}

function callSent(call: unknown): unknown {
	if (typeof call !== 'object' || call === null || !('function' in call)) return call;
	const made = call.function;
	if (typeof made !== 'object' || made === null || !('arguments' in made) || typeof made.arguments === 'string')
		return call;
	return { ...call, function: { ...made, arguments: JSON.stringify(made.arguments) } };
}

/** Tools as received: a list, or the list as JSON text. */
export function toolsSent(tools: unknown): unknown {
	if (typeof tools !== 'string') return tools;
	try {
		return JSON.parse(tools);
	} catch {
		return tools;
	}
}
