/** Passing trouble with one request: worth another try. `words` follow the origin in a sentence, e.g. "answers 503". */
export class Passing extends Error {
	override name = 'Passing';
	/** `answer`: it came, but cannot be what was asked for; tried again less often than a lost one. */
	readonly kind: 'transport' | 'status' | 'answer';
	readonly words: string;
	/** The server's own sentence, cleaned; may repeat what was sent, so it never goes into a run. */
	readonly said: string;
	/** What the server asks to be left alone for, ms. */
	readonly retryAfter: number | null;
	constructor(kind: Passing['kind'], words: string, said = '', retryAfter: number | null = null) {
		super(words);
		this.kind = kind;
		this.words = words;
		this.said = said;
		this.retryAfter = retryAfter;
	}
}

/** All tries of one request failed. Whether the request or the server is at fault is for the caller to find out. */
export class Exhausted extends Error {
	override name = 'Exhausted';
	readonly kind: Passing['kind'];
	readonly words: string;
	readonly said: string;
	readonly tries: number;
	constructor(last: Passing, tries: number) {
		super(last.words);
		this.kind = last.kind;
		this.words = last.words;
		this.said = last.said;
		this.tries = tries;
	}
}

/** The server understood and said no (4xx): the same request would be refused again. */
export class Refused extends Error {
	override name = 'Refused';
	readonly status: number;
	/** The server's own kind of error, e.g. `BadRequestError`; null where it names none. */
	readonly type: string | null;
	/** The server's sentence, cleaned: may repeat what was sent, so it goes to the person in front, not into a run. */
	readonly said: string;
	constructor(status: number, type: string | null, said: string) {
		super(`${status} ${said}`);
		this.status = status;
		this.type = type;
		this.said = said;
	}
}

/** Codes of Node and undici → words that follow "HOST ". */
const TRANSPORT: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'refuses connections: no server listens on that port',
	ENOTFOUND: 'is not found: no such host name',
	EAI_AGAIN: 'is not found: name resolution failed',
	EHOSTUNREACH: 'cannot be reached from here',
	ENETUNREACH: 'cannot be reached from here',
	ECONNRESET: 'closes the connection before its answer is whole',
	EPIPE: 'closes the connection before its answer is whole',
	UND_ERR_SOCKET: 'closes the connection before its answer is whole',
	UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'closes the connection before its answer is whole',
	ETIMEDOUT: 'does not answer in time',
	UND_ERR_CONNECT_TIMEOUT: 'does not answer in time',
	UND_ERR_HEADERS_TIMEOUT: 'does not answer in time',
	UND_ERR_BODY_TIMEOUT: 'does not answer in time',
};

/** Errors of TLS: another try does not help. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;

export type TransportWords =
	| { readonly lasting: false; readonly words: string }
	| { readonly lasting: true; readonly words: string };

/** What a failed fetch means. Its own message is never passed on: it may hold what was sent. */
export function transportWords(error: unknown): TransportWords {
	const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
	const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
	if (CERTIFICATE.test(code)) {
		return {
			lasting: true,
			words: `shows a certificate that this machine does not trust (${code}). Set NODE_EXTRA_CA_CERTS to the file of its authority, or reach it through a tunnel that ends on this machine.`,
		};
	}
	if (/^ERR_SSL|^EPROTO/.test(code)) {
		return { lasting: true, words: 'does not speak https on that port. Try http://, if it is this machine.' };
	}
	if (/^HPE_/.test(code)) return { lasting: true, words: 'does not speak HTTP on that port.' };
	return { lasting: false, words: TRANSPORT[code] ?? `loses the connection${code === '' ? '' : ` (${code})`}` };
}

/**
 * A server's error text, short and on one line: the field in which the common servers put their sentence, else the start of the text.
 * @param key removed wherever the server repeats it
 */
export function serverSaid(
	text: string,
	key: string | undefined,
): { readonly type: string | null; readonly said: string } {
	let type: string | null = null;
	let said = text;
	if (/^\s*</.test(text)) said = 'an HTML page';
	else {
		try {
			const body: unknown = JSON.parse(text);
			const outer = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
			const inner = (typeof outer.error === 'object' && outer.error !== null ? outer.error : outer) as Record<
				string,
				unknown
			>;
			const sentence = inner.message ?? outer.message ?? outer.error ?? outer.detail;
			if (typeof sentence === 'string') said = sentence;
			if (typeof inner.type === 'string') type = clean(inner.type, key).slice(0, 60);
		} catch {
			// Not JSON: the text itself.
		}
	}
	const line = clean(said, key);
	return { type, said: line.length > 300 ? `${line.slice(0, 299)}…` : line };
}

function clean(text: string, key: string | undefined): string {
	const shown = key === undefined || key === '' ? text : text.replaceAll(key, '[key]');
	return shown.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}
