import { UserError } from '../../../protocol/errors.ts';
import { checkAddress } from '../../../protocol/server-address.ts';
import type { HttpOptions } from '../../../protocol/workspace-api.ts';
import type { Engine } from '../engine.ts';

/**
 * The engine `http`: given completions scored by a server that echoes prompt log-probabilities (vLLM).
 * @throws UserError usage for an address that is refused
 */
export function createHttpEngine(options: HttpOptions): Engine {
	checkAddress(options.url, options.key !== undefined);
	if (options.referenceUrl !== undefined) checkAddress(options.referenceUrl, false);
	return {
		name: 'http',
		version: 'vllm-completions/1',
		async open(model) {
			throw new UserError('environment', `${model} cannot be scored yet.`);
		},
		async close() {},
	};
}
