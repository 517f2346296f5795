import * as v from 'valibot';
import { UserError } from '../../../protocol/errors.ts';
import type { HttpApi } from '../../../protocol/scoring.ts';
import type { HttpClient, Look } from './client.ts';
import { Exhausted } from './failures.ts';
import { refusalOf, type Unsuited } from './refusals.ts';

/** One entry of GET /v1/models. vLLM adds root (what was loaded), parent (base of an adapter) and max_model_len. */
const ModelEntry = v.looseObject({
	id: v.string(),
	owned_by: v.optional(v.nullable(v.string())),
	root: v.optional(v.nullable(v.string())),
	parent: v.optional(v.nullable(v.string())),
	max_model_len: v.optional(v.nullable(v.number())),
});
export type ModelEntry = v.InferOutput<typeof ModelEntry>;
const Models = v.looseObject({ data: v.array(ModelEntry) });
const Version = v.looseObject({ version: v.string() });

/** A server that can score, as it describes itself. */
export interface Recognised {
	/** As it says; null where it does not say. */
	readonly version: string | null;
	readonly models: readonly ModelEntry[];
}

/** Hosts of clouds that return log-probabilities of generated tokens at most: refused before anything is sent. */
const CLOUDS =
	/(^|\.)(openai\.com|anthropic\.com|openrouter\.ai|groq\.com|mistral\.ai|deepseek\.com|together\.(ai|xyz)|fireworks\.ai|googleapis\.com|cohere\.(ai|com)|x\.ai|perplexity\.ai|deepinfra\.com|azure\.com)$/;

/** `owned_by` of the servers that set it by default. Ollama's is the model's publisher, so it is asked. */
const OWNERS: Readonly<Record<string, Unsuited>> = {
	sglang: 'sglang',
	llamacpp: 'llama-server',
	me: 'llama-cpp-python',
	library: 'ollama',
	organization_owner: 'lm-studio',
};

/**
 * Finds out what answers at an address, by what servers say of themselves; a few GET requests, no prompt.
 * @param api what the person says it is: then only the list of models is asked for
 * @throws UserError environment: nobody there; a key; a server that cannot score a given completion, with the way out
 */
export async function recognise(
	client: HttpClient,
	api: HttpApi | undefined,
	signal: AbortSignal,
): Promise<Recognised> {
	const { origin } = client.address;
	if (api === 'sglang' || api === 'llama-cpp-python') throw refusalOf(api, origin);
	if (CLOUDS.test(new URL(origin).hostname)) throw refusalOf('cloud', origin);
	const list = await firstLook(client, signal);
	// It says what it is even where it wants a key or still loads: no key helps it to score.
	if (api === undefined && list.server.startsWith('llama.cpp')) throw refusalOf('llama-server', origin);
	if (list.status === 401 || list.status === 403) throw client.keyRefused(list.status);
	const models = list.status === 200 ? v.safeParse(Models, list.json) : null;
	const owners = new Set((models?.success ? models.output.data : []).map((model) => model.owned_by ?? ''));
	if (!owners.has('vllm') && api === undefined) {
		const unsuited = await whatElse(client, owners, signal);
		if (unsuited !== null) throw refusalOf(unsuited, origin);
	}
	if (models === null || !models.success) throw notAnApi(origin, list);
	const version = v.safeParse(Version, (await quietLook(client, '/version', signal))?.json);
	return { version: version.success ? version.output.version : null, models: models.output.data };
}

/** The first word to an address: two tries, so that a wrong port is said at once. */
async function firstLook(client: HttpClient, signal: AbortSignal): Promise<Look> {
	for (let tries = 1; ; tries++) {
		try {
			return await client.look('/v1/models', signal);
		} catch (error) {
			if (!(error instanceof Exhausted)) throw error;
			if (tries < 2) continue;
			throw new UserError(
				'environment',
				`${client.address.origin} ${error.words}. Start the server, or check the address (scheme, host, port).`,
			);
		}
	}
}

/** A look that may fail: paths of servers that this one may not be. */
async function quietLook(client: HttpClient, path: string, signal: AbortSignal): Promise<Look | null> {
	try {
		return await client.look(path, signal);
	} catch (error) {
		if (error instanceof UserError && error.reason === 'cancelled') throw error;
		return null;
	}
}

async function whatElse(
	client: HttpClient,
	owners: ReadonlySet<string>,
	signal: AbortSignal,
): Promise<Unsuited | null> {
	for (const owner of owners) if (OWNERS[owner] !== undefined) return OWNERS[owner];
	const has = async (path: string, keys: readonly string[]) => {
		const look = await quietLook(client, path, signal);
		const json = look?.status === 200 && typeof look.json === 'object' && look.json !== null ? look.json : {};
		return keys.some((key) => key in json);
	};
	if (await has('/api/version', ['version'])) return 'ollama';
	if (await has('/api/v0/models', ['data'])) return 'lm-studio';
	if (await has('/props', ['default_generation_settings', 'total_slots'])) return 'llama-server';
	if (await has('/get_model_info', ['model_path', 'tokenizer_path'])) return 'sglang';
	if (await has('/info', ['model_device_type', 'docker_label', 'max_input_tokens'])) return 'tgi';
	return null;
}

function notAnApi(origin: string, list: Look): UserError {
	if (list.status >= 500 || list.status === 429) {
		return new UserError(
			'environment',
			`${origin} answers ${list.status}: it may still be loading its model, or be overloaded. Try again when its log says that it is ready.`,
		);
	}
	const found = list.html ? `an HTML page (status ${list.status})` : `status ${list.status} without a list of models`;
	return new UserError(
		'environment',
		`${origin} is not a scoring server: it answers /v1/models with ${found}. Give the base address of a vLLM server, e.g. http://127.0.0.1:8000; a path in front of /v1, if there is one, belongs to it.`,
	);
}
