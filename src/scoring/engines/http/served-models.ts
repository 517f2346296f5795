import * as v from 'valibot';
import { UserError } from '../../../protocol/errors.ts';
import { checkAddress } from '../../../protocol/server-address.ts';

const TIMEOUT_MS = 10_000;
const LONGEST_BYTES = 4_000_000;

const name = v.pipe(v.string(), v.minLength(1));
/** Ollama without a model says `null`; llama-server gives the further names of a model beside its first. */
const reply = v.object({
	data: v.nullable(v.array(v.object({ id: name, aliases: v.optional(v.fallback(v.array(name), []), []) }))),
});

/**
 * Names of the models that a server offers (`GET /v1/models`). Redirects are not followed: a key goes to its origin alone.
 * @throws UserError usage for an address that is refused; environment where the server does not answer as such, in words
 */
export async function servedModels(url: string, key: string | undefined): Promise<string[]> {
	const { base, origin } = checkAddress(url, key !== undefined);
	const response = await fetch(`${base}/v1/models`, {
		redirect: 'manual',
		signal: AbortSignal.timeout(TIMEOUT_MS),
		headers: { accept: 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
	}).catch((error: unknown) => {
		const why =
			error instanceof Error && error.name === 'TimeoutError'
				? `does not answer within ${TIMEOUT_MS / 1000} s`
				: 'cannot be reached';
		throw new UserError('environment', `${origin} ${why}. Is the server running, and is the address right?`);
	});
	if (response.status === 401 || response.status === 403) {
		throw new UserError('environment', `${origin} wants ${key === undefined ? 'a' : 'another'} key.`);
	}
	if (response.status >= 300 && response.status < 400) {
		throw new UserError(
			'environment',
			`${origin} points to another address, and that is not followed. Give the address it really has.`,
		);
	}
	if (!response.ok) {
		throw new UserError(
			'environment',
			`${origin} has no list of models (status ${response.status}). Type their names.`,
		);
	}
	const text = await response.text();
	const parsed = v.safeParse(v.pipe(v.string(), v.maxLength(LONGEST_BYTES), v.parseJson(), reply), text);
	if (!parsed.success) {
		throw new UserError('environment', `${origin} does not answer as a server of models does. Type the models’ names.`);
	}
	return [...new Set((parsed.output.data ?? []).flatMap(({ id, aliases }) => [id, ...aliases]))];
}
