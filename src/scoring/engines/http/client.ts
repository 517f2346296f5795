import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../../protocol/errors.ts';
import type { ServerAddress } from '../../../protocol/server-address.ts';
import { Exhausted, Passing, Refused, serverSaid, transportWords } from './failures.ts';

/** How patiently a server is asked. Times in ms. */
export interface Patience {
	/** For one request, its body included. Below the 300 s after which fetch gives up on headers by itself. */
	readonly timeout: number;
	/** Tries of one request; an answer that came but is wrong gets at most `answerTries`. */
	readonly tries: number;
	readonly answerTries: number;
	/** Full jitter: before try k+1 a uniform wait up to min(longest, first·2^(k−1)). */
	readonly firstWait: number;
	readonly longestWait: number;
	/** A Retry-After beyond this ends the run instead. */
	readonly longestRetryAfter: number;
	/** Uniform in [0, 1). */
	random(): number;
}

export const PATIENCE: Patience = {
	timeout: 240_000,
	tries: 6,
	answerTries: 3,
	firstWait: 500,
	longestWait: 30_000,
	longestRetryAfter: 300_000,
	random: Math.random,
};

/** Largest body read: a prompt of 128k tokens with its log-probabilities is about 10 MB. */
const LARGEST_BODY = 256 * 2 ** 20;

export interface Call<T> {
	readonly path: string;
	/** Sent as JSON by POST; absent = GET. */
	readonly body?: unknown;
	/** Reads the answer; throws Passing('answer') where it cannot be right. */
	read(json: unknown): T;
	/** Instead of the patience's own. */
	readonly tries?: number;
}

/** What one look at a path showed, whatever its status: for recognising servers. */
export interface Look {
	readonly status: number;
	/** Header `server`, lower case. */
	readonly server: string;
	readonly html: boolean;
	readonly json: unknown;
	readonly text: string;
}

/** Milliseconds of a Retry-After (seconds or an HTTP date); null where it is absent or unreadable. */
export function retryAfterOf(header: string | null, now: number): number | null {
	if (header === null) return null;
	if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Number(header) * 1000;
	const at = Date.parse(header);
	return Number.isNaN(at) ? null : Math.max(0, at - now);
}

/** Headers of a request: the key is a bearer token of this origin alone. */
function headersFor(key: string | undefined): Headers {
	const headers = new Headers({ accept: 'application/json', 'content-type': 'application/json' });
	// Headers.set repeats a bad value in its error, so a key is looked at first.
	if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
		throw new UserError(
			'usage',
			'The key of the server holds a space, a line break or a character outside ASCII. Set it again, without quotes around it.',
		);
	}
	if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
	return headers;
}

/** Requests to one origin: never redirected, timed, tried again with full jitter, and cancelled at once. */
export class HttpClient {
	readonly address: ServerAddress;
	readonly #key: string | undefined;
	readonly #headers: Headers;
	readonly #patience: Patience;
	/** Until then nobody asks: the server said so (Retry-After), to one request, on behalf of all. */
	#notBefore = 0;

	/** @throws UserError usage for a key that cannot be sent */
	constructor(address: ServerAddress, key: string | undefined, patience: Patience) {
		this.address = address;
		this.#key = key;
		this.#headers = headersFor(key);
		this.#patience = patience;
	}

