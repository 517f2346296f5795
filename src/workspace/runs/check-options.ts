import { UserError } from '../../protocol/errors.ts';
import type { ScoreOptions } from '../../protocol/scoring.ts';

/** ε from which `robust` divides by zero, and beyond which `cdpo` prefers the rejected side. */
const MAX_SMOOTHING = 0.5;

function refuse(message: string): never {
	throw new UserError('usage', message);
}

/** Whatever the options alone can have wrong, before a process is started. @throws UserError usage */
export function checkOptions({ engine, gguf, http, logprobs, checkpoints = {}, beta, features }: ScoreOptions): void {
	if (!(beta > 0 && Number.isFinite(beta))) refuse(`β is a number above 0; found ${beta}.`);
	if (engine === 'probe') return;
	if (features !== undefined) refuse('Features of your own belong to the engine probe.');
	if (engine === 'logprobs') {
		if ((logprobs?.files.length ?? 0) === 0) refuse('Engine logprobs: name at least one file of log-probabilities.');
	} else {
		const models = engine === 'gguf' ? gguf : http;
		if (models === undefined || models.reference.trim() === '') refuse(`Engine ${engine}: name the reference model.`);
		if (models.checkpoints.length === 0) refuse(`Engine ${engine}: name at least one checkpoint.`);
	}
	const { loss = 'sigmoid', labelSmoothing, steps } = checkpoints;
	const smoothed = loss === 'cdpo' || loss === 'robust';
	if (smoothed && labelSmoothing === undefined) {
		refuse(`The loss ${loss} needs a label smoothing ε: the share of labels taken to be wrong, e.g. 0.1.`);
	}
	if (!smoothed && labelSmoothing !== undefined && labelSmoothing !== 0) {
		refuse(`Label smoothing belongs to the losses cdpo and robust; ${loss} has none.`);
	}
	if (labelSmoothing !== undefined && !(labelSmoothing >= 0 && labelSmoothing < MAX_SMOOTHING)) {
		refuse(`Label smoothing lies from 0 to below ${MAX_SMOOTHING}; found ${labelSmoothing}.`);
	}
	if (steps?.some((step) => !Number.isSafeInteger(step) || step < 0) === true) {
		refuse('Steps are whole numbers of training steps from 0 up.');
	}
}
