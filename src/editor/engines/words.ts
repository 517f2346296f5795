import type { LossName } from '../../domain/checkpoint.ts';
import { SPLIT_LABELS } from '../../domain/split.ts';
import { ggufName, logprobsName, namesOfFiles } from '../../scoring/engines/checkpoint-names.ts';
import { type CheckpointChoice, type CheckpointModels, type CheckpointSettings, usesSmoothing } from './choice.ts';

/** What each engine is, for lists. */
export const ENGINE_WORDS = {
	gguf: {
		label: 'GGUF files on this machine',
		detail: 'A reference model and its checkpoints, scored here by llama.cpp.',
	},
	http: {
		label: 'A scoring server',
		detail: 'vLLM, SGLang or llama-cpp-python. It is sent prompts and responses.',
	},
	logprobs: {
		label: 'Files of log-probabilities',
		detail: 'JSON Lines with TRL’s columns, written by a trainer. No model is run.',
	},
} as const;

export const LOSS_WORDS: Readonly<Record<LossName, string>> = {
	sigmoid: 'DPO, TRL’s default',
	ipo: 'squared distance to a target margin, averaged over tokens',
	hinge: 'SLiC: nothing to gain beyond a margin of 1/β',
	robust: 'unbiased when a known share ε of labels is flipped',
	cdpo: 'label smoothing: a share ε of labels is taken to be wrong',
	sigmoid_norm: 'DPO on log-probabilities per token',
};

/** The last part of a path, whichever way its slashes lean. */
export function fileName(path: string): string {
	return path.split(/[\\/]/u).at(-1) ?? path;
}

/** As a run names models in files: told apart by their folders where base names are alike. */
export function fileNames(engine: 'gguf' | 'logprobs', paths: readonly string[]): string[] {
	return namesOfFiles(paths, engine === 'gguf' ? ggufName : logprobsName);
}

/** As a run names them; a file of log-probabilities may hold others. */
export function checkpointNames(models: CheckpointModels): string[] {
	if (models.engine === 'http') return [...models.checkpoints];
	return fileNames(models.engine, models.engine === 'gguf' ? models.checkpoints : models.files);
}

export function counted(n: number, noun: string): string {
	return `${new Intl.NumberFormat('en').format(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** "a, b and 3 more". */
export function nameList(names: readonly string[], most = 3): string {
	if (names.length <= most) {
		const last = names.at(-1) ?? '';
		return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
	}
	return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

/** "3 checkpoints against ref.gguf", "2 files of log-probabilities". */
export function modelsText(models: CheckpointModels): string {
	if (models.engine === 'logprobs') {
		return models.files.length === 1
			? fileName(models.files[0] ?? '')
			: `${models.files.length} files of log-probabilities`;
	}
	const reference = models.engine === 'gguf' ? fileName(models.reference) : models.reference;
	const where = models.engine === 'http' ? ` on ${hostOf(models.url)}` : '';
	return `${counted(models.checkpoints.length, 'checkpoint')} against ${reference}${where}`;
}

/** Host and port of an address, for lists; the address itself where it is none. */
export function hostOf(url: string): string {
	return URL.canParse(url) ? new URL(url).host : url;
}

/** "β 0.1 · sigmoid · λ 1 · margin 0 · seed 0". What is left out is said here too: its own line may be below the end of the list. */
export function settingsText(settings: CheckpointSettings): string {
	const { beta, loss, labelSmoothing, lambda, margin, seed, labels, splits, kl } = settings;
	const asked = splits.map((split) => SPLIT_LABELS[split.startsWith('heldout') ? 'heldout' : split]);
	return [
		`β ${beta}`,
		usesSmoothing(loss) ? `${loss} ε ${labelSmoothing}` : loss,
		`λ ${lambda ?? 1}`,
		`margin ${margin}`,
		`seed ${seed}`,
		...(labels === undefined ? [] : [`labels ${labels}`]),
		...(asked.length === 0 ? [] : [`${[...new Set(asked)].join(', ')} alone`]),
		...(kl ? [] : ['without KL']),
	].join(' · ');
}

export function choiceTitle({ models }: CheckpointChoice): string {
	const names = checkpointNames(models);
	return models.engine === 'logprobs' ? 'Reading log-probabilities' : `Scoring ${counted(names.length, 'checkpoint')}`;
}
