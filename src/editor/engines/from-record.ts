import { LOSSES } from '../../domain/checkpoint.ts';
import { labelPolicy, RUN_POLICY } from '../../domain/label-policy.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { type CheckpointSettings, DEFAULT_SETTINGS } from './choice.ts';

/**
 * What a run's record tells of how it was asked for: settings and names. Paths and addresses are not in it, and a record may come
 * from somebody else's machine.
 */
export interface RecordedChoice {
	readonly engine: 'gguf' | 'http' | 'logprobs' | null;
	readonly reference: string | null;
	readonly checkpoints: readonly string[];
	readonly settings: CheckpointSettings;
}

export function choiceFromRecord({ engine, settings, checkpoints = [] }: RunRecord): RecordedChoice {
	const { name } = engine;
	const labels = labelPolicy(settings.labels?.policy);
	const models = Array.isArray(engine.models) ? engine.models : [];
	const trainedOn = checkpoints.flatMap(({ name: pattern, trained_on: on }) =>
		// A name is a pattern too, if nothing in it is a wildcard.
		on == null || /[*?[\]{}]/u.test(pattern)
			? []
			: [{ pattern, export: on.export === null ? 'none' : `${on.export}${on.penalty === false ? ':train' : ''}` }],
	);
	return {
		engine: name === 'gguf' || name === 'http' || name === 'logprobs' ? name : null,
		reference: models.find(({ role }) => role === 'reference')?.name ?? null,
		checkpoints: checkpoints.map((checkpoint) => checkpoint.name),
		settings: {
			...DEFAULT_SETTINGS,
			beta: settings.beta,
			loss: LOSSES.find((loss) => loss === settings.loss) ?? 'sigmoid',
			labelSmoothing: settings.label_smoothing ?? 0,
			lambda: settings.lambda_requested,
			margin: settings.margin_requested,
			seed: settings.seed,
			...(labels === RUN_POLICY ? {} : { labels }),
			trainedOn,
			kl: settings.kl !== false,
		},
	};
}
