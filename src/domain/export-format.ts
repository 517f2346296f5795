/** Names that `export --format` takes. */
export const EXPORT_FORMATS = [
	'trl',
	'trl-standard',
	'axolotl',
	'llama-factory',
	'openai',
	'kto',
	'helpsteer',
	'parquet',
	'hf',
	'argilla',
	'label-studio',
	'pairwright',
] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * How a format lies in files: rows as lines, one JSON array, Parquet, or a folder of Parquet files with a data card.
 */
export type ExportContainer = 'lines' | 'array' | 'parquet' | 'folder';

interface ExportFormatFacts {
	readonly container: ExportContainer;
	/**
	 * Read by trainers of policies and reward models: a label policy applies, nothing of the sealed half is written, and prompts of train
	 * and eval count as seen once written. The others keep pairs without a verdict, sealed ones as texts alone.
	 */
	readonly training: boolean;
}

export const EXPORT_FORMAT_FACTS: Readonly<Record<ExportFormat, ExportFormatFacts>> = {
	trl: { container: 'lines', training: true },
	'trl-standard': { container: 'lines', training: true },
	axolotl: { container: 'lines', training: true },
	'llama-factory': { container: 'lines', training: true },
	openai: { container: 'lines', training: true },
	kto: { container: 'lines', training: true },
	helpsteer: { container: 'lines', training: true },
	parquet: { container: 'parquet', training: true },
	hf: { container: 'folder', training: true },
	argilla: { container: 'array', training: false },
	'label-studio': { container: 'array', training: false },
	pairwright: { container: 'lines', training: false },
};

export function isExportFormat(name: string): name is ExportFormat {
	return (EXPORT_FORMATS as readonly string[]).includes(name);
}

/** Ending of one split's file, without the dot. */
export function exportExtension(format: ExportFormat): 'jsonl' | 'json' | 'parquet' {
	const { container } = EXPORT_FORMAT_FACTS[format];
	return container === 'lines' ? 'jsonl' : container === 'array' ? 'json' : 'parquet';
}

/** Why pairs were left out of an export, in words after a number. */
export const DROPPED_WORDS: Readonly<Record<string, string>> = {
	ties: 'ties',
	unresolved: 'not judged',
	disputed: 'disputed',
	both_bad: 'both bad',
	multi_turn_response: 'with responses of several turns',
	multi_turn_prompt: 'with prompts of several turns',
	tools: 'with tools or calls that this format cannot hold',
	named_or_other_role: 'with names or roles that this format does not know',
	roles_not_alternating: 'whose roles do not take turns as this format wants',
	empty_response: 'with an empty response',
	empty_turn: 'with an empty turn, which Argilla refuses',
	too_long: 'with a text longer than Argilla takes',
	cut_wrongly: 'with a response that Axolotl would cut in the wrong place',
	sealed: 'sealed',
	not_adjudicated: 'not adjudicated',
	unconfirmed_rewrite: 'rewrites that no second person has judged',
	spanning: 'of clusters that a more protected split shares',
	no_half_yet: 'held-out without a half yet',
};
