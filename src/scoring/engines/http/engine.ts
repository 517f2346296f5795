import type { ModelFacts } from '../../../domain/checkpoint.ts';
import { contentId } from '../../../domain/identity.ts';
import { UserError } from '../../../protocol/errors.ts';
import type { HttpOptions } from '../../../protocol/scoring.ts';
import { checkAddress } from '../../../protocol/server-address.ts';
import type { Engine, OpenModel } from '../engine.ts';
import { capable } from './capable.ts';
import { cancelled, HttpClient, PATIENCE, type Patience } from './client.ts';
import { type ModelEntry, type Recognised, recognise } from './recognise.ts';
import { scorePairs } from './score.ts';
import { selfTest } from './self-test.ts';
import { Sequences } from './sequences.ts';

/** Changes whenever the same answers of a server would give other numbers: part of every cache key. */
const PROTOCOL = 'vllm-completions/1';
const CONCURRENCY = 8;

/** A served model, opened. */
export interface HttpModel extends OpenModel {
	/** Responses scored so far whose prompt was no prefix of the whole (TRL warns and cuts by length; so does this). */
	readonly prefixMismatches: number;
}

/**
 * The engine `http`: a server that holds the checkpoints and gives log-probabilities of a given text. vLLM is the one it knows; others
 * are recognised and refused with the reason and the way out. Addresses come from the options alone; the key goes to the origin of
 * `url` and nowhere else, is in no message, fact or cache key; redirects are not followed.
 * @param patience for tests
 * @throws UserError usage for an address, key or number of requests that is refused
 */
export function createHttpEngine(options: HttpOptions, patience: Partial<Patience> = {}): Engine {
	const concurrency = options.concurrency ?? CONCURRENCY;
	if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 256) {
		throw new UserError('usage', `Requests in flight: a whole number from 1 to 256; found ${concurrency}.`);
	}
	const whole = { ...PATIENCE, ...patience };
	const address = checkAddress(options.url, options.key !== undefined);
	const own = new HttpClient(address, options.key, whole);
	const other = options.referenceUrl === undefined ? null : checkAddress(options.referenceUrl, false);
	// The key belongs to one origin: a reference elsewhere is asked without it.
	const theirs =
		other === null ? own : new HttpClient(other, other.origin === address.origin ? options.key : undefined, whole);
	const closing = new AbortController();
	const known = new Map<HttpClient, Promise<Recognised>>();

	return {
		name: 'http',
		version: PROTOCOL,
		async open(model, role, signal): Promise<HttpModel> {
			const client = role === 'reference' ? theirs : own;
			const either = AbortSignal.any([closing.signal, ...(signal === undefined ? [] : [signal])]);
			if (either.aborted) throw cancelled();
			const asked = known.get(client) ?? recognise(client, options.api, either);
			known.set(client, asked);
			let server: Recognised;
			try {
				server = await asked;
			} catch (error) {
				known.delete(client);
				throw error;
			}
			const entry = served(server, model, client);
			const sequences = new Sequences(client, model, entry.max_model_len ?? null);
			const { fingerprint } = await capable(sequences, either);
			const facts = factsOf(server, entry, role, sequences, fingerprint);
			return {
				facts,
				// The address tells two servers apart that mount different weights under one path; only its hash is kept.
				cacheKey: `http:${contentId({ protocol: PROTOCOL, base: client.address.base, hash: facts.hash })}`,
				get prefixMismatches() {
					return sequences.mismatches;
				},
				score: (pairs, hooks) => scorePairs(sequences, pairs, hooks, concurrency, closing.signal),
				selfTest: (pairs, stop) =>
					selfTest(sequences, pairs, AbortSignal.any([closing.signal, ...(stop === undefined ? [] : [stop])])),
				async close() {},
			};
		},
		async close() {
			closing.abort();
		},
	};
}

/** @throws UserError naming the models that are served */
function served(server: Recognised, model: string, client: HttpClient): ModelEntry {
	const entry = server.models.find((one) => one.id === model);
	if (entry !== undefined) return entry;
	const names = server.models.slice(0, 20).map((one) => one.id);
	const more = server.models.length > 20 ? ` and ${server.models.length - 20} more` : '';
	const list = names.length === 0 ? 'It serves no model' : `It serves: ${names.join(', ')}${more}`;
	throw new UserError('not-found', `${client.address.origin} does not serve a model named "${model}". ${list}.`);
}

/** Paths on the server say where someone keeps files; the last part is what tells checkpoints apart. */
function shownRoot(root: string): string {
	return /^([/~]|[A-Za-z]:[\\/])/.test(root) ? (root.split(/[\\/]/).filter(Boolean).at(-1) ?? root) : root;
}

function factsOf(
	server: Recognised,
	entry: ModelEntry,
	role: ModelFacts['role'],
	sequences: Sequences,
	fingerprint: string | null,
): ModelFacts {
	const { root, parent } = entry;
	const told = { id: entry.id, root: root ?? null, parent: parent ?? null, version: server.version };
	return {
		name: entry.id,
		role,
		hash: contentId(told),
		template: null,
		api: 'vllm',
		server: server.version === null ? 'vLLM (version not told)' : `vLLM ${server.version}`,
		...(root == null ? {} : { root: shownRoot(root) }),
		...(parent == null ? {} : { adapter_of: parent }),
		max_model_len: sequences.maxModelLen,
		...(fingerprint === null ? {} : { fingerprint }),
		tokens: "the server's chat template and tokenizer; the response from the prompt's length on, end mark included",
		weights: 'known by name only: a server can change them without a word; after such a change score with --fresh',
	};
}