	/**
	 * @throws Refused for 4xx; Exhausted after the last try; UserError cancelled, or environment for what no try can mend: a key that
	 * is refused, a redirect, a certificate
	 */
	async call<T>(call: Call<T>, signal: AbortSignal): Promise<T> {
		for (let tries = 1; ; tries++) {
			await this.#wait(this.#notBefore - Date.now(), signal);
			try {
				const { response, text } = await this.#send(call.path, call.body, signal);
				this.#checkStatus(response, text);
				return call.read(parse(text));
			} catch (error) {
				if (!(error instanceof Passing)) throw error;
				const limit = call.tries ?? this.#patience.tries;
				if (tries >= (error.kind === 'answer' ? Math.min(limit, this.#patience.answerTries) : limit)) {
					throw new Exhausted(error, tries);
				}
				this.#heed(error);
				const longest = Math.min(this.#patience.longestWait, this.#patience.firstWait * 2 ** (tries - 1));
				await this.#wait(this.#patience.random() * longest, signal);
			}
		}
	}

	/** One look at a path, its status left to the caller. @throws as `call`, without Refused */
	async look(path: string, signal: AbortSignal): Promise<Look> {
		try {
			const { response, text } = await this.#send(path, undefined, signal);
			let json: unknown;
			try {
				json = JSON.parse(text);
			} catch {
				json = undefined;
			}
			const server = response.headers.get('server')?.toLowerCase() ?? '';
			return { status: response.status, server, html: /^\s*</.test(text), json, text };
		} catch (error) {
			if (error instanceof Passing) throw new Exhausted(error, 1);
			throw error;
		}
	}

	/** The key was refused: in words, without it. */
	keyRefused(status: number): UserError {
		const { origin } = this.address;
		return new UserError(
			'environment',
			this.#key === undefined
				? `${origin} wants a key (it answers ${status}). On the command line name the environment variable that holds it with --api-key-env NAME; in the editor run "Set Server Key…".`
				: `${origin} refuses the key (it answers ${status}). Check that it is the key of this server and still valid; in the editor run "Set Server Key…".`,
		);
	}

	async #send(path: string, body: unknown, signal: AbortSignal): Promise<{ response: Response; text: string }> {
		if (signal.aborted) throw cancelled();
		const { base, origin } = this.address;
		const attempt = new AbortController();
		const stop = () => attempt.abort();
		signal.addEventListener('abort', stop, { once: true });
		let late = false;
		const timer = setTimeout(() => {
			late = true;
			attempt.abort();
		}, this.#patience.timeout);
		try {
			const response = await fetch(`${base}${path}`, {
				method: body === undefined ? 'GET' : 'POST',
				headers: this.#headers,
				redirect: 'manual',
				signal: attempt.signal,
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			});
			if (response.status >= 300 && response.status < 400) {
				// Its body is not wanted; left open it would hold the connection.
				attempt.abort();
				throw this.#redirected(response, `${base}${path}`);
			}
			return { response, text: await readText(response) };
		} catch (error) {
			if (error instanceof UserError || error instanceof Passing) throw error;
			if (signal.aborted) throw cancelled();
			if (late) {
				throw new Passing('transport', `does not answer in ${Math.round(this.#patience.timeout / 100) / 10} s`);
			}
			const { lasting, words } = transportWords(error);
			if (lasting) throw new UserError('environment', `${origin} ${words}`);
			throw new Passing('transport', words);
		} finally {
			clearTimeout(timer);
			signal.removeEventListener('abort', stop);
		}
	}

	#checkStatus(response: Response, text: string): void {
		const { status } = response;
		if (status >= 200 && status < 300) return;
		if (status === 401 || status === 403) throw this.keyRefused(status);
		const { type, said } = serverSaid(text, this.#key);
		if (status === 408 || status === 425 || status === 429 || status >= 500) {
			const retryAfter = retryAfterOf(response.headers.get('retry-after'), Date.now());
			throw new Passing('status', `answers ${status}`, said, retryAfter);
		}
		throw new Refused(status, type, said);
	}

	#redirected(response: Response, from: string): UserError {
		const { origin } = this.address;
		let to = 'another address';
		try {
			const target = new URL(response.headers.get('location') ?? '', from);
			to = target.origin === origin ? `${target.origin}${target.pathname}` : target.origin;
		} catch {
			// A location that cannot be read is not repeated.
		}
		return new UserError(
			'environment',
			`${origin} redirects to ${to} (it answers ${response.status}). Redirects are not followed: prompts and key go to the address that you named and nowhere else. If the server really is there, give that address.`,
		);
	}

	/** Retry-After holds for all requests of this origin. */
	#heed(error: Passing): void {
		if (error.retryAfter === null) return;
		if (error.retryAfter > this.#patience.longestRetryAfter) {
			throw new UserError(
				'environment',
				`${this.address.origin} asks to be left alone for ${Math.ceil(error.retryAfter / 60_000)} minutes (Retry-After). Start the run again then: what is scored is kept and not scored twice.`,
			);
		}
		this.#notBefore = Math.max(this.#notBefore, Date.now() + error.retryAfter);
	}

	async #wait(ms: number, signal: AbortSignal): Promise<void> {
		if (ms <= 0) return;
		try {
			await sleep(ms, undefined, { signal });
		} catch {
			throw cancelled();
		}
	}
}

export function cancelled(): UserError {
	return new UserError('cancelled', 'Scoring was cancelled; finished scores are kept.');
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		if (/^\s*</.test(text))
			throw new Passing(
				'answer',
				'answers with an HTML page instead of JSON: something between here and the model answers in its place',
			);
		// Python writes NaN and Infinity bare, which JSON has not.
		if (/[[,:]\s*(-?Infinity|NaN)\b/.test(text))
			throw new Passing('answer', 'gives a log-probability that is not a number');
		throw new Passing('answer', 'sends an answer that is not whole (its JSON breaks off)');
	}
}

async function readText(response: Response): Promise<string> {
	if (response.body === null) return '';
	const decoder = new TextDecoder();
	let text = '';
	let bytes = 0;
	for await (const chunk of response.body) {
		bytes += chunk.byteLength;
		if (bytes > LARGEST_BODY) throw new Passing('answer', `sends more than ${LARGEST_BODY / 2 ** 20} MB in one answer`);
		text += decoder.decode(chunk, { stream: true });
	}
	return text + decoder.decode();
}
