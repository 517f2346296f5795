import { UserError } from '../../../protocol/errors.ts';

/** What answers at an address but cannot score a given completion in the way that training saw it. */
export type Unsuited =
	| 'llama-server'
	| 'ollama'
	| 'lm-studio'
	| 'sglang'
	| 'llama-cpp-python'
	| 'tgi'
	| 'cloud'
	| 'no-tokenize'
	| 'no-echo'
	| 'zeros';

/** The server that scores. Adapters and several GPUs: README. */
export const VLLM_COMMAND = 'vllm serve PATH_OR_NAME --served-model-name NAME --port 8000';
const SAME_FILE =
	'Score the same GGUF file directly: --engine gguf --reference FILE --checkpoint FILE… (in the editor: "Score Checkpoints…" with files).';
const VLLM = `Serve the checkpoint with vLLM: ${VLLM_COMMAND}`;

/** Reason and way out, by kind; the origin goes in front. */
const REFUSALS: Readonly<Record<Unsuited, string>> = {
	'llama-server': `is llama.cpp's llama-server, which gives log-probabilities of what it generates, not of a given response: versions of it refuse "echo" or overlook it. ${SAME_FILE}`,
	ollama: `is Ollama, which gives log-probabilities of what it generates, not of a given response. ${SAME_FILE} Ollama's model files are GGUF: "ollama show --modelfile NAME" names the file in its FROM line.`,
	'lm-studio': `is LM Studio, which gives no log-probabilities of a given response. ${SAME_FILE}`,
	sglang: `is SGLang, which renders every conversation with the start of another reply at its end, so that the end mark of a response, which training counts, cannot be told from it. ${VLLM}. Or give log-probabilities that a trainer computed: --engine logprobs.`,
	'llama-cpp-python': `is llama-cpp-python's server, which has no way to show the tokens of a conversation: prompt and response could be scored as plain text only, and not as training saw them. ${SAME_FILE}`,
	tgi: `is Text Generation Inference, which is not supported. ${VLLM}.`,
	cloud: `is a cloud service, which gives log-probabilities of what it generates, not of a given response. Only a server that holds the checkpoint itself can score it. ${VLLM}.`,
	'no-tokenize': `has no /tokenize for conversations, so that a response's tokens cannot be told from its prompt's. It may be an older vLLM, another server, or a proxy in front of one that passes /v1 only: give the address of vLLM itself (${VLLM_COMMAND}).`,
	'no-echo': `does not return log-probabilities of what it is given (echo with logprobs on /v1/completions): it can generate, but not score. ${VLLM}.`,
	zeros: `returns 0 for every log-probability of a given text, as servers do that know the field but do not compute it. ${VLLM}.`,
};

export function refusalOf(kind: Unsuited, origin: string): UserError {
	return new UserError('environment', `${origin} ${REFUSALS[kind]}`);
}
