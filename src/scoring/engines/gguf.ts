import { UserError } from '../../protocol/errors.ts';
import type { GgufOptions } from '../../protocol/workspace-api.ts';
import type { Engine } from './engine.ts';

/** The engine `gguf`: model files scored on this machine. */
export function createGgufEngine(_options: GgufOptions): Engine {
	throw new UserError('environment', 'Scoring of model files is not in this version.');
}
