/**
 * Typed calls over any message channel: host ↔ webview, host ↔ data process, parent ↔ scoring process.
 * Built on birpc, which matches replies to calls; added here is what it leaves to its user: errors that survive the
 * border with their `reason`, validation where a message arrives, and no call that waits for ever.
 * Safe in a browser: no node imports.
 */
import { createBirpc } from 'birpc';
import { UserError, type UserErrorReason } from './errors.ts';

/** A message port. `post` throws where it cannot send; `on` returns what removes the listener. */
export interface RpcChannel {
	post(message: unknown): void;
	on(listener: (message: unknown) => void): () => void;
}

type MethodName<T> = { [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never }[keyof T] & string;
type ArgumentsOf<F> = F extends (...args: infer A) => unknown ? A : never;
type ResultOf<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;

/** The methods of T as seen from the other side: the same arguments, always a promise. */
export type Remote<T> = { readonly [K in MethodName<T>]: (...args: ArgumentsOf<T[K]>) => Promise<ResultOf<T[K]>> };
/** The methods of T as messages without a reply, for events: they never throw and tell nothing back. */
export type Notify<T> = { readonly [K in MethodName<T>]: (...args: ArgumentsOf<T[K]>) => void };

export interface RpcOptions {
	/**
	 * Checks what arrived before a local method sees it; returns the arguments to use.
	 * Throw a UserError that names the argument. An unknown method may be refused here too.
	 */
	readonly validate?: (method: string, args: unknown[]) => unknown[];
	/** Rejects a call that has had no reply for so long, in milliseconds. Default: never (an import takes minutes). */
	readonly timeoutMs?: number;
	/** Told of defects, for the log: refused arguments, handlers that threw no UserError, messages that could not be sent. */
	readonly onError?: (method: string, error: unknown) => void;
}

export interface Rpc<RemoteMethods> {
	readonly remote: Remote<RemoteMethods>;
	readonly notify: Notify<RemoteMethods>;
	/** Removes the listener; pending and later calls reject with `reason`. Idempotent. */
	dispose(reason?: Error): void;
}

interface WireError {
	readonly name: string;
	readonly message: string;
	readonly reason?: UserErrorReason;
	readonly stack?: string;
}

function toWire(error: unknown): WireError {
	if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
	const wire = { name: error.name, message: error.message };
	if (UserError.is(error)) return { ...wire, reason: error.reason };
	return error.stack === undefined ? wire : { ...wire, stack: error.stack };
}

function fromWire(wire: unknown): Error {
	const { name, message, reason, stack } = (
		typeof wire === 'object' && wire !== null ? wire : {}
	) as Partial<WireError>;
	const text = message ?? String(wire);
	if (name === 'UserError' && reason !== undefined) return new UserError(reason, text);
	const error = new Error(text);
	error.name = name ?? 'Error';
	if (stack !== undefined) error.stack = stack;
	return error;
}

/** birpc's own messages: `q` a call, `s` a reply. Anything else on the channel is somebody else's. */
function isRpcMessage(message: unknown): message is { t: 'q' | 's' } {
	if (typeof message !== 'object' || message === null) return false;
	const { t, i, m, a } = message as Record<string, unknown>;
	if (t === 's') return typeof i === 'string';
	return t === 'q' && typeof m === 'string' && Array.isArray(a) && (i === undefined || typeof i === 'string');
}

/** A method of the local object or its class, never one of Object.prototype: `constructor` must not be callable from afar. */
function localMethod(local: object, method: string): ((...args: unknown[]) => unknown) | null {
	if (method in Object.prototype) return null;
	const found = (local as Record<string, unknown>)[method];
	return typeof found === 'function' ? (found as (...args: unknown[]) => unknown).bind(local) : null;
}

/** A JSON channel turns a trailing `undefined` into null, which a schema refuses: leave it out instead. */
function trimmed(args: readonly unknown[]): unknown[] {
	const end = args.findLastIndex((arg) => arg !== undefined) + 1;
	return args.slice(0, end);
}

/**
 * Connects both sides of a channel. Every call gets a reply or an error: a throwing handler, an unknown method and refused
 * arguments are error replies; a UserError arrives as a UserError with its reason.
 * @param local what the other side may call
 */
export function createRpc<RemoteMethods extends object, Local extends object = Record<string, never>>(
	channel: RpcChannel,
	local: Local,
	options: RpcOptions = {},
): Rpc<RemoteMethods> {
	let closed: Error | null = null;
	let remove = () => {};

	const rpc = createBirpc<Record<string, (...args: unknown[]) => unknown>, Record<string, never>, false>(
		{},
		{
			proxify: false,
			timeout: options.timeoutMs ?? -1,
			post: (message) => channel.post(message),
			on: (listener) => {
				remove = channel.on((message) => {
					if (closed === null && isRpcMessage(message)) void listener(message);
				});
			},
			serialize: (message) => (message.e === undefined ? message : { ...message, e: toWire(message.e) }),
			deserialize: (message) =>
				message.t === 's' && message.e !== undefined ? { ...message, e: fromWire(message.e) } : message,
			resolver:
				(method) =>
				async (...args: unknown[]) => {
					let checked = false;
					try {
						const found = localMethod(local, method);
						if (found === null) throw new UserError('usage', `There is no method "${method}" on this side.`);
						const valid = options.validate?.(method, args) ?? args;
						checked = true;
						return await found(...valid);
					} catch (error) {
						if (!checked || !UserError.is(error)) options.onError?.(method, error);
						// A thrown undefined would look like success to birpc.
						throw error instanceof Error ? error : new Error(String(error));
					}
				},
			// With a method it is a reply that could not be posted: birpc then tries to post the error. Without one it is a
			// call of ours, whose caller must see the error.
			onGeneralError: (error, method) => {
				if (method === undefined) return false;
				if (closed === null) options.onError?.(method, error);
				return true;
			},
			onTimeoutError: (method) => {
				throw new Error(`"${method}" had no reply after ${options.timeoutMs} ms.`);
			},
		},
	);

	const methods = <F>(make: (method: string) => F) => {
		const cache = new Map<string, F>();
		return new Proxy(Object.create(null) as Record<string, F>, {
			get(_target, key) {
				// `then` must be absent, or awaiting the object itself would call the other side.
				if (typeof key !== 'string' || key === 'then') return undefined;
				const known = cache.get(key) ?? make(key);
				cache.set(key, known);
				return known;
			},
		});
	};

	return {
		remote: methods((method) => async (...args: unknown[]) => {
			if (closed !== null) throw closed;
			return rpc.$call(method, ...trimmed(args));
		}) as unknown as Remote<RemoteMethods>,
		notify: methods((method) => (...args: unknown[]) => {
			if (closed !== null) return;
			rpc.$callEvent(method, ...trimmed(args)).catch((error: unknown) => options.onError?.(method, error));
		}) as unknown as Notify<RemoteMethods>,
		dispose(reason = new Error('The connection was closed.')) {
			if (closed !== null) return;
			closed = reason;
			remove();
			rpc.$close(reason);
		},
	};
}
