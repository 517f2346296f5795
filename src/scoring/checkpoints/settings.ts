import { UserError } from '../../protocol/errors.ts';
import { usesSmoothing } from '../dpo-losses.ts';
import { checkRunSettings } from '../run-parts.ts';
import type { CheckpointSettings } from './input.ts';

/** @throws UserError `usage`, naming what was expected and found */
export function checkCheckpointSettings(settings: CheckpointSettings): void {
	checkRunSettings(settings);
	const { beta, loss, labelSmoothing } = settings;
	if (!(beta > 0 && Number.isFinite(beta))) {
		throw new UserError('usage', `β is a number above 0; found ${beta}.`);
	}
	const most = loss === 'robust' ? 0.5 : 1;
	if (usesSmoothing(loss) && !(labelSmoothing >= 0 && labelSmoothing < most)) {
		throw new UserError('usage', `Label smoothing of ${loss} lies from 0 to below ${most}; found ${labelSmoothing}.`);
	}
}
