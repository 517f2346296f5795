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
