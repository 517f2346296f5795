import { UserError } from './errors.ts';

/** A server's address after its checks. */
export interface ServerAddress {
	/** Without a trailing slash or `/v1`: paths of the protocol are appended to it. */
	readonly base: string;
	/** Scheme, host and port: what a key is bound to and what the first send shows. */
	readonly origin: string;
	/** This machine: nothing leaves it. */
	readonly loopback: boolean;
}

/** 127.0.0.0/8, ::1 and localhost; a name that merely resolves to one of them is not looked up. */
function isLoopback(hostname: string): boolean {
	const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
	return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function parse(url: string): URL {
	try {
		return new URL(url.trim());
	} catch {
		throw new UserError(
			'usage',
			'The address of the server cannot be read. Give scheme, host and port, e.g. http://127.0.0.1:8000.',
		);
	}
}

/**
 * Checks an address that a person gave (machine setting or command line; never a workspace's file): http or https only, no user name
 * or password in it, no query or fragment, and a key only over https or to this machine.
 * @param hasKey a bearer key would be sent there
 * @throws UserError usage; the message repeats neither credentials nor query
 */
export function checkAddress(url: string, hasKey: boolean): ServerAddress {
	const parsed = parse(url);
	if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
		throw new UserError(
			'usage',
			`The address of a server begins with http:// or https://; found ${parsed.protocol}//. Example: http://127.0.0.1:8000.`,
		);
	}
	if (parsed.username !== '' || parsed.password !== '') {
		throw new UserError(
			'usage',
			`The address of ${parsed.host} holds a user name or password. Addresses are shown and stored: leave them out, and give the key by --api-key-env (command line) or "Pairwright: Set Server Key…" (editor).`,
		);
	}
	if (parsed.search !== '' || parsed.hash !== '') {
		throw new UserError(
			'usage',
			`The address of ${parsed.host} ends in a query or fragment. Give the base address alone, e.g. ${parsed.origin}.`,
		);
	}
	const loopback = isLoopback(parsed.hostname);
	if (hasKey && parsed.protocol === 'http:' && !loopback) {
		throw new UserError(
			'usage',
			`${parsed.origin} is plain http, and a key sent there can be read on the way. Serve it over https, or reach it through a tunnel that ends on this machine (ssh -L 8000:localhost:8000 ${parsed.hostname}, then http://127.0.0.1:8000), or use no key.`,
		);
	}
	const path = parsed.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
	return { base: `${parsed.origin}${path}`, origin: parsed.origin, loopback };
}

/**
 * Scheme, host and port of an address: what a key is bound to.
 * @throws UserError usage where it cannot be read
 */
export function originOf(url: string): string {
	return parse(url).origin;
}
